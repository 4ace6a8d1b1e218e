"""The choices for a store whose registration was not confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from gett_tui.text import lines, one_line

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.onboarding.record import Record


class SettleScreen(ModalScreen["str | None"]):
    """``attach``, ``again``, ``drop``, or None when it stays as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "choose('attach')", "I have the id"),
        Binding("t", "choose('again')", "Try again"),
        Binding("d", "choose('drop')", "Drop"),
        Binding("escape,q", "leave", "Leave"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(self, record: Record) -> None:
        super().__init__()
        self._record = record

    def compose(self) -> ComposeResult:
        """What happened, and the three ways out."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Unconfirmed"
            dialog.border_subtitle = "escape leaves it as it is"
            with VerticalScroll(id="question", can_focus=False):
                yield Static(self._text(), markup=False)
            with Horizontal(id="buttons"):
                yield Button("I have the id (i)", id="attach", variant="primary")
                yield Button("Try again (t)", id="again")
                yield Button("Drop (d)", id="drop")

    def on_mount(self) -> None:
        """The answer that changes nothing at Gett has the focus."""
        self.query_one("#attach", Button).focus()

    def _text(self) -> Text:
        record = self._record
        text = Text()
        text.append(f"{one_line(record.name, 60)}", "bold")
        text.append(f"  partner id {one_line(record.partner_store_id, 40)}\n\n")
        text.append(
            "Register was sent and its answer is lost: Gett may or may not have this store. Gett offers no list to "
            "look it up in; support or the Developer Portal may know its onboarding id.\n"
        )
        if record.trouble is not None:
            text.append(f"\n{one_line(record.trouble.text, 300)}\n", "red")
        if record.answer:
            text.append("\nThe answer that could not be read (the id may be in there):\n")
            for line in lines(record.answer, 2_000, 12):
                text.append(f"{line}\n", "dim")
        text.append("\nTrying again may put the store onto Gett twice.", "yellow")
        return text

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        self.dismiss(message.button.id)

    def action_choose(self, choice: str) -> None:
        """Takes one of the ways out."""
        self.dismiss(choice)

    def action_leave(self) -> None:
        """Leaves it as it is."""
        self.dismiss(None)
