"""What Textual writes, read: which cells it puts where, and what of it is no picture and goes to the terminal as it is.

Invariant: what the terminal itself would do to the picture is either read into cells, or it makes the picture unknown.
Every control that is not known goes through, in order, and puts nothing into a cell.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from gett_tui.ui.terminal.ascii import words_in_ascii
from gett_tui.ui.terminal.cells import Cell, cells_of, erased
from gett_tui.ui.terminal.style import PLAIN, Style, worn

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<parameters>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\]8;[^;\x07\x1b]*;(?P<link>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|(?P<string>\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_].*?\x1b\\)"
    r"|(?P<escape>\x1b[ -/]*[0-OQ-WYZ\\`-~])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f])",
    re.DOTALL,
)
_UNFINISHED = re.compile(r"\x1b(?:[ -/]*|\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[PX^_].*)\Z", re.DOTALL)
_BROKEN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*)?")
"""The beginning of a sequence that can have no end any more: dropped, as terminals do."""
_LONGEST_TAIL = 1_000_000
"""Characters of an unfinished sequence that are kept: a clipboard's text is the longest there is."""
_OF_URLS = "%/:?#[]@!$&'()*+,;=~"
_LONGEST_KNOWN = 20_000
_LINE = re.compile(r"[^\n]*\n|[^\n]+")

_LARGEST = 9_999
"""The largest number that is taken at its word."""
_SCREENS = {"?1049", "?1047", "?47"}
_ALTERS_THE_PICTURE = frozenset("@LMPSTbrsu")
"""Controls of one letter behind ``ESC [`` that move cells about; Textual writes none of them."""
_ALTERS_AS_ESCAPE = re.compile(r"\x1b(?:[78cDEM]|[()*+#%].)")


class Patch(NamedTuple):
    """Cells beside each other, and where the first of them stands."""

    row: int
    column: int
    cells: list[Cell]


class Reading:
    """What some text of Textual's comes to."""

    def __init__(self) -> None:
        self.patches: list[Patch] = []
        self.rest: list[str] = []
        """What is no picture, as it came."""
        self.is_altered = False
        """Something in ``rest`` alters what is shown by itself: nobody knows what is shown afterwards."""
        self.is_synchronised = False
        """Textual used mode 2026: the terminal has said that it knows it."""
        self.is_on_screen: bool | None = None
        """Whether the last switch of screens in ``rest`` led to the program's own; None without one."""
        self.is_cursor_visible: bool | None = None
        """Whether the last switch of the cursor in ``rest`` made it visible; None without one."""


class _State(NamedTuple):
    column: int = 0
    row: int = 0
    style: Style = PLAIN
    tail: str = ""


class Reader:
    """Reads for a screen of one size; knows where the cursor stands, what is worn and what has no end yet.

    A line of text that was read before from the same state is not read again: whole frames come often and change
    little.
    """

    def __init__(self, width: int, height: int, *, ascii_only: bool) -> None:
        self._width, self._height = width, height
        self._ascii_only = ascii_only
        self._known: dict[tuple[_State, str], tuple[Reading, _State]] = {}
        self._column: int = 0
        self._row: int = 0
        self._style: Style = PLAIN
        self._tail: str = ""
        self._patch = Patch(0, 0, [])
        self._reading = Reading()

    def resize(self, width: int, height: int) -> None:
        """Another size; what is worn stays, and so does where the cursor is."""
        self._width, self._height = width, height
        self._known.clear()

    @property
    def cursor(self) -> tuple[int, int]:
        """Column and row, both from 0, that the text so far has led to."""
        return self._column, self._row

    def read(self, text: str) -> list[Reading]:
        """One reading for each line of ``text``; an unfinished sequence at its end waits for the next text."""
        return [self._line(line) for line in _LINE.findall(text)]

    def _line(self, line: str) -> Reading:
        before = _State(self._column, self._row, self._style, self._tail)
        known = self._known.get((before, line))
        if known:
            self._column, self._row, self._style, self._tail = known[1]
            return known[0]
        self._scan(self._tail + line)
        self._remember(before, line)
        return self._reading

    def _remember(self, before: _State, line: str) -> None:
        if len(self._known) > 4 * self._height:
            self._known.clear()
        if len(line) < _LONGEST_KNOWN:
            after = _State(self._column, self._row, self._style, self._tail)
            self._known[before, line] = self._reading, after

    def _scan(self, text: str) -> None:
        self._reading, self._tail = Reading(), ""
        self._begin_patch()
        at, end, match = 0, len(text), _TOKEN.match
        while at < end:
            token = match(text, at)
            if token:
                self._take(token)
                at = token.end()
            elif _UNFINISHED.match(text, at):
                self._tail = text[at:] if end - at <= _LONGEST_TAIL else ""
                break
            else:
                broken = _BROKEN.match(text, at)
                at = broken.end() if broken else at + 1

    def _take(self, token: re.Match[str]) -> None:
        kind = token.lastgroup
        if kind == "text":
            self._put(cells_of(token[0], self._style, self._ascii_only))
        elif kind == "final":
            self._control_sequence(token)
        elif kind == "control":
            self._control(token[0])
        elif kind == "link":
            self._style = self._style._replace(link=self._target(token["link"]))
        elif kind == "string":
            self._pass(words_in_ascii(token[0]) if self._ascii_only else token[0])
        else:
            self._pass(token[0], alters=bool(_ALTERS_AS_ESCAPE.match(token[0])))

    def _target(self, link: str) -> str:
        """Where a link leads, in ASCII as URLs have it where that is asked for."""
        return quote(link, safe=_OF_URLS) if self._ascii_only and not link.isascii() else link

    def _pass(self, text: str, *, alters: bool = False) -> None:
        self._reading.rest.append(text)
        self._reading.is_altered |= alters

    def _put(self, cells: tuple[Cell, ...]) -> None:
        self._patch.cells.extend(cells)
        self._column += len(cells)

    def _begin_patch(self) -> None:
        self._patch = Patch(self._row, self._column, [])
        self._reading.patches.append(self._patch)

    def _go(self, column: int, row: int) -> None:
        self._column, self._row = max(0, column), max(0, row)
        self._begin_patch()

    def _control(self, char: str) -> None:
        """A single control character; those that Textual has no use for are dropped: some garble what follows."""
        if char == "\n":  # the terminal's line discipline puts a return before it
            self._go(0, self._row + 1)
        elif char == "\r":
            self._go(0, self._row)
        elif char == "\b":
            self._go(self._column - 1, self._row)
        elif char == "\t":
            self._go(self._column // 8 * 8 + 8, self._row)
        elif char == "\a":
            self._pass(char)

    def _control_sequence(self, token: re.Match[str]) -> None:
        parameters, final = token["parameters"], token["final"]
        if token["between"] or parameters[:1] in {"<", "=", ">", "?"}:
            self._mode(token)
        elif final == "m":
            self._style = worn(self._style, parameters)
        elif final in "ABCDEFGHdf`ae":
            self._go(*self._moved(final, _numbers(parameters)))
        elif final in "JKX":
            self._erase(final, _numbers(parameters))
        else:
            self._pass(token[0], alters=final in _ALTERS_THE_PICTURE)

    def _mode(self, token: re.Match[str]) -> None:
        mode, is_on = token["parameters"], token["final"] == "h"
        if not is_on and token["final"] != "l":
            self._pass(token[0])
        elif mode == "?2026":
            self._reading.is_synchronised = True
        else:
            self._switch(mode, is_on)
            self._pass(token[0], alters=mode in _SCREENS)

    def _switch(self, mode: str, is_on: bool) -> None:
        if mode in _SCREENS:
            self._reading.is_on_screen = is_on
        elif mode == "?25":
            self._reading.is_cursor_visible = is_on

    def _moved(self, final: str, numbers: list[int]) -> tuple[int, int]:
        """Where a move leads: column and row."""
        column, row, count = self._column, self._row, max(1, numbers[0])
        if final in "Hf":
            return max(1, numbers[1]) - 1, count - 1
        if final in "EF":
            column = 0
        down = {"A": -count, "F": -count, "B": count, "E": count, "e": count}.get(final, 0)
        right = {"C": count, "a": count, "D": -count}.get(final, 0)
        if final == "d":
            return column, count - 1
        return (count - 1 if final in "G`" else column + right), row + down

    def _erase(self, final: str, numbers: list[int]) -> None:
        """Erasing puts blanks with the background alone, and leaves the cursor where it is."""
        column, row, how = self._column, self._row, numbers[0]
        ends = {"X": (column, column + max(1, how)), "0": (column, self._width), "1": (0, column + 1)}
        start, stop = ends.get(final if final == "X" else str(how), (0, self._width))
        empty = erased(self._style)
        self._reading.patches.append(Patch(row, start, [empty] * (stop - start)))
        for other in self._other_rows(how) if final == "J" else ():
            self._reading.patches.append(Patch(other, 0, [empty] * self._width))
        self._begin_patch()

    def _other_rows(self, how: int) -> list[int]:
        """The rows that ``ED`` erases beside the cursor's own."""
        first = self._row + 1 if how == 0 else 0
        last = self._row if how == 1 else self._height
        return [row for row in range(first, last) if row != self._row]


def _numbers(parameters: str) -> list[int]:
    """At least two numbers; what is left out or no number is 0."""
    found = [min(int(number), _LARGEST) if number.isdecimal() else 0 for number in parameters.split(";")]
    return [*found, 0]
