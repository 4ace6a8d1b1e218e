"""The store list on the screen: takes records, keys and the mouse, and gathers changes before it paints them.

Its invariant: another store comes under the cursor by the operator's own keys alone, or when the one there is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from gett_tui.ui.widgets.mark_range import MarkRange
from gett_tui.ui.widgets.store_messages import Highlighted, MarksChanged, Opened
from gett_tui.ui.widgets.store_pacing import OrderPace, PaintPace
from gett_tui.ui.widgets.store_view import StoreView

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime, tzinfo

    from textual import events

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State


class StoreList(StoreView):
    """What changes the list: the records that come, filter and order, keys and mouse. How it looks: ``StoreView``."""

    DEFAULT_CSS = "StoreList { width: 1fr; height: 1fr; }"
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
        super().__init__(empty_text=empty_text, ascii_only=ascii_only, clock=clock, zone=zone)
        self._range = MarkRange(self._table)
        self._paints = PaintPace(self, self._paint)
        self._moves = OrderPace(self, self._table.hold, self._table.release, self._order_kept)

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

    def hide_ended(self, hides: bool) -> None:
        """Leave out the stores that a person has cancelled or dropped, or show them again."""
        self._cursor.rearrange(lambda: self._table.hide_closed(hides), follow=True)
        self._paint()

    def step_past(self, keys: Collection[str], status: State) -> None:
        """Go on to the next store, if the one under the cursor is one of ``keys`` and leaves its place with ``status``.

        For the key that makes them leave: so the cursor keeps its place in the queue, and what is under it changes
        with that key and not when Gett has answered, which may be while the next key is on its way.
        """
        key = self._cursor.key
        if key is not None and key in keys and self._table.would_leave(key, status):
            self._cursor.go_past(keys)
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

    # Order

    def _order_kept(self) -> None:
        waited = self._table.unsettled
        self._cursor.rearrange(self._moves.let_move)
        if waited and not self._table.unsettled:
            self._paints.soon()
            self._moves.keep()
