"""What an API key may look like: the one rule, for wherever a key comes from, told without any part of the key.

Which characters Gett's keys are made of is U; the limits are what an ``Authorization`` header can carry (RFC 9110).
"""

from __future__ import annotations

MAX_KEY_LENGTH = 4_096
"""Characters. What is longer is a file that was taken for a key; common servers refuse headers over 8 kB."""


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
