"""What is wrong with a catalog, in a form: a few rows that scroll."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from gett_tui.text import one_line
from gett_tui.ui.status_style import Tone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

_STYLES = {"error": Tone.BAD.style, "warning": Tone.ASK.style}
_MOST = 100


class Findings(VerticalScroll):
    """Hidden until there is something to show."""

    def __init__(self) -> None:
        super().__init__(id="findings")
        self.display = False

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static("", markup=False, id="findings-text")

    def show(self, findings: Sequence[tuple[str, str]]) -> None:
        """Shows rows of severity and words; a row without a severity is only said."""
        rows = [
            Text(one_line(f"{severity}: {text}" if severity else text, 400), _STYLES.get(severity, ""))
            for severity, text in findings[:_MOST]
        ]
        if len(findings) > _MOST:
            rows.append(Text(f"… and {len(findings) - _MOST} more"))
        self.display = True
        self.scroll_home(animate=False)
        self.query_one("#findings-text", Static).update(Text("\n").join(rows))
