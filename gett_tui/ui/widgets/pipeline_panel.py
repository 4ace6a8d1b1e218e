"""The pipeline panel: where one store stands, for how long, what went wrong, and what to do about it."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.text import Text

from gett_tui.text import one_line
from gett_tui.ui.record_text import fact_rows, history_rows, state_rows
from gett_tui.ui.stage_bar import stage_bar
from gett_tui.ui.status_style import Tone
from gett_tui.ui.widgets.reading_view import Line, ReadingView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime

    from gett_tui.onboarding.record import Record
    from gett_tui.ui.record_text import Row

_LABEL = 13
_NOBODY = Text("No store under the cursor.", Tone.OFF.style)


class PipelinePanel(ReadingView):
    """Shows one record; ``clock`` gives the local time with its zone. ``wire``: times also as Gett sent them."""

    def __init__(self, *, clock: Callable[[], datetime], ascii_only: bool, wire: bool = False) -> None:
        super().__init__(ascii_only=ascii_only)
        self._clock = clock
        self._wire = wire
        self._shown: tuple[Record | None, str | None, int, date] | None = None
        # Nothing until there is something to show: the first frame would wait for it.
        self._given: tuple[Record | None, str | None] | None = None
        self._text: list[Line] = []

    @property
    def length(self) -> int:
        """How many lines the text has at this width."""
        return len(self._text)

    def show(self, record: Record | None, note: str | None = None) -> None:
        """Shows ``record`` and what is going on with it right now; writes nothing when nothing differs."""
        shown = self._given[0] if self._given else None
        if record is None or shown is None or record.key != shown.key:
            self._sight.top = 0
        self._given = (record, note)
        self.fold()

    def fold(self) -> None:
        """Fits the text to the width; writes nothing when nothing differs."""
        width = self.size.width - 1
        if self._given is None or width < 1:
            return
        record, note = self._given
        state = (record, note, width, self._clock().date())
        if state == self._shown:
            return
        self._shown = state
        self.retitle(one_line(record.name, 200) if record else "")
        parts = self._parts(record, note, width) if record else [_NOBODY]
        self._text = [self._line(row, width) for part in parts for row in self._fold(part, width)]
        self.action_show_from(self._sight.top)

    def _lines(self) -> list[Line]:
        seen = self._text[self._sight.top : self._sight.top + self.size.height]
        return seen + [()] * (self.size.height - len(seen))

    def _draw(self, line: Line, width: int) -> list[Segment]:
        return Segment.adjust_line_length(list(line), width)

    def _line(self, text: Text, width: int) -> Line:
        console = self.app.console
        text.truncate(width)
        # A text that is all in one style does not bring it along.
        segments = Segment.apply_style(text.render(console), console.get_style(text.style))
        return tuple(segment for segment in segments if segment.text)

    def _fold(self, text: Text, width: int) -> list[Text]:
        """``text`` in rows of at most ``width`` cells; a word that is longer is broken."""
        return [text] if text.no_wrap else list(text.wrap(self.app.console, width, overflow="fold"))

    def _parts(self, record: Record, note: str | None, width: int) -> Iterator[Text]:
        now = self._clock()
        for parts in stage_bar(record, width, now, ascii_only=self.ascii_only):
            yield Text.assemble(*parts, no_wrap=True)
        yield Text("")
        for row in state_rows(record, now, note=note, ascii_only=self.ascii_only):
            yield Text(row.text, row.style)
        yield Text("")
        for row in fact_rows(record, now, wire=self._wire):
            yield from self._labelled(row, width)
        yield Text("")
        for row in history_rows(record, now, ascii_only=self.ascii_only):
            yield Text(row.text, row.style)

    def _labelled(self, row: Row, width: int) -> Iterator[Text]:
        labels = self._fold(Text(row.label, Tone.OFF.style), _LABEL)
        values = self._fold(Text(row.text, row.style), max(1, width - _LABEL - 1))
        for left, right in zip_longest(labels, values, fillvalue=Text()):
            yield _side_by_side(left, right)


def _side_by_side(label: Text, value: Text) -> Text:
    row = Text(no_wrap=True)
    row.append_text(label)
    row.append(" " * (_LABEL + 1 - label.cell_len))
    return row.append_text(value)
