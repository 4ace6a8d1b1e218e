"""Values that must never be shown, and the one search that takes the API key out of text from outside.

A server may quote the key in any spelling, so it is searched for in the text's normal form: percent, HTML and JSON
escapes undone up to twice, hex and base64 decoded at any alignment, all but letters and digits dropped, case folded.
Twelve characters in a row of the key are the key. A text that cannot be searched in time is hidden whole.
"""

from __future__ import annotations

import base64
import re
from binascii import a2b_base64
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

if TYPE_CHECKING:
    from collections.abc import Iterator

HIDDEN = "***"
"""Stands where the key stood."""

_HIDDEN = HIDDEN.encode()
_IN_A_ROW = 12
_LONG_ENOUGH = 8
_SHORTEST = 4
_MAX_ESCAPES = 20_000
_MAX_PIECEWISE = 64 * 1024


class Secret:
    """Holds a secret so that ``str``, ``repr``, formatting and pickling never show it."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        _KNOWN.add(self)

    def reveal(self) -> str:
        """The value itself; call it only where it goes onto the wire."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        raise TypeError("a secret is not pickled")

    def __bool__(self) -> bool:
        return bool(self._value)


_KNOWN: WeakSet[Secret] = WeakSet()


def redacted(text: str) -> str:
    """``text`` without any secret that this program holds: the last net below what should never happen."""
    data = text.encode("utf-8", "surrogatepass")
    clean = data
    for secret in list(_KNOWN):
        clean = without_key(clean, secret)
    return text if clean is data else clean.decode("utf-8", "replace")


def without_key(text: bytes, key: Secret) -> bytes:
    """``text`` without ``key`` in any spelling; the same object when it does not hold it.

    What is replaced is the key where it can be told from the rest, else the words or the lines that hold it, else all.
    """
    search = _SEARCHES.get(key)
    if search is None:
        search = _SEARCHES[key] = _Search(key.reveal())
    return search.hide(text)


# What is hidden, in this order: the words that hold the key, JSON texts, JSON lists, lines. What is left of an answer
# stays JSON as long as it can: an id may stand in the rest of it.
_PIECES = (
    (re.compile(rb"[^\s\"'<>,;{}()\[\]|]+"), _HIDDEN),
    (re.compile(rb'"[^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+"'), b'"%b"' % _HIDDEN),
    (re.compile(rb"\[[^\[\]{}]*+\]"), b'["%b"]' % _HIDDEN),
    (re.compile(rb"[^\r\n]+"), _HIDDEN),
)

# -- the normal form

_LOWER = bytes(range(256)).lower()
_NOT_ALNUM = bytes(code for code in range(256) if not chr(code).isascii() or not chr(code).isalnum())
_NOT_BASE64 = bytes(code for code in _NOT_ALNUM if code not in b"+/-_")
_ZERO_BUT_HEX = bytes(code if code in b"0123456789abcdef" else 0x30 for code in range(256))
_NUMBERS = bytes(code if code in b"0123456789," else 0x2C if code in b" \t\r\n" else 0x78 for code in range(256))
_STANDARD = bytes.maketrans(b"-_", b"+/")
_ESCAPE = re.compile(
    rb"%([0-9a-f]{2})|\\u00([0-9a-f]{2})|\\x([0-9a-f]{2})|\\u\{0*([0-9a-f]{2})\}|&#x0*([0-9a-f]{2});?"
    rb"|&#0*([0-9]{2,3});?|\\([nrtbf/])|&([a-z]{2,8});",
    re.IGNORECASE,
)
# The names that base64, or another escape, can be written with.
_NAMED = {
    b"plus": b"+",
    b"sol": b"/",
    b"/": b"/",
    b"equals": b"=",
    b"lowbar": b"_",
    b"hyphen": b"-",
    b"dash": b"-",
    b"amp": b"&",
    b"num": b"#",
    b"semi": b";",
    b"percnt": b"%",
    b"bsol": b"\\",
}


def _stripped(text: bytes) -> bytes:
    return text.translate(_LOWER, _NOT_ALNUM)


def _character(escape: re.Match[bytes]) -> bytes:
    """The character that an escape stands for; a blank when it is none that matters."""
    number, name = escape.lastindex or 0, escape[escape.lastindex or 0]
    if number <= 5:
        return bytes((int(name, 16),))
    if number == 6:
        return bytes((int(name) & 0xFF,))
    return _NAMED.get(name.lower(), b" ")


def _spellings(text: bytes) -> Iterator[bytes]:
    """``text``, and what it is with its escapes undone once and twice."""
    yield text
    for _ in range(2):
        plain = _ESCAPE.sub(_character, text)
        if plain == text:
            return
        yield plain
        text = plain


def _is_tangled(text: bytes) -> bool:
    return text.count(b"%") + text.count(b"\\") + text.count(b"&") > _MAX_ESCAPES


class _Search:
    """Looks for one key."""

    def __init__(self, key: str) -> None:
        raw = key.encode("utf-8", "replace")
        self._is_off = len(raw) < _SHORTEST
        rows = {raw[at : at + _IN_A_ROW] for at in range(max(1, len(raw) - _IN_A_ROW + 1))}
        bare = {_stripped(row) for row in rows}
        stripped = _stripped(raw)
        bare |= {stripped[at : at + _IN_A_ROW] for at in range(len(stripped) - _IN_A_ROW + 1)}
        self._bare = [row for row in bare if len(row) >= _LONG_ENOUGH]
        # Each row holds one of these blocks whole: few, so that a text without any is done with soon.
        size = (min((len(row) for row in self._bare), default=1) + 1) // 2
        self._blocks = [stripped[at : at + size] for at in range(0, len(stripped) - size + 1, size)]
        # Rows of hardly any letters and digits would be found everywhere without the rest: they are looked for as
        # they are. A key of a few letters counts only as a word of its own, so that it does not riddle what Gett says.
        as_they_are = [row for row in rows if len(_stripped(row)) < _LONG_ENOUGH]
        edge = rb"(?<![0-9A-Za-z])%b(?![0-9A-Za-z])" if len(raw) < _LONG_ENOUGH else b"(?i:%b)"
        self._exact = [re.compile(edge % re.escape(row)) for row in as_they_are]
        self._decimal = [_listed(row) for row in rows if len(row) >= _LONG_ENOUGH]
        half = _IN_A_ROW // 2
        self._decimal_blocks = [_listed(raw[at : at + half]) for at in range(0, len(raw) - half + 1, half)]
        self._written = _written(raw)

    def hide(self, text: bytes) -> bytes:
        """``text`` without the key; the same object when it is not in there."""
        if self._is_off or not self._finds(text):
            return text
        if _is_tangled(text):
            return _HIDDEN
        text = self._written.sub(_HIDDEN, text)
        for piece, hidden in _PIECES:
            if not self._finds(text):
                return text
            if len(text) > _MAX_PIECEWISE:
                break
            text = piece.sub(partial(self._piece, hidden=hidden), text)
        return _HIDDEN if self._finds(text) else text

    def _piece(self, found: re.Match[bytes], *, hidden: bytes) -> bytes:
        piece = found[0]
        return hidden if len(piece) >= _SHORTEST and self._finds(piece) else piece

    def _finds(self, text: bytes) -> bool:
        if _is_tangled(text):
            return True
        return any(self._finds_plain(form) or self._finds_coded(form) for form in _spellings(text))

    def _finds_plain(self, text: bytes) -> bool:
        bare = _stripped(text)
        if any(block in bare for block in self._blocks) and any(row in bare for row in self._bare):
            return True
        return any(row.search(text) for row in self._exact)

    def _finds_coded(self, text: bytes) -> bool:
        if any(self._finds_plain(part) for part in (*_from_base64(text), *_from_hex(text))):
            return True
        return any(self._finds_listed(form) for form in _numbers(text))

    def _finds_listed(self, form: bytes) -> bool:
        return any(block in form for block in self._decimal_blocks) and any(row in form for row in self._decimal)


_SEARCHES: WeakKeyDictionary[Secret, _Search] = WeakKeyDictionary()


def _from_base64(text: bytes) -> Iterator[bytes]:
    """What ``text`` holds in base64, wherever in it the encoding began: at one of four places, the rest is noise."""
    coded = text.translate(_STANDARD, _NOT_BASE64)
    for start in range(4):
        part = coded[start:]
        yield a2b_base64(part + b"AAA"[: -len(part) % 4])


def _from_hex(text: bytes) -> Iterator[bytes]:
    """What ``text`` holds in hex digits, in pairs from the first or from the second on; the rest is noise."""
    coded = _stripped(text).replace(b"0x", b"").translate(_ZERO_BUT_HEX).decode("ascii")
    for start in range(2):
        yield bytes.fromhex(coded[start : len(coded) - (len(coded) - start) % 2])


def _listed(row: bytes) -> bytes:
    return b",".join(b"%d" % code for code in row)


def _numbers(text: bytes) -> tuple[bytes, bytes]:
    """The decimal numbers that ``text`` lists, as servers print a buffer: with commas in between, or blanks alone."""
    return text.translate(_NUMBERS, b" \t\r\n"), text.translate(_NUMBERS)


def _written(key: bytes) -> re.Pattern[bytes]:
    """Finds the whole key as it is, as JSON, a URL or HTML may write it, and in base64, to replace no more than it."""
    # At most a few backslashes, so that a body full of them costs no time.
    plain = b"".join(
        rb"\\{0,4}(?:%b|u00%02x|%%%02x|&#x%x;|&#%d;)" % (re.escape(bytes((code,))), code, code, code, code)
        for code in key
    )
    if len(key) < _LONG_ENOUGH:
        return re.compile(rb"(?<![0-9A-Za-z])%b(?![0-9A-Za-z])" % plain)
    coded = re.escape(base64.b64encode(key).rstrip(b"="))
    return re.compile(rb"(?i:%b)|%b" % (plain, coded))
