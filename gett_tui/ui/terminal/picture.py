"""What the terminal should show and what it shows, so that any number of changes between costs their difference once.

Invariant: after what ``difference`` returned has reached the terminal, it shows what Textual has written, whatever was
shown before and however many writes lay between. What is returned counts as shown: send it, or ``forget``.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gett_tui.ui.terminal.capabilities import Capabilities
from gett_tui.ui.terminal.cells import Row, blank, erased
from gett_tui.ui.terminal.difference import Difference
from gett_tui.ui.terminal.reading import Patch, Reader, Reading
from gett_tui.ui.terminal.style import PLAIN, Style

if TYPE_CHECKING:
    from gett_tui.ui.terminal.moves import Place

__all__ = ["Capabilities", "Picture"]

_SYNCHRONISED_FROM = 400
"""Characters; the brackets around a picture cost 16."""
_SAMPLED = 4
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"


class Picture:
    """Feed it all that Textual writes; ask it for the difference when the terminal can take one.

    Nothing is to be shown before Textual has put something, nor while the program's own screen is left (mode 1049 off).
    """

    def __init__(self, width: int, height: int, capabilities: Capabilities, *, ascii_only: bool = False) -> None:
        self._width, self._height = width, height
        self._erases_background = capabilities.background_erase
        self._is_synchronised = capabilities.synchronised
        self._reader = Reader(width, height, ascii_only=ascii_only)
        self._wanted = _blank_rows(width, height)
        self._shown = _blank_rows(width, height)
        self._is_unknown = True
        self._is_begun = False
        self._is_on_screen = True
        self._is_cursor_visible = False
        self._pen: Style | None = None
        self._may_be_linked = False
        self._cursor: Place | None = None
        """Where the last difference left the cursor, as far as that was asked for."""
        self._doubted: set[int] = set()
        """Rows written since they were last seen to be equal."""

    def write(self, text: str) -> str:
        """Take in what Textual writes; what of it is no picture, in order, to be sent as it is.

        That is modes, titles, the bell, questions, the clipboard and all that is not known. With ``ascii_only`` titles
        are ASCII too. The brackets of mode 2026 are dropped: ``difference`` sets its own.
        """
        return "".join(map(self._take, self._reader.read(text)))

    def resize(self, width: int, height: int) -> None:
        """Take a new size. What was wanted stays where there is room for it; what is shown is unknown."""
        old = self._wanted
        self._width, self._height = width, height
        self._reader.resize(width, height)
        self._wanted = _blank_rows(width, height)
        for number, row in enumerate(old):
            self._apply(Patch(number, 0, row))
        self.forget()

    def forget(self) -> None:
        """What is shown is unknown from now on: the next difference clears the screen first."""
        self._is_unknown = True

    @property
    def is_changed(self) -> bool:
        """Whether ``difference`` would return anything."""
        if not (self._is_on_screen and self._is_begun):
            return False
        return self._is_unknown or self._cursor_wanted() not in {None, self._cursor} or bool(self._changed_rows())

    def difference(self, rows: range | None = None) -> str:
        """What turns the picture that is shown into the one wanted (of ``rows`` alone where given); it counts as shown.

        Empty where nothing differs. Where the terminal knows mode 2026, that is around all over some 400 characters,
        and around what begins anew: the end of an earlier bracket may have been cut off. Where what is shown is unknown
        all is cleared, also with ``rows``: the others wait, blank.
        """
        if not self.is_changed:
            return ""
        made = Difference(self._width, erases_background=self._erases_background, pen=self._pen)
        is_anew = self._is_unknown
        if is_anew:
            self._clear(made)
        for number in [number for number in self._changed_rows() if rows is None or number in rows]:
            made.row(number, self._wanted[number], self._shown[number])
            self._shown[number] = self._wanted[number].copy()
        self._place_cursor(made)
        text = made.text()
        self._pen, self._may_be_linked = made.pen, self._may_be_linked or made.has_linked
        is_bracketed = self._is_synchronised and (is_anew or len(text) > _SYNCHRONISED_FROM)
        return _BEGIN + text + _END if is_bracketed else text

    def wanted_rows(self) -> list[str]:
        """The text that is wanted, row by row, blanks at the ends included."""
        return ["".join(cell.text for cell in row) for row in self._wanted]

    def _take(self, reading: Reading) -> str:
        for patch in reading.patches:
            self._apply(patch)
            self._is_begun = self._is_begun or bool(patch.cells)
        self._is_synchronised |= reading.is_synchronised
        if reading.is_altered:
            self.forget()
        if reading.is_cursor_visible is not None:
            self._is_cursor_visible = reading.is_cursor_visible
        if reading.is_on_screen is not None:
            self._is_on_screen = reading.is_on_screen
        # What comes behind the program's own screen must not wear the last cell's colours.
        first = "\x1b[m" if reading.is_on_screen is False else ""
        return first + "".join(reading.rest)

    def _apply(self, patch: Patch) -> None:
        """Put cells into the wanted picture; a wide cell that loses a part of itself is blanks from then on."""
        start, cells = patch.column, patch.cells[: max(0, self._width - patch.column)]
        if not cells or patch.row >= self._height:
            return
        row, stop = self._wanted[patch.row], start + len(cells)
        if row[start:stop] == cells:
            return
        if row[start].width == 0:
            _blank_out(row, start)
        if stop < self._width and row[stop].width == 0:
            _blank_out(row, stop)
        row[start:stop] = cells
        if stop == self._width:
            _cut_off(row)
        self._doubted.add(patch.row)

    def _changed_rows(self) -> list[int]:
        """The rows that differ from what is shown, from the top."""
        self._doubted = {number for number in self._doubted if self._wanted[number] != self._shown[number]}
        return sorted(self._doubted)

    def _clear(self, made: Difference) -> None:
        empty = made.clear(self._commonest_background(), may_be_linked=self._may_be_linked)
        self._shown = [[empty] * self._width for _ in range(self._height)]
        self._doubted = set(range(self._height))
        self._is_unknown = False

    def _commonest_background(self) -> Style:
        """What most blanks look like, by a sample: a screen is cleared in that, and those need not be written."""
        sample = Counter(cell for row in self._wanted for cell in row[::_SAMPLED] if cell.text == " ")
        return next((cell.style for cell, _ in sample.most_common() if cell == erased(cell.style)), PLAIN)

    def _cursor_wanted(self) -> Place | None:
        """Where the cursor is to stand; None where nobody cares: hidden, and not put anywhere by a field with focus.

        A hidden one of a field counts, as input methods open their windows there.
        """
        column, row = self._reader.cursor
        place = min(column, self._width - 1), min(row, self._height - 1)
        return place if self._is_cursor_visible or place != (0, 0) else None

    def _place_cursor(self, made: Difference) -> None:
        place = self._cursor_wanted()
        if place:
            made.move_to(*place)
        self._cursor = place


def _blank_rows(width: int, height: int) -> list[Row]:
    return [[blank()] * width for _ in range(height)]


def _blank_out(row: Row, column: int) -> None:
    """Make blanks of the whole wide cell that owns this column."""
    start = column
    while row[start].width == 0:
        start -= 1
    owner = row[start]
    row[start : start + owner.width] = [blank(owner.style)] * owner.width


def _cut_off(row: Row) -> None:
    """Make blanks of a wide cell that does not fit before the end of the row."""
    start = len(row) - 1
    while row[start].width == 0:
        start -= 1
    if start + row[start].width > len(row):
        row[start:] = [blank(row[start].style)] * (len(row) - start)
