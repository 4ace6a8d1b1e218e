"""What one line of the store list says and how its columns share the width: inert text, no screen."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from gett_tui.onboarding.status import meaning
from gett_tui.text import one_line
from gett_tui.ui.status_style import style_of

if TYPE_CHECKING:
    from datetime import date, datetime, tzinfo

    from gett_tui.onboarding.record import Record
    from gett_tui.ui.status_style import Tone

LEAD = 3
"""Cells before the first column: the mark, the sign and a blank."""

_TEXT_LIMIT = 300
_STATUS = 17  # the longest of the known statuses, "ready to activate"
_SINCE = 6  # "24 Nov"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# They ask for another width of the character before them, and terminals do not agree on whether to obey.
_VARIATION_SELECTORS = dict.fromkeys(range(0xFE00, 0xFE10))


class Columns(NamedTuple):
    """The widths of the columns in cells; 0 for a column that is left out."""

    store: int
    partner_id: int
    status: int
    since: int
    gap: int


@lru_cache(maxsize=8)
def columns(width: int) -> Columns:
    """How the columns share ``width`` cells: Partner id goes first when it is narrow, then Since."""
    gap = 2 if width >= 70 else 1
    since = _SINCE if width >= 42 else 0
    status = min(_STATUS, max(0, width - LEAD) // 2)
    store = max(0, width - LEAD - gap - status - (gap + since if since else 0))
    partner_id = 0
    if width >= 56:
        partner_id = min(24, store * 3 // 8)
        store -= partner_id + gap
    return Columns(store, partner_id, status, since, gap)


class Face(NamedTuple):
    """What is seen of a record: inert text, not yet cut to its column. Equal faces look the same."""

    sign: str
    store: str
    partner_id: str
    status: str
    since: str
    tone: Tone


def face(record: Record, today: date, zone: tzinfo | None, ascii_only: bool) -> Face:
    """The face of ``record`` on the day ``today`` in ``zone`` (None: the local one)."""
    style = style_of(record.status)
    return Face(
        sign=style.ascii_sign if ascii_only else style.sign,
        store=inert(record.name, ascii_only),
        partner_id=inert(record.partner_store_id, ascii_only),
        status=inert(meaning(record.status).words, ascii_only),
        since=since(record.since, today, zone),
        tone=style.tone,
    )


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
    text = one_line(text, _TEXT_LIMIT)
    if text.isascii():
        return text
    if ascii_only:
        return text.encode("ascii", "replace").decode()
    return text.translate(_VARIATION_SELECTORS)


def cell(text: str, width: int, ascii_only: bool) -> str:
    """``text`` in exactly ``width`` cells: padded on the right, or cut with an ellipsis."""
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + ("." if ascii_only else "…")
