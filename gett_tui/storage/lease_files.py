"""The leases as numbered files in ``lease/``: which can be made only once, and who has written into which.

A new holder makes the file with the next number (its *fence*), complete and locked before it can be seen; of two that
try, one succeeds. After that the holder alone writes into it, so no lock is waited for anywhere and a copy that is
stopped in the middle holds nobody up. The kernel's lock on the file tells that its holder lives.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from gett_tui.onboarding.ports import PollingReport
from gett_tui.storage import files, small_files

if TYPE_CHECKING:
    from collections.abc import Mapping

_LIMIT = 8192
_ROOM = 2048
"""Bytes that a lease occupies from the start, so that a full disk does not stop its renewal."""
_KEPT = 3
"""Files that are left, so that one who was stopped while taking a lease finds that its number has been used."""
_TEXT = 400
_COUNTED, _LONGEST = 12, 100
"""Digits of a number that nobody has counted up to (a holder a second takes 3,000 years), and of one that is none."""


class Lease(NamedTuple):
    """One holder's claim, as it last renewed it."""

    fence: int
    until: float
    """Seconds of the monotonic clock of the boot called ``boot``."""
    boot: str
    renewed_at: datetime | None
    """When its holder last renewed it (UTC)."""
    report: PollingReport


def line_of(lease: Lease) -> bytes:
    """``lease`` as one line of JSON. The first four members are those that version 0.1.0 reads in ``poller.lock``."""
    report = lease.report
    table = {
        "pid": report.pid,
        "polled_at": _written(report.polled_at),
        "trouble": None if report.trouble is None else report.trouble[:_TEXT],
        "trouble_since": _written(report.trouble_since),
        "cause": report.cause,
        "facts": _plain(report.facts),
        "files": None if report.files is None else report.files[:_TEXT],
        "files_cause": report.files_cause,
        "files_facts": _plain(report.files_facts),
        "fence": lease.fence,
        "until": lease.until,
        "boot": lease.boot,
        "renewed_at": _written(lease.renewed_at),
    }
    return json.dumps(table).encode() + b"\n"


def read_line(data: bytes) -> Lease | None:
    """The lease in the first line of ``data``; its fence is 0 when version 0.1.0 wrote it. None when it is none."""
    with contextlib.suppress(ValueError, OverflowError, RecursionError):
        table: object = json.loads(data.split(b"\n", 1)[0])
        if isinstance(table, dict):
            return _lease(cast("dict[str, Any]", table))
    return None


def _lease(table: Mapping[str, Any]) -> Lease:
    fence, until = table.get("fence"), table.get("until")
    return Lease(
        fence=fence if isinstance(fence, int) else 0,
        until=float(until) if isinstance(until, int | float) else 0.0,
        boot=_text(table.get("boot")) or "",
        renewed_at=_time(table.get("renewed_at")),
        report=PollingReport(
            pid=table["pid"] if isinstance(table.get("pid"), int) else None,
            polled_at=_time(table.get("polled_at")),
            trouble=_text(table.get("trouble")),
            trouble_since=_time(table.get("trouble_since")),
            cause=_text(table.get("cause")),
            facts=_facts(table.get("facts")),
            files=_text(table.get("files")),
            files_cause=_text(table.get("files_cause")),
            files_facts=_facts(table.get("files_facts")),
        ),
    )


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _plain(facts: Mapping[str, object] | None) -> dict[str, object] | None:
    """``facts`` as JSON can say them, each bounded."""
    if facts is None:
        return None
    return {name: _bounded(value) for name, value in list(facts.items())[:10]}


def _facts(value: object) -> dict[str, object] | None:
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _bounded(value: object) -> object:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, list | tuple):
        return [_bounded(part) for part in cast("list[object]", value)[:5] if not isinstance(part, list | tuple)]
    return str(value)[:_TEXT]


def _text(value: object) -> str | None:
    return value[:_TEXT] if isinstance(value, str) else None


def _time(value: object) -> datetime | None:
    """A moment with its zone; None for anything else, which could not be compared with others."""
    if not isinstance(value, str):
        return None
    with contextlib.suppress(ValueError):
        at = datetime.fromisoformat(value)
        return at if at.tzinfo is not None else None
    return None


# -- files


def newest(folder: Path) -> int:
    """The highest fence there is; 0 when there is none. Raises OSError."""
    try:
        return max(_fences(folder), default=0)
    except FileNotFoundError:
        return 0


def _fences(folder: Path) -> list[int]:
    with os.scandir(folder) as entries:
        # What else lies there under a number is none of ours: a folder, a pipe, a number that nobody has counted up to.
        return [int(entry.name) for entry in entries if _is_fence(entry)]


def free_after(folder: Path, fence: int) -> int:
    """The next number that nothing stands under, of whatever kind."""
    free = fence + 1
    while os.path.lexists(folder / str(free)):
        free += 1
    return free


def _is_fence(entry: os.DirEntry[str]) -> bool:
    name = entry.name
    if not (name.isascii() and name.isdecimal() and len(name) < _LONGEST and entry.is_file(follow_symlinks=False)):
        return False
    return len(name) < _COUNTED or _names_itself(entry)


def _names_itself(entry: os.DirEntry[str]) -> bool:
    """Whether the lease in a file says that it is the one of this number."""
    with contextlib.suppress(OSError):
        handle = small_files.open_plain(Path(entry.path), os.O_RDONLY)
        try:
            lease = read_line(os.pread(handle, _LIMIT, 0))
        finally:
            os.close(handle)
        return lease is not None and lease.fence == int(entry.name)
    return False


def claim(folder: Path, lease: Lease) -> int | None:
    """Makes the file of ``lease``: its handle, locked as long as it is open; None when another was first."""
    small_files.make_folder(folder)
    temporary = folder / f".{os.getpid()}-{os.urandom(4).hex()}"
    handle = small_files.open_plain(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    try:
        files.lock_at_once(handle)
        write(handle, lease)
        os.link(temporary, folder / str(lease.fence))
    except (FileExistsError, FileNotFoundError):
        os.close(handle)
        return None
    except BaseException:
        os.close(handle)
        raise
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()
    return handle


def write(handle: int, lease: Lease) -> None:
    """Writes ``lease`` over what its holder wrote before; not synced, as no lease outlives the machine's start."""
    line = line_of(lease)
    # A reader may meet the half of a write: the sum tells.
    data = line + b"%08x\n" % zlib.crc32(line)
    os.pwrite(handle, data.ljust(_ROOM), 0)


def read_plain(path: Path) -> Lease | None:
    """The lease in the first line of the file at ``path``, whoever has it; None when it cannot be read."""
    with contextlib.suppress(OSError):
        handle = small_files.open_plain(path, os.O_RDONLY)
        try:
            return read_line(os.pread(handle, _LIMIT, 0))
        finally:
            os.close(handle)
    return None


class Found(NamedTuple):
    """A lease as another has it."""

    alive: bool
    """Whether its holder's process lives; True also for one that is stopped."""
    data: bytes
    lease: Lease | None
    """None when it cannot be read."""


def read(folder: Path, fence: int) -> Found:
    """The lease called ``fence``. Raises OSError."""
    handle = small_files.open_plain(folder / str(fence), os.O_RDONLY)
    try:
        if files.lock_at_once(handle, shared=True):
            return Found(alive=False, data=b"", lease=None)
        data = os.pread(handle, _LIMIT, 0)
    finally:
        os.close(handle)
    line, _, rest = data.partition(b"\n")
    whole = rest[:8] == b"%08x" % zlib.crc32(line + b"\n")
    return Found(alive=True, data=data, lease=read_line(line) if whole else None)


def clear(folder: Path, fence: int) -> None:
    """Removes the files long before ``fence``, and those that dead copies have left half made."""
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            if name.startswith("."):
                _remove_dead(folder / name)
        for old in _fences(folder):
            if old <= fence - _KEPT:
                (folder / str(old)).unlink(missing_ok=True)


def _remove_dead(path: Path) -> None:
    with contextlib.suppress(OSError):
        handle = small_files.open_plain(path, os.O_RDONLY)
        if files.lock_at_once(handle, shared=True):
            path.unlink()
        os.close(handle)
