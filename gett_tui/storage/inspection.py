"""Inspects a profile's state folder without touching it, and mends what can be mended when asked to."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gett_tui.onboarding.status import OwnState
from gett_tui.storage import files
from gett_tui.storage.duplicates import is_nameless
from gett_tui.storage.instances import Instances
from gett_tui.storage.record_file import ATTEMPTS, ONBOARDINGS, Found, Kind, Unusable, is_record_name, name_before, read
from gett_tui.storage.record_store import RecordStore
from gett_tui.storage.state_folder import network_notices
from gett_tui.storage.toml_codec import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gett_tui.onboarding.record import Record

_FOLDERS = (ONBOARDINGS, ATTEMPTS)
_EDITING = 1.0
"""Seconds after which a file that a person is saving should look different."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing worth knowing about the state folder."""

    path: Path
    text: str
    is_bad: bool
    """Whether something is wrong; otherwise it is only worth a person's attention."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: how many sound records, and the remarks."""

    records: int
    remarks: tuple[Remark, ...]


def inspect(folder: Path) -> Inspection:
    """Reads all files below ``folder`` and changes nothing. Raises FileTroubleError."""
    remarks = [Remark(folder, notice.text, is_bad=False) for notice in network_notices(folder)]
    keys: dict[str, Path] = {}
    sound = 0
    for place in (folder / name for name in _FOLDERS):
        paths = _listed(place)
        remarks += _modes(place, 0o077) if paths else ()
        for path in paths:
            remarks += _half_written(path)
            record = _inspected(remarks, path)
            if record is not None:
                sound += 1
                remarks += _twice(path, record, keys)
    remarks += _lost(folder)
    for path in _listed(folder):
        if path.is_file():
            remarks += [*_half_written(path), *_modes(path, 0o177)]
    return Inspection(sound, tuple(remarks))


def _listed(folder: Path) -> list[Path]:
    with files.explained("Cannot read the folder", folder), contextlib.suppress(FileNotFoundError):
        return sorted(folder.iterdir())
    return []


def _inspected(remarks: list[Remark], path: Path) -> Record | None:
    """The record at ``path`` when it is one; what is to be said about the file goes to ``remarks``."""
    if name_before(path.name) is not None:
        remarks.append(
            Remark(path, "was damaged and set aside; it still counts as a store that may stand", is_bad=False)
        )
    if not is_record_name(path.name):
        return None
    found = read(path)
    if isinstance(found, Unusable):
        remarks.append(Remark(path, f"is {found.text}" if found.kind is Kind.DAMAGED else found.text, is_bad=True))
    if not isinstance(found, Found):
        return None
    remarks += [*_about(path, found), *_modes(path, 0o177)]
    return found.record


def _lost(folder: Path) -> Iterator[Remark]:
    store = _read_store(folder, "0-doctor")
    for problem in store.lost.problems():
        yield Remark(Path(problem.place), problem.text, is_bad=True)


def _half_written(path: Path) -> Iterator[Remark]:
    if files.temporary_owner(path.name) is not None:
        yield Remark(path, "was left half written by a program that was killed", is_bad=True)


def _twice(path: Path, record: Record, keys: dict[str, Path]) -> Iterator[Remark]:
    other = keys.setdefault(record.key, path)
    if other is path:
        return
    if path.parent != other.parent:
        yield Remark(path, f"is an attempt that has become {other.name}", is_bad=True)
    else:
        yield Remark(path, f"has the same key as {other.name}", is_bad=True)


def _about(path: Path, found: Found) -> Iterator[Remark]:
    record = found.record
    if found.format < FORMAT:
        yield Remark(path, f"is of the older format {found.format}", is_bad=False)
    if is_nameless(record):
        yield Remark(path, "names no partner store id, so each Register is refused until it does", is_bad=False)
    if record.status == OwnState.UNCONFIRMED:
        yield Remark(path, "is unconfirmed: resolve it in the dashboard", is_bad=False)
    if record.pending is not None:
        yield Remark(path, f"has {record.pending.action} under way since {record.pending.at:%H:%M:%SZ}", is_bad=False)


def _modes(path: Path, forbidden: int) -> Iterator[Remark]:
    with contextlib.suppress(OSError):
        status = path.stat()
        if stat.S_IMODE(status.st_mode) & forbidden & 0o077:
            yield Remark(path, "can be read by others", is_bad=True)
        if status.st_uid != path.parent.stat().st_uid:
            yield Remark(path, "belongs to another user than the folder: a copy that ran as root made it", is_bad=True)


def repair(folder: Path, wait: float = _EDITING) -> None:
    """Mends what the polling copy would mend, file modes, and writes lost records again. Nothing of worth is deleted.

    Damaged files are set aside when they look the same after ``wait`` seconds, half written leftovers of killed
    programs removed. Raises StorageError.
    """
    instances = Instances(folder)
    instances.announce()
    try:
        RecordStore(folder, instances.owner).open()
        store = _read_store(folder, instances.owner)
        store.repair(instances.is_alive)
        if store.problems:
            time.sleep(wait)
            store.sync()
            store.repair(instances.is_alive)
        store.lost.write_again()
        for place in (folder, *(folder / name for name in _FOLDERS)):
            _close_to_others(place)
    finally:
        instances.leave()


def forget(folder: Path, name: str) -> list[Record]:
    """Forgets the lost records that go by ``name``, for good. Raises RecordGoneError, StorageError."""
    return _read_store(folder, "0-doctor").lost.forget(name)


def _read_store(folder: Path, owner: str) -> RecordStore:
    store = RecordStore(folder, owner)
    for _ in store.load():
        pass
    return store


def _close_to_others(place: Path) -> None:
    with files.explained("Cannot change the mode of", place):
        place.chmod(0o700)
        for path in place.iterdir():
            with contextlib.suppress(OSError):  # another user's; it is told as what it is
                if stat.S_ISREG(os.lstat(path).st_mode):
                    path.chmod(0o600)
