"""The RecordStore of ``onboarding.ports`` as TOML files: one durable file a record, shared by any number of copies.

The API has no list operation, so these files are the only record of the onboarding ids: data, not a cache to throw
away. The folder holds

    onboardings/<onboardingId>.toml   a record
    attempts/<key>.toml               a Register call without an answer
    locks/NN                          see ``locks``
    index                             a copy that is quicker to read, see ``index``
    removed                           what went on purpose, see ``removals``

Owns invariant 1: a write takes the record's lock, reads the file, changes it and puts it back whole, so no copy
overwrites what another one saw; and invariant 4's half that an end is kept whatever has become of the file. All
methods but those on the mirror block on the disk: call them from a thread.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from gett_tui.onboarding.events import merged
from gett_tui.onboarding.ports import RecordGoneError, RecordProblem
from gett_tui.storage import files, index
from gett_tui.storage.duplicates import refuse_duplicate
from gett_tui.storage.lost import Lost
from gett_tui.storage.mirror import Mirror
from gett_tui.storage.reader import Reader
from gett_tui.storage.record_file import ATTEMPTS, ONBOARDINGS, Found, Place, file_name
from gett_tui.storage.record_writer import RecordWriter
from gett_tui.storage.removals import Removals
from gett_tui.storage.repair import Repair
from gett_tui.storage.state_folder import network_notices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gett_tui.onboarding.events import StoresChanged
    from gett_tui.onboarding.record import Record

_ASIDE = "damaged; set aside earlier, not deleted"
_TURNS = 3


class RecordStore:
    """The records of one profile, on disk and mirrored in memory.

    ``folder`` is the profile's state folder and ``owner`` this running program's name (see ``Instances``).
    """

    def __init__(self, folder: Path, owner: str) -> None:
        self.folder = folder
        self._owner = owner
        self._mirror = Mirror()
        removals = Removals(folder, owner)
        self._reader = Reader(folder, self._mirror, removals)
        self._writer = RecordWriter(folder, owner, self._mirror, self._reader, removals)
        self._lost = Lost(folder, self._mirror, self._writer, removals)
        self._repair = Repair(folder, self._mirror, self._reader, self._writer)
        self._filling = threading.Lock()
        self._indexed = 0
        self._notices: tuple[RecordProblem, ...] = ()

    # -- the mirror

    @property
    def changes(self) -> int:
        """See ``RecordStore`` in ``onboarding.ports``."""
        return self._mirror.changes

    @property
    def problems(self) -> tuple[RecordProblem, ...]:
        """The files that are no usable records, by path."""
        found = [RecordProblem(str(self._writer.path(place)), bad.text) for place, bad in self._mirror.unusable()]
        found += [RecordProblem(str(self._writer.path(place)), _ASIDE) for place in self._mirror.asides()]
        return tuple(sorted([*found, *self._lost.problems()], key=lambda problem: problem.place))

    @property
    def notices(self) -> tuple[RecordProblem, ...]:
        """What is worth knowing about the folder itself; known once it was opened or read."""
        return self._notices

    def records(self) -> list[Record]:
        """All records in the mirror, in no order."""
        return self._mirror.records()

    def get(self, key: str) -> Record | None:
        """The record called ``key`` in the mirror."""
        return self._mirror.get(key)

    def load(self) -> Iterator[StoresChanged]:
        """See ``RecordStore`` in ``onboarding.ports``. Raises FileTroubleError when a folder cannot be read."""
        self._notices = network_notices(self.folder)
        yield from self._reader.load()

    def find(self, onboarding_id: str) -> Record | None:
        """See ``RecordStore`` in ``onboarding.ports``. Raises StorageError when its file is no usable record."""
        place = _onboarding(onboarding_id)
        self._writer.refuse_unusable(place, self._reader.refresh(place))
        return self._mirror.at(place)

    def sync(self) -> StoresChanged:
        """What others have changed on the disk since the last look. Raises FileTroubleError.

        When the state folder vanished or was replaced while this program ran, what the mirror knows and the disk does
        not is written again: nothing else holds the onboarding ids. What stands there is left as it is.
        """
        return self._sync()

    def _sync(self, *, everything: bool = False) -> StoresChanged:
        with self._filling:
            lost = self._reader.lost_folders()
            if lost:
                self.open()
            changes = self._reader.sync(everything=everything, lost=lost)
            if not lost:
                return changes
            changes = merged([changes, *self._filled_again(lost)])
            self._reader.found_again()
            return changes

    def _filled_again(self, folders: set[str]) -> Iterator[StoresChanged]:
        for place, entry in self._mirror.entries().items():
            # An attempt that is not shown has become a record.
            known = entry.record if place.folder == ONBOARDINGS else self._mirror.at(place)
            if place.folder in folders and known is not None and not os.path.lexists(self._writer.path(place)):
                with self._writer.hold(place) as held:
                    yield self._writer.put_back(held, place, known)

    # -- writing

    def open(self) -> None:
        """Makes the folders. Raises FileTroubleError."""
        for name in (ONBOARDINGS, ATTEMPTS, "locks"):
            files.make_folder(self.folder / name)
        self._notices = network_notices(self.folder)

    def update(self, key: str, change: Callable[[Record], Record]) -> Record:
        """See ``RecordStore`` in ``onboarding.ports``. Raises StorageError when its file is no usable record."""
        for _ in range(_TURNS):
            place = self._mirror.place(key)
            if place is None:
                break
            with self._writer.hold(place) as held:
                found = self._reader.refresh(place)
                self._writer.refuse_unusable(place, found)
                if isinstance(found, Found):
                    return self._writer.change(held, place, found, change)
            # Another copy has turned the attempt into a record meanwhile, or the folder is lost.
            self._reader.tell_later(self._sync())
        raise RecordGoneError(f"the record {key} is not there any more")

    def observe(self, known: Record, change: Callable[[Record], Record]) -> Record:
        """See ``RecordStore`` in ``onboarding.ports``."""
        unchanged = self._unchanged(known, change)
        if unchanged is not None:
            return unchanged
        return self.update(known.key, lambda now: change(now) if now.version == known.version else now)

    def _unchanged(self, known: Record, change: Callable[[Record], Record]) -> Record | None:
        """The record, when the answer says nothing new and one look at its file tells that nothing else does."""
        place = self._mirror.place(known.key)
        seen = self._mirror.seen(place) if place is not None else None
        now = self._mirror.get(known.key)
        if place is None or seen is None or now is None or not seen.is_settled or now.version != known.version:
            return None
        if change(now) != now or files.signature(self._writer.path(place)) != seen.signature:
            return None
        return now

    def finish(self, known: Record, change: Callable[[Record], Record]) -> Record:
        """See ``RecordStore`` in ``onboarding.ports``.

        An attempt that has become a record meanwhile is changed as that.
        """
        place = Place.of(known)
        if known.is_attempt and self._reader.refresh(place) is None:
            self._reader.tell_later(self._sync())
            place = self._mirror.place(known.key) or place
        with self._writer.hold(place) as held:
            found = self._reader.refresh(place)
            if isinstance(found, Found):
                return self._writer.change(held, place, found, change)
            self._writer.refuse_unkeepable(place, found)
            changed = change(known)
            self._writer.set_aside(held, place, found)
            return self._writer.put(held, place, changed, known.revision)

    def begin_attempt(self, attempt: Record, *, allow_duplicate: bool = False) -> Record:
        """See ``RecordStore`` in ``onboarding.ports``. Raises FileTroubleError, and then nothing may be sent."""
        place, partner = Place.of(attempt), attempt.partner_store_id
        if not allow_duplicate:
            self._reader.ensure_loaded()
        with self._writer.locks.hold_partner(partner):
            if not allow_duplicate:
                self._reader.tell_later(self._sync(everything=True))
                refuse_duplicate(partner, self._mirror, self.folder)
            with self._writer.hold(place) as held:
                return self._writer.put(held, place, attempt, 0)

    def discard_attempt(self, key: str) -> None:
        """See ``RecordStore`` in ``onboarding.ports``. Raises FileTroubleError."""
        place = Place(ATTEMPTS, file_name(key))
        with self._writer.hold(place) as held:
            self._writer.end_attempt(held, place, self._reader.refresh(place))

    def confirm_attempt(
        self,
        attempt: Record,
        onboarding_id: str,
        decide: Callable[[Record, Record | None], Record],
        *,
        must_stand: bool = False,
    ) -> Record:
        """See ``RecordStore`` in ``onboarding.ports``."""
        old, new = Place(ATTEMPTS, file_name(attempt.key)), _onboarding(onboarding_id)
        with self._writer.hold(old, new) as held:
            begun, found = self._reader.refresh(old), self._reader.refresh(new)
            self._writer.refuse_unkeepable(new, found, folders=True)
            if must_stand and not isinstance(begun, Found):
                raise RecordGoneError(
                    "this attempt is not there any more: it was resolved meanwhile, or its file is gone"
                )
            first = begun.record if isinstance(begun, Found) else attempt
            standing = self._mirror.at(new)
            record = self._with_free_key(decide(first, standing)._replace(onboarding_id=onboarding_id), old, new)
            self._writer.set_aside(held, new, found)
            replaced = found if isinstance(found, Found) else None
            kept = self._writer.put(held, new, record, (standing or first).revision, replaced)
            self._writer.end_attempt(held, old, begun)
            return kept

    def _with_free_key(self, record: Record, *own: Place) -> Record:
        """The record under its onboarding id when another one is called as it is."""
        holder = self._mirror.place(record.key)
        if holder is None or holder in own or record.onboarding_id is None:
            return record
        return record._replace(key=record.onboarding_id)

    def add(self, record: Record, change: Callable[[Record], Record] | None = None) -> Record:
        """See ``RecordStore`` in ``onboarding.ports``."""
        place = Place.of(record)
        with self._writer.hold(place) as held:
            found = self._reader.refresh(place)
            if isinstance(found, Found):
                return self._writer.change(held, place, found, change or _same)
            self._writer.refuse_unkeepable(place, found)
            known = self._mirror.at(place)
            kept = record if known is None else (change or _same)(known)
            self._writer.set_aside(held, place, found)
            return self._writer.put(held, place, kept, kept.revision)

    def repair(self, is_alive: Callable[[str], bool]) -> None:
        """See ``RecordStore`` in ``onboarding.ports``. Raises StorageError."""
        self._repair.run(is_alive)

    def save_index(self) -> None:
        """See ``RecordStore`` in ``onboarding.ports``. Raises FileTroubleError."""
        edits = self._mirror.edits
        if edits == self._indexed or not self._reader.has_loaded:
            return
        # What another copy writes in between would be gone, and with it all that it alone knew.
        with self._writer.locks.hold(index.path(self.folder)):
            self._reader.heed_index()
            self._write_index()
            self._reader.index_seen = index.signature(self.folder)
        self._indexed = edits

    def _write_index(self) -> None:
        known, entries = self._mirror.entries(), list[index.Entry]()
        for place, entry in known.items():
            if entry.unusable is None and entry.record is not None and entry.seen is not None and entry.seen.is_settled:
                entries.append(index.Entry(place, entry.seen.signature, entry.record))
        unseen = known.keys() - {entry.place for entry in entries}
        remembered = {place: record for place in unseen if (record := self._mirror.remembered(place)) is not None}
        recalled = remembered | self._mirror.recalled() | self._mirror.lost()
        index.write(self.folder, entries, recalled, self._owner)

    # -- what is lost

    @property
    def lost(self) -> Lost:
        """The records that went, and what a person may do about them."""
        return self._lost


def _onboarding(onboarding_id: str) -> Place:
    return Place(ONBOARDINGS, file_name(onboarding_id))


def _same(record: Record) -> Record:
    return record
