"""Pulls each store's CatalogSet by itself after Register, at a time of its own (1.5 and 4.6, D), and checks it.

One task serves all: the onboardings wait in a heap, so thousands cost nothing until they are due. Each pull ends within
its total time-out, so catalogs that never end hold up the others for so long at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import json
from typing import TYPE_CHECKING, Any

from gett_tui.catalog.checker import Finding, check, errors
from gett_tui.catalog.download import DownloadError, late
from gett_tui.text import count

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gett_tui.sandbox.state import Onboarding, State

    Download = Callable[[str], Awaitable[bytes]]
    """Gets the bytes at a URL. Raises DownloadError."""

AT_ONCE = 100
"""Downloads at a time (S): each takes a file handle, and its server may be this process."""
_LONGEST_SLEEP = 1.0
"""Seconds. The state's clock may be set, or be a test's own."""


class Pulls:
    """``seconds`` says how long one download may take as a whole."""

    def __init__(self, state: State, download: Download, seconds: Callable[[], float]) -> None:
        self._state = state
        self._download = download
        self._seconds = seconds
        self._waiting: list[tuple[float, str, Onboarding]] = []
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._changed = asyncio.Event()
        self._scheduler: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    def plan(self, known: Onboarding) -> None:
        """Has the catalog of ``known`` pulled when its time comes."""
        heapq.heappush(self._waiting, (known.pending_until, known.onboarding_id, known))
        self._changed.set()

    def start(self) -> None:
        """Begins to work, in the running event loop; does nothing when it works already."""
        if self._scheduler is None or self._scheduler.done():
            self._scheduler = asyncio.create_task(self._run())

    def start_due(self) -> None:
        """Begins the downloads whose time has come."""
        while self._waiting and self._waiting[0][0] <= self._state.now():
            known = heapq.heappop(self._waiting)[2]
            if self._state.wants_catalog(known):
                task = asyncio.create_task(self._pull(known))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def pull_due(self) -> None:
        """Begins what is due and waits for all downloads under way."""
        self.start_due()
        await asyncio.gather(*self._under_way)

    async def _run(self) -> None:
        while True:
            self.start_due()
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), self._sleep())

    def _sleep(self) -> float | None:
        if not self._waiting:
            return None
        return min(_LONGEST_SLEEP, max(0.0, self._waiting[0][0] - self._state.now()))

    async def _pull(self, known: Onboarding) -> None:
        url = str(known.sent.get("catalogCallbackUrl", ""))
        try:
            async with self._slots:
                data = await self._within_time(url)
            found, known.sample_item = await asyncio.to_thread(_judged, data, known.partner_store_id)
            error = _as_error(found) if found else None
        except DownloadError as failure:
            error = f"The catalog cannot be downloaded from {url}: {failure}"
        except Exception as failure:  # a catalog that nobody foresaw fails its own onboarding and no other
            error = f"The catalog cannot be processed ({type(failure).__name__})."
        # A catalog may hold half a surrogate pair, which no answer could tell.
        self._state.catalog_checked(known, error and error.encode("utf-8", "backslashreplace").decode())

    async def _within_time(self, url: str) -> bytes:
        seconds = self._seconds()
        try:
            async with asyncio.timeout(seconds):
                return await self._download(url)
        except TimeoutError:
            raise late(seconds) from None


def _judged(data: bytes, partner_store_id: str) -> tuple[list[Finding], dict[str, Any] | None]:
    """The errors in a catalog, and without any, the item that a sample order can name."""
    found = errors(check(data, partner_store_id))
    return found, None if found else _first_item(json.loads(data))


def _first_item(catalog_set: dict[str, Any]) -> dict[str, Any] | None:
    """The first item that stands in a section: others may be options of items (4.2)."""
    sections: dict[str, dict[str, list[str] | None]] = catalog_set["sections"]
    named = [name for section in sections.values() for name in section.get("itemIds") or []]
    return next((catalog_set["items"][name] for name in named), None)


def _as_error(found: list[Finding]) -> str:
    shown = "; ".join(str(finding) for finding in found[:3])
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    return f"The catalog has {count(len(found), 'error')}: {shown}{more}"
