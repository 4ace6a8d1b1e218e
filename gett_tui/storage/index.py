"""The index: a copy of all records in one file that is quick to read. The records' own files are what counts.

Thousands of small files take seconds to read; this one takes tenths. A line holds a record, its file's name, and the
inode, time stamp and size that the file had: it counts only as long as the file still looks just so. The lines stand
in the order in which stores want attention, so the head of the index is the first screenful. It may be deleted at
any time; one that another version of the program wrote is not used.
"""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from gett_tui import __version__
from gett_tui.onboarding.record import Record, RecordError
from gett_tui.onboarding.status import meaning
from gett_tui.storage import files
from gett_tui.storage.toml_codec import FORMAT, decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_NAME = "index"
_HEAD = f"gett-tui {__version__} records {FORMAT}\n".encode()
_RACY = 2_000_000_000
"""Nanoseconds. A file that was changed a moment ago may change again without its time stamp showing it."""


class Entry(NamedTuple):
    """A record and the file that it stands in."""

    folder: str
    """The name of the folder, below the profile's."""
    name: str
    signature: files.Signature
    """How the file looked."""
    record: Record


def read(folder: Path) -> Iterator[Entry]:
    """The entries whose files still look as they did, in the order of attention. Trouble with the index ends it."""
    with contextlib.suppress(OSError), (folder / _NAME).open("rb") as lines:
        if lines.readline() != _HEAD:
            return
        for line in lines:
            entry = _entry(folder, line)
            if entry is not None:
                yield entry


def first(folder: Path, count: int) -> list[Record]:
    """The ``count`` records that want attention first, as far as the index still knows them."""
    return [entry.record for entry in islice(read(folder), count)]


def write(folder: Path, entries: Iterable[Entry], owner: str, now: int) -> int:
    """Replaces the index. ``now`` is Unix time in nanoseconds. Gives how many entries could be taken up.

    Left out are files that changed just now, and what JSON cannot hold exactly. Raises FileTroubleError.
    """
    settled = (entry for entry in entries if entry.signature.modified < now - _RACY)
    lines = [line for entry in sorted(settled, key=_by_attention) if (line := _line(entry)) is not None]
    files.write_atomic(folder / _NAME, _HEAD + b"".join(lines), owner)
    return len(lines)


def _by_attention(entry: Entry) -> tuple[int, float]:
    since = entry.record.since
    return meaning(entry.record.status).group, -since.timestamp() if since else 0.0


def _line(entry: Entry) -> bytes | None:
    table = encode(entry.record)
    for part in _timed(table):
        part["at"] = part["at"].isoformat()
    try:
        text = json.dumps([entry.folder, entry.name, entry.signature, table], ensure_ascii=False)
        return text.encode("utf-8") + b"\n"
    except (TypeError, ValueError):
        # A date that a person put into the file, or half of a surrogate pair: the file itself has to be read.
        return None


def _entry(folder: Path, line: bytes) -> Entry | None:
    try:
        place, name, looked, table = json.loads(line)
        signature = files.Signature(*looked)
        if files.signature(f"{folder}/{place}/{name}") != signature:
            return None
        for part in _timed(table):
            part["at"] = datetime.fromisoformat(part["at"])
        return Entry(place, name, signature, decode(table))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, RecordError):
        return None


def _timed(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The parts of a record's table that hold a time."""
    yield from table.get("history", ())
    for name in ("trouble", "pending"):
        if name in table:
            yield table[name]
