"""Start-up and idling of the real command beside a bare Textual app, in one run. By hand:

    python tests/benchmarks/bench_start.py [--starts 9] [--idle 20] [--stores 0,10,10000]

Prints, as ratios to the bare app's first frame: the first frame, the first store on the screen, all stores counted;
then bytes and CPU while idle.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from app_driver import identifier, records
from pty_session import PtySession

from gett_tui.onboarding.cache import Cache, file_name, to_toml

BARE = """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    def compose(self):
        yield Static("Stores bare")

Bare().run()
"""
SIZE = (120, 40)
COMMAND = str(Path(sys.executable).with_name("gett-tui"))


def plant(folder: Path, stores: int) -> None:
    """Active stores, as files; written without syncing each, as only the reading is measured."""
    cache = Cache(folder, "0-bench")
    cache.open()
    like = records()[4]
    for number in range(stores):
        known = identifier(number)
        made = like._replace(key=known, onboarding_id=known, partner_store_id=f"p-{number}")
        made = made._replace(sent={**made.sent, "name": f"Store {number:05d}"}, revision=1)
        (folder / "onboardings" / file_name(known)).write_bytes(to_toml(made))
    (folder / "host").write_text("loopback\n")


def when(session: PtySession, text: str, timeout: float = 60.0) -> float:
    """Seconds from the start until ``text`` is written."""
    end, wanted = time.monotonic() + timeout, text.encode()
    while wanted not in session.output:
        if time.monotonic() > end:
            raise TimeoutError(text)
        session.read(0.5)
    return time.monotonic()


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bare(starts: int) -> float:
    times: list[float] = []
    for _ in range(starts):
        begun = time.monotonic()
        with PtySession([sys.executable, "-c", BARE], SIZE) as session:
            times.append(when(session, "Stores bare") - begun)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--starts", type=int, default=9)
    parser.add_argument("--idle", type=float, default=20)
    parser.add_argument("--stores", default="0,10,10000")
    arguments = parser.parse_args()
    bare(2)
    base = bare(arguments.starts)
    print(f"bare first frame {base * 1e3:.0f} ms")
    for stores in (int(word) for word in arguments.stores.split(",")):
        with tempfile.TemporaryDirectory() as name:
            plant(Path(name) / "sandbox", stores)
            measure(Path(name), stores, base, arguments)


def measure(folder: Path, stores: int, base: float, arguments: argparse.Namespace) -> None:
    env = {"GETT_API_KEY": "test-key-bench", "GETT_BASE_URL": "http://127.0.0.1:9", "GETT_STATE_DIR": str(folder)}
    marks = ["Gett onboarding", "Store 0" if stores else "No stores yet", f"{stores} store"]
    times: list[list[float]] = []
    for number in range(arguments.starts):
        begun = time.monotonic()
        with PtySession([COMMAND], SIZE, env) as session:
            times.append([when(session, mark) - begun for mark in marks])
            if number == 0 and arguments.idle:
                session.read_until_quiet(2.0)
                before, used = len(session.output), cpu(session.pid)
                session.read_for(arguments.idle)
                wrote = len(session.output) - before
                share = (cpu(session.pid) - used) / arguments.idle * 100
                print(f"{stores:>6} stores: {wrote} bytes and {share:.2f} % CPU in {arguments.idle:.0f} idle seconds")
    medians = [statistics.median(column) / base for column in zip(*times, strict=True)]
    first, store, everything = medians
    print(f"{stores:>6} stores: first frame {first:.2f}, first store {store:.2f}, all {everything:.2f} x bare")


if __name__ == "__main__":
    main()
