"""What has to be written of a row: the columns that change, in pieces of one style, and in what order.

Invariant: whatever the order, each changed column is written last by what it should show.
"""

from __future__ import annotations

from itertools import compress, groupby
from operator import attrgetter, itemgetter, ne
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.ui.terminal.cells import Doubt, Row, doubt
from gett_tui.ui.terminal.style import Style, as_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT = itemgetter(0)
_FEWEST_BARED = 12
"""Blanks between changed text from which on it is worth to erase the whole first, and to write the text into that."""
_FEWEST_RUNS = 2


class Piece(NamedTuple):
    """Cells in one style beside each other, either all blanks or none; a deeply doubtful one stands alone."""

    start: int
    stop: int
    style: Style
    text: str
    doubt: Doubt
    limit: int
    """Where what changes beside it ends."""

    @property
    def is_blank(self) -> bool:
        """Whether it is one of blanks."""
        return self.text[0] == " "


def pieces(row: Row, span: range, *, is_sure: bool) -> Iterator[Piece]:
    """What stands in ``span``, from the left."""
    start = span.start
    while start < span.stop:
        certainty = Doubt.NONE if is_sure else doubt(row[start].text)
        stop = _end_of_piece(row, start, span.stop, None if is_sure else certainty)
        yield Piece(start, stop, row[start].style, "".join(map(_TEXT, row[start:stop])), certainty, span.stop)
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


def changed_columns(wanted: Row, shown: Row) -> tuple[list[int], bool]:
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


def spans(columns: list[int]) -> Iterator[range]:
    """Columns beside each other together."""
    first = 0
    for index, column in enumerate(columns):
        if index + 1 == len(columns) or columns[index + 1] != column + 1:
            yield range(columns[first], column + 1)
            first = index + 1


def by_style(in_order: list[Piece], pen: Style | None) -> list[Piece]:
    """The same pieces, those of one style together: a jump costs less than a colour. First what ``pen`` can write.

    Of sure widths only. What has many blanks is erased first, as a whole; few blanks go with the text beside them.
    """
    bared: list[Piece] = []
    groups: dict[Style, list[Piece]] = {} if pen is None else {pen: []}
    for beside in _beside_each_other(in_order):
        bare = _bare(beside)
        bared += bare
        left = [piece for piece in beside if not piece.is_blank] if bare else beside
        for piece, style in zip(left, _written_in(left), strict=True):
            groups.setdefault(style, []).append(piece)
    return [*bared, *(piece for group in groups.values() for piece in group)]


def _beside_each_other(in_order: list[Piece]) -> Iterator[list[Piece]]:
    for _, beside in groupby(in_order, key=attrgetter("limit")):
        yield list(beside)


def _bare(beside: list[Piece]) -> list[Piece]:
    """The blank that all blanks in ``beside`` can be cut from, if that is worth it."""
    blanks = [piece for piece in beside if piece.is_blank]
    if len(blanks) < _FEWEST_RUNS or len({piece.style for piece in blanks}) > 1:
        return []
    first, last = blanks[0], blanks[-1]
    if sum(len(piece.text) for piece in blanks) < _FEWEST_BARED:
        return []
    return [first._replace(stop=last.stop, text=" " * (last.stop - first.start))]


def _written_in(beside: list[Piece]) -> Iterator[Style]:
    """The style that the pen best has for each piece: its own, or for blanks that of the text beside it."""
    last = next((piece.style for piece in beside if not piece.is_blank), None)
    for piece in beside:
        if not piece.is_blank:
            last = piece.style
        yield last if piece.is_blank and last is not None and as_blank(last) == piece.style else piece.style
