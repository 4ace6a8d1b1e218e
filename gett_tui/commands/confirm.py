"""The question before what changes the real world: after the look-up, and about the store, not about what was typed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gett_tui.commands.output import ask
from gett_tui.errors import Cause, ConfigError, GettTuiError
from gett_tui.gett.secret import redacted
from gett_tui.onboarding.status import meaning
from gett_tui.text import count, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gett_tui.config import Profile
    from gett_tui.onboarding.record import Record

_PART = 100
_NAMED, _SHORT = 10, 40
"""Stores of many that are named, and the characters of each."""


class DeclinedError(GettTuiError):
    """The person did not say yes (exit status 1)."""

    cause = Cause.DECLINED


def need_person(action: str) -> None:
    """Raises ConfigError when there is nobody who could be asked about ``action``."""
    if not sys.stdin.isatty():
        raise ConfigError("nobody can be asked", cause=Cause.NO_PERSON, facts={"action": action})


def confirm(action: str, record: Record, profile: Profile) -> None:
    """Asks on stderr whether to do ``action`` to the store of ``record``. Raises DeclinedError without a ``yes``."""
    if ask(question(action, record, profile)) != "yes":
        raise DeclinedError("declined")


def question_of_many(action: str, records: Sequence[Record], profile: Profile) -> str:
    """The question about several stores: what, how many, which, and where."""
    names = ", ".join(one_line(record.partner_store_id or record.name, _SHORT) for record in records[:_NAMED])
    more = f" and {len(records) - _NAMED} more" if len(records) > _NAMED else ""
    where = f"{profile.name.upper()} ({redacted(profile.host)})"
    return f"{action} {count(len(records), 'store')} on {where}: {names}{more}? Type yes: "


def question(action: str, record: Record, profile: Profile) -> str:
    """The question: what, which store, how it stands, and where."""
    store = f"{one_line(record.name, _PART)} ({one_line(record.partner_store_id, _PART) or 'no partner store id'})"
    stands = one_line(meaning(record.status).words, _PART)
    return f"{action} {store}, {stands}, on {profile.name.upper()} ({redacted(profile.host)})? Type yes: "
