"""ASCII in as many columns, so that no text, border or title can slip past it and no column ever shifts.

Invariant: what comes out has no character over 127, and exactly the columns that were asked for.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len

_UNKNOWN = "?"


def _same(sign: str, shown_for: str) -> dict[str, str]:
    return dict.fromkeys(shown_for, sign)


_LINES = {
    **_same("-", "─━┅┉╍═╴╶╸╺╼╾‐‑‒–—―−▔▁▀▄"),
    **_same("|", "│┃┆┇┊┋╎╏║╵╷╹╻╽╿▏▎▍▌▋▊▉▐▕‖¦"),
    **_same(".", "┄┈╌"),  # what lies ahead of a progress is told from what is done
    **_same("/", "╱⁄∕"),
    **_same("\\", "╲"),
    **_same("x", "╳"),
    **_same("+", "▖▗▘▙▚▛▜▝▞▟"),
}
_BLOCKS = {**_same("#", "█▓▇"), **_same("=", "▆▅"), **_same(":", "▒"), **_same(".", "░▃"), **_same("_", "▂")}
_SIGNS = {
    **_same("*", "●•◆★✱∗⬤❖✳⭑⏺"),
    **_same("o", "○◦◯◇☆⚪⭘"),
    **_same("@", "◉◎⊙"),
    **_same("c", "◐◑◒◓◔◕©"),
    **_same("#", "■▪◼⬛"),
    **_same("u", "□▫◻⬜☐µ"),
    **_same(".", "…·∙⋅․"),
    **_same(":", "∶⋮"),
    **_same("v", "✓✔☑▼▾▿↓⇓"),
    **_same("x", "✗✘✕✖☒×"),
    **_same("^", "▲▴▵△↑⇑ˆ"),
    **_same(">", "▶▸▹►‣→⇒›»❯≥↳⏵"),
    **_same("<", "⌫◀◂◃◄←⇐‹«❮≤↲↵⏎⏴"),
    **_same("!", "⚠¡‼"),
    **_same("i", "ℹı"),
    **_same("'", "‘’‚‛′´ʼ"),
    **_same('"', "“”„‟″¨"),
    **_same("~", "≈∼˜"),
    **_same("=", "≡≠"),
    **_same("E", "€"),
    **_same("L", "£ŁĿ"),
    **_same("Y", "¥"),
    **_same("r", "®"),
    **_same("o", "°øº"),
    **_same("S", "§ẞ"),
    **_same("s", "ß"),
    **_same("a", "æª"),
    **_same("A", "Æ"),
    **_same("O", "ØŒ"),
    **_same("l", "łŀ"),
    **_same("d", "đð"),
    **_same("D", "ĐÐ"),
    **_same("h", "ħ"),
    **_same("H", "Ħ"),
    **_same("t", "ŧ"),
    **_same("T", "Ŧ"),
    **_same("p", "þ"),
    **_same("P", "Þ¶"),
    **_same("n", "ŋ"),
    **_same("N", "Ŋ"),
    **_same("/", "÷"),
    **_same("+", "±"),
}
_TABLE = {**_LINES, **_BLOCKS, **_SIGNS, "œ": "o"}
_SPINNER = "|/-\\"


@lru_cache(4096)
def in_ascii(text: str, columns: int) -> str:
    """One character with all that is joined to it (or several), in exactly so many ``columns`` of ASCII.

    Letters lose their accents; what has no likeness is a ``?`` for each of its columns.
    """
    shown = "".join(filter(None, map(_sign, unicodedata.normalize("NFC", text))))
    if not shown.strip(_UNKNOWN):
        return _UNKNOWN * columns
    return shown[:columns].ljust(columns)


def _sign(char: str) -> str:
    """ASCII for one character; empty for what has no look of its own, such as a combining mark."""
    if char.isascii():
        return char
    if "\u2500" <= char <= "\u257f":
        return _TABLE.get(char, "+")  # all other box drawing is a corner or a crossing
    if "\u2800" <= char <= "\u28ff":
        return _SPINNER[ord(char) % len(_SPINNER)] if char != "\u2800" else " "
    return _TABLE.get(char) or _folded(char)


def _folded(char: str) -> str:
    """The base letter; nothing for a mark; ``?`` for what has no base in ASCII."""
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return ""
    base = unicodedata.normalize("NFKD", char)[0]
    return base if base.isascii() and base.isprintable() else _TABLE.get(base, _UNKNOWN)


def words_in_ascii(text: str) -> str:
    """Text outside the picture (a title) in ASCII; its length may change, as no column depends on it."""
    return text if text.isascii() else "".join(map(_sign, text))


def row_in_ascii(text: str) -> str:
    """Text of a row in ASCII, in as many columns as it has."""
    return text if text.isascii() else "".join(in_ascii(char, cell_len(char)) for char in text)
