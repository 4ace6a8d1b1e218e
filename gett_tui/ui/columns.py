"""THE table of the store list's columns: title, width, text, order and colour; another column is another line here.

The header, the cells, the widths and the orders of the list all come from it. Pure: inert text, no screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from gett_tui.onboarding.status import meaning, word
from gett_tui.text import one_line
from gett_tui.ui.sort_keys import ATTENTION, NAME, PARTNER_ID, SINCE, STATUS, natural, newest_first
from gett_tui.ui.status_style import style_of
from gett_tui.ui.terminal.ascii import row_in_ascii

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime, tzinfo

    from gett_tui.onboarding.record import Record
    from gett_tui.ui.sort_keys import SortKey
    from gett_tui.ui.status_style import Tone

LEAD = 3
"""Cells before the first column: the mark, the sign and a blank."""

_TEXT_LIMIT = 300
_STATUS_CELLS = 17  # the longest of the known statuses, "ready to activate"
_SINCE_CELLS = 6  # "24 Nov"
_PARTNER_ID_CELLS = 12  # its title, with the arrow
_NAME_CELLS = 12
_WITH_PARTNER_ID = 56
_WIDE_GAP = 2
_STEP = 4
_WIDEST = 100
_BOTH_ENDS = 6  # cells for which it is worth while
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# They ask for another width of the character before them, and terminals do not agree on whether to obey.
_VARIATION_SELECTORS = dict.fromkeys(range(0xFE00, 0xFE10))


class Day(NamedTuple):
    """When and where the list is read."""

    today: date
    zone: tzinfo | None
    """None: the local one."""


class Needs(NamedTuple):
    """What the stores there are would fill of the columns whose widths depend on it, in cells."""

    name: int = 0
    partner_id: int = 0

    def and_of(self, record: Record) -> Needs:
        """What is needed when ``record`` comes, too. Grows in steps: each one paints every line anew."""
        name, partner_id = _cells(record.name), _cells(record.partner_store_id)
        if name <= self.name and partner_id <= self.partner_id:
            return self
        return Needs(max(self.name, _step(name)), max(self.partner_id, _step(partner_id)))


NO_NEEDS = Needs()


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text[:_TEXT_LIMIT])


def _step(cells: int) -> int:
    return min(_WIDEST, -(-cells // _STEP) * _STEP)


def _partner_id(width: int, left: int, needs: Needs) -> int:
    """What its texts need, as far as the names leave it over; three eighths of the room at least."""
    if width < _WITH_PARTNER_ID:
        return 0
    left_over = left - max(_NAME_CELLS, needs.name) - _WIDE_GAP
    return min(max(_PARTNER_ID_CELLS, needs.partner_id), max(left * 3 // 8, left_over))


@dataclass(frozen=True, slots=True)
class Column:
    """One column. The texts need not be inert nor fit: ``face`` and ``cell`` see to it."""

    order: str
    """The name of the order by this column."""
    title: str
    cells: Callable[[int, int, Needs], int]
    """How many cells it takes of those that the columns to its right have left, in a list of so many; 0: left out."""
    text: Callable[[Record, Day], str]
    sort_key: Callable[[Record], SortKey]
    """What it is sorted by; the record's key is added behind it."""
    style: str | None = None
    """The name of its colour; ``tone`` is that of the status, None the row's."""
    is_name: bool = False
    """Whether its texts differ at their ends as often as at their beginnings, so that they are cut in the middle."""


def _since(record: Record, day: Day) -> str:
    return since(record.since, day.today, day.zone)


COLUMNS = (
    Column(
        NAME,
        "Store",
        lambda _width, left, _needs: left,
        lambda record, _day: record.name,
        lambda record: (natural(record.name),),
        is_name=True,
    ),
    Column(
        PARTNER_ID,
        "Partner id",
        _partner_id,
        lambda record, _day: record.partner_store_id,
        lambda record: (natural(record.partner_store_id),),
        is_name=True,
    ),
    Column(
        STATUS,
        "Status",
        lambda width, _left, _needs: min(_STATUS_CELLS, max(0, width - LEAD) // 2),
        lambda record, _day: meaning(record.status).words,
        lambda record: (meaning(record.status).group, word(record.status), natural(record.name)),
        "tone",
    ),
    Column(
        SINCE,
        "Since",
        lambda width, _left, _needs: _SINCE_CELLS if width >= 42 else 0,
        _since,
        lambda record: (newest_first(record),),
        "since",
    ),
)

ORDERS: Mapping[str, Callable[[Record], SortKey]] = {
    ATTENTION: lambda record: (meaning(record.status).group, newest_first(record)),
    **{column.order: column.sort_key for column in COLUMNS},
}
"""The orders of the list by name, as ``ORDER_NAMES`` has them. What needs a person first: within a group the newest
change first."""


class Widths(NamedTuple):
    """The widths of ``COLUMNS`` in cells; 0 for a column that is left out."""

    columns: tuple[int, ...]
    gap: int
    """Cells between two columns."""


@lru_cache(maxsize=8)
def widths(width: int, needs: Needs = NO_NEEDS) -> Widths:
    """How the columns share ``width`` cells: those on the right choose first, the first one has the rest."""
    gap = _WIDE_GAP if width >= 70 else 1
    left = width - LEAD
    taken: list[int] = []
    for column in reversed(COLUMNS):
        cells = max(0, column.cells(width, left, needs))
        left -= cells + gap if cells else 0
        taken.append(cells)
    return Widths(tuple(reversed(taken)), gap)


class Face(NamedTuple):
    """What is seen of a record: inert text, not yet cut to its column. Equal faces look the same."""

    sign: str
    texts: tuple[str, ...]
    tone: Tone


def face(record: Record, day: Day, ascii_only: bool) -> Face:
    """What is seen of ``record`` on ``day``."""
    style = style_of(record.status)
    texts = tuple(inert(column.text(record, day), ascii_only) for column in COLUMNS)
    return Face(style.sign_in(ascii_only=ascii_only), texts, style.tone)


def titles(order: str, arrow: str) -> tuple[str, ...]:
    """The header, with the arrow behind the column that the list is ordered by."""
    return tuple(column.title + (arrow if column.order == order else "") for column in COLUMNS)


def cells(texts: tuple[str, ...], shared: Widths, ascii_only: bool) -> list[str]:
    """``texts`` cut to their columns, each with the gap behind it but the last; nothing for a column left out."""
    row = [
        (middle if column.is_name else cell)(text, room, ascii_only) + " " * shared.gap if room else ""
        for column, text, room in zip(COLUMNS, texts, shared.columns, strict=True)
    ]
    last = max(index for index, text in enumerate(row) if text or index == 0)
    row[last] = row[last][: len(row[last]) - shared.gap]
    return row


def since(at: datetime | None, today: date, zone: tzinfo | None) -> str:
    """A clock time for today, else the day and the month."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    if local.date() == today:
        return f"{local.hour:02}:{local.minute:02}"
    return f"{local.day:02} {_MONTHS[local.month - 1]}"


def inert(text: str, ascii_only: bool) -> str:
    """``text`` on one line, harmless and of a width that terminals agree on."""
    if len(text) > _TEXT_LIMIT:
        text = f"{text[: _TEXT_LIMIT // 2]}…{text[-_TEXT_LIMIT // 2 :]}"
    text = one_line(text)
    if text.isascii():
        return text
    if ascii_only:
        return row_in_ascii(text)
    return text.translate(_VARIATION_SELECTORS)


def cell(text: str, width: int, ascii_only: bool) -> str:
    """``text`` in exactly ``width`` cells: padded on the right, or cut with an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + ("." if ascii_only else "…")


def middle(text: str, width: int, ascii_only: bool) -> str:
    """As ``cell``, but what is cut out is the middle: the stores of a chain differ at the ends of their names."""
    gap = ".." if ascii_only else "…"
    room = width - len(gap)
    if room < _BOTH_ENDS or cell_len(text) <= width:
        return cell(text, width, ascii_only)
    end = _end(text, room // 3)
    return set_cell_size(text, room - cell_len(end)) + gap + end


def _end(text: str, room: int) -> str:
    """The last characters of ``text``, as many as fit; none that would sit on what stands before."""
    start = len(text)
    while room >= 0 and start:
        start -= 1
        room -= cell_len(text[start])
    end = text[start + 1 :] if room < 0 else text[start:]
    while end and not cell_len(end[0]):
        end = end[1:]
    return end
