"""Which process holds a kernel lock, and whether it is stopped: so that whoever waits for one can say for whom.

As Linux tells it (``/proc``); elsewhere nobody is named. Nothing is decided by it: it is for words alone.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROC = Path("/proc")


def holder_of(path: Path) -> int | None:
    """The process id that holds the lock of the file at ``path``; None when that cannot be told."""
    with contextlib.suppress(OSError, ValueError):
        inode = os.stat(path).st_ino
        return next(_holders((_PROC / "locks").read_text("ascii"), inode), None)
    return None


def _holders(table: str, inode: int) -> Iterator[int]:
    """The holders in ``table``, a line each: ``1: FLOCK ADVISORY WRITE 24699 fe:00:3735600 0 EOF``."""
    for line in table.splitlines():
        fields = line.split()
        # One that waits has an arrow in its second field; a process of another container has no number here.
        if len(fields) > 5 and fields[1] == "FLOCK" and fields[5].rpartition(":")[2] == str(inode) and fields[4] > "0":
            yield int(fields[4])


def is_stopped(pid: int) -> bool:
    """Whether the process ``pid`` is stopped, as by SIGSTOP or ctrl+z."""
    with contextlib.suppress(OSError):
        said = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
        # The name before it may hold anything, brackets too.
        return said.rpartition(")")[2].strip()[:1] in ("T", "t")
    return False


def named(pid: int | None) -> str:
    """``pid`` for people: " (pid 12, which is stopped: kill -CONT 12 lets it go on)"; empty for None."""
    if pid is None:
        return ""
    return f" (pid {pid}, which is stopped: kill -CONT {pid} lets it go on)" if is_stopped(pid) else f" (pid {pid})"
