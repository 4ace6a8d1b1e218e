"""The field under the list in which the filter is typed."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.message import Message
from textual.strip import Strip

from gett_tui.ui.widgets.field import Field

LIMIT = 200
"""Characters."""


class FilterBox(Field):
    """Tells of every change, and when the operator is done with it."""

    class Typed(Message):
        """The filter reads ``text`` now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Done(Message):
        """Enter was pressed."""

    def __init__(self) -> None:
        placeholder = "filter: words of name, ids, status; !word leaves out"
        super().__init__(placeholder=placeholder, id="filter", limit=LIMIT)
        self._why = ""

    def render_line(self, y: int) -> Strip:
        """The filter, and under it why something did not fit."""
        if y == 0 or not self._why:
            return super().render_line(y)
        words = Strip([Segment(self._why, self.rich_style + Style(color="yellow"))])
        return words.adjust_cell_length(self.size.width, self.rich_style)

    def _say(self, why: str) -> None:
        self._why = why
        self.set_class(bool(why), "-said")
        self.refresh()

    @on(Field.Refused)
    def _does_not_fit(self, message: Field.Refused) -> None:
        message.stop()
        self._say(message.why)

    @on(Field.Changed)
    def _typed(self, message: Field.Changed) -> None:
        message.stop()
        self._say("")
        self.post_message(self.Typed(message.value))

    @on(Field.Submitted)
    def _done(self, message: Field.Submitted) -> None:
        message.stop()
        self.post_message(self.Done())
