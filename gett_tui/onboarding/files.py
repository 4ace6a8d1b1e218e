"""Durable files: atomic writes, kernel locks, and folders that only their owner can read."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from typing import TYPE_CHECKING

from gett_tui.errors import Cause, GettTuiError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

TEMPORARY = ".tmp"
"""The ending of a file that is being written; one left behind by a killed program is no one's data."""

_LOCK_WAIT = 10.0
_LOCK_POLL = 0.005


Signature = tuple[int, int, int]
"""How a file looks from outside: inode, time of its last change (Unix time in nanoseconds), size in bytes."""


class FileTroubleError(GettTuiError):
    """A file or folder could not be read or written; the text names it and says why in words."""

    def __init__(self, action: str, path: Path, error: OSError) -> None:
        why = _reason(error)
        facts = {"action": action, "path": str(path), "errno": error.errno, "why": why}
        super().__init__(f"{action} {path}: {why}", cause=Cause.FILE, facts=facts)
        self.path = path
        self.errno = error.errno


_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOENT: "it is not there (any more)",
    errno.EISDIR: "there is a folder in the file's place",
    errno.ENOTDIR: "there is a file in the folder's place",
    errno.EIO: "the disk reports a read or write error",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open on this machine",
    errno.ENOLCK: "this file system offers no locks",
    errno.ETIMEDOUT: "another program holds its lock",
}


def _reason(error: OSError) -> str:
    return _REASONS.get(error.errno or 0) or (error.strerror or type(error).__name__)


@contextlib.contextmanager
def explained(action: str, path: Path) -> Generator[None]:
    """Turns an OSError from the block into FileTroubleError, as in "Cannot write PATH: the disk is full"."""
    try:
        yield
    except OSError as error:
        raise FileTroubleError(action, path, error) from error


def make_folder(path: Path) -> None:
    """Creates ``path`` and its missing parents for the owner alone (0700). Raises FileTroubleError."""
    with explained("Cannot create the folder", path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                _sync_folder(folder.parent)
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def signature(path: Path | str) -> Signature | None:
    """How the file at ``path`` looks; None when it cannot be looked at."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def write_atomic(path: Path, data: bytes, owner: str) -> None:
    """Puts ``data`` at ``path`` (0600) so that a reader, or a crash, finds the old file or the new one, whole.

    ``owner`` names the running program in the temporary file's name, so that another can tell an orphan.
    Raises FileTroubleError, and then ``path`` is as it was.
    """
    temporary = path.with_name(f".{path.name}.{owner}.{os.urandom(4).hex()}{TEMPORARY}")
    with explained("Cannot write", path):
        try:
            _write_synced(temporary, data)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync_folder(path.parent)


def temporary_owner(name: str) -> str | None:
    """Who was writing the file that stands half written under ``name``; None when ``name`` is no such file's."""
    parts = name.split(".")
    return parts[-3] if name.startswith(".") and name.endswith(TEMPORARY) and len(parts) > 4 else None


def remove(path: Path) -> None:
    """Removes ``path`` for good; a missing one is fine. Raises FileTroubleError."""
    with explained("Cannot remove", path), contextlib.suppress(FileNotFoundError):
        path.unlink()
        _sync_folder(path.parent)


def _write_synced(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def try_lock(path: Path, *, shared: bool = False) -> int | None:
    """Locks the file at ``path``, which is created when missing; None when another holds it.

    The lock belongs to the returned handle: the kernel frees it when the handle is closed or the program dies,
    even by SIGKILL. Raises FileTroubleError.
    """
    with explained("Cannot lock", path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        except BaseException:
            os.close(handle)
            raise
        return handle


@contextlib.contextmanager
def locked(*paths: Path) -> Generator[None]:
    """Holds the locks of ``paths`` for the block, waiting for at most 10 seconds. Raises FileTroubleError.

    They are taken in one order everywhere, so two programs can never wait for each other.
    """
    handles: list[int] = []
    try:
        handles.extend(_wait_for_lock(path) for path in sorted(set(paths)))
        yield
    finally:
        for handle in handles:
            os.close(handle)


def _wait_for_lock(path: Path) -> int:
    end = time.monotonic() + _LOCK_WAIT
    while (handle := try_lock(path)) is None:
        if time.monotonic() > end:
            raise FileTroubleError("Cannot lock", path, OSError(errno.ETIMEDOUT, "timed out"))
        time.sleep(_LOCK_POLL)
    return handle
