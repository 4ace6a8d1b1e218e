"""The line to the terminal: written when it can take something, never waited for.

Invariant: what is no picture goes out whole, in order, once; of a picture that did not go out whole yet there is never
more than one.
"""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING

from gett_tui.ui.terminal.own_description import write_within

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

_AT_ONCE = 4096
"""Bytes of one write: a terminal that takes more would only keep them for us."""
_CONTROLS = 256 * 1024
"""Bytes of controls that may wait: a clipboard full of ids has some 40 each."""
_RETRY = 0.05
"""Seconds after which a line is tried again that said it could take something, and took nothing."""
CANCEL = b"\x18"
"""CAN: ends the sequence in the middle of which the bytes broke off."""


class Line:
    """Writes to ``fd``, which does not block.

    ``drained`` is called when all has gone out, ``broken`` once when the terminal is gone.
    """

    def __init__(
        self,
        fd: int,
        loop: asyncio.AbstractEventLoop,
        drained: Callable[[], None],
        broken: Callable[[], None],
    ) -> None:
        self._fd = fd
        self._loop = loop
        self._drained = drained
        self._tell_broken = broken
        self._picture = bytearray()
        self._controls = bytearray()
        self._last_control = b""
        self._is_cut = False
        self._is_waiting = False
        self._is_broken = False
        self._retry: asyncio.TimerHandle | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is unsent: then a new picture would be an old one when it arrives."""
        return bool(self._picture or self._controls)

    def send_picture(self, data: bytes) -> None:
        """Sends a picture; only when the line is not busy."""
        self._picture += data
        self._begin()

    def send_control(self, data: bytes) -> bool:
        """Sends what is no picture behind all that waits already; whether there was room for it.

        The same again is not sent twice as long as it waits: a terminal that has not been read rings once.
        """
        if not data or (self._controls and data == self._last_control):
            return True
        if len(self._controls) + len(data) > _CONTROLS:
            return False
        self._controls += data
        self._last_control = data
        self._begin()
        return True

    def abandon_picture(self) -> None:
        """Forgets what is unsent of a picture, for good."""
        if self._picture and self._is_cut:
            self._controls[:0] = CANCEL
        self._picture.clear()

    def finish(self, last: bytes, seconds: float) -> bool:
        """Sends all that is no picture, and ``last``, waiting for at most ``seconds``; whether it went.

        The event loop is not needed for it and not run meanwhile: this is for the end, or before the process stops.
        """
        self.abandon_picture()
        self._wait_for_room(wanted=False)
        data = bytes(self._controls + last)
        self._controls.clear()
        if self._is_broken:
            return False
        try:
            return write_within(self._fd, data, seconds) == len(data)
        except OSError:
            self._break()
            return False

    def close(self) -> None:
        """Sends no more."""
        self._wait_for_room(wanted=False)
        self._forget_retry()
        self._is_broken = True
        self._picture.clear()
        self._controls.clear()

    def _begin(self) -> None:
        if not self._is_waiting:
            self._write()

    def _write(self) -> None:
        if self._is_broken:
            self._picture.clear()
            self._controls.clear()
            return
        queue = self._picture or self._controls
        try:
            done = os.write(self._fd, queue[:_AT_ONCE])
        except BlockingIOError:
            done = 0
        except OSError:
            self._break()
            return
        self._is_cut = done < len(queue)
        del queue[:done]
        self._go_on(stuck=done == 0)

    def _go_on(self, *, stuck: bool) -> None:
        if not self.is_busy:
            self._wait_for_room(wanted=False)
            self._drained()
        elif not stuck or not self._has_room():
            self._wait_for_room(wanted=True)
        else:
            # A line that is ready for one byte and is offered two columns of a line feed is ready for ever.
            self._wait_for_room(wanted=False)
            self._forget_retry()
            self._retry = self._loop.call_later(_RETRY, self._write_again)

    def _has_room(self) -> bool:
        return bool(select.select([], [self._fd], [], 0)[1])

    def _forget_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _write_again(self) -> None:
        self._retry = None
        if self.is_busy and not self._is_waiting:
            self._write()

    def _wait_for_room(self, *, wanted: bool) -> None:
        if wanted and not self._is_waiting:
            self._loop.add_writer(self._fd, self._write)
        elif self._is_waiting and not wanted:
            self._loop.remove_writer(self._fd)
        self._is_waiting = wanted

    def _break(self) -> None:
        self._wait_for_room(wanted=False)
        self._forget_retry()
        self._picture.clear()
        self._controls.clear()
        if not self._is_broken:
            self._is_broken = True
            self._tell_broken()
