"""What a person is told once something was done to one store or to many: one sentence, with each store's end below."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gett_tui.error_messages import sentence
from gett_tui.onboarding.status import OwnState, Status, meaning
from gett_tui.text import count, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gett_tui.onboarding.batch import End, Summary
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State

_NAME = 60
"""Characters of a store's name."""


class Aim(NamedTuple):
    """What a batch is for: the state that it leads to, and the words for having got there (``{}``: which stores)."""

    done: str
    state: State | None = None


AIMS = {
    "refresh": Aim("Asked Gett about {}"),
    "activate": Aim("Put {} live", Status.ACTIVE),
    "cancel": Aim("Cancelled {}", OwnState.CANCELLED),
    "again": Aim("Registered {} again"),
    "drop": Aim("Dropped {}", OwnState.DROPPED),
}


class Told(NamedTuple):
    """The sentence, what stands below it in the log, and whether something went wrong."""

    text: str
    details: tuple[str, ...]
    is_bad: bool


def told(aim: Aim, summary: Summary[Record]) -> Told:
    """What to say of a batch of several stores."""
    missed = [(end.item.name, why) for end in (*summary.failed, *summary.done) if (why := _why_missed(aim, end))]
    number = len(summary.done) + len(summary.failed)
    if not missed:
        text = aim.done.format(count(number, "store"))
        if aim.state is not None:
            return Told(f"{text}.", tuple(map(_arrival, summary.done)), is_bad=False)
        news = tuple(_arrival(end) for end in summary.done if _is_news(end))
        return Told(f"{text}: {len(news) or 'nothing'} changed.", news, is_bad=False)
    details = tuple(f"{one_line(name, _NAME)}: {why}" for name, why in missed)
    return Told(f"{_how_many(aim, number, len(missed))}: {_reason(missed).rstrip('.')}.", details, is_bad=True)


def _how_many(aim: Aim, number: int, missed: int) -> str:
    if missed == number:
        return aim.done.format(f"none of {count(number, 'store')}")
    return f"{aim.done.format(count(number - missed, 'store'))}, {missed} not"


def _reason(missed: Sequence[tuple[str, str]]) -> str:
    """The reason that all share, or the first one's with its name."""
    name, why = missed[0]
    return why if len({why for _, why in missed}) == 1 else f"{one_line(name, _NAME)}: {why}"


def _why_missed(aim: Aim, end: End[Record]) -> str | None:
    """Why the aim was missed for one store; None when it was reached."""
    if end.error is not None:
        return sentence(end.error)
    state = None if end.record is None else end.record.status
    return None if state is None or aim.state in (None, state) else f"it is {meaning(state).words}"


def _is_news(end: End[Record]) -> bool:
    return end.record is not None and end.record.status != end.item.status


def arrival(end: End[Record]) -> str | None:
    """Where one store has come to, when that is where an action leads to."""
    before, after = end.item, end.record
    if after is None or after.status == before.status or after.status not in (Status.ACTIVE, OwnState.CANCELLED):
        return None
    return _arrival(end)


def _arrival(end: End[Record]) -> str:
    record = end.record or end.item
    told_id = f": storeId {record.store_id}" if record.status == Status.ACTIVE and record.store_id else ""
    return f"{one_line(record.name, _NAME)} is {meaning(record.status).words}{told_id}"
