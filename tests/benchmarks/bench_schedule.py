"""How late news is seen, by policy, under a simulated clock. Run by hand:

    python tests/benchmarks/bench_schedule.py [--seconds 1800] [--stores 10,100,1000,5000,20000]

Stores stay in flight: one that is through is replaced. Stage times are log-normal and differ by stage. Printed per
number of stores: the delay between a change and the question that finds it (mean, p50, p95, p99, seconds), the
questions spent, and each policy's mean beside the bound.

The bound. Let every store be asked under its own price for a question instead of under the common budget, with the
price set so that the mean spending is the budget (the Lagrangian relaxation). Asking when the Whittle index W
reaches the price is optimal for one store, the true distribution and the true time of entry are known to it, and
spending may pile up at any moment: no policy that must keep to the budget at every moment can be better.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from gett_tui.onboarding.schedule import Schedule
from gett_tui.onboarding.stages import Stages

BUDGET = 10.0
"""Questions a second: 60 % of production's 1,000 reads a minute."""
STAGES = {"pending_catalog": (math.log(15), 1.0), "catalog_ingesting": (math.log(120), 1.3)}
ORDER = ("pending_catalog", "catalog_ingesting", "ready_to_activate")
READY_STAY = 30.0


@dataclass
class Store:
    status: int
    until: float


class Policy(Protocol):
    def take(self, now: float) -> str | None: ...
    def asked(self, key: str, now: float) -> None: ...
    def put(self, key: str, status: str, now: float) -> None: ...
    def remove(self, key: str) -> None: ...


class RoundRobin:
    """Asks everybody in turn; ``every`` keeps a store from being asked sooner than that again."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._queue: deque[tuple[float, str]] = deque()
        self._known: set[str] = set()

    def put(self, key: str, status: str, now: float) -> None:
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


def simulate(policy: Policy, stores: int, seconds: float, seed: int) -> tuple[list[float], int]:
    chance = random.Random(seed)
    world: dict[str, Store] = {}
    delays: list[float] = []
    asked = born = 0

    def stay(status: int, now: float) -> float:
        if ORDER[status] not in STAGES:
            return math.inf
        return now + chance.lognormvariate(*STAGES[ORDER[status]])

    def birth(now: float) -> None:
        nonlocal born
        key = f"s{born}"
        born += 1
        world[key] = Store(0, stay(0, now))
        policy.put(key, ORDER[0], now)

    starts = sorted(chance.uniform(0, 120) for _ in range(stores))
    leaving: deque[tuple[float, str]] = deque()
    warm = seconds / 3
    for slot in range(int(seconds * BUDGET)):
        now = slot / BUDGET
        while starts and starts[0] <= now:
            starts.pop(0)
            birth(now)
        while leaving and leaving[0][0] <= now:
            _, gone = leaving.popleft()
            policy.remove(gone)
            del world[gone]
            birth(now)
        key = policy.take(now)
        if key is None:
            continue
        asked += now >= warm
        store = world[key]
        before = store.status
        while store.until <= now:
            if now >= warm:
                delays.append(now - store.until)
            store.status += 1
            store.until = stay(store.status, store.until)
        if store.status != before:
            policy.put(key, ORDER[store.status], now)
            if store.until == math.inf:
                leaving.append((now + READY_STAY, key))
        policy.asked(key, now)
    return delays, asked


def bound(stores: int, seed: int) -> float:
    """The mean delay of the relaxed problem at the price that spends the budget."""
    chance = random.Random(seed)
    sample = [(status, chance.lognormvariate(*STAGES[status])) for status in STAGES for _ in range(1500)]
    stages = _true_stages()
    low, high = 1e-6, 1e6
    delay = 0.0
    for _ in range(26):
        price = math.sqrt(low * high)
        questions, delay = _priced(stages, sample, price)
        life = statistics.mean(length for _, length in sample) * len(STAGES) + delay * len(STAGES) + READY_STAY
        if stores * questions * len(STAGES) / life > BUDGET:
            low = price
        else:
            high = price
    return delay


def _priced(stages: Stages, sample: list[tuple[str, float]], price: float) -> tuple[float, float]:
    plans: dict[str, list[float]] = {status: [0.0] for status in STAGES}
    questions = delay = 0.0
    for status, length in sample:
        plan = plans[status]
        while plan[-1] < length:
            plan.append(_next(stages, status, plan[-1], price))
        count = next(number for number, at in enumerate(plan) if at >= length)
        questions += count
        delay += plan[count] - length
    return questions / len(sample), delay / len(sample)


def _next(stages: Stages, status: str, age: float, price: float) -> float:
    low, high = 1e-3, 1e7
    for _ in range(40):
        step = math.sqrt(low * high)
        parts = [stages.expected_news(status, age, step * part / 8) for part in range(9)]
        index = sum((parts[part + 1] - parts[part]) * step * (part + 0.5) / 8 for part in range(8))
        low, high = (step, high) if index < price else (low, step)
    return age + high


def _true_stages() -> Stages:
    stages, chance = Stages(), random.Random(7)
    for status, (mean, spread) in STAGES.items():
        for _ in range(20_000):
            stages.learn(status, chance.lognormvariate(mean, spread))
    return stages


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--stores", default="10,100,1000,5000,20000")
    arguments = parser.parse_args()
    print(f"{'stores':>7} {'policy':<12} {'mean':>8} {'p50':>8} {'p95':>8} {'p99':>8} {'asked/s':>8} {'x bound':>8}")
    for stores in (int(word) for word in arguments.stores.split(",")):
        best = bound(stores, 3)
        span = arguments.seconds * (1 if stores <= 5000 else 2)
        policies = {
            "schedule": Schedule(random.Random(1)),
            "round-robin": RoundRobin(0.0),
            "fixed 5 s": RoundRobin(5.0),
        }
        for name, policy in policies.items():
            delays, asked = simulate(policy, stores, span, 5)
            ordered = sorted(delays)
            at = [ordered[min(len(ordered) - 1, int(len(ordered) * part))] for part in (0.5, 0.95, 0.99)]
            mean = statistics.mean(ordered)
            rate = asked / (span * 2 / 3)
            print(
                f"{stores:>7} {name:<12} {mean:8.2f} {at[0]:8.2f} {at[1]:8.2f} {at[2]:8.2f} {rate:8.2f} "
                f"{mean / best:8.2f}"
            )
        print(f"{stores:>7} {'bound':<12} {best:8.2f}")


if __name__ == "__main__":
    main()
