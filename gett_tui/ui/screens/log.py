"""The log behind the message line: all that was said, newest first, with its local time."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.text import Text
from textual.binding import Binding

from gett_tui.ui.commands import LEAVE, command
from gett_tui.ui.screens.dialog import Dialog
from gett_tui.ui.widgets.reading_view import Line, ReadingView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.ui.message_log import Entry, MessageLog

_AT_ONCE = 10
"""Entries that are folded in one turn of the loop: one of twenty details takes half a millisecond."""
_NOTHING = "Nothing has been said yet."


class LogScreen(Dialog[None]):
    """Shows ``log``, which counts as read by that."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(f"{LEAVE},q,enter,{command('log').key}", "leave", "Close"),
    ]

    def __init__(self, log: MessageLog, *, clock: Callable[[], datetime], ascii_only: bool) -> None:
        super().__init__()
        self._log = log
        self._view = LogView(log, clock=clock, ascii_only=ascii_only)
        self._view.id = "log"

    def compose(self) -> ComposeResult:
        """The entries alone."""
        self._view.retitle("Messages")
        self._view.border_subtitle = f"{LEAVE} closes"
        yield self._view

    def on_mount(self) -> None:
        """They are read now, and so is what comes while they are shown."""
        self._view.focus()
        self._heard()
        self._log.listen(self._heard)

    def on_unmount(self) -> None:
        """What comes from now on is not."""
        self._log.unlisten(self._heard)

    def _heard(self) -> None:
        self._view.fold()
        self._log.read_all()

    def action_leave(self) -> None:
        """Closes the log."""
        self.dismiss(None)


class LogView(ReadingView):
    """The entries of ``log``, newest first; ``clock`` gives the local time."""

    def __init__(self, log: MessageLog, *, clock: Callable[[], datetime], ascii_only: bool) -> None:
        super().__init__(ascii_only=ascii_only)
        self._log = log
        self._clock = clock
        self._width = 0
        self._folded: dict[Entry, list[Line]] = {}
        self._rows: list[Line] = []
        self._newest: Entry | None = None

    @property
    def length(self) -> int:
        """How many lines the entries have at this width."""
        return len(self._rows)

    def fold(self) -> None:
        """Shows the entries as they are now; what is being read stays where it is."""
        width = self.size.width - 1
        if width < 1:
            return
        if width != self._width:
            self._width = width
            self._folded.clear()
        entries = self._log.entries
        top, seen_first = self._sight.top, self._newest
        self._newest = entries[0] if entries else None
        self._folded = {entry: rows for entry in entries if (rows := self._folded.get(entry))}
        todo = [entry for entry in entries if entry not in self._folded]
        self._folded |= {entry: list(self._fold(entry)) for entry in todo[:_AT_ONCE]}
        done = list(takewhile(self._folded.__contains__, entries))
        self._rows = [row for entry in done for row in self._folded[entry]] or [(Segment(_NOTHING),)]
        new = list(takewhile(lambda entry: entry != seen_first, done)) if seen_first in done else []
        self.action_show_from(top + sum(len(self._folded[entry]) for entry in new) if top else 0)
        if len(todo) > _AT_ONCE:
            # The loop has other work in between: to fold hundreds takes a third of a second.
            self.call_later(self.fold)

    def _fold(self, entry: Entry) -> Iterator[Line]:
        at = f" {self._time(entry.at)} "
        times = f" ({entry.times} times)" if entry.times > 1 else ""
        head = Text(f"{entry.level.sign} {entry.text}{times}", entry.level.style)
        indent = " " * len(at)
        yield from self._rows_of(head, Segment(at), indent + "  ")
        for detail in entry.details:
            yield from self._rows_of(Text(detail), Segment(indent + "  "), indent + "    ")

    def _rows_of(self, text: Text, lead: Segment, indent: str) -> Iterator[Line]:
        console = self.app.console
        width = max(8, self._width - len(indent))
        for number, row in enumerate(text.wrap(console, width, overflow="fold")):
            row.rstrip()
            segments = (segment for segment in row.render(console, end="") if segment.text)
            styled = Segment.apply_style(segments, console.get_style(text.style))
            yield (lead if number == 0 else Segment(indent), *styled)

    def _time(self, at: datetime) -> str:
        today = at.date() == self._clock().date()
        return f"{at:%H:%M:%S}" if today else f"{at:%m-%d %H:%M:%S}"

    def _lines(self) -> list[Line]:
        seen = self._rows[self._sight.top : self._sight.top + self.size.height]
        return seen + [()] * (self.size.height - len(seen))

    def _draw(self, line: Line, width: int) -> list[Segment]:
        return Segment.adjust_line_length(list(line), width)
