"""The help: every key and every sign, from the definitions that the program itself uses."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from gett_tui.onboarding.status import OwnState, Status, meaning
from gett_tui.ui.commands import COMMANDS, MOVES
from gett_tui.ui.screens.dialog import Dialog
from gett_tui.ui.status_style import style_of

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_KEYS = 14
_SIGNS = (
    OwnState.UNCONFIRMED,
    Status.CATALOG_FAILED,
    Status.READY_TO_ACTIVATE,
    Status.PENDING_CATALOG,
    Status.ACTIVE,
    OwnState.CANCELLED,
)
_MEANING = {
    OwnState.UNCONFIRMED: "the answer to Register is lost: u settles it",
    Status.CATALOG_FAILED: "Gett could not use the catalog: the panel says why",
    Status.READY_TO_ACTIVATE: "a puts it live",
    Status.PENDING_CATALOG: "Gett is at work (pending catalog, catalog ingesting)",
    Status.ACTIVE: "live on the network",
    OwnState.CANCELLED: "over (cancelled, dropped, or unknown to Gett)",
}


class HelpScreen(Dialog[None]):
    """All keys and signs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "leave", "Close"),
    ]

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__()
        self._ascii = ascii_only

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "Help"
            dialog.border_subtitle = "escape closes"
            yield Static(self._text(), markup=False)

    def _text(self) -> Text:
        text = Text()
        for group, commands in groupby(COMMANDS, key=lambda command: command.group):
            text.append(f"{group}\n", "bold underline")
            for command in commands:
                text.append(f"  {command.key_words:<{_KEYS}}", "bold")
                text.append(f"{command.explain}\n")
            text.append("\n")
        text.append("Moving and marking\n", "bold underline")
        for keys, what in MOVES:
            shown = keys.replace("↑ ↓", "up down") if self._ascii else keys
            text.append(f"  {shown:<{_KEYS}}", "bold")
            text.append(f"{what}\n")
        text.append("\nSigns\n", "bold underline")
        for status in _SIGNS:
            sign = style_of(status).ascii_sign if self._ascii else style_of(status).sign
            text.append(f"  {sign}  {meaning(status).words:<22}", "bold")
            text.append(f"{_MEANING[status]}\n")
        unknown = style_of("")
        text.append(f"  {unknown.ascii_sign if self._ascii else unknown.sign}  {'any other words':<22}", "bold")
        text.append("a status of Gett's that this version does not know\n")
        text.append("\nKeys act on the marked stores, or on the one under the cursor.")
        return text

    def action_leave(self) -> None:
        """Closes the help."""
        self.dismiss(None)
