"""The store list on the screen: it holds the cursor by its store's key, and gathers changes before it paints them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message

from gett_tui.ui.columns import Day, face
from gett_tui.ui.commands import with_keys
from gett_tui.ui.widgets.line_view import LineView
from gett_tui.ui.widgets.mark_range import MarkRange
from gett_tui.ui.widgets.store_pacing import OrderPace, PaintPace
from gett_tui.ui.widgets.store_row import Line, draw, header, message_lines
from gett_tui.ui.widgets.store_table import StoreTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import tzinfo

    from rich.segment import Segment
    from rich.style import Style
    from textual import events

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State


class _ListMessage(Message):
    def __init__(self, store_list: StoreList) -> None:
        super().__init__()
        self.store_list = store_list

    @property
    def control(self) -> StoreList:
        """The list that says it."""
        return self.store_list


class StoreList(LineView[Line]):
    """The stores, one a line under a fixed header.

    ``ascii_only``, ``clock`` and ``zone`` are set once, before the list is mounted. ``clock`` tells the time now
    with its zone; it is asked when something is painted and at no other time. ``zone`` is where the operator is
    (None: as the machine says).
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "store-list--header",
        "store-list--cursor",
        "store-list--cursor-unfocused",
        "store-list--mark",
        "store-list--row",
        "store-list--since",
        "store-list--empty",
        "store-list--bad",
        "store-list--ask",
        "store-list--good",
        "store-list--wait",
        "store-list--off",
    }
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

    class Highlighted(_ListMessage):
        """Another store is under the cursor, or the one there has changed. ``key`` is None when there is none."""

        def __init__(self, store_list: StoreList, key: str | None) -> None:
            super().__init__(store_list)
            self.key = key

    class Opened(_ListMessage):
        """The operator opened a store: enter, or a double click."""

        def __init__(self, store_list: StoreList, key: str) -> None:
            super().__init__(store_list)
            self.key = key

    class MarksChanged(_ListMessage):
        """``count`` stores are marked now, among them those that the filter hides."""

        def __init__(self, store_list: StoreList, count: int) -> None:
            super().__init__(store_list)
            self.count = count

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
        self._cursor: str | None = None
        self._chosen = False  # whether the operator has put the cursor somewhere
        self._range = MarkRange(self._table)
        self._paints = PaintPace(self, self._paint)
        self._moves = OrderPace(self, self._table.hold, self._table.release, self._order_kept)
        self._told: tuple[str | None, Record | None] = (None, None)
        self._told_marks = 0

    # What it shows

    @property
    def cursor_key(self) -> str | None:
        """The key of the store under the cursor; None when no store is shown."""
        return self._cursor

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
        return [] if self._cursor is None else [self._cursor]

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

        self._rearrange(change)
        if loading and not self._chosen:
            self._cursor, self._top = self._key_at(0), 0
        if changed:
            self._paints.soon()
        if changed and not loading:
            self._moves.keep()

    def set_filter(self, text: str) -> None:
        """Show only the stores that match ``text``; see ``StoreTable.set_filter`` for how."""
        self._filter_text = text
        self._rearrange(lambda: self._table.set_filter(text), follow_cursor=True)
        self._paint()

    def set_sort(self, name: str, reverse: bool = False) -> None:
        """Order by one of ``columns.ORDERS``. Raises KeyError for any other name."""
        self._rearrange(lambda: self._table.set_sort(name, reverse), follow_cursor=True)
        self._paint()

    def move_to(self, key: str) -> bool:
        """Put the cursor on a store. False when it is not shown."""
        line = self._table.line_of(key)
        if line is None:
            return False
        self._go(line)
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

        self._rearrange(release)
        self._paint()

    # Keys and mouse

    def action_move(self, lines: int) -> None:
        """Move the cursor by lines."""
        line = self._cursor_line()
        if line is not None:
            self._go(line + lines)

    def action_page(self, pages: int) -> None:
        """Move by what is seen at once."""
        self._scroll_with_cursor(pages * self._page)

    def action_half_page(self, halves: int) -> None:
        """Move by half of it."""
        self._scroll_with_cursor(halves * max(1, self._page // 2))

    def action_first(self) -> None:
        """Go to the first store."""
        self._go(0)

    def action_last(self) -> None:
        """Go to the last store."""
        self._go(self._table.shown - 1)

    def action_mark(self) -> None:
        """Mark the store under the cursor, or unmark it, and go on."""
        if self._cursor is None:
            return
        self._table.mark(self._cursor, not self._table.is_marked(self._cursor))
        self.action_move(1)

    def action_extend(self, lines: int) -> None:
        """Mark the store under the cursor and the next one; going back gives back what the way there changed."""
        line, here = self._cursor_line(), self._cursor
        if line is None or here is None:
            return
        there = self._key_at(line + lines)
        if there is None:
            return
        self._range.step(here, there)
        self._go(line + lines)

    def action_clear_marks(self) -> None:
        """Unmark all; without marks the key is for others."""
        if not self._table.mark_count:
            raise SkipAction
        self.clear_marks()

    def action_open(self) -> None:
        """Open the store under the cursor."""
        if self._cursor is None:
            raise SkipAction
        self.post_message(self.Opened(self, self._cursor))

    def on_click(self, event: events.Click) -> None:
        """Choose, or open, the store that was painted where the mouse is: a change just before is not yet seen."""
        offset = event.get_content_offset(self)
        if offset is None or self._is_on_bar(offset.x) or offset.y >= len(self._painted):
            return
        painted, _ = self._painted[offset.y]
        if painted.key is None:
            return
        opens = event.chain == 2 and painted.key == self._cursor
        if self.move_to(painted.key) and opens:
            self.post_message(self.Opened(self, painted.key))

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._reveal()

    def on_mount(self) -> None:
        """Paint what came before."""
        self._paint()

    # Cursor and scroll position

    def _key_at(self, line: int) -> str | None:
        return self._table.key_at(line) if 0 <= line < self._table.shown else None

    def _cursor_line(self) -> int | None:
        return self._table.line_of(self._cursor)

    def _go(self, line: int) -> None:
        self._chosen = True
        self._cursor = self._key_at(max(0, min(line, self._table.shown - 1)))
        self._reveal()
        self._paint()

    def _reveal(self) -> None:
        """Scroll as little as brings the cursor onto the screen."""
        line = self._cursor_line()
        if line is not None:
            self._top = max(line - self._page + 1, min(line, self._top))
        self._clamp()

    def _scroll_with_cursor(self, lines: int) -> None:
        line = self._cursor_line()
        if line is None:
            return
        self._top += lines
        self._clamp()
        self._go(line + lines)

    def _rearrange(self, change: Callable[[], None], *, follow_cursor: bool = False) -> None:
        """Make a change of the table with the cursor held on its store, and the store where it is on the screen.

        A cursor whose store is gone passes to the next one. When the cursor is scrolled out of sight, what is in
        sight stays, unless ``follow_cursor``. At the very top the list stays there as long as the cursor can be
        seen, so that news, which comes in at the top, is seen too.
        """
        table = self._table
        top_key = self._key_at(self._top)
        cursor_place, top_place = table.place_of(self._cursor), table.place_of(top_key)
        line = self._cursor_line()
        height = None if line is None else line - self._top
        in_sight = height is not None and 0 <= height < self._page

        change()

        line = self._cursor_line()
        if line is None:
            line = table.line_near(cursor_place) if cursor_place else (0 if table.shown else None)
            self._cursor = None if line is None else table.key_at(line)
        if line is not None and height is not None and in_sight:
            self._top = 0 if self._top == 0 and line < self._page else line - height
        elif follow_cursor:
            self._reveal()
        elif top_place:
            self._top = table.line_near(top_place) or 0
        self._clamp()

    def _order_kept(self) -> None:
        waited = self._table.unsettled
        self._rearrange(self._moves.let_move)
        if waited and not self._table.unsettled:
            self._paints.soon()
            self._moves.keep()

    # Painting

    def _paint(self) -> None:
        """Have the lines painted that look different now, and tell of the cursor and the marks."""
        super()._paint()
        if self.is_running:
            self._tell()

    def _tell(self) -> None:
        now = (self._cursor, self._table.get(self._cursor) if self._cursor is not None else None)
        if now != self._told:
            self._told = now
            self.post_message(self.Highlighted(self, self._cursor))
        if self._table.mark_count != self._told_marks:
            self._told_marks = self._table.mark_count
            self.post_message(self.MarksChanged(self, self._told_marks))

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
        key = self._key_at(self._top + y - 1)
        record = table.get(key) if key is not None else None
        if key is None or record is None:
            return Line()
        marked = table.is_marked(key)
        style = "mark" if marked else "row"
        if key == self._cursor:
            style = "cursor" if self.has_focus else "cursor-unfocused"
        return Line(style, key, face(record, day, self.ascii_only), marked=marked)

    def _draw(self, line: Line, width: int) -> list[Segment]:
        return draw(line, width, self._component, ascii_only=self.ascii_only)

    def _component(self, name: str) -> Style:
        return self._style(f"store-list--{name}")
