"""What the service says, on its way to the widgets that it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.ui.commands import with_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gett_tui.onboarding import events
    from gett_tui.ui.notifications import Notifications
    from gett_tui.ui.screens.panel_follower import PanelFollower
    from gett_tui.ui.screens.runtime_host import RuntimeHost
    from gett_tui.ui.screens.status_board import StatusBoard
    from gett_tui.ui.widgets.store_list import StoreList

_EMPTY = (
    "No stores yet.\n\n{register} registers one, {track} takes up an onboarding\n"
    "that was made elsewhere, {help} shows all keys."
)


class ServiceEvents:
    """Shows each event where it belongs. ``preview`` are the keys that were listed before the records were read."""

    def __init__(
        self,
        host: RuntimeHost,
        stores: StoreList,
        follower: PanelFollower,
        board: StatusBoard,
        notifications: Notifications,
        *,
        preview: Iterable[str],
    ) -> None:
        self._host = host
        self._stores = stores
        self._follower = follower
        self._board = board
        self._notifications = notifications
        self._preview = list(preview)

    def show(self, event: events.Event) -> None:
        """Shows ``event``."""
        # Not needed for the first frame.
        from gett_tui.error_messages import sentence
        from gett_tui.onboarding import events

        match event:
            case events.StoresChanged():
                self._stores_changed(event)
            case events.Loaded():
                self._records_read()
            case events.News():
                self._notifications.news(event.record)
            case events.Note():
                self._follower.set_note(event.key, event.text)
            case events.Failure():
                self._notifications.fail(f"{event.what}: {sentence(event.error)}")
            case _:
                self._board.take(event)

    def _records_read(self) -> None:
        self._host.is_loaded = True
        self._stores.empty_text = with_keys(_EMPTY)
        runtime = self._host.runtime
        here = {record.key for record in runtime.service.records()} if runtime else set[str]()
        self._stores.apply((), [key for key in self._preview if key not in here])
        self._board.count()
        self._follower.show()

    def _stores_changed(self, event: events.StoresChanged) -> None:
        self._stores.apply(event.changed, event.removed, loading=not self._host.is_loaded)
        self._follower.stores_changed(event.changed, event.removed)
        for record in event.changed:
            self._notifications.overtaken(record)
