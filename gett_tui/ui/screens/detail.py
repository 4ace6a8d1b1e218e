"""One store on the full screen, for narrow terminals and long errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding

from gett_tui.ui.screens.dialog import Dialog
from gett_tui.ui.widgets.pipeline_panel import PipelinePanel

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.onboarding.record import Record


class DetailScreen(Dialog["str | None"]):
    """Follows one record while it is open. The answer is what is to be done with it: activate, cancel, fix, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Back"),
        Binding("y", "copy_id", "Copy the onboarding id"),
        Binding("a", "act('activate')", "Put it live"),
        Binding("x", "act('cancel')", "Cancel the onboarding"),
        Binding("e", "act('fix')", "Cancel it, register it again"),
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
        self._panel.border_subtitle = "escape goes back · y copies the id"
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

    def action_copy_id(self) -> None:
        """Copies the onboarding id."""
        if not self._record.onboarding_id:
            self.notify("There is no onboarding id to copy.", severity="warning", markup=False)
            return
        self.app.copy_to_clipboard(self._record.onboarding_id)
        self.notify("Copied the onboarding id", markup=False)

    def action_leave(self) -> None:
        """Goes back to the list."""
        self.dismiss(None)

    def action_act(self, action: str) -> None:
        """Goes back and does what the panel tells of."""
        self.dismiss(action)
