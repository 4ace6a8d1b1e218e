"""The standard streams as they were given to the program: missing, full, or unable to spell what is printed.

What could not be printed never changes what was done: a stream that fails is told of, or is silent, and no more.
"""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

_MODES = {"stdin": "r", "stdout": "w", "stderr": "w"}


def prepare() -> None:
    """Opens the streams that the program was started without, and lets stdout escape what it cannot spell.

    A closed one is opened on nothing: else the next file, a record's perhaps, would get its number.
    """
    for name, mode in _MODES.items():
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (for as long as the program)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def flush() -> OSError | None:
    """Hands over what was printed so far; why not, when nobody takes it. Then it, and all that follows, is dropped."""
    try:
        sys.stdout.flush()
    except OSError as error:
        drop(sys.stdout)
        return error
    return None


def drop(stream: TextIO) -> None:
    """Lets ``stream`` go nowhere: Python would complain once more of what is left in it when the program ends."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)
