"""One store on the full screen, for narrow terminals and long errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from gett_tui.ui.commands import LEAVE, command, full_screen_bindings, with_keys
from gett_tui.ui.screens.dialog import Dialog
from gett_tui.ui.widgets.pipeline_panel import PipelinePanel

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.onboarding.record import Record


class DetailScreen(Dialog["str | None"]):
    """Follows one record while it is open. The answer is the id of the command that it is left for, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(f"{LEAVE},q,enter", "leave", "Back"),
        *full_screen_bindings(),
    ]

    def __init__(self, record: Record, note: str | None, *, clock: Callable[[], datetime], ascii_only: bool) -> None:
        super().__init__()
        self._record = record
        self._note = note
        self._panel = PipelinePanel(clock=clock, ascii_only=ascii_only)
        self._panel.id = "detail"

    @property
    def key(self) -> str:
        """The key of the record that it shows."""
        return self._record.key

    def compose(self) -> ComposeResult:
        """The panel alone."""
        self._panel.border_subtitle = with_keys("{leave} goes back · {copy_id} copies the id")
        yield self._panel

    def on_mount(self) -> None:
        """Shows the record."""
        self._panel.show(self._record, self._note)
        self._panel.focus()

    def show(self, record: Record | None, note: str | None) -> None:
        """Shows the record as it is now; another record's news is not for here."""
        if record is not None and record.key == self._record.key:
            self._record, self._note = record, note
            self._panel.show(record, note)

    def action_act(self, command_id: str) -> None:
        """Goes back and does it, or says why it cannot be done."""
        why_not = command(command_id).why_not(self._record)
        if why_not is not None:
            self.notify(why_not, severity="warning", markup=False)
        elif command_id == "copy_id":
            self._copy_id()
        else:
            self.dismiss(command_id)

    def _copy_id(self) -> None:
        self.app.copy_to_clipboard(self._record.onboarding_id or "")
        self.notify("Copied the onboarding id", markup=False)

    def action_leave(self) -> None:
        """Goes back to the list."""
        self.dismiss(None)
