"""The panel and the key bar follow the store under the cursor; the full screen, when it is open, its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.screen import Screen
    from textual.timer import Timer

    from gett_tui.onboarding.record import Record
    from gett_tui.ui.screens.detail import DetailScreen
    from gett_tui.ui.widgets.key_bar import KeyBar
    from gett_tui.ui.widgets.pipeline_panel import PipelinePanel
    from gett_tui.ui.widgets.store_list import StoreList

_REST = 0.15
"""Seconds without a move after which the cursor rests."""


class PanelFollower:
    """Shows in ``panel`` what ``stores`` has under the cursor, in ``keys`` what can be done with it, and ``detail``."""

    def __init__(self, screen: Screen[None], stores: StoreList, panel: PipelinePanel, keys: KeyBar) -> None:
        self._screen = screen
        self._stores = stores
        self._panel = panel
        self._keys = keys
        self._notes: dict[str, str] = {}
        self._timer: Timer | None = None
        self.detail: DetailScreen | None = None

    def note(self, key: str) -> str | None:
        """What is going on with a store right now that is not kept."""
        return self._notes.get(key)

    def set_note(self, key: str, text: str | None) -> None:
        """What is going on with a store has changed."""
        if text is None:
            self._notes.pop(key, None)
        else:
            self._notes[key] = text
        self._show_detail()
        if key == self._stores.cursor_key:
            self.show()

    def show(self) -> None:
        """Shows the store under the cursor as it is now."""
        key = self._stores.cursor_key
        record = self._stores.record(key) if key else None
        note = self._notes.get(key) if key else None
        self._panel.show(record, note)
        self.show_keys()
        self._show_detail()

    def _show_detail(self) -> None:
        # Its store need not be the one under the cursor any more.
        if self.detail is not None:
            key = self.detail.key
            self.detail.show(self._stores.record(key), self._notes.get(key))

    def show_keys(self) -> None:
        """Shows what can be done with the marked stores, or with the one under the cursor."""
        key = self._stores.cursor_key
        found = (self._stores.record(each) for each in self._stores.selected_keys())
        self._keys.show(self._stores.record(key) if key else None, [record for record in found if record is not None])

    def stores_changed(self, changed: Iterable[Record], removed: Iterable[str]) -> None:
        """Shows the store under the cursor when it is one of these, and the one on the full screen."""
        self._show_detail()
        shown = self._stores.cursor_key
        if shown is None or shown in removed or any(record.key == shown for record in changed):
            self.show()
        elif self._stores.mark_count:
            self.show_keys()

    def cursor_moved(self) -> None:
        """Shows the store under the cursor once the row is painted, or once a cursor that runs has come to rest.

        Drawing the panel for every row that is passed would hold up the keys.
        """
        runs = self._timer is not None
        if self._timer is not None:
            self._timer.stop()
        else:
            self._screen.call_after_refresh(self.show)
        self._timer = self._screen.set_timer(_REST, partial(self._rested, runs=runs))

    def _rested(self, *, runs: bool) -> None:
        self._timer = None
        if runs:
            self.show()
