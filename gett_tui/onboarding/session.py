"""One running copy of the program on one profile: cache, presence, quota, service and poller, put together."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gett_tui.catalog.download import fetch
from gett_tui.catalog.remote_check import check_remote
from gett_tui.gett.quota import Limits, Quota
from gett_tui.onboarding.cache import Cache
from gett_tui.onboarding.events import Failure
from gett_tui.onboarding.files import FileTroubleError
from gett_tui.onboarding.ledger import Ledger
from gett_tui.onboarding.poller import Poller
from gett_tui.onboarding.presence import Presence
from gett_tui.onboarding.service import Service, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from gett_tui.catalog.download import Fetch
    from gett_tui.gett.client import GettClient, RateLimits
    from gett_tui.onboarding.events import Event

    Connect = Callable[[Callable[[str, RateLimits], None]], GettClient]


_INDEX_PERIOD = 300.0


@dataclass(frozen=True, slots=True)
class Setup:
    """What a session needs to know of its profile."""

    folder: Path
    limits: Limits
    connect: Connect
    """Makes the client; slow at first (it imports the HTTP library), so it is called in a thread."""
    now: Callable[[], datetime] = utc_now
    fetch: Fetch = fetch
    """Downloads a catalog to look at before registering."""
    share: float = 0.6
    """The part of the organisation's limits that the poller may spend."""


class Session:
    """Runs as one task (``run``) and ends with ``close``; ``listener`` hears every event in the event loop."""

    def __init__(self, setup: Setup, listener: Callable[[Event], None]) -> None:
        self._setup = setup
        self._listener = listener
        self._quota = Quota(setup.limits, setup.share, Ledger(setup.folder / "quota"))
        self._presence = Presence(setup.folder)
        cache = Cache(setup.folder, self._presence.owner)
        self.service = Service(cache, self._presence, self._quota, self._hear, setup.now)
        self.poller = Poller(self.service, self._presence, listener, now=setup.now)

    def _hear(self, event: Event) -> None:
        self.poller.notice(event)
        self._listener(event)

    async def run(self) -> None:
        """Loads the records, then connects, then polls until cancelled. Raises ConfigError from connecting."""
        await self.service.load()
        await self.connect()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.poller.run())
            group.create_task(self._keep_index())

    async def connect(self) -> None:
        """Makes the way to Gett. Raises ConfigError."""
        self.service.connect(await asyncio.to_thread(self._setup.connect, self._heed))

    async def check_catalog(self, url: str, partner_store_id: str) -> Sequence[tuple[str, str]]:
        """Downloads and checks a CatalogSet; see ``remote_check``."""
        return await check_remote(self._setup.fetch, url, partner_store_id)

    async def _keep_index(self) -> None:
        while True:
            try:
                await self.service.save_index()
            except Exception as error:  # whatever it is, it is shown, and the records are safe in their own files
                self._listener(Failure("Writing the index", error))
            await asyncio.sleep(_INDEX_PERIOD)

    def _heed(self, kind: str, said: RateLimits) -> None:
        self._quota.heed(kind, said, self._setup.now().timestamp())

    async def close(self) -> None:
        """Waits a few seconds for writes under way, then ends."""
        await self.service.close()
        # The next start is slower without it; a disk that refuses it has been told of.
        with contextlib.suppress(FileTroubleError):
            await self.service.save_index()
