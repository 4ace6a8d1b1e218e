"""Filter and order of the store list, and the title that tells of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.text import one_line
from gett_tui.ui.columns import ATTENTION, ORDERS

if TYPE_CHECKING:
    from textual.screen import Screen

    from gett_tui.ui.widgets.filter_box import FilterBox
    from gett_tui.ui.widgets.store_list import StoreList

_FILTERING = "-filtering"


class ListControls:
    """Filters and orders ``stores`` on ``screen``, and keeps their title true."""

    def __init__(self, screen: Screen[None], stores: StoreList) -> None:
        self._screen = screen
        self._stores = stores
        self._order = ATTENTION
        self._reverse = False
        self._box: FilterBox | None = None

    # Filter

    def open_filter(self) -> None:
        """Lets the operator type what to look for."""
        if self._box is None:
            from gett_tui.ui.widgets.filter_box import FilterBox

            self._box = FilterBox()
            self._screen.mount(self._box)
        self._screen.add_class(_FILTERING)
        # At once, not with the next refresh: what is typed in a burst is for the filter (see ``GettApp.on_key``).
        self._screen.set_focus(self._box)

    def filter_by(self, text: str) -> None:
        """Shows only the stores that match."""
        self._stores.set_filter(text)
        self.retitle()

    def close_filter(self) -> None:
        """Gives the list the focus; the title tells what is filtered."""
        self._screen.remove_class(_FILTERING)
        self._stores.focus()

    def clear_filter(self) -> bool:
        """Shows all stores again, and gives the list the focus. False when there was nothing to clear."""
        was_filtered = self._box is not None and bool(self._box.value)
        if self._box is not None:
            self._box.value = ""
        was_open = self._screen.has_class(_FILTERING)
        self.close_filter()
        return was_filtered or was_open

    # Order

    def next_order(self) -> None:
        """Orders by the next column."""
        orders = list(ORDERS)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self._sort()

    def reverse_order(self) -> None:
        """The same order from the other end."""
        self._reverse = not self._reverse
        self._sort()

    def _sort(self) -> None:
        self._stores.set_sort(self._order, self._reverse)
        self.retitle()

    # Title

    def retitle(self) -> None:
        """Tells the order, the filter, what it lets through, and how many are marked."""
        stores = self._stores
        parts = ["Stores"]
        if self._order != ATTENTION or self._reverse:
            parts.append(f"by {self._order}{', reversed' if self._reverse else ''}")
        if stores.filter_text.strip():
            parts.append(f"/{one_line(stores.filter_text, 30)}")
        if stores.visible_count != stores.total_count:
            parts.append(f"{stores.visible_count} of {stores.total_count}")
        if stores.mark_count:
            parts.append(f"{stores.mark_count} marked")
        stores.retitle(" · ".join(parts))
