"""A poller at work on stores in memory, whose Gett is a function of the test's; the lease is a real file."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from gett_tui.errors import Cause
from gett_tui.gett.errors import GettError, NoAnswerError, Outcome, Problem, ProblemError
from gett_tui.onboarding import events
from gett_tui.onboarding.errors import NotKnownError
from gett_tui.onboarding.missing import MissingStores
from gett_tui.onboarding.ports import PollingReport, RecordGoneError
from gett_tui.onboarding.record import Change, Record
from gett_tui.onboarding.status import OwnState
from gett_tui.polling.poller import Poller
from gett_tui.storage.leadership import Leadership

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
PENDING = "pending_catalog"
DOWN = NoAnswerError(Cause.TIMEOUT, "no answer in time")


def refused(retry_after: float | None) -> ProblemError:
    return ProblemError(Problem(429, title="Too many", retry_after=retry_after), outcome=Outcome.NOT_DONE)


class Clock:
    """The clock that the lease is counted on."""

    now = 5_000.0

    def __call__(self) -> float:
        return self.now


class Onboardings:
    """What the poller needs of the service, in memory; ``answer`` is Gett."""

    def __init__(self, keys: str, answer: Callable[[str], Awaitable[str]]) -> None:
        self.stores = {key: Record(key, PENDING, f"o-{key}", history=(Change(PENDING, NOW),)) for key in keys}
        self.answer = answer
        self.asked: list[str] = []
        self.used: list[str] = []
        self.noted: list[str] = []
        self.tries: list[float] = []
        self.following: Callable[[], Awaitable[None]] = self._follow_nothing
        self.report = PollingReport(polled_at=NOW)
        self.outage = events.Reachability()
        self.is_connected = True
        self.missing = MissingStores()
        self.repaired = 0

    async def _follow_nothing(self) -> None:
        await asyncio.sleep(0)

    def get(self, key: str) -> Record:
        if key not in self.stores:
            raise RecordGoneError("gone")
        return self.stores[key]

    async def follow(self) -> None:
        await self.following()

    async def repair(self) -> None:
        self.repaired += 1

    async def refresh(
        self, key: str, *, urgent: bool = True, believe_gone: bool = True, wanted: Callable[[], bool] | None = None
    ) -> Record:
        assert not urgent
        self.asked.append(key)
        said = await self.answer(key)
        assert wanted is not None
        if not wanted():
            return self.stores[key]
        if said == "not found" and not believe_gone:
            raise NotKnownError(self.stores[key])
        self.used.append(key)
        status = OwnState.GONE if said == "not found" else said
        self.stores[key] = self.stores[key].moved(status, NOW)
        return self.stores[key]

    async def note_trouble(self, key: str, action: str, error: GettError) -> None:
        self.noted.append(key)

    def will_try_again(self, at: datetime) -> None:
        self.tries.append((at - NOW).total_seconds())


class Copy:
    """A poller at work."""

    def __init__(self, folder: Path, service: Onboardings, now: Callable[[], float]) -> None:
        self.folder = folder
        self.clock = Clock()
        self.heard: list[events.Event] = []
        self.service = service
        self.leadership = Leadership(folder, self.clock)
        self.poller = Poller(service, self.leadership, self.heard.append, random.Random(1), now, lambda: NOW)

    def of(self, kind: type[events.Event]) -> list[events.Event]:
        return [event for event in self.heard if isinstance(event, kind)]

    @property
    def role(self) -> events.Role:
        return self.of(events.Role)[-1]


@asynccontextmanager
async def polling(folder: Path, service: Onboardings, now: Callable[[], float] = time.monotonic) -> AsyncIterator[Copy]:
    """A copy that polls until the block ends; ``now`` is its poller's clock, not the lease's."""
    copy = Copy(folder, service, now)
    unhandled: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
    copy.poller.notice(events.StoresChanged(tuple(service.stores.values())))
    task = asyncio.ensure_future(copy.poller.run())
    try:
        yield copy
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert unhandled == []


async def until(true: Callable[[], object]) -> None:
    """Waits until ``true()``."""
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


async def the_same(key: str) -> str:
    return PENDING
