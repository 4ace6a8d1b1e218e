"""One running copy of the program on one profile, put together: records, quota, service and poller."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gett_tui.catalog.download import fetch
from gett_tui.catalog.remote_check import check_remote
from gett_tui.gett.quota import Limits, Quota, limits_for
from gett_tui.onboarding.events import Failure
from gett_tui.onboarding.service import Service, utc_now
from gett_tui.polling.poller import Poller
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.instances import Instances
from gett_tui.storage.record_store import RecordStore
from gett_tui.storage.shared_pace import SharedPace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from gett_tui.catalog.download import Fetch
    from gett_tui.config import Profile
    from gett_tui.gett.client import GettClient, RateLimits
    from gett_tui.gett.secret import Secret
    from gett_tui.onboarding.events import Event

    Connect = Callable[[Callable[[str, RateLimits], None]], GettClient]


_INDEX_PERIOD = 300.0


@dataclass(frozen=True, slots=True)
class RuntimeConfig:
    """What a runtime needs to know of its profile."""

    folder: Path
    limits: Limits
    connect: Connect
    """Makes the client; slow at first (it imports the HTTP library), so it is called in a thread."""
    now: Callable[[], datetime] = utc_now
    fetch: Fetch = fetch
    """Downloads a catalog to look at before registering."""
    share: float = 0.6
    """The part of the organisation's limits that the poller may spend."""


class Runtime:
    """Runs as one task (``run``) and ends with ``close``; ``listener`` hears every event in the event loop."""

    def __init__(self, setup: RuntimeConfig, listener: Callable[[Event], None]) -> None:
        self._setup = setup
        self._listener = listener
        self._quota = Quota(setup.limits, setup.share, SharedPace(setup.folder / "quota"))
        self._presence = Instances(setup.folder)
        cache = RecordStore(setup.folder, self._presence.owner)
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

    async def close(self, *, save_index: bool = True) -> None:
        """Waits a few seconds for writes under way, then ends."""
        await self.service.close()
        if not save_index:
            return
        # The next start is slower without it; a disk that refuses it has been told of.
        with contextlib.suppress(FileTroubleError):
            await self.service.save_index()


def config_for(profile: Profile, key: Secret) -> RuntimeConfig:
    """What the runtime of a profile needs."""

    def connect(on_answer: Callable[[str, RateLimits], None]) -> GettClient:
        # Not needed for the first frame, and slow to import: called in a thread.
        from gett_tui.gett.client import GettClient

        return GettClient(profile.base_url, key, on_answer=on_answer)

    return RuntimeConfig(profile.folder, limits_for(profile.host), connect, share=profile.quota_share)
