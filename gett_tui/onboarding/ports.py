"""What the domain needs from outside, as protocols, and the errors that whoever implements them raises.

``storage`` implements them with files. The domain calls everything here that may wait for a disk in a thread, except
where a method says that it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gett_tui.errors import Cause, GettTuiError
from gett_tui.onboarding.record import RecordError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from gett_tui.onboarding.events import StoresChanged
    from gett_tui.onboarding.record import Record


class StorageError(GettTuiError):
    """Records cannot be read or written at present; trying again may help."""

    cause = Cause.FILE


class UnkeepableError(StorageError):
    """A record can never be kept where it belongs (a newer program's file stands there): trying again does not help."""


class RecordGoneError(RecordError):
    """The record is not there any more."""

    cause = Cause.RECORD_GONE


class DuplicateError(RecordError):
    """A live record with the same partner store id is in this profile, or may be: ``cause`` says how."""

    def __init__(
        self, existing: Record, cause: Cause = Cause.DUPLICATE, facts: Mapping[str, object] | None = None
    ) -> None:
        told = {"partner_store_id": existing.partner_store_id, **(facts or {})}
        super().__init__(f"{existing.partner_store_id} stands here already", cause=cause, facts=told)
        self.existing = existing


class CannotLookError(RecordError):
    """What a guard must compare with ``partner_store_id`` cannot be read, so the guard refuses (invariant 6).

    ``places`` names what could not be read.
    """

    def __init__(self, partner_store_id: str, places: tuple[str, ...]) -> None:
        facts = {"partner_store_id": partner_store_id, "places": list(places)}
        super().__init__(", ".join(places[:3]), cause=Cause.CANNOT_LOOK, facts=facts)
        self.places = places


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """Something in the store that is no usable record: where it lies and why, in words."""

    place: str
    text: str


class RecordStore(Protocol):
    """Keeps the records of one profile, shared by any number of copies of the program.

    A mirror in memory answers ``records`` and ``get`` without waiting; what the store holds
    wins over it, always (invariant 3). Everything else may wait for the disk, and raises StorageError.
    """

    @property
    def changes(self) -> int:
        """Counts the changes of the mirror: as long as it stays the same, so do the records."""
        ...

    @property
    def problems(self) -> tuple[RecordProblem, ...]:
        """What is no usable record, by place."""
        ...

    @property
    def notices(self) -> tuple[RecordProblem, ...]:
        """What is worth knowing about the place itself, as that it lies on a network."""
        ...

    def open(self) -> None:
        """Makes the places that are missing."""
        ...

    def load(self) -> Iterator[StoresChanged]:
        """Reads all records, a batch at a time, and writes nothing (invariant 10)."""
        ...

    def sync(self) -> StoresChanged:
        """What others have changed since the last look. A vanished place is filled again, over nobody's word."""
        ...

    def repair(self, is_alive: Callable[[str], bool]) -> None:
        """Sets damaged files aside and clears up what dead copies left half written; for the polling copy alone."""
        ...

    def records(self) -> list[Record]:
        """All records in the mirror, in no order."""
        ...

    def get(self, key: str) -> Record | None:
        """The record called ``key`` in the mirror."""
        ...

    def find(self, onboarding_id: str) -> Record | None:
        """The record of ``onboarding_id`` as it is stored now, read alone; it is in the mirror afterwards."""
        ...

    def update(self, key: str, change: Callable[[Record], Record]) -> Record:
        """Applies ``change`` to the record as it is stored now, under its lock, and keeps the result.

        An unchanged record is not written. Returns what is stored afterwards. Raises RecordGoneError, and whatever
        ``change`` raises.
        """
        ...

    def observe(self, known: Record, change: Callable[[Record], Record]) -> Record:
        """As ``update``, for what an answer says of ``known``: not used when the record has another version by now.

        Cheap when ``change`` changes nothing and the record is as it was.
        """
        ...

    def finish(self, known: Record, change: Callable[[Record], Record]) -> Record:
        """As ``update``, for the end of a write: whatever has become of the record, the end is kept (invariant 4).

        When it is gone or cannot be read, ``known`` stands in for it; what cannot be read is set aside. Raises
        UnkeepableError.
        """
        ...

    def begin_attempt(self, attempt: Record, *, allow_duplicate: bool = False) -> Record:
        """Keeps the intent to register, before the request may leave.

        Raises DuplicateError when a live record or attempt with this partner store id is there, CannotLookError when
        something that might be one cannot be read; neither when ``allow_duplicate``.
        """
        ...

    def discard_attempt(self, key: str) -> None:
        """Removes an attempt that Gett has certainly not carried out."""
        ...

    def confirm_attempt(
        self,
        attempt: Record,
        onboarding_id: str,
        decide: Callable[[Record, Record | None], Record],
        *,
        must_stand: bool = False,
    ) -> Record:
        """Makes the record of ``onboarding_id`` out of an attempt, and ends the attempt, in that order.

        ``decide`` gets the attempt as it is stored (``attempt`` where it is gone or cannot be read) and the record
        that has that onboarding id already, if one has, both under their locks, and gives the record to keep. What it
        raises leaves both as they are. Where the attempt ``must_stand``, as when a person resolves it, one that is gone
        or cannot be read is RecordGoneError. Raises UnkeepableError.
        """
        ...

    def add(self, record: Record, change: Callable[[Record], Record] | None = None) -> Record:
        """Keeps a record of an onboarding made elsewhere; to one that is there already ``change`` is applied."""
        ...

    def save_index(self) -> None:
        """Makes the next start quick, when records have changed since the last time."""
        ...


class Instances(Protocol):
    """Which copies of this program run on the profile, on this machine."""

    @property
    def owner(self) -> str:
        """This copy's name."""
        ...

    def announce(self) -> None:
        """Makes this copy visible to the others."""
        ...

    def renew(self) -> None:
        """Makes it visible anew when its mark was lost."""
        ...

    def is_alive(self, owner: str) -> bool:
        """Whether the copy that called itself ``owner`` still runs. True when that cannot be told."""
        ...

    def leave(self) -> None:
        """Takes the mark away."""
        ...


class PollingReport(NamedTuple):
    """What the copy that polls tells the others of itself."""

    pid: int | None = None
    polled_at: datetime | None = None
    """When Gett answered last (UTC)."""
    trouble: str | None = None
    """Why Gett cannot be asked, in one plain sentence, for copies that do not know ``cause``."""
    trouble_since: datetime | None = None
    cause: str | None = None
    facts: Mapping[str, object] | None = None
    files: str | None = None
    """Why it can keep nothing of what Gett says, in one plain sentence."""
    files_cause: str | None = None
    files_facts: Mapping[str, object] | None = None


class Lead(NamedTuple):
    """Who polls, and how that goes."""

    is_ours: bool
    report: PollingReport | None = None
    """What the other one said last; None when this copy leads or nobody does."""
    silent_since: datetime | None = None
    """Since when (UTC) the one that leads has not answered; None while it does."""


class Leadership(Protocol):
    """Which of all copies polls: a lease that only one that is at work renews (invariant 7).

    The holder stops by its own monotonic clock before the lease can be another's. ``fence`` grows with each holder.
    """

    def lead(self, report: PollingReport) -> Lead:
        """Takes or renews the lease, if it is free or ours, and says who has it."""
        ...

    def holds(self) -> bool:
        """Whether the lease is surely still ours; waits for nothing. Ask before each question and each write."""
        ...

    def resign(self) -> None:
        """Gives the lease up."""
        ...
