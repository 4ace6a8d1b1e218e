"""The poller: asks only while the lease is held, survives whatever comes, and waits longer each time Gett fails."""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from poller_driver import DOWN, NOW, PENDING, Onboardings, polling, refused, the_same, until

from gett_tui.errors import Cause
from gett_tui.gett.errors import GettError, Outcome, Problem, ProblemError
from gett_tui.onboarding import events
from gett_tui.onboarding.ports import Lead, PollingReport
from gett_tui.onboarding.record import Change, Record
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.leadership import Leadership

# -- who polls


async def test_a_copy_that_has_the_lease_asks_and_one_that_has_not_does_not(tmp_path: Path) -> None:
    one, two = Onboardings("ab", the_same), Onboardings("ab", the_same)
    async with polling(tmp_path, one) as first:
        await until(lambda: one.asked)
        async with polling(tmp_path, two) as second:
            await until(lambda: second.of(events.Role))
            assert first.role == events.Role(Lead(is_ours=True))
            assert second.role.lead.report == PollingReport(os.getpid(), NOW)
            await until(lambda: len(one.asked) >= 6)
            assert two.asked == []


async def test_a_poller_that_ends_leaves_the_lease_to_the_next_at_once(tmp_path: Path) -> None:
    service = Onboardings("a", the_same)
    async with polling(tmp_path, service):
        await until(lambda: service.asked)
    assert Leadership(tmp_path).lead(PollingReport()).is_ours


async def test_a_poller_that_is_cancelled_just_as_it_is_woken_ends(tmp_path: Path) -> None:
    service = Onboardings("a", the_same)
    async with polling(tmp_path, service) as copy:
        await until(lambda: service.asked)
        await asyncio.sleep(0.1)
        copy.poller.watch("a")


async def test_an_answer_that_comes_after_the_lease_has_run_out_is_not_used_and_nothing_more_is_asked(
    tmp_path: Path,
) -> None:
    answered = asyncio.Event()

    async def late(key: str) -> str:
        await answered.wait()
        return "ready_to_activate"

    service = Onboardings("a", late)
    async with polling(tmp_path, service) as copy:
        await until(lambda: service.asked)
        # As after SIGSTOP and SIGCONT: the clock has gone on, and another has taken the lease.
        copy.clock.now += 8
        other = Leadership(tmp_path, copy.clock)
        assert other.lead(PollingReport()).is_ours
        answered.set()
        await until(lambda: not copy.role.lead.is_ours)
        assert service.used == []
        assert service.asked == ["a"]
        other.resign()
        await until(lambda: copy.role.lead.is_ours and service.used)


async def test_a_copy_that_cannot_follow_its_files_does_not_renew_the_lease(tmp_path: Path) -> None:
    service = Onboardings("a", the_same)
    async with polling(tmp_path, service) as copy:
        await until(lambda: service.asked)
        stuck = asyncio.Event()

        async def never() -> None:
            stuck.set()
            await asyncio.Event().wait()

        service.following = never
        await stuck.wait()
        copy.clock.now += 8
        assert Leadership(tmp_path, copy.clock).lead(PollingReport()).is_ours
        asked = len(service.asked)
        await asyncio.sleep(1.5)
        assert len(service.asked) == asked


async def test_a_lease_that_cannot_be_had_is_told_and_nothing_is_asked_until_it_can(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lease")
    service = Onboardings("a", the_same)
    async with polling(tmp_path, service) as copy:
        await until(lambda: copy.of(events.Role))
        assert not copy.role.lead.is_ours
        assert str(tmp_path / "lease") in str(copy.role.trouble)
        await asyncio.sleep(1.5)
        assert service.asked == []
        assert len(copy.of(events.Role)) == 1, "told once"
        (tmp_path / "lease").unlink()
        await until(lambda: copy.role.lead.is_ours and service.asked)


async def test_a_silent_holder_is_told_of(tmp_path: Path) -> None:
    service = Onboardings("a", the_same)
    other = Leadership(tmp_path, lambda: 5_000.0, lambda: NOW)
    other.lead(PollingReport())
    async with polling(tmp_path, service) as copy:
        await until(lambda: copy.of(events.Role))
        assert copy.role.lead.silent_since is None
        copy.clock.now += 5
        await until(lambda: copy.role.lead.silent_since == NOW)
        copy.clock.now += 3
        await until(lambda: copy.role.lead.is_ours and service.asked)
    other.resign()


# -- nothing kills it


@pytest.mark.slow
@pytest.mark.failures
async def test_what_nobody_foresaw_is_shown_and_polling_goes_on(tmp_path: Path) -> None:
    fails = iter((True, True, False))

    async def answer(key: str) -> str:
        if next(fails, False):
            raise RuntimeError("nobody foresaw it")
        return PENDING

    service = Onboardings("a", answer)
    follows = iter((True, False))

    async def follow() -> None:
        if next(follows, False):
            raise RuntimeError("nor that")

    service.following = follow
    async with polling(tmp_path, service) as copy:
        await until(lambda: len(service.used) >= 1)
        told = [str(event.error) for event in copy.of(events.Failure)]
        assert sorted(told) == ["nobody foresaw it", "nobody foresaw it", "nor that"]


@pytest.mark.failures
async def test_a_record_that_cannot_be_planned_is_shown_and_harms_nobody(tmp_path: Path) -> None:
    service = Onboardings("a", the_same)
    async with polling(tmp_path, service) as copy:
        naive = datetime(2026, 1, 1)
        broken = Record("x", PENDING, "o-x", history=(Change(PENDING, naive),))
        copy.poller.notice(events.StoresChanged((broken,)))
        assert len(copy.of(events.Failure)) == 1
        await until(lambda: service.asked)


async def test_a_record_that_has_gone_meanwhile_is_no_failure(tmp_path: Path) -> None:
    service = Onboardings("ab", the_same)
    async with polling(tmp_path, service) as copy:
        del service.stores["a"]
        await until(lambda: service.asked.count("b") >= 2)
        assert copy.of(events.Failure) == []


async def test_trouble_with_one_store_is_left_on_its_record(tmp_path: Path) -> None:
    async def answer(key: str) -> str:
        if key == "a":
            problem = Problem(409, title="No", error_code="CONFLICT", is_gett=True)
            raise ProblemError(problem, outcome=Outcome.NOT_DONE)
        return PENDING

    service = Onboardings("ab", answer)
    async with polling(tmp_path, service):
        await until(lambda: service.noted and service.used)
        assert set(service.noted) == {"a"}
        assert service.tries == []


# -- trouble on the way


@pytest.mark.few(1)
@pytest.mark.parametrize("error", [DOWN, refused(None), refused(0.0), refused(-5.0)])
async def test_failures_are_waited_out_longer_each_time_and_those_of_one_moment_count_as_one(
    tmp_path: Path, error: GettError
) -> None:
    together = asyncio.Event()

    async def answer(key: str) -> str:
        if len(service.asked) == 8:
            together.set()
        await together.wait()
        raise error

    service = Onboardings("abcdefghij", answer)
    async with polling(tmp_path, service):
        await until(lambda: len(service.asked) >= 10)
    first, later = service.tries[:8], service.tries[8:]
    assert all(0.9 <= wait <= 1.2 for wait in first)
    assert 2.0 <= later[0] <= 2.4


@pytest.mark.parametrize(("told", "least", "most"), [(50.0, 50, 60), (10.0**9, 890, 900)])
async def test_what_gett_asks_for_is_waited_but_no_more_than_a_quarter_of_an_hour(
    tmp_path: Path, told: float, least: float, most: float
) -> None:
    async def answer(key: str) -> str:
        raise refused(told)

    service = Onboardings("a", answer)
    async with polling(tmp_path, service):
        await until(lambda: service.tries)
        assert least <= service.tries[0] <= most


# -- stores that Gett does not know any more


async def test_a_store_is_gone_at_the_second_answer(tmp_path: Path) -> None:
    async def answer(key: str) -> str:
        return "not found" if key == "a" else PENDING

    service = Onboardings("ab", answer)
    async with polling(tmp_path, service) as copy:
        await until(lambda: service.stores["a"].status is OwnState.GONE)
        assert service.asked.count("a") == 2
        assert copy.of(events.Reachability) == []


@pytest.mark.slow
async def test_a_wave_is_trouble_and_no_store_goes_until_a_good_answer_ends_it(tmp_path: Path) -> None:
    wrong = True

    async def answer(key: str) -> str:
        return "not found" if wrong else PENDING

    service = Onboardings("abcde", answer)
    async with polling(tmp_path, service) as copy:
        await until(lambda: len(service.asked) >= 5)
        assert not any(store.status is OwnState.GONE for store in service.stores.values())
        told = copy.of(events.Reachability)[-1]
        assert told.error is not None
        assert told.error.cause is Cause.STORES_UNKNOWN
        assert told.next_try is not None
        assert told.next_try - NOW <= timedelta(seconds=36)
        other = Leadership(tmp_path, copy.clock)

        def report() -> PollingReport:
            return other.lead(PollingReport()).report or PollingReport()

        await until(lambda: report().cause == "stores_unknown")
        assert report().trouble_since == NOW
        wrong = False
        await until(lambda: copy.of(events.Reachability)[-1] == events.Reachability())
        await until(lambda: report().cause is None)
        assert not any(store.status is OwnState.GONE for store in service.stores.values())


async def test_a_second_answer_that_is_under_way_when_a_wave_begins_is_not_believed(tmp_path: Path) -> None:
    held, wave = asyncio.Event(), False

    async def answer(key: str) -> str:
        if key == "a" and service.asked.count("a") == 2:
            held.set()
            await asyncio.Event().wait()
        if key == "a" or wave:
            return "not found"
        return PENDING

    service = Onboardings("abcd", answer)
    async with polling(tmp_path, service) as copy:
        await held.wait()
        wave = True
        await until(lambda: copy.of(events.Reachability))
        # Cut off, it is asked again.
        held.clear()
        assert service.stores["a"].status == PENDING


async def test_a_wave_whose_stores_have_all_been_let_go_is_over(tmp_path: Path) -> None:
    async def answer(key: str) -> str:
        return "not found"

    service = Onboardings("abc", answer)
    async with polling(tmp_path, service) as copy:
        await until(lambda: copy.of(events.Reachability))
        copy.poller.notice(events.StoresChanged(removed=("a", "b", "c")))
        assert copy.of(events.Reachability)[-1] == events.Reachability()
