"""A simulated Gett on a free loopback port, in a thread, for tests that want real HTTP."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import uvicorn

from gett_tui.catalog.download import DownloadError, fetch
from gett_tui.errors import Cause
from gett_tui.sandbox.api import create_app
from gett_tui.sandbox.orders import Orders
from gett_tui.sandbox.settings import Settings
from gett_tui.sandbox.simulation import Sandbox
from gett_tui.sandbox.state import State


@dataclass
class Live:
    """A running simulated Gett."""

    url: str
    sandbox: Sandbox

    @property
    def state(self) -> State:
        return self.sandbox.state

    def catalog(self, kind: str = "good", store: str = "p-1") -> str:
        return f"{self.url}/catalogs/{kind}.json?store={store}"

    def carried_out(self, operation: str) -> int:
        """How many times ``operation`` was really done."""
        return sum(1 for done, _ in self.state.journal if done == operation)


async def fetch_here(url: str) -> bytes:
    """The catalog at ``url`` on this machine: no test asks a name server, which may take its time to answer."""
    if httpx.URL(url).host not in ("127.0.0.1", "localhost", "::1"):
        raise DownloadError("the host name is not found", cause=Cause.DNS)
    return await fetch(url)


@contextlib.contextmanager
def live_sandbox(
    settings: Settings | None = None, *, pending: float = 0.1, ingesting: float = 0.2, orders: Orders | None = None
) -> Iterator[Live]:
    """Serves until the block ends; sends sample orders only when ``orders`` is given."""
    state = State(time.time, pending, ingesting, chance=random.Random(1))
    sandbox = Sandbox(state, settings or Settings(), fetch_here, orders)
    config = uvicorn.Config(
        create_app(sandbox), port=0, log_level="error", lifespan="off", timeout_graceful_shutdown=0, access_log=False
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Live(f"http://127.0.0.1:{port}", sandbox)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(5)
