"""What is said about one record, row by row: for the panel and for commands; it knows no screen.

The texts are inert. Times are told in the zone of ``now``; where a person looks closely (``wire``), what Gett sent as a
time is told as it was sent, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, cast

from gett_tui.error_messages import describe
from gett_tui.errors import Cause
from gett_tui.onboarding.registration import FIELDS
from gett_tui.onboarding.status import OwnState, meaning
from gett_tui.text import count, lines, one_line
from gett_tui.ui.commands import with_keys
from gett_tui.ui.status_style import Tone, style_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gett_tui.onboarding.record import Change, Record, Trouble

NO_PARTNER_ID = "not known"
"""Said in place of a partner store id that neither Gett nor a person has told."""
_OWN_ROWS = ("items", "request_id")
_ABOUT_STORE = ("storeId", "name")
"""Members of the activated store that are told elsewhere."""
_WIRE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII)
"""A point in time as the wire has it: one without a zone names none."""


class Row(NamedTuple):
    """One text, which may need several lines, with a Rich style; ``label`` stands to its left."""

    text: str
    style: str = ""
    label: str = ""


def state_rows(record: Record, now: datetime, *, note: str | None, ascii_only: bool) -> Iterator[Row]:
    """How the store stands, what is wrong, and what to do; ``note`` is what is going on with it right now."""
    style = style_of(record.status)
    since = f" since {clock_words(record.since, now)}" if record.since else ""
    sign = style.sign_in(ascii_only=ascii_only)
    yield Row(f"{sign} {one_line(meaning(record.status).words, 100)}{since}", f"bold {style.tone.style}".strip())
    for line in lines(record.error) if record.error else ():
        yield Row(line, Tone.BAD.style)
    if style.todo:
        yield Row(with_keys(style.todo), "italic")
    if record.pending is not None and record.status != OwnState.REGISTERING:
        sent = clock_words(record.pending.at, now)
        yield Row(f"{one_line(record.pending.action, 40)} sent {sent}, no answer yet", Tone.ASK.style)
    if note:
        yield Row(one_line(note, 600), Tone.ASK.style)
    if record.trouble is not None:
        yield from trouble_rows(record.trouble, now)
    if record.answer:
        yield Row("Gett's answer, which could not be read:", "bold")
        yield from (Row(line) for line in lines(record.answer, 2_000, 20))


def trouble_rows(trouble: Trouble, now: datetime) -> Iterator[Row]:
    """What went wrong last, with all that support needs."""
    what = one_line(trouble_words(trouble), 1_000)
    yield Row(f"{one_line(trouble.action, 40)} at {clock_words(trouble.at, now)}: {what}", Tone.BAD.style)
    for item in trouble.items:
        yield Row(f"  {one_line(item, 400)}", Tone.BAD.style)
    if trouble.request_id:
        yield Row(f"  request id {one_line(trouble.request_id, 100)}", Tone.OFF.style)


def trouble_words(trouble: Trouble) -> str:
    """What went wrong and what to do, without the items and the request's id, which have rows of their own."""
    if trouble.cause in (None, Cause.OTHER) or not trouble.facts:
        return trouble.text
    return describe(trouble.cause, {name: fact for name, fact in trouble.facts.items() if name not in _OWN_ROWS})


def fact_rows(record: Record, now: datetime, *, wire: bool = False) -> Iterator[Row]:
    """What is known of the store, each with its label: ours first, then what else was sent, answered and received.

    ``wire``: times also as Gett sent them.
    """
    # An id or a URL is told as it is, whatever it looks like.
    ours: list[tuple[str, object]] = [
        ("onboarding id", record.onboarding_id),
        ("partner id", record.partner_store_id or NO_PARTNER_ID),
        ("storeId", record.store_id),
        ("catalog", record.catalog_callback_url),
        ("webhook", record.webhook_url),
    ]
    ours += [(f"sent {name}", value) for name, value in record.sent.items() if name not in FIELDS]
    theirs: list[tuple[str, object]] = [("created", record.created_at)]
    theirs += [(f"answer {name}", value) for name, value in record.more.items()]
    theirs += [(f"store {name}", value) for name, value in record.store.items() if name not in _ABOUT_STORE]
    facts = [(label, json_words(value)) for label, value in ours]
    facts += [(label, json_words(_localised(value, now, wire=wire))) for label, value in theirs]
    for label, words in facts:
        if words:
            yield Row(one_line(words, 2_000), label=one_line(label, 30))


def history_rows(record: Record, now: datetime, *, ascii_only: bool) -> Iterator[Row]:
    """All that has happened to it, the newest first."""
    befores = [None, *(before for before, _ in pairwise(record.history))]
    for before, change in reversed([*zip(befores, record.history, strict=False)]):
        yield Row(_change_words(before, change, now), Tone.OFF.style)
        if change.folded:
            yield Row(f"{'...' if ascii_only else '…'} {count(change.folded, 'change')} left out", Tone.OFF.style)


def _change_words(before: Change | None, change: Change, now: datetime) -> str:
    words = "registered" if change.status == OwnState.REGISTERING else meaning(change.status).words
    # The order is true, the time is not.
    back = " (clock set back)" if before is not None and change.at < before.at else ""
    return f"{clock_words(change.at, now)} {one_line(words, 100)}{back}"


def clock_words(at: datetime | None, now: datetime) -> str:
    """A time as short as can be: today's without the day, this year's without the year."""
    if at is None:
        return ""
    local = at.astimezone(now.tzinfo or UTC)
    if local.date() == now.date():
        return f"{local:%H:%M:%S}"
    return f"{local:%d %b %H:%M:%S}" if local.year == now.year else f"{local:%d %b %Y %H:%M:%S}"


def json_words(value: object) -> str:
    """A JSON value in words; empty when it says nothing."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return ", ".join(f"{name}: {words}" for name, part in pairs if (words := json_words(part)))
    if isinstance(value, list | tuple):
        return ", ".join(words for part in cast("Sequence[object]", value) if (words := json_words(part)))
    return "" if value is None else str(value)


def _localised(value: object, now: datetime, *, wire: bool) -> object:
    """A JSON value with the local time in place of each text in it that is nothing but a time."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return {name: _localised(part, now, wire=wire) for name, part in pairs}
    if isinstance(value, list | tuple):
        return [_localised(part, now, wire=wire) for part in cast("Sequence[object]", value)]
    if not isinstance(value, str) or not _WIRE_TIME.fullmatch(value):
        return value
    try:
        local = clock_words(datetime.fromisoformat(value), now)
    except (ValueError, OverflowError):
        return value
    return f"{local} ({value})" if wire else local
