"""Whom to ask next, so that news is seen as early as the budget allows. Pure: clock and chance come from outside.

The mathematics. Let ``H(u)`` be the hazard that a store changes ``u`` seconds after it was last asked (``stages``).
If it is asked ``t`` seconds after that, the expected delay piled up is ``D(t) = ∫ H(u)·(t − u) du`` over ``0…t``, and
a question costs one unit of budget. With a price ``θ`` for a question, minimising delay plus price per time gives:
ask when

    W(t) = t·D′(t) − D(t) = ∫ u·H(u) du  reaches  θ

(the Whittle index of asking). With a constant hazard ``λ`` this is ``λ·t²/2``, so stores are asked at a rate
proportional to ``√λ``: the square-root law. Round-robin ignores ``H``; asking by likelihood alone (``∝ λ``) starves
the slow ones. ``W`` grows without bound for every store, so nobody starves, and a log-normal stage's falling hazard
backs off the stores that have hung for long by itself.

``θ`` is the same for all stores and is found by feedback: when the head of the queue waits beyond its time the
budget is short and θ rises; when nobody is due it falls, down to a floor at which every store is asked at its
shortest interval. Waiting stores (ready, failed) have a tiny constant hazard and fall out of the same formula.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gett_tui.onboarding.pipeline import can_change
from gett_tui.onboarding.stages import Stages

if TYPE_CHECKING:
    import random

_SHORTEST = 2.0
_LONGEST = 600.0
_JITTER = 0.1
_WATCHED = 2.0
_LOWEST_PRICE = 1e-4
_HIGHEST_PRICE = 1e7
_GAIN = 0.05
_AIM = 0.1
_STEPS = 18


@dataclass(slots=True)
class _Store:
    status: str
    entered: float
    asked: float
    due: float


class Schedule:
    """The order in which stores are asked about. Times are seconds of one monotonic clock."""

    def __init__(self, chance: random.Random, stages: Stages | None = None) -> None:
        self._chance = chance
        self.stages = stages or Stages()
        self._stores: dict[str, _Store] = {}
        self._heap: list[tuple[float, str]] = []
        self._watched: str | None = None
        self._price = _LOWEST_PRICE

    def __len__(self) -> int:
        return len(self._stores)

    def put(self, key: str, status: str, now: float, age: float = 0.0) -> None:
        """Takes up a store that is in ``status`` for ``age`` seconds; one that cannot change is let go.

        A change is found some time after it happened: the middle between the last two questions is the best guess,
        for the age of the new status and for what is learned about the old one.
        """
        store = self._stores.get(key)
        if store is not None and store.status == status:
            return
        entered = now - max(age, 0.0)
        if store is not None and store.asked < now:
            entered = (store.asked + now) / 2
            self.stages.learn(store.status, entered - store.entered)
        if not can_change(status):
            self.remove(key)
            return
        taken = _Store(status, entered, now, now)
        self._stores[key] = taken
        # A list that was just loaded is asked soon, but not in one moment.
        due = now + (self._chance.uniform(0.0, 1.0) if store is None else self._interval(key, taken))
        self._plan(key, taken, due)

    def remove(self, key: str) -> None:
        """Asks no more about ``key``."""
        self._stores.pop(key, None)

    def watch(self, key: str | None, now: float) -> None:
        """Notes that a person looks at ``key``: it is asked every two seconds."""
        self._watched = key
        store = self._stores.get(key) if key else None
        if key is not None and store is not None and store.due > now + _WATCHED:
            self._plan(key, store, now + _WATCHED)

    def take(self, now: float) -> str | None:
        """The store to ask about now, or None. It comes again only after ``asked``."""
        while self._heap:
            due, key = self._heap[0]
            store = self._stores.get(key)
            if store is None or store.due != due:
                heapq.heappop(self._heap)
                continue
            self._feel_pressure(now - due, due - store.asked)
            if due > now:
                return None
            heapq.heappop(self._heap)
            store.due = math.inf
            return key
        return None

    def asked(self, key: str, now: float) -> None:
        """Notes that ``key`` was asked about just now."""
        store = self._stores.get(key)
        if store is None:
            return
        store.asked = now
        self._plan(key, store, now + self._interval(key, store))

    def wait(self, now: float) -> float | None:
        """Seconds until somebody is due; None when nobody ever is."""
        while self._heap:
            due, key = self._heap[0]
            store = self._stores.get(key)
            if store is not None and store.due == due:
                return max(0.0, due - now)
            heapq.heappop(self._heap)
        return None

    def _feel_pressure(self, late: float, planned: float) -> None:
        # In parts of the planned interval: a second matters for one due every five, not for one an hour. Aiming at
        # a little lateness keeps somebody due at every moment, so that no part of the budget goes unused.
        strain = late / max(planned, _SHORTEST) - _AIM
        step = 1 + _GAIN * min(max(strain, -1.0), 1.0)
        self._price = min(max(self._price * step, _LOWEST_PRICE), _HIGHEST_PRICE)

    def _plan(self, key: str, store: _Store, due: float) -> None:
        store.due = due
        heapq.heappush(self._heap, (due, key))

    def _interval(self, key: str, store: _Store) -> float:
        """Seconds until the index reaches the price, found by bisection on the logarithm of the interval."""
        if key == self._watched:
            return _WATCHED
        low, high = _SHORTEST, _LONGEST
        if self._index(store, low) >= self._price:
            return low * self._chance.uniform(1.0, 1 + _JITTER)
        while self._index(store, high) < self._price and high < 64 * _LONGEST:
            low, high = high, high * 2
        for _ in range(_STEPS):
            middle = math.sqrt(low * high)
            if self._index(store, middle) < self._price:
                low = middle
            else:
                high = middle
        return high * self._chance.uniform(1 - _JITTER, 1 + _JITTER)

    def _index(self, store: _Store, interval: float) -> float:
        """``W``: the integral of u·H(u), by the trapezoid rule on the cumulative hazard at its half and its end."""
        age = store.asked - store.entered
        half = self.stages.expected_news(store.status, age, interval / 2)
        whole = self.stages.expected_news(store.status, age, interval)
        return interval * (0.25 * half + 0.75 * (whole - half))
