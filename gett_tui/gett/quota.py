"""How fast Gett may be asked: reads and writes apart, paced instead of in bursts.

Gett allows 1,000 reads and 100 writes a minute for the whole organisation, five times that in the sandbox
(``shared-guides/authentication``, D; that poll = read and the three writes = write is I). The poller spends a
share of it; what a person asks for may use all of it, and goes first.
"""

from __future__ import annotations

import asyncio
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.gett.client import RateLimits

_BURST = 5.0
_MAX_PAUSE = 900.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The organisation's limits, in requests a minute."""

    reads: int
    writes: int


PRODUCTION = Limits(reads=1_000, writes=100)
SANDBOX = Limits(reads=5_000, writes=500)
PRODUCTION_HOST = "api.gett-tech.com"


def limits_for(host: str) -> Limits:
    """The documented limits of ``host``; every host but production counts as a sandbox."""
    return PRODUCTION if host == PRODUCTION_HOST else SANDBOX


class Lane:
    """One class of requests, paced to ``per_minute``; ``share`` of it is for those that can wait.

    Times are seconds of ``clock`` (monotonic).
    """

    def __init__(self, per_minute: int, share: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._share = share
        self._clock = clock
        self._next_urgent = -math.inf
        self._next_patient = -math.inf
        self._paused_until = -math.inf

    @property
    def paused_for(self) -> float:
        """Seconds for which nothing may be sent; 0 when the lane is open."""
        return max(0.0, self._paused_until - self._clock())

    def pause(self, seconds: float) -> None:
        """Sends nothing for ``seconds`` (at most 15 minutes: a longer demand is taken for an error)."""
        self._paused_until = max(self._paused_until, self._clock() + min(max(seconds, 0.0), _MAX_PAUSE))

    def wait(self, *, urgent: bool) -> float:
        """Seconds until a request may go."""
        now = self._clock()
        at = self._next_urgent if urgent else max(self._next_urgent, self._next_patient)
        burst = _BURST * 60 / self.per_minute if urgent else 0.0
        return max(0.0, self._paused_until - now, at - burst - now)

    def spend(self) -> None:
        """Notes that a request goes now; both kinds spend from the same minute."""
        now, step = self._clock(), 60 / self.per_minute
        self._next_urgent = max(self._next_urgent, now) + step
        self._next_patient = max(self._next_patient, now) + step / self._share

    async def turn(self, *, urgent: bool) -> None:
        """Waits for this request's turn, and takes it."""
        while (wait := self.wait(urgent=urgent)) > 0:
            await asyncio.sleep(wait)
        self.spend()


class Quota:
    """The two lanes of one profile."""

    def __init__(self, limits: Limits, share: float = 0.6, clock: Callable[[], float] = time.monotonic) -> None:
        self.reads = Lane(limits.reads, share, clock)
        self.writes = Lane(limits.writes, share, clock)

    def heed(self, kind: str, said: RateLimits, now: float) -> None:
        """Obeys an answer's ``X-RateLimit-*`` headers (D): an empty window is waited out. ``now`` is Unix time."""
        lane = self.reads if kind == "read" else self.writes
        if said.remaining is not None and said.remaining <= 0 and said.reset_at is not None:
            lane.pause(said.reset_at - now)
