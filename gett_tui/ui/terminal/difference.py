"""The cheapest text that turns what a row shows into what it should show.

Invariant: nothing is taken for granted that terminals disagree about: the position behind the last column and behind a
doubtful width, erasing with a background, and which half of a wide cell an overwritten neighbour leaves.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.ui.terminal.cells import Cell, Doubt, Row, doubt, erased
from gett_tui.ui.terminal.moves import Place, move, to_column
from gett_tui.ui.terminal.style import PLAIN, Style, as_blank, step

if TYPE_CHECKING:
    from collections.abc import Iterator

_FEWEST_ERASED = 4
"""Blanks below this cost less as blanks."""
_HEAL = "\x1b[r\x1b[4l\x1b(B\x0f"
"""What foreign text may have left behind, undone: margins, insert mode, a character set of lines."""


class Painter:
    """Writes rows to a terminal whose pen and cursor it follows.

    Where the cursor stands is not known at first: something else may have been written since the last picture.
    """

    def __init__(self, width: int, *, erases_background: bool, pen: Style | None) -> None:
        self.pen = pen
        """What the terminal wears; None where it is not known."""
        self._width = width
        self._erases_background = erases_background
        self._out: list[str] = []
        self._at: Place | None = None
        self._row: int | None = None
        """The row alone, which is known longer than the column."""

    def text(self) -> str:
        """All that was written; no link stays open behind it."""
        if self.pen and self.pen.link:
            self._wear(self.pen._replace(link=""))
        return "".join(self._out)

    def clear(self, background: Style) -> Cell:
        """Clear the whole screen, in this background where erasing can do that; what every cell shows then."""
        self._out.append(_HEAL)
        self.pen = None
        self._wear(background if self._erases_background else PLAIN)
        self._out.append("\x1b[2J")
        return erased(self.pen or PLAIN)

    def move_to(self, column: int, row: int) -> None:
        """Put the cursor there."""
        if self._at is None and self._row == row:
            self._out.append(to_column(column))
        else:
            self._out.append(move(self._at, column, row))
        self._at, self._row = (column, row), row

    def row(self, number: int, wanted: Row, shown: Row) -> None:
        """Write what differs in a row."""
        changed = _changed(wanted, shown)
        tail = self._tail(wanted, changed)
        for span in _spans([column for column in changed if column < tail]):
            self._close_gap(number, span.start, wanted)
            for piece in _pieces(wanted, span):
                self._put(number, piece, wanted[piece.stop : span.stop])
        if tail < len(wanted):
            self.move_to(next(column for column in changed if column >= tail), number)
            self._wear_for_blanks(wanted[tail].style, [])
            self._out.append("\x1b[K")

    def _tail(self, wanted: Row, changed: list[int]) -> int:
        """Where the blank end of the row begins that erasing writes for less; behind the row where there is none."""
        last, tail = wanted[-1], len(wanted)
        if not self._is_erasable(last):
            return len(wanted)
        while tail and wanted[tail - 1] == last:
            tail -= 1
        return tail if sum(column >= tail for column in changed) >= _FEWEST_ERASED else len(wanted)

    def _is_erasable(self, cell: Cell) -> bool:
        """Whether erasing leaves just this cell."""
        return cell == erased(cell.style) and (self._erases_background or not cell.style.background)

    def _close_gap(self, number: int, column: int, wanted: Row) -> None:
        """Write what stands unchanged before ``column`` again, where that costs no more than a jump over it."""
        if self._at is None or self._at[1] != number:
            return
        gap = wanted[self._at[0] : column]
        again = "".join(cell.text for cell in gap)
        if len(again.encode()) <= len(move(self._at, column, number)) and all(map(self._is_free, gap)):
            self._out.append(again)
            self._at = column, number

    def _is_free(self, cell: Cell) -> bool:
        """Whether the cell can be written without a change of the pen or a doubt."""
        worn = as_blank(self.pen) if self.pen and cell.text == " " else self.pen
        return cell.style == worn and doubt(cell.text) is Doubt.NONE

    def _put(self, number: int, piece: _Piece, following: Row) -> None:
        if self._at != (piece.start, number):
            self.move_to(piece.start, number)
        if piece.is_blank:
            self._blanks(number, piece, following)
        else:
            self._wear(piece.style)
            self._characters(number, piece)

    def _blanks(self, number: int, piece: _Piece, following: Row) -> None:
        self._wear_for_blanks(piece.style, following)
        count = piece.stop - piece.start
        erasing = f"\x1b[{count}X"
        way_on = len(move((piece.start, number), piece.stop, number)) if following else 0
        if self._erases_background and self._is_erasable(piece.cells[0]) and len(erasing) + way_on < count:
            self._out.append(erasing)
        else:
            self._out.append(" " * count)
            self._advance(number, piece.stop)

    def _characters(self, number: int, piece: _Piece) -> None:
        if piece.doubt is not Doubt.DEEP:
            self._out.extend(cell.text for cell in piece.cells)
            self._advance(number, piece.stop if piece.doubt is Doubt.NONE else self._width)
            return
        # The terminal may give it fewer columns than it has here: what stood there must be gone before.
        self._out.append(" " * piece.cells[0].width + to_column(piece.start) + piece.cells[0].text)
        self._advance(number, self._width)

    def _advance(self, number: int, column: int) -> None:
        """Follow the cursor; behind the last column, or a doubtful cell, only its row is known."""
        self._at = (column, number) if column < self._width else None

    def _wear(self, style: Style) -> None:
        self._out.append(step(self.pen, style))
        self.pen = style

    def _wear_for_blanks(self, style: Style, following: Row) -> None:
        """Wear what makes blanks of this style, and best what the text behind them needs too."""
        if self.pen and as_blank(self.pen) == style:
            return
        text = next((cell.style for cell in following if cell.text != " "), style)
        if as_blank(text) == style:
            self._wear(min((text, self._with_background(style)), key=lambda to: len(step(self.pen, to))))
        else:
            self._wear(min((style, self._with_background(style)), key=lambda to: len(step(self.pen, to))))

    def _with_background(self, style: Style) -> Style:
        """The pen as it is but for the background, where that makes blanks of ``style``; else that style."""
        kept = (self.pen or PLAIN)._replace(background=style.background, link=style.link)
        return kept if as_blank(kept) == style else style


class _Piece(NamedTuple):
    """Cells in one style beside each other; a deeply doubtful one stands alone. Followers are not in ``cells``."""

    start: int
    stop: int
    style: Style
    doubt: Doubt
    is_blank: bool
    cells: list[Cell]


def _pieces(row: Row, span: range) -> Iterator[_Piece]:
    leads = [column for column in span if row[column].width]
    for (style, is_blank, certainty, _), group in groupby(leads, key=lambda column: _kind(row[column], column)):
        columns = list(group)
        cells = [row[column] for column in columns]
        yield _Piece(columns[0], columns[-1] + cells[-1].width, style, certainty, is_blank, cells)


def _kind(cell: Cell, column: int) -> tuple[Style, bool, Doubt, int]:
    certainty = doubt(cell.text)
    return cell.style, cell.text == " ", certainty, column if certainty is Doubt.DEEP else 0


def _changed(wanted: Row, shown: Row) -> list[int]:
    """The columns to write: what differs, and what a doubtful width may have spoilt.

    With a deep doubt in the row all from there on, if any of that differs; with one of old fonts all behind it, if it
    is written itself.
    """
    changed = [column for column, pair in enumerate(zip(wanted, shown, strict=True)) if pair[0] != pair[1]]
    texts = {cell.text for cell in wanted} | {cell.text for cell in shown}
    if not changed or max(map(doubt, texts)) is Doubt.NONE:
        return changed
    doubts = [max(doubt(pair[0].text), doubt(pair[1].text)) for pair in zip(wanted, shown, strict=True)]
    end = len(wanted)
    deep = next((column for column, certainty in enumerate(doubts) if certainty is Doubt.DEEP), end)
    legacy = next((column for column in changed if doubts[column] is not Doubt.NONE), end)
    first = min(deep if changed[-1] >= deep else end, legacy)
    return [*(column for column in changed if column < first), *range(first, end)]


def _spans(columns: list[int]) -> Iterator[range]:
    """Columns beside each other together."""
    for _, group in groupby(enumerate(columns), key=lambda pair: pair[1] - pair[0]):
        beside = [column for _, column in group]
        yield range(beside[0], beside[-1] + 1)
