"""How far behind the person is, by the terminal's own answers; a terminal that gives none holds nothing back."""

from __future__ import annotations

import asyncio
import os

from hypothesis import given
from hypothesis import strategies as st
from virtual_time import VirtualLoop

from gett_tui.ui.terminal.asking import QUESTION, Asking
from gett_tui.ui.terminal.capabilities import Capabilities
from gett_tui.ui.terminal.line import Line
from gett_tui.ui.terminal.painter import Painter
from gett_tui.ui.terminal.picture import Picture

XTERM = Capabilities(background_erase=True, synchronised=False)


def answered_once() -> Asking:
    asking = Asking()
    assert asking.sent(600, 0.0) == QUESTION
    asking.answered(0.1)
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
    asking.answered(1.25)
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
    for _ in range(3):
        asking.answered(8.2)
    assert not asking.is_waiting


def test_a_late_answer_is_none_to_what_was_asked_since() -> None:
    asking = answered_once()
    asking.sent(9_000, 1.0)
    assert asking.wait(7.0, after_key=False) == 0
    asking.sent(600, 8.0)
    mark = asking.mark
    asking.answered(8.5)
    assert not asking.has_seen(mark)
    asking.answered(9.0)
    assert asking.has_seen(mark)


def test_an_answer_that_was_lost_for_good_is_expected_for_a_minute_only() -> None:
    asking = answered_once()
    asking.sent(9_000, 1.0)
    assert asking.wait(7.0, after_key=False) == 0
    asking.sent(600, 70.0)
    asking.answered(70.1)
    assert asking.has_seen(asking.mark)


@given(st.lists(st.one_of(st.integers(1, 9_000), st.none(), st.floats(0.0, 9.0))))
def test_whatever_is_sent_and_answered_nothing_waits_for_longer_than_five_seconds(
    steps: list[int | float | None],
) -> None:
    asking, now = Asking(), 0.0
    for step in steps:
        if step is None:
            asking.answered(now)
        elif isinstance(step, int):
            asking.sent(step, now)
        else:
            now += step
        assert 0 <= asking.wait(now, after_key=False) < 5.001
        assert asking.wait(now, after_key=True) <= asking.wait(now, after_key=False)
    assert asking.wait(now + 5.001, after_key=False) == 0


def test_what_waits_to_be_seen_is_given_up_like_a_picture_when_no_answer_comes() -> None:
    shown: list[float] = []

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        reading, writing = os.pipe()
        try:
            os.set_blocking(writing, False)
            painter = Painter(Picture(20, 5, XTERM, ascii_only=False), (20, 5), loop, lambda: 0.0)
            line = Line(writing, loop, painter.plan, lambda: None)
            painter.start(line)
            painter.write("\x1b[H" + "seen " * 400, (20, 5))
            await asyncio.sleep(0.1)
            painter.asking.sent(600, loop.time())
            painter.answered()
            painter.asking.sent(600, loop.time())
            asked = loop.time()
            painter.when_shown(lambda: shown.append(loop.time() - asked))
            await asyncio.sleep(4.0)
            assert shown == []
            await asyncio.sleep(4.0)
            line.close()
        finally:
            os.close(reading)
            os.close(writing)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(ask())
    assert shown == [5.0]


def test_one_lost_answer_keeps_nobody_waiting_while_others_come() -> None:
    """Stores go on moving, so that there is always a question open and never an old one."""
    shown: list[float] = []

    async def ask() -> None:
        loop = asyncio.get_running_loop()
        reading, writing = os.pipe()
        try:
            os.set_blocking(writing, False)
            painter = Painter(Picture(80, 24, XTERM, ascii_only=False), (80, 24), loop, lambda: 0.0)
            line = Line(writing, loop, painter.plan, lambda: None)
            painter.start(line)
            painter.write("\x1b[H" + "seen " * 400, (80, 24))
            await asyncio.sleep(0.1)
            painter.answered()
            painter.write("\x1b[H" + "lost " * 400, (80, 24))
            await asyncio.sleep(0.1)
            asked = loop.time()
            painter.when_shown(lambda: shown.append(loop.time() - asked))
            for turn in range(40):
                painter.write("\x1b[H" + f"n{turn:03} " * 400, (80, 24))
                await asyncio.sleep(0.5)
                if turn:
                    painter.answered()
                while len(os.read(reading, 65_536)) == 65_536:
                    pass
            line.close()
        finally:
            os.close(reading)
            os.close(writing)

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(ask())
    assert len(shown) == 1
    assert shown[0] <= 5.0
