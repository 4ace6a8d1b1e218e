"""The store list on the screen: it holds the cursor by its store's key, and gathers changes before it paints them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from gett_tui.ui.columns import Day, face
from gett_tui.ui.commands import with_keys
from gett_tui.ui.status_style import Tone
from gett_tui.ui.widgets.line_view import LineView
from gett_tui.ui.widgets.mark_range import MarkRange
from gett_tui.ui.widgets.store_cursor import StoreCursor
from gett_tui.ui.widgets.store_messages import Highlighted, MarksChanged, Opened
from gett_tui.ui.widgets.store_pacing import OrderPace, PaintPace
from gett_tui.ui.widgets.store_row import LINE_STYLES, Line, draw, header, message_lines
from gett_tui.ui.widgets.store_table import StoreTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import tzinfo

    from rich.segment import Segment
    from rich.style import Style
    from textual import events

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State


class StoreList(LineView[Line]):
    """The stores, one a line under a fixed header.

    ``ascii_only``, ``clock`` and ``zone`` are set once, before the list is mounted. ``clock`` tells the time now
    with its zone; it is asked when something is painted and at no other time. ``zone`` is where the operator is
    (None: as the machine says).
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"store-list--{name}" for name in (*LINE_STYLES, *Tone, "since")}
    DEFAULT_CSS = "StoreList { width: 1fr; height: 1fr; }"
    HEAD = 1
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("ctrl+u", "half_page(-1)", "Half a page up", show=False),
        Binding("ctrl+d", "half_page(1)", "Half a page down", show=False),
        Binding("home,g", "first", "First store", show=False),
        Binding("end,G", "last", "Last store", show=False),
        Binding("space", "mark", "Mark, and go on", show=False),
        Binding("shift+up", "extend(-1)", "Mark upwards", show=False),
        Binding("shift+down", "extend(1)", "Mark downwards", show=False),
        Binding("escape", "clear_marks", "Clear the marks", show=False),
        Binding("enter", "open", "Open", show=False),
    ]

    Highlighted = Highlighted
    Opened = Opened
    MarksChanged = MarksChanged

    def __init__(
        self,
        *,
        empty_text: str = "No stores yet.",
        ascii_only: bool = False,
        clock: Callable[[], datetime] | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(ascii_only=ascii_only)
        self._empty_text = empty_text
        self._clock = clock or (lambda: datetime.now().astimezone())
        self._zone = zone
        self._table = StoreTable()
        self._filter_text = ""
        self._cursor = StoreCursor(self._table, self._sight)
        self._range = MarkRange(self._table)
        self._paints = PaintPace(self, self._paint)
        self._moves = OrderPace(self, self._table.hold, self._table.release, self._order_kept)
        self._told: tuple[str | None, Record | None] = (None, None)
        self._told_marks = 0
        self.after_paint: Callable[[], None] = lambda: None
        """Called together with each paint of the rows, for what must be of the same moment."""

    # What it shows

    @property
    def cursor_key(self) -> str | None:
        """The key of the store under the cursor; None when no store is shown."""
        return self._cursor.key

    @property
    def marked(self) -> list[str]:
        """The marked keys in the order of the list, those that the filter hides too."""
        return self._table.marked()

    @property
    def mark_count(self) -> int:
        """How many stores are marked, those that the filter hides too."""
        return self._table.mark_count

    @property
    def visible_count(self) -> int:
        """How many stores the filter lets through."""
        return self._table.shown

    @property
    def total_count(self) -> int:
        """How many stores there are, shown or not."""
        return len(self._table)

    @property
    def length(self) -> int:
        """How many lines there are to scroll through."""
        return self._table.shown

    @property
    def counts(self) -> Mapping[State, int]:
        """How many stores have each status, shown or not."""
        return self._table.counts

    @property
    def sort(self) -> tuple[str, bool]:
        """The name of the order, and whether it is reversed."""
        return self._table.sort, self._table.reverse

    @property
    def filter_text(self) -> str:
        """What the filter reads."""
        return self._filter_text

    @property
    def empty_text(self) -> str:
        """Said in the middle when there is no store at all; plain text, lines apart by newlines."""
        return self._empty_text

    @empty_text.setter
    def empty_text(self, text: str) -> None:
        self._empty_text = text
        self._paint()

    def selected_keys(self) -> list[str]:
        """What an action is for: the marked stores, or the one under the cursor when none is marked."""
        if self._table.mark_count:
            return self.marked
        return [] if self._cursor.key is None else [self._cursor.key]

    def record(self, key: str) -> Record | None:
        """The record as the list has it."""
        return self._table.get(key)

    def new_day(self) -> None:
        """Have the times of what was today shown with their day."""
        self._paint()

    # What changes it

    def apply(self, records: Iterable[Record], removed: Iterable[str] = (), *, loading: bool = False) -> None:
        """Take new and changed records and forget ``removed`` keys. May be called at any rate.

        A changed value is painted where the row stands, at most ten times a second. Rows move at most every two
        seconds, but for a new store, which is shown at once.

        While ``loading`` the cursor stays on the first line until the operator has moved it: the records that
        come in at the start are no news, and the cursor need not follow the one that came first.
        """
        records = list(records)
        changed = False

        def change() -> None:
            nonlocal changed
            if loading or any(self._table.get(record.key) is None for record in records):
                self._moves.let_move()
            changed = self._table.upsert(records)
            changed = self._table.remove(removed) or changed

        self._cursor.rearrange(change)
        if loading:
            self._cursor.start()
        if changed:
            self._paints.soon()
        if changed and not loading:
            self._moves.keep()

    def set_filter(self, text: str) -> None:
        """Show only the stores that match ``text``; see ``StoreTable.set_filter`` for how."""
        self._filter_text = text
        self._cursor.rearrange(lambda: self._table.set_filter(text), follow=True)
        self._paint()

    def set_sort(self, name: str, reverse: bool = False) -> None:
        """Order by one of ``columns.ORDERS``. Raises KeyError for any other name."""
        self._cursor.rearrange(lambda: self._table.set_sort(name, reverse), follow=True)
        self._paint()

    def move_to(self, key: str) -> bool:
        """Put the cursor on a store. False when it is not shown."""
        line = self._table.line_of(key)
        if line is None:
            return False
        self._cursor.go(line)
        self._paint()
        return True

    def clear_marks(self) -> None:
        """Unmark all."""
        self._table.clear_marks()
        self._range.clear()
        self._paint()

    def hold(self) -> None:
        """Keep every row where it is, as while a dialog is open. Values still change. May be nested."""
        self._table.hold()

    def release(self) -> None:
        """End one ``hold``; after the last one the rows go where they belong."""

        def release() -> None:
            self._moves.let_move()
            self._table.release()

        self._cursor.rearrange(release)
        self._paint()

    # Keys and mouse

    def action_move(self, lines: int) -> None:
        """Move the cursor by lines."""
        self._cursor.move(lines)
        self._paint()

    def action_page(self, pages: int) -> None:
        """Move by what is seen at once."""
        self._cursor.scroll(pages * self._sight.page)
        self._paint()

    def action_half_page(self, halves: int) -> None:
        """Move by half of it."""
        self._cursor.scroll(halves * max(1, self._sight.page // 2))
        self._paint()

    def action_first(self) -> None:
        """Go to the first store."""
        self._cursor.go(0)
        self._paint()

    def action_last(self) -> None:
        """Go to the last store."""
        self._cursor.go(self._table.shown - 1)
        self._paint()

    def action_mark(self) -> None:
        """Mark the store under the cursor, or unmark it, and go on."""
        here = self._cursor.key
        if here is not None:
            self._table.mark(here, not self._table.is_marked(here))
            self.action_move(1)

    def action_extend(self, lines: int) -> None:
        """Mark the store under the cursor and the next one; going back gives back what the way there changed."""
        line, here = self._cursor.line, self._cursor.key
        there = None if line is None else self._cursor.key_at(line + lines)
        if here is not None and there is not None:
            self._range.step(here, there)
            self.action_move(lines)

    def action_clear_marks(self) -> None:
        """Unmark all; without marks the key is for others."""
        if not self._table.mark_count:
            raise SkipAction
        self.clear_marks()

    def action_open(self) -> None:
        """Open the store under the cursor."""
        if self._cursor.key is None:
            raise SkipAction
        self.post_message(Opened(self, self._cursor.key))

    def on_click(self, event: events.Click) -> None:
        """Choose, or open, the store that was painted where the mouse is: a change just before is not yet seen."""
        offset = event.get_content_offset(self)
        if offset is None or self._is_on_bar(offset.x) or offset.y >= len(self._painted):
            return
        painted, _ = self._painted[offset.y]
        if painted.key is None:
            return
        opens = event.chain == 2 and painted.key == self._cursor.key
        if self.move_to(painted.key) and opens:
            self.post_message(Opened(self, painted.key))

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._cursor.reveal()

    def on_mount(self) -> None:
        """Paint what came before."""
        self._paint()

    # Order and painting

    def _order_kept(self) -> None:
        waited = self._table.unsettled
        self._cursor.rearrange(self._moves.let_move)
        if waited and not self._table.unsettled:
            self._paints.soon()
            self._moves.keep()

    def _paint(self) -> None:
        """Have the lines painted that look different now, and tell of the cursor and the marks."""
        super()._paint()
        if self.is_running:
            self.after_paint()
            self._tell()

    def _tell(self) -> None:
        key = self._cursor.key
        now = (key, self._table.get(key) if key is not None else None)
        if now != self._told:
            self._told = now
            self.post_message(Highlighted(self, key))
        if self._table.mark_count != self._told_marks:
            self._told_marks = self._table.mark_count
            self.post_message(MarksChanged(self, self._told_marks))

    def watch_has_focus(self, _has_focus: bool) -> None:
        """The cursor looks different without the focus."""
        super().watch_has_focus(_has_focus)
        self._paint()

    def _lines(self) -> list[Line]:
        height, width = self.size.height, self.size.width - 1
        if not self._table.shown:
            return message_lines(self._nothing(), width, height, ascii_only=self.ascii_only)
        table = self._table
        day = Day(self._clock().astimezone(self._zone).date(), self._zone)
        top = header(table.sort, width, reverse=table.reverse, ascii_only=self.ascii_only)
        return [self._store_line(y, day) if y else top for y in range(height)]

    def _nothing(self) -> str:
        if not len(self._table):
            return self._empty_text
        left, right = '""' if self.ascii_only else "“”"
        return f"Nothing matches {left}{self._filter_text}{right}. {with_keys('{leave} clears the filter.')}"

    def _store_line(self, y: int, day: Day) -> Line:
        table = self._table
        key = self._cursor.key_at(self._sight.top + y - self.HEAD)
        record = table.get(key) if key is not None else None
        if key is None or record is None:
            return Line()
        marked = table.is_marked(key)
        style = "mark" if marked else "row"
        if key == self._cursor.key:
            style = "cursor" if self.has_focus else "cursor-unfocused"
        return Line(style, key, face(record, day, self.ascii_only), marked=marked)

    def _draw(self, line: Line, width: int) -> list[Segment]:
        return draw(line, width, self._component, ascii_only=self.ascii_only)

    def _component(self, name: str) -> Style:
        return self._style(f"store-list--{name}")
