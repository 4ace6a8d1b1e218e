"""Facts of the screen that stand once: keys in sentences, what is said of each state, the columns of the list."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from dialog_driver import NOW, record
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import gett_tui
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import STAGES, OwnState, Status, meaning
from gett_tui.ui.columns import COLUMNS, ORDERS, Day, Needs, cells, face, inert, middle, titles, widths
from gett_tui.ui.commands import (
    BAR,
    BAR_ALWAYS,
    BAR_OF_ROW,
    COMMANDS,
    actions,
    command,
    full_screen_bindings,
    with_keys,
)
from gett_tui.ui.sort_keys import ATTENTION, ORDER_NAMES
from gett_tui.ui.status_style import STYLES, UNKNOWN, style_of

ROOT = Path(gett_tui.__file__).parent


# -- keys


def test_a_sentence_names_a_key_by_its_command() -> None:
    assert with_keys("Press {activate} or {filter}; {leave} ends it.") == "Press a or /; escape ends it."
    with pytest.raises(KeyError):
        with_keys("Press {no_such_command}.")


@pytest.mark.parametrize("style", [*STYLES.values(), UNKNOWN], ids=str)
def test_every_key_that_the_table_of_states_names_is_one(style: object) -> None:
    words = with_keys(f"{getattr(style, 'todo')}{getattr(style, 'help')}")  # noqa: B009
    assert "{" not in words


def test_no_sentence_spells_a_key() -> None:
    spelled = re.compile(r"[Pp]ress [a-zA-Z?/:]\b|\((enter|[a-z])\)|(?<![+\w])[a-z] (registers|puts|settles|takes) ")
    for path in [*(ROOT / "ui").rglob("*.py"), *(ROOT / "onboarding").glob("*.py"), *(ROOT / "storage").glob("*.py")]:
        for line in path.read_text("utf-8").splitlines():
            if '"' in line and '"""' not in line:
                assert not spelled.search(line), f"{path.name}: {line}"


@pytest.mark.parametrize(
    ("command_id", "states"),
    [
        ("activate", {Status.READY_TO_ACTIVATE}),
        ("resolve", {OwnState.UNCONFIRMED}),
        ("fix", {Status.CATALOG_FAILED, OwnState.CANCELLED, OwnState.GONE, OwnState.DROPPED}),
        (
            "cancel_onboarding",
            {
                Status.PENDING_CATALOG,
                Status.CATALOG_INGESTING,
                Status.CATALOG_FAILED,
                Status.READY_TO_ACTIVATE,
                OwnState.NOT_ASKED,
                "menu_review",
            },
        ),
    ],
)
def test_a_command_knows_for_which_stores_it_is(command_id: str, states: set[object]) -> None:
    every = [*Status, *OwnState, "menu_review"]
    assert {state for state in every if command(command_id).applies(Record("k", state))} == states
    for state in every:
        why_not = command(command_id).why_not(Record("k", state))
        assert why_not is None or why_not.endswith(".")


def test_the_full_screen_has_its_keys_from_the_same_table() -> None:
    bound = {binding.key: binding.action for binding in full_screen_bindings()}
    assert bound == {one.key: one.id for one in COMMANDS if one.full_screen}


def test_of_the_commands_that_share_a_place_of_the_key_bar_a_store_has_at_most_one() -> None:
    for place in BAR_OF_ROW:
        for state in (*Status, *OwnState, "menu_review"):
            assert sum(command(each).applies(Record("k", state)) for each in place) <= 1
    assert len({*BAR, *BAR_ALWAYS, *(each for place in BAR_OF_ROW for each in place)}) == len(
        [*BAR, *BAR_ALWAYS, *(each for place in BAR_OF_ROW for each in place)]
    )


def test_each_choice_of_a_command_has_its_digit() -> None:
    for one in COMMANDS:
        if one.choices:
            assert one.key.split(",") == [str(number + 1) for number in range(len(one.choices))]
            assert actions(one) == [f"{one.id}({number})" for number in range(len(one.choices))]
        else:
            assert actions(one) == [one.id]


# -- states


def test_every_state_has_its_look_and_every_stage_a_name_for_the_bar() -> None:
    assert set(STYLES) == {*Status, *OwnState}
    for stage in STAGES:
        forms = style_of(stage).short
        assert forms
        assert sorted(forms, key=len, reverse=True) == list(forms)
    assert style_of("menu_review") is UNKNOWN
    assert style_of("unconfirmed") is UNKNOWN, "Gett's word is not our state"


# -- columns

DAY = Day(date(2026, 3, 14), UTC)


@pytest.mark.parametrize("needs", [Needs(), Needs(40, 4), Needs(4, 40), Needs(300, 300)])
@pytest.mark.parametrize("width", [*range(1, 120), 300])
def test_the_columns_share_any_width_without_running_over(width: int, needs: Needs) -> None:
    shown = face(record(("ready_to_activate", 5)), DAY, False)
    shared = widths(width, needs)
    if width > 12:
        assert len("".join(cells(shown.texts, shared, False))) == width - 3
    assert sum(shared.columns) <= max(0, width)
    if width > 60:
        assert min(shared.columns) >= 6


@given(st.text(max_size=40), st.integers(1, 30), st.booleans())
def test_what_is_cut_in_the_middle_fills_its_cells_with_both_ends(text: str, width: int, ascii_only: bool) -> None:
    text = inert(text, ascii_only)
    shown = middle(text, width, ascii_only)
    assert cell_len(shown) == width
    if cell_len(text) > width > 7 and text.isascii():
        head, _, tail = shown.partition(".." if ascii_only else "…")
        assert text.startswith(head.rstrip()) or ".." in text
        assert text.endswith(tail) or ".." in text


def test_an_order_goes_by_its_column_and_every_column_has_one() -> None:
    assert list(ORDERS) == list(ORDER_NAMES) == [ATTENTION, *(column.order for column in COLUMNS)]
    assert titles("since", "▾")[-1] == "Since▾"
    assert "▾" not in "".join(titles(ATTENTION, "▾"))
    old, new = record(("active", 50)), record(("active", 5))
    assert sorted([old, new], key=ORDERS["since"]) == [new, old]


def test_a_cell_says_the_words_of_the_state_and_when_it_was_reached() -> None:
    shown = face(record(("catalog_failed", 60)), DAY, True)
    assert shown.sign == style_of(Status.CATALOG_FAILED).ascii_sign
    assert shown.texts == ("Corner Bakery", "cb-12", meaning(Status.CATALOG_FAILED).words, "14:02")
    later = Day(datetime(2026, 3, 15, tzinfo=UTC).date(), NOW.tzinfo)
    assert face(record(("active", 60)), later, False).texts[-1] == "14 Mar"
