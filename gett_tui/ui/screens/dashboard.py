"""The dashboard itself: the store list, the pipeline panel and the status line, and what they show of the events.

No key waits in silence: one that needs what is not there yet says so (invariant 7).
"""

from __future__ import annotations

import asyncio
import importlib
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding
from textual.message import Message
from textual.screen import Screen

from gett_tui.onboarding.status import OwnState
from gett_tui.text import one_line
from gett_tui.ui.columns import ATTENTION, ORDERS
from gett_tui.ui.commands import LEAVE, bindings, command, with_keys
from gett_tui.ui.notifications import Notifications
from gett_tui.ui.widgets.key_bar import KeyBar
from gett_tui.ui.widgets.pipeline_panel import PipelinePanel
from gett_tui.ui.widgets.status_line import StatusLine, StatusView
from gett_tui.ui.widgets.store_list import StoreList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, tzinfo

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from gett_tui.onboarding import events
    from gett_tui.onboarding.record import Record
    from gett_tui.runtime import Runtime
    from gett_tui.ui.app import GettApp
    from gett_tui.ui.environment import Environment
    from gett_tui.ui.screens.detail import DetailScreen
    from gett_tui.ui.screens.store_actions import StoreActions
    from gett_tui.ui.widgets.filter_box import FilterBox

    MakeRuntime = Callable[[Callable[[events.Event], None]], Runtime]

_WIDE = 100
_NARROW = 60
"""Cells from which the panel stands beside the list, and below which it is away."""
_STATUS_PACE = 1.0
"""Seconds between two repaints of the status line."""
_REST = 0.15
"""Seconds without a move after which the cursor rests."""
_EMPTY = (
    "No stores yet.\n\n{register} registers one, {track} takes up an onboarding\n"
    "that was made elsewhere, {help} shows all keys."
)
_STARTING = "Still starting: the records are being read."


class Heard(Message):
    """Carries what the service said into the screen's message queue."""

    def __init__(self, event: events.Event) -> None:
        super().__init__()
        self.event = event


class Dashboard(Screen[None]):
    """What the operator looks at all day.

    ``make_runtime`` is called once the first frame is drawn: nothing of what it needs is imported before.
    ``stores``, ``panel`` and ``status`` are its widgets, ``runtime`` is None until it has started.
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
        self.runtime: Runtime | None = None
        self._make_runtime = make_runtime
        self._environment = environment
        self._ascii = ascii_only
        self._now = now
        self._actions: StoreActions | None = None
        self._notifications = Notifications(self, bell=environment.bell)
        self._failure: str | None = None
        self._loaded = False
        self._notes: dict[str, str] = {}
        self._view = StatusView(profile=environment.profile, is_production=environment.is_production)
        self._status_timer: Timer | None = None
        self._order = ATTENTION
        self._reverse = False
        self._detail: DetailScreen | None = None
        self._follow_timer: Timer | None = None
        self._preview = [record.key for record in preview]
        self._filter: FilterBox | None = None
        self.status = StatusLine(self._view, clock=now)
        self.stores = StoreList(clock=now, zone=zone, ascii_only=ascii_only, empty_text="Reading the records…")
        self.stores.apply(preview, loading=True)
        self.panel = PipelinePanel(clock=now, ascii_only=ascii_only)
        self.panel.id = "panel"

    @property
    def is_loaded(self) -> bool:
        """Whether all records have been read."""
        return self._loaded

    @property
    def view(self) -> StatusView:
        """What is known for the status line, but for the counts; it is painted at most once a second."""
        return self._view

    @property
    def is_painted(self) -> bool:
        """Whether the status line shows all that is known."""
        return self._status_timer is None

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
        self.stores.retitle("Stores")
        self.stores.focus()
        self._await_midnight()
        # Reading thousands of files in a thread would take turns with the first paint.
        self.call_after_refresh(self._start_runtime)

    def _await_midnight(self) -> None:
        now = self._now()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        self.set_timer((midnight - now).total_seconds() + 1, self._new_day)

    def _new_day(self) -> None:
        self._await_midnight()
        self.stores.new_day()
        self._show_panel()

    def on_resize(self) -> None:
        """Puts the panel beside the list, below it, or away."""
        self._fit()

    def _fit(self) -> None:
        width = self.app.size.width
        self.set_class(width >= _WIDE, "-wide")
        self.set_class(width < _NARROW, "-narrow")

    # -- the runtime

    def _start_runtime(self) -> None:
        self.run_worker(self._run_runtime(), name="runtime", exit_on_error=False)

    async def _run_runtime(self) -> None:
        try:
            await asyncio.to_thread(_import_runtime)
            self.runtime = self._make_runtime(self.hear)
            await self.runtime.run()
        except Exception as error:  # whatever it is, it is shown and stands there; so do the records
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        from gett_tui.ui.status_view import outage_words

        self._failure = outage_words(None, _sentence(error), None)
        self._notifications.fail(self._failure)
        self._view = self._view._replace(no_way=self._failure)
        self._show_status()

    def _why_not_yet(self) -> str | None:
        """Why nothing can be asked of the service, or None when it can."""
        if self._failure is not None:
            return self._failure
        return None if self._loaded else _STARTING

    # -- what the service says

    def hear(self, event: events.Event) -> None:
        """Takes an event of the service's; may be called from the event loop alone."""
        self.post_message(Heard(event))

    @on(Heard)
    def _heard(self, message: Heard) -> None:
        from gett_tui.onboarding import events

        if not self.is_running:
            return
        event = message.event
        match event:
            case events.StoresChanged():
                self._stores_changed(event)
            case events.Loaded():
                self._records_read()
            case events.News():
                self._notifications.news(event.record)
            case events.Note():
                self._note(event)
            case events.Failure():
                self._notifications.fail(f"{event.what}: {_sentence(event.error)}")
            case _:
                from gett_tui.ui.status_view import reduce

                self._view = reduce(self._view, event, self._now().tzinfo)
                self._show_status()

    def _records_read(self) -> None:
        self._loaded = True
        self.stores.empty_text = with_keys(_EMPTY)
        here = {record.key for record in self.runtime.service.records()} if self.runtime else set[str]()
        self.stores.apply((), [key for key in self._preview if key not in here])
        self._show_status()
        self._show_panel()

    def _stores_changed(self, event: events.StoresChanged) -> None:
        self.stores.apply(event.changed, event.removed, loading=not self._loaded)
        self._title()
        if self._loaded:
            self._show_status()
        self._show_detail()
        shown = self.stores.cursor_key
        if shown is None or shown in event.removed or any(record.key == shown for record in event.changed):
            self._show_panel()

    def _note(self, event: events.Note) -> None:
        if event.text is None:
            self._notes.pop(event.key, None)
        else:
            self._notes[event.key] = event.text
        self._show_detail()
        if event.key == self.stores.cursor_key:
            self._show_panel()

    def _show_status(self) -> None:
        """Repaints the status line at most once a second: every poll moves it."""
        if self._status_timer is None:
            self._status_timer = self.set_timer(_STATUS_PACE, self._paint_status)
            self._paint_status(last=False)

    def _paint_status(self, *, last: bool = True) -> None:
        if last:
            self._status_timer = None
        counts = dict(self.stores.counts) if self._loaded else None
        self.status.show(self._view._replace(counts=counts))

    # -- the panel follows the cursor

    def _show_panel(self) -> None:
        key = self.stores.cursor_key
        record = self.stores.record(key) if key else None
        note = self._notes.get(key) if key else None
        self.panel.show(record, note)
        self._show_detail()

    @on(StoreList.Highlighted)
    def _highlighted(self, message: StoreList.Highlighted) -> None:
        if self.runtime is not None:
            self.runtime.poller.watch(message.key)
        # A cursor that runs through the list leaves the panel behind until it rests: drawing it for every row that
        # is passed would hold up the keys. After a rest the panel follows at once, behind the row.
        runs = self._follow_timer is not None
        if self._follow_timer is not None:
            self._follow_timer.stop()
        else:
            self.call_after_refresh(self._show_panel)
        self._follow_timer = self.set_timer(_REST, partial(self._rested, runs=runs))

    def _rested(self, *, runs: bool) -> None:
        self._follow_timer = None
        if runs:
            self._show_panel()

    # -- looking

    @on(StoreList.Opened)
    def action_open(self) -> None:
        """The store under the cursor on the full screen; an unconfirmed one is resolved there and then."""
        record = self._under_cursor()
        if record is None:
            return
        if record.status == OwnState.UNCONFIRMED:
            self._act("resolve", [record])
            return
        from gett_tui.ui.screens.detail import DetailScreen

        note = self._notes.get(record.key)
        self._detail = DetailScreen(record, note, act=self._act_on, clock=self._now, ascii_only=self._ascii)
        self.app.push_screen(self._detail, self._detail_left)

    def _act_on(self, command_id: str, record: Record) -> None:
        """What was read on the full screen is what is acted on, whatever is marked."""
        if command_id == "copy_id":
            cast("GettApp", self.app).copy_ids([record])
        else:
            self._act(command_id, [record])

    def _detail_left(self, _: None) -> None:
        self._detail = None

    def _show_detail(self) -> None:
        # Its store need not be the one under the cursor any more.
        if self._detail is not None:
            key = self._detail.key
            self._detail.show(self.stores.record(key), self._notes.get(key))

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
        cast("GettApp", self.app).copy_ids(self._selected())

    # -- filter and order

    def action_filter(self) -> None:
        """Opens the filter."""
        if self._filter is None:
            from gett_tui.ui.widgets.filter_box import FilterBox

            self._filter = FilterBox()
            self.mount(self._filter)
        self.add_class("-filtering")
        # At once, not with the next refresh: what is typed in a burst is for the filter (see ``GettApp.on_key``).
        self.set_focus(self._filter)

    def on_filter_box_typed(self, message: FilterBox.Typed) -> None:
        """Filters while the operator types."""
        self.stores.set_filter(message.text)
        self._title()

    def on_filter_box_done(self) -> None:
        """Gives the list the focus; the title tells what is filtered."""
        self.remove_class("-filtering")
        self.stores.focus()

    def action_leave(self) -> None:
        """Clears the filter, and gives the list the focus."""
        if self._filter is not None:
            self._filter.value = ""
        self.remove_class("-filtering")
        self.stores.focus()

    def action_sort(self) -> None:
        """The next order."""
        orders = list(ORDERS)
        self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self._sorted()

    def action_reverse_sort(self) -> None:
        """The same order from the other end."""
        self._reverse = not self._reverse
        self._sorted()

    def _sorted(self) -> None:
        self.stores.set_sort(self._order, self._reverse)
        self._title()

    @on(StoreList.MarksChanged)
    def _title(self) -> None:
        parts = ["Stores"]
        if self._order != ATTENTION or self._reverse:
            parts.append(f"by {self._order}{', reversed' if self._reverse else ''}")
        if self.stores.filter_text.strip():
            parts.append(f"/{one_line(self.stores.filter_text, 30)}")
        if self.stores.visible_count != self.stores.total_count:
            parts.append(f"{self.stores.visible_count} of {self.stores.total_count}")
        if self.stores.mark_count:
            parts.append(f"{self.stores.mark_count} marked")
        self.stores.retitle(" · ".join(parts))

    # -- acting on stores (what each key does stands in ``store_actions``)

    def action_refresh(self) -> None:
        """Asks Gett about the store under the cursor, or about the marked ones."""
        self._act("refresh")

    def action_refresh_all(self) -> None:
        """Asks Gett about every store that can still change."""
        self._act("refresh_all")

    def action_activate(self) -> None:
        """Puts the store under the cursor, or the marked ones, live after a confirmation."""
        self._act("activate")

    def action_cancel_onboarding(self) -> None:
        """Cancels the onboarding under the cursor, or the marked ones, after a confirmation."""
        self._act("cancel_onboarding")

    def action_register(self) -> None:
        """Opens the registration form."""
        self._act("register")

    def action_fix(self) -> None:
        """Cancels a failed store and registers it again, with the old values filled in."""
        self._act("fix")

    def action_track(self) -> None:
        """Takes up an onboarding that was made elsewhere."""
        self._act("track")

    def action_resolve(self) -> None:
        """Resolves an unconfirmed store: the id is known, send it again, or give it up."""
        self._act("resolve")

    def _act(self, command_id: str, chosen: Sequence[Record] | None = None) -> None:
        """Does what a command is for, with ``chosen`` or with what it is for by itself; says why when it cannot."""
        not_yet = self._why_not_yet()
        if not_yet is not None or self.runtime is None:
            self._notifications.warn(not_yet or _STARTING)
            return
        if self._actions is None:
            from gett_tui.ui.screens.store_actions import StoreActions

            self._actions = StoreActions(self, self.stores, self.runtime, self._environment, self._notifications)
        if chosen is None:
            under_cursor = self._under_cursor()
            just_one = [] if under_cursor is None else [under_cursor]
            chosen = just_one if command(command_id).for_one else self._selected()
        self._actions.run(command_id, chosen)

    def _under_cursor(self) -> Record | None:
        key = self.stores.cursor_key
        return self.stores.record(key) if key else None

    def _selected(self) -> list[Record]:
        found = (self.stores.record(key) for key in self.stores.selected_keys())
        return [record for record in found if record is not None]


def _import_runtime() -> None:
    for name in ("gett_tui.runtime", "gett_tui.ui.status_view", "gett_tui.ui.screens.store_actions"):
        importlib.import_module(name)


def _sentence(error: BaseException) -> str:
    from gett_tui.error_messages import sentence

    return sentence(error)
