"""The dashboard itself: the store list, the pipeline panel, the status line, and what each key does."""

from __future__ import annotations

import asyncio
import importlib
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding
from textual.message import Message
from textual.screen import Screen

from gett_tui.onboarding.status import OwnState, Status, meaning, why_not_activate, why_not_cancel
from gett_tui.text import one_line
from gett_tui.ui import commands
from gett_tui.ui.widgets.key_bar import KeyBar
from gett_tui.ui.widgets.pipeline_panel import PipelinePanel
from gett_tui.ui.widgets.status_line import StatusLine, StatusView
from gett_tui.ui.widgets.store_list import StoreList

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.timer import Timer

    from gett_tui.onboarding import events
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.service import Service
    from gett_tui.onboarding.status import State
    from gett_tui.runtime import Runtime
    from gett_tui.ui.environment import Environment
    from gett_tui.ui.screens.detail import DetailScreen
    from gett_tui.ui.screens.forms import Submitted
    from gett_tui.ui.screens.register import Submit
    from gett_tui.ui.widgets.filter_box import FilterBox

    MakeRuntime = Callable[[Callable[[events.Event], None]], Runtime]

_WIDE = 100
_NARROW = 60
_AT_ONCE = 4
_STATUS_PACE = 1.0
_NEWS_PACE = 4.0
"""Seconds for which a toast is read; what comes meanwhile is told together."""
_REST = 0.15
"""Seconds without a move after which the cursor rests."""
_SORTS = ("attention", "name", "partner id", "status", "since")
_NEED_SERVICE = frozenset(command.id for command in commands.COMMANDS if command.group == commands.STORES)
_EMPTY = "No stores yet.\n\nn registers one, t takes up an onboarding\nthat was made elsewhere, ? shows all keys."


class Heard(Message):
    """Carries what the service said into the screen's message queue."""

    def __init__(self, event: events.Event) -> None:
        super().__init__()
        self.event = event


class MainScreen(Screen[None]):
    """What the operator looks at all day.

    ``make_runtime`` is called once the first frame is drawn: nothing of what it needs is imported before.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *commands.bindings(),
        Binding("escape", "leave", "Clear filter", show=False),
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
        self._make_runtime = make_runtime
        self.runtime: Runtime | None = None
        self._environment = environment
        self._ascii = ascii_only
        self._now = now
        self._notes: dict[str, str] = {}
        self._arrived: dict[str, Record] = {}
        self._news_timer: Timer | None = None
        self._view = StatusView(profile=environment.profile, is_production=environment.is_production)
        self._status_timer: Timer | None = None
        self._sort = 0
        self._reverse = False
        self._loaded = False
        self._detail: DetailScreen | None = None
        self._follow_timer: Timer | None = None
        self._status = StatusLine(self._view, clock=now)
        self._list = StoreList(clock=now, zone=zone, ascii_only=ascii_only, empty_text="Reading the records…")
        self._list.apply(preview, loading=True)
        self._preview = [record.key for record in preview]
        self._filter: FilterBox | None = None
        self._panel = PipelinePanel(clock=now, ascii_only=ascii_only)
        self._panel.id = "panel"

    @property
    def service(self) -> Service:
        """The use cases. Raises RuntimeError before the runtime has started."""
        if self.runtime is None:
            raise RuntimeError("the runtime has not started")
        return self.runtime.service

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether ``action`` can be done yet: what needs the service waits for the first frame."""
        return self.runtime is not None or action not in _NEED_SERVICE

    # -- layout

    def compose(self) -> ComposeResult:
        """The status line, the list beside or above the panel, and the keys."""
        # Before the first layout: doing it on the first resize would lay everything out twice.
        self._fit()
        yield self._status
        yield self._list
        yield self._panel
        yield KeyBar()

    def on_mount(self) -> None:
        """Gives the list the focus; the runtime starts when the first frame is drawn."""
        self._list.retitle("Stores")
        self._list.focus()
        self._await_midnight()
        # Reading thousands of files in a thread would take turns with the first paint.
        self.call_after_refresh(self._start_runtime)

    def _await_midnight(self) -> None:
        now = self._now()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        self.set_timer((midnight - now).total_seconds() + 1, self._new_day)

    def _new_day(self) -> None:
        self._await_midnight()
        self._list.new_day()
        self._show_panel()

    def _start_runtime(self) -> None:
        self.run_worker(self._run_runtime(), name="runtime", exit_on_error=False)

    async def _run_runtime(self) -> None:
        try:
            await asyncio.to_thread(_import_runtime)
            self.runtime = self._make_runtime(self._hear)
            await self.runtime.run()
        except Exception as error:  # whatever it is, it is shown; the records stay on the screen
            self._toast(f"Gett cannot be asked: {_sentence(error)}", error=True)

    def _hear(self, event: events.Event) -> None:
        self.post_message(Heard(event))

    def on_resize(self) -> None:
        """Puts the panel beside the list, below it, or away."""
        self._fit()

    def _fit(self) -> None:
        width = self.app.size.width
        self.set_class(width >= _WIDE, "-wide")
        self.set_class(width < _NARROW, "-narrow")

    # -- what the service says

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
                self._news(event.record)
            case events.Note():
                self._note(event)
            case events.Failure():
                self._toast(f"{event.what}: {_sentence(event.error)}", error=True)
            case _:
                from gett_tui.ui.situation import viewed

                self._view = viewed(self._view, event, self._now().tzinfo)
                self._show_status()

    def _records_read(self) -> None:
        self._loaded = True
        self._list.empty_text = _EMPTY
        here = {record.key for record in self.service.records()}
        self._list.apply((), [key for key in self._preview if key not in here])
        self._show_status()
        self._show_panel()

    def _stores_changed(self, event: events.StoresChanged) -> None:
        self._list.apply(event.changed, event.removed, loading=not self._loaded)
        self._title()
        if self._loaded:
            self._show_status()
        shown = self._list.cursor_key
        if shown is None or shown in event.removed or any(record.key == shown for record in event.changed):
            self._show_panel()

    def _show_status(self) -> None:
        """Repaints the status line at most once a second: every poll moves it."""
        if self._status_timer is None:
            self._status_timer = self.set_timer(_STATUS_PACE, self._paint_status)
            self._paint_status(last=False)

    def _paint_status(self, *, last: bool = True) -> None:
        if last:
            self._status_timer = None
        counts = dict(self._list.counts) if self._loaded else None
        self._status.show(self._view._replace(counts=counts))

    def _news(self, record: Record) -> None:
        self._arrived[record.key] = record
        if self._news_timer is None:
            self._tell_news()

    def _tell_news(self) -> None:
        """Tells the first at once, and what comes while it is read together: forty toasts would cover the screen."""
        arrived, self._arrived = self._arrived, {}
        self._news_timer = self.set_timer(_NEWS_PACE, self._tell_news) if arrived else None
        for status in dict.fromkeys(record.status for record in arrived.values()):
            names = [record.name for record in arrived.values() if record.status == status]
            who = names[0] if len(names) == 1 else f"{len(names)} stores"
            is_ready = status == Status.READY_TO_ACTIVATE
            verb = ("is " if len(names) == 1 else "are ") if is_ready else ""
            self._toast(f"{who} {verb}{meaning(status).words}", error=not is_ready)
        if arrived and self._environment.bell:
            self.app.bell()

    def _note(self, event: events.Note) -> None:
        if event.text is None:
            self._notes.pop(event.key, None)
        else:
            self._notes[event.key] = event.text
        if event.key == self._list.cursor_key:
            self._show_panel()

    def _show_panel(self) -> None:
        key = self._list.cursor_key
        record = self._list.record(key) if key else None
        note = self._notes.get(key) if key else None
        self._panel.show(record, note)
        if self._detail is not None:
            self._detail.show(record, note)

    def _toast(self, text: str, *, error: bool = False, warning: bool = False) -> None:
        severity = "error" if error else "warning" if warning else "information"
        self.notify(one_line(text, 400), severity=severity, timeout=8 if error else 4, markup=False)

    @on(StoreList.Highlighted)
    def _highlighted(self, message: StoreList.Highlighted) -> None:
        self._watch(message.key)
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

    def _watch(self, key: str | None) -> None:
        if self.runtime is not None:
            self.runtime.poller.watch(key)

    @on(StoreList.Opened)
    def _opened(self) -> None:
        self.action_open()

    # -- looking

    def action_open(self) -> None:
        """The store under the cursor on the full screen; an unconfirmed one is settled there and then."""
        record = self._under_cursor()
        if record is None:
            return
        if record.status == OwnState.UNCONFIRMED:
            self.action_settle()
            return
        note = self._notes.get(record.key)
        from gett_tui.ui.screens.detail import DetailScreen

        self._detail = DetailScreen(record, note, clock=self._now, ascii_only=self._ascii)
        self.app.push_screen(self._detail, self._detail_left)

    def _detail_left(self, action: str | None) -> None:
        detail, self._detail = self._detail, None
        record = self._list.record(detail.key) if detail is not None else None
        if record is None:
            return
        # What was read there is what is acted on, whatever is marked.
        match action:
            case "activate":
                self._confirmed("activate", why_not_activate, self.service.activate, [record])
            case "cancel":
                self._confirmed("cancel", why_not_cancel, self.service.cancel, [record])
            case "fix":
                self._fix(record)
            case _:
                return

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
        self._list.set_filter(message.text)
        self._title()

    def on_filter_box_done(self) -> None:
        """Gives the list the focus; the title tells what is filtered."""
        self.remove_class("-filtering")
        self._list.focus()

    def action_leave(self) -> None:
        """Clears the filter, and gives the list the focus."""
        if self._filter is not None:
            self._filter.value = ""
        self.remove_class("-filtering")
        self._list.focus()

    def action_sort(self) -> None:
        """The next order."""
        self._sort = (self._sort + 1) % len(_SORTS)
        self._list.set_sort(_SORTS[self._sort], self._reverse)
        self._title()

    def action_reverse_sort(self) -> None:
        """The same order from the other end."""
        self._reverse = not self._reverse
        self._list.set_sort(_SORTS[self._sort], self._reverse)
        self._title()

    @on(StoreList.MarksChanged)
    def _title(self) -> None:
        parts = ["Stores"]
        if self._sort or self._reverse:
            parts.append(f"by {_SORTS[self._sort]}{', reversed' if self._reverse else ''}")
        if self._list.filter_text.strip():
            parts.append(f"/{one_line(self._list.filter_text, 30)}")
        if self._list.visible_count != self._list.total_count:
            parts.append(f"{self._list.visible_count} of {self._list.total_count}")
        if self._list.mark_count:
            parts.append(f"{self._list.mark_count} marked")
        self._list.retitle(" · ".join(parts))

    def action_copy_id(self) -> None:
        """Copies the onboarding ids of the store under the cursor, or of the marked ones."""
        ids = [record.onboarding_id for record in self._selected() if record.onboarding_id]
        if not ids:
            self._toast("There is no onboarding id to copy.", warning=True)
            return
        self.app.copy_to_clipboard("\n".join(ids))
        self._toast(f"Copied {ids[0]}" if len(ids) == 1 else f"Copied {len(ids)} onboarding ids")

    def _under_cursor(self) -> Record | None:
        key = self._list.cursor_key
        return self._list.record(key) if key else None

    def _selected(self) -> list[Record]:
        found = (self._list.record(key) for key in self._list.selected_keys())
        return [record for record in found if record is not None]

    # -- asking Gett

    def action_refresh(self) -> None:
        """Asks Gett about the store under the cursor, or about the marked ones."""
        self._run_each(self._selected(), self.service.refresh, quiet=True)

    def action_refresh_all(self) -> None:
        """Asks Gett about every store that has an onboarding id and is not settled."""
        records = [record for record in self.service.records() if record.onboarding_id and self._can_change(record)]
        self._toast(f"Asking Gett about {len(records)} stores." if records else "There is no store to ask Gett about.")
        self._run_each(records, partial(self.service.refresh, urgent=False), quiet=True)

    @staticmethod
    def _can_change(record: Record) -> bool:
        return not meaning(record.status).terminal

    def _run_each(
        self, records: Sequence[Record], use_case: Callable[[str], Awaitable[Record]], *, quiet: bool = False
    ) -> None:
        if records:
            self.run_worker(self._each(records, use_case, quiet=quiet), exit_on_error=False)

    async def _each(
        self, records: Sequence[Record], use_case: Callable[[str], Awaitable[Record]], *, quiet: bool
    ) -> None:
        gate = asyncio.Semaphore(_AT_ONCE)
        ends = await asyncio.gather(*(self._one(record, use_case, gate) for record in records))
        failed = [(record, error) for record, error in zip(records, ends, strict=True) if error is not None]
        for record, error in failed[:3]:
            self._toast(f"{record.name}: {_sentence(error)}", error=True)
        if len(failed) > 3:
            self._toast(f"… and {len(failed) - 3} more failed; each store shows its own.", error=True)
        if not quiet and not failed and len(records) > 1:
            self._toast(f"Done for {len(records)} stores.")

    async def _one(
        self, record: Record, use_case: Callable[[str], Awaitable[Record]], gate: asyncio.Semaphore
    ) -> Exception | None:
        async with gate:
            try:
                after = await use_case(record.key)
            except Exception as error:  # shown by the caller, whatever it is
                return error
        if after.status != record.status and after.status in (Status.ACTIVE, OwnState.CANCELLED):
            told = f": storeId {after.store_id}" if after.status == Status.ACTIVE and after.store_id else ""
            self._toast(f"{after.name} is {meaning(after.status).words}{told}")
        return None

    # -- changing the world

    def action_activate(self) -> None:
        """Puts the store under the cursor, or the marked ones, live after a confirmation."""
        self._confirmed("activate", why_not_activate, self.service.activate, self._selected())

    def action_cancel_onboarding(self) -> None:
        """Cancels the onboarding under the cursor, or the marked ones, after a confirmation."""
        self._confirmed("cancel", why_not_cancel, self.service.cancel, self._selected())

    def _confirmed(
        self,
        action: str,
        why_not: Callable[[State], str | None],
        use_case: Callable[[str], Awaitable[Record]],
        chosen: Sequence[Record],
    ) -> None:
        able = [record for record in chosen if why_not(record.status) is None]
        if not able:
            self._toast((why_not(chosen[0].status) if chosen else None) or "There is no store here.", warning=True)
            return

        def answered(confirmed: object) -> None:
            if confirmed:
                self._list.clear_marks()
                self._run_each(able, use_case)

        self._confirm(action, able, answered, left_out=len(chosen) - len(able))

    def _confirm(
        self, action: str, records: Sequence[Record], then: Callable[[object], None], *, left_out: int = 0
    ) -> None:
        # The dialogs are imported when they are needed: none of them is on the first frame.
        from gett_tui.ui.screens.confirm import ConfirmScreen

        self._ask(ConfirmScreen(action, records, self._environment, left_out=left_out), then)

    def _ask(self, screen: Screen[Any], then: Callable[[Any], None]) -> None:
        """Shows a dialog; the list keeps its order meanwhile.

        The dialog is there before this returns: keys that come in a burst must not act on the list behind it.
        """

        def answered(answer: object) -> None:
            self._list.release()
            then(answer)

        self._list.hold()
        self.app.push_screen(screen, answered)

    def action_register(self) -> None:
        """Opens the registration form."""
        from gett_tui.ui import submissions

        self._form(partial(submissions.register, self.service))

    def _form(self, submit: Submit, initial: Mapping[str, str] | None = None, title: str = "Register a store") -> None:
        from gett_tui.ui.screens.register import RegisterScreen

        form = RegisterScreen(
            self._environment,
            submit=submit,
            check_catalog=self.runtime.check_catalog if self.runtime else None,
            known_ids=lambda: [record.partner_store_id for record in self.service.records()],
            initial=initial,
            title=title,
        )
        self._ask(form, self._registered)

    def action_fix(self) -> None:
        """Cancels a failed store and registers it again, with the old values filled in."""
        self._fix(self._under_cursor())

    def _fix(self, record: Record | None) -> None:
        if record is None or record.status not in (
            Status.CATALOG_FAILED,
            OwnState.CANCELLED,
            OwnState.GONE,
            OwnState.DROPPED,
        ):
            self._toast("Only a store that failed or was cancelled can be registered again.", warning=True)
            return
        initial = {name: str(value) for name, value in record.sent.items()}
        from gett_tui.ui import submissions

        self._form(partial(submissions.register_anew, self.service, record.key), initial, "Cancel, and register anew")

    def _registered(self, key: str | None) -> None:
        if key is None:
            return
        self._list.move_to(key)
        record = self._list.record(key)
        if record is not None and record.status == OwnState.UNCONFIRMED:
            self._toast(f"{record.name} is unconfirmed: the answer is lost. Enter settles it.", error=True)
        elif record is not None:
            self._toast(f"Registered {record.name}")

    def action_track(self) -> None:
        """Takes up an onboarding that was made elsewhere."""
        from gett_tui.ui import submissions

        explain = "The onboarding id, as Gett gave it to whoever registered the store."
        self._ask_id("Track an onboarding", explain, partial(submissions.track, self.service))

    def _ask_id(self, title: str, explain: str, submit: Callable[[str], Awaitable[Submitted]]) -> None:
        from gett_tui.ui.screens.ask import AskScreen

        self._ask(AskScreen(title, explain, submit=submit), self._tracked)

    def _tracked(self, key: str | None) -> None:
        if key is not None:
            self._list.move_to(key)

    def action_settle(self) -> None:
        """Settles an unconfirmed store: the id is known, send it again, or give it up."""
        record = self._under_cursor()
        if record is None or record.status != OwnState.UNCONFIRMED:
            self._toast("Nothing to settle: only an unconfirmed store needs it.", warning=True)
            return
        from gett_tui.ui.screens.settle import SettleScreen

        self._ask(SettleScreen(record), partial(self._settle, record))

    def _settle(self, record: Record, choice: str | None) -> None:
        from gett_tui.ui import submissions

        if choice == "attach":
            explain = f"The onboarding id of {one_line(record.name, 60)}: Gett is asked whether it fits."
            self._ask_id("I have the id", explain, partial(submissions.attach, self.service, record.key))
        elif choice in ("again", "drop"):
            use_case = self.service.try_again if choice == "again" else self.service.drop

            def answered(confirmed: object) -> None:
                if confirmed:
                    self._run_each([record], use_case)

            self._confirm(choice, [record], answered)


def _import_runtime() -> None:
    for name in ("gett_tui.runtime", "gett_tui.ui.situation", "gett_tui.ui.submissions"):
        importlib.import_module(name)


def _sentence(error: BaseException) -> str:
    from gett_tui.error_messages import sentence

    return sentence(error)
