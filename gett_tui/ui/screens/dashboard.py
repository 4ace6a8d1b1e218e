"""The dashboard itself: the store list, the pipeline panel and the lines around them, and the keys that act there.

What it is made of stands beside it: the running copy (``runtime_host``), the status line (``status_board``), the panel
(``panel_follower``), filter and order (``list_controls``), what each key does to stores (``store_actions``).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding
from textual.message import Message
from textual.screen import Screen

from gett_tui.onboarding.status import OwnState
from gett_tui.ui.commands import LEAVE, bindings
from gett_tui.ui.notifications import Notifications
from gett_tui.ui.screens.action_dispatch import ActionDispatch
from gett_tui.ui.screens.list_controls import ListControls
from gett_tui.ui.screens.panel_follower import PanelFollower
from gett_tui.ui.screens.runtime_host import RuntimeHost
from gett_tui.ui.screens.service_events import ServiceEvents
from gett_tui.ui.screens.status_board import StatusBoard
from gett_tui.ui.widgets.key_bar import KeyBar
from gett_tui.ui.widgets.pipeline_panel import PipelinePanel
from gett_tui.ui.widgets.status_line import StatusLine, StatusView
from gett_tui.ui.widgets.store_list import StoreList

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.onboarding import events
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State
    from gett_tui.runtime import Runtime
    from gett_tui.ui.environment import Environment
    from gett_tui.ui.screens.runtime_host import MakeRuntime
    from gett_tui.ui.widgets.filter_box import FilterBox

_WIDE = 100
_NARROW = 60
"""Cells from which the panel stands beside the list, and below which it is away."""


class Heard(Message):
    """Carries what the service said into the screen's message queue."""

    def __init__(self, event: events.Event) -> None:
        super().__init__()
        self.event = event


class Dashboard(Screen[None]):
    """What the operator looks at all day.

    ``make_runtime`` is called once the first frame is drawn: nothing of what it needs is imported before.
    ``stores``, ``panel`` and ``status`` are its widgets.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(),
        Binding(LEAVE, "leave", "Clear filter", show=False),
    ]

    def __init__(
        self,
        make_runtime: MakeRuntime,
        environment: Environment,
        *,
        ascii_only: bool,
        now: Callable[[], datetime],
        zone: tzinfo | None = None,
        preview: Sequence[Record] = (),
    ) -> None:
        super().__init__()
        self._ascii = ascii_only
        self._now = now
        self._notifications = Notifications(self, bell=environment.bell)
        self._host = RuntimeHost(self, make_runtime, hear=self.hear, on_failure=self._runtime_failed)
        self._board = StatusBoard(self, environment, clock=now, counts=self._counts)
        self.status = StatusLine(self._board.view, clock=now)
        self._board.paint_on(self.status)
        self.stores = StoreList(clock=now, zone=zone, ascii_only=ascii_only, empty_text="Reading the records…")
        self.stores.apply(preview, loading=True)
        self._controls = ListControls(self, self.stores)
        self._dispatch = ActionDispatch(self, self._host, self.stores, environment, self._notifications)
        self.panel = PipelinePanel(clock=now, ascii_only=ascii_only)
        self.panel.id = "panel"
        self._follower = PanelFollower(self, self.stores, self.panel)
        self._events = ServiceEvents(
            self._host,
            self.stores,
            self._controls,
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

    def _counts(self) -> Mapping[State, int] | None:
        return self.stores.counts if self.is_loaded else None

    # -- layout

    def compose(self) -> ComposeResult:
        """The status line, the list beside or above the panel, and the keys."""
        # Before the first layout: doing it on the first resize would lay everything out twice.
        self._fit()
        yield self.status
        yield self.stores
        yield self.panel
        yield KeyBar()

    def on_mount(self) -> None:
        """Gives the list the focus; the runtime starts when the first frame is drawn."""
        self._controls.retitle()
        self.stores.focus()
        self._await_midnight()
        # Reading thousands of files in a thread would take turns with the first paint.
        self.call_after_refresh(self._host.start)

    def _await_midnight(self) -> None:
        now = self._now()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        self.set_timer((midnight - now).total_seconds() + 1, self._new_day)

    def _new_day(self) -> None:
        self._await_midnight()
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
        self._follower.detail = DetailScreen(record, note, clock=self._now, ascii_only=self._ascii)
        self.app.push_screen(self._follower.detail, self._detail_left)

    def _detail_left(self, command_id: str | None) -> None:
        detail, self._follower.detail = self._follower.detail, None
        record = self.stores.record(detail.key) if detail is not None else None
        if record is not None and command_id is not None:
            # What was read there is what is acted on, whatever is marked.
            self._dispatch.act(command_id, [record])

    def action_help(self) -> None:
        """All keys and signs."""
        from gett_tui.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(ascii_only=self._ascii))

    def action_palette(self) -> None:
        """All commands by name."""
        self.app.action_command_palette()

    def action_quit(self) -> None:
        """Ends the program."""
        self.app.exit(0, return_code=0)

    def action_copy_id(self) -> None:
        """Copies the onboarding ids of the store under the cursor, or of the marked ones."""
        ids = [record.onboarding_id for record in self._dispatch.selected() if record.onboarding_id]
        if not ids:
            self._notifications.warn("There is no onboarding id to copy.")
            return
        self.app.copy_to_clipboard("\n".join(ids))
        self._notifications.say(f"Copied {ids[0]}" if len(ids) == 1 else f"Copied {len(ids)} onboarding ids")

    # -- filter and order

    def action_filter(self) -> None:
        """Opens the filter."""
        self._controls.open_filter()

    def on_filter_box_typed(self, message: FilterBox.Typed) -> None:
        """Filters while the operator types."""
        self._controls.filter_by(message.text)

    def on_filter_box_done(self) -> None:
        """Gives the list the focus."""
        self._controls.close_filter()

    def action_leave(self) -> None:
        """Clears the filter, and gives the list the focus."""
        self._controls.clear_filter()

    def action_sort(self) -> None:
        """The next order."""
        self._controls.next_order()

    def action_reverse_sort(self) -> None:
        """The same order from the other end."""
        self._controls.reverse_order()

    @on(StoreList.MarksChanged)
    def _marks_changed(self) -> None:
        self._controls.retitle()

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
