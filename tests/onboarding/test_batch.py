"""One use case for many stores: how many at once, whose error is whose, and what is told when it is stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from gett_tui.onboarding.batch import Batch, End
from gett_tui.onboarding.record import Record


def record(key: str) -> Record:
    return Record(key=key, status="active")


async def fine(key: str) -> Record:
    await asyncio.sleep(0)
    return record(key)


async def test_each_store_has_its_own_end_in_the_order_given() -> None:
    async def odd_ones_fail(number: int) -> Record:
        # The later it was given, the sooner it ends.
        for _ in range(20 - number):
            await asyncio.sleep(0)
        if number % 2:
            raise ValueError(f"no {number}")
        return record(str(number))

    summary = await Batch(range(10), odd_ones_fail, at_once=10).run()
    assert [end.item for end in summary.done] == [0, 2, 4, 6, 8]
    assert [str(end.error) for end in summary.failed] == ["no 1", "no 3", "no 5", "no 7", "no 9"]
    assert [end.record and end.record.key for end in summary.done] == ["0", "2", "4", "6", "8"]
    assert not summary.cut_off
    assert not summary.not_begun


@pytest.mark.parametrize(("many", "at_once", "most"), [(50, 4, 4), (2, 4, 2), (5, 1, 1), (0, 4, 0)])
async def test_no_more_than_so_many_are_under_way_at_once(many: int, at_once: int, most: int) -> None:
    under_way, seen = 0, [0]

    async def count(key: str) -> Record:
        nonlocal under_way
        under_way += 1
        seen.append(under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return record(key)

    summary = await Batch([str(number) for number in range(many)], count, at_once=at_once).run()
    assert max(seen) == most
    assert len(summary.done) == many


async def test_progress_is_heard_of_as_it_comes() -> None:
    heard: list[tuple[int, int, str]] = []
    batch: Batch[str]

    def hear(end: End[str]) -> None:
        heard.append((batch.ended, batch.total, end.item))

    batch = Batch(["a", "b", "c"], fine, at_once=1, on_end=hear)
    await batch.run()
    assert heard == [(1, 3, "a"), (2, 3, "b"), (3, 3, "c")]


def held(gate: asyncio.Event, begun: asyncio.Semaphore) -> Callable[[str], Awaitable[Record]]:
    async def use_case(key: str) -> Record:
        begun.release()
        await gate.wait()
        return record(key)

    return use_case


async def test_stopping_waits_for_what_is_under_way_and_begins_nothing_more() -> None:
    gate, begun = asyncio.Event(), asyncio.Semaphore(0)
    batch = Batch("abcdef", held(gate, begun), at_once=2)
    running = asyncio.ensure_future(batch.run())
    for _ in range(2):
        await begun.acquire()
    batch.stop()
    gate.set()
    summary = await running
    assert [end.item for end in summary.done] == ["a", "b"]
    assert summary.not_begun == ("c", "d", "e", "f")
    assert not summary.cut_off


async def test_a_cancelled_batch_tells_what_was_cut_off() -> None:
    gate, begun = asyncio.Event(), asyncio.Semaphore(0)
    ends: list[str] = []

    async def use_case(key: str) -> Record:
        if key == "a":
            return record(key)
        try:
            return await held(gate, begun)(key)
        finally:
            ends.append(key)

    batch = Batch("abcdef", use_case, at_once=2)
    running = asyncio.ensure_future(batch.run())
    for _ in range(2):
        await begun.acquire()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [end.item for end in batch.summary.done] == ["a"]
    assert batch.summary.cut_off == ("b", "c")
    assert batch.summary.not_begun == ("d", "e", "f")
    assert sorted(ends) == ["b", "c"], "nothing goes on behind the caller's back"


async def test_a_listener_that_fails_ends_the_whole_batch_and_leaves_nothing_running() -> None:
    gate, begun = asyncio.Event(), asyncio.Semaphore(0)
    cut_off: list[str] = []

    async def use_case(key: str) -> Record:
        if key == "b":
            await begun.acquire()
            return record(key)
        try:
            return await held(gate, begun)(key)
        finally:
            cut_off.append(key)

    def fail(_end: End[str]) -> None:
        raise ValueError("the screen is gone")

    with pytest.raises(ValueError, match="the screen is gone"):
        await Batch("ab", use_case, on_end=fail).run()
    assert cut_off == ["a"]
