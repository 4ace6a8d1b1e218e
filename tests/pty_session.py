"""A program in a pseudo terminal: start it, send keys, read what it writes and see the screen that comes of it.

Linux. The reader only stamps what comes and answers the questions that Textual asks a terminal; the screen is
worked out afterwards by replay, so that the emulator does not compete with the program for the processor.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pyte

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Size = tuple[int, int]
"""Columns and rows."""

KEYS = {
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
    "enter": b"\r",
    "escape": b"\x1b",
    "tab": b"\t",
    "space": b" ",
    "ctrl+c": b"\x03",
    "ctrl+l": b"\x0c",
    "ctrl+q": b"\x11",
}

_OUTER_SETTINGS = (
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "LC_ALL",
    "LC_CTYPE",
    "TMUX",
    "TERM_PROGRAM",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
)
_QUERY = re.compile(rb"\x1b\[\?(\d+)\$p|\x1b\[5n")
# What pyte would print or misread: private CSI with < = > or $, and private modes that are not set or reset.
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][\d;]*[a-zA-Z]|\x1b\[\??[\d;]*\$[a-z]|\x1b\[\?[\d;]*[a-gi-km-zA-Z]")
_UNFINISHED = re.compile(rb"\x1b(?:\[[\x20-\x3f]*)?\Z")


class PtySession:
    """Use as a context manager: the program is ended on the way out, whatever happened.

    ``chunks`` holds all that was read: when it reached the screen (seconds, monotonic) and what.
    """

    def __init__(self, command: Sequence[str], size: Size = (80, 24), env: Mapping[str, str] | None = None) -> None:
        self.size = size
        self.chunks: list[tuple[float, bytes]] = []
        self.status: int | None = None
        """The exit status once the program has ended; negative for a signal."""
        settings = {name: value for name, value in os.environ.items() if name not in _OUTER_SETTINGS}
        settings |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"} | dict(env or {})
        self.started = time.monotonic()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            try:
                _set_size(0, size)  # before exec, so that the program never sees 0x0
                os.execvpe(command[0], list(command), settings)
            finally:
                os._exit(127)
        os.set_blocking(self._fd, False)
        self._open = True
        self._asked = b""
        self.answers = True
        """Whether the terminal answers questions."""
        self.delay = 0.0
        """Seconds that all is on its way, there and back again."""
        self.rate = 0
        """Bytes a second that the line carries; 0 for as many as there are."""
        self._free_at = 0.0
        self._late: list[tuple[float, bytes]] = []

    def __enter__(self) -> PtySession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def output(self) -> bytes:
        """All bytes written so far."""
        return b"".join(data for _, data in self.chunks)

    def read(self, timeout: float) -> bytes:
        """What is written within ``timeout`` seconds; returns with the first of it. Empty when there is nothing."""
        self._deliver()
        if self._late:
            timeout = min(timeout, 0.02)
        if not self._open or not select.select([self._fd], [], [], max(0.0, timeout))[0]:
            return b""
        try:
            data = os.read(self._fd, self._room())
        except OSError:  # EIO: the program has closed its side
            data = b""
        if not data:
            self._open = False
            return b""
        self._free_at = max(self._free_at, time.monotonic()) + (len(data) / self.rate if self.rate else 0)
        self.chunks.append((max(self._free_at, time.monotonic()) + self.delay, data))
        self._answer(data)
        return data

    def _room(self) -> int:
        """How much is read at once; a thin line is waited for until it is free."""
        if not self.rate:
            return 65536
        time.sleep(max(0.0, self._free_at - time.monotonic()))
        return 256

    def read_for(self, seconds: float) -> bytes:
        """All that is written in the next ``seconds``."""
        first, end = len(self.chunks), time.monotonic() + seconds
        while self._open and time.monotonic() < end:
            self.read(end - time.monotonic())
        return b"".join(data for _, data in self.chunks[first:])

    def read_until_quiet(self, quiet: float = 0.3, timeout: float = 20.0) -> bytes:
        """All that is written until nothing came for ``quiet`` seconds. Raises TimeoutError if it never stops."""
        first, end = len(self.chunks), time.monotonic() + timeout
        while self.read(quiet):
            if time.monotonic() > end:
                raise TimeoutError(f"still writing after {timeout} s")
        return b"".join(data for _, data in self.chunks[first:])

    def wait_for(self, text: str, timeout: float = 40.0) -> None:
        """Read until ``text`` is on the screen. Raises TimeoutError, with the screen, if it does not come."""
        self._wait(text, True, timeout)

    def wait_until_gone(self, text: str, timeout: float = 40.0) -> None:
        """Read until ``text`` is on the screen no more. Raises TimeoutError, with the screen, if it stays."""
        self._wait(text, False, timeout)

    def _wait(self, text: str, is_there: bool, timeout: float) -> None:
        end = time.monotonic() + timeout
        while any(text in line for line in self.screen()) != is_there:
            if not self._open or time.monotonic() > end:
                raise TimeoutError(f"{text!r} did not {'appear' if is_there else 'go'}:\n" + "\n".join(self.screen()))
            self.read(0.2)
            self.read_until_quiet(0.02, timeout)

    def send(self, *keys: str) -> float:
        """Press keys, by their names in ``KEYS`` or as plain text; the time of the last."""
        for key in keys:
            self._late.append((time.monotonic() + self.delay, KEYS.get(key, key.encode())))
        self._deliver()
        return time.monotonic()

    def resize(self, size: Size) -> None:
        self.size = size
        _set_size(self._fd, size)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def screen(self) -> list[str]:
        """The lines on the screen now, without the blanks at their ends."""
        return [line.rstrip() for line in self._emulated().display]

    def colours_of(self, text: str) -> set[str]:
        """The colours of the letters of ``text``, wherever it stands; a bright one counts as the one it is of."""
        screen = self._emulated()
        found = {
            screen.buffer[y][x + place].fg
            for y, line in enumerate(screen.display)
            for x in range(len(line))
            if line.startswith(text, x)
            for place, char in enumerate(text)
            if char != " "
        }
        return {colour.removeprefix("bright").replace("brown", "yellow") for colour in found}

    def _emulated(self) -> pyte.Screen:
        screen = pyte.Screen(*self.size)
        pyte.ByteStream(screen).feed(without_unknown(self.output))
        return screen

    def wait_for_exit(self, timeout: float = 30.0) -> int:
        """Read on until the program ends; its exit status. Raises TimeoutError if it does not."""
        end = time.monotonic() + timeout
        while self.status is None:
            if not self.read(0.05) and not self._open:
                time.sleep(0.01)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                raise TimeoutError(f"still running after {timeout} s")
        while self.read(0.05):
            pass
        return self.status

    def wait_for_exit_unread(self, timeout: float = 30.0) -> int:
        """Wait until the program ends without reading what it writes; its exit status. Raises TimeoutError."""
        end = time.monotonic() + timeout
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                raise TimeoutError(f"still running after {timeout} s")
            time.sleep(0.01)
        return self.status

    def wait_for_stop(self) -> None:
        """Read on until the program has stopped itself, as ctrl+z makes it."""
        while not os.WIFSTOPPED(os.waitpid(self.pid, os.WUNTRACED | os.WNOHANG)[1]):
            self.read(0.05)

    def write_from_elsewhere(self, text: bytes) -> None:
        """Let another program write on the same terminal."""
        other = os.open(os.readlink(f"/proc/{self.pid}/fd/0"), os.O_WRONLY | os.O_NOCTTY)
        os.write(other, text)
        os.close(other)

    def hang_up(self) -> None:
        """Close the terminal."""
        os.close(self._fd)
        self._fd, self._open = -1, False

    def close(self) -> None:
        """End the program if it still runs: politely, then not."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.status is None:
                with suppress(ProcessLookupError):
                    self.signal(number)
                with suppress(TimeoutError):
                    self.wait_for_exit(3)
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self._open = False

    def _answer(self, data: bytes) -> None:
        """Say that synchronised output (mode 2026) is there, and no other mode that is asked for, and "I am here"."""
        asked = self._asked + data
        end = 0
        for query in _QUERY.finditer(asked):
            end = query.end()
            known = query.group(1) == b"2026"
            mode = b"\x1b[?%s;%d$y" % (query.group(1) or b"", 2 if known else 0)
            if self.answers:
                answer = mode if query.group(1) else b"\x1b[0n"
                self._late.append((self.chunks[-1][0] + self.delay, answer))
        self._asked = asked[end:][-16:]
        self._deliver()

    def _deliver(self) -> None:
        self._late.sort(key=lambda late: late[0])
        while self._late and self._late[0][0] <= time.monotonic():
            _, data = self._late.pop(0)
            with suppress(OSError):  # it has ended meanwhile
                os.write(self._fd, data)


def without_unknown(data: bytes) -> bytes:
    """``data`` without what pyte would print or misread, and without an unfinished sequence at its end."""
    unfinished = _UNFINISHED.search(data)
    return _UNKNOWN_TO_PYTE.sub(b"", data[: unfinished.start()] if unfinished else data)


def _set_size(fd: int, size: Size) -> None:
    columns, rows = size
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
