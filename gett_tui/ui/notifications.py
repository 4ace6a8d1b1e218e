"""The one way to say something in passing: news, results and refusals go to the message line, and news rings.

``say`` what was done, ``warn`` of what cannot be done, ``fail`` with what went wrong. A trouble that lasts is none of
it: it stands on the status line (invariant 8).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gett_tui.onboarding.status import Status, meaning
from gett_tui.ui.message_log import Level, MessageLog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual.app import App
    from textual.timer import Timer

    from gett_tui.onboarding.record import Record

NEWS_PACE = 4.0
"""Seconds for which news is read; what comes meanwhile is told together."""
READ_TIME = 6.0
"""Seconds for which a word stands that need not be read."""


class Notifications:
    """Says things on the message line of ``app``; with ``bell`` news rings. ``clock`` gives the local time.

    What is said ``about`` a store is begun with its name; the same said about several is told together.
    """

    def __init__(self, app: App[int], *, bell: bool, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._bell = bell
        self.log = MessageLog(clock)
        self._arrived: dict[str, Record] = {}
        self._failed: dict[str, str] = {}
        """What stands on the line as having failed, by the store's key: the words."""
        self._pause: Timer | None = None

    def say(self, text: str, *, about: Record | None = None, details: Sequence[str] = ()) -> None:
        """Something was done."""
        self._pass(Level.DONE, text, about=about, details=details)

    def warn(self, text: str, *, about: Record | None = None, details: Sequence[str] = ()) -> None:
        """Something cannot be done, and why."""
        self._pass(Level.REFUSED, text, about=about, details=details)

    def fail(self, text: str, *, about: Record | None = None, details: Sequence[str] = ()) -> None:
        """Something went wrong, or wants a person: it stands until it is read."""
        self.log.add(Level.FAILED, text, about=about, details=details)

    def worker_ended(self, error: BaseException | None) -> None:
        """Says what a worker ended with, if that is an error: nobody else hears of it."""
        if error is not None:
            from gett_tui.error_messages import sentence

            self.fail(sentence(error))

    def _pass(
        self,
        level: Level,
        text: str,
        *,
        about: Record | None,
        details: Sequence[str] = (),
        is_news: bool = False,
    ) -> None:
        standing = self.log.add(level, text, about=about, details=details, is_news=is_news)
        self._app.set_timer(READ_TIME, partial(self.log.leave, standing, standing.said_at))

    def news(self, record: Record) -> None:
        """A store has come to a state that wants a person.

        The first is told at once, what comes while that is read together: a line that changes ten times a second
        cannot be read.
        """
        self.overtaken(record)
        self._arrived[record.key] = record
        if self._pause is None:
            self._tell()

    def overtaken(self, record: Record) -> None:
        """Takes back that ``record`` has failed when it stands otherwise by now: the line says what is."""
        words = self._failed.get(record.key)
        if words is not None and words != meaning(record.status).words:
            del self._failed[record.key]
            self.log.retract(Level.FAILED, words, record.key)

    def _tell(self) -> None:
        arrived, self._arrived = self._arrived, {}
        self._pause = self._app.set_timer(NEWS_PACE, self._tell) if arrived else None
        for record in arrived.values():
            words = meaning(record.status).words
            if record.status == Status.READY_TO_ACTIVATE:
                self._pass(Level.DONE, words, about=record, is_news=True)
            else:
                self._failed[record.key] = words
                self.log.add(Level.FAILED, words, about=record, is_news=True)
        if arrived and self._bell:
            self._app.bell()
