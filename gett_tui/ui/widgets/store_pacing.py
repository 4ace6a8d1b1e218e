"""When the store list paints changes and lets rows move: often enough to be true, seldom enough to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer
    from textual.widget import Widget

PAINT_PERIOD = 0.1
"""Seconds between two paints of changed records: at most ten a second."""

ORDER_PERIOD = 2.0
"""Seconds for which the rows keep their places once some have moved. A list that never stands still cannot be read,
and each move repaints all that it shifts."""


class PaintPace:
    """Calls ``paint`` at once, and for what comes within ``PAINT_PERIOD`` after that once more at its end."""

    def __init__(self, owner: Widget, paint: Callable[[], None]) -> None:
        self._owner = owner
        self._paint = paint
        self._pause: Timer | None = None
        self._overdue = False

    def soon(self) -> None:
        """Something has changed."""
        if self._pause is not None:
            self._overdue = True
            return
        self._paint()
        if self._owner.is_running:
            self._pause = self._owner.set_timer(PAINT_PERIOD, self._ended)

    def _ended(self) -> None:
        self._pause = None
        if self._overdue:
            self._overdue = False
            self.soon()


class OrderPace:
    """Calls ``freeze`` when rows begin to keep their places and ``thaw`` when they may move again."""

    def __init__(
        self, owner: Widget, freeze: Callable[[], None], thaw: Callable[[], None], on_due: Callable[[], None]
    ) -> None:
        self._owner = owner
        self._freeze = freeze
        self._thaw = thaw
        self._on_due = on_due
        self._standing: Timer | None = None

    def keep(self) -> None:
        """The rows keep their places for ``ORDER_PERIOD`` from now, if they do not already; then ``on_due``."""
        if self._standing is None and self._owner.is_running:
            self._freeze()
            self._standing = self._owner.set_timer(ORDER_PERIOD, self._on_due)

    def let_move(self) -> None:
        """They may move now."""
        if self._standing is not None:
            self._standing.stop()
            self._standing = None
            self._thaw()
