"""The help: every key and every sign, from the definitions that the program itself uses."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Static

from gett_tui.onboarding.status import meaning
from gett_tui.ui.commands import COMMANDS, LEAVE, MOVES, command, with_keys
from gett_tui.ui.screens.dialog import Dialog
from gett_tui.ui.status_style import STYLES, UNKNOWN, StatusStyle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType
    from textual.app import ComposeResult
    from textual.binding import BindingType


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
            yield Static(Group(*self._parts()), markup=False, id="text")

    def fit(self) -> None:
        """Fits the columns to the terminal."""
        self.query_one("#text", Static).update(Group(*self._parts()))

    def _parts(self) -> Iterator[RenderableType]:
        moves = [(keys.replace("↑ ↓", "up down") if self._ascii else keys, what) for keys, what in MOVES]
        keys = max(cell_len(key) for key, _ in moves)
        for group, commands in groupby(COMMANDS, key=lambda one: one.group):
            yield from self._section(group, [(one.key_words, one.explain) for one in commands], keys)
        yield from self._section("Moving and marking", moves, keys)
        known = [(style, meaning(state).words) for state, style in STYLES.items() if style.help]
        signs = [*known, (UNKNOWN, "any other words")]
        rows = [self._sign(style, words) for style, words in signs]
        yield from self._section("Signs", rows, max(cell_len(sign) for sign, _ in rows))
        yield Text("Keys act on the marked stores, or on the one under the cursor.")

    def _section(self, title: str, rows: Sequence[tuple[str, str]], left: int) -> Iterator[RenderableType]:
        """A title and two columns, the left one of ``left`` cells where there is room.

        What does not fit its column goes on below it, and never under the other one.
        """
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=max(1, min(left, self.room // 2)), overflow="fold")
        table.add_column(ratio=1)
        for words, explain in rows:
            table.add_row(Text(words, "bold"), Text(explain))
        yield Text(title, "bold underline")
        yield Padding(table, (0, 0, 1, 2))

    def _sign(self, style: StatusStyle, words: str) -> tuple[str, str]:
        return f"{style.sign_in(ascii_only=self._ascii)}  {words}", with_keys(style.help)

    def action_leave(self) -> None:
        """Closes the help."""
        self.dismiss(None)
