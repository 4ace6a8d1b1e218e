"""How texts and records compare when a person reads them in order: pure functions."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gett_tui.onboarding.record import Record

SortKey = tuple[Any, ...]

ATTENTION, NAME, PARTNER_ID, STATUS, SINCE = ORDER_NAMES = ("attention", "name", "partner id", "status", "since")
"""The orders of the list, in the order in which a person goes through them: the first is that of the signs (what needs
a person first), the others are those of the columns behind them."""

LASTING = (NAME, PARTNER_ID)
"""Orders in which a store keeps its place whatever becomes of it."""

FALLING = (ATTENTION, SINCE)
"""Orders that begin with the most, of need or of time, unless they are reversed; the others begin with the least."""

_TEXT_LIMIT = 300
"""Characters of a name or an id that are searched and sorted by; the screen shows fewer."""

_DIGITS = re.compile(r"[0-9]+")


def folded(*texts: str) -> str:
    """Texts, a line each, without what case and Unicode's forms add."""
    text = "\n".join(text[:_TEXT_LIMIT] for text in texts)
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).casefold()


def natural(text: str) -> str:
    """Compares ``Shop 9`` before ``Shop 10``, whatever the case. Numbers compare by length first, then by digits."""
    return _DIGITS.sub(_number, folded(text))


def _number(match: re.Match[str]) -> str:
    digits = match[0].lstrip("0")
    return f"\0{chr(len(digits))}{digits}"


def newest_first(record: Record) -> float:
    """Compares the newest change before older ones."""
    return -record.since.timestamp() if record.since else 0.0
