"""The steps of a write, each under the lock of what it writes (invariant 1): the lock is a value that they take.

What stands in a record's place and is none never keeps an end from being kept (invariant 4), unless it is a newer
program's or nobody here may move it.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

from gett_tui.onboarding.ports import StorageError, UnkeepableError
from gett_tui.storage import files, record_file
from gett_tui.storage.locks import Locks
from gett_tui.storage.record_file import Found, Kind, Place, Unusable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from gett_tui.onboarding.events import StoresChanged
    from gett_tui.onboarding.record import Record
    from gett_tui.storage.locks import HeldLock
    from gett_tui.storage.mirror import Mirror
    from gett_tui.storage.reader import Reader
    from gett_tui.storage.removals import Removals

_FORBIDDEN = (errno.EACCES, errno.EPERM)
_OURS = (Kind.DAMAGED, Kind.FORBIDDEN)


class RecordWriter:
    """Writes the record files below ``folder`` and notes in ``mirror`` what it wrote."""

    def __init__(self, folder: Path, owner: str, mirror: Mirror, reader: Reader, removals: Removals) -> None:
        self._folder = folder
        self._owner = owner
        self._mirror = mirror
        self._reader = reader
        self._removals = removals
        self.locks = Locks(folder)

    @contextlib.contextmanager
    def hold(self, *places: Place) -> Generator[HeldLock]:
        """Holds the locks of ``places``. Raises FileTroubleError."""
        with self.locks.hold(*(self.path(place) for place in places)) as held:
            yield held

    def path(self, place: Place) -> Path:
        """The file at ``place``."""
        return self._reader.path(place)

    def change(self, held: HeldLock, place: Place, found: Found, change: Callable[[Record], Record]) -> Record:
        """Applies ``change`` to what was ``found`` under the same lock; what is stored then."""
        shown = self._mirror.at(place)
        current = found.record if shown is None else found.record._replace(key=shown.key)
        changed = change(current)
        return current if changed == current else self.put(held, place, changed, current.revision, found)

    def put(self, held: HeldLock, place: Place, record: Record, revision: int, replaced: Found | None = None) -> Record:
        """Keeps ``record`` as the state after ``revision``; what is stored then. Raises StorageError."""
        found = self._write(held, place, record, revision, replaced)
        self._mirror.note(place, found)
        return self._mirror.at(place) or found.record

    def put_back(self, held: HeldLock, place: Place, record: Record) -> StoresChanged:
        """Writes what memory holds where nothing stands. Raises StorageError."""
        if os.path.lexists(self.path(place)):
            return self._reader.read(place)[1]
        return self._mirror.note(place, self._write(held, place, record, record.revision, None))

    def _write(self, held: HeldLock, place: Place, record: Record, revision: int, replaced: Found | None) -> Found:
        number = revision + 1
        # Random: a file that was put back and written once has the same number as the one that it replaced.
        stamped = record._replace(revision=number, token=f"{number}-{os.urandom(6).hex()}")
        files.make_folder(self._folder / place.folder)
        return record_file.write(held, self.path(place), stamped, self._owner, replaced)

    def set_aside(self, held: HeldLock, place: Place, found: Found | Unusable | None) -> None:
        """Clears the place of what is no usable record. Raises StorageError; UnkeepableError when nobody here may."""
        if not isinstance(found, Unusable):
            return
        try:
            record_file.set_aside(held, self.path(place))
        except files.FileTroubleError as error:
            if error.errno in _FORBIDDEN:
                raise UnkeepableError(str(error), facts=error.facts) from error
            raise

    def refuse_unkeepable(self, place: Place, found: Found | Unusable | None, *, folders: bool = False) -> None:
        """Raises UnkeepableError when what stands there must stay; StorageError when it can only not be read now.

        A folder must stay when ``folders``.
        """
        if not isinstance(found, Unusable):
            return
        if found.kind is Kind.NEWER or (folders and self.path(place).is_dir()):
            raise UnkeepableError(f"{self.path(place)}: {found.text}", facts=self._facts(place, found))
        if found.kind is Kind.TROUBLE:
            self.refuse_unusable(place, found)

    def refuse_unusable(self, place: Place, found: Found | Unusable | None) -> None:
        """Raises StorageError when what stands there is no usable record."""
        if isinstance(found, Unusable):
            raise StorageError(f"{self.path(place)}: {found.text}", facts=self._facts(place, found))

    def _facts(self, place: Place, found: Unusable) -> dict[str, object]:
        return {"path": str(self.path(place)), "why": found.text}

    def shorten_removals(self) -> None:
        """Bounds what is kept of removals. Raises FileTroubleError."""
        self._removals.shorten(self._owner)

    def end_attempt(self, held: HeldLock, place: Place, found: Found | Unusable | None) -> None:
        """Removes an attempt's file, be it damaged: its end is known. What is no file of ours stays.

        Raises FileTroubleError.
        """
        if isinstance(found, Unusable) and not (found.kind in _OURS and self.path(place).is_file()):
            return
        with contextlib.suppress(files.FileTroubleError):
            # Else another copy would take it for lost: a false alarm, which must not keep the end from being kept.
            self._removals.note(place, None)
        record_file.remove(held, self.path(place))
        self._mirror.note(place, None)
