"""The field under the list in which the filter is typed."""

from __future__ import annotations

from textual import on
from textual.message import Message

from gett_tui.ui.widgets.field import Field


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
        super().__init__(placeholder="filter: words of name, ids, status; !word leaves out", id="filter")

    @on(Field.Changed)
    def _typed(self, message: Field.Changed) -> None:
        message.stop()
        self.post_message(self.Typed(message.value))

    @on(Field.Submitted)
    def _done(self, message: Field.Submitted) -> None:
        message.stop()
        self.post_message(self.Done())
