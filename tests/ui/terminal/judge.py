"""A terminal that judges pictures: pyte, with what it lacks, showing text and style of each cell.

What pyte 0.8 lacks and is added here: all attributes of ``SGR`` but bold, italic, underline, reverse, strike and blink;
links; erasing a whole screen with the background; ending a wide cell when a half of it is overwritten; a mark that is
joined to a wide character; widths as Textual counts them (or, to provoke, as another terminal would).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import pyte
from pyte.screens import Char
from rich.cells import cell_len

_LINK = re.compile(r"\x1b\]8;[^;\x1b]*;([^\x1b]*)\x1b\\")
_UNKNOWN_TO_PYTE = re.compile(r"\x1b\[[<>=][\d;]*[a-zA-Z]|\x1b\[\??[\d;]*\$[a-z]|\x1b\[\?[\d;]*[a-gi-km-zA-Z]")
_ENDS = {22: {1, 2}, 23: {3}, 24: {4, 21}, 25: {5, 6}, 27: {7}, 28: {8}, 29: {9}, 54: {51, 52}, 55: {53}}
_ON = set().union(*_ENDS.values())
_REGIONAL = "\U0001f1e6", "\U0001f1ff"
_LINES = {4, 21, 7, 9, 51, 52, 53}


class Look(NamedTuple):
    """What a person sees of one cell; of a blank without lines the background alone."""

    text: str
    foreground: tuple[int, ...]
    background: tuple[int, ...]
    attributes: frozenset[int]
    link: str


class Judge(pyte.Screen):
    """``erases`` tells what of its pen stays where it erases: nothing, the background (most), or all that is worn."""

    def __init__(
        self, width: int, height: int, *, erases: str = "background", width_of: Callable[[str], int] = cell_len
    ) -> None:
        self.erases = erases
        self.width_of = width_of
        self.link = ""
        self.pen: tuple[tuple[int, ...], tuple[int, ...], frozenset[int]] = ((), (), frozenset())
        super().__init__(width, height)
        self.mode.discard(pyte.modes.DECAWM)
        self._stream = pyte.Stream(self)

    def feed(self, text: str) -> None:
        """Show what a program wrote."""
        for index, piece in enumerate(_LINK.split(_UNKNOWN_TO_PYTE.sub("", text))):
            if index % 2:
                self.link = piece
                self._wear()
            else:
                self._stream.feed(piece)

    def looks(self) -> list[list[Look]]:
        return [[look(self.buffer[y][x]) for x in range(self.columns)] for y in range(self.lines)]

    def rows(self) -> list[str]:
        return ["".join(self.buffer[y][x].data for x in range(self.columns)) for y in range(self.lines)]

    def select_graphic_rendition(self, *attrs: int, private: bool = False) -> None:
        numbers = list(attrs or (0,))
        foreground, background, attributes = self.pen
        while numbers:
            code = numbers.pop(0)
            if code in {38, 48}:
                count = {5: 2, 2: 4}[numbers[0]]
                colour, numbers = (code % 10, *numbers[:count]), numbers[count:]
                foreground, background = (colour, background) if code == 38 else (foreground, colour)
            elif code == 0:
                foreground, background, attributes = (), (), frozenset()
            elif code in _ON:
                attributes |= {code}
            elif code in _ENDS:
                attributes -= _ENDS[code]
            elif code in {*range(30, 38), *range(90, 98), 39}:
                foreground = () if code == 39 else (code,)
            elif code in {*range(40, 48), *range(100, 108), 49}:
                background = () if code == 49 else (code - 10,)
            else:
                raise AssertionError(f"SGR {code}")
        self.pen = foreground, background, attributes
        self._wear()

    def draw(self, data: str) -> None:
        for char in data:
            before = self._lead() if self.cursor.x else None
            if before is not None and self._is_joined(self.buffer[self.cursor.y][before].data, char):
                self._join(before, char)
            else:
                self._print(char)

    def erase_in_display(self, how: int = 0, *args: int, **kwargs: bool) -> None:
        rows = {0: range(self.cursor.y + 1, self.lines), 1: range(self.cursor.y)}.get(how, range(self.lines))
        for y in rows:
            for x in range(self.columns):
                self.buffer[y][x] = self._empty()
        if how in {0, 1}:
            self.erase_in_line(how)

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        start, stop = {0: (self.cursor.x, self.columns), 1: (0, self.cursor.x + 1)}.get(how, (0, self.columns))
        self._fill(start, stop)

    def erase_characters(self, count: int | None = None) -> None:
        self._fill(self.cursor.x, min(self.columns, self.cursor.x + (count or 1)))

    def _fill(self, start: int, stop: int) -> None:
        self.cursor.x = min(self.cursor.x, self.columns - 1)
        for x in range(start, stop):
            self._end_wide(x)
            self.buffer[self.cursor.y][x] = self._empty()

    def _empty(self) -> Char:
        plain = ((), (), frozenset[int]())
        worn = {"nothing": plain, "background": ((), self.pen[1], frozenset[int]()), "all": self.pen}[self.erases]
        return self.default_char._replace(fg=(*worn, ""))

    def _wear(self) -> None:
        self.cursor.attrs = self.default_char._replace(fg=(*self.pen, self.link))

    def _print(self, char: str) -> None:
        width = self.width_of(char)
        if width == 0:
            return
        if self.cursor.x + width > self.columns:
            self.cursor.x = self.columns - width
        if pyte.modes.IRM in self.mode:
            self.insert_characters(width)
        line = self.buffer[self.cursor.y]
        for x in range(self.cursor.x, self.cursor.x + width):
            self._end_wide(x)
        for x in range(self.cursor.x, self.cursor.x + width):
            line[x] = self.cursor.attrs._replace(data=char if x == self.cursor.x else "")
        self.cursor.x += width

    def _end_wide(self, x: int) -> None:
        """A wide character that loses a half is a blank from then on, in both."""
        line = self.buffer[self.cursor.y]
        start = x
        while start and line[start].data == "":
            start -= 1
        stop = start + 1
        while stop < self.columns and line[stop].data == "":
            stop += 1
        if stop - start > 1:
            for column in range(start, stop):
                line[column] = line[column]._replace(data=" ")

    def _lead(self) -> int:
        """The column of the character that stands before the cursor."""
        column = self.cursor.x - 1
        while column and self.buffer[self.cursor.y][column].data == "":
            column -= 1
        return column

    def _is_joined(self, before: str, char: str) -> bool:
        is_flag = _REGIONAL[0] <= before <= _REGIONAL[1] and len(before) == 1 and _REGIONAL[0] <= char <= _REGIONAL[1]
        return is_flag or self.width_of(char) == 0 or before.endswith("\u200d")

    def _join(self, column: int, char: str) -> None:
        line = self.buffer[self.cursor.y]
        text = line[column].data + char
        line[column] = line[column]._replace(data=text)
        while self.cursor.x < min(self.columns, column + self.width_of(text)):
            self._end_wide(self.cursor.x)
            line[self.cursor.x] = line[column]._replace(data="")
            self.cursor.x += 1


def look(char: Char) -> Look:
    """What is seen of one of pyte's cells."""
    worn = char.fg if isinstance(char.fg, tuple) else ((), (), frozenset[int](), "")
    foreground, background, attributes, link = worn
    text = unicodedata.normalize("NFC", char.data)
    if text == " " and not attributes & _LINES:
        return Look(text, (), background, frozenset(), link)
    return Look(text, foreground, background, attributes, link)
