"""A widget made of lines: it paints only those that look different, and keeps its own scroll position and scrollbar.

A stock widget resends all that it shows when one line of it changes, and Textual's own scrolling and scrollbars lay
everything out and repaint it. Here every line that was painted is remembered as a plain value; a line is painted again
only when its value differs. That one rule makes a changed line cost one line, and an unchanged value, a line off the
screen, and a scroll position that follows an insertion cost nothing.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from gett_tui.ui.widgets.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from rich.style import Style
    from textual import events

T = TypeVar("T")

_WHEEL_LINES = 3


class LineView(Widget, Generic[T], can_focus=True):
    """Lines of the type ``T``, a hashable value that holds all that decides how a line looks.

    The last column is the scrollbar's. ``ascii_only`` is set once, before the widget is mounted.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-view--bar"}
    HEAD: ClassVar[int] = 0
    """How many lines at the top do not scroll."""

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__()
        self.ascii_only = ascii_only
        self._sight = Sight(lambda: self.length, lambda: max(1, self.size.height - self.HEAD))
        self._dragging = False
        self._painted: list[tuple[T, bool]] = []  # as they are on the screen, or will be with its next refresh
        self._painted_size = Size(0, 0)
        self._strips: LRUCache[tuple[T, bool, int], Strip] = LRUCache(512)
        self._styles_by_name: dict[str, Style] = {}
        self._title = ""
        self._retitling = False

    # What a subclass tells

    @property
    @abstractmethod
    def length(self) -> int:
        """How many lines there are to scroll through."""

    @abstractmethod
    def _lines(self) -> Iterable[T]:
        """The lines that are to be seen now, as many as the widget is high."""

    @abstractmethod
    def _draw(self, line: T, width: int) -> list[Segment]:
        """What ``line`` says in exactly ``width`` cells."""

    # Painting

    def _paint(self) -> None:
        """Have the lines painted that look different now."""
        size = self.size
        if not self.is_running or self._painted_size != size:
            return
        before, self._painted = self._painted, self._seen()
        changed = [y for y, pair in enumerate(zip(before, self._painted, strict=True)) if pair[0] != pair[1]]
        if changed:
            self.refresh(*(Region(0, y, size.width, 1) for y in changed))

    def render_lines(self, crop: Region) -> list[Strip]:
        """All lines that Textual wants painted at once; it may be of a new size before it says so."""
        self._fit()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """The line at ``y`` of the widget, as decided by the last ``_paint``.

        Textual asks for lines that it does not paint, too (to find what the mouse is on).
        """
        if not self._painted:
            self._fit()
        width = self._painted_size.width
        if y >= len(self._painted):
            return Strip.blank(width)
        strip = self._strips.get((*self._painted[y], width))
        if strip is None:
            strip = self._strips[*self._painted[y], width] = self._strip(*self._painted[y], width)
        return strip

    def _fit(self) -> None:
        size = self.size
        if self._painted_size != size:
            self._painted_size, self._painted = size, self._seen()

    def _seen(self) -> list[tuple[T, bool]]:
        thumb = self._sight.thumb()
        return [(line, y - self.HEAD in thumb) for y, line in enumerate(self._lines())]

    def _strip(self, line: T, is_thumb: bool, width: int) -> Strip:
        base = self.rich_style
        segments = list(Segment.apply_style(self._draw(line, width - 1), base))
        if is_thumb:
            segments.append(Segment("#" if self.ascii_only else "█", self._style("line-view--bar")))
            return Strip(segments, width)
        # A blank mostly shows its background alone: it then rides along with its neighbour, for each style costs bytes.
        if segments and _blank_as(segments[-1].style, base):
            segments[-1] = Segment(segments[-1].text + " ", segments[-1].style)
        else:
            segments.append(Segment(" ", base))
        return Strip(segments, width)

    def _style(self, component: str) -> Style:
        style = self._styles_by_name.get(component)
        if style is None:
            style = self._styles_by_name[component] = self.get_component_rich_style(component)
        return style

    def retitle(self, title: str) -> None:
        """Changes the title in the border, and has that line alone painted: Textual repaints all for it."""
        if title == self._title:
            return
        self._title = title
        self._retitling = True
        self.border_title = Content(title)
        self._retitling = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """See ``Widget.refresh``."""
        if self._retitling:
            regions = (Region(0, -1, self.size.width, 1),)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """Textual says that the CSS or the theme has changed."""
        super().notify_style_update()
        self._styles_by_name.clear()
        self._strips.clear()

    # Scroll position

    def action_show_from(self, top: int) -> None:
        """Scrolls so that the line ``top`` is the first to be seen, as far as there are lines enough below it."""
        self._sight.show_from(top)
        self._paint()

    def on_resize(self) -> None:
        """Leaves no room unused below the last line."""
        self.action_show_from(self._sight.top)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scrolls down by the wheel."""
        event.stop()
        self.action_show_from(self._sight.top + _WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scrolls up by the wheel."""
        event.stop()
        self.action_show_from(self._sight.top - _WHEEL_LINES)

    # The scrollbar, which stands in the last column

    def _is_on_bar(self, x: int) -> bool:
        return x == self.size.width - 1 and not self._sight.is_all

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Takes hold of the bar."""
        offset = event.get_content_offset(self)
        if offset is None or not self._is_on_bar(offset.x):
            return
        self._dragging = True
        self.capture_mouse()
        self._drag_to(offset.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Pulls the bar."""
        if self._dragging:
            self._drag_to(event.get_content_offset_capture(self).y)

    def on_mouse_up(self) -> None:
        """Lets go of the bar."""
        if self._dragging:
            self.release_mouse()

    def on_mouse_release(self) -> None:
        """The mouse is let go, or a dialog has taken it."""
        self._dragging = False

    def _drag_to(self, y: int) -> None:
        self._sight.drag_to(y - self.HEAD)
        self._paint()


def _blank_as(style: Style | None, base: Style) -> bool:
    """Whether a blank looks the same in both."""
    if style is None or style.underline or style.reverse or style.strike:
        return False
    return style.bgcolor == base.bgcolor
