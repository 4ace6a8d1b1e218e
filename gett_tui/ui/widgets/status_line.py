"""The line on top: which Gett this is, how the stores stand, and what is wrong on the way there."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from gett_tui.text import one_line
from gett_tui.ui.status_style import Count, style_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from gett_tui.onboarding.status import State


class StatusView(NamedTuple):
    """All that the line shows."""

    profile: str
    is_production: bool
    counts: Mapping[State, int] | None = None
    """How many stores have each status; None while the records are being read."""
    polled_at: datetime | None = None
    leading: bool | None = None
    """Whether this window polls; None while that is not decided."""
    leader_pid: int | None = None
    silent_since: datetime | None = None
    """Since when the window that polls has not answered; None while it does, or while this one polls."""
    trouble: str | None = None
    """Why Gett cannot be asked."""
    no_lead: str | None = None
    """Why it cannot be told which window polls, so that this one does not."""
    no_way: str | None = None
    """Why this window has no way to Gett."""
    files: str | None = None
    """What is wrong with the state folder."""
    notice: str | None = None
    """What is worth knowing of it."""


def place(profile: str, *, is_production: bool) -> str:
    """The profile in capitals, inert; a production profile has the word in it, for colour alone says nothing."""
    name = one_line(profile, 24).upper()
    return f"{name} PRODUCTION" if is_production and "PRODUCTION" not in name else name


_READING = "reading the records…"


class StatusLine(Widget):
    """One line, and one or two more for each kind of trouble there is. Writes only what differs."""

    def __init__(self, view: StatusView, *, clock: Callable[[], datetime]) -> None:
        super().__init__(id="status")
        self._view = view
        self._clock = clock

    def show(self, view: StatusView) -> None:
        """Shows ``view``."""
        if view == self._view:
            return
        rows = len(self._troubles())
        self._view = view
        self.refresh(layout=len(self._troubles()) != rows)

    def render(self) -> Text:
        """The lines, fitted to the app's width: known before the first layout, so they are in the first frame."""
        return Text("\n", no_wrap=True).join([self._top(self.app.size.width), *self._troubles()])

    def _troubles(self) -> list[Text]:
        view, width = self._view, self.app.size.width
        texts = (self._silence(), view.no_lead, self._no_way(), view.trouble, view.files)
        rows = [row for text in texts if text for row in _standing("!", text, width, "bold red")]
        return [*rows, *(_standing("i", view.notice, width, "yellow") if view.notice else ())]

    def _no_way(self) -> str | None:
        view = self._view
        return f"This window: {view.no_way}" if view.no_way and view.leading is False else view.no_way

    def _silence(self) -> str | None:
        view = self._view
        if view.silent_since is None:
            return None
        who = f"pid {view.leader_pid}" if view.leader_pid else "the window that polls"
        return f"Not polled since {self._clock_time(view.silent_since)}, {who} does not answer."

    def _top(self, width: int) -> Text:
        badge = f" {place(self._view.profile, is_production=self._view.is_production)} "
        line = Text(" Gett onboarding " if width >= 100 else " Gett ", no_wrap=True)
        line.append(badge, "bold white on red" if self._view.is_production else "bold reverse")
        right = f"{self._polled()} "
        room = width - line.cell_len - cell_len(right) - 3
        counts = self._counts(room)
        if counts is None:
            # Too narrow for both: what waits for a person is worth more than when Gett was asked.
            right, counts = " ", self._counts(width - line.cell_len - 3, squeeze=True) or ""
        line.append("  " + counts)
        line.append(" " * max(1, width - line.cell_len - cell_len(right)) + right)
        line.truncate(width)
        return line

    def _counts(self, room: int, *, squeeze: bool = False) -> str | None:
        """The counts in ``room`` cells, the least urgent left out first.

        None when not even the total fits, or, unless told to ``squeeze``, when one that waits for a person does not.
        """
        counts = self._view.counts
        if counts is None:
            return _READING if squeeze or cell_len(_READING) <= room else None
        total = sum(counts.values())
        numbers: Counter[Count | None] = Counter()
        for state, number in counts.items():
            numbers[style_of(state).counted] += number
        shown = [count for count in Count if numbers[count]]
        parts = [f"{total} store{'' if total == 1 else 's'}", *(f"{numbers[count]} {count.words}" for count in shown)]
        urgent = 1 + sum(count.wants_person for count in shown)
        while parts and cell_len(" · ".join(parts)) > room:
            parts.pop()
        return " · ".join(parts) if parts and (squeeze or len(parts) >= urgent) else None

    def _polled(self) -> str:
        view = self._view
        if view.silent_since is not None:
            return f"not polled since {self._clock_time(view.silent_since)}"
        if view.polled_at is None and view.leading is None:
            return "starting…"
        polled = f"polled {self._clock_time(view.polled_at)}" if view.polled_at else "not polled yet"
        if view.leading is not False:
            return polled
        return f"{polled} by {f'pid {view.leader_pid}' if view.leader_pid else 'another window'}"

    def _clock_time(self, at: datetime) -> str:
        return f"{at.astimezone(self._clock().tzinfo):%H:%M:%S}"


def _standing(sign: str, text: str, width: int, style: str) -> list[Text]:
    """``text`` in at most two rows."""
    rows = textwrap.wrap(one_line(text, 400), max(10, width - 4), max_lines=2, placeholder="…")
    return [Text(f" {sign if number == 0 else ' '} {row}", style) for number, row in enumerate(rows)]
