"""Start-up of the real command beside a bare Textual app, taking turns. By hand:

    python tests/benchmarks/bench_start.py [--starts 15] [--stores 0,10,10000]

Prints, as ratios of medians to the bare app's first frame: the first frame, the first store on the screen, and all
stores counted; with the index that the last run left, and without one.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from measuring import BARE, SIZE, PtySession, plant_many

COMMAND = str(Path(sys.executable).with_name("gett-tui"))


def when(session: PtySession, text: str, timeout: float = 60.0) -> float:
    """Seconds from the start until ``text`` is written."""
    end, wanted = time.monotonic() + timeout, text.encode()
    while wanted not in session.output:
        if time.monotonic() > end:
            raise TimeoutError(text)
        session.read(0.5)
    return time.monotonic()


def bare() -> list[float]:
    begun = time.monotonic()
    with PtySession(BARE, SIZE) as session:
        return [when(session, "Stores bare") - begun]


def start(folder: Path, stores: int, *, index: bool = True) -> list[float]:
    """Seconds to the first frame, to the first store and to all stores; then the operator quits."""
    if not index:
        (folder / "sandbox" / "index").unlink(missing_ok=True)
    env = {"GETT_API_KEY": "test-key-bench", "GETT_BASE_URL": "http://127.0.0.1:9", "GETT_STATE_DIR": str(folder)}
    marks = ["Gett onboarding", "Store 0" if stores else "No stores yet", f"{stores} store"]
    begun = time.monotonic()
    with PtySession([COMMAND], SIZE, env) as session:
        times = [when(session, mark) - begun for mark in marks]
        session.send("ctrl+q")
        session.wait_for_exit(20)
        return times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--starts", type=int, default=15)
    parser.add_argument("--stores", default="0,10,10000")
    arguments = parser.parse_args()
    for stores in (int(word) for word in arguments.stores.split(",")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            plant_many(folder / "sandbox", stores)
            time.sleep(3)  # the index leaves out what was written just before it
            start(folder, stores)
            measure(f"{stores:>6} stores", partial(start, folder, stores), arguments.starts)
            if stores:
                without = partial(start, folder, stores, index=False)
                measure(f"{stores:>6} stores, no index", without, arguments.starts // 3)


def measure(name: str, starts: Callable[[], list[float]], count: int) -> None:
    bare_times: list[float] = []
    times: list[list[float]] = []
    for _ in range(count):
        bare_times += bare()
        times.append(starts())
    base = statistics.median(bare_times)
    first, store, everything = (statistics.median(column) / base for column in zip(*times, strict=True))
    print(
        f"{name}: first frame {first:.2f}, first store {store:.2f}, all {everything:.2f} x bare ({base * 1e3:.0f} ms)",
        flush=True,
    )


if __name__ == "__main__":
    main()
