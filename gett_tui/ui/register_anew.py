"""What the form that registers a store anew begins with: why, the old values, the field to change. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gett_tui.onboarding.registration import FIELDS, NAMES
from gett_tui.onboarding.status import ENDED, Status, meaning
from gett_tui.text import lines, one_line
from gett_tui.ui.form_purpose import Purpose
from gett_tui.ui.record_text import Row, trouble_rows
from gett_tui.ui.status_style import Tone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from gett_tui.onboarding.record import Record

_CATALOG = "catalogCallbackUrl"
_TOO_COMMON = "name"
"""The one field whose name stands in many a path of a catalog, too."""


def purpose(record: Record, now: datetime) -> Purpose:
    """What the form says and does for ``record``; ``now`` is local."""
    return Purpose("Register anew", button_words(record), field_to_change(record), tuple(why_rows(record, now)))


def why_rows(record: Record, now: datetime) -> Iterator[Row]:
    """Why the store has to be registered anew: Gett's reason with its fields and items, else how it ended."""
    if record.status == Status.CATALOG_FAILED and not record.error:
        yield Row("Gett says that the catalog failed, and gives no reason.", Tone.BAD.style)
    elif record.status in ENDED:
        yield Row(f"This onboarding is {one_line(meaning(record.status).words, 100)}.", Tone.OFF.style)
    for line in lines(record.error) if record.error else ():
        yield Row(line, Tone.BAD.style)
    if record.trouble is not None:
        yield from trouble_rows(record.trouble, now)


def field_to_change(record: Record) -> str:
    """The field, by its wire name, that the reason names first; else the catalog URL where the catalog failed."""
    items = record.trouble.items if record.trouble is not None else ()
    said = "\n".join([record.error or "", *items]).lower()
    named = {name: place for name in FIELDS if (place := _place_of(name, said)) >= 0}
    if named:
        return min(named, key=lambda name: named[name])
    return _CATALOG if record.error or record.status == Status.CATALOG_FAILED else NAMES[0]


def _place_of(name: str, said: str) -> int:
    """Where ``said`` names a field, by its name on the wire or its label; -1 where it does not."""
    if name == _TOO_COMMON:
        found = re.search(r"^\W*name\b", said, re.MULTILINE)
        return found.start() if found else -1
    places = [said.find(words.lower()) for words in (name, FIELDS[name].label)]
    return min((place for place in places if place >= 0), default=-1)


def button_words(record: Record) -> str:
    """What the form's button does. None is called *cancel* alone: that is what leaves a form elsewhere."""
    return "Register anew" if record.status in ENDED else "Cancel old, register anew"
