"""Asks for one line of text, and keeps it when it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from gett_tui import error_messages
from gett_tui.onboarding.registration import LONGEST_ID
from gett_tui.text import one_line
from gett_tui.ui.commands import LEAVE
from gett_tui.ui.form_result import Accepted, Refused
from gett_tui.ui.screens.dialog import Dialog
from gett_tui.ui.widgets.field import Field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.ui.form_result import Submitted


class AskScreen(Dialog["str | None"]):
    """The record's key when ``submit`` accepted the text, None when the dialog was left."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(LEAVE, "leave", "Leave")]

    def __init__(self, title: str, explain: str, *, submit: Callable[[str], Awaitable[Submitted]]) -> None:
        super().__init__()
        self._title = title
        self._explain = explain
        self._submit = submit
        self._busy = False

    def compose(self) -> ComposeResult:
        """The question and one field."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(one_line(self._title, 200))
            dialog.border_subtitle = f"enter sends · {LEAVE} leaves"
            yield Static(one_line(self._explain, 600), markup=False)
            yield Field(id="answer", limit=LONGEST_ID, has_blanks=False, select_on_focus=False)
            yield Static("", markup=False, id="general")

    @on(Field.Refused)
    def _does_not_fit(self, message: Field.Refused) -> None:
        self._say(message.why, bad=True)

    @on(Field.Changed)
    def _changed(self) -> None:
        self._say("")

    @on(Field.Submitted)
    def _send(self, message: Field.Submitted) -> None:
        text = message.value.strip()
        if self._busy:
            return
        if not text:
            self._say("It must be given.", bad=True)
            return
        self._busy = message.input.disabled = True
        self._say("Asking Gett…")
        self.run_worker(self._submitting(text), exit_on_error=False)

    async def _submitting(self, text: str) -> None:
        try:
            end = await self._submit(text)
        except Exception as error:  # whatever it is, the dialog says so and keeps what was typed
            end = Refused(general=error_messages.sentence(error))
        if isinstance(end, Accepted):
            # What was opened over this meanwhile, such as the palette, would be closed in its place.
            self.pop_until_active()
            self.dismiss(end.key)
            return
        field = self.query_one("#answer", Field)
        self._busy = field.disabled = False
        field.focus()
        self._say(end.general or "It was refused.", bad=True)

    def _say(self, text: str, *, bad: bool = False) -> None:
        self.query_one("#general", Static).update(Text(one_line(text, 600), "red" if bad else ""))

    def action_leave(self) -> None:
        """Leaves the dialog."""
        self.dismiss(None)
