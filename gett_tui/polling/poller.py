"""The poller: one worker that asks Gett about the stores that can still change.

Of all copies on a profile one polls (a kernel lock decides); the others follow its files. Nothing that goes wrong
with a question ends it: trouble on the way to Gett makes it wait, longer each time, and one question alone tries
again; trouble with one store is left on that store's record.
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
from gett_tui.gett.errors import GettError, ProblemError
from gett_tui.onboarding import events, reconcile
from gett_tui.onboarding.ports import Lead, StorageError
from gett_tui.onboarding.service import utc_now
from gett_tui.onboarding.status import Status
from gett_tui.polling.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.service import Service
    from gett_tui.storage.instances import Instances

_AT_ONCE = 8
_GETTS = frozenset(Status)
_LOOK = 1.0
_FIRST_BACKOFF = 1.0
_LAST_BACKOFF = 30.0


class Poller:
    """Keeps the records of ``service`` true. ``run`` it as one task; cancel the task to stop it."""

    def __init__(
        self,
        service: Service,
        presence: Instances,
        listener: Callable[[events.Event], None],
        chance: random.Random | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._service = service
        self._presence = presence
        self._listener = listener
        self._clock = clock
        self._now = now
        self._chance = chance or random.Random()  # noqa: S311 (jitter, not a secret)
        self._schedule = Schedule(self._chance)
        self._learned: set[str] = set()
        self._wake = asyncio.Event()
        self._role: events.Role | None = None
        self._backoff = 0.0
        self._asking: dict[asyncio.Task[None], str] = {}

    def notice(self, event: events.Event) -> None:
        """Hears what the service tells: new statuses change whom to ask."""
        if not isinstance(event, events.StoresChanged):
            return
        now, wall = self._clock(), self._now()
        for record in event.changed:
            self._learn(record)
            if record.onboarding_id is None or record.pending is not None:
                self._schedule.remove(record.key)
            else:
                age = (wall - record.since).total_seconds() if record.since else 0.0
                self._schedule.put(record.key, record.status, now, age)
        for key in event.removed:
            self._schedule.remove(key)
            self._learned.discard(key)
        self._wake.set()

    def _learn(self, record: Record) -> None:
        """Takes the durations of stages that are over from a record's history when it is first seen.

        Later changes are learned by the schedule, which knows when it asked before.
        """
        if record.key in self._learned:
            return
        self._learned.add(record.key)
        for before, after in pairwise(record.history):
            if before.status in _GETTS and after.status in _GETTS:
                self._schedule.stages.learn(before.status, (after.at - before.at).total_seconds())

    def watch(self, key: str | None) -> None:
        """Notes the store that a person looks at."""
        self._schedule.watch(key, self._clock())
        self._wake.set()

    async def run(self) -> None:
        """Polls while this copy leads, and follows the files all the time."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._survive(self._follow))
            group.create_task(self._survive(self._poll))

    async def _survive(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # whatever it is, it is shown, and the screen must stay true
                self._listener(events.Failure("The poller", error))
            await asyncio.sleep(_LOOK)

    async def _follow(self) -> None:
        await self._service.follow()
        await self._take_role()

    async def _take_role(self) -> None:
        try:
            leading = self._presence.is_leading or await asyncio.to_thread(self._presence.lead)
        except StorageError:
            leading = False
        if leading:
            await asyncio.to_thread(self._presence.report, self._service.report)
        report = None if leading else await asyncio.to_thread(self._presence.leader)
        role = events.Role(Lead(leading, report))
        if role != self._role:
            self._role = role
            self._listener(role)
            self._wake.set()

    async def _poll(self) -> None:
        try:
            while True:
                self._wake.clear()
                self._ask_due()
                await self._pause()
        finally:
            for task in self._asking:
                task.cancel()
            await asyncio.gather(*self._asking, return_exceptions=True)

    def _ask_due(self) -> None:
        if self._role is None or not self._role.lead.is_ours:
            return
        while len(self._asking) < (1 if self._backoff else _AT_ONCE):
            key = self._schedule.take(self._clock())
            if key is None:
                return
            task = asyncio.ensure_future(self._ask(key))
            self._asking[task] = key
            task.add_done_callback(self._asked)

    def _asked(self, task: asyncio.Task[None]) -> None:
        key = self._asking.pop(task)
        self._schedule.asked(key, self._clock())
        self._wake.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._listener(events.Failure("A question to Gett", error))

    async def _pause(self) -> None:
        wait = self._schedule.wait(self._clock()) if self._role and self._role.lead.is_ours else None
        if len(self._asking) >= (1 if self._backoff else _AT_ONCE):
            wait = None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), wait)

    async def _ask(self, key: str) -> None:
        try:
            await self._service.refresh(key, urgent=False)
        except GettError as error:
            await self._failed(key, error)
        except GettTuiError:
            # A full disk or a record that went meanwhile: the service has told of it, and the store comes again.
            return
        else:
            self._backoff = 0.0

    async def _failed(self, key: str, error: GettError) -> None:
        if not reconcile.is_about_the_way(error):
            self._backoff = 0.0
            await self._service.note_trouble(key, "refresh", error)
            return
        self._backoff = min(max(self._backoff * 2, _FIRST_BACKOFF), _LAST_BACKOFF)
        told = error.problem.retry_after if isinstance(error, ProblemError) else None
        wait = max(self._backoff, min(told or 0.0, 900.0)) * self._chance.uniform(1.0, 1.2)
        self._service.gateway.will_try_again(self._now() + timedelta(seconds=wait))
        await asyncio.sleep(wait)
