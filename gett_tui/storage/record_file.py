"""One record file: its name, and reading it, writing it and setting it aside.

A file is a record only under the name that fits its id: a copy under another name must not shadow its original.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from gett_tui.onboarding.ports import UnkeepableError
from gett_tui.onboarding.record import Record, RecordError
from gett_tui.storage import files
from gett_tui.storage.toml_codec import FORMAT, NewerFormatError, from_toml, to_toml

if TYPE_CHECKING:
    from pathlib import Path

    from gett_tui.storage.locks import HeldLock

ONBOARDINGS = "onboardings"
ATTEMPTS = "attempts"
SUFFIX = ".toml"
DAMAGED = ".damaged"

_SMALL, _REMEMBERED = 4_096, 512
"""Bytes of a file whose meaning is remembered, and of how many: what is written is read once more soon after."""
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}")
_SET_ASIDE = re.compile(r"(?P<name>.+\.toml)(\.\d+)?\.damaged", re.DOTALL)
_FORBIDDEN = (errno.EACCES, errno.EPERM)
_NO_FILE = (errno.EISDIR, errno.ENXIO, errno.ELOOP)


class Place(NamedTuple):
    """Where a record stands: the name of a folder in the profile's, and of a file in that."""

    folder: str
    name: str

    @classmethod
    def of(cls, record: Record) -> Place:
        """Where ``record`` belongs."""
        if record.onboarding_id is None:
            return cls(ATTEMPTS, file_name(record.key))
        return cls(ONBOARDINGS, file_name(record.onboarding_id))


class Kind(Enum):
    """Why a file is no usable record."""

    DAMAGED = "damaged"
    NEWER = "newer"
    """A newer program's; it stays as it is."""
    MISNAMED = "misnamed"
    NO_FILE = "no file"
    """A folder, a pipe, a link that leads nowhere."""
    FORBIDDEN = "forbidden"
    TROUBLE = "trouble"
    """The disk, or this program, could not read it just now."""


class Found(NamedTuple):
    """A record as it was read."""

    record: Record
    seen: files.Seen
    format: int = FORMAT
    data: bytes = b""
    """The file's content, where it is of an older format."""


class Unusable(NamedTuple):
    """What stands in a record's place and is none."""

    kind: Kind
    text: str
    seen: files.Seen | None
    record: Record | None = None
    """The record in a misnamed file."""


def file_name(identifier: str) -> str:
    """The file name for a record's identifier; hostile or over-long ones cannot leave the folder."""
    if _PLAIN_ID.fullmatch(identifier):
        return identifier + SUFFIX
    safe = quote(identifier, safe="", errors="replace").replace(".", "%2E")
    if not 0 < len(safe) <= 120:
        safe = safe[:40] + "~" + hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()
    return safe + SUFFIX


def is_record_name(name: str) -> bool:
    """Whether a file of this name should be a record."""
    return name.endswith(SUFFIX) and not name.startswith(".")


def name_before(aside: str) -> str | None:
    """The name that a file had before it was set aside; None when ``aside`` is no such file's."""
    match = _SET_ASIDE.fullmatch(aside)
    return match["name"] if match and not aside.startswith(".") else None


def read(path: Path) -> Found | Unusable | None:
    """What stands at ``path``; None when nothing does. Never waits for anybody and never raises."""
    try:
        data, seen = files.read(path)
    except OSError as error:
        return _unreadable(path, error)
    try:
        record, version = _parsed(data)
    except NewerFormatError as error:
        return Unusable(Kind.NEWER, f"{error}; it is left untouched", seen)
    except RecordError as error:
        return Unusable(Kind.DAMAGED, f"damaged ({error})", seen)
    fitting = Place.of(record)
    if fitting == (path.parent.name, path.name):
        return Found(record, seen, version, data if version < FORMAT else b"")
    text = f"its name does not fit its id: it should be {'/'.join(fitting)}"
    return Unusable(Kind.MISNAMED, text, seen, record)


def _parsed(data: bytes) -> tuple[Record, int]:
    """Raises RecordError, NewerFormatError."""
    return _remembered(data) if len(data) <= _SMALL else from_toml(data)


_remembered = lru_cache(_REMEMBERED)(from_toml)


def _unreadable(path: Path, error: OSError) -> Unusable | None:
    if isinstance(error, FileNotFoundError) and not os.path.lexists(path):
        return None
    signature = files.signature(path)
    seen = files.seen(signature) if signature is not None else None
    if isinstance(error, FileNotFoundError):
        return Unusable(Kind.NO_FILE, "it is a link that leads nowhere", None)
    if error.errno == errno.EFBIG:
        return Unusable(Kind.DAMAGED, "damaged (larger than 16 MiB)", seen)
    text = str(files.FileTroubleError("Cannot read", path, error))
    if error.errno in _NO_FILE:
        return Unusable(Kind.NO_FILE, text, seen)
    if error.errno in _FORBIDDEN:
        return Unusable(Kind.FORBIDDEN, text, seen)
    return Unusable(Kind.TROUBLE, text, None)


def write(held: HeldLock, path: Path, record: Record, owner: str, replaced: Found | None = None) -> Found:
    """Puts ``record`` at ``path``, under its lock, and gives what stands there now.

    ``replaced`` was read there under the same lock; one of an older format is kept beside. ``owner`` names this
    running program. Raises FileTroubleError; UnkeepableError for what no file can hold.
    """
    held.check(path)
    data = _encoded(path, record)
    if replaced is not None and replaced.format < FORMAT:
        _keep_original(path, replaced, owner)
    files.write_atomic(path, data, owner)
    signature = files.signature(path) or files.Signature(0, 0, 0, 0)
    return Found(_parsed(data)[0], files.Seen(signature, is_settled=False))


def _encoded(path: Path, record: Record) -> bytes:
    identifier = record.key if record.onboarding_id is None else record.onboarding_id
    try:
        identifier.encode()
        data = to_toml(record)
    except (RecursionError, UnicodeEncodeError) as error:
        raise UnkeepableError(f"{path}: no file can hold this record ({type(error).__name__})") from None
    if len(data) > files.MAX_READ:
        raise UnkeepableError(f"{path}: this record is larger than 16 MiB")
    return data


def _keep_original(path: Path, replaced: Found, owner: str) -> None:
    kept = path.with_name(f"{path.name}.format{replaced.format}")
    if not os.path.lexists(kept):
        files.write_atomic(kept, replaced.data, owner)


def remove(held: HeldLock, path: Path) -> None:
    """Removes the file at ``path`` for good, under its lock; a missing one is fine. Raises FileTroubleError."""
    held.check(path)
    files.remove(path)


def set_aside(held: HeldLock, path: Path) -> Path:
    """Gives what stands at ``path`` a name under which nothing reads it, and returns that. Raises FileTroubleError."""
    held.check(path)
    aside = _free_name(path)
    with files.explained("Cannot set aside", path):
        files.rename(path, aside)
    return aside


def _free_name(path: Path) -> Path:
    aside = path.with_name(path.name + DAMAGED)
    number = 1
    while os.path.lexists(aside):
        number += 1
        aside = path.with_name(f"{path.name}.{number}{DAMAGED}")
    return aside
