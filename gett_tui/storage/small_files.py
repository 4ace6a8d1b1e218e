"""Opens the program's own small files (marks, leases, paces): plain files only, and never waiting for one.

What root makes belongs to whoever owns the folder, so that root's copy locks nobody out. ``OSError`` is raised as it
comes: each caller knows what the file was for.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from gett_tui.storage import files

if TYPE_CHECKING:
    from pathlib import Path


def open_plain(path: Path, flags: int = os.O_RDWR) -> int:
    """A handle of the plain file at ``path``. A pipe, device, folder or symbolic link there is an OSError at once."""
    handle = os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC, 0o600)
    try:
        files.check_regular(os.fstat(handle))
        if flags & os.O_CREAT:
            files.adopt(path, handle)
    except BaseException:
        os.close(handle)
        raise
    return handle


def make_folder(path: Path) -> None:
    """Creates the folder ``path`` for its owner alone; its parent must be there."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, 0o700)
        files.adopt(path)


def stands_at(handle: int, path: Path) -> bool:
    """Whether ``handle`` is of the file that stands at ``path`` now."""
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(handle), os.stat(path, follow_symlinks=False))
    return False


def boot_id() -> str:
    """Names this start of the machine, whose monotonic clock counts from it; empty where the system has no name."""
    with contextlib.suppress(OSError), open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()
    return ""
