"""What an API key may look like: the one rule, for wherever a key comes from or may have been pasted by mistake.

Nothing here tells any part of a key.

Which characters Gett's keys are made of is U; the limits are what an ``Authorization`` header can carry (RFC 9110).
"""

from __future__ import annotations

import re

MAX_KEY_LENGTH = 4_096
"""Characters. What is longer is a file that was taken for a key; common servers refuse headers over 8 kB."""

HARMLESS = 11
"""Characters that may be shown of anything: fewer than what counts as a part of a key."""
_PARTS = re.compile(r"[-_.]+")
_USUAL = re.compile(
    r"(?:[a-z]{1,15}(?:[A-Z][a-z]{2,14}){0,3}|(?:[A-Z][a-z]{1,14}){1,4}|[A-Z]{1,15})?[0-9]{0,4}"
    r"|[a-z]{2,12}[0-9]{1,2}[a-z]{2,12}|[A-Za-z0-9]{1,4}"
)
"""A word as people name things: letters, capitals where words begin, few digits (eu2prod, b2b, Store24)."""
_TELLING = frozenset(("key", "apikey", "secret", "token", "sk", "pk"))
"""Words that a key is introduced with, when more follows."""
_SEPARATORS = re.compile(r"[/\\:@?&=#,;|\s]+")
_BASE64 = re.compile(r"(?=.*[0-9])(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9+_-][A-Za-z0-9+/_-]{11,}={0,2}")


def may_be_key(name: str) -> bool:
    """Whether ``name`` may be a key that was pasted in its place: long, and not plain words joined by - _ or a dot."""
    if len(name) <= HARMLESS:
        return False
    words = _PARTS.split(name)
    has_telling = any(word.lower() in _TELLING for word in words[:-1])
    return has_telling or not all(map(_USUAL.fullmatch, words))


def doubtful_parts(value: str) -> list[str]:
    """What may be a key in a path, a URL, a host or a name, part by part."""
    parts = [doubt for part in _SEPARATORS.split(value) if may_be_key(part) for doubt in _labels(part)]
    # A slash is one of the signs of base64 too: no part alone need be long.
    is_base64 = _BASE64.fullmatch(value) is not None and may_be_key(value.replace("/", ""))
    return [value, *parts] if is_base64 else parts


def _labels(part: str) -> list[str]:
    """Those labels of a host that are what is wrong with it, else the whole."""
    return [label for label in part.split(".") if may_be_key(label)] or [part]


def key_problem(value: str) -> str | None:
    """What keeps ``value`` from being a key, as the end of "The API key …", or None. Takes linear time.

    Blanks around it are the caller's to strip: here they are a problem.
    """
    if not value:
        return "is empty"
    if len(value) > MAX_KEY_LENGTH:
        return f"is longer than {MAX_KEY_LENGTH:,} characters"
    for position, char in enumerate(value, 1):
        if not "!" <= char <= "~":
            return f"is no key: its character {position} is {_kind(char)}, which cannot go over HTTP"
    return None


def _kind(char: str) -> str:
    if char == "\0":
        return "NUL"
    if char in "\r\n":
        return "a line break"
    if char.isspace():
        return "a blank"
    return "a control character" if char.isascii() else "not ASCII"
