"""The poller against ``gett-tui sandbox`` over loopback, with thousands of stores in flight. By hand:

    python tests/benchmarks/bench_load.py [--stores 5000] [--seconds 120]

Prints CPU and memory of the client, requests a second, the most in flight, and how many connections were opened.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).parent.parent))

from app_driver import records

from gett_tui.gett.client import GettClient
from gett_tui.gett.quota import SANDBOX
from gett_tui.gett.secret import Secret
from gett_tui.onboarding import events
from gett_tui.onboarding.record import Change
from gett_tui.onboarding.service import utc_now
from gett_tui.runtime import Runtime, RuntimeConfig
from gett_tui.storage.record_file import file_name
from gett_tui.storage.record_store import RecordStore
from gett_tui.storage.toml_codec import to_toml


async def register_all(url: str, folder: Path, stores: int) -> None:
    """Registers the stores straight at the sandbox, and writes their records without syncing each."""
    cache = RecordStore(folder, "0-bench")
    cache.open()
    like = records()[3]
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": "Bearer test-key-load"}) as http:
        await http.post("/_sandbox", json={"settings": {"writes_per_minute": 10**6}})
        for number in range(stores):
            sent = {**like.sent, "partnerStoreId": f"p-{number}", "catalogCallbackUrl": f"{url}/catalogs/good.json"}
            made = (await http.post("/v1/commerce/onboarding/stores", json=sent)).json()["onboardingId"]
            record = like._replace(key=made, onboarding_id=made, partner_store_id=f"p-{number}", sent=sent, revision=1)
            record = record._replace(history=(Change("pending_catalog", utc_now()),))
            (folder / "onboardings" / file_name(made)).write_bytes(to_toml(record))


async def measure(url: str, folder: Path, seconds: float) -> None:
    flight = Counter[str]()

    class Counting(GettClient):
        async def status(self, onboarding_id: str):
            flight["now"] += 1
            flight["all"] += 1
            flight["most"] = max(flight["most"], flight["now"])
            try:
                return await super().status(onboarding_id)
            finally:
                flight["now"] -= 1

    news = Counter[str]()

    def listen(event: events.Event) -> None:
        if isinstance(event, events.StoresChanged):
            news["changes"] += len(event.changed)
        elif isinstance(event, events.Reachability | events.Failure):
            news[repr(event)[:120]] += 1

    setup = RuntimeConfig(folder, SANDBOX, lambda heard: Counting(url, Secret("test-key-load"), on_answer=heard))
    session = Runtime(setup, listen)
    task = asyncio.ensure_future(session.run())
    while session.service.reachability is None or not flight["all"]:
        await asyncio.sleep(0.1)
    news.clear()
    for part in range(4):
        begun, used, asked = time.monotonic(), time.process_time(), flight["all"]
        await asyncio.sleep(seconds / 4)
        took = time.monotonic() - begun
        rss = int(re.findall(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[0]) / 1024
        print(
            f"quarter {part + 1}: {(flight['all'] - asked) / took:6.1f} requests/s, "
            f"CPU {(time.process_time() - used) / took * 100:5.1f} %, RSS {rss:6.1f} MB"
        )
    trouble = {words: times for words, times in news.items() if words != "changes"}
    print(f"at most {flight['most']} in flight; {news['changes']} changes seen; trouble: {trouble}")
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await session.close()
    print(f"peak RSS {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f} MB")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stores", type=int, default=5_000)
    parser.add_argument("--seconds", type=float, default=120)
    arguments = parser.parse_args()
    command = [sys.executable, "-m", "gett_tui", "sandbox", "--port", "0"]
    command += ["--pending", "30", "--ingesting", "90", "--spread", "1", "--seed", "1"]
    with tempfile.TemporaryDirectory() as name, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        found = re.search(r"http://\S+:\d+", sandbox.stdout.readline())
        assert found is not None
        folder = Path(name) / "profile"
        asyncio.run(register_all(found.group(), folder, arguments.stores))
        asyncio.run(measure(found.group(), folder, arguments.seconds))
        sandbox.terminate()


if __name__ == "__main__":
    main()
