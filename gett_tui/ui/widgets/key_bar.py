"""The line at the bottom: what can be done with the store under the cursor, or with the marked ones, and by which keys.

Its invariant: a key has the same place whatever store it is about, so that a moving cursor changes as little of the
line as can be, and the ways to the help and out are always there. Textual's own footer is a widget a key, drawn anew
with every change of focus.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widget import Widget

from gett_tui.ui.commands import BAR, BAR_ALWAYS, BAR_OF_ROW, Command, command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gett_tui.onboarding.record import Record

KEY = "bold cyan"
"""How a key stands out in a line of them."""
_GAP = 2

_LEFT = tuple(map(command, BAR))
_OF_ROW = tuple(tuple(map(command, place)) for place in BAR_OF_ROW)
_ALWAYS = tuple(map(command, BAR_ALWAYS))


class KeyBar(Widget):
    """Shows the commands that can be done, as many as fit."""

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._applying = frozenset[str]()

    def show(self, under_cursor: Record | None, targets: Sequence[Record]) -> None:
        """Follows the row: ``targets`` are the marked stores, or the one under the cursor."""
        # What can be done depends on the status alone: one store of each is enough to ask about.
        of_each = list({record.status: record for record in targets}.values())
        one = [] if under_cursor is None else [under_cursor]
        applying = frozenset(
            each.id for place in _OF_ROW for each in place if any(map(each.applies, one if each.for_one else of_each))
        )
        if applying != self._applying:
            self._applying = applying
            self.refresh()

    def render(self) -> Text:
        """The keys that fit the app's width."""
        width = self.app.size.width
        left, of_row = list(_LEFT), list(_OF_ROW)
        while left and _cells(left, of_row) > width:
            left.pop()
        while of_row and _cells(left, of_row) > width:
            of_row.pop()
        bar = _joined([_words(each) for each in left])
        right = _joined([*(self._of_row(place) for place in of_row), *map(_words, _ALWAYS)])
        if right.cell_len + 2 > width:
            right = _joined([Text(each.key_words, KEY) for each in _ALWAYS])
        bar = Text(" ", no_wrap=True).append_text(bar)
        bar.append(" " * max(0, width - bar.cell_len - right.cell_len - 1))
        return bar.append_text(right)

    def _of_row(self, place: tuple[Command, ...]) -> Text:
        words = next((_words(each) for each in place if each.id in self._applying), Text())
        words.append(" " * (_widest(place) - words.cell_len))
        return words


def _words(command: Command) -> Text:
    return Text().append(command.key_words, KEY).append(f" {command.bar_words}")


def _widest(place: Sequence[Command]) -> int:
    return max(_words(each).cell_len for each in place)


def _cells(left: Sequence[Command], of_row: Sequence[Sequence[Command]]) -> int:
    """What the line takes, with a blank at each end."""
    widths = [*(_widest([each]) for each in (*left, *_ALWAYS)), *map(_widest, of_row)]
    return 2 + sum(widths) + _GAP * (len(widths) - 1)


def _joined(parts: Sequence[Text]) -> Text:
    return Text(" " * _GAP).join(parts)
