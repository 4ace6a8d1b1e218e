"""The locks of records, as values: who has one may write the files that it covers (invariant 1).

    locks/NN            a record's; its file name decides which
    locks/partner-NN    of a partner store id, held while a store is registered under it

The names are those of 0.1.0, which runs on the same folders. Locks are taken in one order everywhere, so two programs
never wait for each other; a partner's is taken before any record's.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import time
from typing import TYPE_CHECKING

from gett_tui.storage import files, lock_holders

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_STRIPES = 64
_LOCK_WAIT = 10.0
_LOCK_POLL = 0.005


class HeldLock:
    """Says that the locks of some files are held at present."""

    def __init__(self, paths: frozenset[Path]) -> None:
        self._paths = paths

    def check(self, path: Path) -> None:
        """Raises RuntimeError when the file at ``path`` may not be written under this lock, or not any more."""
        if path not in self._paths:
            raise RuntimeError(f"{path} is written without its lock")

    def release(self) -> None:
        """Covers nothing from now on."""
        self._paths = frozenset()


class Locks:
    """The locks of the profile whose state lies in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "locks"

    @contextlib.contextmanager
    def hold(self, *paths: Path) -> Generator[HeldLock]:
        """Holds the locks of the files ``paths``, waiting for each at most 10 seconds.

        Raises FileTroubleError; where another program holds one, it names its process.
        """
        held = HeldLock(frozenset(paths))
        with self._taken({self._stripe("", path.name) for path in paths}):
            try:
                yield held
            finally:
                held.release()

    @contextlib.contextmanager
    def hold_partner(self, partner_store_id: str) -> Generator[None]:
        """Holds the lock of a partner store id. Raises FileTroubleError."""
        with self._taken({self._stripe("partner-", partner_store_id)}):
            yield

    @contextlib.contextmanager
    def _taken(self, stripes: set[Path]) -> Generator[None]:
        files.make_folder(self._folder)
        handles: list[int] = []
        try:
            for stripe in sorted(stripes):
                handles.append(_wait_for_lock(stripe))  # noqa: PERF401 (what was taken is given back, too)
            yield
        finally:
            for handle in handles:
                os.close(handle)

    def _stripe(self, kind: str, name: str) -> Path:
        number = int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:2]) % _STRIPES
        return self._folder / f"{kind}{number:02d}"


def _wait_for_lock(path: Path) -> int:
    """The handle of the locked file that stands at ``path``.

    A folder may be replaced while one waits: a lock on the file of the old one would keep nobody out.
    """
    end = time.monotonic() + _LOCK_WAIT
    while True:
        handle = files.try_lock(path)
        if handle is not None and _is_open(handle, path):
            return handle
        if handle is not None:
            os.close(handle)
        if time.monotonic() > end:
            holder = lock_holders.named(lock_holders.holder_of(path))
            raise files.FileTroubleError("Cannot lock", path, OSError(errno.ETIMEDOUT, "timed out"), holder)
        time.sleep(_LOCK_POLL)


def _is_open(handle: int, path: Path) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(handle), os.stat(path))
    return False
