"""The app: its life from first frame to whole terminal, and the service's events on their way to the screen."""

from __future__ import annotations

from math import log2
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.actions import SkipAction
from textual.app import App
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.widget import MountError
from textual.worker import WorkerFailed

from gett_tui.text import count, one_line
from gett_tui.ui.clipboard import Clipboard
from gett_tui.ui.colours import DARK, LIGHT
from gett_tui.ui.environment import Environment, local_now
from gett_tui.ui.notifications import Notifications
from gett_tui.ui.production import BORDER, border_red
from gett_tui.ui.screens.dashboard import Dashboard
from gett_tui.ui.terminal import background_repaint
from gett_tui.ui.terminal.delivery import Delivery
from gett_tui.ui.terminal.driver import TerminalDriver

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, tzinfo

    from textual._path import CSSPathType
    from textual.binding import BindingType
    from textual.command import Provider
    from textual.driver import Driver
    from textual.notifications import SeverityLevel
    from textual.screen import Screen
    from textual.worker import Worker

    from gett_tui.onboarding.record import Record
    from gett_tui.runtime import Runtime
    from gett_tui.ui.list_settings import SettingsKeeper
    from gett_tui.ui.screens.runtime_host import MakeRuntime

_FIRST_ROWS = 0.1
_READING = 2.0
"""Seconds that a picture without rows, and one more of records that are still being read, may be waited for; each
of those twice as long as the one before, so that slow reading does not make the line busy."""


_TAKEN_DOWN = (NoMatches, MountError)
"""What comes of a screen that is about to come up when all is taken down: it has lost its place, or a part."""


def _commands() -> type[Provider]:
    from gett_tui.ui.palette import CommandProvider

    return CommandProvider


class GettApp(App[int]):
    """The dashboard on one profile.

    ``make_runtime`` gets the listener and gives the running copy's runtime, which the caller closes after the
    screen is gone. ``preview`` is what to show before the records are read, ``keeper`` what remembers
    how the operator likes the list. ``crash`` is the error that ended the app, if one did.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = [
        Path(__file__).with_name(name) for name in ("app.tcss", "store_list.tcss")
    ]
    TITLE = "Gett onboarding"
    COMMANDS: ClassVar[set[Any]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", "Quit", show=False, priority=True),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("ctrl+l", "repaint", "Repaint", show=False, priority=True),
    ]

    def __init__(
        self,
        make_runtime: MakeRuntime,
        environment: Environment,
        *,
        ascii_only: bool = False,
        now: Callable[[], datetime] = local_now,
        zone: tzinfo | None = None,
        preview: Sequence[Record] = (),
        keeper: SettingsKeeper | None = None,
    ) -> None:
        super().__init__()
        background_repaint.cure()
        # A scroll that is drawn in steps only makes a thin line busy.
        self.animation_level = "none"
        self.ansi_theme_dark, self.ansi_theme_light = DARK, LIGHT
        self.crash: BaseException | None = None
        self.input_at = 0.0
        """When the input came that is being worked off, by the monotonic clock."""
        self.environment = environment
        self.ascii_only = ascii_only
        self.now = now
        self._operators_clipboard = Clipboard()
        self.set_class(environment.is_production, "-production")
        self.notifications = Notifications(self, bell=environment.bell, clock=now)
        self._first_rows: float | None = None
        """When rows were there to be painted, by the monotonic clock."""
        self._delivery = Delivery(self)
        self.main = Dashboard(
            make_runtime,
            environment,
            self.notifications,
            ascii_only=ascii_only,
            now=now,
            zone=zone,
            preview=preview,
            keeper=keeper,
        )

    def get_default_screen(self) -> Screen[Any]:
        """The dashboard itself."""
        return self.main

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What the style sheets need beyond Textual's own colours."""
        return {BORDER: border_red(self.current_theme.to_color_system().generate())}

    def get_driver_class(self) -> type[Driver]:
        """Our own: see ``TerminalDriver``."""
        return TerminalDriver

    def frame_pace(self) -> float:
        """Seconds that have to lie between the last picture and this one: asked just before each.

        While records come in every picture is old at once. The first rows are worth one, and what a key does is.
        """
        if self.main.is_loaded:
            return 0.0
        if not self.main.stores.total_count:
            return _FIRST_ROWS
        if self._first_rows is None:
            self._first_rows = monotonic()
            return 0.0
        return _READING * 2 ** int(log2(max(1.0, (monotonic() - self._first_rows) / _READING)))

    def on_hung_up(self) -> None:
        """Ends: the terminal is gone, and SIGHUP, which says the same, may be ignored."""
        self.end(129)

    def when_shown(self, then: Callable[[], None]) -> None:
        """Calls ``then`` when the terminal shows what is painted now; it does not while it is stuck, or far behind."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.when_shown(then)
        else:
            then()

    def action_repaint(self) -> None:
        """Paints everything anew, over whatever something else has written there."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.repaint()

    @property
    def runtime(self) -> Runtime | None:
        """The running copy's runtime; None until the first frame is drawn."""
        return self.main.runtime

    def end(self, status: int) -> None:
        """Ends the app with an exit status; what is under way is waited for once the terminal is whole."""
        self.exit(status, return_code=status)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Says ``message`` on the message line: a toast would cover rows, reasons and dialogs."""
        says = {"information": self.notifications.say, "warning": self.notifications.warn}
        says.get(severity, self.notifications.fail)(f"{title}: {message}" if title else message)

    async def action_quit(self) -> None:
        """Quits; asks first when a form is half filled."""
        if not any(getattr(screen, "is_half_filled", False) for screen in self.screen_stack):
            self.end(0)
            return
        from gett_tui.ui.screens.leave import LeaveScreen

        if not isinstance(self.screen, LeaveScreen):
            self.push_screen(LeaveScreen(), self._asked_to_leave)

    def _asked_to_leave(self, confirmed: bool | None) -> None:
        if confirmed:
            self.end(0)

    def action_command_palette(self) -> None:
        """All commands by name."""
        from gett_tui.ui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(self.notifications))

    async def on_event(self, event: events.Event) -> None:
        """Takes one unit of input after the other (see ``Delivery``)."""
        if self._delivery.holds(event):
            return
        if isinstance(event, events.InputEvent | events.Paste):
            self.input_at = event.time
        if not self._refuses(event):
            await super().on_event(event)

    def _refuses(self, event: events.Event) -> bool:
        if not isinstance(event, events.Paste) or event.is_forwarded:
            return False
        from gett_tui.ui.palette import refusal

        why = refusal(self.focused, event)
        if why is not None:
            self.notify(why, severity="warning", markup=False)
        return why is not None

    def on_unmount(self) -> None:
        """Nobody is there any more for what was typed."""
        self._delivery.close()

    def action_interrupt(self) -> None:
        """Ctrl+C: copies a selection when there is one, else ends the program."""
        if getattr(self.focused, "selected_text", "") or self.screen.get_selected_text():
            raise SkipAction
        self.end(130)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Says what a worker of the app's ended with that nobody foresaw."""
        self.notifications.worker_ended(event.worker.error)

    def copy_ids(self, records: Sequence[Record]) -> None:
        """Copies the onboarding ids of ``records``, joined by blanks."""
        ids = [record.onboarding_id for record in records if record.onboarding_id]
        if not ids:
            self.notifications.warn("There is no onboarding id to copy.")
            return
        which = "the onboarding id" if len(ids) == 1 else count(len(ids), "onboarding id")
        of_all = "" if len(ids) == len(records) else f" of {count(len(records), 'store')}"
        # A line break in an id would run it as a command where it is pasted.
        self.copy_to_clipboard(" ".join(" ".join(each.split()) for each in ids), f"{which}{of_all}")

    def copy_to_clipboard(self, text: str, what: str = "") -> None:
        """Copies ``text`` to the operator's clipboard and says how far it has come; ``what`` names it.

        The one way of all copies, a selection's too.
        """
        self._clipboard = text
        self.run_worker(self._copy(text, what), exit_on_error=False)

    async def _copy(self, text: str, what: str) -> None:
        driver = self._driver
        if driver is None:
            return
        send = driver.send_control if isinstance(driver, TerminalDriver) else driver.write
        copied = await self._operators_clipboard.copy(text, send, what)
        tell = self.notifications.say if copied.is_done else self.notifications.warn
        tell(one_line(copied.words, 400))

    def _handle_exception(self, error: Exception) -> None:
        cause = error.error if isinstance(error, WorkerFailed) else error
        is_ending = self.return_code is not None or not self.is_running
        if is_ending and isinstance(cause, _TAKEN_DOWN):
            return
        self.crash = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual would print the traceback with the values of variables, and the key may be one of them.
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """Ends the app without printing what Textual would: it may hold the values of variables."""
        self._close_messages_no_wait()
