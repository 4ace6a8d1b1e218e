"""Whom the schedule asks: by expected news, without starving anybody, and within its learned idea of durations."""

from __future__ import annotations

import math
import random
import statistics
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gett_tui.onboarding.status import OwnState
from gett_tui.polling.schedule import Schedule
from gett_tui.polling.stage_times import StageTimes

READY, FAILED, PENDING, INGESTING = "ready_to_activate", "catalog_failed", "pending_catalog", "catalog_ingesting"


def run(schedule: Schedule, seconds: float, budget: float, start: float = 0.0) -> list[tuple[float, str]]:
    """Who is asked when, with ``budget`` questions a second and no news."""
    asked: list[tuple[float, str]] = []
    for slot in range(int(seconds * budget)):
        now = start + slot / budget
        key = schedule.take(now)
        if key is not None:
            asked.append((now, key))
            schedule.asked(key, now)
    return asked


def test_terminal_stores_are_never_asked() -> None:
    schedule = Schedule(random.Random(1))
    for number, status in enumerate(
        ("active", OwnState.CANCELLED, OwnState.DROPPED, OwnState.UNCONFIRMED, OwnState.REGISTERING)
    ):
        schedule.put(f"s{number}", status, 0.0)
    assert run(schedule, 100, 10) == []
    assert schedule.wait(100) is None


def test_a_store_that_becomes_terminal_is_let_go() -> None:
    schedule = Schedule(random.Random(1))
    schedule.put("a", PENDING, 0.0)
    schedule.put("a", "active", 5.0)
    assert run(schedule, 50, 10, 5.0) == []


def test_with_budget_to_spare_a_moving_store_is_asked_every_few_seconds_and_no_oftener() -> None:
    schedule = Schedule(random.Random(1))
    schedule.put("a", INGESTING, 0.0, age=60)
    times = [at for at, _ in run(schedule, 120, 20)]
    gaps = [after - before for before, after in pairwise(times)]
    assert min(gaps) >= 1.8
    assert statistics.mean(gaps) < 5


def test_failed_and_waiting_stores_are_asked_seldom() -> None:
    schedule = Schedule(random.Random(1))
    schedule.put("ready", READY, 0.0)
    schedule.put("failed", FAILED, 0.0)
    schedule.put("moving", PENDING, 0.0)
    asked = Counter(key for _, key in run(schedule, 1_200, 20))
    assert asked["failed"] < asked["ready"] < asked["moving"] / 5
    assert asked["failed"] >= 3


def test_a_store_that_has_hung_for_long_is_asked_less_often() -> None:
    def times(age: float) -> int:
        schedule = Schedule(random.Random(1))
        schedule.put("a", INGESTING, 0.0, age=age)
        return len(run(schedule, 300, 20))

    assert times(90) > times(7_200) > times(200_000) >= 4


@pytest.mark.parametrize("age", [1e9, 1e18])
def test_a_moving_store_that_has_hung_for_years_is_still_asked_every_minute(age: float) -> None:
    schedule = Schedule(random.Random(1))
    schedule.put("a", INGESTING, 0.0, age=age)
    assert 9 <= len(run(schedule, 600, 10)) <= 11


def test_the_store_that_a_person_looks_at_is_asked_most() -> None:
    schedule = Schedule(random.Random(1))
    for number in range(500):
        schedule.put(f"s{number}", INGESTING, 0.0, age=100)
    schedule.watch("s7", 0.0)
    asked = Counter(key for _, key in run(schedule, 100, 10))
    assert 40 <= asked["s7"] <= 55


def test_a_store_that_is_being_asked_about_is_not_asked_again_since_a_person_looks_at_it() -> None:
    schedule = Schedule(random.Random(1))
    schedule.put("a", PENDING, 0.0)
    assert schedule.take(1.0) == "a"
    schedule.watch("a", 1.0)
    assert schedule.take(10.0) is None


def test_a_question_that_was_planned_before_is_not_asked_beside_the_one_under_way() -> None:
    schedule = Schedule(random.Random(1))
    schedule.put("a", READY, 0.0)
    assert schedule.take(1.0) == "a"
    schedule.asked("a", 1.0)
    schedule.watch("a", 2.0)
    assert schedule.take(4.0) == "a"
    assert schedule.take(500.0) is None


def test_to_look_at_a_store_puts_no_question_off() -> None:
    schedule = Schedule(random.Random(1))
    schedule.put("a", PENDING, 0.0)
    schedule.watch("a", 0.0)
    assert schedule.take(1.0) == "a"


def test_the_wait_is_until_somebody_is_due() -> None:
    schedule = Schedule(random.Random(1))
    assert schedule.wait(0.0) is None
    schedule.put("a", PENDING, 0.0)
    assert 0 < (schedule.wait(0.0) or 0) <= 1
    assert schedule.wait(1.0) == 0
    assert schedule.take(1.0) == "a"
    schedule.asked("a", 1.0)
    assert 1.8 <= (schedule.wait(1.0) or 0) <= 2.2


def test_a_store_that_has_just_changed_is_left_alone_for_a_moment() -> None:
    schedule = Schedule(random.Random(1))
    schedule.put("a", PENDING, 0.0)
    schedule.put("a", INGESTING, 0.0)
    assert schedule.take(1.8) is None
    assert schedule.take(10.0) == "a"


def test_the_gone_stores_of_a_list_that_was_just_loaded_are_asked_over_an_hour() -> None:
    schedule = Schedule(random.Random(1))
    for number in range(100):
        schedule.put(f"s{number}", OwnState.GONE, 0.0)
    assert len(run(schedule, 60, 10)) < 10


def test_a_status_that_is_told_again_changes_nothing() -> None:
    def asked(often: int) -> int:
        schedule, count = Schedule(random.Random(1)), 0
        schedule.put("a", PENDING, 0.0)
        for tenth in range(1, 1_200):
            for _ in range(often):
                schedule.put("a", PENDING, tenth / 10)
            if schedule.take(tenth / 10) is not None:
                schedule.asked("a", tenth / 10)
                count += 1
        return count

    assert asked(3) == asked(0)


def test_a_change_that_was_found_teaches_how_long_the_stage_took() -> None:
    schedule = Schedule(random.Random(1))
    before = schedule.stages.expected_news(PENDING, 0.0, 5.0)
    for number in range(50):
        schedule.put(f"s{number}", PENDING, 0.0)
        schedule.asked(f"s{number}", 3.0)
        schedule.put(f"s{number}", INGESTING, 5.0)
    assert schedule.stages.expected_news(PENDING, 0.0, 5.0) > 4 * before


def test_two_states_of_one_moment_teach_nothing() -> None:
    schedule = Schedule(random.Random(1))
    before = schedule.stages.expected_news(PENDING, 0.0, 5.0)
    schedule.put("a", PENDING, 7.0, age=2.0)
    schedule.put("a", INGESTING, 7.0, age=1.0)
    assert schedule.stages.expected_news(PENDING, 0.0, 5.0) == before


def test_stores_that_come_in_the_place_of_others_are_all_asked() -> None:
    schedule = Schedule(random.Random(1))
    for number in range(100):
        schedule.put(f"old{number}", PENDING, 0.0)
    out = {schedule.take(5.0), schedule.take(5.0)}
    for number in range(100):
        schedule.remove(f"old{number}")
        schedule.put(f"new{number}", PENDING, 5.0)
    out |= {schedule.take(10.0) for _ in range(101)}
    assert out >= {None, *(f"new{number}" for number in range(100))}
    assert len(out) == 103


def test_when_the_budget_is_short_all_of_it_is_used_and_nobody_starves() -> None:
    schedule = Schedule(random.Random(1))
    for number in range(300):
        status = (PENDING, INGESTING, READY)[number % 3]
        schedule.put(f"s{number}", status, 0.0, age=float(number * 10))
    asked = run(schedule, 900, 10)
    assert len(asked) > 8_950
    moving = {f"s{number}" for number in range(300) if number % 3 < 2}
    late = Counter(key for at, key in asked if at > 450)
    assert all(late[key] for key in moving)


def test_a_decision_among_twenty_thousand_stores_looks_at_few_of_them() -> None:
    class Counted(StageTimes):
        looks = 0

        def expected_news(self, status: str, age: float, ahead: float) -> float:
            self.looks += 1
            return super().expected_news(status, age, ahead)

    stages = Counted()
    schedule = Schedule(random.Random(1), stages)
    for number in range(20_000):
        schedule.put(f"s{number}", PENDING, 0.0)
    for slot in range(3_000):
        before = stages.looks
        key = schedule.take(60 + slot / 10)
        assert key is not None
        schedule.asked(key, 60 + slot / 10)
        assert stages.looks - before < (2_500 if slot == 0 else 100)


def test_of_three_thousand_stores_all_are_asked_in_little_more_than_a_round() -> None:
    schedule = Schedule(random.Random(1))
    for number in range(3_000):
        schedule.put(f"s{number}", INGESTING, 0.0, age=100.0)
    asked = [key for _, key in run(schedule, 330, 10)]
    assert len(set(asked)) == 3_000


def test_of_all_that_wait_the_one_with_most_news_expected_is_asked_first() -> None:
    schedule = Schedule(random.Random(1))
    for number in range(60):
        schedule.put(f"old{number}", INGESTING, 0.0, age=50_000.0)
    schedule.put("hot", PENDING, 0.0, age=20.0)
    assert schedule.take(30.0) == "hot"


def test_a_store_that_was_asked_about_since_it_was_ranked_waits_for_its_new_place() -> None:
    schedule = Schedule(random.Random(1))
    for key in "ab":
        schedule.put(key, PENDING, 0.0, age=20.0)
    for number in range(200):
        schedule.put(f"s{number}", INGESTING, 0.0, age=100.0)
    assert schedule.take(60.0) == "a"
    schedule.watch("b", 60.0)
    assert schedule.take(60.0) == "b"
    schedule.asked("b", 60.0)
    schedule.watch(None, 60.0)
    assert schedule.take(63.0) != "b"


def test_a_failed_store_is_asked_every_few_minutes() -> None:
    schedule = Schedule(random.Random(1))
    schedule.put("a", FAILED, 0.0)
    assert 3 <= len(run(schedule, 600, 10)) <= 5


def test_rates_follow_the_square_root_of_the_hazard() -> None:
    class Constant(StageTimes):
        def expected_news(self, status: str, age: float, ahead: float) -> float:
            return max(0.0, ahead) * (0.16 if status == PENDING else 0.01)

    schedule = Schedule(random.Random(1), Constant())
    for number in range(200):
        schedule.put(f"q{number}", PENDING, 0.0)
        schedule.put(f"s{number}", INGESTING, 0.0)
    asked = Counter(key[0] for at, key in run(schedule, 2_000, 10) if at > 200)
    assert asked["q"] / asked["s"] == pytest.approx(4.0, rel=0.15)


def test_the_same_chance_and_clock_give_the_same_order() -> None:
    def order() -> list[tuple[float, str]]:
        schedule = Schedule(random.Random(5))
        for number in range(50):
            schedule.put(f"s{number}", PENDING, 0.0)
        return run(schedule, 60, 10)

    assert order() == order()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "take", "asked", "remove", "watch", "pass"]),
            st.sampled_from("abcdef"),
            st.sampled_from([PENDING, INGESTING, READY, FAILED, "active", "strange"]),
            st.floats(0, 400),
        ),
        max_size=60,
    )
)
@settings(max_examples=300, deadline=None)
def test_no_store_is_out_twice_and_only_known_ones_come(steps: list[tuple[str, str, str, float]]) -> None:
    schedule, now = Schedule(random.Random(3)), 0.0
    out: set[str] = set()
    known: set[str] = set()
    for step, key, status, seconds in steps:
        if step == "pass":
            now += seconds
        elif step == "put":
            schedule.put(key, status, now)
            out.discard(key)
            (known.discard if status == "active" else known.add)(key)
        elif step == "remove":
            schedule.remove(key)
            known.discard(key)
            out.discard(key)
        elif step == "watch":
            schedule.watch(key, now)
        elif step == "asked":
            schedule.asked(key, now)
            out.discard(key)
        else:
            taken = schedule.take(now)
            if taken is not None:
                assert taken in known
                assert taken not in out
                out.add(taken)
        wait = schedule.wait(now)
        assert wait is None or wait >= 0


def test_durations_are_learned_from_what_was_seen() -> None:
    stages = StageTimes()
    chance = random.Random(2)
    before = stages.expected_news(PENDING, 0.0, 5.0)
    for _ in range(200):
        stages.learn(PENDING, chance.lognormvariate(math.log(4), 0.3))
    assert stages.expected_news(PENDING, 0.0, 5.0) > 5 * before
    share = 1 - math.exp(-stages.expected_news(PENDING, 0.0, 4.0))
    assert share == pytest.approx(0.5, abs=0.08)


def test_a_store_that_waits_for_a_person_teaches_nothing() -> None:
    stages = StageTimes()
    before = stages.expected_news(READY, 0.0, 60.0)
    stages.learn(READY, 5.0)
    assert stages.expected_news(READY, 0.0, 60.0) == before


@given(st.sampled_from([PENDING, INGESTING, READY, FAILED, "strange"]), st.floats(0, 1e9), st.floats(0, 1e7))
@settings(max_examples=500, deadline=None)
def test_expected_news_is_finite_and_grows_with_time(status: str, age: float, ahead: float) -> None:
    stages = StageTimes()
    news = stages.expected_news(status, age, ahead)
    assert math.isfinite(news)
    assert news >= -1e-6
    assert stages.expected_news(status, age, ahead * 2) >= news - 1e-6


@pytest.mark.slow
def test_a_thousand_gone_stores_are_asked_rarely_and_take_nothing_from_the_moving_ones() -> None:
    def asked_of_moving(gone: int) -> tuple[int, Counter[str]]:
        schedule = Schedule(random.Random(1))
        for number in range(gone):
            schedule.put(f"gone{number}", OwnState.GONE, 0.0, age=float(number))
        for number in range(100):
            schedule.put(f"moving{number}", INGESTING, 0.0, age=60.0)
        asked = Counter(key for _, key in run(schedule, 4_000, 10))
        return sum(count for key, count in asked.items() if key.startswith("moving")), asked

    alone, _ = asked_of_moving(0)
    beside, asked = asked_of_moving(1_000)
    gone = {key: count for key, count in asked.items() if key.startswith("gone")}
    assert beside > 0.96 * alone
    assert len(gone) == 1_000, "now and then each is asked"
    assert sum(gone.values()) < 1_300


def test_a_gone_store_that_a_person_looks_at_is_asked_at_once() -> None:
    schedule = Schedule(random.Random(1))
    schedule.put("a", OwnState.GONE, 0.0)
    schedule.watch("a", 0.0)
    assert len(run(schedule, 20, 10)) >= 8
