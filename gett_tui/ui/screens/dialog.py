"""What all dialogs share: the message line and the word PRODUCTION stay in sight, and their styles.

Those are read when the first dialog opens and not at the start.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast, runtime_checkable

from textual.screen import ModalScreen

from gett_tui.ui.production import WORD
from gett_tui.ui.widgets.message_line import MessageLine

if TYPE_CHECKING:
    from textual._path import CSSPathType

    from gett_tui.ui.environment import Environment
    from gett_tui.ui.notifications import Notifications

T = TypeVar("T")


@runtime_checkable
class _Dashboards(Protocol):
    notifications: Notifications
    environment: Environment


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
