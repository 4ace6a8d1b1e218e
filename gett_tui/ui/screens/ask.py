"""Asks for one line of text, where wanted with a name to it, and keeps both when they are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from gett_tui import error_messages
from gett_tui.onboarding.registration import FIELDS, LONGEST_ID
from gett_tui.text import one_line
from gett_tui.ui.commands import LEAVE
from gett_tui.ui.form_result import Accepted, Refused
from gett_tui.ui.screens.dialog import Dialog
from gett_tui.ui.status_style import Tone
from gett_tui.ui.widgets.field import Field

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.ui.form_result import Submitted


class AskScreen(Dialog["str | None"]):
    """The record's key when ``submit`` accepted the text, None when the dialog was left.

    ``name``: the label of a second field, which may stay empty; without it ``submit`` gets an empty one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding(LEAVE, "leave", "Leave")]

    def __init__(
        self,
        title: str,
        explain: str,
        *,
        submit: Callable[[str, str], Awaitable[Submitted]],
        name: str = "",
        is_production: bool = False,
    ) -> None:
        super().__init__()
        self._title = title
        self._explain = explain
        self._submit = submit
        self._name_label = name
        self._is_production = is_production
        self._busy = False

    def compose(self) -> ComposeResult:
        """The question and its fields."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(one_line(self._title, 200))
            dialog.border_subtitle = f"enter sends · {LEAVE} leaves"
            dialog.set_class(self._is_production, "-production")
            yield Static(one_line(self._explain, 600), markup=False)
            yield Field(id="answer", limit=LONGEST_ID, has_blanks=False, select_on_focus=False)
            if self._name_label:
                yield Static(one_line(self._name_label, 200), markup=False)
                yield Field(id="name", limit=FIELDS["name"].limit, select_on_focus=False)
            yield Static("", markup=False, id="general")

    @property
    def is_half_filled(self) -> bool:
        """Whether something was typed; what is being sent is not lost."""
        return not self._busy and any(field.value.strip() for field in self.query(Field))

    @on(Field.Refused)
    def _does_not_fit(self, message: Field.Refused) -> None:
        self._say(message.why, bad=True)

    @on(Field.Changed)
    def _changed(self) -> None:
        self._say("")

    @on(Field.Submitted)
    def _send(self) -> None:
        text, name = (self._value(field) for field in ("answer", "name"))
        if self._busy:
            return
        if not text:
            self.query_one("#answer", Field).focus()
            self._say("It must be given.", bad=True)
            return
        self._lock(True)
        self._say("Asking Gett…")
        self.run_worker(self._submitting(text, name), exit_on_error=False)

    def _value(self, field: str) -> str:
        return next((found.value.strip() for found in self.query(Field) if found.id == field), "")

    def _lock(self, locked: bool) -> None:
        self._busy = locked
        for field in self.query(Field):
            field.disabled = locked

    async def _submitting(self, text: str, name: str) -> None:
        try:
            end = await self._submit(text, name)
        except Exception as error:  # whatever it is, the dialog says so and keeps what was typed
            end = Refused(general=error_messages.sentence(error))
        if isinstance(end, Accepted):
            # What was opened over this meanwhile, such as the palette, would be closed in its place.
            self.pop_until_active()
            self.dismiss(end.key)
            return
        self._lock(False)
        self.query_one("#name" if "name" in end.fields and self._name_label else "#answer", Field).focus()
        self._say(end.general or "It was refused.", bad=True)

    def _say(self, text: str, *, bad: bool = False) -> None:
        self.query_one("#general", Static).update(Text(one_line(text, 600), Tone.BAD.style if bad else ""))

    def action_leave(self) -> None:
        """Leaves the dialog."""
        self.dismiss(None)
