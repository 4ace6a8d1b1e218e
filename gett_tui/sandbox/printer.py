"""Prints lines without ever waiting for who reads them: a pipe that nobody empties, or a terminal held by ctrl+s."""

from __future__ import annotations

import contextlib
import os
import queue
import threading

_WAITING = 1_000


class Printer:
    """Writes to the file descriptor in a thread of its own; lines that find the queue full are dropped and counted."""

    def __init__(self, descriptor: int, encoding: str) -> None:
        self._descriptor = descriptor
        self._encoding = encoding
        self._lines: queue.Queue[str] = queue.Queue(_WAITING)
        self._dropped = 0
        # A daemon: one that waits for its reader must not keep the program from ending.
        threading.Thread(target=self._run, name="printer", daemon=True).start()

    def say(self, line: str) -> None:
        """Has ``line`` printed soon; it must be inert already."""
        if self._dropped:
            with contextlib.suppress(queue.Full):
                are = "line is" if self._dropped == 1 else "lines are"
                self._lines.put_nowait(f"… {self._dropped} {are} left out: nobody read them in time")
                self._dropped = 0
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def _run(self) -> None:
        # Nobody reads any more: what is said is of no use to anybody.
        with contextlib.suppress(OSError):
            while True:
                data = (self._lines.get() + "\n").encode(self._encoding, "backslashreplace")
                while data:
                    data = data[os.write(self._descriptor, data) :]
