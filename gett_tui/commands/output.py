"""All that the commands print: data on stdout, talk on stderr, everything from outside inert.

The JSON is what scripts rely on: names are added, never changed or taken away. ``list`` is an array, all else about
one store an object.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from gett_tui.commands import streams
from gett_tui.gett.secret import redacted
from gett_tui.onboarding.status import OwnState, meaning, word
from gett_tui.text import count, lines, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from gett_tui.onboarding.record import Change, Record, Trouble

_LINE = 600
_PART = 200
_LABEL = 18
_NOT_SHOWN = ("format", "revision", "token", "gett_status")
"""Members of the file that are about the file, or said by ``ours``."""


def say(text: str) -> None:
    """Tells a person something, on one line of stderr; where nobody can be told, what is under way goes on."""
    try:
        print(f"gett-tui: {one_line(redacted(text), _LINE)}", file=sys.stderr)
    except OSError:
        streams.drop(sys.stderr)


def put(line: str) -> None:
    """Prints a line of data that is inert already."""
    print(line)


def put_line(record: Record, *, as_json: bool) -> None:
    """Prints a store at once, on one line."""
    put(json.dumps(_finite(as_object(record)), default=str, allow_nan=False) if as_json else _row(record))
    sys.stdout.flush()


def put_json(data: object) -> None:
    """Prints ``data`` as JSON."""
    put(_json(data))


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints rows under a header, in columns as wide as what they hold; into a pipe between tabs, without a header."""
    cells = [[one_line(redacted(cell), _LINE) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in cells:
            put("\t".join(row))
        return
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    for row in (header, *cells):
        put("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def ask(question: str) -> str:
    """What a person answers to ``question``, which is asked on stderr."""
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def print_list(records: Sequence[Record], *, as_json: bool) -> None:
    """Prints stores, a line each: status, partner store id, name, onboarding id, storeId, between tabs."""
    if as_json:
        put(_json([as_object(record) for record in records]))
        return
    for record in records:
        put(_row(record))


def print_one(record: Record, *, as_json: bool) -> None:
    """Prints what a command has made of one store, as ``print_list`` prints it."""
    put(_json(as_object(record)) if as_json else _row(record))


def print_outcome(record: Record, *, as_json: bool, on_a_line: bool = False) -> None:
    """As ``print_one``, of what Gett has been asked for: that nobody takes what is printed changes nothing of that."""
    failed = None
    try:
        if on_a_line:
            put_line(record, as_json=as_json)
        else:
            print_one(record, as_json=as_json)
    except OSError as error:
        failed = error
        streams.drop(sys.stdout)
    failed = streams.flush() or failed
    if failed is not None:
        say(f"this could not be printed ({failed.strerror}): {_row(record)}")


def print_whole(record: Record, *, as_json: bool) -> None:
    """Prints all that is known of one store."""
    if as_json:
        print_one(record, as_json=True)
        return
    for line in _told(record):
        put(line)


def _row(record: Record) -> str:
    parts = (
        word(record.status),
        record.partner_store_id,
        record.name,
        record.onboarding_id or "",
        record.store_id or "",
    )
    return "\t".join(one_line(part, _PART) for part in parts)


def _json(data: object) -> str:
    return json.dumps(_finite(data), indent=2, default=str, allow_nan=False)


def _finite(value: object) -> object:
    """``value`` with null for what is no number: a person's file may say so, and JSON has no word for it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(name): _finite(part) for name, part in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in cast("list[object]", value)]
    return value


def as_object(record: Record) -> dict[str, Any]:
    """The JSON object of ``record``; ``ours`` says that a status is this program's own word and none of Gett's."""
    from gett_tui.storage.toml_codec import encode

    table = _stated(encode(record), isinstance(record.status, OwnState))
    history = cast("list[dict[str, Any]]", table.get("history", []))
    if history:
        whose = [isinstance(change.status, OwnState) for change in record.history]
        table["history"] = [_stated(change, ours) for change, ours in zip(history, whose, strict=True)]
    return table


def _stated(table: Mapping[str, Any], ours: bool) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in table.items():
        if name not in _NOT_SHOWN:
            kept[name] = value
        if name == "status":
            kept["ours"] = ours
    return kept


def _told(record: Record) -> Iterator[str]:
    facts = {
        "store": record.name,
        "partner store id": record.partner_store_id,
        "status": meaning(record.status).words,
        "onboarding id": record.onboarding_id,
        "storeId": record.store_id,
        "catalog": record.catalog_callback_url,
        "webhook": record.webhook_url,
    }
    yield from (_labelled(name, one_line(value)) for name, value in facts.items() if value)
    yield from (_labelled("error", line) for line in lines(record.error or "") if line)
    if record.trouble is not None:
        yield from _trouble(record.trouble)
    yield from _more(record.more)
    yield from _history(record.history)


def _labelled(label: str, text: str) -> str:
    return f"{label:<{_LABEL}}{text}"


def _trouble(trouble: Trouble) -> Iterator[str]:
    said = f"{one_line(trouble.action, _PART)}: {trouble_words(trouble)}"
    yield _labelled("trouble", f"{said} ({_at(trouble.at)})")
    yield from (_labelled("", one_line(item)) for item in trouble.items)


def trouble_words(trouble: Trouble) -> str:
    """What is wrong and what to do, from the facts where the record has them; one inert line."""
    from gett_tui.error_messages import describe

    if trouble.cause is None or not trouble.facts:
        return one_line(trouble.text, _LINE)
    return describe(trouble.cause, trouble.facts)


def _more(more: Mapping[str, Any]) -> Iterator[str]:
    """What Gett added to its answers since this program was written."""
    for name, value in more.items():
        said = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
        label = one_line(name, _PART)
        yield _labelled(label if len(label) < _LABEL else f"{label} ", one_line(said))


def _history(history: Iterable[Change]) -> Iterator[str]:
    for change in history:
        if change.folded:
            are = "is" if change.folded == 1 else "are"
            yield f"{'…':<22}{count(change.folded, 'change')} {are} left out here"
        yield f"{_at(change.at)}  {one_line(meaning(change.status).words)}"


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%SZ}"
