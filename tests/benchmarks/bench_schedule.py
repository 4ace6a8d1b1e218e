"""How late news is seen, by policy, under a simulated clock. Run by hand:

    python tests/benchmarks/bench_schedule.py [--seconds 7200] [--stores 10,100,1000,5000,20000]

Stage times are log-normal. Two worlds:

* ``closed``: a store is replaced when it has been *found* ready. The stages are short, so from some thousand stores
  on the budget is too small for even a few questions per life, and (Little's law) a slow policy slows the births.
* ``open``: stores are born at random at a rate that no policy can change, 1.5 a second at most (Gett takes 100 writes
  a minute); with more stores in flight all stages last longer by one factor. Each run starts in the steady state.

Printed: the delay between a change and the question that finds it (mean, p50, p95, p99, seconds), the longest time
that a store was not asked, questions a second, microseconds of the policy per slot, and the mean beside two bounds. A
question shows the present status only: changes that it skipped count as found by it.

The bound. Give questions a price instead of a limit (Lagrange): for every price, the least mean of delay + price times
questions, less price times budget, is at most what any policy that keeps to the budget can reach; the best price gives
the best bound. The least is found for one store by dynamic programming over the last status and its age, both stages
together, since one question may find two changes. It is told the true laws, and at each question the true age, and
may spend at any moment; each of these can only help. In the closed world a life lasts until the second change is
found, so that delay also buys questions: its weight is one less the price per second. A grid with two thirds of the
step moves the bound by less than a thousandth (1,000 open, 5,000 closed).

Two bounds, because the mean alone rewards starving: in the closed world with 20,000 stores a policy would park a few
stores for hours, which costs those few changes their delay and leaves the others the budget. ``any`` is the bound for
all policies, parking or not. ``fair`` is the one for policies that leave no store unasked for longer than the schedule
did in its run: each step of the dynamic programme is at most that long, and the price may then be above one.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import time
from bisect import bisect
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gett_tui.polling.schedule import Schedule

BUDGET = 10.0
"""Questions a second: 60 % of production's 1,000 reads a minute."""
STAGES = {"pending_catalog": (math.log(15), 1.0), "catalog_ingesting": (math.log(120), 1.3)}
ORDER = ("pending_catalog", "catalog_ingesting", "ready_to_activate")
READY_STAY = 30.0
BIRTHS = 1.5
"""The most stores registered a second, somewhat below Gett's 100 writes a minute."""


@dataclass
class Store:
    status: int
    until: float
    asked: float = 0.0


class Policy(Protocol):
    def take(self, now: float) -> str | None: ...
    def asked(self, key: str, now: float) -> None: ...
    def put(self, key: str, status: str, now: float, age: float = 0.0) -> None: ...
    def remove(self, key: str) -> None: ...


class RoundRobin:
    """Asks everybody in turn; ``every`` keeps a store from being asked sooner than that again."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._queue: deque[tuple[float, str]] = deque()
        self._known: set[str] = set()

    def put(self, key: str, status: str, now: float, age: float = 0.0) -> None:
        if key not in self._known:
            self._known.add(key)
            self._queue.append((now, key))

    def remove(self, key: str) -> None:
        self._known.discard(key)

    def take(self, now: float) -> str | None:
        while self._queue and self._queue[0][0] <= now:
            _, key = self._queue.popleft()
            if key in self._known:
                return key
        return None

    def asked(self, key: str, now: float) -> None:
        if key in self._known:
            self._queue.append((now + self._every, key))


def scale_of(stores: int, world: str) -> float:
    """How much longer than ``STAGES`` all stages last."""
    life = sum(math.exp(mean + spread**2 / 2) for mean, spread in STAGES.values())
    return max(1.0, (stores / BIRTHS - READY_STAY) / life) if world == "open" else 1.0


class World:
    """Gett's side, and the measuring of one policy against it."""

    def __init__(self, policy: Policy, stores: int, world: str, seed: int) -> None:
        self.delays: list[float] = []
        self.asked = 0
        self.longest = 0.0
        self.spent = 0.0
        self._policy = policy
        self._open = world == "open"
        self._stores: dict[str, Store] = {}
        self._chance = random.Random(seed)
        self._scale = scale_of(stores, world)
        self._born = 0
        self._leaving: deque[tuple[float, str]] = deque()
        life = self._scale * sum(math.exp(mean + spread**2 / 2) for mean, spread in STAGES.values())
        self._rate = stores / (life + READY_STAY)
        if self._open:
            self._starts = deque[float]()
            self._fill(20 * life)
        else:
            self._starts = deque(sorted(self._chance.uniform(0, 120) for _ in range(stores)))

    def _fill(self, past: float) -> None:
        at = -past
        while (at := at + self._chance.expovariate(self._rate)) < 0:
            entered, status, until = at, 0, self._stay(0, at)
            while until <= 0:
                entered, status, until = until, status + 1, self._stay(status + 1, until)
            if until < math.inf:
                self._birth(Store(status, until), 0.0, -entered)
        self._starts.append(at)

    def _stay(self, status: int, now: float) -> float:
        if ORDER[status] not in STAGES:
            return math.inf
        return now + self._scale * self._chance.lognormvariate(*STAGES[ORDER[status]])

    def _birth(self, store: Store, now: float, age: float = 0.0) -> None:
        key = f"s{self._born}"
        self._born += 1
        self._stores[key] = store
        store.asked = now
        self._policy.put(key, ORDER[store.status], now, age)

    def run(self, seconds: float) -> None:
        for slot in range(int(seconds * BUDGET)):
            now = slot / BUDGET
            self._come_and_go(now)
            start = time.perf_counter()
            key = self._policy.take(now)
            self.spent += time.perf_counter() - start
            if key is not None:
                self._ask(key, now, counts=now >= seconds / 2)

    def _come_and_go(self, now: float) -> None:
        while self._starts and self._starts[0] <= now:
            at = self._starts.popleft()
            self._birth(Store(0, self._stay(0, now)), now)
            if self._open:
                self._starts.append(at + self._chance.expovariate(self._rate))
        while self._leaving and self._leaving[0][0] <= now:
            _, gone = self._leaving.popleft()
            self._policy.remove(gone)
            del self._stores[gone]
            if not self._open:
                self._birth(Store(0, self._stay(0, now)), now)

    def _ask(self, key: str, now: float, *, counts: bool) -> None:
        store = self._stores[key]
        before = store.status
        while store.until <= now:
            if counts:
                self.delays.append(now - store.until)
            store.status += 1
            store.until = self._stay(store.status, store.until)
        if counts and before < 2:
            self.longest = max(self.longest, now - store.asked)
        store.asked = now
        self.asked += counts
        start = time.perf_counter()
        if store.status != before:
            self._policy.put(key, ORDER[store.status], now)
            if store.until == math.inf:
                self._leaving.append((now + READY_STAY, key))
        self._policy.asked(key, now)
        self.spent += time.perf_counter() - start


def bound(stores: int, world: str, longest: float = math.inf) -> float:
    """The greatest lower bound that a price per question gives, in seconds of mean delay (see the module's text).

    It holds for policies that leave no store unasked for more than ``longest`` seconds.
    """
    life = sum(math.exp(mean + spread**2 / 2) for mean, spread in STAGES.values())
    scale = scale_of(stores, world)

    def at(logarithm: float) -> float:
        if world == "closed":
            price = math.exp(logarithm)
            return (_cheapest_life(price * stores / BUDGET, 1 - price, longest) - price * (life + READY_STAY)) / 2
        price = math.exp(logarithm) * life
        return (
            scale
            * (_cheapest_life(price, 1.0, longest / scale) - price * BUDGET * (scale * life + READY_STAY) / stores)
            / 2
        )

    # The dual is concave in the price: narrow down its top.
    closed = 0.999 if longest == math.inf else 1.999
    low, high = math.log(1e-5), math.log(closed if world == "closed" else 30.0)
    for _ in range(14):
        left, right = low + (high - low) * 0.4, low + (high - low) * 0.6
        if at(left) > at(right):
            high = right
        else:
            low = left
    return max(0.0, at((low + high) / 2))


AGES = [0.0, *(0.3 * 1.12**step for step in range(108))]
STEPS = [0.2 * 1.1**step for step in range(120)]
CELLS = 16


def _lasting(age: float, stage: int) -> float:
    mean, spread = list(STAGES.values())[stage]
    return 1.0 if age <= 0 else max(0.5 * math.erfc((math.log(age) - mean) / spread / math.sqrt(2)), 1e-14)


def _late(age: float, stage: int) -> float:
    """The mean of ``age`` minus the stage's length, where that is positive."""
    if age <= 0:
        return 0.0
    mean, spread = list(STAGES.values())[stage]
    below = 0.5 * math.erfc(-(math.log(age) - mean - spread**2) / spread / math.sqrt(2))
    return age * (1 - _lasting(age, stage)) - math.exp(mean + spread**2 / 2) * below


def _between(values: list[float], age: float) -> float:
    if age >= AGES[-1]:
        return values[-1]
    at = bisect(AGES, age) - 1
    return values[at] + (age - AGES[at]) / (AGES[at + 1] - AGES[at]) * (values[at + 1] - values[at])


def _cheapest_life(price: float, weight: float, longest: float) -> float:
    """The least mean of first delay + ``weight`` times second delay + ``price`` times questions, in one life."""
    second = _cheapest(1, price, weight, longest, lambda age, step: _delay_ahead(age, step, weight))
    found = [age + weight * _late(age, 1) + _lasting(age, 1) * value for age, value in zip(AGES, second, strict=True)]
    return _cheapest(0, price, weight, longest, lambda age, step: _first_ahead(age, step, found))[0]


def _delay_ahead(age: float, step: float, weight: float) -> float:
    lasting = _lasting(age, 1)
    return weight * max(0.0, (_late(age + step, 1) - _late(age, 1) - step * (1 - lasting)) / lasting)


def _first_ahead(age: float, step: float, found: list[float]) -> float:
    """What a change of the first stage within ``step`` costs from its moment on: its delay and all that follows."""
    end, total, low, before = age + step, 0.0, age, _lasting(age, 0)
    ratio = ((end + 1) / (age + 1)) ** (1 / CELLS)
    start = before
    for _ in range(CELLS):
        high = (low + 1) * ratio - 1
        after = _lasting(high, 0)
        total += (before - after) * _between(found, max(0.0, end - (low + high) / 2))
        low, before = high, after
    return total / start


def _cheapest(
    stage: int, price: float, weight: float, longest: float, ahead: Callable[[float, float], float]
) -> list[float]:
    """The least cost from each of ``AGES`` on, by dynamic programming from the oldest backwards."""
    values = [price] * len(AGES)
    steps = STEPS if longest == math.inf else [*(step for step in STEPS if step < longest), longest]
    for at in range(len(AGES) - 2, -1, -1):
        age, lasting, best = AGES[at], _lasting(AGES[at], stage), math.inf
        if lasting < 1e-7:
            continue
        for step in steps:
            cost, stays = price + ahead(age, step), _lasting(age + step, stage) / lasting
            if age + step < AGES[at + 1]:
                part = step / (AGES[at + 1] - age)
                total = (cost + stays * part * values[at + 1]) / (1 - stays * (1 - part))
            else:
                total = cost + stays * _between(values, age + step)
            best = min(best, total)
            if weight >= 0 and cost > 3 * best:
                break
        values[at] = best
    return values


def report(stores: int, world: str, seconds: float) -> None:
    any_, fair = bound(stores, world), 0.0
    policies: dict[str, Policy] = {
        "schedule": Schedule(random.Random(1)),
        "round-robin": RoundRobin(0.0),
        "fixed 5 s": RoundRobin(5.0),
    }
    # Only the second half counts: the start knows every true age, and its first delays cannot be long.
    span = max(seconds, stores / BUDGET * 8)
    for name, policy in policies.items():
        run = World(policy, stores, world, 5)
        run.run(span)
        fair = fair or bound(stores, world, run.longest)
        ordered = sorted(run.delays)
        at = [ordered[min(len(ordered) - 1, int(len(ordered) * part))] for part in (0.5, 0.95, 0.99)]
        mean = statistics.mean(ordered)
        print(
            f"{world:<7}{stores:>7} {name:<12} {mean:8.2f} {at[0]:8.2f} {at[1]:8.2f} {at[2]:8.2f} {run.longest:8.0f} "
            f"{run.asked / (span / 2):8.2f} {run.spent / (span * BUDGET) * 1e6:8.1f} {mean / any_:8.2f} "
            f"{mean / fair:8.2f}",
            flush=True,
        )
    print(f"{world:<7}{stores:>7} bounds: any {any_:.2f}, fair {fair:.2f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=7200)
    parser.add_argument("--stores", default="10,100,1000,5000,20000")
    parser.add_argument("--worlds", default="open,closed")
    arguments = parser.parse_args()
    print(
        f"{'world':<7}{'stores':>7} {'policy':<12} {'mean':>8} {'p50':>8} {'p95':>8} {'p99':>8} {'longest':>8} "
        f"{'asked/s':>8} {'us/slot':>8} {'x any':>8} {'x fair':>8}"
    )
    for world in arguments.worlds.split(","):
        for stores in (int(word) for word in arguments.stores.split(",")):
            report(stores, world, arguments.seconds)


if __name__ == "__main__":
    main()
