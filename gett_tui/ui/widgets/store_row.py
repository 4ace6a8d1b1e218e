"""What one line of the store list looks like: plain values, and the segments that are made of them."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment

from gett_tui.ui.columns import COLUMNS, LEAD, Face, Widths, cell, cells, inert, titles
from gett_tui.ui.sort_keys import ATTENTION, FALLING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.style import Style


LINE_STYLES = ("header", "cursor", "cursor-unfocused", "mark", "row", "empty")
"""What a line may look like, by the names of the style sheet."""


NO_COLUMNS = Widths((0,) * len(COLUMNS), 0)


class Line(NamedTuple):
    """All that decides how a line looks."""

    style: str = "row"
    """One of ``LINE_STYLES``."""
    key: str | None = None
    face: Face | None = None
    text: str = ""
    marked: bool = False
    widths: Widths = NO_COLUMNS


def header(order: str, widths: Widths, *, reverse: bool, ascii_only: bool) -> Line:
    """The line of titles; the arrow tells the order, above the signs for that of attention."""
    falls = (order in FALLING) != reverse
    arrow = ("v" if falls else "^") if ascii_only else ("▾" if falls else "▴")
    lead = f" {arrow}" if order == ATTENTION else ""
    return Line("header", text=f"{lead:<{LEAD}}" + "".join(cells(titles(order, arrow), widths, ascii_only)))


def message_lines(text: str, width: int, height: int, *, ascii_only: bool) -> list[Line]:
    """``text`` in the middle of an empty list; its lines are apart by newlines."""
    room = max(1, width - 1)
    rows = [row for line in text.split("\n") for row in textwrap.wrap(inert(line, ascii_only), room) or [""]]
    first = max(0, height - len(rows)) // 2
    shown = [*[""] * first, *(f"{row:^{room + 1}}" for row in rows)][:height]
    return [Line("empty", text=text) for text in [*shown, *[""] * (height - len(shown))]]


def draw(line: Line, width: int, component: Callable[[str], Style], *, ascii_only: bool) -> list[Segment]:
    """``line`` in exactly ``width`` cells; ``component`` knows the styles by name."""
    style = component(line.style)
    if line.face is None:
        return [Segment(cell(line.text, width, ascii_only), style)]
    plain = line.style.startswith("cursor")  # one colour: the sign and the words say what the tone would
    tone = style if plain else component(line.face.tone)
    mark = ("+" if ascii_only else "●") if line.marked else " "
    segments = [Segment(f"{mark}{line.face.sign} ", tone)]
    texts = zip(COLUMNS, cells(line.face.texts, line.widths, ascii_only), strict=True)
    for name, parts in groupby(texts, key=lambda part: None if plain else part[0].style):
        own = style if name is None else tone if name == "tone" else component(name)
        segments.append(Segment("".join(text for _, text in parts), own))
    return list(Segment.simplify(segment for segment in segments if segment.text))
