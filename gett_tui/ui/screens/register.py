"""The registration form: four fields, checked as they are left, and kept when Gett refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Label, Static

from gett_tui import error_messages
from gett_tui.onboarding.registration import (
    FIELDS,
    NAMES,
    cleaned,
    field_hint,
    field_problem,
    field_problems,
    near_alike,
)
from gett_tui.text import one_line
from gett_tui.ui.commands import LEAVE
from gett_tui.ui.form_purpose import REGISTER, Purpose
from gett_tui.ui.form_result import Accepted, Refused
from gett_tui.ui.production import place
from gett_tui.ui.screens.dialog import Dialog
from gett_tui.ui.status_style import Tone
from gett_tui.ui.widgets.field import Field, FormField
from gett_tui.ui.widgets.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType
    from textual.events import DescendantBlur

    from gett_tui.ui.environment import Environment
    from gett_tui.ui.form_result import CheckCatalog, Submit

_SUBMIT, _CHECK = "ctrl+s", "f5"


class RegisterScreen(Dialog["str | None"]):
    """The record's key when Gett was asked, None when the form was left.

    ``submit`` gets the values by wire name and whether a duplicate is insisted on. ``check_catalog`` gets the catalog
    URL and the partner store id, and gives rows of severity and words; without it the form offers no check.
    ``known_ids`` gives the partner store ids that stand here, to tell of one that only looks like what is typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(LEAVE, "leave", "Leave"),
        Binding(_SUBMIT, "submit", "Register"),
        Binding(_CHECK, "check_catalog", "Check catalog"),
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
        check_catalog: CheckCatalog | None = None,
        known_ids: Callable[[], Sequence[str]] = tuple,
        initial: Mapping[str, str] | None = None,
        purpose: Purpose = REGISTER,
    ) -> None:
        super().__init__()
        self._environment = environment
        self._submit = submit
        self._check_catalog = check_catalog
        self._known_ids = known_ids
        self._initial = {name: (initial or {}).get(name, "") for name in FIELDS}
        self._purpose = purpose
        self._busy = False
        self._leaving = False
        self._override = False
        self._refusals: dict[str, tuple[str, str]] = {}
        """By field: the value that Gett refused, and its words."""
        self._told = set[str]()
        """The fields that something is said of."""

    def compose(self) -> ComposeResult:
        """The four fields, each with a line for what is wrong with it."""
        with VerticalScroll(id="dialog", can_focus=False) as dialog:
            where = place(self._environment.profile, is_production=self._environment.is_production)
            dialog.border_title = Content(f"{self._purpose.title} on {where} ({one_line(self._environment.host, 60)})")
            checks = f" · {_CHECK.upper()} checks the catalog" if self._check_catalog else ""
            dialog.border_subtitle = f"{LEAVE} leaves · {_SUBMIT} registers{checks}"
            dialog.set_class(self._environment.is_production, "-production")
            if self._purpose.why:
                with VerticalScroll(id="why"):
                    yield Static(Text("\n").join(Text(row.text, row.style) for row in self._purpose.why), markup=False)
            for name, field in FIELDS.items():
                yield Label(field.label, markup=False)
                yield FormField(field, self._initial[name])
                yield Static("", markup=False, id=f"{name}-said", classes="said")
            yield Static("", markup=False, id="general")
            yield Findings()
            with Horizontal(id="buttons"):
                yield Button(self._purpose.do, id="register", variant="primary")
                yield Button("Register all the same", id="insist", variant="error")
                yield Button("Check catalog", id="check")
                yield Button("Leave", id="leave")

    def on_mount(self) -> None:
        """Starts at the field that is to be filled in or changed."""
        self._insist(False)
        self.query_one(f"#{self._purpose.first}", Field).focus()

    @property
    def is_half_filled(self) -> bool:
        """Whether something was typed; what is being sent is not lost."""
        return not self._busy and self._is_changed

    @property
    def _is_prefilled(self) -> bool:
        return any(self._initial.values())

    @property
    def _is_changed(self) -> bool:
        return self._values() != {name: text.strip() for name, text in self._initial.items()}

    def _values(self) -> dict[str, str]:
        return {name: self.query_one(f"#{name}", Field).value.strip() for name in FIELDS}

    # -- checking

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Checks a field as it is left."""
        field = event.widget
        if isinstance(field, Field) and field.id in NAMES and (field.value or field.has_class("-bad")):
            self._check(field.id, field.value)

    def _check(self, name: str, value: str) -> None:
        refused, said = self._refusals.get(name, ("", ""))
        problem = field_problem(name, value) or (said if value.strip() == refused else None)
        self._say(name, problem, self._hint(name, value))

    def _hint(self, name: str, value: str) -> str | None:
        hint = field_hint(name, value, is_production=self._environment.is_production)
        if hint is not None or name != NAMES[0]:
            return hint
        alike = near_alike(cleaned({name: value})[name], self._known_ids())
        return f"another store here is called {one_line(alike[0], 60)}" if alike else None

    def _say(self, name: str, problem: str | None, hint: str | None = None) -> None:
        said = self.query_one(f"#{name}-said", Static)
        tone = Tone.BAD if problem else Tone.ASK
        text = Text(one_line(problem or hint or "", 200), tone.style)
        said.update(Text("↳ ", text.style).append_text(text) if text.plain else "")
        (self._told.add if text.plain else self._told.discard)(name)
        self.query_one(f"#{name}", Field).set_class(problem is not None, "-bad")

    def _say_general(self, text: str, *, bad: bool = True) -> None:
        self.query_one("#general", Static).update(Text(one_line(text, 600), Tone.BAD.style if bad else ""))

    @on(Field.Refused)
    def _does_not_fit(self, message: Field.Refused) -> None:
        self._say(message.field.id or "", message.why)

    @on(Field.Changed)
    def _changed(self, message: Field.Changed) -> None:
        name = message.input.id or ""
        if name in self._told:
            self._check(name, message.value)
        self._leaving = False
        self._insist(False)
        self._findings.display = False

    def _insist(self, possible: bool) -> None:
        self._override = possible
        self.query_one("#insist").display = possible
        # There is no room for both beside each other; F5 still checks.
        self.query_one("#check").display = self._check_catalog is not None and not possible

    # -- submitting

    def action_next(self) -> None:
        """Enter: the next field, after the last one the whole form; on a button, the button."""
        focused = self.focused
        if isinstance(focused, Button):
            focused.press()
        elif focused is None or focused.id != NAMES[-1]:
            self.focus_next(Field)
        elif self._is_prefilled and not self._is_changed:
            # What stands there from the start is sent by a key that is for nothing else.
            self._say_general(f"Nothing is changed. {_SUBMIT} sends it as it is.", bad=False)
        else:
            self.action_submit()

    @on(Button.Pressed, "#register")
    def action_submit(self) -> None:
        """Sends the form if nothing is wrong with it, and a person has typed or could have read it."""
        if self.is_read or not self._is_prefilled:
            self._send(override=False)
        else:
            self._say_general(f"Press {_SUBMIT} again: the form was not on the screen yet.", bad=False)

    @on(Button.Pressed, "#insist")
    def _insisted(self) -> None:
        if self._override:
            self._send(override=True)

    def _send(self, *, override: bool) -> None:
        if self._busy:
            return
        values = self._values()
        problems = field_problems(values)
        self._refusals.clear()
        for name in FIELDS:
            self._check(name, values[name])
        if problems:
            self.query_one(f"#{next(iter(problems))}", Field).focus()
            self._say_general("")
            return
        self._lock(True)
        self._say_general("Registering…", bad=False)
        self.run_worker(self._submitting(cleaned(values), override), exit_on_error=False)

    async def _submitting(self, values: dict[str, str], override: bool) -> None:
        try:
            end = await self._submit(values, override)
        except Exception as error:  # whatever it is, the form says so and keeps what was typed
            end = Refused(general=error_messages.sentence(error))
        if isinstance(end, Accepted):
            # What was opened over this meanwhile, such as the palette, would be closed in its place.
            self.pop_until_active()
            self.dismiss(end.key)
            return
        self._lock(False)
        self._refused(end)

    def _refused(self, end: Refused) -> None:
        for name, text in end.fields.items():
            if name in FIELDS:
                self._refusals[name] = (self._values()[name], text)
                self._say(name, text)
        elsewhere = [f"{name}: {text}" for name, text in end.fields.items() if name not in FIELDS]
        self._say_general(" ".join([*([end.general] if end.general else []), *elsewhere]))
        self._insist(end.can_override)
        first = next((name for name in FIELDS if name in end.fields), None)
        self.query_one(f"#{first}" if first else "#register").focus()
        self.query_one("#general").scroll_visible(animate=False)

    # -- checking the catalog

    @on(Button.Pressed, "#check")
    def action_check_catalog(self) -> None:
        """Shows what is wrong with the CatalogSet at the catalog URL."""
        if self._busy or self._check_catalog is None:
            return
        values = self._values()
        self._check("catalogCallbackUrl", values["catalogCallbackUrl"])
        if field_problem("catalogCallbackUrl", values["catalogCallbackUrl"]) is not None:
            self.query_one("#catalogCallbackUrl", Field).focus()
            return
        self._findings.show([("", "Checking the catalog…")])
        self.run_worker(self._checking(self._check_catalog, values), group="check", exclusive=True, exit_on_error=False)

    async def _checking(self, check: CheckCatalog, values: dict[str, str]) -> None:
        try:
            sent = cleaned(values)
            findings = await check(sent["catalogCallbackUrl"], sent["partnerStoreId"])
        except Exception as error:  # whatever it is, the form says so and stays usable
            findings = [("error", error_messages.sentence(error))]
        if self._values() == values:
            self._findings.show(findings or [("", "Nothing is wrong with the catalog.")])

    @property
    def _findings(self) -> Findings:
        return self.query_one(Findings)

    # -- locking and leaving

    def _lock(self, locked: bool) -> None:
        self._busy = locked
        for widget in (*self.query(Field), *self.query(Button)):
            widget.disabled = locked

    @on(Button.Pressed, "#leave")
    def action_leave(self) -> None:
        """Leaves the form; asks once more when something was typed."""
        if self._busy:
            self._say_general("Gett is being asked: wait for the answer.", bad=False)
            return
        if self._is_changed and not self._leaving:
            self._leaving = True
            self._say_general(f"Press {LEAVE} again to throw away what you typed.")
            return
        self.dismiss(None)
