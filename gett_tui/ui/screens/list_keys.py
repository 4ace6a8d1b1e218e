"""The dashboard's keys that change how the list is seen and not what it is of: filter, order, hidden ones, marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from gett_tui.ui.sort_keys import ORDER_NAMES

if TYPE_CHECKING:
    from gett_tui.ui.screens.list_controls import ListControls
    from gett_tui.ui.widgets.filter_box import FilterBox
    from gett_tui.ui.widgets.store_list import StoreList


class ListKeys(Screen[None]):
    """A screen with ``stores``, and ``controls`` that each of the keys is handed on to."""

    stores: StoreList
    controls: ListControls

    def action_filter(self) -> None:
        """Opens the filter."""
        self.controls.open_filter()

    def on_filter_box_typed(self, message: FilterBox.Typed) -> None:
        """Filters while the operator types."""
        self.controls.filter_by(message.text)

    def on_filter_box_done(self) -> None:
        """Gives the list the focus."""
        self.controls.close_filter()

    def action_sort(self) -> None:
        """Orders by the next column."""
        self.controls.next_order()

    def action_reverse_sort(self) -> None:
        """The same order from the other end."""
        self.controls.reverse_order()

    def action_sort_by(self, number: int) -> None:
        """Orders by the ``number``-th of the orders, counted from 0; once more: from the other end."""
        self.controls.order_by(ORDER_NAMES[number])

    def action_hide_ended(self) -> None:
        """Leaves out the cancelled and dropped stores, or shows them again."""
        self.controls.hide_ended()

    def action_mark(self) -> None:
        """Marks the store under the cursor, or unmarks it, and goes on."""
        self.stores.action_mark()
