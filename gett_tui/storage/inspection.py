"""Looks over a profile's state folder without touching it, and mends what can be mended when asked to."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gett_tui.onboarding.record import RecordError
from gett_tui.onboarding.status import OwnState
from gett_tui.storage import files
from gett_tui.storage.instances import Instances
from gett_tui.storage.record_store import RecordStore, file_name, read_versioned
from gett_tui.storage.toml_codec import FORMAT, NewerFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gett_tui.onboarding.record import Record

_FOLDERS = ("onboardings", "attempts")


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing worth knowing about the state folder."""

    path: Path
    text: str
    is_bad: bool
    """Whether something is wrong; otherwise it is only worth a person's attention."""


@dataclass(frozen=True, slots=True)
class Checkup:
    """What was found: how many sound records, and the remarks."""

    records: int
    remarks: tuple[Remark, ...]


def look_over(folder: Path) -> Checkup:
    """Reads all files below ``folder`` and changes nothing. Raises FileTroubleError."""
    remarks: list[Remark] = []
    keys: dict[str, Path] = {}
    sound = 0
    for name in _FOLDERS:
        place = folder / name
        if not place.exists():
            continue
        paths = _listed(place)
        remarks += _modes(place, 0o077)
        for path in paths:
            record = _looked_at(remarks, path)
            if record is None:
                continue
            sound += 1
            if record.key in keys and name == "onboardings":
                remarks.append(Remark(path, f"has the same key as {keys[record.key].name}", is_bad=True))
            keys[record.key] = path
    for path in _listed(folder) if folder.exists() else ():
        if path.is_file():
            remarks += [*_half_written(path), *_modes(path, 0o177)]
    return Checkup(sound, tuple(remarks))


def _listed(folder: Path) -> list[Path]:
    with files.explained("Cannot read the folder", folder):
        return sorted(folder.iterdir())


def _looked_at(remarks: list[Remark], path: Path) -> Record | None:
    """The record at ``path`` when it is one; what is to be said about the file goes to ``remarks``."""
    if half := list(_half_written(path)):
        remarks += half
        return None
    if path.name.endswith(".damaged"):
        remarks.append(Remark(path, "was damaged and set aside; nothing reads it", is_bad=False))
        return None
    if not path.name.endswith(".toml"):
        return None
    try:
        record, version = read_versioned(path)
    except NewerFormatError as error:
        remarks.append(Remark(path, str(error), is_bad=True))
    except (RecordError, ValueError) as error:
        remarks.append(Remark(path, f"is damaged: {error}", is_bad=True))
    except OSError as error:
        remarks.append(Remark(path, str(files.FileTroubleError("Cannot read", path, error)), is_bad=True))
    else:
        remarks += [*_about(path, record, version), *_modes(path, 0o177)]
        return record
    return None


def _half_written(path: Path) -> Iterator[Remark]:
    if path.name.endswith(files.TEMPORARY):
        yield Remark(path, "was left half written by a program that was killed", is_bad=True)


def _about(path: Path, record: Record, version: int) -> Iterator[Remark]:
    fitting = file_name(record.onboarding_id or record.key)
    if path.name != fitting:
        yield Remark(path, f"has a name that does not fit its id: it should be {fitting}", is_bad=True)
    if version < FORMAT:
        yield Remark(path, f"is of the older format {version}", is_bad=False)
    if record.status == OwnState.UNCONFIRMED:
        yield Remark(path, "is unconfirmed: the dashboard settles it", is_bad=False)
    if record.pending is not None:
        yield Remark(path, f"has {record.pending.action} under way since {record.pending.at:%H:%M:%SZ}", is_bad=False)


def _modes(path: Path, forbidden: int) -> Iterator[Remark]:
    if stat.S_IMODE(path.stat().st_mode) & forbidden & 0o077:
        yield Remark(path, "can be read by others", is_bad=True)


def repair(folder: Path) -> None:
    """Mends what a start of the program would mend, and file modes. Nothing that holds data is deleted.

    Damaged files are set aside, older formats migrated with the original kept, half written leftovers of killed
    copies removed. Raises FileTroubleError.
    """
    presence = Instances(folder)
    presence.announce()
    try:
        cache = RecordStore(folder, presence.owner)
        cache.open()
        for _ in cache.load():
            pass
        cache.repair(presence.is_alive)
        for place in (folder, *(folder / name for name in _FOLDERS)):
            _close_to_others(place)
    finally:
        presence.leave()


def _close_to_others(place: Path) -> None:
    with files.explained("Cannot change the mode of", place):
        place.chmod(0o700)
        for path in place.iterdir():
            if path.is_file():
                path.chmod(0o600)
