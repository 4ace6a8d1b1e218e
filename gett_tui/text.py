"""Text from outside, made inert: nothing a server or a file says can steer the terminal or pose as our words.

Everything shown that this program did not write itself goes through here, on the screen and in the commands.
"""

from __future__ import annotations

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LINE_LIMIT = 4_000

# Format characters (Cf) hide or reorder text: bidirectional overrides, zero-width characters, tags, soft hyphens.
# Surrogates (Cs) cannot be encoded; private use (Co) and unassigned (Cn) have no known width.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me", "Mc"})
_MAX_MARKS = 2


def _safe_char(char: str) -> str:
    if char in "\t\n\r":
        return " "
    return REPLACEMENT if unicodedata.category(char) in _HIDDEN else char


def one_line(text: str, limit: int = _LINE_LIMIT) -> str:
    """``text`` on one line with control, format and unprintable characters replaced, at most ``limit`` characters.

    Tabs and newlines become blanks; a pile of combining marks is cut to two; a cut is shown by an ellipsis.
    """
    cut = len(text) > limit
    text = text[:limit]
    if text.isascii() and text.isprintable():
        return text + "…" if cut else text
    out: list[str] = []
    marks = 0
    for char in text:
        if unicodedata.category(char) in _MARKS:
            marks += 1
            # A mark that opens the text has nothing to sit on and would sit on our own words instead.
            if marks > _MAX_MARKS or not out:
                continue
        else:
            marks = 0
        out.append(_safe_char(char))
    return "".join(out) + ("…" if cut else "")


def lines(text: str, limit: int = 20_000, max_lines: int = 400) -> list[str]:
    """``text`` as inert lines; at most ``limit`` characters and ``max_lines`` lines, a cut shown by an ellipsis."""
    cut = len(text) > limit
    rows = text[:limit].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = cut or len(rows) > max_lines
    safe = [one_line(row) for row in rows[:max_lines]]
    return [*safe, "…"] if cut else safe


def count(number: int, one: str, many: str = "") -> str:
    """So many of a thing in words: ``1 store``, ``20 stores``; ``many`` where it is not ``one`` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
