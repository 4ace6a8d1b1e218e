"""How a terminal spells what is no plain text: where an escape sequence ends, and what may be the rest of one.

Its invariant: these rules look at bytes alone, never at time. ``keys`` knows when to stop waiting.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

ESC = b"\x1b"
PASTE_START, PASTE_END = b"\x1b[200~", b"\x1b[201~"

EIGHT_BITS = {0x9B: b"\x1b[", 0x8F: b"\x1bO", **{code: bytes((0x1B, code)) for code in (0x90, 0x98, 0x9D, 0x9E, 0x9F)}}
"""What stands here for what some terminals begin a sequence with instead of an Esc, by code; nobody types it."""

# A string needs the first character of a real answer: Esc and a typed "P" or "]" begin none.
_STRING = rb"(?:\]\d|P[0-9>!+$=?|]|_G|[\x90\x98\x9d-\x9f])"
_BODY = rb"[\x08-\x0d\x20-\xff]*"
_STRING_END = rb"(?:\x07|\x1b\\|\xc2\x9c|(?<=[\x00-\x7f])\x9c)"
_PARAMETERS = rb"[0-?]*[ -/]*"
_WHOLE = re.compile(
    rb"\x1b(?:"
    rb"\[\[[@-~]"  # a function key of Linux' own console
    rb"|\[M[\x20-\xff]{3}"  # an old mouse report
    rb"|\[" + _PARAMETERS + rb"[@-LN-Z\\-~]"
    rb"|\[[0-?]+[ -/]*[M\[]"
    rb"|O[0-9;]*[A-DFHMP-Sa-dj-y]"
    rb"|"
    + _STRING
    + _BODY
    + rb"?"
    + _STRING_END  # up to its first end
    + rb"|[bf\x7f]"  # alt and a letter, by which a word is passed, or deleted
    rb")"
)
_UNFINISHED = re.compile(
    rb"\x1b(?:\[\[|\[M[\x20-\xff]{0,2}|\[" + _PARAMETERS + rb"|O[0-9;]*|[\]P_]|" + _STRING + _BODY + rb"\x1b?)?\Z"
)
_BROKEN = re.compile(rb"\x1b(?:\[\[|\[M[\x20-\xff]{0,2}|\[" + _PARAMETERS + rb"|O[0-9;]+|" + _STRING + _BODY + rb")")
_IN_ONE_GO = re.compile(rb"\x1b(?:\[(?:[A-IOP-SZ]|\[[A-E]|M|[0-?])|O[A-DFHMP-S]\Z|\]\d|P[0-9>!+$=?|]|_G)")
_GOING_ON = re.compile(rb"\x1b(?:\[(?:[A-IOP-SZa-d~]|\[[A-E]|M|[0-?])|O[0-9A-DFHMP-Sa-dj-y]|" + _STRING + rb")")
_INTRODUCERS = (b"\x1b[", b"\x1bO", b"\x1b]", b"\x1bP", b"\x1b_")


class Found(Enum):
    """What begins with an Esc."""

    WHOLE = "a whole sequence"
    UNFINISHED = "the begin of one, up to the end of the bytes"
    BROKEN = "the begin of one that something else breaks off"
    KEY = "the Esc key, and something else behind it"


class Reach(NamedTuple):
    """How far it reaches, in bytes."""

    found: Found
    length: int


def reach(data: bytes) -> Reach:
    """What ``data`` begins with; its first byte must be an Esc."""
    whole = _WHOLE.match(data)
    if whole is not None:
        return Reach(Found.WHOLE, whole.end())
    if _UNFINISHED.match(data):
        return Reach(Found.UNFINISHED, len(data))
    broken = _BROKEN.match(data)
    return Reach(Found.KEY, 1) if broken is None else Reach(Found.BROKEN, broken.end())


def is_likely_rest(data: bytes, given: int) -> bool:
    """Whether ``data`` is a sequence of which ``given`` bytes were given up, and not something typed behind them.

    Behind a lone Esc that was taken for the key, a sequence comes in one go: ``[`` and a parameter or the capital of a
    key, ``O`` and one with nothing behind it, the begin of a string. A single ``[`` may become one; ``[y`` is typed.
    Behind more than that, whatever goes on with it is its rest; but a letter that ends no key of a terminal is typed.
    """
    if given > 1:
        return _GOING_ON.match(data) is not None or _UNFINISHED.match(data) is not None
    return data in _INTRODUCERS or _IN_ONE_GO.match(data) is not None
