"""Durable files: atomic writes, bounded reads, and folders that only their owner can read.

Owns the first half of invariant 1: a file is replaced whole (written, synced, renamed, its folder synced). What a
program of root's makes in another user's folder is given to that user (``adopt``), or the next start could not use it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.gett.secret import redacted
from gett_tui.onboarding.ports import StorageError

if TYPE_CHECKING:
    from collections.abc import Generator
    from io import BufferedReader
    from pathlib import Path

TEMPORARY = ".tmp"
"""The ending of a file that is being written; one left behind by a killed program is no one's data."""

MAX_READ = 16 * 1024 * 1024
"""Bytes. A larger file is none of ours, and is not read into memory."""

_RACY = 2_000_000_000
"""Nanoseconds. Stamps are coarse (a second on some file systems): a file that was changed a moment ago may change
again without its stamps showing it."""


class Signature(NamedTuple):
    """How a file looks from outside; it changes with every change of the file, but for the last moments (``Seen``)."""

    inode: int
    modified: int
    """Unix time in nanoseconds; anyone may set it."""
    size: int
    """Bytes."""
    changed: int
    """Unix time in nanoseconds, set by the kernel alone."""


class Seen(NamedTuple):
    """How a file looked when it was read."""

    signature: Signature
    is_settled: bool
    """Whether a later change surely shows in the signature; otherwise the file must be read again."""


class FileTroubleError(StorageError):
    """A file or folder could not be read or written; the text names it and says why in words."""

    def __init__(self, action: str, path: Path, error: OSError, more: str = "") -> None:
        shown, why = redacted(str(path)), f"{_reason(error)}{more}"
        super().__init__(
            f"{action} {shown}: {why}",
            facts={"action": action, "path": shown, "errno": error.errno, "why": why},
        )
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
    errno.ELOOP: "it is a link that leads nowhere",
    errno.ENXIO: "it is no regular file",
    errno.EFBIG: "the file is larger than 16 MiB, or than this program may write",
    errno.ESTALE: "the file server has lost it",
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
    if path.is_dir():
        return
    with explained("Cannot create the folder", path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        for folder in reversed(missing):
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                adopt(folder)
                sync_folder(folder.parent)
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def adopt(path: Path, handle: int | None = None) -> None:
    """Gives what root has just made at ``path`` to the owner of the folder that it lies in.

    ``handle`` is the open file, if it is one: then it alone is meant, whatever stands at ``path`` by now. Does nothing
    for others than root. Raises OSError.
    """
    if os.geteuid() == 0:
        _give(path if handle is None else handle, os.stat(path.parent))


def _give(what: Path | int, like: os.stat_result) -> None:
    if like.st_uid != 0:
        os.chown(what, like.st_uid, like.st_gid)


def _give_as_before(path: Path, handle: int) -> None:
    """Keeps the owner of the file that is about to be replaced; one of root's is given to the folder's owner."""
    if os.geteuid() != 0:
        return
    with contextlib.suppress(FileNotFoundError):
        _give(handle, os.stat(path.parent))
        _give(handle, os.stat(path))


def signature(path: Path | str) -> Signature | None:
    """How the file at ``path`` looks; None when it cannot be looked at."""
    try:
        return signature_of(os.stat(path))
    except OSError:
        return None


def signature_of(status: os.stat_result) -> Signature:
    """How the file with this status looks."""
    return Signature(status.st_ino, status.st_mtime_ns, status.st_size, status.st_ctime_ns)


def seen(signature: Signature) -> Seen:
    """What looks like ``signature`` at this moment, before it is read."""
    return Seen(signature, has_settled(signature))


def has_settled(signature: Signature) -> bool:
    """Whether a change of the file from now on surely shows in its signature."""
    return abs(time.time_ns() - signature.changed) > _RACY


def open_regular(path: Path) -> BufferedReader:
    """Opens a regular file and nothing else, without waiting for anybody. Raises OSError."""
    check_regular(os.stat(path))  # before: opening a pipe or a device may already do something
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        check_regular(os.fstat(handle))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def check_regular(status: os.stat_result) -> None:
    """Raises OSError for what is no regular file: a folder, a pipe, a device."""
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.ENXIO, "not a regular file")


def read(path: Path) -> tuple[bytes, Seen]:
    """The content of the regular file at ``path``, at most 16 MiB, and how the file looked before. Raises OSError."""
    with open_regular(path) as stream:
        looked = seen(signature_of(os.fstat(stream.fileno())))
        data = stream.read(MAX_READ + 1)
    if len(data) > MAX_READ:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return data, looked


def write_atomic(path: Path, data: bytes, owner: str) -> None:
    """Puts ``data`` at ``path`` (0600) so that a reader, or a crash, finds the old file or the new one, whole.

    ``owner`` names the running program in the temporary file's name, so that another can tell an orphan.
    Raises FileTroubleError, and then ``path`` is as it was.
    """
    temporary = path.with_name(f".{path.name}.{owner}.{os.urandom(4).hex()}{TEMPORARY}")
    with explained("Cannot write", path):
        try:
            _write_synced(temporary, data, path)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def rename(path: Path, other: Path) -> None:
    """Gives the file or folder at ``path`` another name in its folder, for good. Raises OSError."""
    os.rename(path, other)
    sync_folder(path.parent)


def temporary_owner(name: str) -> str | None:
    """Who was writing the file that stands half written under ``name``; None when ``name`` is no such file's."""
    parts = name.split(".")
    return parts[-3] if name.startswith(".") and name.endswith(TEMPORARY) and len(parts) > 4 else None


def remove(path: Path) -> None:
    """Removes ``path`` for good; a missing one is fine. Raises FileTroubleError."""
    with explained("Cannot remove", path), contextlib.suppress(FileNotFoundError):
        path.unlink()
        sync_folder(path.parent)


def _write_synced(path: Path, data: bytes, final: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        _give_as_before(final, handle)
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Waits until the names in ``folder`` are on the disk. Raises OSError."""
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
        handle = _open_lock(path)
        try:
            check_regular(os.fstat(handle))
            if lock_at_once(handle, shared=shared):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        return None


def lock_at_once(handle: int, *, shared: bool = False) -> bool:
    """Locks the open file, if no other handle has its lock; the kernel frees it when the handle is closed."""
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_lock(path: Path) -> int:
    flags = os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    with contextlib.suppress(FileNotFoundError):
        return os.open(path, flags)
    handle = os.open(path, flags | os.O_CREAT, 0o600)
    try:
        adopt(path, handle)
    except BaseException:
        os.close(handle)
        raise
    return handle
