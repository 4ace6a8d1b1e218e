"""What the service tells its listeners: facts that are kept already, or about the way to Gett."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gett_tui import error_messages

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from gett_tui.errors import GettTuiError
    from gett_tui.onboarding.ports import Lead, RecordProblem
    from gett_tui.onboarding.record import Record


@dataclass(frozen=True, slots=True)
class StoresChanged:
    """Records that are new or changed, and keys whose record is gone."""

    changed: tuple[Record, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)


def merged(parts: Iterable[StoresChanged]) -> StoresChanged:
    """All of ``parts``, one after the other, as one."""
    changed: dict[str, Record] = {}
    removed: set[str] = set()
    for part in parts:
        for key in part.removed:
            changed.pop(key, None)
        removed.update(part.removed)
        changed.update({record.key: record for record in part.changed})
    return StoresChanged(tuple(changed.values()), tuple(removed - changed.keys()))


@dataclass(frozen=True, slots=True)
class Loaded:
    """All records have been read once."""


@dataclass(frozen=True, slots=True)
class News:
    """A store has become ready to activate, has failed, or is not known to Gett any more."""

    record: Record


@dataclass(frozen=True, slots=True)
class Polled:
    """Gett answered about a store's status at ``at`` (UTC), with or without news."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Reachability:
    """Gett cannot be asked since ``since`` (UTC), because of ``error``; both None when it answers again.

    A state, which stands until the next of its kind (invariant 8).
    """

    error: GettTuiError | None = None
    since: datetime | None = None
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True)
class FilesTrouble:
    """The records cannot be kept (None: they can again), what is no usable record, and what is odd about the place."""

    error: GettTuiError | None = None
    problems: tuple[RecordProblem, ...] = ()
    notices: tuple[RecordProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """Whether this copy polls; when it does not, what is known of the one that does."""

    lead: Lead
    trouble: GettTuiError | None = None
    """Why this copy cannot tell which one polls, and so does not poll itself."""

    def is_like(self, other: Role | None) -> bool:
        """Whether both say the same; two errors are the same when their texts are."""
        return other is not None and self.lead == other.lead and str(self.trouble) == str(other.trouble)


@dataclass(frozen=True, slots=True)
class Note:
    """What one store waits for right now; nothing is kept of it, and ``error`` is None when it waits no more."""

    key: str
    error: GettTuiError | None
    until: datetime | None = None
    """When it goes on by itself (UTC), where that is known."""
    seconds: float = 0.0

    @property
    def text(self) -> str | None:
        """The same in words, or None."""
        return None if self.error is None else error_messages.waiting(self.error, self.until, self.seconds)


@dataclass(frozen=True, slots=True)
class Failure:
    """A part of the program failed in a way nobody foresaw; it goes on."""

    what: str
    error: BaseException


Event = StoresChanged | Loaded | News | Polled | Reachability | FilesTrouble | Role | Note | Failure
