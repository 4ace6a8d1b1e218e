"""The quota: never above the limit, evenly paced, shared between programs, and heeding what Gett says is left."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gett_tui.gett.client import RateLimits
from gett_tui.gett.quota import PRODUCTION, SANDBOX, Lane, Limits, OwnBook, Quota, limits_for
from gett_tui.storage.shared_pace import SharedPace


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def spend(lane: Lane, clock: Clock, seconds: float, *, urgent: bool = False) -> list[float]:
    """The times at which a greedy program may send."""
    end, sent = clock.now + seconds, []
    while clock.now < end:
        wait = lane.take(urgent=urgent)
        if wait:
            clock.now += wait
        else:
            sent.append(clock.now)
    return sent


def quota(clock: Clock, limits: Limits = PRODUCTION, **more: object) -> Quota:
    return Quota(limits, clock=clock, **more)


def test_the_limits_are_those_of_the_host() -> None:
    assert limits_for("api.gett-tech.com") == PRODUCTION == Limits(1_000, 100)
    assert limits_for("api-sandbox.gett-tech.com") == SANDBOX == Limits(5_000, 500)


def test_polling_spends_its_share_and_no_more() -> None:
    clock = Clock()
    assert 598 <= len(spend(quota(clock).reads, clock, 60)) <= 602


def test_polling_is_paced_and_not_in_bursts() -> None:
    clock = Clock()
    sent = spend(quota(clock).reads, clock, 10)
    gaps = [after - before for before, after in pairwise(sent)]
    assert min(gaps) > 0.09


def test_what_a_person_asks_for_goes_at_once_while_polling_is_at_its_pace() -> None:
    clock = Clock()
    lane = quota(clock).reads
    spend(lane, clock, 30)
    assert [lane.take(urgent=True) for _ in range(4)] == [0, 0, 0, 0]


def test_urgent_and_patient_together_never_pass_the_limit() -> None:
    clock = Clock()
    lane = quota(clock).reads
    sent = len(spend(lane, clock, 30, urgent=True)) + len(spend(lane, clock, 30))
    assert sent <= 1_000 / 2 + 5 + 1 + 300 + 1


def test_reads_and_writes_have_lanes_of_their_own() -> None:
    clock = Clock()
    both = quota(clock)
    both.reads.pause(30)
    assert both.writes.take(urgent=True) == 0
    assert both.reads.take(urgent=True) == 30


def test_an_empty_window_is_waited_out() -> None:
    clock = Clock()
    both = quota(clock)
    both.heed("read", RateLimits(0, 5_020.0, 200), 5_000.0)
    assert both.reads.take(urgent=True) == 20


def test_polling_shrinks_when_others_spend_and_grows_again_in_the_next_window() -> None:
    clock = Clock()
    both = quota(clock)
    both.heed("read", RateLimits(260, 5_030.0, 200), 5_000.0)
    assert both.reads.patient_rate == 120
    clock.now += 31
    assert both.reads.patient_rate == 600


def test_alone_polling_keeps_its_whole_share() -> None:
    clock = Clock()
    both = quota(clock)
    for second in range(0, 60, 5):
        both.heed("read", RateLimits(1_000 - 10 * second, 5_060.0, 200), 5_000.0 + second)
        assert both.reads.patient_rate == 600


def test_a_trickle_of_polling_is_left_however_much_others_spend() -> None:
    clock = Clock()
    both = quota(clock)
    both.heed("read", RateLimits(1, 5_060.0, 200), 5_000.0)
    assert both.reads.patient_rate == 6


@given(
    st.none() | st.integers(-(10**12), 10**12),
    st.none() | st.floats(-1e12, 1e12),
    st.floats(0, 2e9),
)
@settings(max_examples=300, deadline=None)
def test_absurd_headers_stop_nothing_for_longer_than_a_window(
    remaining: int | None, reset: float | None, now: float
) -> None:
    clock = Clock()
    both = quota(clock)
    both.heed("read", RateLimits(remaining, reset, 200), now)
    assert both.reads.take(urgent=True) <= 60


def test_absurd_waits_are_cut_to_a_quarter_of_an_hour() -> None:
    clock = Clock()
    lane = quota(clock).reads
    lane.pause(10**30)
    assert lane.take(urgent=True) == 900


def test_two_programs_with_one_book_share_one_budget(tmp_path: Path) -> None:
    clock = Clock()
    one, two = (quota(clock, book=SharedPace(tmp_path / "quota")).reads for _ in range(2))
    sent = 0
    end = clock.now + 60
    while clock.now < end:
        waits = [one.take(urgent=False), two.take(urgent=False)]
        sent += waits.count(0)
        clock.now += min(waits)
    assert 598 <= sent <= 602
    two.pause(40)
    assert one.take(urgent=True) == 40


def test_a_book_from_before_a_restart_of_the_machine_stops_nothing(tmp_path: Path) -> None:
    late, early = Clock(), Clock()
    late.now = 9_000_000.0
    old = quota(late, book=SharedPace(tmp_path / "quota")).reads
    spend(old, late, 5)
    old.pause(100)
    fresh = quota(early, book=SharedPace(tmp_path / "quota")).reads
    assert fresh.take(urgent=False) == 0
    assert 0 < fresh.take(urgent=False) < 1


def test_a_book_that_cannot_be_used_is_replaced_by_an_own_one(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "quota").mkdir()
    assert 598 <= len(spend(quota(clock, book=SharedPace(tmp_path / "quota")).reads, clock, 60)) <= 602
    (tmp_path / "broken").write_bytes(b"\xff" * 48)
    assert quota(clock, book=SharedPace(tmp_path / "broken")).reads.take(urgent=False) == 0


def test_an_own_book_serves_where_nothing_is_shared() -> None:
    clock = Clock()
    assert Lane(0, 60, 0.5, OwnBook(), clock).take(urgent=False) == 0
