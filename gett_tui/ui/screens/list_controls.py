"""Filter and order of the store list, and the title that tells of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.text import one_line
from gett_tui.ui.sort_keys import ATTENTION, ORDER_NAMES

if TYPE_CHECKING:
    from textual.screen import Screen

    from gett_tui.ui.list_settings import SettingsKeeper
    from gett_tui.ui.widgets.filter_box import FilterBox
    from gett_tui.ui.widgets.store_list import StoreList

_FILTERING = "-filtering"


class ListControls:
    """Filters and orders ``stores`` on ``screen``, and keeps their title true; ``keeper`` remembers what was chosen."""

    def __init__(self, screen: Screen[None], stores: StoreList, keeper: SettingsKeeper) -> None:
        self._screen = screen
        self._stores = stores
        self._keeper = keeper
        self._box: FilterBox | None = None
        self._arrange()

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

    def close_filter(self) -> None:
        """Gives the list the focus; the title tells what is filtered."""
        self._screen.remove_class(_FILTERING)
        self._stores.focus()

    def clear_filter(self) -> bool:
        """Shows all stores again, and gives the list the focus. False when both were so already."""
        was_clear = self._stores.has_focus and not (self._box and self._box.value)
        if self._box is not None:
            self._box.value = ""
        self.close_filter()
        return not was_clear

    # Order

    def next_order(self) -> None:
        """Orders by the next column."""
        following = ORDER_NAMES.index(self._keeper.settings.order) + 1
        self._choose(order=ORDER_NAMES[following % len(ORDER_NAMES)], reverse=False)

    def reverse_order(self) -> None:
        """The same order from the other end."""
        self._choose(reverse=not self._keeper.settings.reverse)

    def order_by(self, order: str) -> None:
        """Orders by ``order``, one of ``ORDER_NAMES``; the same once more turns it round."""
        is_same = order == self._keeper.settings.order
        self._choose(order=order, reverse=is_same and not self._keeper.settings.reverse)

    def hide_ended(self) -> None:
        """Leaves out what is over, or shows it again."""
        self._choose(hides_ended=not self._keeper.settings.hides_ended)

    def _choose(self, **changed: str | bool) -> None:
        self._keeper.keep(self._keeper.settings._replace(**changed))
        self._arrange()
        self.retitle()

    def _arrange(self) -> None:
        settings = self._keeper.settings
        if self._stores.sort != (settings.order, settings.reverse):
            self._stores.set_sort(settings.order, settings.reverse)
        if self._stores.hides_ended != settings.hides_ended:
            self._stores.hide_ended(settings.hides_ended)

    # Title

    def retitle(self) -> None:
        """Tells the order, the filter, what it lets through, and how many are marked or hidden."""
        self._stores.retitle(list_title(self._stores))


def list_title(stores: StoreList) -> str:
    """What ``stores`` shows, and how."""
    parts = ["Stores"]
    if stores.filter_text.strip():
        # Without a filter all are shown, also those that find their place only when the rows may move again.
        there = stores.total_count - stores.hidden_count
        parts.append(f"/{one_line(stores.filter_text, 30)} · {stores.visible_count} of {there}")
    if stores.mark_count:
        unseen = stores.marks_out_of_sight
        parts.append(f"{stores.mark_count} marked{f', {unseen} of them not shown' if unseen else ''}")
    if stores.hidden_count:
        parts.append(f"{stores.hidden_count} ended hidden")
    # Last, for it may be cut: the header tells it, too.
    order, reverse = stores.sort
    if order != ATTENTION or reverse:
        parts.append(f"by {order}{', reversed' if reverse else ''}")
    return " · ".join(parts)
