"""Whatever Textual writes, and however often it is sent: the terminal shows what it would show if all had been sent.

Two terminals judge: one gets all that Textual writes, as it is, the other the differences alone.
"""

from __future__ import annotations

from frames import Run, at, framed, strip, styled, whole
from hypothesis import given, settings
from hypothesis import strategies as st
from judge import Judge
from rich.cells import cell_len

from gett_tui.ui.terminal.picture import Capabilities, Picture

TEXTS = [
    *(" ", "   ", " " * 9, " " * 25, "a", "Store 1", "New York  ", "─────", "│", "● ━━╌╌○", "…", "ready"),
    *("寿司", "一番 寿", "ü", "Ωмега", "①", "e\u0301a", "a\u0308\u0323", "🇩🇪", "👩\u200d🍳", "☎\ufe0f", "👍", "👍🏽"),
    *("שלום", "ｶﾞﾊﾟ", "\ufffd", "✓", "⚠", "क्षि", "ไทย้"),
]
COLOURS = ["", "31", "38;5;208", "38;2;1;2;3", "97", "39"]
BACKGROUNDS = ["", "44", "48;5;233", "48;5;32", "48;2;9;8;7"]
ATTRIBUTES = ["", "", "1", "2", "1;2", "3", "4", "21", "7", "9", "4;21", "53", "1;4", "2;7"]

parameters = st.tuples(*map(st.sampled_from, (ATTRIBUTES, COLOURS, BACKGROUNDS))).map(
    lambda parts: ";".join(filter(None, parts))
)
runs = st.lists(st.tuples(parameters, st.sampled_from(TEXTS)), max_size=6)
sizes = st.tuples(st.integers(1, 40), st.integers(1, 5))
partial = st.tuples(st.integers(0, 39), st.integers(0, 4), runs, st.sampled_from(["", "", "https://gett.example/a"]))
frames = st.lists(runs, min_size=5, max_size=5).map(lambda rows: ("whole", rows))
pieces = st.lists(partial, min_size=1, max_size=4).map(lambda found: ("pieces", found))
events = st.one_of(
    frames,
    pieces,
    pieces,
    st.just(("send", None)),
    st.just(("send", None)),
    st.tuples(st.just("rows"), st.tuples(st.integers(0, 4), st.integers(0, 5))),
    st.just(("foreign text", None)),
    st.tuples(st.just("size"), sizes),
)
cursors = st.tuples(st.integers(0, 39), st.integers(0, 4)) | st.just((0, 0))


class Walk:
    """The terminal that gets everything, the picture, and the terminal that gets the differences."""

    def __init__(self, size: tuple[int, int], erases: str, first: list[list[Run]]) -> None:
        self.erases = erases
        self.picture = Picture(*size, Capabilities(background_erase=erases != "nothing", synchronised=True))
        self.cursor = 0, 0
        self._begin(size)
        self.whole(first)

    def _begin(self, size: tuple[int, int]) -> None:
        self.size = size
        self.ideal = Judge(*size)
        self.shown = Judge(*size, erases=self.erases)
        self.foreign_text(None)

    def write(self, text: str) -> None:
        for part in framed(text, self.cursor):
            assert self.picture.write(part) == ""
            self.ideal.feed(part.replace("\n", "\r\n"))

    def whole(self, rows: list[list[Run]]) -> None:
        self.write(whole(rows[: self.size[1]], self.size[0]))

    def pieces(self, found: list[tuple[int, int, list[Run], str]]) -> None:
        for column, row, some, link in found:
            if row < self.size[1] and column < self.size[0]:
                room = min(self.size[0] - column, sum(cell_len(text) for _, text in some))
                self.write(at(column, row, styled("", strip(some, room), link)))

    def foreign_text(self, _: None) -> None:
        self.shown.feed("\x1b[2;1;31;44m" + "Broadcast message 寿\r\n" * 3 + "\x1b[4h")
        self.picture.forget()

    def resize(self, size: tuple[int, int], rows: list[list[Run]]) -> None:
        self.picture.resize(*size)
        self._begin(size)
        self.whole(rows)

    def send(self, rows: range | None = None) -> None:
        is_changed = self.picture.is_changed
        difference = self.picture.difference(rows)
        assert is_changed or not difference
        self.shown.feed(difference)

    def assert_same(self) -> None:
        self.send()
        assert self.shown.looks() == self.ideal.looks()
        assert not self.picture.is_changed
        assert self.picture.difference() == ""
        if self.cursor != (0, 0):
            assert (self.shown.cursor.x, self.shown.cursor.y) == (self.ideal.cursor.x, self.ideal.cursor.y)


@settings(max_examples=150, deadline=None)
@given(
    sizes,
    st.sampled_from(["nothing", "background", "all"]),
    st.lists(runs, min_size=5, max_size=5),
    st.lists(st.tuples(events, cursors), max_size=12),
)
def test_what_is_shown_is_what_was_written(size, erases, first, steps) -> None:
    walk = Walk(size, erases, first)
    for (kind, what), cursor in steps:
        walk.cursor = min(cursor[0], walk.size[0] - 1), min(cursor[1], walk.size[1] - 1)
        if kind == "size":
            walk.cursor = 0, 0
            walk.resize(what, first)
        elif kind == "rows":
            walk.send(range(*what))
            for row in range(*what)[: max(0, walk.size[1] - what[0])]:
                assert walk.shown.looks()[row] == walk.ideal.looks()[row]
        elif kind == "send":
            walk.write("")
            walk.assert_same()
        else:
            {"whole": walk.whole, "pieces": walk.pieces, "foreign text": walk.foreign_text}[kind](what)
    walk.write("")
    walk.assert_same()
