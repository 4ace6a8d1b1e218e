"""What all questions share that want a yes: which key says it, and from when on it counts.

Its invariant: what was typed before the question was on the screen confirms nothing, for nobody has read it.
"""

from __future__ import annotations

import math
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Protocol, cast, runtime_checkable

from textual import events, on
from textual.binding import Binding
from textual.widgets import Button

from gett_tui.ui.commands import LEAVE
from gett_tui.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.binding import BindingType

DO = "y"
"""The one key that says yes."""


@runtime_checkable
class _KnowsTheTerminal(Protocol):
    def when_shown(self, then: Callable[[], None]) -> None: ...


class Question(Dialog[bool]):
    """True when confirmed. Only ``y`` or a click on the button ``#do`` confirms; Enter never, nor does ``#safe``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(DO, "confirm", "Do it"),
        Binding(f"n,{LEAVE},q", "keep", "Leave it"),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._seen_at = math.inf

    def on_mount(self) -> None:
        """The safe answer has the focus."""
        self.query_one("#safe", Button).focus()
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        # A terminal that is stuck, or far away, has not shown what is painted here: its app knows.
        app: object = cast("object", self.app)
        if isinstance(app, _KnowsTheTerminal):
            app.when_shown(self._seen)
        else:
            self._seen()

    def _seen(self) -> None:
        self._seen_at = monotonic()

    def on_key(self, event: events.Key) -> None:
        """Says what to press when a key says yes too easily, or too early."""
        if event.key == "enter" and self.focused is not None and self.focused.id == "do":
            self._refuse(event, f"Press {DO} to do it.")
        elif event.key == DO and event.time < self._seen_at:
            self._refuse(event, f"Press {DO} again: the question was not on the screen yet.")

    def _refuse(self, event: events.Key, why: str) -> None:
        event.stop()
        event.prevent_default()
        self.notify(why, severity="warning", markup=False)

    @on(Button.Pressed, "#safe")
    def action_keep(self) -> None:
        """Leaves everything as it is."""
        self.dismiss(False)

    @on(Button.Pressed, "#do")
    def action_confirm(self) -> None:
        """Does it."""
        if self._seen_at <= monotonic():
            self.dismiss(True)
