"""What is expected of a stage: the prior at first, the data after some tens of stores, and always a usable number."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gett_tui.polling.stage_times import StageTimes

PENDING, INGESTING, READY, FAILED = "pending_catalog", "catalog_ingesting", "ready_to_activate", "catalog_failed"


def chance_within(stages: StageTimes, status: str, seconds: float) -> float:
    return 1 - math.exp(-stages.expected_news(status, 0.0, seconds))


def test_without_history_half_the_stores_leave_within_the_prior_median() -> None:
    assert chance_within(StageTimes(), PENDING, 20.0) == pytest.approx(0.5)
    assert chance_within(StageTimes(), INGESTING, 90.0) == pytest.approx(0.5)


def test_median_and_spread_are_learned_even_far_from_the_prior() -> None:
    stages, chance = StageTimes(), random.Random(4)
    for _ in range(400):
        stages.learn(INGESTING, chance.lognormvariate(math.log(5_000), 0.5))
    assert chance_within(stages, INGESTING, 5_000) == pytest.approx(0.5, abs=0.08)
    assert chance_within(stages, INGESTING, 5_000 * math.exp(0.5)) == pytest.approx(0.84, abs=0.08)


def test_one_odd_store_does_not_overturn_the_prior() -> None:
    stages = StageTimes()
    stages.learn(PENDING, 20_000.0)
    assert chance_within(stages, PENDING, 20.0) > 0.2


def test_a_stage_that_always_took_the_same_time_is_expected_to_go_on_when_it_does_not() -> None:
    stages = StageTimes()
    for _ in range(500):
        stages.learn(PENDING, 20.0)
    assert 0 < stages.expected_news(PENDING, 1e6, 10.0) < 10


def test_one_status_teaches_nothing_about_another() -> None:
    stages = StageTimes()
    before = stages.expected_news(INGESTING, 30.0, 10.0)
    for _ in range(50):
        stages.learn(PENDING, 2.0)
    assert stages.expected_news(INGESTING, 30.0, 10.0) == before


def test_a_stage_that_has_hung_for_long_promises_less_news() -> None:
    stages = StageTimes()
    news = [stages.expected_news(INGESTING, age, 10.0) for age in (100.0, 1_000.0, 10_000.0, 1_000_000.0)]
    assert news == sorted(news, reverse=True)
    assert news[0] > 10 * news[-1] > 0


def test_a_failed_store_promises_less_than_a_ready_one() -> None:
    stages = StageTimes()
    assert 0 < stages.expected_news(FAILED, 0.0, 60.0) < stages.expected_news(READY, 0.0, 60.0) < 0.01


@given(st.lists(st.floats(-10, 1e9), max_size=30), st.floats(0, 1e8), st.floats(0.01, 1e6))
@settings(max_examples=200, deadline=None)
def test_whatever_was_learned_the_news_expected_is_finite(lengths: list[float], age: float, ahead: float) -> None:
    stages = StageTimes()
    for length in lengths:
        stages.learn("strange", length)
    news = stages.expected_news("strange", age, ahead)
    assert math.isfinite(news)
    assert news >= -1e-6
