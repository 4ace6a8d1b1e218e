"""The field under the list in which the filter is typed."""

from __future__ import annotations

from textual import on
from textual.message import Message
from textual.widgets import Input


class FilterBox(Input):
    """Tells of every change, and when the operator is done with it."""

    class Typed(Message):
        """The filter reads ``text`` now."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Done(Message):
        """Enter was pressed."""

    def __init__(self) -> None:
        super().__init__(placeholder="filter: words in any field; !word leaves out", id="filter")

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        self.post_message(self.Typed(message.value))

    @on(Input.Submitted)
    def _done(self, message: Input.Submitted) -> None:
        message.stop()
        self.post_message(self.Done())
