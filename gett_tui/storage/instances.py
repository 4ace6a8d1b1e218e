"""Which copies of this program run on a profile, on this machine (what a dead one left half done is known by that).

Each copy holds the kernel's lock on a file of its own, its *mark*, for as long as it lives; a killed copy frees it at
once. What stands among the marks and is none takes nothing away from the others.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import threading
from typing import TYPE_CHECKING

from gett_tui.storage import files, small_files

if TYPE_CHECKING:
    from pathlib import Path


class Instances:
    """This running copy of the program on the profile whose state lies in ``folder``.

    ``announce`` and ``renew`` raise FileTroubleError.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "running"
        self._handle: int | None = None
        self._announced = False
        # Two threads that mark one copy at once would each take the other's mark for another copy's, for ever.
        self._marking = threading.RLock()
        self._owner = f"{os.getpid()}-{secrets.token_hex(8)}"

    @property
    def owner(self) -> str:
        """This copy's name in files."""
        return self._owner

    def announce(self) -> None:
        """Makes this copy visible to the others, and clears the marks of dead ones away."""
        with self._marking, files.explained("Cannot use the folder", self._folder):
            self._announced = True
            files.make_folder(self._folder)
            self._clear_dead()
            while self._handle is None:
                self._handle = self._marked()

    def _marked(self) -> int | None:
        path = self._folder / self._owner
        handle = small_files.open_plain(path, os.O_RDWR | os.O_CREAT)
        # Another copy may take the file for a dead one's between its creation and its lock.
        if files.lock_at_once(handle) and small_files.stands_at(handle, path):
            return handle
        os.close(handle)
        return None

    def renew(self) -> None:
        """Announces this copy anew when its mark is lost, as when the state folder was replaced."""
        with self._marking:
            if self._announced and not self._is_marked():
                self._unmark()
                self.announce()

    def _is_marked(self) -> bool:
        return self._handle is not None and small_files.stands_at(self._handle, self._folder / self._owner)

    def is_alive(self, owner: str) -> bool:
        """Whether the copy that called itself ``owner`` still runs. True when that cannot be told."""
        if owner == self._owner:
            return self._handle is not None
        if not _may_be_owner(owner):
            return False
        try:
            handle = _dead_mark(self._folder / owner)
        except FileNotFoundError:
            return not self._folder.is_dir()
        except OSError:
            return True
        if handle is not None:
            os.close(handle)
        return handle is None

    def leave(self) -> None:
        """Takes the mark away."""
        with self._marking:
            self._announced = False
            self._unmark()

    def _unmark(self) -> None:
        if self._handle is None:
            return
        with contextlib.suppress(OSError):
            if self._is_marked():
                (self._folder / self._owner).unlink()
        os.close(self._handle)
        self._handle = None

    def _clear_dead(self) -> None:
        for name in os.listdir(self._folder):
            path = self._folder / name
            with contextlib.suppress(OSError):
                _remove_if_dead(path)


def _may_be_owner(owner: str) -> bool:
    return owner.isascii() and owner.isprintable() and "/" not in owner and 2 < len(owner) < 256


def _remove_if_dead(path: Path) -> None:
    handle = _dead_mark(path)
    if handle is None:
        return
    try:
        # Still locked: a copy that has just made it cannot take it for its own meanwhile.
        path.unlink()
    finally:
        os.close(handle)


def _dead_mark(path: Path) -> int | None:
    """A handle of the mark that nobody has locked; None when somebody has. Raises OSError when it cannot be told."""
    handle = small_files.open_plain(path, os.O_RDONLY)
    if files.lock_at_once(handle, shared=True):
        return handle
    os.close(handle)
    return None
