"""Steps between styles: whatever the two are, a step leads from one to the other, and costs no more than all anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judge import Judge

from gett_tui.ui.terminal.moves import move
from gett_tui.ui.terminal.style import PLAIN, Style, as_blank, step, worn

COLOURS = ["", "31", "97", "38;5;208", "38;2;1;2;3"]
BACKGROUNDS = ["", "44", "107", "48;5;17", "48;2;1;2;3"]
CODES = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "51", "52", "53"]
styles = st.builds(
    Style,
    foreground=st.sampled_from(COLOURS),
    background=st.sampled_from(BACKGROUNDS),
    attributes=st.frozensets(st.sampled_from(CODES)),
    link=st.just(""),
)


def sgr(text: str) -> list[str]:
    return [part.partition("m")[0] for part in text.split("\x1b[")[1:]]


@given(styles, styles)
def test_a_step_leads_from_one_to_the_other(before: Style, after: Style) -> None:
    at = before
    for parameters in sgr(step(before, after)):
        at = worn(at, parameters)
    assert at == after
    assert len(step(before, after)) <= len(step(None, after))


@given(styles, styles)
def test_a_terminal_takes_the_step_too(before: Style, after: Style) -> None:
    stepped, anew = Judge(3, 1), Judge(3, 1)
    stepped.feed(step(None, before) + step(before, after) + "x")
    anew.feed(step(None, after) + "x")
    assert stepped.looks() == anew.looks()


@pytest.mark.parametrize(
    ("parameters", "style"),
    [
        ("", PLAIN),
        ("0", PLAIN),
        ("1;31", Style("31", "", frozenset("1"))),
        ("01;031", Style("31", "", frozenset("1"))),
        (";1", Style("", "", frozenset("1"))),
        ("38;5;208;48;2;1;2;3", Style("38;5;208", "48;2;1;2;3")),
        ("38:5:208", Style("38;5;208")),
        ("38:2::1:2:3", Style("38;2;1;2;3")),
        ("48:2:1:2:3;4:3", Style("", "48;2;1;2;3", frozenset("4"))),
        ("4:2", Style("", "", frozenset({"21"}))),
        ("4;4:0", PLAIN),
        ("58;5;3;1", Style("", "", frozenset("1"))),
        ("38;5", PLAIN),
        ("38;9;1", Style("", "", frozenset("1"))),
        ("31;44;39;49", PLAIN),
        ("1;2;22", PLAIN),
        ("999", PLAIN),
    ],
)
def test_what_is_worn_after(parameters: str, style: Style) -> None:
    assert worn(PLAIN, parameters) == style


def test_a_reset_does_not_end_a_link() -> None:
    assert worn(Style("31", link="https://x"), "0") == Style(link="https://x")


@given(styles)
def test_what_is_seen_of_a_blank_is_stable(style: Style) -> None:
    assert as_blank(as_blank(style)) == as_blank(style)


@given(*(st.tuples(st.integers(0, 79), st.integers(0, 23)) for _ in range(2)))
def test_a_move_leads_there_and_costs_no_more_than_an_absolute_one(
    start: tuple[int, int], end: tuple[int, int]
) -> None:
    judge = Judge(80, 24)
    judge.feed(move(None, *start) + move(start, *end))
    assert (judge.cursor.x, judge.cursor.y) == end
    assert len(move(start, *end)) <= len(move(None, *end))
