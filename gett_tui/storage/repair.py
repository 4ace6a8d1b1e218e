"""Clears up after killed programs and sets damaged files aside; the only thing that changes files unasked.

For the polling copy, now and then, and for ``doctor --repair``. A damaged file must have looked the same the last time:
a person may be saving it with an editor. Nothing that holds data is deleted.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING

from gett_tui.onboarding.ports import StorageError
from gett_tui.storage import files
from gett_tui.storage.record_file import ATTEMPTS, ONBOARDINGS, Found, Kind, Place, Unusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gett_tui.storage.mirror import Mirror
    from gett_tui.storage.reader import Reader
    from gett_tui.storage.record_writer import RecordWriter


class Repair:
    """Repairs of the profile whose state lies in ``folder``; it remembers what it saw the last time."""

    def __init__(self, folder: Path, mirror: Mirror, reader: Reader, writer: RecordWriter) -> None:
        self._folder = folder
        self._mirror = mirror
        self._reader = reader
        self._writer = writer
        self._damaged: dict[Place, files.Signature] = {}

    def run(self, is_alive: Callable[[str], bool]) -> None:
        """One repair; ``is_alive`` tells whether the program of an owner's name still runs. Raises StorageError.

        What cannot be repaired stays a problem, and keeps nothing else from being repaired.
        """
        self._clear_temporaries(is_alive)
        self._clear_attempts()
        with contextlib.suppress(StorageError):
            self._writer.shorten_removals()
        before, self._damaged = self._damaged, self._damaged_now()
        for place, signature in self._damaged.items():
            if before.get(place) == signature:
                with contextlib.suppress(StorageError):
                    self._set_aside(place, signature)

    def _damaged_now(self) -> dict[Place, files.Signature]:
        return {
            place: unusable.seen.signature
            for place, unusable in self._mirror.unusable()
            if unusable.kind is Kind.DAMAGED and unusable.seen is not None
        }

    def _set_aside(self, place: Place, signature: files.Signature) -> None:
        with self._writer.hold(place) as held:
            found = self._reader.refresh(place)
            if not isinstance(found, Unusable) or found.seen is None or found.seen.signature != signature:
                return
            known = self._mirror.at(place)
            self._writer.set_aside(held, place, found)
            if known is not None:
                self._writer.put_back(held, place, known)
            else:
                self._mirror.note(place, None)

    def _clear_temporaries(self, is_alive: Callable[[str], bool]) -> None:
        for folder in (ONBOARDINGS, ATTEMPTS):
            _clear(self._folder / folder, is_alive)
        # A program that claims the folder has no name yet; it holds this lock.
        with self._writer.locks.hold(self._folder / "host"):
            _clear(self._folder, is_alive)

    def _clear_attempts(self) -> None:
        """Removes attempts that have become a record: their program was killed in between."""
        for place, entry in self._mirror.entries().items():
            if place.folder != ATTEMPTS or entry.record is None or self._mirror.at(place) is not None:
                continue
            record = self._mirror.place(entry.record.key)
            if record is not None and record.folder == ONBOARDINGS:
                self._clear_attempt(place, record)

    def _clear_attempt(self, attempt: Place, record: Place) -> None:
        with self._writer.hold(attempt, record) as held:
            left, stored = self._reader.refresh(attempt), self._reader.refresh(record)
            if not (isinstance(left, Found) and isinstance(stored, Found)):
                return
            if (left.record.key, left.record.partner_store_id) == (stored.record.key, stored.record.partner_store_id):
                self._writer.end_attempt(held, attempt, left)


def _clear(folder: Path, is_alive: Callable[[str], bool]) -> None:
    with files.explained("Cannot read the folder", folder), contextlib.suppress(FileNotFoundError):
        for name in os.listdir(folder):
            owner = files.temporary_owner(name)
            if owner is not None and _is_regular(folder / name) and not is_alive(owner):
                files.remove(folder / name)


def _is_regular(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return stat.S_ISREG(os.lstat(path).st_mode)
    return False
