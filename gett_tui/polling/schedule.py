"""Whom to ask next, so that news is seen as early as the budget allows. Pure: clock and chance come from outside.

The mathematics. Let ``H(u)`` be the hazard that a store changes ``u`` seconds after it was last asked (``stages``).
If it is asked ``t`` seconds after that, the expected delay piled up is ``D(t) = ∫ H(u)·(t − u) du`` over ``0…t``, and
a question costs one unit of budget. With a price ``θ`` for a question, minimising delay plus price per time gives:
ask when

    W(t) = t·D′(t) − D(t) = ∫ u·H(u) du  reaches  θ

(the Whittle index of asking; exact for changes that recur, near it for a stage that is left once).
Under a common budget the best use of the next question is therefore the store whose ``W`` is highest. With a
constant hazard ``λ`` it is ``λ·t²/2``, so stores are asked at a rate proportional to ``√λ``: the square-root law.
Round-robin ignores ``H``; asking by likelihood alone (``∝ λ``) starves the slow ones.
``W`` grows without bound for every store, so nobody starves, and the falling hazard of a log-normal stage backs off
stores that have hung for long by itself.

A store becomes eligible when ``W`` reaches a small floor: below it a question is not worth its cost even with budget
to spare. The one with the highest ``W`` is asked, from a ranking that is made anew all the time: each decision
evaluates some stores more for the next ranking, so that it costs the same however many stores there are. Of a few
the order is exact; of 20,000 it is at most 1,600 questions old, a twelfth of a round.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gett_tui.onboarding.status import STAGES, OwnState, can_change
from gett_tui.polling.stage_times import StageTimes

if TYPE_CHECKING:
    import random

    from gett_tui.onboarding.status import State

_FLOOR = 0.02
_SHORTEST = 2.0
_LONGEST_MOVING = 60.0
_LONGEST = 600.0
_SELDOM = 3600.0
"""Seconds between two questions about a store that is gone at Gett: a thousand such take a thirtieth of the budget."""
_JITTER = 0.05
_WATCHED = 2.0
_SLICE = 25
_FIRST_SLICE = 1000


@dataclass(slots=True)
class _Store:
    status: State
    entered: float
    asked: float
    due: float


class Schedule:
    """The order in which stores are asked about. Times are seconds of one monotonic clock."""

    def __init__(self, chance: random.Random, stages: StageTimes | None = None) -> None:
        self._chance = chance
        self.stages = stages or StageTimes()
        self._stores: dict[str, _Store] = {}
        self._heap: list[tuple[float, str]] = []
        self._eligible: dict[str, None] = {}
        self._best: list[tuple[float, float, str]] = []
        """A heap: ``W`` with its sign changed, when the store was last asked then, and its key."""
        self._unseen: list[str] = []
        self._next: list[tuple[float, float, str]] = []
        self._watched = ""

    def __len__(self) -> int:
        return len(self._stores)

    def put(self, key: str, status: State, now: float, age: float = 0.0) -> None:
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
        self._plan(key, taken, now + (self._first(taken) if store is None else self._interval(key, taken)))

    def _first(self, store: _Store) -> float:
        """Seconds to the first question: a list that was just loaded is asked soon, but not in one moment."""
        return self._chance.uniform(0.0, _SELDOM if store.status is OwnState.GONE else 1.0)

    def remove(self, key: str) -> None:
        """Asks no more about ``key``."""
        self._stores.pop(key, None)
        self._eligible.pop(key, None)

    def watch(self, key: str | None, now: float) -> None:
        """Notes that a person looks at ``key``: it is asked every two seconds."""
        self._watched = key or ""
        store = self._stores.get(self._watched)
        if store is not None and now + _WATCHED < store.due < math.inf:
            self._plan(self._watched, store, now + _WATCHED)

    def take(self, now: float) -> str | None:
        """The store to ask about now, or None. It comes again only after ``asked``."""
        self._gather(now)
        if not self._eligible:
            return None
        key = self._choose(now)
        del self._eligible[key]
        self._stores[key].due = math.inf
        return key

    def asked(self, key: str, now: float) -> None:
        """Notes that ``key`` was asked about just now."""
        store = self._stores.get(key)
        if store is not None:
            store.asked = now
            self._eligible.pop(key, None)
            self._plan(key, store, now + self._interval(key, store))

    def wait(self, now: float) -> float | None:
        """Seconds until somebody is due; None when nobody ever is."""
        self._gather(now)
        if self._eligible:
            return 0.0
        return self._heap[0][0] - now if self._heap else None

    def _gather(self, now: float) -> None:
        """Makes those eligible that are due, a thousand at a time."""
        for _ in range(min(_FIRST_SLICE, len(self._heap))):
            due, key = self._heap[0]
            store = self._stores.get(key)
            if store is not None and store.due == due:
                if due > now:
                    return
                self._eligible[key] = None
            heapq.heappop(self._heap)

    def _choose(self, now: float) -> str:
        if self._watched in self._eligible:
            return self._watched
        while True:
            self._rank(now)
            key = self._pop()
            if key is not None:
                return key

    def _rank(self, now: float) -> None:
        """Ranks some stores more. A ranking is used when it has them all, or when there is no other."""
        if not self._unseen:
            self._unseen = list(self._eligible)
        count = _SLICE if self._best else _FIRST_SLICE
        for key in self._unseen[-count:]:
            if key in self._eligible:
                store = self._stores[key]
                self._next.append((-self._index(store, now), store.asked, key))
        del self._unseen[-count:]
        if not self._unseen or not self._best:
            self._best, self._next = self._next, []
            heapq.heapify(self._best)

    def _pop(self) -> str | None:
        while self._best:
            _, asked, key = heapq.heappop(self._best)
            # It may have been asked since it was ranked, being watched or in the ranking before.
            if key in self._eligible and self._stores[key].asked == asked:
                return key
        return None

    def _plan(self, key: str, store: _Store, due: float) -> None:
        store.due = due
        heapq.heappush(self._heap, (due, key))

    def _interval(self, key: str, store: _Store) -> float:
        """Seconds until ``W`` reaches the floor, from the mean hazard over a few seconds ahead."""
        if key == self._watched:
            return _WATCHED
        if store.status is OwnState.GONE:
            return _SELDOM * self._chance.uniform(1 - _JITTER, 1 + _JITTER)
        hazard = self.stages.expected_news(store.status, store.asked - store.entered, 2 * _SHORTEST) / (2 * _SHORTEST)
        longest = _LONGEST_MOVING if store.status in STAGES[:2] else _LONGEST
        wanted = math.sqrt(2 * _FLOOR / hazard) if hazard > 0 else longest
        return min(max(wanted, _SHORTEST), longest) * self._chance.uniform(1 - _JITTER, 1 + _JITTER)

    def _index(self, store: _Store, now: float) -> float:
        """``W``: the integral of u·H(u), by the trapezoid rule on the cumulative hazard at its half and its end."""
        age, elapsed = store.asked - store.entered, now - store.asked
        half = self.stages.expected_news(store.status, age, elapsed / 2)
        whole = self.stages.expected_news(store.status, age, elapsed)
        return elapsed * (0.25 * half + 0.75 * (whole - half))
