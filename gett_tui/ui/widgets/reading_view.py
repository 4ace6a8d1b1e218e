"""Lines to be read from top to bottom: the keys that scroll them, the same wherever there is something to read."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding

from gett_tui.ui.widgets.line_view import LineView

if TYPE_CHECKING:
    from textual.binding import BindingType

Line = tuple[Segment, ...]


class ReadingView(LineView[Line]):
    """Lines of segments; they are folded anew for each width."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "show_from(0)", "Top", show=False),
        Binding("end,G", "end", "Bottom", show=False),
    ]

    @abstractmethod
    def fold(self) -> None:
        """Fits the lines to the width as it is now."""

    def on_resize(self) -> None:
        """Fits the lines to the new width."""
        self.fold()

    def action_scroll(self, rows: int) -> None:
        """Scrolls by lines."""
        self.action_show_from(self._sight.top + rows)

    def action_page(self, pages: int) -> None:
        """Scrolls by what is seen at once."""
        self.action_show_from(self._sight.top + pages * self._sight.page)

    def action_end(self) -> None:
        """Scrolls to the last lines."""
        self.action_show_from(self.length)
