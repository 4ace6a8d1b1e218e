"""What all dialogs share: the message line stays in sight, and their styles.

Those are read when the first dialog opens and not at the start.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, runtime_checkable

from textual.screen import ModalScreen

from gett_tui.ui.widgets.message_line import MessageLine

if TYPE_CHECKING:
    from textual._path import CSSPathType

    from gett_tui.ui.notifications import Notifications

T = TypeVar("T")


@runtime_checkable
class _SaysThings(Protocol):
    notifications: Notifications


class Dialog(ModalScreen[T]):
    """A screen over the dashboard that ends with an answer."""

    CSS_PATH: ClassVar[CSSPathType | None] = Path(__file__).parent.parent / "screens.tcss"

    def on_mount(self) -> None:
        """What is said while it is open is seen in its place, which the dialog leaves free."""
        if isinstance(self.app, _SaysThings):
            self.mount(MessageLine(self.app.notifications.log))
