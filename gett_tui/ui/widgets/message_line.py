"""The line above the keys: what was said last, and that there is more. It covers nothing, on no screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widget import Widget

from gett_tui.ui.commands import command
from gett_tui.ui.message_log import Level

if TYPE_CHECKING:
    from gett_tui.ui.message_log import MessageLog

_LEAST = 12
"""Cells of the message below which the hint gives way."""


class _Said(NamedTuple):
    """What the line shows: how loud, what, when if it is no news any more, and how many others there are."""

    level: Level
    text: str
    at: str
    others: int


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

    def _line(self) -> _Said | None:
        standing = self._log.standing
        if not standing:
            return None
        first = standing[0]
        at = f"{first.at:%H:%M}" if first.must_be_read and first.at else ""
        return _Said(first.level, first.text, at, len(standing) - 1)

    def render(self) -> Text:
        """The newest message in the app's width; on the right when, how many more there are, and the key to them."""
        said = self._line()
        if said is None:
            return Text()
        width = self.app.size.width
        left = f" {said.level.sign} {said.text}"
        is_all = not said.others and said.level is not Level.FAILED and cell_len(left) < width
        parts = (said.at, f"+{said.others}" if said.others else "", command("log").key_words)
        hint = "" if is_all else f" {' · '.join(filter(None, parts))} "
        if width - cell_len(hint) < _LEAST:
            hint = ""
        return Text(cut(left, width - cell_len(hint)), said.level.style, no_wrap=True).append(hint, "not bold")


def cut(text: str, cells: int) -> str:
    """``text`` in exactly ``cells`` cells; what does not fit is shown by an ellipsis."""
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    return set_cell_size(text, max(0, cells - 1)) + "…"
