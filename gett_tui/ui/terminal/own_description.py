"""A way of our own to the terminal, because ``O_NONBLOCK`` belongs to the open file description.

Set on stdin or stderr it would reach the shell and whatever else shares them. Invariant: nothing here waits for a
terminal without an end.
"""

from __future__ import annotations

import contextlib
import os
import select
import time

_FLAGS = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class OwnDescription:
    """The terminal behind ``fd``, opened once more and never waited for; ``flags`` is os.O_RDONLY or os.O_WRONLY."""

    def __init__(self, fd: int, flags: int) -> None:
        self._shared: int | None = None
        self.fd = _opened_again(fd, flags)
        if self.fd < 0:
            # Neither its name nor /dev/tty can be opened: the description is shared, and given back as it was.
            self._shared, self._blocking, self.fd = fd, os.get_blocking(fd), os.dup(fd)
            os.set_blocking(fd, False)

    def close(self) -> None:
        """Gives it back; a second time does nothing."""
        if self.fd < 0:
            return
        if self._shared is not None:
            os.set_blocking(self._shared, self._blocking)
        os.close(self.fd)
        self.fd = -1


def _opened_again(fd: int, flags: int) -> int:
    with contextlib.suppress(OSError):
        return os.open(os.ttyname(fd), flags | _FLAGS)
    # Another user's terminal (su) or another namespace's (docker exec) has no name that can be opened.
    with contextlib.suppress(OSError):
        return os.open("/dev/tty", flags | _FLAGS)
    return -1


def tell(fd: int, text: bytes, seconds: float) -> bool:
    """Writes ``text`` to the terminal behind ``fd`` for at most ``seconds``; whether all of it went.

    To what is no terminal it is simply written. Raises OSError.
    """
    if not os.isatty(fd):
        return os.write(fd, text) == len(text)
    own = OwnDescription(fd, os.O_WRONLY)
    try:
        return write_within(own.fd, text, seconds) == len(text)
    finally:
        own.close()


def write_within(fd: int, data: bytes, seconds: float) -> int:
    """Writes to a descriptor that does not block, for at most ``seconds``; how many bytes went. Raises OSError."""
    end, done = time.monotonic() + seconds, 0
    while done < len(data):
        with contextlib.suppress(BlockingIOError):
            done += os.write(fd, data[done:])
        left = end - time.monotonic()
        if done == len(data) or left <= 0:
            break
        select.select([], [fd], [], left)
    return done
