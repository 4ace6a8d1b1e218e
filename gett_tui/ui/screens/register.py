"""The registration form: four fields, checked as they are left, and kept when Gett refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Static

from gett_tui import words
from gett_tui.onboarding.registration import FIELDS, field_hint, field_problem, field_problems
from gett_tui.text import one_line
from gett_tui.ui.screens.forms import Accepted, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import DescendantBlur

    from gett_tui.ui.environment import Environment
    from gett_tui.ui.screens.forms import Submitted

    Submit = Callable[[dict[str, str], bool], Awaitable[Submitted]]

_LABELS = {
    "partnerStoreId": ("Partner store id", "your own id for the store"),
    "name": ("Name", "as customers read it"),
    "catalogCallbackUrl": ("Catalog URL", "https://… where Gett pulls the CatalogSet"),
    "webhookUrl": ("Webhook URL", "https://… base address for order webhooks"),
}


class RegisterScreen(ModalScreen["str | None"]):
    """The record's key when Gett was asked, None when the form was left.

    ``submit`` gets the values by wire name and whether a duplicate is insisted on.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave"),
        Binding("ctrl+s", "submit", "Register"),
        # With priority: a burst of keys over a slow line must not end up in the field that was left.
        Binding("enter", "next", show=False, priority=True),
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    ]

    def __init__(
        self,
        environment: Environment,
        *,
        submit: Submit,
        initial: Mapping[str, str] | None = None,
        title: str = "Register a store",
    ) -> None:
        super().__init__()
        self._environment = environment
        self._submit = submit
        self._initial = {name: (initial or {}).get(name, "") for name in FIELDS}
        self._title = title
        self._busy = False
        self._leaving = False
        self._override = False

    def compose(self) -> ComposeResult:
        """The four fields, each with a line for what is wrong with it."""
        with VerticalScroll(id="dialog", can_focus=False) as dialog:
            place = f"{one_line(self._environment.profile, 40).upper()} ({one_line(self._environment.host, 60)})"
            dialog.border_title = Content(f"{self._title} on {place}")
            dialog.border_subtitle = "ctrl+s registers · escape leaves"
            dialog.set_class(self._environment.is_production, "-production")
            for name in FIELDS:
                label, hint = _LABELS[name]
                yield Label(label, markup=False)
                yield Input(self._initial[name], placeholder=hint, id=name, select_on_focus=False)
                yield Static("", markup=False, id=f"{name}-said", classes="said")
            yield Static("", markup=False, id="general")
            with Horizontal(id="buttons"):
                yield Button("Register", id="register", variant="primary")
                yield Button("Register all the same", id="insist", variant="error")
                yield Button("Leave", id="leave")

    def on_mount(self) -> None:
        """Starts at the first field."""
        self.query_one("#insist").display = False
        self.query_one(f"#{FIELDS[0]}", Input).focus()

    def _values(self) -> dict[str, str]:
        return {name: self.query_one(f"#{name}", Input).value.strip() for name in FIELDS}

    # -- checking

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Checks a field as it is left."""
        field = event.widget
        if isinstance(field, Input) and field.id in FIELDS and (field.value or field.has_class("-bad")):
            self._check(field.id, field.value)

    def _check(self, name: str, value: str) -> None:
        problem = field_problem(name, value)
        self._say(name, problem, hint=None if problem else field_hint(name, value))

    def _say(self, name: str, problem: str | None, hint: str | None = None) -> None:
        said = self.query_one(f"#{name}-said", Static)
        text = Text(one_line(problem, 200), "red") if problem else Text(one_line(hint or "", 200), "yellow")
        said.update(Text("↳ ", text.style).append_text(text) if text.plain else "")
        self.query_one(f"#{name}", Input).set_class(problem is not None, "-bad")

    def _say_general(self, text: str, *, bad: bool = True) -> None:
        self.query_one("#general", Static).update(Text(one_line(text, 600), "red" if bad else ""))

    @on(Input.Changed)
    def _changed(self) -> None:
        self._leaving = False
        self._insist(False)

    def _insist(self, possible: bool) -> None:
        self._override = possible
        self.query_one("#insist").display = possible

    # -- submitting

    def action_next(self) -> None:
        """Enter: the next field, after the last one the whole form; on a button, the button."""
        focused = self.focused
        if isinstance(focused, Button):
            focused.press()
        elif focused is not None and focused.id == FIELDS[-1]:
            self.action_submit()
        else:
            self.focus_next(Input)

    @on(Button.Pressed, "#register")
    def action_submit(self) -> None:
        """Sends the form if nothing is wrong with it."""
        self._send(override=False)

    @on(Button.Pressed, "#insist")
    def _insisted(self) -> None:
        if self._override:
            self._send(override=True)

    def _send(self, *, override: bool) -> None:
        if self._busy:
            return
        values = self._values()
        problems = field_problems(values)
        for name in FIELDS:
            self._say(name, problems.get(name), field_hint(name, values[name]))
        if problems:
            self.query_one(f"#{next(iter(problems))}", Input).focus()
            self._say_general("")
            return
        self._lock(True)
        self._say_general("Registering…", bad=False)
        self.run_worker(self._submitting(values, override), exit_on_error=False)

    async def _submitting(self, values: dict[str, str], override: bool) -> None:
        try:
            end = await self._submit(values, override)
        except Exception as error:  # whatever it is, the form says so and keeps what was typed
            end = Refused(general=words.sentence(error))
        if isinstance(end, Accepted):
            self.dismiss(end.key)
            return
        self._lock(False)
        self._refused(end)

    def _refused(self, end: Refused) -> None:
        for name, text in end.fields.items():
            self._say(name, text)
        self._say_general(end.general or "")
        self._insist(end.can_override)
        first = next((name for name in FIELDS if name in end.fields), None)
        self.query_one(f"#{first}" if first else "#register").focus()
        self.query_one("#general").scroll_visible(animate=False)

    def _lock(self, locked: bool) -> None:
        self._busy = locked
        for widget in (*self.query(Input), *self.query(Button)):
            widget.disabled = locked

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Leaves the form; asks once more when something was typed."""
        if self._busy:
            self._say_general("Gett is being asked: wait for the answer.", bad=False)
            return
        if self._values() != self._initial and not self._leaving:
            self._leaving = True
            self._say_general("Press escape again to throw away what you typed.")
            return
        self.dismiss(None)
