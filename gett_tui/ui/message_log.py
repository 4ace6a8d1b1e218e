"""What has been said in passing: all of it for the log, and what of it still stands on the message line.

Its invariant: an error stands until a person has read it, however much is said after it; nothing grows without bound.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from gett_tui.onboarding.record import Record

KEPT = 500
"""Entries of the log, and different messages that stand; older ones are forgotten."""
_DETAILS = 50
"""Lines below one entry."""
_LENGTH = 400
"""Characters of one line."""


class Level(Enum):
    """How much a message wants to be read: its sign (colour alone says nothing) and its Rich style."""

    DONE = (" ", "")
    REFUSED = ("i", "yellow")
    FAILED = ("!", "bold red")

    def __init__(self, sign: str, style: str) -> None:
        self.sign = sign
        self.style = style


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. ``at`` is local time; ``details`` stand below it; ``times``: said so often in a row."""

    at: datetime
    level: Level
    text: str
    details: tuple[str, ...] = ()
    times: int = 1


@dataclass(slots=True)
class Standing:
    """What stands on the line: the same thing said of one store or of many."""

    level: Level
    what: str
    names: dict[str, str] = field(default_factory=dict[str, str])
    """The stores that it is about, name by key; none when it is about no store."""
    times: int = 0
    said_at: int = 0
    """The number of the last message that is in it."""
    at: datetime | None = None
    """When that was said, in local time."""
    is_news: bool = False
    """Whether that was no answer to a key."""

    @property
    def must_be_read(self) -> bool:
        """Whether it stays until a person has read it."""
        return self.level is Level.FAILED

    @property
    def text(self) -> str:
        """The words."""
        if len(self.names) > 1:
            return f"{len(self.names)} stores: {self.what}"
        if self.names:
            return f"{next(iter(self.names.values()))}: {self.what}"
        return f"{self.what} ({self.times} times)" if self.times > 1 and self.must_be_read else self.what


class MessageLog:
    """Takes messages, and tells its listeners when anything has changed. ``clock`` gives the local time.

    Texts may come from outside: they are made inert here, once.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._standing: dict[tuple[Level, str], Standing] = {}
        self._said = 0
        self._listeners: list[Callable[[], None]] = []

    @property
    def entries(self) -> list[Entry]:
        """All that is remembered, newest first."""
        return list(reversed(self._entries))

    @property
    def standing(self) -> list[Standing]:
        """What stands, newest first; but no news covers an answer to a key that is still being read."""
        stood = self._standing.values()
        passing = (each.said_at for each in stood if not each.is_news and not each.must_be_read)
        answers = min(passing, default=self._said + 1)
        return sorted(stood, key=lambda each: (each.is_news or each.said_at < answers, -each.said_at))

    def add(
        self,
        level: Level,
        text: str,
        *,
        about: Record | None = None,
        details: Sequence[str] = (),
        is_news: bool = False,
    ) -> Standing:
        """Takes a message, ``about`` one store when it is; gives that which it has become a part of."""
        what = one_line(text, _LENGTH)
        name = "" if about is None else one_line(about.name, 60)
        now = self._clock()
        self._keep(now, level, f"{name}: {what}" if name else what, tuple(one_line(row, _LENGTH) for row in details))
        standing = self._standing.setdefault((level, what), Standing(level, what))
        if about is not None:
            standing.names[about.key] = name
        self._said += 1
        standing.times += 1
        standing.said_at = self._said
        standing.at = now
        standing.is_news = is_news
        if len(self._standing) > KEPT:
            read_first = next((key for key in self._standing if key[0] is not Level.FAILED), next(iter(self._standing)))
            del self._standing[read_first]
        self._changed()
        return standing

    def _keep(self, now: datetime, level: Level, text: str, details: tuple[str, ...]) -> None:
        more = len(details) - _DETAILS
        if more > 0:
            details = (*details[:_DETAILS], f"… and {more} more")
        times = 1
        if self._entries:
            last = self._entries[-1]
            if (last.level, last.text, last.details) == (level, text, details):
                times = self._entries.pop().times + 1
        self._entries.append(Entry(now, level, text, details, times))

    def leave(self, standing: Standing, said_at: int) -> None:
        """Takes ``standing`` off the line, unless it has been said again since ``said_at``."""
        if standing.said_at == said_at and self._standing.pop((standing.level, standing.what), None) is not None:
            self._changed()

    def retract(self, level: Level, what: str, key: str) -> None:
        """Takes the store ``key`` off what was said of it: it is so no more. The log remembers."""
        standing = self._standing.get((level, what))
        if standing is None or standing.names.pop(key, None) is None:
            return
        if not standing.names:
            del self._standing[level, what]
        self._changed()

    def read(self) -> bool:
        """The newest of what stands has been read. False when nothing stands."""
        if not self._standing:
            return False
        newest = self.standing[0]
        self.leave(newest, newest.said_at)
        return True

    def read_all(self) -> None:
        """All of it has been read."""
        if self._standing:
            self._standing.clear()
            self._changed()

    def listen(self, listener: Callable[[], None]) -> None:
        """Calls ``listener`` after each change from now on."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Calls it no more."""
        self._listeners.remove(listener)

    def _changed(self) -> None:
        for listener in list(self._listeners):
            listener()
