"""One use case for many stores, a few at a time: each has its own end, and none takes another with it.

It can be stopped at any moment and then tells what was done, what failed and what was not begun.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from gett_tui.onboarding.record import Record

T = TypeVar("T")

AT_ONCE = 4
"""Stores that are worked on at the same time, unless told otherwise: Gett's limits slow more down anyway."""


@dataclass(frozen=True, slots=True)
class End(Generic[T]):
    """How it ended for one: the record as it stands afterwards, or the error."""

    item: T
    record: Record | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Summary(Generic[T]):
    """How it ended for all, each in the order in which it was given."""

    done: tuple[End[T], ...] = ()
    failed: tuple[End[T], ...] = ()
    cut_off: tuple[T, ...] = ()
    """Begun, and cancelled before the end: what has become of them must be looked up."""
    not_begun: tuple[T, ...] = ()


class Batch(Generic[T]):
    """``use_case`` for each of ``items``, at most ``at_once`` at a time.

    ``on_end`` hears of each end as it comes, in the event loop, and must not raise. ``run`` it once.
    """

    def __init__(
        self,
        items: Iterable[T],
        use_case: Callable[[T], Awaitable[Record]],
        *,
        at_once: int = AT_ONCE,
        on_end: Callable[[End[T]], None] | None = None,
    ) -> None:
        self._items = list(items)
        self._use_case = use_case
        self._at_once = at_once
        self._on_end = on_end
        self._ends: dict[int, End[T]] = {}
        self._begun = 0
        self._stopped = False

    async def run(self) -> Summary[T]:
        """Works until each has its end, or until ``stop``; what is under way then is waited for.

        Cancelling this cancels what is under way; ``summary`` still tells what became of the rest.
        """
        numbers = iter(range(len(self._items)))
        workers = [asyncio.ensure_future(self._work(numbers)) for _ in range(min(self._at_once, len(self._items)))]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        return self.summary

    def stop(self) -> None:
        """Begins no other one."""
        self._stopped = True

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self._items)

    @property
    def ended(self) -> int:
        """How many have their end."""
        return len(self._ends)

    @property
    def summary(self) -> Summary[T]:
        """How it stands now."""
        ends = [self._ends[number] for number in sorted(self._ends)]
        return Summary(
            done=tuple(end for end in ends if end.error is None),
            failed=tuple(end for end in ends if end.error is not None),
            cut_off=tuple(self._items[number] for number in range(self._begun) if number not in self._ends),
            not_begun=tuple(self._items[self._begun :]),
        )

    async def _work(self, numbers: Iterator[int]) -> None:
        while not self._stopped and (number := next(numbers, None)) is not None:
            self._begun = number + 1
            end = await self._one(self._items[number])
            self._ends[number] = end
            if self._on_end is not None:
                self._on_end(end)

    async def _one(self, item: T) -> End[T]:
        try:
            return End(item, record=await self._use_case(item))
        except Exception as error:  # whatever it is, it is this one's end and nobody else's
            return End(item, error=error)
