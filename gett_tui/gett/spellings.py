"""What a text may mean: its escapes undone, its look-alike letters folded, and what it holds in base64, hex or base32.

A text is searched in each of these forms, so that no list of spellings of a key has to be complete. Each takes linear
time, whatever the text.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from binascii import a2b_base64
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOWER = bytes(range(256)).lower()
_NOT_ALNUM = bytes(code for code in range(256) if not chr(code).isascii() or not chr(code).isalnum())
_NOT_BASE64 = bytes(code for code in _NOT_ALNUM if code not in b"+/-_")
_BLANKS = b" \t\r\n"


def _all_but(codes: bytes, other: bytes) -> bytes:
    """A table for ``translate`` that leaves ``codes`` and makes ``other`` of all else."""
    return bytes.maketrans(rest := bytes(set(range(256)) - set(codes)), other * len(rest))


_ZERO_BUT_HEX = _all_but(b"0123456789abcdef", b"0")
_NUMBERS = _all_but(b"0123456789," + _BLANKS, b"x").translate(bytes.maketrans(_BLANKS, b"," * len(_BLANKS)))
_STANDARD = bytes.maketrans(b"-_", b"+/")
_BASE32_DIGITS = b"0123456789abcdefghijklmnopqrstuv"
_BASE32 = tuple(
    (bytes.maketrans(alphabet, _BASE32_DIGITS), bytes(set(range(256)) - set(alphabet)))
    for alphabet in (b"abcdefghijklmnopqrstuvwxyz234567", _BASE32_DIGITS, b"0123456789abcdefghjkmnpqrstvwxyz")
)
_RUN = re.compile(rb"[A-Za-z0-9+/_%=\\-]{16,}")
_IN_A_RUN = b"r"
_RUN_CODES = bytes(code for code in range(256) if _RUN.fullmatch(bytes((code,)) * 16))
_RUNS = bytes.maketrans(_RUN_CODES, _IN_A_RUN * len(_RUN_CODES))
"""Finds the runs as ``_RUN`` does, and much faster where there are none."""

_BYTE, _CODE, _DECIMAL, _OCTAL, _SIGN, _NAME = "byte", "code", "decimal", "octal", "sign", "name"
_KINDS = (_BYTE, _BYTE, _CODE, _BYTE, _CODE, _CODE, _CODE, _OCTAL, _SIGN, _CODE, _DECIMAL, _NAME)
"""What each group of ``_ESCAPE`` is. A run of backslashes is always taken whole, or it would be looked at again and
again."""
_ESCAPE = re.compile(
    rb"%([0-9a-f]{2})|=([0-9a-f]{2})|%u([0-9a-f]{4})"
    rb"|\\++(?:x([0-9a-f]{2})|(?-i:U([0-9a-f]{8}))|u([0-9a-f]{4})|[ux]\{0*+([0-9a-f]{1,6})\}|([0-7]{2,3})|([\"'nrtbf/])|)"
    rb"|&#x0*+([0-9a-f]{1,6});?|&#0*+([0-9]{1,7});?|&([a-z]{2,8});",
    re.IGNORECASE,
)
_SIGNS = (b"\\", b"%", b"&", b"=")
# The names that base64, or another escape, can be written with.
_NAMED = {
    b"plus": b"+",
    b"sol": b"/",
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


def stripped(text: bytes) -> bytes:
    """The letters and digits of ``text``, case folded."""
    return text.translate(_LOWER, _NOT_ALNUM)


def unbroken(text: bytes) -> bytes:
    """``text`` without blanks and line ends."""
    return text.translate(None, _BLANKS)


def spellings(text: bytes) -> Iterator[bytes]:
    """``text``, and what it is with its escapes undone once and twice."""
    yield _folded(text)
    for _ in range(2):
        if not any(sign in text for sign in _SIGNS):
            return
        plain = _ESCAPE.sub(_character, text)
        if plain == text:
            return
        yield _folded(plain)
        text = plain


def _folded(text: bytes) -> bytes:
    """``text`` with full-width, mathematical and accented letters as plain ones."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKD", text.decode("utf-8", "replace")).encode()


def _character(escape: re.Match[bytes]) -> bytes:
    return _undone(escape[0])


@lru_cache(4096)
def _undone(escape: bytes) -> bytes:
    """The character that an escape stands for; a blank when it is none that matters."""
    found = _ESCAPE.fullmatch(escape)
    if found is None or found.lastindex is None:
        return b"\\"
    kind, told = _KINDS[found.lastindex - 1], found[found.lastindex]
    if kind is _SIGN:
        return told if told in b"\"'/" else b" "
    if kind is _NAME:
        return _NAMED.get(told.lower(), b" ")
    code = int(told, {_OCTAL: 8, _DECIMAL: 10}.get(kind, 16))
    if kind in (_BYTE, _OCTAL):
        return bytes((code & 0xFF,))
    return chr(code).encode("utf-8", "replace") if code < 0x110000 else b" "


def decoded(text: bytes) -> Iterator[bytes]:
    """What ``text`` holds in base64, hex and base32, wherever in it the encoding began; the rest is noise."""
    coded = text.translate(_STANDARD, _NOT_BASE64)
    parts = (coded[start:] for start in range(4))
    yield b"\n".join(a2b_base64(part + b"AAA"[: -len(part) % 4]) for part in parts)
    bare = stripped(text)
    hexed = bare.replace(b"0x", b"").translate(_ZERO_BUT_HEX).decode("ascii")
    halves = (hexed[start : len(hexed) - (len(hexed) - start) % 2] for start in range(2))
    yield b"\n".join(map(bytes.fromhex, halves))
    for digits, others in _BASE32:
        yield _from_base32(bare.translate(digits, others))


def _from_base32(coded: bytes) -> bytes:
    number, size = int(coded or b"0", 32), len(coded) * 5 // 8 + 1
    return b"\n".join((number >> shift).to_bytes(size) for shift in range(8))


def runs(data: bytes) -> bytes:
    """What in ``data`` may itself be text in some encoding; nothing when it is noise."""
    return b"\n".join(_RUN.findall(data)) if _IN_A_RUN * 16 in data.translate(_RUNS) else b""


def numbers(text: bytes) -> tuple[bytes, bytes]:
    """The decimal numbers that ``text`` lists, as servers print a buffer: with commas in between, or blanks alone."""
    return text.translate(_NUMBERS, _BLANKS), text.translate(_NUMBERS)


def in_base85(key: bytes) -> Iterator[list[bytes]]:
    """The groups of ``key`` in each base85, wherever it begins and in whatever case."""
    for form in {key, key.lower(), key.upper()}:
        for lead in range(4):
            body = form[lead : len(form) - (len(form) - lead) % 4]
            standard = base64.b85encode(body)
            for coded in (standard, base64.a85encode(body), standard.translate(_Z85)):
                yield [coded[at : at + 5] for at in range(0, len(coded), 5)]


_Z85 = bytes.maketrans(
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~",
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#",
)
