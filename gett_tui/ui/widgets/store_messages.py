"""What the store list tells the screen that it is on; the handlers are called ``on_store_list_…``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from gett_tui.ui.widgets.store_view import StoreView


class _ListMessage(Message):
    def __init__(self, store_list: StoreView) -> None:
        super().__init__()
        self.store_list = store_list

    @property
    def control(self) -> StoreView:
        """The list that says it."""
        return self.store_list


class Highlighted(_ListMessage, namespace="store_list"):
    """Another store is under the cursor, or the one there has changed. ``key`` is None when there is none."""

    def __init__(self, store_list: StoreView, key: str | None) -> None:
        super().__init__(store_list)
        self.key = key


class Opened(_ListMessage, namespace="store_list"):
    """The operator opened a store: enter, or a double click."""

    def __init__(self, store_list: StoreView, key: str) -> None:
        super().__init__(store_list)
        self.key = key


class MarksChanged(_ListMessage, namespace="store_list"):
    """``count`` stores are marked now, among them those that the filter hides."""

    def __init__(self, store_list: StoreView, count: int) -> None:
        super().__init__(store_list)
        self.count = count
