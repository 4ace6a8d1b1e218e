"""The victims of the crash tests: imports everything once, then forks a busy copy of the program for each line.

A line holds a state folder, the URL of the simulated Gett, a seed and a number of steps; the answer is the process id
of a copy that registers, activates and cancels stores through the real runtime, client and files. It kills itself with
SIGKILL at that step: a step is a file opened, renamed or removed, a lock, or a connection, wherever in the program.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import random
import signal
import sys
import threading
from pathlib import Path

from gett_tui.errors import GettTuiError
from gett_tui.gett.client import GettClient
from gett_tui.gett.models import Registration
from gett_tui.gett.quota import SANDBOX
from gett_tui.gett.secret import Secret
from gett_tui.runtime import Runtime, RuntimeConfig

_STEPS = frozenset(("open", "os.rename", "os.remove", "fcntl.flock", "os.scandir", "os.listdir", "socket.connect"))


def die_after(steps: int) -> None:
    """Kills this process at its step number ``steps``: by its progress, not by the clock."""
    left = steps

    def hook(event: str, _: object) -> None:
        nonlocal left
        if event in _STEPS:
            left -= 1
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    atexit.register(lambda: print(f"steps {steps - left}", file=sys.stderr))


async def work(folder: Path, url: str, seed: int) -> None:
    """Keeps three writes under way all the time."""
    setup = RuntimeConfig(folder, SANDBOX, lambda heard: GettClient(url, Secret("test-key-crash"), on_answer=heard))
    session = Runtime(setup, lambda _: None)
    await session.service.load()
    await session.connect()
    numbers = iter(range(10_000))
    await asyncio.gather(_index(session), *(_busy(session, url, seed, numbers) for _ in range(3)))


async def _index(session: Runtime) -> None:
    while True:
        await session.service.save_index()
        await asyncio.sleep(0.01)


async def _busy(session: Runtime, url: str, seed: int, numbers: object) -> None:
    chance = random.Random(seed)
    for number in numbers:
        partner = f"p-{seed}-{number}"
        registration = Registration(
            partner_store_id=partner,
            name=f"Store {partner}",
            catalog_callback_url=f"{url}/catalogs/good.json?store={partner}",
            webhook_url="https://hooks.example/x",
        )
        try:
            record = await session.service.register(registration)
            if chance.random() < 0.4:
                await session.service.cancel(record.key)
            elif chance.random() < 0.5:
                await session.service.refresh(record.key)
                await session.service.activate(record.key)
        except GettTuiError:
            continue


def main() -> None:
    for line in sys.stdin:
        folder, url, seed, steps = line.split()
        pid = os.fork()
        if pid == 0:
            try:
                die_after(int(steps))
                asyncio.run(work(Path(folder), url, int(seed)))
            finally:
                os._exit(0)
        # Reaps the copy when it has been killed.
        threading.Thread(target=os.waitpid, args=(pid, 0), daemon=True).start()
        print(pid, flush=True)


if __name__ == "__main__":
    main()
