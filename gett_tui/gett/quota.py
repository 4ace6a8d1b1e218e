"""How fast Gett may be asked: reads and writes apart, paced instead of in bursts, shared by all copies on a profile.

Gett allows 1,000 reads and 100 writes a minute for the whole organisation, five times that in the sandbox
(``shared-guides/authentication``, D; that a poll is a read and the three writes are writes is I). What can wait (the
poller) spends a share of it, evenly spread; what a person asks for may use all of it, and goes first.

The answers' ``X-RateLimit-Remaining`` and ``-Reset`` (D; whether the window is fixed or sliding is U) tell how much
others have spent: the poller then leaves them their part of what is left of the window, and stops when it is empty.
A 429 pauses its kind of requests for all copies.
"""

from __future__ import annotations

import asyncio
import math
import random
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gett_tui.gett.backoff import MAX_WAIT, Backoff
from gett_tui.gett.urls import PRODUCTION_HOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.gett.client import RateLimits

WINDOW = 60.0
"""Seconds in which the limits count."""

_BURST = 5
_AHEAD = 0.25
"""Seconds for which a turn is taken beforehand, so that one look at the shared pace is enough for it."""
_LEAST = 6.0
"""Requests a minute that the poller keeps even when others spend nearly all: else nobody would see when they stop."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The organisation's limits, in requests a minute."""

    reads: int
    writes: int


PRODUCTION = Limits(reads=1_000, writes=100)
SANDBOX = Limits(reads=5_000, writes=500)


def limits_for(host: str) -> Limits:
    """The documented limits of ``host``; every host but production counts as a sandbox."""
    return PRODUCTION if host == PRODUCTION_HOST else SANDBOX


@dataclass(frozen=True, slots=True)
class Pace:
    """How far one kind of requests has come: seconds of the machine's monotonic clock, which its programs share."""

    next_any: float = 0.0
    """When the next request of any kind is in step with the limit."""
    next_patient: float = 0.0
    """When the next one that can wait is in step with its share."""
    paused_until: float = 0.0
    """Until when nothing may be sent."""

    def plausible(self, now: float) -> Pace:
        """Without what lies in a future that never comes, as in a file from before a restart of the machine."""
        return Pace(
            self.next_any if self.next_any - now <= WINDOW else 0.0,
            self.next_patient if self.next_patient - now <= WINDOW else 0.0,
            self.paused_until if self.paused_until - now <= MAX_WAIT else 0.0,
        )


class Turn(NamedTuple):
    """When a request may go."""

    taken: bool
    """Whether it is this request's; else it is to be asked for again after ``wait``."""
    wait: float
    """Seconds."""
    more: tuple[float, ...] = ()
    """When further turns come that were taken with it (seconds of the monotonic clock), the last one first."""
    is_paused: bool = False
    """Whether it is a pause that is waited for, and not only the pace."""


class PaceStore(Protocol):
    """Keeps the pace of each kind of requests, for one program or for all on a profile."""

    def change(self, number: int, change: Callable[[Pace], Pace]) -> Pace:
        """Replaces the pace called ``number`` by what ``change`` makes of it, and gives the result. Raises nothing.

        It may wait for a disk, and is called in several threads.
        """
        ...


class OwnPace:
    """A pace store that one program keeps for itself."""

    def __init__(self) -> None:
        self._paces: dict[int, Pace] = {}

    def change(self, number: int, change: Callable[[Pace], Pace]) -> Pace:
        """See ``PaceStore``."""
        pace = change(self._paces.get(number, Pace()))
        self._paces[number] = pace
        return pace


class RateLimiter:
    """One kind of requests, ``per_minute`` in all; ``share`` of it is for those that can wait.

    ``acquire`` looks at the shared pace in a thread. All else is memory: ``pause`` is heeded by this copy at once, and
    handed on to the others in the background.
    """

    def __init__(
        self, number: int, per_minute: int, share: float, store: PaceStore, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._number = number
        self._limit = per_minute
        self._share = share
        self._store = store
        self._clock = clock
        self._patient_rate = per_minute * share
        self._rate_until = -math.inf
        self._paused_until = -math.inf
        self._backoff = Backoff(random.Random())  # noqa: S311 (jitter, not a secret)
        self._patient = asyncio.Lock()
        self._waiting = 0
        self._turns: list[float] = []
        self._telling: set[asyncio.Future[Pace]] = set()

    @property
    def patient_rate(self) -> float:
        """Requests a minute that those that can wait may make at present."""
        return self._patient_rate if self._clock() < self._rate_until else self._limit * self._share

    async def acquire(self, *, urgent: bool, on_pause: Callable[[float], None] | None = None) -> None:
        """Waits for this request's turn, and takes it. Of those that can wait one at a time looks at the pace.

        ``on_pause`` hears, at its begin and each minute, for how many seconds more a pause holds it up, whichever
        copy heard of that.
        """
        if urgent:
            await self._turn(on_pause, urgent=True)
            return
        self._waiting += 1
        try:
            async with self._patient:
                await self._patient_turn(on_pause)
        finally:
            self._waiting -= 1

    async def _patient_turn(self, on_pause: Callable[[float], None] | None) -> None:
        """The next of the turns that were taken together for all who wait: a look at the shared pace costs a thread."""
        # Turns that nobody came for would make a burst later.
        if not self._turns or self._turns[-1] < self._clock() - _AHEAD:
            await self._turn(on_pause, urgent=False)
            return
        await asyncio.sleep(self._turns.pop() - self._clock())
        if self._clock() < self._paused_until:
            self._turns.clear()
            await self._turn(on_pause, urgent=False)

    async def _turn(self, on_pause: Callable[[float], None] | None, *, urgent: bool) -> None:
        while True:
            turn = await asyncio.to_thread(
                self.reserve, urgent=urgent, ahead=_AHEAD, more=0 if urgent else self._waiting - 1
            )
            if not urgent:
                self._turns = list(turn.more)
            if turn.is_paused and on_pause is not None:
                on_pause(turn.wait)
            await asyncio.sleep(min(turn.wait, WINDOW))
            if turn.taken and self._clock() >= self._paused_until:
                return

    def reserve(self, *, urgent: bool, ahead: float = 0.0, more: int = 0) -> Turn:
        """Takes a turn, and up to ``more`` others, if they come within ``ahead`` seconds. May wait for the disk."""
        now = self._clock()
        turn = Turn(taken=False, wait=0.0)

        def step(pace: Pace) -> Pace:
            nonlocal turn
            known = pace.plausible(now)
            known = replace(known, paused_until=max(known.paused_until, self._paused_until))
            turn = self._next_turn(known, now, urgent=urgent, ahead=ahead)
            if not turn.taken:
                return known
            known, others = self._spent(known, now), list[float]()
            while len(others) < more and (other := self._next_turn(known, now, urgent=urgent, ahead=ahead)).taken:
                others.insert(0, now + other.wait)
                known = self._spent(known, now)
            turn = turn._replace(more=tuple(others))
            return known

        self._store.change(self._number, step)
        return turn

    def _next_turn(self, pace: Pace, now: float, *, urgent: bool, ahead: float) -> Turn:
        if pace.paused_until > now:
            # Nothing is taken beforehand: the pause may be made longer.
            return Turn(taken=False, wait=pace.paused_until - now, is_paused=True)
        burst = _BURST * WINDOW / self._limit
        ready = pace.next_any - burst if urgent else max(pace.next_any, pace.next_patient)
        wait = max(0.0, ready - now)
        return Turn(wait <= ahead, wait)

    def _spent(self, pace: Pace, now: float) -> Pace:
        return replace(
            pace,
            next_any=max(pace.next_any, now) + WINDOW / self._limit,
            next_patient=max(pace.next_patient, now) + WINDOW / self.patient_rate,
        )

    def refused(self, told: float | None) -> float:
        """Heeds a 429: nothing is sent, by any copy, for the seconds returned.

        At least ``told`` (what the answer asks for), and longer with each refusal in a row; at most 15 minutes. Of
        several requests that were under way together the first counts.
        """
        now = self._clock()
        if now >= self._paused_until + WINDOW:
            self._backoff.reset()
        wait = self._backoff.again(told) if now < self._paused_until else self._backoff.grow(told)
        self.pause(wait)
        return wait

    def pause(self, seconds: float) -> None:
        """Sends nothing for ``seconds`` (at most 15 minutes: a longer demand is taken for an error)."""
        until = self._clock() + min(max(seconds, 0.0), MAX_WAIT)
        self._paused_until = max(self._paused_until, until)
        self._tell_others(until)

    def _tell_others(self, until: float) -> None:
        def step(pace: Pace) -> Pace:
            known = pace.plausible(self._clock())
            return replace(known, paused_until=max(known.paused_until, until))

        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._store.change(self._number, step)
            return
        telling = loop.run_in_executor(None, self._store.change, self._number, step)
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    def update_from_headers(self, remaining: int, seconds_left: float) -> None:
        """Learns that ``remaining`` requests are left for all, for the next ``seconds_left`` seconds."""
        left = min(max(seconds_left, 1.0), WINDOW)
        if remaining <= 0:
            self.pause(left)
        others = (1 - self._share) * self._limit * left / WINDOW
        ours = (remaining - others) * WINDOW / left
        self._patient_rate = min(max(ours, _LEAST), self._limit * self._share)
        self._rate_until = self._clock() + left


class Quota:
    """The two limiters of one profile. ``share`` is the part of the limits that the poller may spend."""

    def __init__(
        self,
        limits: Limits,
        share: float = 0.6,
        store: PaceStore | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        kept = store or OwnPace()
        self.reads = RateLimiter(0, limits.reads, share, kept, clock)
        self.writes = RateLimiter(1, limits.writes, share, kept, clock)

    def update_from_headers(self, kind: str, said: RateLimits, now: float) -> None:
        """Learns from an answer's headers. ``now`` is Unix time (seconds)."""
        if said.remaining is None or said.reset_at is None:
            return
        limiter = self.reads if kind == "read" else self.writes
        limiter.update_from_headers(said.remaining, said.reset_at - now)
