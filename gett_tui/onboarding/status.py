"""What the states of an onboarding are and what may be done in which; Gett's words and ours can never be mixed up.

Gett's statuses stand in the fact sheet under 1.5 (D). The enum is treated as open: an unknown status is shown as it is
and counts as one that can still change. A state of ours is an ``OwnState``, which equals no text whatever Gett says.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """Onboarding statuses exactly as Gett spells them (D)."""

    PENDING_CATALOG = "pending_catalog"
    CATALOG_INGESTING = "catalog_ingesting"
    CATALOG_FAILED = "catalog_failed"
    READY_TO_ACTIVATE = "ready_to_activate"
    ACTIVE = "active"


class OwnState(Enum):
    """States that Gett does not know: they are this program's own, and never go over the wire."""

    REGISTERING = "registering"
    """The Register call is under way right now."""
    UNCONFIRMED = "unconfirmed"
    """Register was sent and no answer is known: Gett may or may not have the store."""
    NOT_ASKED = "not_asked_yet"
    """A person wrote the onboarding id down; Gett has not been asked about it."""
    CANCELLED = "cancelled"
    """Gett confirmed the cancellation (the enum has no such value, so this is ours)."""
    GONE = "gone"
    """Gett said twice that it does not know this onboarding id."""
    DROPPED = "dropped"
    """An unconfirmed attempt that a person resolved by giving it up."""


State = OwnState | str
"""A state of ours, or a word of Gett's."""

STAGES: tuple[Status, ...] = (
    Status.PENDING_CATALOG,
    Status.CATALOG_INGESTING,
    Status.READY_TO_ACTIVATE,
    Status.ACTIVE,
)
"""The straight way through the pipeline; ``catalog_failed`` leaves it after either of the first two (I)."""


class Meaning(NamedTuple):
    """What a state means. ``group`` orders the list: what needs a person comes first."""

    words: str
    group: int
    terminal: bool
    """True when nothing can change any more, so Gett is not asked."""


_MEANINGS: dict[State, Meaning] = {
    OwnState.UNCONFIRMED: Meaning("unconfirmed", 0, True),
    Status.CATALOG_FAILED: Meaning("catalog failed", 1, False),
    Status.READY_TO_ACTIVATE: Meaning("ready to activate", 2, False),
    OwnState.REGISTERING: Meaning("registering", 3, True),
    OwnState.NOT_ASKED: Meaning("not asked yet", 4, False),
    Status.PENDING_CATALOG: Meaning("pending catalog", 5, False),
    Status.CATALOG_INGESTING: Meaning("catalog ingesting", 5, False),
    Status.ACTIVE: Meaning("active", 6, True),
    OwnState.CANCELLED: Meaning("cancelled", 7, True),
    # Asked now and then all the same: whoever said so may have been wrong.
    OwnState.GONE: Meaning("gone at Gett", 7, False),
    OwnState.DROPPED: Meaning("dropped", 7, True),
}

_UNKNOWN_GROUP = 4


def meaning(state: State) -> Meaning:
    """What ``state`` means; an unknown one is told in its own words and may still change."""
    known = _MEANINGS.get(state)
    if known is not None:
        return known
    return Meaning(word(state).replace("_", " ") or "no status", _UNKNOWN_GROUP, terminal=False)


def word(state: State) -> str:
    """``state`` as one word, for files and scripts."""
    return state.value if isinstance(state, OwnState) else str(state)


def known_words() -> list[str]:
    """The words of all known states, in the order of the list: what needs a person first."""
    return [word(state) for state in _MEANINGS]


def can_change(state: State) -> bool:
    """Whether asking Gett about a store in ``state`` can bring news."""
    return not meaning(state).terminal


ENDED = (OwnState.CANCELLED, OwnState.GONE, OwnState.DROPPED)
"""States in which a store does not stand at Gett, as far as is known."""

CLOSED = (OwnState.CANCELLED, OwnState.DROPPED)
"""States that a person has ended a store with: nothing is waited for, and it is no store any more."""


def is_live(state: State) -> bool:
    """Whether a store in ``state`` stands, or may stand, at Gett (so that registering it again could double it)."""
    return state not in ENDED


def is_news(state: State) -> bool:
    """Whether arriving at ``state`` wants a person's attention."""
    return state in (Status.CATALOG_FAILED, Status.READY_TO_ACTIVATE, OwnState.GONE)


_NEVER_CANCELLED: tuple[State, ...] = (
    Status.ACTIVE,
    OwnState.CANCELLED,
    OwnState.GONE,
    OwnState.DROPPED,
    OwnState.REGISTERING,
    OwnState.UNCONFIRMED,
)


def why_not_activate(state: State) -> str | None:
    """The reason that a store in ``state`` cannot be activated, or None when it can (1.4, D)."""
    if state == Status.READY_TO_ACTIVATE:
        return None
    return f"Only a store that is ready to activate can be activated: this one is {meaning(state).words}."


def why_not_fix(state: State) -> str | None:
    """The reason that a store in ``state`` cannot be registered anew in its own place, or None when it can (1.7)."""
    if state in (Status.CATALOG_FAILED, *ENDED):
        return None
    return "Only a store that failed or was cancelled can be registered again."


def why_not_settle(state: State) -> str | None:
    """The reason that there is nothing to settle for a store in ``state``, or None when there is."""
    if state == OwnState.UNCONFIRMED:
        return None
    return "Nothing to settle: only an unconfirmed store needs it."


def why_not_cancel(state: State) -> str | None:
    """The reason that an onboarding in ``state`` cannot be cancelled, or None when it may be.

    Gett says "in progress" (1.4, D); which statuses that means is U. Everything before ``active`` is offered,
    ``catalog_failed`` too (cancel and register again is the only way out of it), and Gett has the last word.
    """
    if state == Status.ACTIVE:
        return "This store is active: Gett offers no way to cancel it any more."
    if state == OwnState.UNCONFIRMED:
        return "Register has no answer yet, so there is no onboarding id to cancel: resolve it first."
    if state in _NEVER_CANCELLED:
        return f"Nothing to cancel: this onboarding is {meaning(state).words}."
    return None
