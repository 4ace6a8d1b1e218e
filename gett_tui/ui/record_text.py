"""What is said about one record, row by row: for the panel and for commands; it knows no screen.

The texts are inert. Times are told in the zone of ``now``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, cast

from gett_tui.error_messages import describe
from gett_tui.errors import Cause
from gett_tui.onboarding.registration import FIELDS
from gett_tui.onboarding.status import OwnState, meaning
from gett_tui.text import lines, one_line
from gett_tui.ui.commands import with_keys
from gett_tui.ui.status_style import style_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from gett_tui.onboarding.record import Change, Record, Trouble

_OWN_ROWS = ("items", "request_id")
_ABOUT_STORE = ("storeId", "name")
"""Members of the activated store that are told elsewhere."""


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
        yield Row(line, "red")
    if style.todo:
        yield Row(with_keys(style.todo), "italic")
    if record.pending is not None and record.status != OwnState.REGISTERING:
        sent = clock_words(record.pending.at, now)
        yield Row(f"{one_line(record.pending.action, 40)} sent {sent}, no answer yet", "yellow")
    if note:
        yield Row(one_line(note, 600), "yellow")
    if record.trouble is not None:
        yield from trouble_rows(record.trouble, now)
    if record.answer:
        yield Row("Gett's answer, which could not be read:", "bold")
        yield from (Row(line) for line in lines(record.answer, 2_000, 20))


def trouble_rows(trouble: Trouble, now: datetime) -> Iterator[Row]:
    """What went wrong last, with all that support needs."""
    what = one_line(trouble_words(trouble), 1_000)
    yield Row(f"{one_line(trouble.action, 40)} at {clock_words(trouble.at, now)}: {what}", "red")
    for item in trouble.items:
        yield Row(f"  {one_line(item, 400)}", "red")
    if trouble.request_id:
        yield Row(f"  request id {one_line(trouble.request_id, 100)}", "dim")


def trouble_words(trouble: Trouble) -> str:
    """What went wrong and what to do, without the items and the request's id, which have rows of their own."""
    if trouble.cause in (None, Cause.OTHER) or not trouble.facts:
        return trouble.text
    return describe(trouble.cause, {name: fact for name, fact in trouble.facts.items() if name not in _OWN_ROWS})


def fact_rows(record: Record) -> Iterator[Row]:
    """What is known of the store, each with its label: ours first, then what else was sent, answered and received."""
    facts: list[tuple[str, object]] = [
        ("onboarding id", record.onboarding_id),
        ("partner id", record.partner_store_id),
        ("storeId", record.store_id),
        ("catalog", record.catalog_callback_url),
        ("webhook", record.webhook_url),
        ("created", record.created_at),
    ]
    facts += [(f"sent {name}", value) for name, value in record.sent.items() if name not in FIELDS]
    facts += [(f"answer {name}", value) for name, value in record.more.items()]
    facts += [(f"store {name}", value) for name, value in record.store.items() if name not in _ABOUT_STORE]
    for label, value in facts:
        if words := json_words(value):
            yield Row(one_line(words, 2_000), label=one_line(label, 30))


def history_rows(record: Record, now: datetime, *, ascii_only: bool) -> Iterator[Row]:
    """All that has happened to it, the newest first."""
    befores = [None, *(before for before, _ in pairwise(record.history))]
    for before, change in reversed([*zip(befores, record.history, strict=False)]):
        yield Row(_change_words(before, change, now), "dim")
        if change.folded:
            many = "change" if change.folded == 1 else "changes"
            yield Row(f"{'...' if ascii_only else '…'} {change.folded} {many} left out", "dim")


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
