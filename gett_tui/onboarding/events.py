"""What the service tells its listeners: facts that are on the disk already, or about the way to Gett."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from gett_tui.errors import GettTuiError
    from gett_tui.onboarding.ports import PollingReport, RecordProblem
    from gett_tui.onboarding.record import Record


@dataclass(frozen=True, slots=True)
class StoresChanged:
    """Records that are new or changed, and keys whose record is gone."""

    changed: tuple[Record, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Loaded:
    """All files have been read once."""


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
    """Gett cannot be asked since ``since`` (UTC), because of ``error``; both None when it answers again."""

    error: GettTuiError | None = None
    since: datetime | None = None
    next_try: datetime | None = None


@dataclass(frozen=True, slots=True)
class FilesTrouble:
    """The state folder cannot be used (None: it can again), and the files that are no usable records.

    ``notices`` are worth knowing about the folder itself and no trouble yet, as that it lies on a network.
    """

    error: GettTuiError | None = None
    problems: tuple[RecordProblem, ...] = ()
    notices: tuple[RecordProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """Whether this copy polls; when it does not, what the one that polls says of itself."""

    leading: bool
    leader: PollingReport | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What is going on with one store right now that is not on the disk; None when nothing is."""

    key: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A part of the program failed in a way nobody foresaw; it goes on."""

    what: str
    error: BaseException


Event = StoresChanged | Loaded | News | Polled | Reachability | FilesTrouble | Role | Note | Failure
