"""How far behind the person is, by the terminal's own answers; a terminal that gives none holds nothing back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gett_tui.ui.terminal.asking import QUESTION, Asking


def answered_once() -> Asking:
    asking = Asking()
    assert asking.sent(600, 0.0) == QUESTION
    asking.answered()
    return asking


def test_nothing_waits_before_a_first_answer_and_the_questions_end() -> None:
    asking = Asking()
    questions = [asking.sent(5_000, float(number)) for number in range(20)]
    assert 0 < questions.count(QUESTION) < 10
    assert asking.wait(20.0, after_key=False) == 0
    assert not asking.is_waiting


def test_small_changes_are_not_asked_behind_one_by_one() -> None:
    asking = Asking()
    assert [asking.sent(20, 0.0) for _ in range(40)].count(QUESTION) == 1


def test_a_picture_waits_while_much_is_unanswered_and_goes_with_the_answer() -> None:
    asking = answered_once()
    assert asking.sent(1_000, 1.0) == QUESTION
    assert asking.wait(1.1, after_key=False) == 0
    assert asking.sent(1_000, 1.1) == QUESTION
    assert asking.wait(1.2, after_key=False) > 0
    asking.answered()
    assert asking.wait(1.3, after_key=False) == 0


def test_the_effect_of_a_key_waits_for_less_but_not_for_nothing() -> None:
    asking = answered_once()
    asking.sent(2_000, 1.0)
    assert asking.wait(1.1, after_key=False) > 0
    assert asking.wait(1.1, after_key=True) == 0
    asking.sent(2_000, 1.2)
    assert asking.wait(1.3, after_key=True) > 0


def test_an_answer_that_does_not_come_is_given_up() -> None:
    asking = answered_once()
    asking.sent(9_000, 1.0)
    wait = asking.wait(2.0, after_key=False)
    assert 3 < wait <= 5
    assert asking.wait(2.0 + wait, after_key=False) == 0
    asking.sent(600, 8.0)
    assert asking.wait(8.1, after_key=False) == 0
    asking.answered()
    asking.answered()
    asking.answered()
    assert not asking.is_waiting


@given(st.lists(st.one_of(st.integers(1, 9_000), st.none(), st.floats(0.0, 9.0))))
def test_whatever_is_sent_and_answered_nothing_waits_for_longer_than_five_seconds(
    steps: list[int | float | None],
) -> None:
    asking, now = Asking(), 0.0
    for step in steps:
        if step is None:
            asking.answered()
        elif isinstance(step, int):
            asking.sent(step, now)
        else:
            now += step
        assert 0 <= asking.wait(now, after_key=False) < 5.001
        assert asking.wait(now, after_key=True) <= asking.wait(now, after_key=False)
    assert asking.wait(now + 5.001, after_key=False) == 0
