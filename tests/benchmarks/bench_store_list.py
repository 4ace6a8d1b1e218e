"""How quick and how quiet the store list alone is, beside a bare Textual app with one Static. By hand:

    python tests/benchmarks/bench_store_list.py [--keys 150] [--idle 10]

Prints the time from a key to its paint, idle and under a hundred changes a second; bytes and CPU without keys; and what
one changed row costs in bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from measuring import PtySession

ROOT = Path(__file__).parents[2]
LIST_WIDTH = 64  # the list beside the panel at 120 columns
NAME = "Store"
STATUSES = ("pending_catalog", "catalog_ingesting", "catalog_failed", "ready_to_activate", "active")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


# The program that is measured


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
            sent={"name": f"{NAME} {number}"},
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


def measure(keys: int, idle: float) -> None:
    from measuring import SIZE, PtySession, bare_key_times, cpu, key_times, told

    from gett_tui.cli import FRAME_RATE

    @contextmanager
    def settled(width: str = str(LIST_WIDTH)) -> Iterator[PtySession]:
        command = [sys.executable, __file__, "--program", "10000", width]
        with PtySession(command, SIZE, {"PYTHONPATH": str(ROOT), "TEXTUAL_FPS": FRAME_RATE}) as session:
            session.wait_for(NAME)
            session.read_until_quiet(1.0)
            session.send("m")
            session.read_until_quiet()
            yield session

    def without_keys(session: PtySession) -> None:
        before = cpu(session.pid)
        data = session.read_for(idle)
        print(f"    without keys: {len(data) / idle:.0f} bytes a second, {(cpu(session.pid) - before) / idle:.2%} CPU")

    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, {SIZE[0]}x{SIZE[1]}")
    base = bare_key_times(keys)
    told("a bare app, idle", base, base)
    for load, name in (("", "idle"), ("a", "100 changes/s anywhere"), ("v", "100 changes/s on the screen")):
        with settled() as session:
            if load:
                session.send(load)
                session.read_for(1)
            told(name, key_times(session, count=keys), base)
            without_keys(session)
    for width, cells in ((str(LIST_WIDTH), LIST_WIDTH), ("1fr", SIZE[0])):
        with settled(width) as session:
            session.send("j")
            session.read_until_quiet()
            sizes: list[int] = []
            for _ in range(20):
                session.send("c")
                sizes.append(len(session.read_until_quiet(0.25)))
            print(f"bytes per changed row, list of {cells} columns: {statistics.mean(sizes):.0f}, at most {max(sizes)}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keys", type=int, default=150)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds")
    parser.add_argument("--program", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.program:
        rows, width = options.program
        run_list(int(rows), width)
    else:
        measure(options.keys, options.idle)


if __name__ == "__main__":
    main()
