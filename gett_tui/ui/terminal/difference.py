"""The cheapest text that turns what a row shows into what it should show.

Invariant: nothing is taken for granted that terminals disagree about: the position behind the last column and behind a
doubtful width, erasing with a background, and which half of a wide cell an overwritten neighbour leaves.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import compress
from operator import itemgetter, ne
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.ui.terminal.cells import Cell, Doubt, Row, doubt, erased
from gett_tui.ui.terminal.moves import Place, move, to_column
from gett_tui.ui.terminal.style import PLAIN, Style, as_blank, step

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINKED = Style(link="any")
_TEXT = itemgetter(0)
_FEWEST_ERASED = 4
"""Blanks below this cost less as blanks."""
_HEAL = "\x1b[r\x1b[4l\x1b(B\x0f"
"""What foreign text may have left behind, undone: margins, insert mode, a character set of lines."""


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
        changed, is_sure = _changed(wanted, shown)
        tail = self._tail(wanted, changed)
        before_tail = bisect_left(changed, tail)
        for span in _spans(changed[:before_tail]):
            self._close_gap(number, span.start, wanted)
            for piece in _pieces(wanted, span, is_sure):
                self._put(number, piece, wanted[piece.stop : span.stop])
        if tail < len(wanted):
            self.move_to(changed[before_tail], number)
            self._wear_for_blanks(wanted[tail].style, [])
            self._out.append("\x1b[K")

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
        if self._erases_background and piece.style == erased(piece.style).style and len(erasing) + way_on < count:
            self._out.append(erasing)
        else:
            self._out.append(" " * count)
            self._advance(number, piece.stop)

    def _characters(self, number: int, piece: _Piece) -> None:
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
        if as_blank(text) == style:
            self._wear(min((text, self._with_background(style)), key=lambda to: len(step(self.pen, to))))
        else:
            self._wear(min((style, self._with_background(style)), key=lambda to: len(step(self.pen, to))))

    def _with_background(self, style: Style) -> Style:
        """The pen as it is but for the background, where that makes blanks of ``style``; else that style."""
        kept = (self.pen or PLAIN)._replace(background=style.background, link=style.link)
        return kept if as_blank(kept) == style else style


class _Piece(NamedTuple):
    """Cells in one style beside each other, either all blanks or none; a deeply doubtful one stands alone."""

    start: int
    stop: int
    style: Style
    text: str
    doubt: Doubt

    @property
    def is_blank(self) -> bool:
        return self.text[0] == " "


def _pieces(row: Row, span: range, is_sure: bool) -> Iterator[_Piece]:
    start = span.start
    while start < span.stop:
        certainty = Doubt.NONE if is_sure else doubt(row[start].text)
        stop = _end_of_piece(row, start, span.stop, None if is_sure else certainty)
        yield _Piece(start, stop, row[start].style, "".join(map(_TEXT, row[start:stop])), certainty)
        start = stop


def _end_of_piece(row: Row, start: int, limit: int, certainty: Doubt | None) -> int:
    """Where the piece ends that begins at ``start``; ``certainty`` is None where the whole row is sure."""
    text, style, stop = row[start]
    stop += start
    is_blank = text == " "
    if certainty is Doubt.DEEP:
        return stop
    for text, other, _ in row[stop:limit]:  # followers too: they look as what they belong to
        if (other is not style and other != style) or (text == " ") is not is_blank:
            break
        if certainty is not None and text and doubt(text) is not certainty:
            break
        stop += 1
    return stop


def _changed(wanted: Row, shown: Row) -> tuple[list[int], bool]:
    """The columns to write (what differs, and what a doubtful width may have spoilt), and whether there is no doubt.

    With a deep doubt in the row all from there on, if any of that differs; with one of old fonts all behind it, if it
    is written itself. A doubtful cell that goes needs no more: all behind it was set by column when it came.
    """
    changed = list(compress(range(len(wanted)), map(ne, wanted, shown)))
    if not any(map(doubt, set(map(_TEXT, wanted)))):
        return changed, True
    doubts = list(map(doubt, map(_TEXT, wanted)))
    end = len(wanted)
    deep = next((column for column, certainty in enumerate(doubts) if certainty is Doubt.DEEP), end)
    legacy = next((column for column in changed if doubts[column] is not Doubt.NONE), end)
    first = min(deep if changed and changed[-1] >= deep else end, legacy)
    return [*(column for column in changed if column < first), *range(first, end)], False


def _spans(columns: list[int]) -> Iterator[range]:
    """Columns beside each other together."""
    first = 0
    for index, column in enumerate(columns):
        if index + 1 == len(columns) or columns[index + 1] != column + 1:
            yield range(columns[first], column + 1)
            first = index + 1
