"""The commands that change what stands at Gett: register, activate and cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gett_tui.commands.access import gain
from gett_tui.commands.confirm import confirm, need_person
from gett_tui.commands.exit_codes import ExitCode
from gett_tui.commands.output import print_outcome, say
from gett_tui.commands.running import UseCase, perform
from gett_tui.commands.several import Several, names_of
from gett_tui.errors import Cause, ConfigError
from gett_tui.onboarding.errors import UnconfirmedError
from gett_tui.onboarding.service import Service
from gett_tui.onboarding.status import why_not_activate, why_not_cancel
from gett_tui.onboarding.transitions import require_status

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Sequence

    from gett_tui.commands.access import Access
    from gett_tui.gett.models import Registration
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State

    Act = Callable[[Service, str, Record], Awaitable[Record]]
    WhyNot = Callable[[State], str | None]

_ALIKE = 5


def register(arguments: argparse.Namespace) -> int:
    """Registers a store. Raises GettTuiError; ConfigError for values that cannot be sent."""
    access = gain(arguments)
    registration, may_double = _registration(arguments), arguments.allow_duplicate

    def act(service: Service) -> Awaitable[Record]:
        _tell_near_alike(registration.partner_store_id, service.records())
        return service.register(registration, allow_duplicate=may_double)

    return carry_out(access, UseCase(act), as_json=arguments.json)


def _registration(arguments: argparse.Namespace) -> Registration:
    from gett_tui.onboarding.registration import FIELDS

    return checked({field.name: getattr(arguments, field.argument) for field in FIELDS.values()})


def checked(values: dict[str, Any]) -> Registration:
    """What is sent for ``values`` (by wire name); what is odd in them is told. Raises ConfigError."""
    from gett_tui.gett.models import Registration
    from gett_tui.onboarding.registration import FIELDS, OPTIONS, cleaned, field_hint, field_problems

    problems = field_problems(values)
    if problems:
        items = [{"where": name, "message": text} for name, text in problems.items()]
        raise ConfigError("values that cannot be sent", cause=Cause.FIELDS, facts={"items": items})
    for name in FIELDS:
        hint = field_hint(name, values[name])
        if hint is not None:
            say(f"{name} ({OPTIONS[name]}): {hint}")
    return Registration.model_validate(cleaned(values))


def _tell_near_alike(partner_store_id: str, records: Sequence[Record]) -> None:
    from gett_tui.onboarding.registration import near_alike

    for other in near_alike(partner_store_id, [record.partner_store_id for record in records])[:_ALIKE]:
        say(f"another store here is called {other!r}")


def activate(arguments: argparse.Namespace) -> int:
    """Puts a store live; asks first. Raises GettTuiError."""
    return _transition(arguments, "activate", why_not_activate, Service.activate)


def cancel(arguments: argparse.Namespace) -> int:
    """Cancels an onboarding; asks first. Raises GettTuiError."""
    return _transition(arguments, "cancel", why_not_cancel, Service.cancel)


def _transition(arguments: argparse.Namespace, action: str, why_not: WhyNot, act: Act) -> int:
    names = names_of(arguments)
    if not arguments.yes:
        need_person(action)
    access = gain(arguments)
    several = Several(action, as_json=arguments.json)
    chosen = several.choose(access.profile.folder, names, arguments.status)
    if len(names) != 1:
        chosen = several.fitting(chosen, why_not)
        if chosen and not arguments.yes:
            several.confirm(chosen, access)
        return several.run(access, chosen, lambda service, record: act(service, record.key, record))
    record = chosen[0]
    # Told before anybody is asked; what counts is the same rule under the record's lock.
    require_status(why_not, record.status)
    if not arguments.yes:
        confirm(action, record, access.profile)
    use_case = UseCase(lambda service: act(service, record.key, record), record.onboarding_id)
    return carry_out(access, use_case, as_json=arguments.json)


def carry_out(access: Access, use_case: UseCase, *, as_json: bool) -> int:
    """Runs a write and prints the store, also where the outcome is unknown. Raises GettTuiError."""
    try:
        print_outcome(perform(access, use_case), as_json=as_json)
    except UnconfirmedError as error:
        print_outcome(error.record, as_json=as_json)
        raise
    return ExitCode.DONE
