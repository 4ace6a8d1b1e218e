"""Whom to ask next: the moving stores often, the waiting ones seldom, the settled ones never.

A store is asked again after a time that grows with how long nothing has happened to it: fresh ones every few
seconds, one that has hung for an hour every two minutes. Pure: the clock (seconds, monotonic) and the random
source come from outside.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gett_tui.onboarding.pipeline import Status, can_change

if TYPE_CHECKING:
    import random

_SHORTEST = 5.0
_LONGEST = 120.0
_GROWTH = 12.0
_JITTER = 0.15
_WATCHED = 2.0
_WAITS_FOR_US: dict[str, float] = {Status.READY_TO_ACTIVATE: 60.0, Status.CATALOG_FAILED: 300.0}


@dataclass(slots=True)
class _Store:
    status: str
    changed_at: float
    due: float


class Schedule:
    """The order in which stores are asked about."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._stores: dict[str, _Store] = {}
        self._heap: list[tuple[float, str]] = []
        self._watched: str | None = None

    def put(self, key: str, status: str, now: float) -> None:
        """Takes up a store, or its new status; one that can no longer change is let go."""
        if not can_change(status):
            self.remove(key)
            return
        store = self._stores.get(key)
        if store is not None and store.status == status:
            return
        # A store seen for the first time is asked soon, but not all of a list in the same moment.
        due = now + (self._interval(key, status, 0.0) if store else self._chance.uniform(0.0, 1.0))
        self._stores[key] = _Store(status, now, due)
        heapq.heappush(self._heap, (due, key))

    def remove(self, key: str) -> None:
        """Asks no more about ``key``."""
        self._stores.pop(key, None)

    def watch(self, key: str | None, now: float) -> None:
        """Notes that a person looks at ``key``: it is asked about more often."""
        self._watched = key
        store = self._stores.get(key) if key else None
        if key is not None and store is not None and store.due > now + _WATCHED:
            self._plan(key, store, now + _WATCHED)

    def asked(self, key: str, now: float) -> None:
        """Notes that ``key`` was asked about just now."""
        store = self._stores.get(key)
        if store is not None:
            self._plan(key, store, now + self._interval(key, store.status, now - store.changed_at))

    def take(self, now: float) -> str | None:
        """The store to ask about now, or None. It comes again only after ``asked``."""
        while self._heap and self._heap[0][0] <= now:
            due, key = heapq.heappop(self._heap)
            store = self._stores.get(key)
            if store is not None and store.due == due:
                return key
        return None

    def wait(self, now: float) -> float | None:
        """Seconds until somebody is due; None when nobody ever is."""
        while self._heap:
            due, key = self._heap[0]
            store = self._stores.get(key)
            if store is not None and store.due == due:
                return max(0.0, due - now)
            heapq.heappop(self._heap)
        return None

    def _plan(self, key: str, store: _Store, due: float) -> None:
        store.due = due
        heapq.heappush(self._heap, (due, key))

    def _interval(self, key: str, status: str, age: float) -> float:
        patient = _WAITS_FOR_US.get(status)
        base = patient if patient is not None else min(max(_SHORTEST, age / _GROWTH), _LONGEST)
        if key == self._watched:
            base = min(base, _WATCHED)
        return base * self._chance.uniform(1 - _JITTER, 1 + _JITTER)
