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

FRESHNESS_PACE = 5.0
"""Seconds between two repaints that tell of nothing but that Gett was asked again."""


def view_of(environment: Environment) -> StatusView:
    """What is known before anything has happened."""
    return StatusView(profile=environment.profile, is_production=environment.is_production)


class StatusBoard:
    """Keeps ``view``, and has ``line`` show it; ``counts`` tells how many stores have each status.

    What has changed is shown at once, the counts together with the rows (``count``); that Gett was asked again is
    shown now and then.
    """

    def __init__(
        self,
        screen: Screen[None],
        line: StatusLine,
        *,
        clock: Callable[[], datetime],
        counts: Callable[[], Mapping[State, int]],
    ) -> None:
        self._screen = screen
        self._line = line
        self._clock = clock
        self._counts = counts
        self._pause: Timer | None = None
        self.view = line.view
        """What is known."""

    @property
    def is_painted(self) -> bool:
        """Whether the line shows all that is known."""
        return self._line.view == self.view

    def take(self, event: events.Event) -> None:
        """Shows what an event of the service's means for the line."""
        from gett_tui.ui.status_view import reduce

        self.view = reduce(self.view, event, self._clock().tzinfo)
        self._show()

    def no_way(self, why: str) -> None:
        """Nothing can be asked of Gett any more, because of ``why``."""
        self.view = self.view._replace(no_way=why)
        self._show()

    def count(self) -> None:
        """Shows how many stores have each status now."""
        self.view = self.view._replace(counts=dict(self._counts()))
        if self.view.counts != self._line.view.counts:
            self._line.show(self.view)

    def _show(self) -> None:
        is_fresher = self.view._replace(polled_at=self._line.view.polled_at) == self._line.view
        if not is_fresher or self._line.view.polled_at is None:
            self._line.show(self.view)
        if self._pause is None and self.view.polled_at is not None:
            self._line.show(self.view)
            self._pause = self._screen.set_timer(FRESHNESS_PACE, self._due)

    def _due(self) -> None:
        self._pause = None
        if not self.is_painted:
            self._show()
