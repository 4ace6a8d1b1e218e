"""The modes of the terminal: how the program enters and leaves it, over a line that may be stuck or gone."""

from __future__ import annotations

import contextlib
import os
import termios
import tty
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOUSE = (1000, 1003, 1015, 1006)
_KITTY = 1 | 8 | 16
"""Keys that cannot be mistaken, all of them as sequences, with their text: what Textual asks for."""
_FOCUS, _PASTE, _WRAP, _CURSOR, _ALTERNATE, _SYNCHRONISED = 1004, 2004, 7, 25, 1049, 2026


def _on(*modes: int) -> str:
    return "".join(f"\x1b[?{mode}h" for mode in modes)


def _off(*modes: int) -> str:
    return "".join(f"\x1b[?{mode}l" for mode in modes)


def entering(environ: Mapping[str, str], *, mouse: bool) -> bytes:
    """What takes the terminal over, and asks it whether it can hold a picture back until it is whole (mode 2026)."""
    text = _on(_ALTERNATE) + _off(_CURSOR, _WRAP) + _on(_FOCUS, _PASTE, *(_MOUSE if mouse else ()))
    if not environ.get("TEXTUAL_DISABLE_KITTY_KEY"):
        text += f"\x1b[>{_KITTY}u"
    if environ.get("TERM_PROGRAM") != "Apple_Terminal":  # which prints the question's last letter
        text += "\x1b[?2026$p"
    return text.encode()


def leaving(*, mouse: bool) -> bytes:
    """What gives the terminal back.

    A picture that was cut off may have left the terminal holding all back until it is whole (mode 2026): that ends
    first. The screen is cleared: where there is no alternate screen (GNU screen without *altscreen*) the rows would
    stay under the shell's prompt. The Kitty protocol is left before the alternate screen, to which it belongs.
    """
    text = _off(_SYNCHRONISED, *(_MOUSE if mouse else ()), _PASTE) + _on(_WRAP) + "\x1b[m\x1b[H\x1b[J\x1b[<u"
    return (text + _off(_ALTERNATE) + _on(_CURSOR) + _off(_FOCUS)).encode()


class Modes:
    """The line settings of the terminal behind ``fd`` as they were, and as keys one by one need them."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._before: list[Any] | None = None

    def raw(self) -> None:
        """Keys come one by one and none is a signal; what was before is kept, by the first of several calls."""
        with contextlib.suppress(termios.error):
            attributes = termios.tcgetattr(self._fd)
            if self._before is None:
                self._before = termios.tcgetattr(self._fd)
            signals = 0 if os.environ.get("TEXTUAL_ALLOW_SIGNALS") else termios.ISIG
            attributes[tty.LFLAG] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | signals)
            attributes[tty.IFLAG] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
            attributes[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self._fd, termios.TCSANOW, attributes)

    def restore(self) -> None:
        """As before, at once: TCSADRAIN would wait for a terminal that may be stuck. Unread keys are dropped."""
        before, self._before = self._before, None
        with contextlib.suppress(termios.error):
            if before is not None:
                termios.tcsetattr(self._fd, termios.TCSANOW, before)
            termios.tcflush(self._fd, termios.TCIFLUSH)

    def is_in_background(self) -> bool:
        """Whether the terminal belongs to another job now: touching it would stop this process."""
        try:
            return os.tcgetpgrp(self._fd) != os.getpgrp()
        except OSError:  # not our controlling terminal: there are no jobs
            return False

    def size(self) -> tuple[int, int]:
        """Columns and rows; 80 by 24 where the terminal does not say."""
        try:
            columns, rows = os.get_terminal_size(self._fd)
        except OSError:
            columns, rows = 0, 0
        return columns or 80, rows or 24


def drop_unsent(fd: int) -> None:
    """Drops what the kernel holds for a terminal that takes nothing."""
    with contextlib.suppress(termios.error):
        termios.tcflush(fd, termios.TCOFLUSH)
