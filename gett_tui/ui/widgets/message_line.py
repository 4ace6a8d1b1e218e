"""The line above the keys: what was said last, and that there is more. It covers nothing, on no screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widget import Widget

from gett_tui.ui.commands import command
from gett_tui.ui.message_log import Level

if TYPE_CHECKING:
    from gett_tui.ui.message_log import MessageLog

_LEAST = 12
"""Cells of the message below which the hint gives way."""


class MessageLine(Widget):
    """Shows what stands in ``log``; paints only when that differs.

    Below it is one line more, that of the keys.
    """

    DEFAULT_CSS = "MessageLine { dock: bottom; height: 1; margin: 0 0 1 0; }"

    def __init__(self, log: MessageLog) -> None:
        super().__init__(id="message")
        self._log = log
        self._shown = self._line()

    def on_mount(self) -> None:
        """Follows the log."""
        self._log.listen(self._changed)

    def on_unmount(self) -> None:
        """No longer."""
        self._log.unlisten(self._changed)

    def _changed(self) -> None:
        line = self._line()
        if line != self._shown:
            self._shown = line
            self.refresh()

    def _line(self) -> tuple[Level, str, int] | None:
        """How loud, what, and how many others there are."""
        standing = self._log.standing
        if not standing:
            return None
        first = standing[0]
        at = f"{first.at:%H:%M} " if first.must_be_read and first.at else ""
        return first.level, f"{at}{first.text}", len(standing) - 1

    def render(self) -> Text:
        """The newest message in the app's width, and on the right how many more there are and the key to them."""
        line = self._line()
        if line is None:
            return Text()
        level, text, others = line
        width = self.app.size.width
        left = f" {level.sign} {text}"
        is_all = not others and level is not Level.FAILED and cell_len(left) < width
        hint = "" if is_all else f" {f'+{others} · ' if others else ''}{command('log').key_words} "
        if width - cell_len(hint) < _LEAST:
            hint = ""
        return Text(cut(left, width - cell_len(hint)), level.style, no_wrap=True).append(hint, "not bold")


def cut(text: str, cells: int) -> str:
    """``text`` in exactly ``cells`` cells; what does not fit is shown by an ellipsis."""
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    return set_cell_size(text, max(0, cells - 1)) + "…"
