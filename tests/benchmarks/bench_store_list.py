"""How quick and how quiet the store list is, beside a bare Textual app with one Static on the same machine.

Run by hand, prints ratios and bytes:  python tests/benchmarks/bench_store_list.py [--starts 11] [--idle 10]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pty_session import PtySession

ROOT = Path(__file__).parents[2]
SIZE = (120, 40)
LIST_WIDTH = 64  # the list beside the panel at 120 columns
CURSOR = b"48;2;1;120;212"  # the background of the cursor in Textual's usual theme
MARK = "first-frame"
STATUSES = ("pending_catalog", "catalog_ingesting", "catalog_failed", "ready_to_activate", "active")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


# The two programs that are measured


def run_bare() -> None:
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Bare(App[None]):
        count = 0

        def compose(self) -> ComposeResult:
            yield Static(MARK)

        def key_j(self) -> None:
            self.count += 1
            self.query_one(Static).update(f"count {self.count}.")

    Bare().run()


def run_list(rows: int, width: str) -> None:
    from textual.app import App, ComposeResult

    from gett_tui.onboarding.record import Change, Record
    from gett_tui.ui.widgets.store_list import StoreList

    def record(number: int, turn: int = 0) -> Record:
        status = STATUSES[(number + turn) % len(STATUSES)]
        since = NOON + timedelta(seconds=turn - number)
        return Record(
            key=f"{number:06}",
            status=status,
            onboarding_id=f"7b0d6a3e-{number:012}",
            partner_store_id=f"id-{number}-{turn}",
            sent={"name": f"{MARK} {number}"},
            history=(Change(status, since),),
        )

    # A failed store: its line has the most colours. Those with the numbers before it, in steps of the statuses,
    # stand above it.
    middle = rows // 2 + STATUSES.index("catalog_failed")

    class Lists(App[None]):
        CSS_PATH = ROOT / "gett_tui/ui/store_list.tcss"
        CSS = f"StoreList {{ width: {width}; }}"
        turn = 0

        def compose(self) -> ComposeResult:
            self.stores = StoreList()
            self.stores.apply([record(number) for number in range(min(rows, 100))], loading=True)
            yield self.stores

        def on_mount(self) -> None:
            self.stores.focus()
            self.call_after_refresh(self.load, 100)

        def load(self, first: int) -> None:
            if first < rows:
                batch = [record(number) for number in range(first, min(rows, first + 500))]
                self.stores.apply(batch, loading=True)
                self.call_after_refresh(self.load, first + 500)

        def key_m(self) -> None:
            self.stores.move_to(f"{middle:06}")

        def key_c(self) -> None:
            """One row on the screen changes, and stays where it is."""
            self.change_in_place(middle - len(STATUSES))

        def change_in_place(self, number: int) -> None:

            self.turn += 1
            self.stores.apply([record(number)._replace(partner_store_id=f"turn-{self.turn}")])

        def key_a(self) -> None:
            """A hundred changes a second, anywhere: rows move."""
            self.changes_per_second(
                lambda: self.stores.apply([record(random.randrange(rows), random.randrange(9_999))])
            )

        def key_v(self) -> None:
            """A hundred changes a second on the screen, in place."""
            self.changes_per_second(lambda: self.change_in_place(middle - len(STATUSES) * random.randrange(1, 30)))

        def changes_per_second(self, change: Callable[[], None]) -> None:
            async def go_on() -> None:
                while True:
                    change()
                    await asyncio.sleep(0.01)

            self.run_worker(go_on())

    Lists().run()


# The measuring


def measure(starts: int, idle: float) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    from pty_session import PtySession

    @contextmanager
    def program(*arguments: str) -> Iterator[PtySession]:
        command = [sys.executable, __file__, "--program", *arguments]
        with PtySession(command, SIZE, {"PYTHONPATH": str(ROOT)}) as session:
            yield session

    def first_frame(*arguments: str) -> float:
        with program(*arguments) as session:
            while MARK.encode() not in session.output:
                session.read(5)
            return session.chunks[-1][0] - session.started

    def key_times(session: PtySession, sign: Callable[[int], bytes], keys: tuple[str, str], count: int = 150) -> float:
        times: list[float] = []
        for index in range(count):
            session.read_for(random.uniform(0.02, 0.12))
            first, sent = len(session.chunks), session.send(keys[index % 2])
            wanted = sign(index + 1)
            while wanted not in b"".join(data for _, data in session.chunks[first:]):
                session.read(1)
            times.append(session.chunks[-1][0] - sent)
        return statistics.quantiles(times, n=20)[-1]

    @contextmanager
    def settled(*arguments: str) -> Iterator[PtySession]:
        with program(*arguments) as session:
            session.wait_for(MARK)
            session.read_until_quiet(1.0)
            yield session

    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, {SIZE[0]}x{SIZE[1]}")

    kinds = {"bare": ("bare",), "10 rows": ("10",), "10,000 rows": ("10000",)}
    frames: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(starts):
        for kind, arguments in kinds.items():
            frames[kind].append(first_frame(*arguments))
    bare = statistics.median(frames["bare"])
    for kind, values in frames.items():
        middle = statistics.median(values)
        print(f"first frame, {kind:<12} {middle * 1000:6.0f} ms   {middle / bare:.2f} times bare")

    with settled("bare") as session:
        bare_p95 = key_times(session, lambda index: f"count {index}.".encode(), ("j", "j"))
        print(f"key to paint p95, bare idle                          {bare_p95 * 1000:5.1f} ms")
        print_idle("bare", session, idle)
    for load, name in (("", "idle"), ("a", "100 changes/s anywhere"), ("v", "100 changes/s on screen")):
        with settled("10000") as session:
            session.send("m")
            session.read_until_quiet()
            if load:
                session.send(load)
                session.read_for(1)
            p95 = key_times(session, lambda _: CURSOR, ("j", "k"))
            print(f"key to paint p95, 10,000 rows, {name:<23} {p95 * 1000:5.1f} ms   {p95 / bare_p95:.2f} times bare")
            print_idle(f"10,000 rows, {name}", session, idle)

    for width in (str(LIST_WIDTH), "1fr"):
        with settled("10000", width) as session:
            session.send("m", "j")
            session.read_until_quiet()
            sizes: list[int] = []
            for _ in range(20):
                session.send("c")
                sizes.append(len(session.read_until_quiet(0.25)))
            cells = LIST_WIDTH if width != "1fr" else SIZE[0]
            print(f"bytes per changed row, list of {cells} columns: {statistics.mean(sizes):.0f}, at most {max(sizes)}")


def print_idle(name: str, session: PtySession, seconds: float) -> None:
    before = cpu_seconds(session.pid)
    started = time.monotonic()
    data = session.read_for(seconds)
    taken = time.monotonic() - started
    cpu = (cpu_seconds(session.pid) - before) / taken
    print(f"  without keys, {name}: {len(data) / taken:.0f} bytes/s, {cpu:.2%} of a processor")


def cpu_seconds(pid: int) -> float:
    """What all threads of the process have used so far."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=11)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds")
    parser.add_argument("--program", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.program:
        measure(options.starts, options.idle)
    elif options.program[0] == "bare":
        run_bare()
    else:
        rows, *width = options.program
        run_list(int(rows), width[0] if width else str(LIST_WIDTH))


if __name__ == "__main__":
    main()
