"""How those who wait for their turn are served: on an event loop whose clock leaps over the waits."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from virtual_time import VirtualLoop

from gett_tui.gett.quota import PRODUCTION, Limits, Quota, RateLimiter


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": VirtualLoop}


def now() -> float:
    """Seconds of the leaping clock."""
    return asyncio.get_running_loop().time()


def quota() -> Quota:
    return Quota(PRODUCTION, clock=asyncio.get_running_loop().time)


async def served(limiter: RateLimiter, count: int, *, urgent: bool = False) -> list[float]:
    """When each of ``count`` that come at once has its turn."""

    async def one() -> float:
        await limiter.acquire(urgent=urgent)
        return now()

    return sorted(await asyncio.gather(*(one() for _ in range(count))))


def gaps(times: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(times)]


async def test_those_who_wait_together_are_served_one_after_the_other() -> None:
    assert gaps(await served(quota().reads, 20)) == pytest.approx([0.1] * 19)


async def test_what_persons_ask_for_together_is_served_in_step_with_the_limit() -> None:
    times = await served(quota().writes, 20, urgent=True)
    assert times[:5] == [0] * 5
    # The first few, and from then on 100 a minute.
    assert times[-1] == pytest.approx(14 * 0.6, abs=0.3)
    assert max(sum(1 for other in times if begin <= other < begin + 3) for begin in times) <= 11


async def test_what_a_person_asks_for_takes_no_turn_from_those_who_wait() -> None:
    limiter = quota().reads
    waiting = asyncio.ensure_future(served(limiter, 30))
    for _ in range(10):
        await asyncio.sleep(0.15)
        begun = now()
        await limiter.acquire(urgent=True)
        assert now() == begun
    assert (await waiting)[-1] <= 4.0


async def test_turns_that_nobody_came_for_make_no_burst_later() -> None:
    limiter = Quota(Limits(6_000, 600), clock=asyncio.get_running_loop().time).reads
    waiting = [asyncio.ensure_future(limiter.acquire(urgent=False)) for _ in range(10)]
    # The second takes turns for those behind it too, since it knows of them.
    await waiting[1]
    for task in waiting[2:]:
        task.cancel()
    await asyncio.sleep(10)
    assert gaps(await served(limiter, 10)) == pytest.approx([1 / 60] * 9)


async def test_a_pause_is_told_to_who_waits_and_again_each_minute() -> None:
    limiter, told = quota().writes, list[float]()
    limiter.pause(100)
    await limiter.acquire(urgent=True, on_pause=told.append)
    assert now() == 100
    assert told == [100, 40]


async def test_what_only_the_pace_holds_up_is_not_told_of_a_pause() -> None:
    limiter, told = quota().writes, list[float]()
    await asyncio.gather(*(limiter.acquire(urgent=True, on_pause=told.append) for _ in range(10)))
    assert now() > 1
    assert told == []


@pytest.mark.parametrize("pause_at", [0.05, 0.15, 0.25])
async def test_a_pause_that_comes_while_a_turn_is_waited_for_is_kept(pause_at: float) -> None:
    limiter = quota().reads
    waiting = asyncio.ensure_future(served(limiter, 4))
    await asyncio.sleep(pause_at)
    limiter.pause(30)
    times = await waiting
    assert all(at < pause_at or at >= pause_at + 30 for at in times)
    assert times[-1] < pause_at + 30.5
