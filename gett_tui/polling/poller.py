"""The poller: one worker that asks Gett about the stores that can still change.

Of all copies on a profile one polls, the one that has the lease (``Leadership``); the others follow its files. The
lease is renewed here alone, after a turn of each loop, so that a poller that is stuck loses it; whether it still holds
is asked before each question and before its answer is used. Nothing that goes wrong with a question ends the poller:
trouble on the way to Gett makes it wait, longer each time, and one question alone tries again; trouble with one store
is left on that store's record.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from gett_tui.errors import GettTuiError
from gett_tui.gett.backoff import Backoff
from gett_tui.gett.errors import GettError, ProblemError
from gett_tui.onboarding import events, reconcile
from gett_tui.onboarding.errors import NotKnownError
from gett_tui.onboarding.ports import Lead, StorageError
from gett_tui.onboarding.service import utc_now
from gett_tui.onboarding.status import OwnState
from gett_tui.polling.questions import StoresUnknownError
from gett_tui.polling.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from gett_tui.onboarding.ports import Leadership, PollingReport
    from gett_tui.onboarding.record import Record
    from gett_tui.polling.questions import Onboardings

_AT_ONCE = 8
_REPAIR_PERIOD = 15.0
_TURN = 1.0
"""Seconds between two looks at the files; each loop makes a turn at least as often."""


class Poller:
    """Keeps the records of ``service`` true. ``run`` it as one task; cancel the task to stop it."""

    def __init__(
        self,
        service: Onboardings,
        leadership: Leadership,
        listener: Callable[[events.Event], None],
        chance: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._service = service
        self._leadership = leadership
        self._listener = listener
        self._clock = clock
        self._now = now
        chance = chance or random.Random()  # noqa: S311 (jitter, not a secret)
        self._schedule = Schedule(chance)
        self._backoff = Backoff(chance)
        self._asks_again = 0.0
        """When, after trouble on the way to Gett, the next question goes (seconds of ``clock``)."""
        self._missing = service.missing
        self._wave_since: datetime | None = None
        self._learned: set[str] = set()
        self._wake = asyncio.Event()
        self._turned = False
        self._repairs_at = 0.0
        self._role: events.Role | None = None
        self._asking: dict[asyncio.Task[None], str] = {}
        self._believing: set[asyncio.Task[None]] = set()
        """Questions under way whose NOT_FOUND would be believed."""

    def notice(self, event: events.Event) -> None:
        """Hears what the service tells: new statuses change whom to ask. Raises nothing."""
        if not isinstance(event, events.StoresChanged):
            return
        try:
            self._notice(event)
        except Exception as error:  # whatever it is, it is shown, and must not cut the service's work off
            self._listener(events.Failure("Planning the questions to Gett", error))
        self._wake.set()

    def _notice(self, event: events.StoresChanged) -> None:
        now, wall = self._clock(), self._now()
        for record in event.changed:
            self._learn(record)
            if record.onboarding_id is None or record.pending is not None:
                self._let_go(record.key)
            else:
                age = (wall - record.since).total_seconds() if record.since else 0.0
                self._schedule.put(record.key, record.status, now, age)
        for key in event.removed:
            self._let_go(key)
            self._learned.discard(key)

    def _let_go(self, key: str) -> None:
        self._schedule.remove(key)
        self._missing.forget(key)
        self._end_wave()

    def _learn(self, record: Record) -> None:
        """Takes the durations of stages that are over from a record's history when it is first seen.

        Later changes are learned by the schedule, which knows when it asked before.
        """
        if record.key in self._learned:
            return
        self._learned.add(record.key)
        for before, after in pairwise(record.history):
            if not isinstance(after.status, OwnState):
                self._schedule.stages.learn(before.status, (after.at - before.at).total_seconds())

    def watch(self, key: str | None) -> None:
        """Notes the store that a person looks at."""
        self._schedule.watch(key, self._clock())
        self._wake.set()

    async def run(self) -> None:
        """Polls while this copy leads, and follows the files all the time. Gives the lead up at the end."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._survive(self._poll))
                group.create_task(self._survive(self._follow))
        finally:
            # Shielded: a second cancellation must not leave the others waiting for the lease to run out.
            await asyncio.shield(asyncio.to_thread(self._leadership.resign))

    async def _survive(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # whatever it is, it is shown, and the screen must stay true
                self._listener(events.Failure("The poller", error))
            await asyncio.sleep(_TURN)

    # -- who polls

    async def _follow(self) -> None:
        await self._service.follow()
        # Where the other loop does not come round, or there is no way to Gett, nobody is at work who could lead.
        if self._turned and self._service.is_connected:
            self._turned = False
            self._take_role(*await self._lead())
        if self._leadership.holds() and self._clock() >= self._repairs_at:
            self._repairs_at = self._clock() + _REPAIR_PERIOD
            await self._service.repair()

    async def _lead(self) -> tuple[Lead, StorageError | None]:
        try:
            return await asyncio.to_thread(self._leadership.lead, self._report()), None
        except StorageError as error:
            return Lead(is_ours=self._leadership.holds()), error

    def _take_role(self, lead: Lead, trouble: StorageError | None) -> None:
        role = events.Role(lead, trouble)
        if not role.is_like(self._role):
            self._role = role
            self._listener(role)
            self._wake.set()

    def _report(self) -> PollingReport:
        report = self._service.report
        if self._wave_since is None:
            return report
        error = StoresUnknownError()
        return report._replace(
            trouble=str(error), trouble_since=self._wave_since, cause=error.cause.value, facts=error.facts
        )

    # -- asking

    async def _poll(self) -> None:
        try:
            while True:
                self._wake.clear()
                self._ask_due()
                self._turned = True
                await self._pause()
        finally:
            for task in self._asking:
                task.cancel()
            await asyncio.gather(*self._asking, return_exceptions=True)

    def _ask_due(self) -> None:
        while self._may_ask():
            key = self._schedule.take(self._clock())
            if key is None:
                return
            task = asyncio.ensure_future(self._ask(key))
            self._asking[task] = key
            if self._missing.may_be_believed(key):
                self._believing.add(task)
            task.add_done_callback(self._asked)

    def _may_ask(self) -> bool:
        if not self._leadership.holds() or self._clock() < self._asks_again:
            return False
        return len(self._asking) < (1 if self._backoff or self._missing.is_wave else _AT_ONCE)

    def _asked(self, task: asyncio.Task[None]) -> None:
        key = self._asking.pop(task)
        self._believing.discard(task)
        self._schedule.asked(key, self._clock())
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._listener(events.Failure("A question to Gett", error))

    async def _pause(self) -> None:
        now = self._clock()
        wait = _TURN
        if self._may_ask():
            due = self._schedule.wait(now)
            wait = _TURN if due is None else min(due, _TURN)
        elif now < self._asks_again:
            wait = min(self._asks_again - now, _TURN)
        # Not wait_for: that of Python 3.11 swallows a cancellation that comes together with the wake.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._wake.wait()

    async def _ask(self, key: str) -> None:
        begun = self._clock()
        try:
            is_gone = self._service.get(key).status is OwnState.GONE
            believe = is_gone or self._missing.may_be_believed(key)
            record = await self._service.refresh(key, urgent=False, believe_gone=believe, wanted=self._leadership.holds)
        except NotKnownError:
            self._not_found(key, begun)
        except GettError as error:
            await self._failed(key, error, begun)
        except GettTuiError:
            # A full disk or a record that went meanwhile: the service has told of it, and the store comes again.
            return
        else:
            if self._leadership.holds():
                self._answered(record)

    def _answered(self, record: Record) -> None:
        self._backoff.reset()
        if record.status is OwnState.GONE:
            self._missing.gone(record.key)
        else:
            self._missing.answered(record.key)
        self._end_wave()

    async def _failed(self, key: str, error: GettError, begun: float) -> None:
        if reconcile.is_about_the_way(error):
            told = error.problem.retry_after if isinstance(error, ProblemError) else None
            self._service.will_try_again(self._wait(told, begun))
            return
        self._backoff.reset()
        await self._service.note_trouble(key, "refresh", error)

    def _wait(self, told: float | None, begun: float) -> datetime:
        """Asks nothing for a while after a question of the moment ``begun`` failed; until when (UTC).

        Questions that were under way together fail together: they are one failure.
        """
        together = begun < self._asks_again and bool(self._backoff)
        wait = self._backoff.again(told) if together else self._backoff.grow(told)
        self._asks_again = max(self._asks_again, self._clock() + wait)
        return self._now() + timedelta(seconds=self._asks_again - self._clock())

    # -- stores that Gett does not know any more

    def _not_found(self, key: str, begun: float) -> None:
        self._missing.not_found(key)
        if not self._missing.is_wave:
            self._backoff.reset()
            return
        for task in self._believing:
            task.cancel()
        self._wave_since = self._wave_since or self._now()
        self._listener(events.Reachability(StoresUnknownError(), self._wave_since, self._wait(None, begun)))

    def _end_wave(self) -> None:
        if self._wave_since is not None and not self._missing.is_wave:
            self._wave_since = None
            self._listener(self._service.outage)
