"""One running copy of the program on one profile, put together: records, quota, service and poller."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, repeat
from typing import TYPE_CHECKING

from gett_tui.catalog.download import fetch
from gett_tui.catalog.remote_check import check_remote
from gett_tui.errors import Cause, GettTuiError
from gett_tui.gett.quota import Limits, Quota, limits_for
from gett_tui.onboarding.events import Failure
from gett_tui.onboarding.ports import StorageError
from gett_tui.onboarding.service import Service, utc_now
from gett_tui.polling.poller import Poller
from gett_tui.storage.instances import Instances
from gett_tui.storage.leadership import Leadership
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
_CONNECT_AGAIN = (5.0, 10.0, 20.0, 30.0, 60.0)


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
    patience: float | None = None
    """Seconds for which a command tries to keep what Gett answered, and then tells it; None for a dashboard, which
    goes on trying, and which keeps the index."""


class Runtime:
    """Runs as one task (``run``) and ends with ``close``; ``listener`` hears every event in the event loop.

    Its state is the gateway's: until the way to Gett is made, and whenever it cannot be, what is wrong stands there
    and is tried again (invariant 8).
    """

    def __init__(self, config: RuntimeConfig, listener: Callable[[Event], None]) -> None:
        self._config = config
        self._listener = listener
        self._loop: asyncio.AbstractEventLoop | None = None
        pace = SharedPace(config.folder / "quota", self._pace_is_own)
        self._quota = Quota(config.limits, config.share, pace)
        self._instances = Instances(config.folder)
        store = RecordStore(config.folder, self._instances.owner)
        self.service = Service(store, self._instances, self._quota, self._hear, config.now, config.patience)
        self.poller = Poller(self.service, Leadership(config.folder), listener, now=config.now)

    def _pace_is_own(self, error: StorageError) -> None:
        """Tells, from whatever thread it is found out in, that the pace is not shared with other copies."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._listener, Failure("Sharing the pace of requests", error))

    def _hear(self, event: Event) -> None:
        self.poller.notice(event)
        self._listener(event)

    async def run(self) -> None:
        """Loads the records, then follows them, connects, and polls, until cancelled."""
        self._loop = asyncio.get_running_loop()
        await self.service.load()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.poller.run())
            group.create_task(self._connect_until_it_works())
            group.create_task(self._keep_index())

    async def connect(self) -> None:
        """Makes the way to Gett. Raises ConfigError."""
        self.service.use(await asyncio.to_thread(self._config.connect, self._note_limits))

    async def _connect_until_it_works(self) -> None:
        for wait in chain(_CONNECT_AGAIN, repeat(_CONNECT_AGAIN[-1])):
            try:
                await self.connect()
            except GettTuiError as error:
                self.service.gateway.cannot_connect(error, self._config.now() + timedelta(seconds=wait))
            except Exception as error:  # whatever it is, it is shown, and what waits for the way is told
                self._listener(Failure("Connecting", error))
                facts = {"kind_of": type(error).__name__}
                unforeseen = GettTuiError("an unforeseen error", cause=Cause.UNFORESEEN, facts=facts)
                self.service.gateway.cannot_connect(unforeseen, self._config.now() + timedelta(seconds=wait))
            else:
                return
            await asyncio.sleep(wait)

    async def check_catalog(self, url: str, partner_store_id: str) -> Sequence[tuple[str, str]]:
        """Downloads and checks a CatalogSet; see ``remote_check``."""
        return await check_remote(self._config.fetch, url, partner_store_id)

    async def _keep_index(self) -> None:
        while True:
            try:
                await self.service.save_index()
            except Exception as error:  # whatever it is, it is shown, and the records are safe in their own files
                self._listener(Failure("Writing the index", error))
            await asyncio.sleep(_INDEX_PERIOD)

    def _note_limits(self, kind: str, said: RateLimits) -> None:
        self._quota.update_from_headers(kind, said, self._config.now().timestamp())

    async def close(self) -> None:
        """Waits a few seconds for writes under way, then ends."""
        await self.service.close()
        # The next start is slower without it, and a file that goes is not missed; a refusing disk has been told of.
        with contextlib.suppress(StorageError):
            await self.service.save_index()


def config_for(profile: Profile, key: Secret, *, patience: float | None = None) -> RuntimeConfig:
    """What the runtime of a profile needs; ``patience`` is a command's (see ``RuntimeConfig``)."""

    def connect(on_answer: Callable[[str, RateLimits], None]) -> GettClient:
        # Not needed for the first frame, and slow to import: called in a thread.
        from gett_tui.gett.client import GettClient

        return GettClient(profile.base_url, key, on_answer=on_answer)

    return RuntimeConfig(
        profile.folder, limits_for(profile.host), connect, share=profile.quota_share, patience=patience
    )
