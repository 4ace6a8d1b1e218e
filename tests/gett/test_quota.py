"""The quota: never above the limit, evenly paced, shared between programs, and led by what Gett says is left."""

from __future__ import annotations

import asyncio
import fcntl
import math
import os
import struct
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gett_tui.gett.client import RateLimits
from gett_tui.gett.quota import PRODUCTION, SANDBOX, Limits, OwnPace, Pace, Quota, RateLimiter, limits_for
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.shared_pace import SharedPace


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def wait(limiter: RateLimiter, *, urgent: bool = False) -> float:
    return limiter.reserve(urgent=urgent).wait


def spend(limiter: RateLimiter, clock: Clock, seconds: float, *, urgent: bool = False) -> list[float]:
    """The times at which a greedy program may send."""
    end, sent = clock.now + seconds, []
    while clock.now < end:
        turn = limiter.reserve(urgent=urgent)
        clock.now += turn.wait
        if turn.taken:
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
    limiter = quota(clock).reads
    spend(limiter, clock, 30)
    assert [wait(limiter, urgent=True) for _ in range(4)] == [0, 0, 0, 0]


def test_urgent_and_patient_together_never_pass_the_limit() -> None:
    clock = Clock()
    limiter = quota(clock).reads
    sent = len(spend(limiter, clock, 30, urgent=True)) + len(spend(limiter, clock, 30))
    assert sent <= 1_000 / 2 + 5 + 1 + 300 + 1


def test_reads_and_writes_have_a_pace_of_their_own() -> None:
    clock = Clock()
    both = quota(clock)
    both.reads.pause(30)
    assert wait(both.writes, urgent=True) == 0
    assert wait(both.reads, urgent=True) == 30


def test_an_empty_window_is_waited_out() -> None:
    clock = Clock()
    both = quota(clock)
    both.update_from_headers("read", RateLimits(0, 5_020.0, 200), 5_000.0)
    assert wait(both.reads, urgent=True) == 20


def test_what_is_left_of_the_window_stops_nothing() -> None:
    both = quota(Clock())
    both.update_from_headers("read", RateLimits(1, 5_020.0, 200), 5_000.0)
    both.update_from_headers("write", RateLimits(0, 5_020.0, 200), 5_000.0)
    assert (wait(both.reads, urgent=True), wait(both.writes, urgent=True)) == (0, 20)


def test_a_short_pause_does_not_end_a_long_one() -> None:
    limiter = quota(Clock()).reads
    limiter.pause(30)
    limiter.pause(10)
    assert wait(limiter, urgent=True) == 30


def test_no_turn_is_taken_further_ahead_than_asked_for() -> None:
    clock = Clock()
    limiter = quota(clock).reads
    turn = limiter.reserve(urgent=False, ahead=0.25, more=50)
    assert len(turn.more) == 2
    assert max(turn.more) <= clock.now + 0.25
    assert 0.25 < wait(limiter) <= 0.35


def test_polling_shrinks_when_others_spend_and_grows_again_in_the_next_window() -> None:
    clock = Clock()
    both = quota(clock)
    both.update_from_headers("read", RateLimits(260, 5_030.0, 200), 5_000.0)
    assert both.reads.patient_rate == 120
    clock.now += 31
    assert both.reads.patient_rate == 600


def test_alone_polling_keeps_its_whole_share() -> None:
    clock = Clock()
    both = quota(clock)
    for second in range(0, 60, 5):
        both.update_from_headers("read", RateLimits(1_000 - 10 * second, 5_060.0, 200), 5_000.0 + second)
        assert both.reads.patient_rate == 600


def test_a_trickle_of_polling_is_left_however_much_others_spend() -> None:
    clock = Clock()
    both = quota(clock)
    both.update_from_headers("read", RateLimits(1, 5_060.0, 200), 5_000.0)
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
    both.update_from_headers("read", RateLimits(remaining, reset, 200), now)
    assert wait(both.reads, urgent=True) <= 60


def test_absurd_waits_are_cut_to_a_quarter_of_an_hour() -> None:
    clock = Clock()
    limiter = quota(clock).reads
    limiter.pause(10**30)
    assert wait(limiter, urgent=True) == 900


def test_two_programs_with_one_store_share_one_budget(tmp_path: Path) -> None:
    clock = Clock()
    one, two = (quota(clock, store=SharedPace(tmp_path / "quota")).reads for _ in range(2))
    sent = 0
    end = clock.now + 60
    while clock.now < end:
        turns = [one.reserve(urgent=False), two.reserve(urgent=False)]
        sent += sum(turn.taken for turn in turns)
        clock.now += min(turn.wait for turn in turns)
    assert 598 <= sent <= 602
    two.pause(40)
    assert wait(one, urgent=True) == 40


def test_a_pace_from_a_future_that_never_comes_stops_nothing(tmp_path: Path) -> None:
    late, early = Clock(), Clock()
    late.now = 9_000_000.0
    old = quota(late, store=SharedPace(tmp_path / "quota")).reads
    spend(old, late, 5)
    old.pause(100)
    fresh = quota(early, store=SharedPace(tmp_path / "quota")).reads
    assert wait(fresh) == 0
    assert 0 < wait(fresh) < 1


def test_a_pace_of_another_start_of_the_machine_counts_for_nothing(tmp_path: Path) -> None:
    path, clock = tmp_path / "quota", Clock()
    quota(clock, store=SharedPace(path)).reads.pause(500)
    assert wait(quota(clock, store=SharedPace(path)).reads) == 500
    data = path.read_bytes()
    path.write_bytes(data[:48] + bytes(16))
    assert wait(quota(clock, store=SharedPace(path)).reads) == 0


def test_version_0_1_0_reads_and_writes_the_same_numbers(tmp_path: Path) -> None:
    path, clock = tmp_path / "quota", Clock()
    ours = quota(clock, store=SharedPace(path)).reads
    ours.pause(30)
    with path.open("r+b") as file:
        assert struct.unpack("<3d", file.read(24))[2] == clock.now + 30
        file.seek(0)
        file.write(struct.pack("<3d", 0.0, 0.0, clock.now + 50))
    assert wait(ours) == 50


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/nowhere/at/all")])
def test_a_pace_that_cannot_be_used_is_told_once_and_replaced_by_an_own_one(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    clock, told = Clock(), list[FileTroubleError]()
    make(tmp_path / "quota")
    limiter = quota(clock, store=SharedPace(tmp_path / "quota", told.append)).reads
    assert 598 <= len(spend(limiter, clock, 60)) <= 602
    assert [error.path for error in told] == [tmp_path / "quota"]


def test_nonsense_in_the_file_is_no_pace(tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"\xff" * 48)
    assert wait(quota(Clock(), store=SharedPace(tmp_path / "broken")).reads) == 0


def test_a_stopped_program_that_has_the_file_locked_stops_no_other(tmp_path: Path) -> None:
    clock = Clock()
    limiter = quota(clock, store=SharedPace(tmp_path / "quota")).reads
    assert wait(limiter) == 0
    with (tmp_path / "quota").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert 98 <= len(spend(limiter, clock, 10)) <= 102


def test_an_own_pace_serves_where_nothing_is_shared() -> None:
    assert wait(RateLimiter(0, 60, 0.5, OwnPace(), Clock())) == 0


# -- refusals (429)


def refusals(limiter: RateLimiter, clock: Clock, told: float | None, seconds: float) -> int:
    """How often a program is refused that goes on as soon as it may."""
    end, count = clock.now + seconds, 0
    while clock.now < end:
        clock.now += wait(limiter, urgent=True)
        limiter.refused(told)
        count += 1
    return count


@pytest.mark.parametrize("told", [None, 0.0, 0.001, -1e9, math.nan])
def test_a_refusal_that_asks_for_no_wait_is_waited_out_longer_each_time(told: float | None) -> None:
    clock = Clock()
    limiter = quota(clock).writes
    assert refusals(limiter, clock, told, 8) <= 6
    assert refusals(limiter, clock, told, 600) <= 30


def test_what_a_refusal_asks_for_is_waited_and_no_more_than_a_quarter_of_an_hour() -> None:
    limiter = quota(Clock()).reads
    assert 20 <= limiter.refused(20.0) <= 24
    assert quota(Clock()).reads.refused(math.inf) <= 2
    assert quota(Clock()).reads.refused(1e12) == 900


def test_refusals_of_requests_that_were_under_way_together_count_as_one() -> None:
    limiter = quota(Clock()).reads
    assert max(limiter.refused(0.0) for _ in range(8)) <= 1.2


def test_after_a_minute_without_refusals_the_first_wait_is_short_again() -> None:
    clock = Clock()
    limiter = quota(clock).reads
    refusals(limiter, clock, 0.0, 60)
    clock.now += 120
    assert limiter.refused(0.0) <= 1.2


async def test_one_refusal_pauses_all_copies_and_the_event_loop_touches_no_file(tmp_path: Path) -> None:
    class Watched(SharedPace):
        threads: ClassVar[set[int]] = set()

        def change(self, number: int, change: Callable[[Pace], Pace]) -> Pace:
            self.threads.add(threading.get_ident())
            return super().change(number, change)

    clock = Clock()
    one, two = (quota(clock, store=Watched(tmp_path / "quota")).reads for _ in range(2))
    await one.acquire(urgent=False)
    one.refused(30.0)
    one.update_from_headers(0, 20.0)
    # The other hears of it as soon as the one that was refused has written it down, in a thread.
    while (await asyncio.to_thread(two.reserve, urgent=True)).wait < 30:
        await asyncio.sleep(0.001)
    assert threading.get_ident() not in Watched.threads


async def test_a_turn_that_was_taken_beforehand_is_not_used_when_a_pause_comes_in_between() -> None:
    quick = Quota(Limits(300, 300), share=1.0)
    limiter = quick.reads
    await limiter.acquire(urgent=False)
    waiting = asyncio.ensure_future(limiter.acquire(urgent=False))
    await asyncio.sleep(0.05)
    limiter.pause(0.5)
    begun = time.monotonic()
    await waiting
    assert time.monotonic() - begun >= 0.4


async def test_one_look_at_the_pace_serves_several_that_wait() -> None:
    class Counted(OwnPace):
        looks = 0

        def change(self, number: int, change: Callable[[Pace], Pace]) -> Pace:
            self.looks += 1
            return super().change(number, change)

    store = Counted()
    limiter = Quota(Limits(6_000, 6_000), share=0.9, store=store).reads
    await asyncio.gather(*(limiter.acquire(urgent=False) for _ in range(30)))
    assert store.looks <= 20
