"""Running copies of the program without a screen, for tests: the real runtime on real files and real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox_server import Live

from gett_tui.gett.client import GettClient, Timeouts
from gett_tui.gett.models import Registration
from gett_tui.gett.quota import SANDBOX
from gett_tui.gett.secret import Secret
from gett_tui.onboarding import events
from gett_tui.onboarding.record import Record
from gett_tui.runtime import Runtime, RuntimeConfig
from gett_tui.storage.record_store import RecordStore

QUICK = Timeouts(connect=2.0, read=0.4, write=2.0, pool=2.0, total=4.0)


@asynccontextmanager
async def runtime(
    folder: Path,
    url: str,
    heard: list[events.Event] | None = None,
    *,
    patience: float | None = None,
    timeouts: Timeouts = QUICK,
) -> AsyncIterator[Runtime]:
    """A loaded and connected copy that does not poll."""

    def connect(on_answer: Callable[..., None]) -> GettClient:
        return GettClient(url, Secret("test-key-service"), timeouts=timeouts, on_answer=on_answer)

    config = RuntimeConfig(folder, SANDBOX, connect, patience=patience)
    running = Runtime(config, (heard if heard is not None else []).append)
    await running.service.load()
    await running.connect()
    try:
        yield running
    finally:
        await running.close()


def registration(partner: str = "p-1", live: Live | None = None) -> Registration:
    return Registration(
        partner_store_id=partner,
        name="Corner Bakery",
        catalog_callback_url="https://cdn.example/x.json" if live is None else live.catalog("good", partner),
        webhook_url="https://hooks.example/x",
    )


def stored(folder: Path) -> list[Record]:
    """What the files say, read anew."""
    store = RecordStore(folder, "0-look")
    for _ in store.load():
        pass
    return store.records()


async def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Waits until ``true()``; fails after ``seconds``."""
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        if asyncio.get_running_loop().time() > end:
            raise AssertionError("it did not come about in time")
        await asyncio.sleep(0.01)
