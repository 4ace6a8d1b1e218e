"""The way to Gett: turns, waits, and the outage as a state with a cause; no wait without an end (invariant 7).

What is asked before the way is made waits for that, which always ends: the client comes, or the reason why there is
none. Told waits have a floor that grows, so that a Gett that says "0 seconds" is not asked a dozen times a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from gett_tui.errors import Cause
from gett_tui.gett.backoff import Backoff
from gett_tui.gett.errors import GettError, NotSentError, ProblemError
from gett_tui.onboarding import events
from gett_tui.onboarding.errors import NotConnectedError, PausedError
from gett_tui.onboarding.reconcile import is_about_the_way

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from gett_tui.errors import GettTuiError
    from gett_tui.gett.client import GettClient
    from gett_tui.gett.models import Onboarding
    from gett_tui.gett.quota import Quota

T = TypeVar("T")

_MAX_WAIT = 120.0
_CONNECTING = 30.0
_TOLD_FROM = 3.0
"""Seconds from which it is told that a request waits for the end of a pause."""


class Gateway:
    """Asks Gett through the client that ``use`` gives, at the pace of ``quota``. Times in seconds and UTC."""

    def __init__(self, quota: Quota, listener: Callable[[events.Event], None], now: Callable[[], datetime]) -> None:
        self._quota = quota
        self._listener = listener
        self._now = now
        self._client: GettClient | None = None
        self._known = asyncio.Event()
        self._why_not: NotConnectedError | None = None
        self._outage = events.Reachability()
        self._closing = asyncio.Event()
        self.polled_at: datetime | None = None
        """When Gett answered about a store last."""

    # -- the way itself

    def use(self, client: GettClient) -> None:
        """Takes the client; what waits for it goes on."""
        self._client = client
        self._known.set()
        self.heard(None)

    def cannot_connect(self, error: GettTuiError, next_try: datetime | None) -> None:
        """Notes that there is no way to Gett, why, and when it is tried again."""
        self._why_not = NotConnectedError(str(error), cause=error.cause, facts=error.facts)
        self.heard(self._why_not)
        self.will_try_again(next_try)
        self._known.set()

    @property
    def is_connected(self) -> bool:
        """Whether there is a way to Gett."""
        return self._client is not None

    async def ready(self) -> GettClient:
        """The client. Raises NotConnectedError."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CONNECTING):
                await self._known.wait()
        if self._client is not None:
            return self._client
        why = self._why_not or NotConnectedError("The way to Gett is still being made.")
        raise NotConnectedError(str(why), cause=why.cause, facts=why.facts)

    async def close(self) -> None:
        """Closes all connections."""
        if self._client is not None:
            await self._client.aclose()

    def stop_waiting(self) -> None:
        """Sends nothing more from now on, not even what waits for it: the program ends."""
        self._closing.set()

    # -- the outage as a state

    @property
    def outage(self) -> events.Reachability:
        """Whether Gett can be asked, and since when and why not."""
        return self._outage

    def heard(self, error: GettTuiError | None) -> None:
        """Notes how an exchange ended: what is about one store says that the way is good."""
        if isinstance(error, GettError) and not is_about_the_way(error):
            error = None
        if error is None and self._outage.error is None:
            return
        since = None if error is None else self._outage.since or self._now()
        self._outage = events.Reachability(error, since, self._outage.next_try if error else None)
        self._listener(self._outage)

    def will_try_again(self, at: datetime | None) -> None:
        """Tells when Gett is asked again after trouble on the way there."""
        self._outage = events.Reachability(self._outage.error, self._outage.since, at)
        self._listener(self._outage)

    # -- exchanges

    async def read(self, onboarding_id: str, *, urgent: bool) -> Onboarding:
        """How the onboarding stands at Gett. Raises GettError, NotConnectedError."""
        client = await self.ready()
        turn = self._quota.reads.acquire(urgent=urgent, on_pause=self._reads_paused)
        await (_in_time(turn) if urgent else turn)
        try:
            answer = await client.status(onboarding_id)
        except GettError as error:
            if isinstance(error, ProblemError) and error.status == 429:
                self._quota.reads.refused(error.problem.retry_after)
            self.heard(error)
            if not is_about_the_way(error):
                self._answered()
            raise
        self.heard(None)
        self._answered()
        return answer

    def _reads_paused(self, seconds: float) -> None:
        """Makes a pause a state: another copy may have been told to wait, and this one is silent for that reason."""
        if seconds < _TOLD_FROM:
            return
        if self._outage.error is None:
            self._outage = events.Reachability(PausedError(), self._now())
        self.will_try_again(self._now() + timedelta(seconds=seconds))

    def _answered(self) -> None:
        self.polled_at = self._now()
        self._listener(events.Polled(self.polled_at))

    async def write(self, key: str, call: Callable[[GettClient], Awaitable[T]]) -> T:
        """Sends a write. What Gett itself says was not done, and may go again, is waited out within two minutes.

        Raises GettError.
        """
        client = await self.ready()
        waited, backoff = 0.0, Backoff(random.Random())  # noqa: S311 (jitter, not a secret)
        while True:
            await self._writes_turn(key)
            try:
                answer = await call(client)
            except GettError as error:
                self.heard(error)
                if not isinstance(error, ProblemError) or not error.may_go_again or self._closing.is_set():
                    raise
                step = backoff.grow(error.problem.retry_after)
                if error.status == 429:
                    # For all, also when this one gives up.
                    self._quota.writes.pause(step)
                if waited + step > _MAX_WAIT:
                    raise
                await self._wait_visibly(key, error, step)
                if self._closing.is_set():
                    raise
                waited += step
            else:
                self.heard(None)
                return answer

    async def _writes_turn(self, key: str) -> None:
        told = False

        def tell(seconds: float) -> None:
            nonlocal told
            if seconds >= _TOLD_FROM:
                told = True
                self._tell_wait(key, PausedError(), seconds)

        try:
            await _in_time(self._quota.writes.acquire(urgent=True, on_pause=tell))
        finally:
            if told:
                self._listener(events.Note(key, None))
        if self._closing.is_set():
            raise _not_sent(Cause.CLOSING, "closing")

    async def _wait_visibly(self, key: str, error: GettError, step: float) -> None:
        self._tell_wait(key, error, step)
        try:
            async with asyncio.timeout(step):
                await self._closing.wait()
        except TimeoutError:
            return
        finally:
            self._listener(events.Note(key, None))

    def _tell_wait(self, key: str, why: GettTuiError, seconds: float) -> None:
        self._listener(events.Note(key, why, self._now() + timedelta(seconds=seconds), seconds))


async def _in_time(turn: Awaitable[None]) -> None:
    """Waits for the turn of what a person asked for, but not for ever. Raises NotSentError."""
    try:
        async with asyncio.timeout(_MAX_WAIT):
            await turn
    except TimeoutError:
        raise _not_sent(Cause.NO_TURN, "no turn came in time") from None


def _not_sent(cause: Cause, text: str) -> NotSentError:
    return NotSentError(cause, text, facts={"minutes": round(_MAX_WAIT / 60)})
