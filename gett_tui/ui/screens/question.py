"""What all questions share that want a yes: which key says it, and from when on it counts.

Its invariant: what was typed before the question was on the screen, or while the terminal has no room for it,
confirms nothing, for nobody has read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding
from textual.errors import NoWidget
from textual.widgets import Button

from gett_tui.ui.commands import LEAVE
from gett_tui.ui.screens.dialog import Dialog

if TYPE_CHECKING:
    from textual.binding import BindingType
    from textual.widget import Widget

DO = "y"
"""The one key that says yes."""


_TO_READ = "#asked, #asked-about, #effect"
"""What must be in sight for a yes."""
_LEAST_ROWS = 2
"""Rows of the stores: the name and the partner id of a single one."""


class Question(Dialog[bool]):
    """True when confirmed. Only ``y`` or a click on the button ``#do`` confirms; Enter never, nor does ``#safe``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(DO, "confirm", "Do it"),
        Binding(f"n,{LEAVE},q", "keep", "Leave it"),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def on_mount(self) -> None:
        """The safe answer has the focus."""
        self.query_one("#safe", Button).focus()

    def on_key(self, event: events.Key) -> None:
        """Says what to press when a key says yes too easily."""
        if event.key == "enter" and self.focused is not None and self.focused.id == "do":
            self._refuse(f"Press {DO} to do it.")
            event.stop()
            event.prevent_default()

    @on(Button.Pressed, "#safe")
    def action_keep(self) -> None:
        """Leaves everything as it is."""
        self.dismiss(False)

    @on(Button.Pressed, "#do")
    def action_confirm(self) -> None:
        """Does it, if a person could have read what."""
        if not self.is_read:
            self._refuse(f"Press {DO} again: the question was not on the screen yet.")
        elif not all(self._is_in_sight(widget) for widget in self.query(_TO_READ)):
            self._refuse(f"The terminal is too small to show what is asked: make it larger, or {LEAVE}.")
        else:
            self.dismiss(True)

    def _is_in_sight(self, widget: Widget) -> bool:
        """Whether all of it is on the screen, and nothing over it; of what scrolls by itself, its least."""
        try:
            place = self.find_widget(widget)
        except NoWidget:
            return False
        seen = place.visible_region
        least = min(_LEAST_ROWS, widget.virtual_size.height) if widget.allow_vertical_scroll else place.region.height
        if not seen or seen.height < least:
            return False
        hits = (self.get_widget_at(seen.x, seen.y + row)[0] for row in range(least))
        return all(widget in hit.ancestors_with_self for hit in hits)

    def _refuse(self, why: str) -> None:
        self.notify(why, severity="warning", markup=False)
