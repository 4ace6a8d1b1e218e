"""What all dialogs share: the message line, the word PRODUCTION, their styles, and when a ``y`` counts.

The styles are read when the first dialog opens and not at the start.
"""

from __future__ import annotations

import math
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast, runtime_checkable

from textual import events, on
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Button

from gett_tui.ui.commands import LEAVE
from gett_tui.ui.production import WORD
from gett_tui.ui.widgets.message_line import MessageLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual._path import CSSPathType
    from textual.binding import BindingType

    from gett_tui.ui.environment import Environment
    from gett_tui.ui.notifications import Notifications

T = TypeVar("T")
DO = "y"
"""The one key that says yes."""


@runtime_checkable
class _Dashboards(Protocol):
    notifications: Notifications
    environment: Environment


@runtime_checkable
class _KnowsTheTerminal(Protocol):
    def when_shown(self, then: Callable[[], None]) -> None: ...


class Dialog(ModalScreen[T]):
    """A screen over the dashboard that ends with an answer."""

    CSS_PATH: ClassVar[CSSPathType | None] = Path(__file__).parent.parent / "screens.tcss"

    def on_mount(self) -> None:
        """What is said while it is open is seen in its place, which the dialog leaves free; so is which Gett it is."""
        app = cast("object", self.app)
        if not isinstance(app, _Dashboards):
            return
        self.mount(MessageLine(app.notifications.log))
        if app.environment.is_production:
            for frame in self.query("#dialog, #detail, #log"):
                rest = f" · {frame.border_subtitle}" if frame.border_subtitle else ""
                frame.border_subtitle = f"{WORD}{rest}"

    @property
    def is_half_filled(self) -> bool:
        """Whether something was typed here that would be lost with the program."""
        return False


class Question(Dialog[bool]):
    """True when confirmed. Only ``y`` or a click on the button ``#do`` confirms, Enter never; ``#safe`` does nothing.

    What was typed before the question was on the screen confirms nothing: nobody has read it.
    """

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
        self.notify(why, markup=False)

    @on(Button.Pressed, "#safe")
    def action_keep(self) -> None:
        """Leaves everything as it is."""
        self.dismiss(False)

    @on(Button.Pressed, "#do")
    def action_confirm(self) -> None:
        """Does it."""
        if self._seen_at <= monotonic():
            self.dismiss(True)
