"""Where a terminal speaks ASCII alone nothing else is sent, and everything stands in the column where it stood."""

from __future__ import annotations

import pytest
from frames import at, strip, styled, whole
from hypothesis import given
from hypothesis import strategies as st
from judge import Judge
from rich.cells import cell_len
from textual._border import BORDER_CHARS

from gett_tui.ui.terminal.ascii import in_ascii, words_in_ascii
from gett_tui.ui.terminal.picture import Capabilities, Picture

XTERM = Capabilities(background_erase=True, synchronised=False)


def shown(text: str, width: int = 40) -> str:
    """A row as it stands on a terminal that gets ASCII."""
    made = Picture(width, 1, XTERM, ascii_only=True)
    assert made.write(at(0, 0, text)).isascii()
    difference = made.difference()
    assert difference.isascii()
    judge = Judge(width, 1)
    judge.feed(difference)
    return judge.rows()[0].rstrip()


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("╭─ Stores ─╮", "+- Stores -+"),
        ("│ x │", "| x |"),
        ("┌┬┐├┼┤└┴┘╔═╗║╚╝┏━┓┃", "+++++++++" + "+-+|++" + "+-+|"),
        ("▔▁▎▊▐▌█▀▄", "--||||#--"),
        ("● ━━ ╌╌ ○ ◉ ✗ ✓", "* -- .. o @ x v"),
        ("Loading…", "Loading."),
        ("a · b – c", "a . b - c"),
        ("“Joe’s”", '"Joe\'s"'),
        ("▾ ▴ ▸ ← → ↳", "v ^ > < > >"),
        ("La Petite Crêperie", "La Petite Creperie"),
        ("Pizza Süd, Straße, Łódź, Ærø", "Pizza Sud, Strase, Lodz, Aro"),
        ("e\u0301a\u0308\u0323n", "ean"),
        ("寿司 一番|", "???? ????|"),
        ("Ａ１|", "A 1 |"),
        ("👩\u200d🍳|🇩🇪|☎\ufe0f|", "??|" + "?" * cell_len("🇩🇪") + "|" + "?" * cell_len("☎\ufe0f") + "|"),
        ("Кафе Ω|", "???? ?|"),
        ("שלום|", "????|"),
        ("½ cup|", "1 cup|"),
    ],
)
def test_text_in_ascii_column_for_column(text: str, ascii_text: str) -> None:
    assert shown(text) == ascii_text
    assert len(ascii_text) == cell_len(text)


def test_every_border_of_textual_s_is_made_of_lines_and_corners() -> None:
    for rows in BORDER_CHARS.values():
        for char in "".join("".join(row) for row in rows):
            assert in_ascii(char, 1) in set("+-|#. ") | set(char), char


def test_signs_of_states_and_stages_stay_apart() -> None:
    signs = [in_ascii(sign, 1) for sign in "●◉○✗━╌✓▸"]
    assert len(set(signs)) == len(signs)


@given(st.text(max_size=30), st.integers(0, 12))
def test_whatever_the_text_ascii_comes_out_in_as_many_columns(text: str, start: int) -> None:
    printable = "".join(char for char in text if char.isprintable() or char == "\ud800")
    line = strip([("", "|" + printable + "|")], 40)
    plain, made = Picture(60, 2, XTERM), Picture(60, 2, XTERM, ascii_only=True)
    for each in (plain, made):
        each.write(at(start, 0, line) + at(0, 1, "below"))
    assert made.difference().isascii()
    rows = made.wanted_rows()
    assert [len(row) for row in rows] == [60, 60]
    assert rows[0].rfind("|") == sum(map(cell_len, plain.wanted_rows()[0].rpartition("|")[0]))


@given(st.text(max_size=30))
def test_a_title_is_ascii_too(title: str) -> None:
    inert = "".join(char for char in title if char.isprintable())
    made = Picture(20, 1, XTERM, ascii_only=True)
    written = made.write(f"\x1b]0;{inert}\x07")
    assert written.isascii()
    assert written.startswith("\x1b]0;")
    assert written.endswith("\x07")
    assert words_in_ascii("Gett · Bäckerei …") == "Gett . Backerei ."


def test_a_link_s_target_is_ascii_as_urls_have_it() -> None:
    made = Picture(20, 1, XTERM, ascii_only=True)
    made.write(at(0, 0, styled("", "docs", "https://gett.example/ü?a=b%20c")))
    assert "https://gett.example/%C3%BC?a=b%20c" in made.difference()


def test_a_frame_of_textual_s_in_ascii_keeps_its_colours() -> None:
    frame = whole([[("31;44", "● ━━")], [("1", "…")]], 20)
    made, ideal, judge = Picture(20, 2, XTERM, ascii_only=True), Judge(20, 2), Judge(20, 2)
    made.write(frame)
    judge.feed(made.difference())
    ideal.feed(frame.replace("\n", "\r\n"))
    for got, wanted in zip(judge.looks(), ideal.looks(), strict=True):
        assert [look[1:] for look in got] == [look[1:] for look in wanted]
