"""The choices for a store whose registration was not confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import on
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from gett_tui.text import lines, one_line
from gett_tui.ui.commands import LEAVE
from gett_tui.ui.record_text import NO_PARTNER_ID, trouble_words
from gett_tui.ui.screens.dialog import Dialog, fitted
from gett_tui.ui.status_style import Tone

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.onboarding.record import Record


_ATTACH, _AGAIN, _DROP = "i", "t", "d"


class ResolveScreen(Dialog["str | None"]):
    """``attach``, ``again``, ``drop``, or None when it stays as it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(_ATTACH, "choose('attach')", "I have the id"),
        Binding(_AGAIN, "choose('again')", "Try again"),
        Binding(_DROP, "choose('drop')", "Drop"),
        Binding(f"{LEAVE},q", "leave", "Leave"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("up", "scroll_sent(-1)", show=False),
        Binding("down", "scroll_sent(1)", show=False),
    ]

    def __init__(self, record: Record) -> None:
        super().__init__()
        self._record = record

    def compose(self) -> ComposeResult:
        """What happened, and the three ways out."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Unconfirmed"
            dialog.border_subtitle = f"{LEAVE} leaves it as it is"
            yield Static(self._what_happened(), markup=False, id="asked")
            with VerticalScroll(id="asked-about", can_focus=False):
                yield Static(self._evidence(), markup=False)
            yield Static(
                Text("Trying again may put the store onto Gett twice.", Tone.ASK.style), markup=False, id="effect"
            )
            with Horizontal(id="buttons"):
                yield Button(f"I have the id ({_ATTACH})", id="attach", variant="primary")
                yield Button(f"Try again ({_AGAIN})", id="again")
                yield Button(f"Drop ({_DROP})", id="drop")

    def on_mount(self) -> None:
        """The answer that changes nothing at Gett has the focus."""
        self.query_one("#attach", Button).focus()

    def fit(self) -> None:
        """Cuts the texts anew."""
        self.query_one("#asked", Static).update(self._what_happened())

    def _what_happened(self) -> Text:
        record = self._record
        partner = fitted(record.partner_store_id or NO_PARTNER_ID, self.room // 3)
        text = Text(fitted(record.name, self.room - 13 - cell_len(partner)), "bold")
        text.append(f"  partner id {partner}\n\n", "not bold")
        return text.append(
            "Register was sent and its answer is lost: Gett may or may not have this store. Gett offers no list to "
            "look it up in; support or the Developer Portal may know its onboarding id.",
            "not bold",
        )

    def _evidence(self) -> Text:
        """What was sent, and what came back: with it the store can be asked for."""
        record = self._record
        rows: list[Text] = []
        if record.trouble is not None:
            rows.append(Text(one_line(trouble_words(record.trouble), 300), Tone.BAD.style))
            if record.trouble.request_id:
                rows.append(Text(f"request id {one_line(record.trouble.request_id, 100)}", Tone.OFF.style))
        rows += [Text(f"sent {one_line(name, 40)} {one_line(str(value), 300)}") for name, value in record.sent.items()]
        if record.answer:
            rows.append(Text("The answer that could not be read (the id may be in there):"))
            rows += [Text(line, Tone.OFF.style) for line in lines(record.answer)]
        return Text("\n").join(rows)

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        self.dismiss(message.button.id)

    def action_scroll_sent(self, rows: int) -> None:
        """Scrolls what was sent and answered."""
        self.query_one("#asked-about").scroll_relative(y=rows, animate=False)

    def action_choose(self, choice: str) -> None:
        """Takes one of the ways out."""
        self.dismiss(choice)

    def action_leave(self) -> None:
        """Leaves it as it is."""
        self.dismiss(None)
