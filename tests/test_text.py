"""Text from outside is inert, whatever it holds."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from gett_tui.text import count, lines, one_line

ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=200)


@given(ANYTHING)
@settings(max_examples=2_000, deadline=None)
def test_no_control_format_or_unprintable_character_is_left(text: str) -> None:
    for line in [one_line(text), *lines(text)]:
        assert not [char for char in line if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
        line.encode("utf-8")


@given(ANYTHING)
@settings(max_examples=300, deadline=None)
def test_making_inert_twice_changes_nothing(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)


def test_plain_text_stays_as_it_is() -> None:
    for text in ("Corner Bakery #12", "Pizza Süd", "寿司 一番", "[b]not markup[/b]", "🍕 Pizza"):
        assert one_line(text) == text


def test_a_megabyte_is_cut_with_a_sign() -> None:
    assert one_line("x" * 10**6, 100) == "x" * 100 + "…"
    assert lines("x\n" * 10**6)[-1] == "…"
    assert len(lines("x\n" * 10**6)) <= 401


def test_lines_are_kept_and_their_ends_are_not() -> None:
    assert lines("a\r\nb\rc\nd") == ["a", "b", "c", "d"]
    assert one_line("a\tb\nc") == "a b c"


def test_a_pile_of_marks_is_cut_and_none_opens_the_text() -> None:
    assert one_line("e" + "\u0301" * 50) == "e" + "\u0301" * 2
    assert one_line("\u0301x") == "x"


def test_one_thing_is_told_otherwise_than_many() -> None:
    assert [count(number, "store") for number in (0, 1, 2)] == ["0 stores", "1 store", "2 stores"]
    assert [count(number, "copy", "copies") for number in (1, 4)] == ["1 copy", "4 copies"]
