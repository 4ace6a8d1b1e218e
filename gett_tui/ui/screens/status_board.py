"""What is known for the status line, and when it is painted: every poll moves it, and a line may be thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.ui.widgets.status_line import StatusView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from textual.screen import Screen
    from textual.timer import Timer

    from gett_tui.onboarding import events
    from gett_tui.onboarding.status import State
    from gett_tui.ui.environment import Environment
    from gett_tui.ui.widgets.status_line import StatusLine

_PACE = 1.0
"""Seconds between two repaints of the status line."""


class StatusBoard:
    """Keeps the view of the status line. ``counts`` tells how many stores have each status, None while not known."""

    def __init__(
        self,
        screen: Screen[None],
        environment: Environment,
        *,
        clock: Callable[[], datetime],
        counts: Callable[[], Mapping[State, int] | None],
    ) -> None:
        self._screen = screen
        self._clock = clock
        self._counts = counts
        self._line: StatusLine | None = None
        self._timer: Timer | None = None
        self.view = StatusView(profile=environment.profile, is_production=environment.is_production)
        """What is known, but for the counts."""

    def paint_on(self, line: StatusLine) -> None:
        """From now on ``line`` is painted."""
        self._line = line

    @property
    def is_painted(self) -> bool:
        """Whether the status line shows all that is known."""
        return self._timer is None

    def take(self, event: events.Event) -> None:
        """Shows what an event of the service's means for the line."""
        from gett_tui.ui.status_view import reduce

        self.view = reduce(self.view, event, self._clock().tzinfo)
        self.show()

    def no_way(self, why: str) -> None:
        """Nothing can be asked of Gett any more, because of ``why``."""
        self.view = self.view._replace(no_way=why)
        self.show()

    def show(self) -> None:
        """Repaints the line, at most once a second."""
        if self._timer is None:
            self._timer = self._screen.set_timer(_PACE, self._due)
            self._paint()

    def _due(self) -> None:
        self._timer = None
        self._paint()

    def _paint(self) -> None:
        if self._line is not None:
            counts = self._counts()
            self._line.show(self.view._replace(counts=None if counts is None else dict(counts)))
