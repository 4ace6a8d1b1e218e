"""When the poller asks, follows, repairs and learns: on an event loop whose clock leaps over the waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from poller_driver import DOWN, NOW, PENDING, Copy, Onboardings, polling, refused, the_same
from virtual_time import VirtualLoop

from gett_tui.gett.errors import Outcome, Problem, ProblemError
from gett_tui.onboarding import events
from gett_tui.onboarding.missing import MissingStores
from gett_tui.onboarding.ports import PollingReport
from gett_tui.onboarding.record import Change, Pending, Record
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.leadership import Leadership

INGESTING, READY = "catalog_ingesting", "ready_to_activate"


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": VirtualLoop}


def now() -> float:
    """Seconds of the leaping clock."""
    return asyncio.get_running_loop().time()


async def times_asked(folder: Path, *stores: Record, seconds: float = 120) -> int:
    """How often the store ``a`` is asked about that stands beside ``stores`` for ``seconds``."""
    service = Onboardings("a", the_same)
    service.stores |= {store.key: store for store in stores}
    async with polling(folder, service, now):
        await asyncio.sleep(seconds)
    return service.asked.count("a")


def moved(key: str, *stays: tuple[str, float], to: str) -> Record:
    """A store that stayed in each status for so many seconds, and is in ``to`` now."""
    at, history = NOW - timedelta(seconds=sum(seconds for _, seconds in stays)), list[Change]()
    for status, seconds in stays:
        history.append(Change(status, at))
        at += timedelta(seconds=seconds)
    return Record(key, to, f"o-{key}", history=(*history, Change(to, at)))


# -- whom


async def test_what_is_not_at_gett_or_has_a_write_under_way_is_not_asked_about(tmp_path: Path) -> None:
    service = Onboardings("abc", the_same)
    service.stores["b"] = service.stores["b"]._replace(onboarding_id=None)
    service.stores["c"] = service.stores["c"]._replace(pending=Pending("cancel", NOW, "me"))
    async with polling(tmp_path, service, now) as copy:
        await asyncio.sleep(30)
        assert set(service.asked) == {"a"}
        service.asked.clear()
        begun = service.stores["a"]._replace(pending=Pending("activate", NOW, "me"))
        copy.poller.notice(events.StoresChanged((begun,)))
        await asyncio.sleep(30)
        assert service.asked == []
        copy.poller.notice(events.StoresChanged((begun._replace(pending=None),)))
        await asyncio.sleep(30)
        assert set(service.asked) == {"a"}


async def test_a_store_that_was_never_seen_in_a_status_is_asked_about(tmp_path: Path) -> None:
    service = Onboardings("a", the_same)
    service.stores["a"] = service.stores["a"]._replace(history=())
    async with polling(tmp_path, service, now) as copy:
        await asyncio.sleep(10)
        assert service.asked
        assert copy.of(events.Failure) == []


async def test_a_store_that_has_hung_since_before_the_start_is_asked_less_often(tmp_path: Path) -> None:
    async def asked(seconds: float) -> int:
        service = Onboardings("a", the_same)
        entered = Change(INGESTING, NOW - timedelta(seconds=seconds))
        service.stores["a"] = Record("a", INGESTING, "o-a", history=(entered,))
        service.answer = lambda key: _said(INGESTING)
        async with polling(tmp_path, service, now):
            await asyncio.sleep(300)
        return len(service.asked)

    assert await asked(200_000) < await asked(60) / 2


async def _said(status: str) -> str:
    return status


async def test_news_about_anything_but_stores_is_none_to_the_poller(tmp_path: Path) -> None:
    service = Onboardings("a", the_same)
    async with polling(tmp_path, service, now) as copy:
        await asyncio.sleep(5)
        heard = list(copy.heard)
        copy.poller.notice(events.Reachability())
        assert copy.heard == heard


async def test_the_store_that_a_person_looks_at_is_asked_about_every_two_seconds(tmp_path: Path) -> None:
    service = Onboardings("a", lambda key: _said(READY))
    service.stores["a"] = moved("a", to=READY)
    async with polling(tmp_path, service, now) as copy:
        await asyncio.sleep(30)
        copy.poller.watch("a")
        service.asked.clear()
        await asyncio.sleep(30)
        assert 13 <= len(service.asked) <= 16
        copy.poller.watch(None)
        await asyncio.sleep(2)
        service.asked.clear()
        await asyncio.sleep(30)
        assert len(service.asked) <= 1


async def test_a_store_is_asked_about_as_soon_as_it_is_due(tmp_path: Path) -> None:
    assert await times_asked(tmp_path, seconds=120) >= 55


# -- what histories teach


async def test_the_histories_of_others_tell_how_soon_to_ask(tmp_path: Path) -> None:
    slow = [moved(f"s{number}", (PENDING, 40_000.0), to="active") for number in range(60)]
    assert await times_asked(tmp_path, *slow) < await times_asked(tmp_path) / 2


async def test_a_history_teaches_once_however_often_its_store_changes(tmp_path: Path) -> None:
    slow, alone = moved("s", (PENDING, 40_000.0), to="active"), await times_asked(tmp_path)
    service = Onboardings("a", the_same)
    async with polling(tmp_path, service, now) as copy:
        for _ in range(60):
            copy.poller.notice(events.StoresChanged((slow,)))
        await asyncio.sleep(120)
    assert service.asked.count("a") > alone / 2


async def test_what_was_done_here_says_nothing_about_how_long_gett_takes(tmp_path: Path) -> None:
    given_up = [moved(f"s{number}", (PENDING, 40_000.0), to=OwnState.CANCELLED) for number in range(60)]
    assert await times_asked(tmp_path, *given_up) == await times_asked(tmp_path)


# -- turns


async def test_each_turn_takes_a_second_and_the_files_are_repaired_now_and_then(tmp_path: Path) -> None:
    followed = 0

    async def follow() -> None:
        nonlocal followed
        followed += 1

    service = Onboardings("a", the_same)
    service.following = follow
    async with polling(tmp_path, service, now):
        await asyncio.sleep(61)
    assert 58 <= followed <= 62
    assert 4 <= service.repaired <= 5


async def test_who_does_not_lead_repairs_nothing(tmp_path: Path) -> None:
    service, other = Onboardings("a", the_same), Leadership(tmp_path, lambda: 5_000.0)
    other.lead(PollingReport())
    async with polling(tmp_path, service, now):
        await asyncio.sleep(61)
    other.resign()
    assert service.repaired == 0


async def test_without_a_way_to_gett_a_copy_leaves_the_lead_to_others(tmp_path: Path) -> None:
    service = Onboardings("a", the_same)
    service.is_connected = False
    async with polling(tmp_path, service, now) as copy:
        await asyncio.sleep(10)
        assert copy.of(events.Role) == []
        assert service.asked == []
        service.is_connected = True
        await asyncio.sleep(3)
        assert copy.role.lead.is_ours
        assert service.asked


@pytest.mark.failures
async def test_a_copy_that_cannot_ask_does_not_renew_the_lease(tmp_path: Path) -> None:
    class Broken(MissingStores):
        @property
        def is_wave(self) -> bool:
            raise RuntimeError("nobody foresaw it")

    service = Onboardings("a", the_same)
    service.missing = Broken()
    async with polling(tmp_path, service, now) as copy:
        assert any([await _is_silent(copy) for _ in range(12)])


async def _is_silent(copy: Copy) -> bool:
    """Whether another finds, after one second more, that the lease was not renewed for long."""
    await asyncio.sleep(1)
    copy.clock.now += 1
    other = Leadership(copy.folder, copy.clock)
    found = other.lead(PollingReport())
    other.resign()
    return found.is_ours or found.silent_since is not None


async def test_a_copy_that_asks_and_follows_keeps_the_lease(tmp_path: Path) -> None:
    async with polling(tmp_path, Onboardings("a", the_same), now) as copy:
        await asyncio.sleep(2)
        assert not any([await _is_silent(copy) for _ in range(12)])


@pytest.mark.failures
async def test_a_failure_comes_round_once_a_turn(tmp_path: Path) -> None:
    async def follow() -> None:
        raise RuntimeError("nobody foresaw it")

    service = Onboardings("a", the_same)
    service.following = follow
    async with polling(tmp_path, service, now) as copy:
        await asyncio.sleep(10)
        assert 8 <= len(copy.of(events.Failure)) <= 11


# -- trouble on the way


async def _down(key: str) -> str:
    raise DOWN


async def test_while_gett_cannot_be_reached_one_question_alone_tries_again(tmp_path: Path) -> None:
    under_way, most = 0, list[int]()

    async def answer(key: str) -> str:
        nonlocal under_way
        under_way += 1
        most.append(under_way)
        # So long that all that go together are under way before the first fails.
        await asyncio.sleep(3)
        under_way -= 1
        raise DOWN

    service = Onboardings("abcdefghij", answer)
    async with polling(tmp_path, service, now):
        await asyncio.sleep(250)
    assert most[:8] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert set(most[8:]) == {1}
    assert 8 <= len(most[8:]) <= 14


async def test_a_pause_is_kept_to_its_end_and_no_longer(tmp_path: Path) -> None:
    asked: list[float] = []

    async def answer(key: str) -> str:
        asked.append(now())
        if len(asked) == 1:
            raise refused(50.5)
        return PENDING

    service = Onboardings("a", answer)
    async with polling(tmp_path, service, now):
        await asyncio.sleep(100)
    assert asked[1] - asked[0] == pytest.approx(service.tries[0], abs=0.01)


@pytest.mark.parametrize("ends", [lambda: _said(PENDING), lambda: _refuse()], ids=["an answer", "a refusal"])
async def test_after_any_word_of_gett_the_next_trouble_is_waited_out_from_the_start(
    tmp_path: Path, ends: Callable[[], Any]
) -> None:
    async def answer(key: str) -> str:
        if len(service.asked) in (1, 2, 3, 5):
            raise DOWN
        return await ends()

    service = Onboardings("a", answer)
    async with polling(tmp_path, service, now):
        await asyncio.sleep(100)
    assert service.tries[2] >= 4
    assert service.tries[3] <= 1.2


async def _refuse() -> str:
    raise ProblemError(Problem(409, error_code="CONFLICT", is_gett=True), outcome=Outcome.NOT_DONE)


# -- stores that Gett does not know any more


class Answers:
    """What Gett says about each store: ``held`` ones when they are let go, the others at once."""

    def __init__(self, **said: str) -> None:
        self.said = said
        self.held: set[str] = set()
        self.go = asyncio.Event()
        self.under_way: set[str] = set()
        self.most = 0

    async def __call__(self, key: str) -> str:
        self.under_way.add(key)
        self.most = max(self.most, len(self.under_way))
        try:
            if key in self.held:
                await self.go.wait()
            else:
                await asyncio.sleep(0.1)
        finally:
            self.under_way.discard(key)
        if self.said[key] == "refused":
            await _refuse()
        return self.said[key]


async def until_wave(copy: Copy) -> None:
    while not copy.service.missing.is_wave:
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.05)


def is_wave_told(copy: Copy) -> bool:
    told = copy.of(events.Reachability)[-1]
    return isinstance(told, events.Reachability) and told.error is not None


async def test_a_second_not_found_that_was_under_way_when_a_wave_began_is_asked_for_again(tmp_path: Path) -> None:
    gett = Answers(a="not found", b=PENDING, c=PENDING, d=PENDING)
    service = Onboardings("abcd", gett)
    async with polling(tmp_path, service, now) as copy:
        while not service.missing.may_be_believed("a"):
            await asyncio.sleep(0.05)
        gett.held.add("a")
        while "a" not in gett.under_way:
            await asyncio.sleep(0.05)
        gett.said.update(b="not found", c="not found", d="not found")
        await until_wave(copy)
        gett.go.set()
        await asyncio.sleep(1)
        assert service.stores["a"].status == PENDING


async def test_a_first_answer_that_was_under_way_when_a_wave_began_counts(tmp_path: Path) -> None:
    gett = Answers(a="not found", b="not found", c="not found", d=PENDING)
    gett.held.add("d")
    service = Onboardings("abcd", gett)
    async with polling(tmp_path, service, now) as copy:
        await until_wave(copy)
        gett.go.set()
        await asyncio.sleep(0.05)
        assert service.asked.count("d") == 1
        assert not is_wave_told(copy)


async def test_in_a_wave_one_question_goes_at_a_time_whatever_gett_says_about_one_store(tmp_path: Path) -> None:
    gett = Answers(a="not found", b="not found", c="not found", **dict.fromkeys("defghij", "refused"))
    service = Onboardings("abc", gett)
    async with polling(tmp_path, service, now) as copy:
        await until_wave(copy)
        gett.most = 0
        service.stores |= {key: Record(key, PENDING, f"o-{key}") for key in "defghij"}
        copy.poller.notice(events.StoresChanged(tuple(service.stores.values())))
        await asyncio.sleep(100)
        assert len(set(service.noted)) > 3
        assert gett.most == 1
        assert service.missing.is_wave


async def test_a_store_that_has_gone_is_one_in_the_row_of_a_wave(tmp_path: Path) -> None:
    gett = Answers(a="not found")
    service = Onboardings("a", gett)
    async with polling(tmp_path, service, now) as copy:
        while service.stores["a"].status is not OwnState.GONE:
            await asyncio.sleep(0.05)
        gett.said.update(b="not found", c="not found")
        service.stores |= {key: Record(key, PENDING, f"o-{key}") for key in "bc"}
        copy.poller.notice(events.StoresChanged(tuple(service.stores.values())))
        await asyncio.sleep(1.5)
        assert is_wave_told(copy)


async def test_the_other_copies_hear_of_a_wave(tmp_path: Path) -> None:
    async def told() -> tuple[str | None, datetime | None]:
        await asyncio.sleep(4)
        report = Leadership(tmp_path, copy.clock).lead(PollingReport()).report or PollingReport()
        return report.cause, report.trouble_since

    gett = Answers(a=PENDING, b=PENDING, c=PENDING)
    async with polling(tmp_path, Onboardings("abc", gett), now) as copy:
        assert await told() == (None, None)
        gett.said = dict.fromkeys("abc", "not found")
        await until_wave(copy)
        assert await told() == ("stores_unknown", NOW)


async def test_a_wave_lasts_while_one_of_its_stores_is_let_go(tmp_path: Path) -> None:
    gett = Answers(a="not found", b="not found", c="not found")
    async with polling(tmp_path, Onboardings("abc", gett), now) as copy:
        await until_wave(copy)
        copy.poller.notice(events.StoresChanged(removed=("a",)))
        assert is_wave_told(copy)


async def test_an_answer_that_came_too_late_for_the_lease_is_neither_good_nor_bad(tmp_path: Path) -> None:
    gett = Answers(a="not found")
    service = Onboardings("a", gett)
    async with polling(tmp_path, service, now) as copy:
        while not service.missing.may_be_believed("a"):
            await asyncio.sleep(0.05)
        gett.held.add("a")
        while "a" not in gett.under_way:
            await asyncio.sleep(0.05)
        copy.clock.now += 8
        other = Leadership(tmp_path, copy.clock)
        assert other.lead(PollingReport()).is_ours
        gett.go.set()
        await asyncio.sleep(1)
        assert service.stores["a"].status == PENDING
        assert service.missing.may_be_believed("a")
        other.resign()
