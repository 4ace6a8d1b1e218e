"""The quota's pace in a small file, so that all copies of the program on a profile spend from one budget.

The numbers are seconds of the machine's monotonic clock, which all programs share, three for each kind of requests;
behind them stands the boot that they count from (version 0.1.0 leaves it as it is). The file is no record: it is not
synced, and when it cannot be used a copy keeps a pace of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import struct
import threading
from typing import TYPE_CHECKING

from gett_tui.gett.quota import OwnPace, Pace
from gett_tui.storage import files, small_files
from gett_tui.storage.files import FileTroubleError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PACE = struct.Struct("<3d")
_KINDS = 2
_BOOT_AT = _KINDS * _PACE.size


class SharedPace:
    """A ``PaceStore`` (see ``gett.quota``) in the file at ``path``.

    ``on_trouble`` hears once, in whatever thread that is, why the file cannot be used.
    """

    def __init__(self, path: Path, on_trouble: Callable[[FileTroubleError], None] | None = None) -> None:
        self._path = path
        self._own = OwnPace()
        self._on_trouble = on_trouble
        self._boot = hashlib.sha256(small_files.boot_id().encode()).digest()[:16]
        self._one_at_a_time = threading.Lock()

    def change(self, number: int, change: Callable[[Pace], Pace]) -> Pace:
        """See ``PaceStore``. The own pace goes along: losing the file loses no more than the others' spending."""
        with self._one_at_a_time:
            try:
                return self._own.change(number, lambda _: self._change_file(number, change))
            except BlockingIOError:
                # Another has it for microseconds; one that is stopped with it must not stop this copy.
                pass
            except OSError as error:
                self._tell(error)
            return self._own.change(number, change)

    def _change_file(self, number: int, change: Callable[[Pace], Pace]) -> Pace:
        handle = small_files.open_plain(self._path, os.O_RDWR | os.O_CREAT)
        try:
            if not files.lock_at_once(handle):
                raise BlockingIOError
            self._begin_boot(handle)
            at = number * _PACE.size
            before = _read(os.pread(handle, _PACE.size, at))
            pace = change(before)
            if pace != before:
                os.pwrite(handle, _PACE.pack(pace.next_any, pace.next_patient, pace.paused_until), at)
        finally:
            os.close(handle)
        return pace

    def _begin_boot(self, handle: int) -> None:
        """Forgets numbers that count from another start of the machine."""
        if os.pread(handle, len(self._boot), _BOOT_AT) != self._boot:
            os.pwrite(handle, bytes(_BOOT_AT) + self._boot, 0)

    def _tell(self, error: OSError) -> None:
        if self._on_trouble is not None:
            told, self._on_trouble = self._on_trouble, None
            # It is news, not a reason to send nothing.
            with contextlib.suppress(Exception):
                told(FileTroubleError("The pace is not shared with other copies: cannot use", self._path, error))


def _read(data: bytes) -> Pace:
    if len(data) != _PACE.size:
        return Pace()
    numbers = _PACE.unpack(data)
    return Pace(*numbers) if all(math.isfinite(number) for number in numbers) else Pace()
