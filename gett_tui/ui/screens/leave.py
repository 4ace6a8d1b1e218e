"""Asks before the program is left with a form half filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from gett_tui.ui.commands import LEAVE
from gett_tui.ui.screens.question import DO, Question

if TYPE_CHECKING:
    from textual.app import ComposeResult


class LeaveScreen(Question):
    """True when the program is to end; what was typed stays otherwise."""

    def compose(self) -> ComposeResult:
        """The question, the safe button first."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Quit"
            dialog.border_subtitle = f"{DO} quits · {LEAVE} stays"
            yield Static("Quit, and throw away what you typed?", markup=False, id="asked")
            with Horizontal(id="buttons"):
                yield Button("Stay", id="safe", variant="primary")
                yield Button(f"Quit ({DO})", id="do", variant="error")
