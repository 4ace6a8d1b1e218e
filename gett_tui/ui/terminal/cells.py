"""A cell of the screen: what stands in it and how wide that is; and text cut into cells, as Textual counts columns.

Invariant: a row of cells has one cell a column. What is wider owns its neighbours: they are followers, and never stand
without it.
"""

from __future__ import annotations

import unicodedata
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len

from gett_tui.ui.terminal.ascii import in_ascii
from gett_tui.ui.terminal.style import PLAIN, Style, as_blank

_JOINER = "\N{ZERO WIDTH JOINER}"


class Cell(NamedTuple):
    """One column: a character with all that is joined to it. A blank looks as ``as_blank`` says, so that two equal
    looking blanks are equal."""

    text: str
    style: Style
    width: int = 1
    """How many columns it owns; 0 for a follower, which belongs to the next cell on its left that is none."""


Row = list[Cell]


class Doubt(IntEnum):
    """How sure it is that a terminal gives a character the columns that Textual gives it."""

    NONE = 0
    LEGACY = 1
    """Terminals agree unless they are set up for old East Asian fonts, or draw a sign as an emoji."""
    DEEP = 2
    """Terminals disagree: joined emoji, flags, combining marks, text from right to left, half-width kana."""


@lru_cache(16384)
def cell(text: str, style: Style, width: int = 1) -> Cell:
    """The cell, the same one each time: rows are compared often, and what is identical compares fast."""
    return Cell(text, as_blank(style) if text == " " else style, width)


def blank(style: Style = PLAIN) -> Cell:
    """A blank in ``style``."""
    return cell(" ", style)


def erased(style: Style) -> Cell:
    """What erasing leaves: the background alone."""
    return cell(" ", Style(background=style.background))


@lru_cache(4096)
def cells_of(text: str, style: Style, ascii_only: bool) -> tuple[Cell, ...]:
    """``text`` in cells, followers included. What has no width of its own and nothing to join is left out."""
    if text.isascii():
        return tuple([cell(char, style) for char in text])
    found: list[Cell] = []
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate cannot be sent
    for cluster in clusters(text):
        width = cell_len(cluster)
        if ascii_only and width:
            found += [cell(char, style) for char in in_ascii(cluster, width)]
        elif width:
            found += [cell(cluster, style, width), *[cell("", style, 0)] * (width - 1)]
    return tuple(found)


def clusters(text: str) -> list[str]:
    """``text`` cut where a new cell begins: marks stay with their base, joined emoji and flags together."""
    found: list[str] = []
    for char in text:
        if found and _is_joined(found[-1], char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _is_joined(before: str, char: str) -> bool:
    if char.isascii():
        return before.endswith(_JOINER)
    is_flag = _is_regional(char) and len(before) == 1 and _is_regional(before)
    return is_flag or before.endswith(_JOINER) or cell_len(char) == 0


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


@lru_cache(4096)
def doubt(text: str) -> Doubt:
    """How doubtful the width of one cell's text is.

    What screens are made of is sure (lines, blocks, geometric shapes, punctuation, the two ticks): a terminal that
    draws those wide cannot show any screen of Textual's.
    """
    if text.isascii():
        return Doubt.NONE
    if len(text) > 1 or _is_deep(text):
        return Doubt.DEEP
    if "\u2500" <= text <= "\u25ff" or text in "✓✗" or unicodedata.category(text)[0] == "P":
        return Doubt.NONE
    is_sign = "\u2600" <= text <= "\u27bf"
    return Doubt.LEGACY if is_sign or unicodedata.east_asian_width(text) == "A" else Doubt.NONE


def _is_deep(char: str) -> bool:
    return (
        unicodedata.bidirectional(char) in {"R", "AL", "AN"}
        or unicodedata.category(char)[0] in "MC"
        or unicodedata.east_asian_width(char) == "H"
        or _is_regional(char)
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
    )
