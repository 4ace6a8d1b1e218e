"""What a command about one store costs when there are ten thousand: by its onboarding id it reads one file. By hand:

    python tests/benchmarks/bench_commands.py [--stores 10000] [--runs 9]

Prints the CPU (user and system) of ``show``, ``refresh`` and ``activate`` with 10 stores and with many, with the index
and without one, and their ratio; at most 1.3 is wanted, and else the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from measuring import identifier, plant_many

from gett_tui.storage.record_store import RecordStore

WANTED = 1.3
FEW = 10


class Gett(BaseHTTPRequestHandler):
    """Knows every onboarding, and puts every store live."""

    def do_GET(self) -> None:
        self._answer({"onboardingId": self.path.rsplit("/", 1)[1], "status": "ready_to_activate"})

    def do_POST(self) -> None:
        self._answer({"storeId": "s-1", "name": "Store", "status": "online"})

    def _answer(self, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        pass


def cpu(state: Path, url: str, *arguments: str) -> float:
    """Seconds of a processor that one command takes, user and system."""
    env = {**os.environ, "GETT_STATE_DIR": str(state), "GETT_BASE_URL": url, "GETT_API_KEY": "test-key-bench"}
    command = [sys.executable, "-m", "gett_tui", *arguments]
    child = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{arguments} ended with {child.returncode}")
    return used.ru_utime + used.ru_stime


def planted(folder: Path, stores: int, *, with_index: bool) -> Path:
    """A state folder whose sandbox profile has ``stores``."""
    profile = folder / f"{stores}-{with_index}" / "sandbox"
    plant_many(profile, stores, "ready_to_activate")
    if with_index:
        for path in (profile / "onboardings").iterdir():
            os.utime(path, (1, 1))
        store = RecordStore(profile, "0-bench")
        for _ in store.load():
            pass
        store.save_index()
    return profile.parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stores", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gett)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for with_index in (False, True):
            states = [planted(Path(folder), stores, with_index=with_index) for stores in (FEW, arguments.stores)]
            for command in (["show"], ["refresh"], ["activate", "--yes"]):
                times: list[list[float]] = [[], []]
                # In turn, so that what else the machine does meets both alike; each run has a store of its own.
                for run in range(arguments.runs):
                    for state, seconds in zip(states, times, strict=True):
                        seconds.append(cpu(state, url, *command, identifier(run % FEW)))
                few, many = map(statistics.median, times)
                worst = max(worst, many / few)
                index = "with" if with_index else "without"
                told = f"{command[0]:<9}{index:>8} an index: {few * 1e3:6.1f} ms CPU at {FEW}"
                print(f"{told}, {many * 1e3:6.1f} ms at {arguments.stores}: {many / few:4.2f} x", flush=True)
    return int(worst > WANTED)


if __name__ == "__main__":
    sys.exit(main())
