"""The details of a crash, written to a file of the owner's; never the values of variables, which may hold a key."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path

from gett_tui.gett.secret import redacted


def write_crash(error: BaseException) -> Path:
    """Writes the traceback of ``error``, without locals, to a new file (0600) and gives its path."""
    handle, name = tempfile.mkstemp(prefix="gett-tui-crash-", suffix=".log")
    text = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format())
    with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as stream:
        stream.write(redacted(text))
    return Path(name)
