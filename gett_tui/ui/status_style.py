"""How each state looks: one table of sign and tone. What a state means stands in ``onboarding.status``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.onboarding.status import OwnState, Status

if TYPE_CHECKING:
    from gett_tui.onboarding.status import State


class Tone(StrEnum):
    """How a state is coloured; the sign and the word say the same without colour."""

    BAD = "bad"
    ASK = "ask"
    GOOD = "good"
    WAIT = "wait"
    OFF = "off"


class StatusStyle(NamedTuple):
    """How a state is shown."""

    sign: str
    ascii_sign: str
    tone: Tone


_WAITING = StatusStyle("…", ".", Tone.WAIT)
_ENDED = StatusStyle("–", "-", Tone.OFF)
_UNKNOWN = StatusStyle("~", "~", Tone.ASK)

_STYLES: dict[State, StatusStyle] = {
    OwnState.UNCONFIRMED: StatusStyle("?", "?", Tone.BAD),
    Status.CATALOG_FAILED: StatusStyle("!", "!", Tone.BAD),
    Status.READY_TO_ACTIVATE: StatusStyle("▸", ">", Tone.ASK),
    OwnState.REGISTERING: _WAITING,
    Status.PENDING_CATALOG: _WAITING,
    Status.CATALOG_INGESTING: _WAITING,
    Status.ACTIVE: StatusStyle("✓", "*", Tone.GOOD),
    OwnState.CANCELLED: _ENDED,
    OwnState.GONE: _ENDED,
    OwnState.DROPPED: _ENDED,
}


def style_of(state: State) -> StatusStyle:
    """How ``state`` is shown; an unknown one has a sign of its own."""
    return _STYLES.get(state, _UNKNOWN)
