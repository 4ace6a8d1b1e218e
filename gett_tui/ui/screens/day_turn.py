"""When the day turns: what is told of today is told of yesterday then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual.screen import Screen


class DayTurn:
    """Calls ``on_new_day`` a second after each midnight; ``now`` gives the local time."""

    def __init__(self, screen: Screen[None], now: Callable[[], datetime], on_new_day: Callable[[], None]) -> None:
        self._screen = screen
        self._now = now
        self._on_new_day = on_new_day

    def wait(self) -> None:
        """Waits for the next one, from now on again and again."""
        now = self._now()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        self._screen.set_timer((midnight - now).total_seconds() + 1, self._turned)

    def _turned(self) -> None:
        self.wait()
        self._on_new_day()
