"""Which record files were taken away on purpose: any other that goes missing is lost, and somebody must hear of it.

The program notes here what it takes away itself (an attempt whose end is known), and what a person says is to be
forgotten. A line a file, added in one piece, so that any number of copies may write. Losing a line costs a false alarm
and no store, so nothing waits for the disk.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, cast

from gett_tui.storage import files, small_files
from gett_tui.storage.record_file import ATTEMPTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gett_tui.onboarding.record import Record
    from gett_tui.storage.record_file import Place

_NAME = "removed"
_LARGE = 1024 * 1024
"""Bytes from which the older half of the lines goes: what they speak of no index knows any more."""

Line = tuple[str, ...]


class Removals:
    """The file ``removed`` of the profile whose state lies in ``folder``; ``owner`` is this running program's name."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._owner = owner
        self._folder = folder
        self._path = folder / _NAME
        self._seen: files.Seen | None = None
        self._lines: frozenset[Line] = frozenset()

    def note(self, place: Place, record: Record | None) -> None:
        """Says that what is at ``place`` goes on purpose. Raises FileTroubleError.

        An attempt's name is never used again, so it is enough; of an onboarding just this state of ``record`` is meant.
        """
        line = json.dumps(_line(place, record)).encode() + b"\n"
        with files.explained("Cannot write", self._path):
            handle = small_files.open_plain(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            try:
                os.write(handle, line)
            finally:
                os.close(handle)

    def explained(self, lost: Mapping[Place, Record]) -> list[Place]:
        """Those of ``lost`` that went on purpose. What cannot be read explains nothing."""
        if not lost:
            return []
        signature = files.signature(self._path)
        if self._seen is None or not self._seen.is_settled or self._seen.signature != signature:
            self._read()
        return [
            place
            for place, record in lost.items()
            if _line(place, record) in self._lines or self._is_in_other_hands(place, record)
        ]

    def _is_in_other_hands(self, place: Place, record: Record) -> bool:
        """Whether it is the attempt of another copy that lives and sees to it: one of 0.1.0 notes nothing here."""
        pending = record.pending
        if place.folder != ATTEMPTS or pending is None or pending.owner == self._owner:
            return False
        from gett_tui.storage.instances import Instances  # not for every command: this is rare

        return Instances(self._folder).is_alive(pending.owner)

    def _read(self) -> None:
        self._seen, self._lines = None, frozenset()
        with contextlib.suppress(OSError):
            data, self._seen = files.read(self._path)
            self._lines = frozenset(line for text in data.split(b"\n") if (line := _parsed(text)) is not None)

    def shorten(self, owner: str) -> None:
        """Lets the older half go when the file has become large; for one copy at a time. Raises FileTroubleError."""
        signature = files.signature(self._path)
        if signature is None or signature.size < _LARGE:
            return
        with contextlib.suppress(OSError):
            lines = files.read(self._path)[0].split(b"\n")
            files.write_atomic(self._path, b"\n".join(lines[len(lines) // 2 :]), owner)


def _line(place: Place, record: Record | None) -> Line:
    if place.folder == ATTEMPTS or record is None:
        return (place.folder, place.name)
    return (place.folder, place.name, str(record.revision), record.token)


def _parsed(text: bytes) -> Line | None:
    with contextlib.suppress(ValueError, RecursionError):
        found: object = json.loads(text)
        if isinstance(found, list):
            return tuple(str(part) for part in cast("list[object]", found))
    return None
