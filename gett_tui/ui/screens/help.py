"""The help: every key and every sign, from the definitions that the program itself uses."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from gett_tui.onboarding.status import meaning
from gett_tui.ui.commands import COMMANDS, LEAVE, MOVES, command, with_keys
from gett_tui.ui.screens.dialog import Dialog
from gett_tui.ui.status_style import STYLES, UNKNOWN, StatusStyle

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_KEYS = 14


class HelpScreen(Dialog[None]):
    """All keys and signs."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(f"{LEAVE},q,{command('help').key},enter", "leave", "Close"),
    ]

    def __init__(self, *, ascii_only: bool) -> None:
        super().__init__()
        self._ascii = ascii_only

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "Help"
            dialog.border_subtitle = f"{LEAVE} closes"
            yield Static(self._text(), markup=False)

    def _text(self) -> Text:
        text = Text()
        for group, commands in groupby(COMMANDS, key=lambda one: one.group):
            text.append(f"{group}\n", "bold underline")
            for one in commands:
                text.append(f"  {one.key_words:<{_KEYS}}", "bold")
                text.append(f"{one.explain}\n")
            text.append("\n")
        text.append("Moving and marking\n", "bold underline")
        for keys, what in MOVES:
            shown = keys.replace("↑ ↓", "up down") if self._ascii else keys
            text.append(f"  {shown:<{_KEYS}}", "bold")
            text.append(f"{what}\n")
        text.append("\nSigns\n", "bold underline")
        for state, style in STYLES.items():
            if style.help:
                self._sign(text, style, meaning(state).words)
        self._sign(text, UNKNOWN, "any other words")
        text.append("\nKeys act on the marked stores, or on the one under the cursor.")
        return text

    def _sign(self, text: Text, style: StatusStyle, words: str) -> None:
        text.append(f"  {style.sign_in(ascii_only=self._ascii)}  {words:<22}", "bold")
        text.append(f"{with_keys(style.help)}\n")

    def action_leave(self) -> None:
        """Closes the help."""
        self.dismiss(None)
