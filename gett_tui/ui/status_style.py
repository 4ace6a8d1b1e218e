"""THE table of how each state is shown: sign, tone, what the bar, the status line, the panel and the help say of it.

What a state means stands in ``onboarding.status``. In a sentence ``{id}`` stands for a command's key (``with_keys``).
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.onboarding.status import OwnState, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gett_tui.onboarding.status import State


class Tone(StrEnum):
    """How a state is coloured; the sign and the word say the same without colour. The value is a Rich style."""

    BAD = "bad"
    ASK = "ask"
    GOOD = "good"
    WAIT = "wait"
    OFF = "off"

    @property
    def style(self) -> str:
        """The colour in running text."""
        return _TONE_STYLES[self]


_TONE_STYLES = {Tone.BAD: "red", Tone.ASK: "yellow", Tone.GOOD: "green", Tone.WAIT: "", Tone.OFF: "dim"}


class Count(Enum):
    """What the status line counts, in its order: the word, and whether a person is waited for."""

    UNCONFIRMED = ("unconfirmed", True)
    FAILED = ("failed", True)
    READY = ("ready", True)
    GONE = ("gone", True)
    WAITING = ("waiting", False)
    ACTIVE = ("active", False)

    def __init__(self, words: str, wants_person: bool) -> None:
        self.words = words
        self.wants_person = wants_person


class StatusStyle(NamedTuple):
    """How a state is shown."""

    sign: str
    ascii_sign: str
    tone: Tone
    counted: Count | None = None
    """Under what the status line counts it; None: it is no store any more, and not counted."""
    short: tuple[str, ...] = ()
    """Its name in the bar of stages, in ever fewer characters."""
    todo: str = ""
    """What a person is to do about it, for the panel."""
    help: str = ""
    """What the help says of it; a state without stands under the sign of another one."""

    def sign_in(self, *, ascii_only: bool) -> str:
        """The sign, in ASCII where asked."""
        return self.ascii_sign if ascii_only else self.sign


_WAITING = StatusStyle("…", ".", Tone.WAIT, Count.WAITING)
_ENDED = StatusStyle("–", "-", Tone.OFF)
UNKNOWN = StatusStyle("~", "~", Tone.ASK, Count.WAITING, help="a status of Gett's that this version does not know")
"""Any state that is not in the table."""

STYLES: Mapping[State, StatusStyle] = {
    OwnState.UNCONFIRMED: StatusStyle(
        "?",
        "?",
        Tone.BAD,
        Count.UNCONFIRMED,
        todo="Register was sent and its answer is lost: Gett may or may not have this store. "
        "Press {resolve} to settle it: give its onboarding id, send it again, or drop it.",
        help="the answer to Register is lost: {resolve} settles it",
    ),
    Status.CATALOG_FAILED: StatusStyle(
        "!",
        "!",
        Tone.BAD,
        Count.FAILED,
        todo="Mend the catalog, then press {fix}: it cancels the onboarding and registers it again.",
        help="Gett could not use the catalog: the panel says why",
    ),
    Status.READY_TO_ACTIVATE: StatusStyle(
        "▸",
        ">",
        Tone.ASK,
        Count.READY,
        short=("ready",),
        todo="Press {activate} to put it live.",
        help="{activate} puts it live",
    ),
    OwnState.REGISTERING: _WAITING,
    OwnState.NOT_ASKED: _WAITING,
    Status.PENDING_CATALOG: _WAITING._replace(
        short=("pending", "pend"), help="Gett is at work (pending catalog, catalog ingesting)"
    ),
    Status.CATALOG_INGESTING: _WAITING._replace(short=("ingesting", "ingest", "inge.")),
    Status.ACTIVE: StatusStyle("✓", "*", Tone.GOOD, Count.ACTIVE, short=("active",), help="live on the network"),
    OwnState.CANCELLED: _ENDED._replace(help="over (cancelled, dropped, or unknown to Gett)"),
    OwnState.GONE: _ENDED._replace(
        counted=Count.GONE, todo="Gett does not know this onboarding (any more). {fix} registers the store again."
    ),
    OwnState.DROPPED: _ENDED,
}
"""Every state that this program knows, in the order of the help."""


def style_of(state: State) -> StatusStyle:
    """How ``state`` is shown; an unknown one has a sign of its own."""
    return STYLES.get(state, UNKNOWN)
