"""What memory holds of the record files: a mirror, which is never righter than they are (invariant 3).

Each file has an entry with how it looked when it was read. A key names one row: when several files claim it, a record
goes before an attempt (which a killed program left beside it), and other records are shown under their onboarding ids.

Several threads read files and write them. ``mark`` tells whether somebody has noted a file since: what was read before
is dropped then, and read again. Nothing here touches the disk, so the event loop may ask.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gett_tui.onboarding.events import StoresChanged
from gett_tui.onboarding.status import is_live
from gett_tui.storage.record_file import ATTEMPTS, ONBOARDINGS, Found, Place, Unusable, file_name, name_before
from gett_tui.storage.toml_codec import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gett_tui.onboarding.record import Record
    from gett_tui.storage.files import Seen


@dataclass(frozen=True, slots=True)
class Entry:
    """A file: how it looked, the last record that it was, and what is wrong with it now."""

    seen: Seen | None
    record: Record | None
    unusable: Unusable | None = None
    is_current: bool = field(default=False, compare=False)
    """Whether it was read here and is a record of this program's format: a write needs nothing more of it."""


class Mirror:
    """The records of one profile by key, and their files."""

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._entries: dict[Place, Entry] = {}
        self._unusable: dict[Place, Unusable] = {}
        self._marks: dict[Place, int] = {}
        self._claims: dict[str, tuple[Place, ...]] = {}
        self._keys: dict[Place, str] = {}
        self._shown: dict[str, Record] = {}
        self._places: dict[str, Place] = {}
        self._renamed: set[Place] = set()
        """Files that are shown under another key than their own."""
        self._recalled: dict[Place, Record] = {}
        self._lost: dict[Place, Record] = {}
        self._asides: dict[str, tuple[str, ...]] = {}
        self.changes = 0
        """Counts the changes of records."""
        self.edits = 0
        """Counts whatever the index should know."""

    # -- asking

    def records(self) -> list[Record]:
        """All records, in no order."""
        with self._guard:
            return list(self._shown.values())

    def get(self, key: str) -> Record | None:
        """The record called ``key``."""
        with self._guard:
            return self._shown.get(key)

    def place(self, key: str) -> Place | None:
        """Where the record called ``key`` stands."""
        with self._guard:
            return self._places.get(key)

    def at(self, place: Place) -> Record | None:
        """The record that stands at ``place``, under the key that it is shown by."""
        with self._guard:
            key = self._keys.get(place)
            return self._shown.get(key) if key is not None else None

    def entry(self, place: Place) -> Entry | None:
        """What is known of the file at ``place``."""
        with self._guard:
            return self._entries.get(place)

    def seen(self, place: Place) -> Seen | None:
        """How the file at ``place`` looked when it was read last."""
        with self._guard:
            entry = self._entries.get(place)
            return entry.seen if entry is not None else None

    def entries(self) -> dict[Place, Entry]:
        """All entries."""
        with self._guard:
            return dict(self._entries)

    def names(self, folder: str) -> set[str]:
        """The names of the files that are known in ``folder``."""
        with self._guard:
            return {place.name for place in self._entries if place.folder == folder}

    def unusable(self) -> list[tuple[Place, Unusable]]:
        """The files that are no usable records."""
        with self._guard:
            return list(self._unusable.items())

    def asides(self) -> list[Place]:
        """The files that were set aside as damaged."""
        with self._guard:
            return [Place(folder, name) for folder, names in self._asides.items() for name in names]

    def remembered(self, place: Place) -> Record | None:
        """The last record that is known to have stood at ``place``, in this program's memory or in the index."""
        with self._guard:
            entry = self._entries.get(place)
            return entry.record if entry is not None and entry.record is not None else self._recalled.get(place)

    def recalled(self) -> dict[Place, Record]:
        """What the index, or memory, knew of files that cannot be read now, or do not say any more whose they are."""
        with self._guard:
            return dict(self._recalled)

    # -- noting

    def mark(self, place: Place) -> int:
        """To be asked before a file is read, and given back with what was read."""
        with self._guard:
            return self._marks.get(place, 0)

    def note(self, place: Place, found: Found | Unusable | None, mark: int | None = None) -> StoresChanged:
        """Notes what stands at ``place``, None for nothing; the rows that change by it.

        ``mark`` is of before it was read; without one it is certain, as what this program has just written.
        """
        with self._guard:
            if mark is not None and mark != self._marks.get(place, 0):
                return StoresChanged()
            known = self._entries.get(place)
            if isinstance(found, Found):
                self._recall_name(place, known, found.record)
                return self._set(place, Entry(found.seen, found.record, is_current=found.format == FORMAT))
            if found is None:
                self._lose(place, known, is_ours=mark is None)
                return self._set(place, None) if known is not None else StoresChanged()
            # What the file was last is shown on: nothing else knows its onboarding id.
            return self._set(place, Entry(found.seen, known.record if known else None, found))

    def _recall_name(self, place: Place, known: Entry | None, record: Record) -> None:
        """Keeps the record that named its store when what stands there now does not: only that tells whose it is."""
        before = known.record if known is not None else None
        if not record.partner_store_id and before is not None and before.partner_store_id:
            self._recalled[place] = before

    def note_indexed(self, place: Place, seen: Seen, record: Record) -> StoresChanged:
        """Notes a record that the index knew, of a file that still looks as it did."""
        with self._guard:
            edits = self.edits
            changes = StoresChanged() if place in self._entries else self._set(place, Entry(seen, record))
            self.edits = edits
            return changes

    def recall(self, records: dict[Place, Record]) -> None:
        """Keeps what the index knew of files that cannot be read now, or do not say whose they are."""
        with self._guard:
            self._recalled = records | self._recalled

    def _lose(self, place: Place, known: Entry | None, *, is_ours: bool) -> None:
        """Keeps what stood at ``place``, unless this program has just taken it away itself."""
        if is_ours:
            self._lost.pop(place, None)
        elif known is not None and known.record is not None and is_live(known.record.status):
            self._lost[place] = self._recalled.get(place, known.record)

    def note_lost(self, records: dict[Place, Record]) -> None:
        """Notes what the index knew, and no file tells."""
        with self._guard:
            new = {place: record for place, record in records.items() if place not in self._entries}
            self.edits += bool(new)
            self._lost = new | self._lost

    def explain(self, place: Place) -> None:
        """Forgets what was lost at ``place``: it was taken away on purpose."""
        with self._guard:
            if self._lost.pop(place, None) is not None:
                self.edits += 1

    def lost(self) -> dict[Place, Record]:
        """The live records that went and have not been explained; no attempt that has become a record."""
        with self._guard:
            if not self._lost:
                return {}
            aside = {Place(folder, name_before(name) or name) for folder, name in self.asides()}
            return {
                place: record
                for place, record in self._lost.items()
                if place not in aside and not (place.folder == ATTEMPTS and record.key in self._claims)
            }

    def note_asides(self, folder: str, names: Iterable[str]) -> None:
        """Notes which files were set aside in ``folder``."""
        with self._guard:
            before, self._asides[folder] = self._asides.get(folder, ()), tuple(sorted(names))
            self.edits += before != self._asides[folder]

    # -- which file is shown under which key

    def _set(self, place: Place, entry: Entry | None) -> StoresChanged:
        known = self._entries.get(place)
        self._marks[place] = self._marks.get(place, 0) + 1
        if entry == known:
            return StoresChanged()
        self.edits += 1
        if entry is not None:
            self._lost.pop(place, None)
        before, after = known and known.record, entry and entry.record
        self._unusable.pop(place, None)
        if entry is None:
            del self._entries[place]
        else:
            self._entries[place] = entry
            if entry.unusable is not None:
                self._unusable[place] = entry.unusable
        return StoresChanged() if before == after else self._show(place, before, after)

    def _show(self, place: Place, before: Record | None, after: Record | None) -> StoresChanged:
        if before is None and after is not None and self._is_free(after.key):
            # Nearly all; ten thousand of them at the start.
            self._claims[after.key] = (place,)
            self._keys[place], self._shown[after.key], self._places[after.key] = after.key, after, place
            self.changes += 1
            return StoresChanged((after,))
        touched = self._touched(place, before, after)
        self._claim(place, before, after)
        old = {key: self._shown.pop(key) for one in touched if (key := self._keys.pop(one, None)) is not None}
        for key in old:
            del self._places[key]
        self._renamed.difference_update(touched)
        new: dict[str, Record] = {}
        for one in touched:
            entry = self._entries.get(one)
            if entry is not None and entry.record is not None:
                new |= self._assign(one, entry.record)
        changes = StoresChanged(
            tuple(record for key, record in new.items() if old.get(key) != record), tuple(old.keys() - new.keys())
        )
        self.changes += bool(changes)
        return changes

    def _is_free(self, key: str) -> bool:
        return not self._renamed and key not in self._claims

    def _touched(self, place: Place, *records: Record | None) -> list[Place]:
        """The files whose keys may change when one file does."""
        touched = {place}
        for record in records:
            if record is not None:
                touched.update(self._claims.get(record.key, ()))
                touched.update(self._renamed & {Place(ONBOARDINGS, file_name(record.key))})
                touched.update((self._places[record.key],) if record.key in self._places else ())
        return sorted(touched)

    def _claim(self, place: Place, before: Record | None, after: Record | None) -> None:
        if before is not None:
            left = tuple(one for one in self._claims.pop(before.key, ()) if one != place)
            if left:
                self._claims[before.key] = left
        if after is not None:
            self._claims[after.key] = (*self._claims.get(after.key, ()), place)

    def _assign(self, place: Place, record: Record) -> dict[str, Record]:
        key = self._key(place, record)
        if key is None:
            return {}
        shown = record if record.key == key else record._replace(key=key)
        self._keys[place], self._shown[key], self._places[key] = key, shown, place
        if shown is not record:
            self._renamed.add(place)
        return {key: shown}

    def _key(self, place: Place, record: Record) -> str | None:
        first = max(self._claims[record.key], key=lambda one: (one.folder != ATTEMPTS, one.name))
        if first == place:
            return record.key
        if place.folder == ATTEMPTS:
            return None
        fallback = record.onboarding_id
        return fallback if fallback and fallback not in self._claims else place.name
