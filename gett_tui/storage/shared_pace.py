"""The quota's book in a small file, so that all copies of the program on a profile spend from one budget.

The numbers are seconds of the machine's monotonic clock, which all programs share. The file is no record: it is
not synced, and when it cannot be used a copy keeps a book of its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import struct
from typing import TYPE_CHECKING

from gett_tui.gett.quota import OwnBook, Pace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PACE = struct.Struct("<3d")


class SharedPace:
    """A ``Book`` (see ``gett.quota``) in the file at ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = OwnBook()

    def change(self, lane: int, change: Callable[[Pace], Pace]) -> Pace:
        """See ``Book``. The own book goes along, so that losing the file loses no more than the others' spending."""
        with contextlib.suppress(OSError):
            return self._change_file(lane, change)
        return self._own.change(lane, change)

    def _change_file(self, lane: int, change: Callable[[Pace], Pace]) -> Pace:
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Held for microseconds; a stopped program that holds it must not stop this one: then the own book serves.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.pread(handle, _PACE.size, lane * _PACE.size)
            pace = change(_read(found))
            os.pwrite(handle, _PACE.pack(pace.next_any, pace.next_patient, pace.paused_until), lane * _PACE.size)
        finally:
            os.close(handle)
        return self._own.change(lane, lambda _: pace)


def _read(data: bytes) -> Pace:
    if len(data) != _PACE.size:
        return Pace()
    numbers = _PACE.unpack(data)
    return Pace(*numbers) if all(math.isfinite(number) for number in numbers) else Pace()
