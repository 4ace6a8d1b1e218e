"""The dashboard itself: the store list, the pipeline panel and the lines around them, and the keys that act there.

What it is made of stands beside it: the running copy (``runtime_host``), the status line (``status_board``), the panel
(``panel_follower``), filter and order (``list_controls``), what each key does to stores (``store_actions``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding
from textual.message import Message

from gett_tui.onboarding.status import OwnState
from gett_tui.ui.commands import LEAVE, bindings
from gett_tui.ui.list_settings import SettingsKeeper
from gett_tui.ui.screens.action_dispatch import ActionDispatch
from gett_tui.ui.screens.day_turn import DayTurn
from gett_tui.ui.screens.list_controls import ListControls
from gett_tui.ui.screens.list_keys import ListKeys
from gett_tui.ui.screens.panel_follower import PanelFollower
from gett_tui.ui.screens.runtime_host import RuntimeHost
from gett_tui.ui.screens.service_events import ServiceEvents
from gett_tui.ui.screens.status_board import StatusBoard, view_of
from gett_tui.ui.widgets.key_bar import KeyBar
from gett_tui.ui.widgets.message_line import MessageLine
from gett_tui.ui.widgets.pipeline_panel import PipelinePanel
from gett_tui.ui.widgets.status_line import StatusLine, StatusView
from gett_tui.ui.widgets.store_list import StoreList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, tzinfo

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.worker import Worker

    from gett_tui.onboarding import events
    from gett_tui.onboarding.record import Record
    from gett_tui.runtime import Runtime
    from gett_tui.ui.app import GettApp
    from gett_tui.ui.environment import Environment
    from gett_tui.ui.notifications import Notifications
    from gett_tui.ui.screens.runtime_host import MakeRuntime

_WIDE = 100
_NARROW = 60
"""Cells from which the panel stands beside the list, and below which it is away."""


class Heard(Message):
    """Carries what the service said into the screen's message queue."""

    def __init__(self, event: events.Event) -> None:
        super().__init__()
        self.event = event


class Dashboard(ListKeys):
    """What the operator looks at all day.

    ``make_runtime`` is called once the first frame is drawn: nothing of what it needs is imported before.
    ``stores``, ``panel`` and ``status`` are its widgets.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(), Binding(LEAVE, "leave", "Clear filter", show=False)]

    def __init__(
        self,
        make_runtime: MakeRuntime,
        environment: Environment,
        notifications: Notifications,
        *,
        ascii_only: bool,
        now: Callable[[], datetime],
        zone: tzinfo | None = None,
        preview: Sequence[Record] = (),
        keeper: SettingsKeeper | None = None,
    ) -> None:
        super().__init__()
        keeper = keeper or SettingsKeeper()
        keeper.on_error = self._settings_not_kept
        self._ascii = ascii_only
        self._now = now
        self._notifications = notifications
        self._host = RuntimeHost(self, make_runtime, hear=self.hear, on_failure=self._runtime_failed)
        self.status = StatusLine(view_of(environment), clock=now, ascii_only=ascii_only)
        self.stores = StoreList(clock=now, zone=zone, ascii_only=ascii_only, empty_text="Reading the records…")
        self._board = StatusBoard(self, self.status, clock=now, counts=lambda: self.stores.counts)
        self.controls = ListControls(self, self.stores, keeper)
        self.stores.apply(preview, loading=True)
        self.stores.after_paint = self._rows_painted
        self._dispatch = ActionDispatch(self, self._host, self.stores, environment, self._notifications)
        self.panel = PipelinePanel(clock=now, ascii_only=ascii_only)
        self.panel.id = "panel"
        self._keys = KeyBar()
        self._follower = PanelFollower(self, self.stores, self.panel, self._keys)
        self._events = ServiceEvents(
            self._host,
            self.stores,
            self._follower,
            self._board,
            self._notifications,
            preview=[record.key for record in preview],
        )

    @property
    def runtime(self) -> Runtime | None:
        """The running copy's runtime; None until it has started."""
        return self._host.runtime

    @property
    def is_loaded(self) -> bool:
        """Whether all records have been read."""
        return self._host.is_loaded

    @property
    def view(self) -> StatusView:
        """What is known for the status line, but for the counts."""
        return self._board.view

    @property
    def is_painted(self) -> bool:
        """Whether the status line shows all that is known."""
        return self._board.is_painted

    # -- layout

    def compose(self) -> ComposeResult:
        """The status line, the list beside or above the panel, the message line, and the keys."""
        # Before the first layout: doing it on the first resize would lay everything out twice.
        self._fit()
        yield self.status
        yield self.stores
        yield self.panel
        yield MessageLine(self._notifications.log)
        yield self._keys

    def on_mount(self) -> None:
        """Gives the list the focus; the runtime starts when the first frame is drawn."""
        self.controls.retitle()
        self.stores.focus()
        DayTurn(self, self._now, self._new_day).wait()
        # Reading thousands of files in a thread would take turns with the first paint.
        self.call_after_refresh(self._host.start)

    def _new_day(self) -> None:
        self.stores.new_day()
        self._follower.show()

    def on_resize(self) -> None:
        """Puts the panel beside the list, below it, or away."""
        self._fit()

    def _fit(self) -> None:
        width = self.app.size.width
        self.set_class(width >= _WIDE, "-wide")
        self.set_class(width < _NARROW, "-narrow")

    # -- what the service says

    def hear(self, event: events.Event) -> None:
        """Takes an event of the service's; may be called from the event loop alone."""
        self.post_message(Heard(event))

    @on(Heard)
    def _heard(self, message: Heard) -> None:
        if self.is_running:
            self._events.show(message.event)

    def _runtime_failed(self, why: str) -> None:
        self._notifications.fail(why)
        self._board.no_way(why)

    def _settings_not_kept(self, error: Exception) -> None:
        from gett_tui.error_messages import sentence

        self._notifications.warn(f"The order of the list is not remembered: {sentence(error)}")

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Says what an action ended with that nobody foresaw."""
        self._notifications.worker_ended(event.worker.error)

    # -- looking

    @on(StoreList.Highlighted)
    def _highlighted(self, message: StoreList.Highlighted) -> None:
        if self.runtime is not None:
            self.runtime.poller.watch(message.key)
        self._follower.cursor_moved()

    @on(StoreList.Opened)
    def action_open(self) -> None:
        """The store under the cursor on the full screen; an unconfirmed one is resolved there and then."""
        record = self._dispatch.under_cursor()
        if record is None:
            return
        if record.status == OwnState.UNCONFIRMED:
            self._dispatch.act("resolve", [record])
            return
        from gett_tui.ui.screens.detail import DetailScreen

        note = self._follower.note(record.key)
        self._follower.detail = DetailScreen(record, note, act=self._act_on, clock=self._now, ascii_only=self._ascii)
        self.app.push_screen(self._follower.detail, self._detail_left)

    def _act_on(self, command_id: str, record: Record) -> None:
        """What was read on the full screen is what is acted on, whatever is marked."""
        if command_id == "copy_id":
            cast("GettApp", self.app).copy_ids([record])
        else:
            self._dispatch.act(command_id, [record])

    def _detail_left(self, _: None) -> None:
        self._follower.detail = None

    def action_help(self) -> None:
        """All keys and signs."""
        from gett_tui.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(ascii_only=self._ascii))

    def action_log(self) -> None:
        """All that was said, newest first."""
        from gett_tui.ui.screens.log import LogScreen

        self.app.push_screen(LogScreen(self._notifications.log, clock=self._now, ascii_only=self._ascii))

    def action_palette(self) -> None:
        """All commands by name."""
        self.app.action_command_palette()

    def action_quit(self) -> None:
        """Ends the program."""
        self.app.exit(0, return_code=0)

    def action_copy_id(self) -> None:
        """Copies the onboarding ids of the store under the cursor, or of the marked ones."""
        cast("GettApp", self.app).copy_ids(self._dispatch.selected())

    def action_leave(self) -> None:
        """Clears the filter and gives the list the focus; then takes the message that stands for read."""
        if not self.controls.clear_filter():
            self._notifications.log.read()

    @on(StoreList.MarksChanged)
    def _marks_changed(self) -> None:
        self._follower.show_keys()

    def _rows_painted(self) -> None:
        # Rows, title and counts are of one moment.
        self.controls.retitle()
        if self.is_loaded:
            self._board.count()

    # -- acting on stores (what each key does stands in ``store_actions``)

    def action_refresh(self) -> None:
        """Asks Gett about the store under the cursor, or about the marked ones."""
        self._dispatch.act("refresh")

    def action_refresh_all(self) -> None:
        """Asks Gett about every store that can still change."""
        self._dispatch.act("refresh_all")

    def action_activate(self) -> None:
        """Puts the store under the cursor, or the marked ones, live after a confirmation."""
        self._dispatch.act("activate")

    def action_cancel_onboarding(self) -> None:
        """Cancels the onboarding under the cursor, or the marked ones, after a confirmation."""
        self._dispatch.act("cancel_onboarding")

    def action_register(self) -> None:
        """Opens the registration form."""
        self._dispatch.act("register")

    def action_fix(self) -> None:
        """Cancels a failed store and registers it again, with the old values filled in."""
        self._dispatch.act("fix")

    def action_track(self) -> None:
        """Takes up an onboarding that was made elsewhere."""
        self._dispatch.act("track")

    def action_resolve(self) -> None:
        """Resolves an unconfirmed store: the id is known, send it again, or give it up."""
        self._dispatch.act("resolve")
