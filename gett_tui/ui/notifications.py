"""What is said in passing: news, results and refusals, gathered so that they can be read, and the bell.

A trouble that lasts is none of it: it stands on the status line (invariant 8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.onboarding.status import Status, meaning
from gett_tui.text import one_line

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer

    from gett_tui.onboarding.record import Record

NEWS_PACE = 4.0
"""Seconds for which news is read; what comes meanwhile is told together."""
_READ = 4.0
_READ_ERROR = 8.0
"""Seconds for which a word stands."""


class Notifications:
    """Says things on ``screen``; with ``bell`` news rings."""

    def __init__(self, screen: Screen[None], *, bell: bool) -> None:
        self._screen = screen
        self._bell = bell
        self._arrived: dict[str, Record] = {}
        self._pause: Timer | None = None

    def say(self, text: str) -> None:
        """Something was done."""
        self._screen.notify(one_line(text, 400), timeout=_READ, markup=False)

    def warn(self, text: str) -> None:
        """Something cannot be done, and why."""
        self._screen.notify(one_line(text, 400), severity="warning", timeout=_READ, markup=False)

    def fail(self, text: str) -> None:
        """Something went wrong, or wants a person."""
        self._screen.notify(one_line(text, 400), severity="error", timeout=_READ_ERROR, markup=False)

    def news(self, record: Record) -> None:
        """A store has come to a state that wants a person.

        The first is told at once, what comes while that is read together: forty toasts would cover the screen.
        """
        self._arrived[record.key] = record
        if self._pause is None:
            self._tell()

    def _tell(self) -> None:
        arrived, self._arrived = self._arrived, {}
        self._pause = self._screen.set_timer(NEWS_PACE, self._tell) if arrived else None
        for status in dict.fromkeys(record.status for record in arrived.values()):
            names = [record.name for record in arrived.values() if record.status == status]
            who = names[0] if len(names) == 1 else f"{len(names)} stores"
            if status == Status.READY_TO_ACTIVATE:
                self.say(f"{who} {'is' if len(names) == 1 else 'are'} {meaning(status).words}")
            else:
                self.fail(f"{who} {meaning(status).words}")
        if arrived and self._bell:
            self._screen.app.bell()
