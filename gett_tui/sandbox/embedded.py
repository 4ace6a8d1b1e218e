"""The simulated Gett inside this process, for the demo: no port, no network, a dozen stores that move by themselves.

It sends no sample orders: the demo reaches nobody.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from gett_tui.catalog.download import DownloadError, read_body
from gett_tui.errors import Cause
from gett_tui.sandbox.api import create_app
from gett_tui.sandbox.settings import Settings
from gett_tui.sandbox.simulation import Sandbox
from gett_tui.sandbox.state import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.sandbox.state import Onboarding

BASE_URL = "https://demo.gett.invalid"


@dataclass(frozen=True, slots=True)
class Seed:
    """One store of the demo: how long ago it was registered, and how its stages go (seconds)."""

    name: str
    partner_store_id: str
    ago: float
    pending: float
    ingesting: float
    catalog: str = "good"
    end: str = ""
    """``active`` or ``cancelled`` when it is past the pipeline already."""


SEEDS = (
    Seed("Harbour Sushi", "hs-004", 900, 20, 60, catalog="dangling"),
    Seed("Corner Bakery #12", "cb-12", 780, 25, 100),
    Seed("Corner Bakery #13", "cb-13", 770, 25, 110),
    Seed("Pizza Nord", "pn-1", 30, 12, 45),
    Seed("Pizza Süd", "pn-2", 6, 15, 30),
    Seed("Tea House", "th-1", 5_400, 30, 240, end="active"),
    Seed("Noodle Yard", "ny-7", 4_000, 18, 90, end="active"),
    Seed("La Petite Crêperie", "lpc-2", 2_600, 22, 75, end="active"),
    Seed("Green Bowl Central", "gb-01", 45, 20, 120),
    Seed("Green Bowl Station", "gb-02", 20, 35, 80, catalog="not-json"),
    Seed("寿司 一番", "si-1", 15, 10, 200),
    Seed("Old Mill Café", "om-9", 3_000, 20, 40, end="cancelled"),
)


class Embedded:
    """The demo's Gett. ``transport`` takes the client's requests; ``seeded`` is what stands there at the start."""

    def __init__(self, now: Callable[[], float] = time.time, seed: int = 12) -> None:
        chance = random.Random(seed)  # noqa: S311 (a simulation)
        self._now = now
        self.state = State(now, pending=6, ingesting=14, spread=0.5, chance=chance)
        self.sandbox = Sandbox(self.state, Settings(), self.fetch)
        self.transport = httpx.ASGITransport(create_app(self.sandbox))
        self.seeded = [(seed_, self._plant(seed_)) for seed_ in SEEDS]
        self.state.journal.clear()

    async def pull_due(self) -> None:
        """Waits for the downloads that are due by now."""
        await self.sandbox.pulls.pull_due()

    async def fetch(self, url: str) -> bytes:
        """The catalog at ``url``, if it lies in the demo: there is no network. Raises DownloadError."""
        if not url.startswith(f"{BASE_URL}/"):
            raise DownloadError("the host name is not found (the demo has no network)", cause=Cause.DNS)
        async with httpx.AsyncClient(transport=self.transport) as client:
            return await read_body(client, url)

    def _plant(self, seed: Seed) -> Onboarding:
        made = self.state.register(
            {
                "partnerStoreId": seed.partner_store_id,
                "name": seed.name,
                "catalogCallbackUrl": f"{BASE_URL}/catalogs/{seed.catalog}.json?store={seed.partner_store_id}",
                "webhookUrl": f"https://hooks.example/{seed.partner_store_id}",
            }
        )
        made.created = self._now() - seed.ago
        made.pending_until = made.created + seed.pending
        if made.pending_until < self._now():
            made.pulled = True
            made.ingested_at = made.pending_until + seed.ingesting
            made.error = _ERRORS.get(seed.catalog)
        self.sandbox.pulls.plan(made)
        if seed.end == "active":
            self.state.activate(made)
        made.cancelled = seed.end == "cancelled"
        return made


_ERRORS = {
    "dangling": "The catalog has 1 error: $.sections.bread.itemIds[1]: 'croissant' is not in items",
    "not-json": "The catalog has 1 error: $: the file is not JSON: Expecting value: line 1 column 1 (char 0)",
}
