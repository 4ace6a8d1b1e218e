"""Another process that runs a script and is then stopped, as by ctrl+z in the middle of its work."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST = 60.0


@contextmanager
def stopped(script: str) -> Iterator[int]:
    """The pid of a process that has run ``script`` and stands still; it is killed in the end."""
    whole = f"{script}\nimport os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\n"
    process = subprocess.Popen([sys.executable, "-c", whole])
    try:
        _until_stopped(process)
        yield process.pid
    finally:
        process.kill()
        process.wait(_LONGEST)


def _until_stopped(process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _LONGEST
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        assert process.poll() is None, "it ended before it could be stopped"
        assert time.monotonic() < end
        time.sleep(0.01)


def locking(path: Path, line: str = "") -> str:
    """A script that takes the kernel's lock of the file at ``path``, and writes ``line`` into it."""
    return (
        f"import fcntl, os\npath = {os.fspath(path)!r}\nos.makedirs(os.path.dirname(path), exist_ok=True)\n"
        f"handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)\nfcntl.flock(handle, fcntl.LOCK_EX)\n"
        f"os.pwrite(handle, {line.encode()!r}, 0)\n"
    )
