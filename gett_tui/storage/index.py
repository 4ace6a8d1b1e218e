"""The index: a copy of all records in one file that is quick to read. The records' own files are what counts.

Thousands of small files take seconds to read; this one takes tenths. A line holds a record, its file's name, and how
the file looked: it counts only as long as the file still looks just so. The lines stand in the order in which stores
want attention, so the head of the index is the first screenful. A line is flat, to be read quickly, and has a checksum
in place of a check of each member. What the index alone knows, since its file has gone, is lost (``lost``): it stays in
the index until it is settled. The index may be deleted at any time; then that is forgotten, too. One that another
version of the program wrote is not used.
"""

from __future__ import annotations

import contextlib
import errno
import json
import zlib
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from gett_tui import __version__
from gett_tui.onboarding.record import Change, Pending, Record, Trouble
from gett_tui.onboarding.status import OwnState, meaning, word
from gett_tui.storage import files
from gett_tui.storage.record_file import Place
from gett_tui.storage.toml_codec import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from gett_tui.onboarding.status import State

_NAME = "index"
_HEAD = f"gett-tui {__version__} records {FORMAT}\n".encode()
_MAX_LINE = 32 * 1024 * 1024
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_JSON = json.JSONDecoder()
_RECORD = len(Place._fields) + len(files.Signature._fields)
"""Where the record's members begin in a line."""
_STATUS, _HISTORY, _TROUBLE, _PENDING = (
    _RECORD + Record._fields.index(name) for name in ("status", "history", "trouble", "pending")
)
_OWN = {state.value: state for state in OwnState}
_REFUSALS = (errno.EACCES, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE)
"""What the system says when it is not the index itself that is wrong."""
_NOWHERE = files.Signature(0, 0, 0, 0)
"""Stands for how a file looks that has to be read itself, or that is not there."""


class Entry(NamedTuple):
    """A record, where it stands, and how its file looked."""

    place: Place
    signature: files.Signature
    record: Record


def path(folder: Path) -> Path:
    """Where the index lies."""
    return folder / _NAME


def require_readable(folder: Path) -> None:
    """Raises FileTroubleError when the index is there and the system does not let it be read: it is not empty then."""
    with files.explained("Cannot read", path(folder)), contextlib.suppress(FileNotFoundError):
        try:
            with files.open_regular(path(folder)) as stream:
                stream.read(1)
        except OSError as error:
            if error.errno in _REFUSALS:
                raise


def read(folder: Path) -> Iterator[Entry]:
    """All entries in the order of attention, whatever has become of their files. Trouble with the index ends it."""
    with contextlib.suppress(OSError), files.open_regular(path(folder)) as stream:
        if stream.readline(len(_HEAD)) != _HEAD:
            return
        while line := stream.readline(_MAX_LINE):
            entry = _entry(line)
            if entry is not None:
                yield entry


def is_current(folder: Path, entry: Entry) -> bool:
    """Whether the file of ``entry`` still looks as it did."""
    return files.signature(f"{folder}/{entry.place.folder}/{entry.place.name}") == entry.signature


def first(folder: Path, count: int) -> list[Record]:
    """The ``count`` records that want attention first, as far as the index still knows them."""
    return [entry.record for entry in islice((one for one in read(folder) if is_current(folder, one)), count)]


def write(
    folder: Path,
    entries: Iterable[Entry],
    recalled: Mapping[Place, Record],
    owner: str,
) -> None:
    """Replaces the index. ``recalled`` is what was once read of files that cannot be read now, or are lost.

    Of what JSON cannot hold exactly the essence is kept, and the file itself is read. Raises FileTroubleError.
    """
    lines = [_line(entry) or _essence(entry) for entry in sorted(entries, key=_by_attention)]
    unseen = [Entry(place, _NOWHERE, record) for place, record in recalled.items()]
    lines += [_line(entry) or _essence(entry) for entry in unseen]
    files.write_atomic(path(folder), _HEAD + b"".join(line for line in lines if line is not None), owner)


def signature(folder: Path) -> files.Signature | None:
    """How the index looks: another one shows that another copy has written it since."""
    return files.signature(path(folder))


def _essence(entry: Entry) -> bytes | None:
    """What must be known of a record that no line holds: that it stands, and whose it is."""
    known = entry.record
    bare = Record(known.key, known.status, known.onboarding_id, known.partner_store_id, revision=known.revision)
    return _line(Entry(entry.place, _NOWHERE, bare._replace(token=known.token)))


def _by_attention(entry: Entry) -> tuple[int, float]:
    since = entry.record.since
    return meaning(entry.record.status).group, -since.timestamp() if since else 0.0


def _line(entry: Entry) -> bytes | None:
    members: dict[str, Any] = entry.record._asdict()
    members["status"] = _said(entry.record.status)
    members["history"] = [(_said(status), _micros(at), *rest) for status, at, *rest in entry.record.history]
    if (trouble := entry.record.trouble) is not None:
        members["trouble"] = (_micros(trouble.at), *trouble[1:])
    if (pending := entry.record.pending) is not None:
        members["pending"] = (pending.action, _micros(pending.at), *pending[2:])
    flat = (*entry.place, *entry.signature, *members.values())
    try:
        text = json.dumps(flat, ensure_ascii=False, separators=(",", ":"), default=dict).encode()
    except (TypeError, ValueError, RecursionError):
        # A date that a person put into the file, or half of a surrogate pair: the file itself has to be read.
        return None
    return b"%08x%s\n" % (zlib.crc32(text), text)


def _said(state: State) -> str:
    return ("!" if isinstance(state, OwnState) else "=") + word(state)


def _micros(at: datetime) -> int:
    return (at - _START) // _MICROSECOND


def _entry(line: bytes) -> Entry | None:
    try:
        if zlib.crc32(line[8:-1]) != int(line[:8], 16):
            return None
        return _decoded(_JSON.raw_decode(line[8:].decode())[0])
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, RecursionError):
        return None


def _decoded(flat: list[Any]) -> Entry:
    flat[_STATUS] = _state(flat[_STATUS])
    flat[_HISTORY] = tuple([Change(_state(said), _time(at), *rest) for said, at, *rest in flat[_HISTORY]])
    if flat[_TROUBLE]:
        flat[_TROUBLE] = _trouble(*flat[_TROUBLE])
    if flat[_PENDING]:
        flat[_PENDING] = _pending(*flat[_PENDING])
    return Entry(Place(flat[0], flat[1]), files.Signature(*flat[2:_RECORD]), Record._make(flat[_RECORD:]))


def _trouble(at: int, *rest: Any) -> Trouble:
    trouble = Trouble(_time(at), *rest)
    return trouble._replace(items=tuple(trouble.items))


def _pending(action: str, at: int, *rest: Any) -> Pending:
    return Pending(action, _time(at), *rest)


def _state(said: str) -> State:
    return _OWN[said[1:]] if said[0] == "!" else said[1:]


def _time(micros: int) -> datetime:
    return _START + timedelta(microseconds=micros)
