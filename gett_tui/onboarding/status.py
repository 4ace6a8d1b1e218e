"""The onboarding pipeline: Gett's statuses, this program's own states, and what each means to a person.

Gett's statuses stand in the fact sheet under 1.5 (D). The enum is treated as open: an unknown status is shown
as it is and counts as one that can still change.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """Onboarding statuses exactly as Gett spells them (D)."""

    PENDING_CATALOG = "pending_catalog"
    CATALOG_INGESTING = "catalog_ingesting"
    CATALOG_FAILED = "catalog_failed"
    READY_TO_ACTIVATE = "ready_to_activate"
    ACTIVE = "active"


class Local(StrEnum):
    """States that Gett does not know: they are this program's own, and never go over the wire."""

    REGISTERING = "registering"
    """The Register call is under way right now."""
    UNCONFIRMED = "unconfirmed"
    """Register was sent and no answer is known: Gett may or may not have the store."""
    CANCELLED = "cancelled"
    """Gett confirmed the cancellation (the enum has no such value, so this is ours)."""
    GONE = "gone"
    """Gett answers 404 for this onboarding id."""
    DROPPED = "dropped"
    """An unconfirmed attempt that a person settled by giving it up."""


STAGES: tuple[Status, ...] = (
    Status.PENDING_CATALOG,
    Status.CATALOG_INGESTING,
    Status.READY_TO_ACTIVATE,
    Status.ACTIVE,
)
"""The straight way through the pipeline; ``catalog_failed`` leaves it after either of the first two (I)."""


class Tone(StrEnum):
    """How a state is coloured; the sign and the word say the same without colour."""

    BAD = "bad"
    ASK = "ask"
    GOOD = "good"
    WAIT = "wait"
    OFF = "off"


class Look(NamedTuple):
    """How a state is shown and ranked. ``group`` orders the list: what needs a person comes first."""

    sign: str
    ascii_sign: str
    words: str
    tone: Tone
    group: int
    terminal: bool
    """True when nothing can change any more, so Gett is not asked."""


_LOOKS: dict[str, Look] = {
    Local.UNCONFIRMED: Look("?", "?", "unconfirmed", Tone.BAD, 0, True),
    Status.CATALOG_FAILED: Look("!", "!", "catalog failed", Tone.BAD, 1, False),
    Status.READY_TO_ACTIVATE: Look("▸", ">", "ready to activate", Tone.ASK, 2, False),
    Local.REGISTERING: Look("…", ".", "registering", Tone.WAIT, 3, True),
    Status.PENDING_CATALOG: Look("…", ".", "pending catalog", Tone.WAIT, 5, False),
    Status.CATALOG_INGESTING: Look("…", ".", "catalog ingesting", Tone.WAIT, 5, False),
    Status.ACTIVE: Look("✓", "*", "active", Tone.GOOD, 6, True),
    Local.CANCELLED: Look("–", "-", "cancelled", Tone.OFF, 7, True),
    Local.GONE: Look("–", "-", "gone at Gett", Tone.OFF, 7, True),
    Local.DROPPED: Look("–", "-", "dropped", Tone.OFF, 7, True),
}

_UNKNOWN_GROUP = 4


def look(status: str) -> Look:
    """How ``status`` is shown; an unknown one is shown in its own words and may still change."""
    known = _LOOKS.get(status)
    if known is not None:
        return known
    return Look("~", "~", status.replace("_", " ") or "no status", Tone.ASK, _UNKNOWN_GROUP, False)


def can_change(status: str) -> bool:
    """Whether asking Gett about a store in ``status`` can bring news."""
    return not look(status).terminal


def is_live(status: str) -> bool:
    """Whether a store in ``status`` stands, or may stand, at Gett (so that registering it again could double it)."""
    return status not in (Local.CANCELLED, Local.GONE, Local.DROPPED)


def is_news(status: str) -> bool:
    """Whether arriving at ``status`` wants a person's attention: a toast and the bell."""
    return status in (Status.CATALOG_FAILED, Status.READY_TO_ACTIVATE, Local.GONE)


_NEVER_CANCELLED = (
    Status.ACTIVE,
    Local.CANCELLED,
    Local.GONE,
    Local.DROPPED,
    Local.REGISTERING,
    Local.UNCONFIRMED,
)


def why_not_activate(status: str) -> str | None:
    """The reason that a store in ``status`` cannot be activated, or None when it can (1.4, D)."""
    if status == Status.READY_TO_ACTIVATE:
        return None
    return f"Only a store that is ready to activate can be activated: this one is {look(status).words}."


def why_not_cancel(status: str) -> str | None:
    """The reason that an onboarding in ``status`` cannot be cancelled, or None when it may be.

    Gett says "in progress" (1.4, D); which statuses that means is U. Everything before ``active`` is offered,
    ``catalog_failed`` too (cancel and register again is the only way out of it), and Gett has the last word.
    """
    if status == Status.ACTIVE:
        return "This store is active: Gett offers no way to cancel it any more."
    if status == Local.UNCONFIRMED:
        return "Register has no answer yet, so there is no onboarding id to cancel: settle it first (enter)."
    if status in _NEVER_CANCELLED:
        return f"Nothing to cancel: this onboarding is {look(status).words}."
    return None
