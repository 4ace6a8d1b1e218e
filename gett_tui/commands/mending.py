"""The commands that mend a store: settle what was not confirmed, and register anew what failed or was cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.commands.access import gain
from gett_tui.commands.confirm import confirm, need_person
from gett_tui.commands.lookup import look_up
from gett_tui.commands.running import UseCase
from gett_tui.commands.writes import carry_out, checked
from gett_tui.onboarding.registration import FIELDS, values_of
from gett_tui.onboarding.status import ENDED, why_not_fix, why_not_settle
from gett_tui.onboarding.transitions import require_status
from gett_tui.text import one_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable

    from gett_tui.commands.access import Access
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.service import Service
    from gett_tui.onboarding.status import State

    Act = Callable[[Service, Record], Awaitable[Record]]


def settle(arguments: argparse.Namespace) -> int:
    """Ends the doubt about a store in one of three ways; asks first. Raises GettTuiError."""
    words, act = _way_out(arguments)
    access, record = _chosen(arguments, "settle", why_not_settle)
    if not arguments.yes:
        confirm(words, record, access.profile)
    return carry_out(access, UseCase(lambda service: act(service, record)), as_json=arguments.json)


def _way_out(arguments: argparse.Namespace) -> tuple[str, Act]:
    """What is done, in words that a store's name goes on, and how."""
    wanted = arguments.attach
    if wanted is not None:
        words = f"give the onboarding id {one_line(wanted, 100)} to"
        return words, lambda service, record: service.attach(record.key, wanted, record)
    if arguments.again:
        words = "register once more (Gett may then have it twice)"
        return words, lambda service, record: service.try_again(record.key, record)
    return "give up", lambda service, record: service.drop(record.key, record)


def fix(arguments: argparse.Namespace) -> int:
    """Registers a store anew with what is given, and for the rest as it was; asks first. Raises GettTuiError.

    One whose old onboarding is cancelled already, as when this broke off, is registered only.
    """
    access, record = _chosen(arguments, "fix", why_not_fix)
    given = {field.name: getattr(arguments, field.argument, None) for field in FIELDS.values()}
    values = values_of(record) | {name: value for name, value in given.items() if value is not None}
    registration = checked({**record.sent, **values})
    if not arguments.yes:
        confirm("register anew" if record.status in ENDED else "cancel and register anew", record, access.profile)
    # All are read: whether another one has the partner store id by now must be known.
    use_case = UseCase(lambda service: service.register_anew(record.key, registration, record))
    return carry_out(access, use_case, as_json=arguments.json)


def _chosen(
    arguments: argparse.Namespace, action: str, why_not: Callable[[State], str | None]
) -> tuple[Access, Record]:
    if not arguments.yes:
        need_person(action)
    access = gain(arguments)
    record = look_up(access.profile.folder, arguments.store)
    require_status(why_not, record.status)
    return access, record
