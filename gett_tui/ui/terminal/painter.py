"""When the picture goes to the terminal: as one difference, when the line is free and the person not far behind.

Invariant: changes that come while they cannot be sent alter only what is wanted; whatever the stall, one difference
follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gett_tui.ui.terminal.asking import PATIENCE, Asking

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from gett_tui.ui.terminal.line import Line
    from gett_tui.ui.terminal.picture import Picture

    Size = tuple[int, int]

_ECHO = 0.25
"""Seconds for which what is painted counts as the effect of a key."""


class _Unseen(NamedTuple):
    """What is waited for: all that was sent when ``mark`` was made is to be on the terminal."""

    mark: int
    sent_at: float
    then: Callable[[], None]


class Painter:
    """Brings ``picture`` to the terminal by ``line``.

    ``pace`` says how many seconds have to lie between the last picture (or the start) and the next one.
    ``size`` is the terminal's, in columns and rows: a picture of another size is not painted.
    """

    def __init__(
        self,
        picture: Picture,
        size: Size,
        loop: asyncio.AbstractEventLoop,
        pace: Callable[[], float],
    ) -> None:
        self.asking = Asking()
        self._picture = picture
        self._picture_size = self.size = size
        self._loop = loop
        self._pace = pace
        self._line: Line | None = None
        self._painted = 0.0
        self._pressed = -_ECHO
        self._planned: asyncio.Handle | None = None
        self._unsent: list[Callable[[], None]] = []
        self._unseen: list[_Unseen] = []

    def start(self, line: Line) -> None:
        """Paints on ``line`` from now on; what it shows is unknown."""
        self._line = line
        self._painted = self._loop.time()
        self.repaint()

    def stop(self) -> None:
        """Paints no more."""
        self._line = None
        self.asking.forget(self._loop.time())
        self._cancel()

    def write(self, text: str, size: Size) -> None:
        """Takes what Textual writes when it has laid out for ``size``."""
        if size != self._picture_size:
            self._picture_size = size
            self._picture.resize(*size)
        controls = self._picture.write(text)
        if controls and self._line is not None:
            self._line.send_control(controls.encode("utf-8", "replace"))
        self.plan()

    def pressed(self) -> None:
        """A key was pressed: what it does goes before other news."""
        self._pressed = self._loop.time()
        self.plan()

    def answered(self) -> None:
        """The terminal has shown what was asked behind."""
        self.asking.answered(self._loop.time())
        self.plan()

    def when_shown(self, then: Callable[[], None]) -> None:
        """Calls ``then`` when the terminal shows all that is wanted, as far as one can know, not while it is stuck."""
        self._unsent.append(then)
        self.plan()

    def repaint(self) -> None:
        """Sends the whole picture again: what the terminal shows is not known."""
        self._picture.forget()
        self.plan()

    def plan(self) -> None:
        """Paints when this turn of the loop has ended, if it can be."""
        self._cancel()
        self._planned = self._loop.call_soon(self._paint)

    def _cancel(self) -> None:
        if self._planned is not None:
            self._planned.cancel()
            self._planned = None

    def _paint(self) -> None:
        self._planned = None
        line = self._line
        if line is None or line.is_busy or self._picture_size != self.size:
            return
        now = self._loop.time()
        self._tell_seen(now)
        wait = self._wait(now) if self._picture.is_changed else 0.0
        if wait > 0:
            self._planned = self._loop.call_later(wait, self._paint)
            return
        if self._picture.is_changed:
            data = self._picture.difference().encode("utf-8", "replace")
            self._painted = now
            if data:
                line.send_picture(data + self.asking.sent(len(data), now))
        self._unseen += [_Unseen(self.asking.mark, now, then) for then in self._unsent]
        self._unsent.clear()
        self._tell_seen(now)
        if self._unseen and self._planned is None:
            self._planned = self._loop.call_later(PATIENCE, self._paint)

    def _tell_seen(self, now: float) -> None:
        """Tells whoever waits for what the terminal has shown, or has not answered for too long."""
        unseen, self._unseen = self._unseen, []
        for each in unseen:
            if self.asking.has_seen(each.mark) or now - each.sent_at >= PATIENCE:
                each.then()
            else:
                self._unseen.append(each)

    def _wait(self, now: float) -> float:
        after_key = now - self._pressed < _ECHO
        pace = 0.0 if after_key else self._painted + self._pace() - now
        return max(pace, self.asking.wait(now, after_key=after_key))
