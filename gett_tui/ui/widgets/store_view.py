"""How the store list looks: its lines, made of the table's rows, and what it tells of its cursor and its marks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style

from gett_tui.ui.columns import Day, Widths, face, widths
from gett_tui.ui.commands import with_keys
from gett_tui.ui.status_style import Tone
from gett_tui.ui.widgets.line_view import LineView
from gett_tui.ui.widgets.store_cursor import StoreCursor
from gett_tui.ui.widgets.store_messages import Highlighted, MarksChanged
from gett_tui.ui.widgets.store_row import LINE_STYLES, Line, draw, header, message_lines
from gett_tui.ui.widgets.store_table import StoreTable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from rich.segment import Segment

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State

_TONES = frozenset(tone.value for tone in Tone)


class StoreView(LineView[Line]):
    """The stores, one a line under a fixed header; ``StoreList`` is what changes them.

    ``ascii_only``, ``clock`` and ``zone`` are set once, before the list is mounted. ``clock`` tells the time now
    with its zone; it is asked when something is painted and at no other time. ``zone`` is where the operator is
    (None: as the machine says).
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"store-list--{name}" for name in (*LINE_STYLES, *Tone, "since")}
    HEAD = 1

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
    def marks_out_of_sight(self) -> int:
        """How many of the marked stores the filter, or hiding what has ended, leaves out."""
        if self.visible_count == self.total_count:
            return 0
        return sum(self._table.line_of(key) is None for key in self._table.marked())

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
    def hides_ended(self) -> bool:
        """Whether the stores that a person has cancelled or dropped are left out."""
        return self._table.hides_closed

    @property
    def hidden_count(self) -> int:
        """How many stores are left out because a person has ended them."""
        return self._table.hidden

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

    # Painting

    def new_day(self) -> None:
        """Have the times of what was today shown with their day."""
        self._paint()

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
        columns = widths(width, table.needs)
        top = header(table.sort, columns, reverse=table.reverse, ascii_only=self.ascii_only)
        return [self._store_line(y, day, columns) if y else top for y in range(height)]

    def _nothing(self) -> str:
        if not len(self._table):
            return self._empty_text
        if not self._filter_text.strip():
            many = "every store here has" if len(self._table) > 1 else "the one store here has"
            return with_keys(f"Nothing is left: {many} been cancelled or dropped. {{hide_ended}} shows what is hidden.")
        left, right = '""' if self.ascii_only else "“”"
        return f"Nothing matches {left}{self._filter_text}{right}. {with_keys('{leave} clears the filter.')}"

    def _store_line(self, y: int, day: Day, columns: Widths) -> Line:
        table = self._table
        key = self._cursor.key_at(self._sight.top + y - self.HEAD)
        record = table.get(key) if key is not None else None
        if key is None or record is None:
            return Line()
        marked = table.is_marked(key)
        style = "mark" if marked else "row"
        if key == self._cursor.key:
            style = "cursor" if self.has_focus else "cursor-unfocused"
        return Line(style, key, face(record, day, self.ascii_only), marked=marked, widths=columns)

    def _draw(self, line: Line, width: int) -> list[Segment]:
        return draw(line, width, self._component, ascii_only=self.ascii_only)

    def _component(self, name: str) -> Style:
        style = self._style(f"store-list--{name}")
        # The sheet says how heavy it is; its colour is that of the panel and the dialogs.
        return style + Style.parse(Tone(name).style) if name in _TONES else style
