"""The TOML cache: one durable file a record, shared by any number of running copies.

The API has no list operation, so these files are the only record of the onboarding ids: data, not a cache to
throw away. The folder holds

    onboardings/<onboardingId>.toml   a record
    attempts/<key>.toml               a Register call without an answer
    locks/NN                          kernel locks; a record's file name decides which
    running/<owner>, poller.lock      see ``presence``
    index                             a copy that is quicker to read, see ``index``

A write takes the record's lock, reads the file, changes it and puts it back whole, so no copy overwrites what
another one saw. The ``RecordStore`` object mirrors the files in memory; ``sync`` finds what others have changed by
the folders' and files' time stamps. All methods block on the disk: call them from a thread.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
import time
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import quote

from gett_tui.onboarding.events import StoresChanged
from gett_tui.onboarding.ports import DuplicateError, RecordGoneError, RecordProblem, UnkeepableError
from gett_tui.onboarding.record import Record, RecordError
from gett_tui.onboarding.status import is_live
from gett_tui.storage import files, index
from gett_tui.storage.toml_codec import FORMAT, NewerFormatError, from_toml, to_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path

_SUFFIX = ".toml"
_DAMAGED = ".damaged"
_STRIPES = 64
_BATCH = 100
_MAX_FILE = 16 * 1024 * 1024
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}")


@dataclass(slots=True)
class _Folder:
    """What is known of one of the two record folders."""

    path: Path
    identity: tuple[int, int] | None = None
    stamp: int = 0
    settled: bool = False
    seen: dict[str, files.Signature] = field(default_factory=dict[str, files.Signature])
    keys: dict[str, str] = field(default_factory=dict[str, str])


def file_name(identifier: str) -> str:
    """The file name for a record's identifier; hostile or over-long ones cannot leave the folder."""
    if _PLAIN_ID.fullmatch(identifier):
        return identifier + _SUFFIX
    safe = quote(identifier, safe="", errors="replace").replace(".", "%2E")
    if not 0 < len(safe) <= 120:
        safe = safe[:40] + "~" + hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()
    return safe + _SUFFIX


class RecordStore:
    """The records of one profile, on disk and mirrored in memory.

    ``folder`` is the profile's state folder and ``owner`` this running program's name (see ``presence``).
    """

    def __init__(self, folder: Path, owner: str) -> None:
        self.folder = folder
        self._owner = owner
        self._onboardings = _Folder(folder / "onboardings")
        self._attempts = _Folder(folder / "attempts")
        self._locks = folder / "locks"
        self._mirror: dict[str, Record] = {}
        self.changes = 0
        """Counts the changes of records: as long as it stays the same, so do they, but for some that are gone."""
        self._problems: dict[Path, RecordProblem] = {}
        self._is_indexed = True
        # Writes and looks come from several threads of this process: one guards the mirror, one the looks.
        self._guard = threading.RLock()
        self._looking = threading.RLock()

    def open(self) -> None:
        """Makes the folders. Raises FileTroubleError."""
        for folder in (self._onboardings.path, self._attempts.path, self._locks):
            files.make_folder(folder)

    @property
    def problems(self) -> tuple[RecordProblem, ...]:
        """The files that are no usable records, by path."""
        with self._guard:
            return tuple(self._problems[path] for path in sorted(self._problems))

    def records(self) -> list[Record]:
        """All records in the mirror, in no order."""
        with self._guard:
            return list(self._mirror.values())

    def get(self, key: str) -> Record | None:
        """The record called ``key`` in the mirror."""
        with self._guard:
            return self._mirror.get(key)

    # -- reading

    def load(self) -> Iterator[StoresChanged]:
        """Reads all records, a batch at a time so that a screen can show the first ones at once.

        What the index still knows comes first, then the other files: attempts, which want a person, before the rest.
        Damaged files are set aside on the way. Raises FileTroubleError when a folder cannot be read.
        """
        entries = index.read(self.folder)
        while batch := list(islice(entries, _BATCH)):
            yield self._take_indexed(batch)
        for folder in (self._attempts, self._onboardings):
            names = self._look(folder)
            for aside in folder.path.glob(f"*{_SUFFIX}*{_DAMAGED}"):
                self._problem(aside, "damaged; set aside earlier, not deleted")
            # What went away since the index was looked at shows in no later look.
            yield self._forget(folder, self._missing(folder, names))
            left = [name for name in names if name not in folder.seen]
            for start in range(0, len(left), _BATCH):
                yield self._take(folder, left[start : start + _BATCH], final=True)

    def _take_indexed(self, entries: Iterable[index.Entry]) -> StoresChanged:
        folders = {folder.path.name: folder for folder in (self._attempts, self._onboardings)}
        changed: list[Record] = []
        for place, name, signature, record in entries:
            folder = folders.get(place)
            if folder is not None and self._mirrored(folder, name, record, signature, is_indexed=True):
                changed.append(record)
        return StoresChanged(tuple(changed))

    def _missing(self, folder: _Folder, names: Iterable[str]) -> list[str]:
        with self._guard:
            seen = set(folder.seen)
        return [name for name in seen.difference(names) if not (folder.path / name).exists()]

    def save_index(self) -> None:
        """Writes the index anew when records have changed since it was written. Raises FileTroubleError."""
        with self._guard:
            if self._is_indexed:
                return
            self._is_indexed = True
            mirror = dict(self._mirror)
            seen = [(folder, dict(folder.seen), dict(folder.keys)) for folder in (self._attempts, self._onboardings)]
        entries = [
            index.Entry(folder.path.name, name, signature, record)
            for folder, signatures, keys in seen
            for name, signature in signatures.items()
            if (record := mirror.get(keys.get(name, ""))) is not None
            and record.is_attempt == (folder is self._attempts)
        ]
        try:
            is_complete = index.write(self.folder, entries, self._owner, time.time_ns()) == len(entries)
        except files.FileTroubleError:
            self._is_indexed = False
            raise
        self._is_indexed = self._is_indexed and is_complete

    def sync(self) -> StoresChanged:
        """What others have changed on the disk since the last look. Raises FileTroubleError.

        When the state folder vanished or was replaced while this program ran, everything the mirror knows and
        the disk does not is written again: nothing else holds the onboarding ids.
        """
        with self._looking:
            lost = self._replaced()
            if lost:
                self._start_anew()
            looked = [
                self._sync_folder(folder, keep_missing=lost)
                for folder in (self._attempts, self._onboardings)
                if self._changed(folder)
            ]
            if lost:
                self._restore()
            return _merged(looked)

    def _replaced(self) -> bool:
        with self._guard:
            known = bool(self._mirror)
        return known and any(
            folder.identity is not None and _identity(folder.path) != folder.identity
            for folder in (self._attempts, self._onboardings)
        )

    def _start_anew(self) -> None:
        self.open()
        with self._guard:
            for folder in (self._attempts, self._onboardings):
                folder.seen.clear()

    def _changed(self, folder: _Folder) -> bool:
        with files.explained("Cannot read the folder", folder.path):
            status = folder.path.stat()
        if status.st_mtime_ns == folder.stamp and (status.st_dev, status.st_ino) == folder.identity:
            if folder.settled:
                return False
            # Time stamps are coarse: a change right after the last look may not show in them.
            folder.settled = True
            return True
        folder.settled = False
        return True

    def _look(self, folder: _Folder) -> list[str]:
        with files.explained("Cannot read the folder", folder.path):
            status = folder.path.stat()
            folder.stamp, folder.identity = status.st_mtime_ns, (status.st_dev, status.st_ino)
            with os.scandir(folder.path) as entries:
                return [entry.name for entry in entries if self._is_record(entry.name)]

    @staticmethod
    def _is_record(name: str) -> bool:
        return name.endswith(_SUFFIX) and not name.startswith(".")

    def _sync_folder(self, folder: _Folder, *, keep_missing: bool) -> StoresChanged:
        with self._guard:
            # Before the look: a file written meanwhile is then read once more instead of being taken for gone.
            seen = dict(folder.seen)
        names = self._look(folder)
        different = [name for name in names if files.signature(folder.path / name) != seen.get(name)]
        changes = self._take(folder, different, final=False)
        if keep_missing:
            return changes
        self._forget_problems(folder)
        gone = [name for name in seen.keys() - set(names) if not (folder.path / name).exists()]
        return _merged([changes, self._forget(folder, gone)])

    def _take(self, folder: _Folder, names: Iterable[str], *, final: bool) -> StoresChanged:
        changed: dict[str, Record] = {}
        for name in names:
            signature = files.signature(folder.path / name)
            record = self._read(folder, name, final=final) if signature is not None else None
            if record is not None and self._mirrored(folder, name, record, signature):
                changed[record.key] = record
        return StoresChanged(tuple(changed.values()))

    def _mirrored(
        self,
        folder: _Folder,
        name: str,
        record: Record,
        signature: files.Signature | None,
        *,
        is_indexed: bool = False,
    ) -> bool:
        with self._guard:
            if folder.seen.get(name) == signature and folder.keys.get(name) == record.key:
                return False
            folder.keys[name] = record.key
            known = self._mirror.get(record.key)
            # An attempt whose record is written stays behind only when its writer died in between.
            if record.is_attempt and known is not None and not known.is_attempt:
                return False
            # This copy may have written a later one between the read and now.
            if known is not None and known.is_attempt == record.is_attempt and known.revision > record.revision:
                return False
            if signature is not None:
                folder.seen[name] = signature
            self._mirror[record.key] = record
            self.changes += 1
            self._is_indexed = self._is_indexed and is_indexed
            return known != record

    def _forget(self, folder: _Folder, names: Iterable[str]) -> StoresChanged:
        removed: list[str] = []
        with self._guard:
            for name in names:
                folder.seen.pop(name, None)
                self._is_indexed = False
                key = folder.keys.pop(name, None)
                known = self._mirror.get(key) if key else None
                if key and known is not None and known.is_attempt == (folder is self._attempts):
                    del self._mirror[key]
                    removed.append(key)
        return StoresChanged(removed=tuple(removed))

    def _forget_problems(self, folder: _Folder) -> None:
        with self._guard:
            for path in [path for path in self._problems if path.parent == folder.path and not path.exists()]:
                del self._problems[path]

    def _read(self, folder: _Folder, name: str, *, final: bool) -> Record | None:
        path = folder.path / name
        try:
            record, version = read_versioned(path)
        except FileNotFoundError:
            return None
        except NewerFormatError as error:
            self._problem(path, f"{error}; it is left untouched")
        except (RecordError, ValueError) as error:
            self._damaged(folder, name, str(error), final=final)
        except OSError as error:
            self._problem(path, str(files.FileTroubleError("Cannot read", path, error)))
        else:
            with self._guard:
                self._problems.pop(path, None)
            return record if version == FORMAT else self._migrated(folder, path, record, version)
        return None

    def _migrated(self, folder: _Folder, path: Path, record: Record, version: int) -> Record | None:
        """Writes a record of an older format in this one; the original is kept beside it."""
        if path.name != file_name(_identifier(record)):
            self._problem(path, f"its name does not fit its id: it should be {file_name(_identifier(record))}")
            return None
        kept = path.with_name(f"{path.name}.format{version}")
        try:
            with self._lock(path):
                if not kept.exists():
                    files.write_atomic(kept, path.read_bytes(), self._owner)
                return self._put(folder, record._replace(revision=record.revision + 1))
        except (OSError, files.FileTroubleError) as error:
            self._problem(path, f"of the older format {version}, and it cannot be written anew: {error}")
            return record

    def _problem(self, path: Path, text: str) -> None:
        with self._guard:
            self._problems[path] = RecordProblem(str(path), text)

    def _damaged(self, folder: _Folder, name: str, text: str, *, final: bool) -> None:
        path = folder.path / name
        with self._guard:
            seen_before = path in self._problems
            folder.settled = False
        if not final and not seen_before:
            # A person may be saving it right now with an editor: look once more before setting it aside.
            self._problem(path, f"damaged ({text})")
            return
        try:
            with self._lock(path):
                self._set_aside(path, text)
        except files.FileTroubleError:
            self._problem(path, f"damaged ({text}); it could not be set aside")
            return
        with self._guard:
            folder.seen.pop(name, None)
            known = self._mirror.get(folder.keys.get(name, ""))
        if known is not None:
            self._put(folder, known)

    def _set_aside(self, path: Path, text: str) -> None:
        aside = _free_name(path)
        with files.explained("Cannot set aside", path):
            os.rename(path, aside)
        with self._guard:
            self._problems.pop(path, None)
        self._problem(aside, f"damaged ({text}); set aside, not deleted")

    def _restore(self) -> None:
        for record in self.records():
            folder = self._folder_of(record)
            if file_name(_identifier(record)) not in folder.seen:
                self._put(folder, record)

    def find(self, onboarding_id: str) -> Record | None:
        """See ``RecordStore`` in ``onboarding.ports``."""
        path = self._onboardings.path / file_name(onboarding_id)
        try:
            record = read_record(path)
        except (OSError, RecordError):
            return None
        self._mirrored(self._onboardings, path.name, record, files.signature(path))
        return record

    @property
    def notices(self) -> tuple[RecordProblem, ...]:
        """See ``RecordStore`` in ``onboarding.ports``."""
        return ()

    # -- writing

    def update(self, key: str, change: Callable[[Record], Record]) -> Record:
        """Applies ``change`` to the record as it is on the disk now, under its lock, and writes the result.

        An unchanged record is not written. Returns what is on the disk afterwards. Raises RecordGoneError,
        FileTroubleError, and whatever ``change`` raises.
        """
        with self._locked_record(key) as (folder, current):
            changed = change(current)
            if changed == current:
                return current
            return self._put(folder, changed._replace(revision=current.revision + 1))

    def begin_attempt(self, attempt: Record, *, allow_duplicate: bool = False) -> Record:
        """Puts the intent to register on the disk, before the request may leave.

        Raises DuplicateError when a live record or attempt with this partner store id is there, unless allowed;
        FileTroubleError when the intent cannot be written, and then nothing may be sent.
        """
        partner = attempt.partner_store_id
        with files.locked(self._stripe("partner-", partner)):
            self.sync()
            if not allow_duplicate and (existing := self.live_with_partner_id(partner)) is not None:
                raise DuplicateError(existing)
            with self._lock(self._attempts.path / file_name(attempt.key)):
                return self._put(self._attempts, attempt._replace(revision=1))

    def observe(self, known: Record, change: Callable[[Record], Record]) -> Record:
        """See ``RecordStore`` in ``onboarding.ports``."""
        return self.update(known.key, lambda now: change(now) if now.version == known.version else now)

    def finish(self, known: Record, change: Callable[[Record], Record]) -> Record:
        """See ``RecordStore`` in ``onboarding.ports``."""
        folder = self._folder_of(known)
        path = folder.path / file_name(_identifier(known))
        with self._lock(path):
            current = self._existing(folder, path)
            changed = change(current or known)
            if changed == current:
                return changed
            return self._put(folder, changed._replace(revision=(current or known).revision + 1))

    def discard_attempt(self, key: str) -> None:
        """Removes an attempt that Gett has certainly not carried out. Raises FileTroubleError."""
        path = self._attempts.path / file_name(key)
        with self._lock(path):
            files.remove(path)
            self._forget(self._attempts, [path.name])

    def live_with_partner_id(self, partner_store_id: str) -> Record | None:
        """A record that stands, or may stand, at Gett under ``partner_store_id``."""
        for record in self.records():
            if record.partner_store_id == partner_store_id and is_live(record.status):
                return record
        return None

    def with_onboarding_id(self, onboarding_id: str) -> Record | None:
        """The record of ``onboarding_id``."""
        for record in self.records():
            if record.onboarding_id == onboarding_id:
                return record
        return None

    def confirm_attempt(
        self, attempt: Record, onboarding_id: str, decide: Callable[[Record, Record | None], Record]
    ) -> Record:
        """See ``RecordStore`` in ``onboarding.ports``."""
        old = self._attempts.path / file_name(attempt.key)
        path = self._onboardings.path / file_name(onboarding_id)
        with self._lock(old, path):
            begun = self._existing(self._attempts, old) or attempt
            standing = self._existing(self._onboardings, path)
            record = decide(begun, standing)._replace(onboarding_id=onboarding_id)
            base = standing or begun
            kept = self._put(self._onboardings, record._replace(revision=base.revision + 1))
            files.remove(old)
            self._forget(self._attempts, [old.name])
            return kept

    def add(self, record: Record, change: Callable[[Record], Record] | None = None) -> Record:
        """See ``RecordStore`` in ``onboarding.ports``."""
        folder = self._folder_of(record)
        path = folder.path / file_name(_identifier(record))
        with self._lock(path):
            standing = self._existing(folder, path)
            if standing is None:
                return self._put(folder, record._replace(revision=1))
            changed = change(standing) if change is not None else standing
            return (
                standing if changed == standing else self._put(folder, changed._replace(revision=standing.revision + 1))
            )

    def _existing(self, folder: _Folder, path: Path) -> Record | None:
        signature = files.signature(path)
        if signature is None:
            return None
        try:
            record = read_record(path)
        except NewerFormatError as error:
            raise UnkeepableError(f"{path}: {error}") from None
        except (RecordError, ValueError) as error:
            self._set_aside(path, str(error))
            return None
        except OSError as error:
            raise files.FileTroubleError("Cannot read", path, error) from error
        self._mirrored(folder, path.name, record, signature)
        return record

    def repair(self, is_alive: Callable[[str], bool]) -> None:
        """Removes what a killed copy left half written, and attempts whose record is there. Raises FileTroubleError."""
        for folder in (self._onboardings.path, self._attempts.path, self.folder):
            with files.explained("Cannot read the folder", folder):
                names = os.listdir(folder)
            for name in names:
                owner = files.temporary_owner(name)
                if owner is not None and not is_alive(owner):
                    files.remove(folder / name)
        for name, key in list(self._attempts.keys.items()):
            known = self.get(key)
            if known is not None and not known.is_attempt:
                files.remove(self._attempts.path / name)
                self._forget(self._attempts, [name])

    def _folder_of(self, record: Record) -> _Folder:
        return self._attempts if record.is_attempt else self._onboardings

    @contextlib.contextmanager
    def _locked_record(self, key: str) -> Generator[tuple[_Folder, Record]]:
        for _ in range(3):
            known = self.get(key)
            if known is None:
                break
            folder = self._folder_of(known)
            path = folder.path / file_name(_identifier(known))
            with self._lock(path):
                if path.exists():
                    yield folder, self._fresh(folder, _identifier(known))
                    return
            # Another copy has turned the attempt into a record meanwhile, or the folder is lost.
            self.sync()
        raise RecordGoneError(f"the record {key} is not there any more")

    def _fresh(self, folder: _Folder, identifier: str) -> Record:
        path = folder.path / file_name(identifier)
        try:
            return read_record(path)
        except FileNotFoundError:
            raise RecordGoneError(f"the record {identifier} is not there any more") from None
        except OSError as error:
            raise files.FileTroubleError("Cannot read", path, error) from error
        except ValueError as error:
            raise RecordError(f"{path} is damaged: {error}") from error

    def _put(self, folder: _Folder, record: Record) -> Record:
        path = folder.path / file_name(_identifier(record))
        record = record._replace(token=f"{record.revision}-{os.urandom(6).hex()}")
        files.write_atomic(path, to_toml(record), self._owner)
        with self._guard:
            signature = files.signature(path)
            if signature is not None:
                folder.seen[path.name] = signature
            folder.keys[path.name] = record.key
            self._mirror[record.key] = record
            self.changes += 1
            self._is_indexed = False
        return record

    def _stripe(self, kind: str, name: str) -> Path:
        number = int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:2]) % _STRIPES
        return self._locks / f"{kind}{number:02d}"

    def _lock(self, *paths: Path) -> contextlib.AbstractContextManager[None]:
        return files.locked(*(self._stripe("", path.name) for path in paths))


def read_record(path: Path) -> Record:
    """The record in the file at ``path``. Raises OSError, RecordError."""
    return read_versioned(path)[0]


def read_versioned(path: Path) -> tuple[Record, int]:
    """The record in the file at ``path`` and the version of its format. Raises as ``read_record``."""
    with path.open("rb") as stream:
        data = stream.read(_MAX_FILE + 1)
    if len(data) > _MAX_FILE:
        raise RecordError("the file is larger than 16 MiB")
    return from_toml(data)


def _identifier(record: Record) -> str:
    return record.onboarding_id if record.onboarding_id is not None else record.key


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _free_name(path: Path) -> Path:
    aside = path.with_name(path.name + _DAMAGED)
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.{number}{_DAMAGED}")
    return aside


def _merged(parts: Iterable[StoresChanged]) -> StoresChanged:
    changed: dict[str, Record] = {}
    removed: set[str] = set()
    for part in parts:
        removed.update(part.removed)
        changed.update({record.key: record for record in part.changed})
    return StoresChanged(tuple(changed.values()), tuple(removed - changed.keys()))
