"""The cheapest text that turns what a row shows into what it should show.

Invariant: nothing is taken for granted that terminals disagree about: the position behind the last column and behind a
doubtful width, erasing with a background, and which half of a wide cell an overwritten neighbour leaves.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from gett_tui.ui.terminal.cells import Cell, Doubt, Row, doubt, erased
from gett_tui.ui.terminal.moves import Place, move, to_column
from gett_tui.ui.terminal.pieces import Piece, by_style, changed_columns, pieces, spans
from gett_tui.ui.terminal.style import PLAIN, Style, as_blank, step

_LINKED = Style(link="any")
_FEWEST_ERASED = 4
"""Blanks below this cost less as blanks."""
_HEAL = "\x1b[r\x1b[4l\x1b(B\x0f"
"""What foreign text may have left behind, undone: margins, insert mode, a character set of lines."""


class _Standing(NamedTuple):
    """What writing goes on from: the pen and the cursor, as ``Difference`` knows them."""

    pen: Style | None
    at: Place | None
    row: int | None
    has_linked: bool


class Difference:
    """Gathers what has to be written, following the terminal's pen and cursor.

    Where the cursor stands is not known at first: something else may have been written since the last one.
    """

    def __init__(self, width: int, *, erases_background: bool, pen: Style | None) -> None:
        self.pen = pen
        """What the terminal wears; None where it is not known."""
        self.has_linked = False
        """Whether a link was opened: what is cut off behind that leaves it open."""
        self._width = width
        self._erases_background = erases_background
        self._out: list[str] = []
        self._at: Place | None = None
        self._row: int | None = None
        """The row alone, which is known longer than the column."""

    @property
    def _standing(self) -> _Standing:
        return _Standing(self.pen, self._at, self._row, self.has_linked)

    @_standing.setter
    def _standing(self, standing: _Standing) -> None:
        self.pen, self._at, self._row, self.has_linked = standing

    def text(self) -> str:
        """All that was written; no link stays open behind it."""
        if self.pen and self.pen.link:
            self._wear(self.pen._replace(link=""))
        return "".join(self._out)

    def clear(self, background: Style, *, may_be_linked: bool) -> Cell:
        """Clear the whole screen, in this background where erasing can do that; what every cell shows then."""
        self._out.append(_HEAL + (step(_LINKED, PLAIN) if may_be_linked else ""))
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
        changed, is_sure = changed_columns(wanted, shown)
        tail = self._tail(wanted, changed)
        before_tail = bisect_left(changed, tail)
        in_order = [piece for span in spans(changed[:before_tail]) for piece in pieces(wanted, span, is_sure=is_sure)]
        grouped = by_style(in_order, self.pen) if is_sure and len(in_order) > 1 else in_order
        self._cheapest(number, wanted, [in_order] if grouped == in_order else [in_order, grouped])
        if tail < len(wanted):
            self.move_to(changed[before_tail], number)
            self._wear_for_blanks(wanted[tail].style, [])
            self._out.append("\x1b[K")

    def _cheapest(self, number: int, wanted: Row, ways: list[list[Piece]]) -> None:
        """Write the pieces in the order that costs least."""
        start, out = self._standing, self._out
        tried: list[tuple[str, _Standing]] = []
        for way in ways:
            self._standing, self._out = start, []
            for piece in way:
                self._put(number, piece, wanted)
            tried.append(("".join(self._out), self._standing))
        text, self._standing = min(tried, key=lambda it: len(it[0]))
        self._out = [*out, text]

    def _tail(self, wanted: Row, changed: list[int]) -> int:
        """Where the blank end of the row begins that erasing writes for less; behind the row where there is none."""
        last, tail = wanted[-1], len(wanted)
        if not self._is_erasable(last):
            return len(wanted)
        while tail and wanted[tail - 1] == last:
            tail -= 1
        return tail if len(changed) - bisect_left(changed, tail) >= _FEWEST_ERASED else len(wanted)

    def _is_erasable(self, cell: Cell) -> bool:
        """Whether erasing leaves just this cell."""
        return cell == erased(cell.style) and (self._erases_background or not cell.style.background)

    def _close_gap(self, number: int, column: int, wanted: Row) -> None:
        """Write what stands unchanged before ``column`` again, where that costs no more than a jump over it."""
        if self._at is None or self._at[1] != number or self._at[0] > column:
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

    def _put(self, number: int, piece: Piece, wanted: Row) -> None:
        self._close_gap(number, piece.start, wanted)
        if self._at != (piece.start, number):
            self.move_to(piece.start, number)
        if piece.is_blank:
            self._blanks(number, piece, wanted[piece.stop : piece.limit])
        else:
            self._wear(piece.style)
            self._characters(number, piece)

    def _blanks(self, number: int, piece: Piece, following: Row) -> None:
        self._wear_for_blanks(piece.style, following)
        count = piece.stop - piece.start
        erasing = f"\x1b[{count}X"
        way_on = len(move((piece.start, number), piece.stop, number)) if following else 0
        if self._erases_background and piece.style == erased(piece.style).style and len(erasing) + way_on < count:
            self._out.append(erasing)
        else:
            self._out.append(" " * count)
            self._advance(number, piece.stop)

    def _characters(self, number: int, piece: Piece) -> None:
        if piece.doubt is not Doubt.DEEP:
            self._out.append(piece.text)
            self._advance(number, piece.stop if piece.doubt is Doubt.NONE else self._width)
            return
        # The terminal may give it fewer columns than it has here: what stood there must be gone before.
        self._out.append(" " * (piece.stop - piece.start) + to_column(piece.start) + piece.text)
        self._advance(number, self._width)

    def _advance(self, number: int, column: int) -> None:
        """Follow the cursor; behind the last column, or a doubtful cell, only its row is known."""
        self._at = (column, number) if column < self._width else None

    def _wear(self, style: Style) -> None:
        self._out.append(step(self.pen, style))
        self.pen = style
        self.has_linked |= bool(style.link)

    def _wear_for_blanks(self, style: Style, following: Row) -> None:
        """Wear what makes blanks of this style, and best what the text behind them needs too."""
        if self.pen and as_blank(self.pen) == style:
            return
        text = next((cell.style for cell in following if cell.text != " "), style)
        first = text if as_blank(text) == style else style
        ways = (first, self._with_background(style))
        self._wear(min(ways, key=lambda to: len(step(self.pen, to)) + len(step(to, first))))

    def _with_background(self, style: Style) -> Style:
        """The pen as it is but for the background, where that makes blanks of ``style``; else that style."""
        kept = (self.pen or PLAIN)._replace(background=style.background, link=style.link)
        return kept if as_blank(kept) == style else style
