"""The app: its life from first frame to whole terminal, and the service's events on their way to the screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.actions import SkipAction
from textual.app import App
from textual.binding import Binding

from gett_tui.text import count, one_line
from gett_tui.ui.clipboard import Clipboard
from gett_tui.ui.environment import Environment, local_now
from gett_tui.ui.screens.dashboard import Dashboard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, tzinfo

    from textual._path import CSSPathType
    from textual.binding import BindingType
    from textual.command import Provider
    from textual.screen import Screen

    from gett_tui.onboarding.record import Record
    from gett_tui.runtime import Runtime
    from gett_tui.ui.screens.dashboard import MakeRuntime

_TERMINAL_WATCH = 5.0


def _commands() -> type[Provider]:
    from gett_tui.ui.palette import CommandProvider

    return CommandProvider


class GettApp(App[int]):
    """The dashboard on one profile.

    ``make_runtime`` gets the listener and gives the running copy's runtime, which the caller closes after the
    screen is gone. ``preview`` is what to show before the records are read. ``crash`` is the error that ended the
    app, if one did.
    """

    CSS_PATH: ClassVar[CSSPathType | None] = [
        Path(__file__).with_name(name) for name in ("app.tcss", "store_list.tcss")
    ]
    TITLE = "Gett onboarding"
    COMMANDS: ClassVar[set[Any]] = {_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", "Quit", show=False, priority=True),
        Binding("ctrl+q", "end(0)", "Quit", show=False, priority=True),
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
    ) -> None:
        super().__init__()
        # A scroll that is drawn in steps only makes a thin line busy.
        self.animation_level = "none"
        self.crash: BaseException | None = None
        self.environment = environment
        self.ascii_only = ascii_only
        self.now = now
        self._operators_clipboard = Clipboard()
        self.main = Dashboard(make_runtime, environment, ascii_only=ascii_only, now=now, zone=zone, preview=preview)

    def get_default_screen(self) -> Screen[Any]:
        """The dashboard itself."""
        return self.main

    def on_mount(self) -> None:
        """Watches the terminal."""
        self.set_interval(_TERMINAL_WATCH, self._watch_terminal)

    @property
    def runtime(self) -> Runtime | None:
        """The running copy's runtime; None until the first frame is drawn."""
        return self.main.runtime

    def end(self, status: int) -> None:
        """Ends the app with an exit status; what is under way is waited for once the terminal is whole."""
        self.exit(status, return_code=status)

    def action_end(self, status: int) -> None:
        """Quits."""
        self.end(status)

    def action_command_palette(self) -> None:
        """All commands by name."""
        super().action_command_palette()
        self.call_after_refresh(self._still_cursor)

    def _still_cursor(self) -> None:
        # As in our own fields, see ``Field``.
        from textual.widgets import Input

        for field in self.screen.query(Input):
            field.cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        """Hands a key on to the field that opened while it was under way.

        A field takes its letters itself. One that comes up to here was sent, in a burst, to what had the focus before:
        it must not act on the list.
        """
        focused = self.focused
        if focused is not None and focused.check_consume_key(event.key, event.character):
            event.stop().prevent_default()
            focused.post_message(events.Key(event.key, event.character))

    def action_interrupt(self) -> None:
        """Ctrl+C: copies a selection when there is one, else ends the program."""
        if getattr(self.focused, "selected_text", "") or self.screen.get_selected_text():
            raise SkipAction
        self.end(130)

    def copy_ids(self, records: Sequence[Record]) -> None:
        """Copies the onboarding ids of ``records``, joined by blanks."""
        ids = [record.onboarding_id for record in records if record.onboarding_id]
        if not ids:
            self.notify("There is no onboarding id to copy.", severity="warning", markup=False)
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
        copied = await self._operators_clipboard.copy(text, driver.write, what)
        severity = "information" if copied.is_done else "warning"
        self.notify(one_line(copied.words, 400), severity=severity, markup=False)

    def _watch_terminal(self) -> None:
        # A line that drops while SIGHUP is ignored leaves a program that spins on a dead terminal.
        if not self.is_headless and not os.isatty(sys.__stdin__.fileno() if sys.__stdin__ else -1):
            self.end(129)

    def _handle_exception(self, error: Exception) -> None:
        self.crash = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # Textual would print the traceback with the values of variables, and the key may be one of them.
        self._close_messages_no_wait()

    def panic(self, *renderables: Any) -> None:
        """Ends the app without printing what Textual would: it may hold the values of variables."""
        self._close_messages_no_wait()
