"""Writes under way: one per store at a time, as tasks of their own, so that a closed screen cuts none of them off."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from gett_tui.errors import Cause
from gett_tui.onboarding.errors import NotPossibleError, busy_here

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from gett_tui.onboarding.record import Record

_GRACE = 5.0


class Writes:
    """The one owner of these tasks."""

    def __init__(self) -> None:
        self._busy: dict[str, str] = {}
        self._tasks: set[asyncio.Task[Record]] = set()
        self._closing = False

    def __len__(self) -> int:
        return len(self._tasks)

    def __contains__(self, key: str) -> bool:
        return key in self._busy

    async def run(self, key: str, action: str, work: Callable[[], Coroutine[Any, Any, Record]]) -> Record:
        """Runs ``work`` for the store ``key``. Raises NotPossibleError when one is under way, and what it raises."""
        busy = self._busy.get(key)
        if busy is not None or self._closing:
            raise busy_here(busy) if busy else NotPossibleError("closing", cause=Cause.CLOSING)
        self._busy[key] = action
        task = asyncio.ensure_future(work())
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, key))
        return await asyncio.shield(task)

    def _ended(self, key: str, task: asyncio.Task[Record]) -> None:
        self._busy.pop(key, None)
        self._tasks.discard(task)
        # Marks the error as seen: the caller has had it, unless its screen is gone.
        if not task.cancelled():
            task.exception()

    async def close(self) -> None:
        """Waits up to 5 seconds for what is under way, then gives it up: on the disk it stays *under way*."""
        self._closing = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
