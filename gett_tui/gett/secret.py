"""Values that must never be shown, and the one search that takes the API key out of text from outside.

A server may quote the key in any spelling, so it is searched for in the text's normal form: escapes undone up to twice,
look-alike letters folded; base64, hex and base32 decoded at any alignment, one in another too; base85; all but letters
and digits dropped, case folded, and read backwards. Twelve characters in a row of the key are the key. The work is
bounded: a text is halved until it is told where the key is, and is hidden whole where that cannot be told.
"""

from __future__ import annotations

import base64
import re
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

from gett_tui.gett.key_shape import doubtful_parts
from gett_tui.gett.spellings import decoded, in_base85, numbers, runs, spellings, stripped, unbroken

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN = "***"
"""Stands where the key stood."""

_HIDDEN = HIDDEN.encode()
_IN_A_ROW = 12
_LONG_ENOUGH = 8
_SHORTEST = 4
_MAX_NESTED = 2
"""How many encodings within another are undone."""
_MAX_REMEMBERED = 20_000


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


class Suspect(Secret):
    """What may be a key and need not be: it is hidden in what is said, and nothing is refused for its sake."""

    __slots__ = ()


_KNOWN: WeakSet[Secret] = WeakSet()


def redacted(text: str) -> str:
    """``text`` without any secret that this program holds: the last net below what should never happen."""
    data = text.encode("utf-8", "surrogatepass")
    clean = data
    for secret in list(_KNOWN):
        clean = without_key(clean, secret)
    return text if clean is data else clean.decode("utf-8", "replace")


def holds_key(text: str) -> bool:
    """Whether ``text`` holds a key that this program knows, in any spelling."""
    data = text.encode("utf-8", "surrogatepass")
    return any(without_key(data, key) is not data for key in list(_KNOWN) if not isinstance(key, Suspect))


def suspects(values: Iterable[str]) -> tuple[Secret, ...]:
    """What may be a key in ``values``, which a person has set: for as long as they are held, ``redacted`` hides them.

    So whatever is said of a setting tells where it stands, and its text only where that looks like no key.
    """
    return tuple(Suspect(part) for part in dict.fromkeys(part for value in values for part in doubtful_parts(value)))


def shown(value: str) -> str:
    """``value``, a name or a place that nobody here has checked, without what may be a key in it."""
    for part in sorted(doubtful_parts(value), key=len, reverse=True):
        value = value.replace(part, HIDDEN)
    return value


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


class _Search:
    """Looks for one key."""

    def __init__(self, key: str) -> None:
        raw = key.encode("utf-8", "replace")
        self._is_off = len(raw) < _SHORTEST
        rows = {raw[at : at + _IN_A_ROW] for at in range(max(1, len(raw) - _IN_A_ROW + 1))}
        bare = {stripped(row) for row in rows}
        whole = stripped(raw)
        bare |= {whole[at : at + _IN_A_ROW] for at in range(len(whole) - _IN_A_ROW + 1)}
        self._bare = [row for row in bare if len(row) >= _LONG_ENOUGH]
        # Each row holds one of these blocks whole: few, so that a text without any is done with soon.
        size = (min((len(row) for row in self._bare), default=1) + 1) // 2
        self._blocks = [whole[at : at + size] for at in range(0, len(whole) - size + 1, size)]
        # Rows of hardly any letters and digits would be found everywhere without the rest: they are looked for as
        # they are. A key of a few letters counts only as a word of its own, so that it does not riddle what Gett says.
        as_they_are = [row for row in rows if len(stripped(row)) < _LONG_ENOUGH]
        edge = rb"(?<![0-9A-Za-z])%b(?![0-9A-Za-z])" if len(raw) < _LONG_ENOUGH else b"(?i:%b)"
        self._exact = [re.compile(edge % re.escape(row)) for row in as_they_are]
        self._decimal = [_listed(row) for row in rows if len(row) >= _LONG_ENOUGH]
        half = _IN_A_ROW // 2
        self._decimal_blocks = [_listed(raw[at : at + half]) for at in range(0, len(raw) - half + 1, half)]
        coded = list(in_base85(raw))
        # Two groups in a row are enough; each two hold one of the blocks.
        self._base85 = list({one + other for groups in coded for one, other in pairwise(groups)})
        self._base85_blocks = list({group for groups in coded for group in groups[1::2]})
        self._written = _written(raw)
        self._clean: set[bytes] = set()

    def hide(self, text: bytes) -> bytes:
        """``text`` without the key; the same object when it is not in there."""
        if self._is_off or self._is_clean(text):
            return text
        text = self._written.sub(_HIDDEN, text)
        for piece, hidden in _PIECES:
            text = self._without_pieces(text, piece, hidden)
        return _HIDDEN if self._finds(text) else text

    def _is_clean(self, text: bytes) -> bool:
        """Whether the key is not in ``text``; remembered, since most answers say what the last one said."""
        mark = blake2b(text, digest_size=16).digest()
        if mark in self._clean:
            return True
        if self._finds(text):
            return False
        if len(self._clean) >= _MAX_REMEMBERED:
            self._clean.clear()
        self._clean.add(mark)
        return True

    def _without_pieces(self, text: bytes, piece: re.Pattern[bytes], hidden: bytes) -> bytes:
        """``text`` without the pieces that hold the key: halved again and again, so that clean parts cost little."""
        spans = [found.span() for found in piece.finditer(text)]
        todo, dirty = [(0, len(spans))], list[tuple[int, int]]()
        while todo:
            first, end = todo.pop()
            if first == end:
                continue
            if not self._finds(text[spans[first][0] : spans[end - 1][1]]):
                continue
            middle = (first + end) // 2
            if middle == first:
                dirty.append(spans[first])
            else:
                todo += ((middle, end), (first, middle))
        return _replaced(text, dirty, hidden)

    def _finds(self, text: bytes, depth: int = 0) -> bool:
        for form in spellings(text):
            if self._finds_plain(form) or self._finds_plain(form[::-1]) or self._finds_coded(form, depth):
                return True
        return False

    def _finds_plain(self, text: bytes) -> bool:
        bare = stripped(text)
        if any(block in bare for block in self._blocks) and any(row in bare for row in self._bare):
            return True
        return any(row.search(text) for row in self._exact)

    def _finds_coded(self, text: bytes, depth: int) -> bool:
        for part in decoded(text):
            if self._finds_plain(part):
                return True
            if depth < _MAX_NESTED and (inner := runs(part)) and self._finds(inner, depth + 1):
                return True
        return any(self._finds_listed(form) for form in numbers(text)) or self._finds_base85(unbroken(text))

    def _finds_listed(self, form: bytes) -> bool:
        return any(block in form for block in self._decimal_blocks) and any(row in form for row in self._decimal)

    def _finds_base85(self, form: bytes) -> bool:
        if not any(block in form for block in self._base85_blocks):
            return False
        return any(row in form for row in self._base85)


def _replaced(text: bytes, spans: list[tuple[int, int]], hidden: bytes) -> bytes:
    kept, at = list[bytes](), 0
    for start, end in spans:
        kept += (text[at:start], hidden)
        at = end
    return b"".join((*kept, text[at:]))


_SEARCHES: WeakKeyDictionary[Secret, _Search] = WeakKeyDictionary()


def _listed(row: bytes) -> bytes:
    return b",".join(b"%d" % code for code in row)


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
