"""What a poll answer without news costs, beside an older state of this program. By hand:

    git worktree add /tmp/older ec20fb0
    python tests/benchmarks/bench_poll.py --other /tmp/older [--answers 2000] [--runs 5]

Prints the CPU of one answer in all (service, client and storage, over loopback), of the client and of storage alone, in
both, in turn, and the ratios; at most 0.75 is wanted in all and 0.25 of storage's part, and else the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WANTED = {"all": 0.75, "client": 1.0, "storage": 0.25}
ID = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
MEASURED = r"""
import asyncio, importlib, json, os, sys, tempfile, time
from pathlib import Path

def either(*places):
    for place in places:
        module, _, name = place.partition(":")
        try:
            return getattr(importlib.import_module("gett_tui." + module), name)
        except (ImportError, AttributeError):
            pass
    raise ImportError(places)

Runtime = either("runtime:Runtime", "onboarding.session:Session")
Config = either("runtime:RuntimeConfig", "onboarding.session:Setup")
Store = either("storage.record_store:RecordStore", "onboarding.cache:Cache")
Limits, Client, Secret = either("gett.quota:Limits"), either("gett.client:GettClient"), either("gett.secret:Secret")
url, known, count = sys.argv[1], sys.argv[2], int(sys.argv[3])

def apply(answer, now, at):
    try:
        from gett_tui.onboarding.reconcile import apply_status
        return apply_status(answer, now, at)
    except ImportError:
        from gett_tui.onboarding.observation import apply
        return apply(answer, now, at)

async def main():
    with tempfile.TemporaryDirectory() as folder:
        client = Client(url, Secret("test-key-bench-0123456789abcdef"))
        config = Config(Path(folder), Limits(reads=10**9, writes=10**9), lambda _: client)
        running = Runtime(config, lambda _: None)
        await running.service.load()
        await running.connect()
        record = await running.service.track(known)
        await asyncio.sleep(2.2)  # a file that was written a moment ago is read again each time
        await running.service.refresh(record.key, urgent=False)
        used = {}

        async def measure(name, one):
            for _ in range(20):
                await one()
            began = time.process_time()
            for _ in range(count):
                await one()
            used[name] = (time.process_time() - began) / count

        await measure("all", lambda: running.service.refresh(record.key, urgent=False))
        await measure("client", lambda: client.status(known))
        answer, at = await client.status(known), running.service.get(record.key).history[-1].at
        store = Store(Path(folder), "1-bench")
        for _ in store.load():
            pass
        now = store.get(record.key)
        change = lambda now: apply(answer, now, at)

        async def keep():
            store.observe(now, change) if hasattr(store, "observe") else store.update(record.key, change)

        await keep()
        await measure("storage", keep)
        print(json.dumps(used))
        await running.close()

asyncio.run(main())
"""


class Gett(BaseHTTPRequestHandler):
    """Says the same again and again."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        said = {"onboardingId": ID, "partnerStoreId": "p-1", "status": "catalog_ingesting", "createdAt": "2026-03-01"}
        data = json.dumps(said).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        self.wfile.write(head.encode() + data)

    def log_message(self, *args: object) -> None:
        pass


def measured(tree: Path, url: str, answers: int) -> dict[str, float]:
    """Seconds of CPU for one answer, by part, with the program that lies in ``tree``."""
    env = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-c", MEASURED, url, ID, str(answers)]
    return json.loads(subprocess.run(command, env=env, cwd=tree, capture_output=True, text=True, check=True).stdout)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", type=Path, required=True)
    parser.add_argument("--answers", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gett)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    trees = (arguments.other, Path(__file__).parents[2])
    runs = [[measured(tree, url, arguments.answers) for tree in trees] for _ in range(arguments.runs)]
    is_well = True
    for part, wanted in WANTED.items():
        before, now = (statistics.median(run[side][part] for run in runs) for side in (0, 1))
        is_well = is_well and now / before <= wanted
        told = f"{part:<8} {before * 1e6:7.0f} us CPU before, {now * 1e6:7.0f} us now"
        print(f"{told}: {now / before:4.2f} x (wanted: {wanted})")
    return int(not is_well)


if __name__ == "__main__":
    sys.exit(main())
