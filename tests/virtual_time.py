"""An event loop whose clock leaps to the next timer as soon as nothing else is to be done: waits take no time.

For tests of long waits that ask no socket. It does not leap while a thread works for it, so files may be real.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from typing import Any


class _Leaping(selectors.DefaultSelector):
    """Waits for nothing but for threads, and counts the time that it did not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.working = 0
        """How many threads are at work."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if self.working or timeout is None:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self.now += max(timeout, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """``time`` begins at 0 and is exact: a sleep of an hour ends an hour later, at once."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        self._leaping.working += 1
        work = super().run_in_executor(executor, func, *args)
        work.add_done_callback(self._came_back)
        return work

    def _came_back(self, _: object) -> None:
        self._leaping.working -= 1

    async def shutdown_default_executor(self, *timeout: Any) -> None:
        self._leaping.working += 1
        try:
            await super().shutdown_default_executor(*timeout)
        finally:
            self._leaping.working -= 1
