"""Reads record files into the mirror, and writes nothing at all (invariant 10).

All of them at the start, through the index; then those that look different. A file that cannot be read takes no other
away.
"""

from __future__ import annotations

import errno
import os
import threading
from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from gett_tui.onboarding.events import StoresChanged, merged
from gett_tui.onboarding.status import is_live
from gett_tui.storage import files, index, record_file
from gett_tui.storage.folder_scan import FolderScan, Listing
from gett_tui.storage.record_file import ATTEMPTS, ONBOARDINGS, Found, Place, Unusable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from gett_tui.storage.mirror import Mirror
    from gett_tui.storage.removals import Removals

_BATCH = 100


class Reader:
    """Keeps ``mirror`` true to the files below ``folder``."""

    def __init__(self, folder: Path, mirror: Mirror, removals: Removals) -> None:
        self._folder = folder
        self._removals = removals
        self._mirror = mirror
        # Attempts first: one that becomes a record in between is then seen twice for a moment, and not never.
        self._scans = {name: FolderScan(folder / name) for name in (ATTEMPTS, ONBOARDINGS)}
        self._untold: deque[StoresChanged] = deque()
        self._lost_folders: set[str] = set()
        self._scanning = threading.RLock()
        self._has_scanned = False
        self.has_loaded = False
        """Whether all files have been read once, and the index."""
        self.index_seen: files.Signature | None = None
        """How the index looked when this copy read or wrote it last."""

    def load(self) -> Iterator[StoresChanged]:
        """Reads all records, a batch at a time so that a screen can show the first ones at once.

        What the index still knows comes first, then the other files: attempts, which want a person, before the rest.
        Raises FileTroubleError when a folder cannot be read.
        """
        recalled: dict[Place, index.Entry] = {}
        self.index_seen = index.signature(self._folder)
        entries = index.read(self._folder)
        while batch := list(islice(entries, _BATCH)):
            yield merged(self._take_indexed(batch, recalled))
        for name in self._scans:
            with self._scanning:
                listing = self._scans[name].scan(everything=True, accept=True) or Listing([], [])
                # What went away since the index was looked at shows in no later scan.
                gone = merged(self._forget(name, listing.names))
            yield gone
            self._mirror.note_asides(name, listing.asides or ())
            left = [place for file in listing.names if self._mirror.seen(place := Place(name, file)) is None]
            for start in range(0, len(left), _BATCH):
                yield merged(self.read(place)[1] for place in left[start : start + _BATCH])
        self._recall(recalled)
        self._has_scanned = self.has_loaded = True

    def ensure_loaded(self) -> None:
        """Reads everything if that was not done yet; the next ``sync`` tells of it. Raises FileTroubleError."""
        if not self.has_loaded:
            self._untold.extend(self.load())

    def _take_indexed(
        self, entries: Iterable[index.Entry], recalled: dict[Place, index.Entry]
    ) -> Iterator[StoresChanged]:
        for entry in entries:
            if entry.place.folder not in self._scans:
                continue
            if index.is_current(self._folder, entry):
                seen = files.Seen(entry.signature, is_settled=True)
                yield self._mirror.note_indexed(entry.place, seen, entry.record)
            else:
                recalled[entry.place] = entry

    def _recall(self, recalled: dict[Place, index.Entry]) -> None:
        lost = {place for place, _ in self._mirror.unusable()}
        lost |= {Place.of(record) for record in self._mirror.records() if not record.partner_store_id}
        lost |= {Place(folder, record_file.name_before(name) or name) for folder, name in self._mirror.asides()}
        self._mirror.recall({place: entry.record for place, entry in recalled.items() if place in lost})
        self._lose(recalled.values())

    def _lose(self, entries: Iterable[index.Entry]) -> None:
        """Keeps what the index knew and no file tells, unless it was taken away on purpose."""
        known = {entry.place: entry.record for entry in entries if is_live(entry.record.status)}
        self._mirror.note_lost({place: record for place, record in known.items() if not self._stands(place)})
        self._explain()

    def _stands(self, place: Place) -> bool:
        return self._mirror.entry(place) is not None or os.path.lexists(self.path(place))

    def _explain(self) -> None:
        for place in self._removals.explained(self._mirror.lost()):
            self._mirror.explain(place)

    def heed_index(self) -> None:
        """Takes up what another copy has written into the index as lost, before it is written anew.

        Raises FileTroubleError when that cannot be read.
        """
        if index.signature(self._folder) != self.index_seen:
            index.require_readable(self._folder)
            self._lose(entry for entry in index.read(self._folder) if entry.place.folder in self._scans)

    def path(self, place: Place) -> Path:
        """The file at ``place``."""
        return self._folder / place.folder / place.name

    def read(self, place: Place) -> tuple[Found | Unusable | None, StoresChanged]:
        """Reads one file into the mirror; what stands there, and the rows that change by it.

        A missing file of a folder that vanished is not taken for removed: memory alone has it now.
        """
        mark = self._mirror.mark(place)
        found = record_file.read(self.path(place))
        if found is None and self._is_in_lost(place.folder):
            return None, StoresChanged()
        return found, self._mirror.note(place, found, mark)

    def refresh(self, place: Place) -> Found | Unusable | None:
        """As ``read``, but for a file that surely is as it was; the change is told by the next ``sync``."""
        known = self._as_it_was(place)
        if known is not None:
            return known
        found, changes = self.read(place)
        self.tell_later(changes)
        return found

    def _as_it_was(self, place: Place) -> Found | None:
        entry = self._mirror.entry(place)
        if entry is None or entry.seen is None or entry.record is None or not entry.is_current:
            return None
        if not entry.seen.is_settled or files.signature(self.path(place)) != entry.seen.signature:
            return None
        return Found(entry.record, entry.seen)

    def tell_later(self, changes: StoresChanged) -> None:
        """Lets the next ``sync`` tell of ``changes``."""
        if changes:
            self._untold.append(changes)

    def lost_folders(self) -> set[str]:
        """The folders that vanished or were replaced since they were read, until ``found_again``.

        Raises FileTroubleError.
        """
        self._lost_folders |= {name for name, scan in self._scans.items() if scan.is_replaced()}
        return set(self._lost_folders)

    def found_again(self) -> None:
        """All that memory knows of the lost folders stands there again."""
        self._lost_folders.clear()

    def _is_in_lost(self, name: str) -> bool:
        return name in self._lost_folders or self._scans[name].is_replaced()

    def sync(self, *, everything: bool = False, lost: Collection[str] = ()) -> StoresChanged:
        """What others have changed since the last scan. Raises FileTroubleError.

        ``everything`` looks at each file anew, and raises when it cannot. In the folders ``lost`` a missing file is
        not taken for removed.
        """
        with self._scanning:
            changes = [self._sync_folder(name, everything=everything, is_lost=name in lost) for name in self._scans]
            self._has_scanned = True
            self._explain()
            return self._current(merged([*self._told(), *changes]))

    def _told(self) -> Iterator[StoresChanged]:
        while self._untold:
            yield self._untold.popleft()

    def _current(self, changes: StoresChanged) -> StoresChanged:
        """The same as it stands now: what was noted early may be old by now."""
        keys = (*changes.removed, *(record.key for record in changes.changed))
        now = {key: self._mirror.get(key) for key in keys}
        return StoresChanged(
            tuple(record for record in now.values() if record is not None),
            tuple(key for key, record in now.items() if record is None),
        )

    def _sync_folder(self, name: str, *, everything: bool, is_lost: bool) -> StoresChanged:
        listing = self._scans[name].scan(everything=everything or is_lost, accept=is_lost or not self._has_scanned)
        if listing is None:
            if everything:
                raise files.FileTroubleError(
                    "Cannot read the folder", self._folder / name, FileNotFoundError(errno.ENOENT, "")
                )
            return StoresChanged()
        different = [place for file in listing.names if self._differs(place := Place(name, file))]
        changes = [self.read(place)[1] for place in different]
        if listing.asides is not None:
            self._mirror.note_asides(name, listing.asides)
        if listing.is_complete and not is_lost:
            changes += self._forget(name, listing.names)
        return merged(changes)

    def _differs(self, place: Place) -> bool:
        seen = self._mirror.seen(place)
        now = files.signature(f"{self._folder}/{place.folder}/{place.name}")
        if seen is None or now is None or now != seen.signature:
            return True
        # What may have changed without a sign is read once more, when no such change can follow.
        return not seen.is_settled and files.has_settled(now)

    def _forget(self, folder: str, names: Iterable[str]) -> Iterator[StoresChanged]:
        for name in self._mirror.names(folder).difference(names):
            # A file that was written since the listing is there, and is noted as it is.
            yield self.read(Place(folder, name))[1]
