"""How fast Gett may be asked: reads and writes apart, paced instead of in bursts, shared by all who hold the book.

Gett allows 1,000 reads and 100 writes a minute for the whole organisation, five times that in the sandbox
(``shared-guides/authentication``, D; that a poll is a read and the three writes are writes is I). What can wait (the
poller) spends a share of it, evenly spread; what a person asks for may use all of it, and goes first.

The answers' ``X-RateLimit-Remaining`` and ``-Reset`` (D; whether the window is fixed or sliding is U) tell how much
others have spent: the poller then leaves them their part of what is left of the window, and stops when it is empty.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from gett_tui.gett.urls import PRODUCTION_HOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.gett.client import RateLimits

WINDOW = 60.0
"""Seconds in which the limits count."""

_BURST = 5
_MAX_PAUSE = 900.0
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
    """What a lane knows: seconds of the machine's monotonic clock, which all its programs share."""

    next_any: float = 0.0
    """When the next request of any kind is in step with the limit."""
    next_patient: float = 0.0
    """When the next one that can wait is in step with its share."""
    paused_until: float = 0.0
    """Until when nothing may be sent."""


class Book(Protocol):
    """Keeps the pace of each lane, for one program or for all on a profile."""

    def change(self, lane: int, change: Callable[[Pace], Pace]) -> Pace:
        """Replaces the pace of ``lane`` by what ``change`` makes of it, and gives the result."""
        ...


class OwnBook:
    """A book that one program keeps for itself."""

    def __init__(self) -> None:
        self._paces: dict[int, Pace] = {}

    def change(self, lane: int, change: Callable[[Pace], Pace]) -> Pace:
        """See ``Book``."""
        pace = change(self._paces.get(lane, Pace()))
        self._paces[lane] = pace
        return pace


class Lane:
    """One class of requests, ``per_minute`` in all; ``share`` of it is for those that can wait."""

    def __init__(
        self, number: int, per_minute: int, share: float, book: Book, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._number = number
        self._limit = per_minute
        self._share = share
        self._book = book
        self._clock = clock
        self._patient_rate = per_minute * share
        self._rate_until = -math.inf

    @property
    def patient_rate(self) -> float:
        """Requests a minute that those that can wait may make at present."""
        return self._patient_rate if self._clock() < self._rate_until else self._limit * self._share

    def pause(self, seconds: float) -> None:
        """Sends nothing for ``seconds`` (at most 15 minutes: a longer demand is taken for an error)."""
        until = self._clock() + min(max(seconds, 0.0), _MAX_PAUSE)
        self._book.change(self._number, lambda pace: replace(pace, paused_until=max(pace.paused_until, until)))

    def heed(self, remaining: int, seconds_left: float) -> None:
        """Learns that ``remaining`` requests are left for all, for the next ``seconds_left`` seconds."""
        left = min(max(seconds_left, 1.0), WINDOW)
        if remaining <= 0:
            self.pause(left)
        others = (1 - self._share) * self._limit * left / WINDOW
        ours = (remaining - others) * WINDOW / left
        self._patient_rate = min(max(ours, _LEAST), self._limit * self._share)
        self._rate_until = self._clock() + left

    def take(self, *, urgent: bool) -> float:
        """Takes a turn if there is one: 0 when the request may go now, else the seconds to wait before asking again."""
        now = self._clock()
        wait = 0.0

        def step(pace: Pace) -> Pace:
            nonlocal wait
            wait = self._wait(pace, now, urgent=urgent)
            return pace if wait > 0 else self._spent(pace, now)

        self._book.change(self._number, step)
        return wait

    def _wait(self, pace: Pace, now: float, *, urgent: bool) -> float:
        any_step = WINDOW / self._limit
        ready = pace.next_any - _BURST * any_step if urgent else max(pace.next_any, pace.next_patient)
        wait = max(ready, pace.paused_until) - now
        # A pace from before a restart of the machine lies in a future that never comes.
        return 0.0 if wait > _MAX_PAUSE + WINDOW else max(0.0, wait)

    def _spent(self, pace: Pace, now: float) -> Pace:
        def after(at: float, per_minute: float) -> float:
            return (max(at, now) if at - now < _MAX_PAUSE else now) + WINDOW / per_minute

        return replace(
            pace,
            next_any=after(pace.next_any, self._limit),
            next_patient=after(pace.next_patient, self.patient_rate),
            paused_until=pace.paused_until if pace.paused_until - now < _MAX_PAUSE else 0.0,
        )

    async def turn(self, *, urgent: bool) -> None:
        """Waits for this request's turn, and takes it."""
        while (wait := self.take(urgent=urgent)) > 0:
            await asyncio.sleep(wait)


class Quota:
    """The two lanes of one profile. ``share`` is the part of the limits that the poller may spend."""

    def __init__(
        self,
        limits: Limits,
        share: float = 0.6,
        book: Book | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        kept = book or OwnBook()
        self.reads = Lane(0, limits.reads, share, kept, clock)
        self.writes = Lane(1, limits.writes, share, kept, clock)

    def heed(self, kind: str, said: RateLimits, now: float) -> None:
        """Learns from an answer's headers. ``now`` is Unix time (seconds)."""
        if said.remaining is None or said.reset_at is None:
            return
        lane = self.reads if kind == "read" else self.writes
        lane.heed(said.remaining, said.reset_at - now)
