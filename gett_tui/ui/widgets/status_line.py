"""The line on top: which Gett this is, how the stores stand, and what is wrong on the way there."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from gett_tui.text import one_line
from gett_tui.ui import production
from gett_tui.ui.production import place
from gett_tui.ui.widgets.status_counts import StatusCounts, status_counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
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
    leader_files: str | None = None
    """Why the window that polls can keep nothing of what Gett says."""
    notice: str | None = None
    """What is worth knowing of it."""


_READING = "reading the records…"
_NAMES = (" Gett onboarding ", " Gett ", "")


class StatusLine(Widget):
    """One line, and up to three more for each kind of trouble there is. Writes only what differs."""

    def __init__(self, view: StatusView, *, clock: Callable[[], datetime], ascii_only: bool = False) -> None:
        super().__init__(id="status")
        self._ascii = ascii_only
        self._view = view
        self._clock = clock

    @property
    def view(self) -> StatusView:
        """What it shows."""
        return self._view

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
        texts = (self._silence(), view.no_lead, self._no_way(), view.trouble, view.leader_files, view.files)
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
        """The first line: of what does not fit, what is worth least is left out, and nothing is cut."""
        view = self._view
        badge = f" {place(view.profile, is_production=view.is_production, cells=width - 2)} "
        for name, counts, right in self._choices():
            room = width - cell_len(name) - cell_len(badge) - 1
            needed = cell_len(counts) + (2 if counts else 0) + (cell_len(right) + 2 if right else 0)
            if needed <= room:
                break
        else:
            name = counts = right = ""
        line = Text(name, production.LINE if view.is_production else "", no_wrap=True)
        line.append(badge, production.BADGE if view.is_production else "bold reverse")
        line.append(f"  {counts}" if counts else "")
        line.append(" " * max(1, width - line.cell_len - cell_len(right) - 1) + right)
        return line.append(" " * (width - line.cell_len)) if view.is_production else line

    def _choices(self) -> Iterator[tuple[str, str, str]]:
        """What may stand on the first line (name, counts, freshness), the worthiest first.

        What waits for a person is worth more than when Gett was asked, and that more than who asks.
        """
        full, short, none = _NAMES
        polled, who = self._polled()
        by_whom = f"{polled} {who}" if who else polled
        counts = self._counts()
        yield full, counts.all, by_whom
        yield short, counts.all, by_whom
        yield short, counts.all, polled
        for name in (short, none):
            yield name, counts.urgent, polled
        for name in (short, none):
            yield name, counts.parts, polled
        yield short, counts.urgent, ""
        yield short, counts.signs, polled
        for name in (short, none):
            yield name, counts.signs, ""
            yield name, counts.total, ""
        yield none, "", ""

    def _counts(self) -> StatusCounts:
        by_status = self._view.counts
        if by_status is None:
            return StatusCounts(_READING, _READING, _READING, _READING, _READING)
        return status_counts(by_status, ascii_only=self._ascii)

    def _polled(self) -> tuple[str, str]:
        """When Gett was asked last, and by whom when not by this window."""
        view = self._view
        if view.silent_since is not None:
            return f"not polled since {self._clock_time(view.silent_since)}", ""
        if view.polled_at is None and view.leading is None:
            return "starting…", ""
        polled = f"polled {self._clock_time(view.polled_at)}" if view.polled_at else "not polled yet"
        if view.leading is not False:
            return polled, ""
        return polled, f"by pid {view.leader_pid}" if view.leader_pid else "by another window"

    def _clock_time(self, at: datetime) -> str:
        return f"{at.astimezone(self._clock().tzinfo):%H:%M:%S}"


def _standing(sign: str, text: str, width: int, style: str) -> list[Text]:
    """``text`` in at most three rows."""
    room = max(10, width - 4)
    rows = textwrap.wrap(one_line(text, 400), room, max_lines=3, placeholder="…", break_on_hyphens=False)
    return [Text(f" {sign if number == 0 else ' '} {row}", style) for number, row in enumerate(rows)]
