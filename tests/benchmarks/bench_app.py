"""The whole dashboard with ten thousand stores in a terminal of 120x40, beside a bare Textual app. By hand:

    python tests/benchmarks/bench_app.py [--stores 10000] [--idle 60] [--keys 400]

Prints the time from a key to its paint (p50, p95) as ratios to the bare app's while idle: while idle too, and while
changes come in from a simulated Gett over loopback; then what one changed row costs in bytes, and bytes and CPU of an
idle minute. Every question brings a change, so changes are limited by questions: 10 a second are what production's
quota leaves the poller, 50 the sandbox's. For 100 the limits are raised.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from measuring import SIZE, PtySession, bare_key_times, cpu, identifier, key_times, plant_many, told

from gett_tui.storage.record_store import RecordStore

PROGRAM = """
import sys
from gett_tui import cli, runtime
from gett_tui.gett.quota import Limits

runtime.limits_for = lambda _: Limits(round(int(sys.argv[1]) / 0.6), 100)
sys.exit(cli.run([]))
"""
"""The command itself, with limits of its own."""


# The simulated Gett


def serve(stores: int) -> None:
    """A Gett at which every question about a store brings a change."""
    from sandbox_server import live_sandbox

    from gett_tui.sandbox.settings import Settings
    from gett_tui.sandbox.state import INGESTING, PENDING, Onboarding, State

    class Restless(State):
        changes = 0

        def status(self, known: Onboarding) -> str:
            Restless.changes += 1
            known.forced = INGESTING if known.forced == PENDING else PENDING
            return known.forced

    with live_sandbox(Settings(reads_per_minute=10**6)) as live:
        live.sandbox.state = state = Restless(time.time)
        for number in range(stores):
            known = identifier(number)
            sent = {"partnerStoreId": f"p-{number}"}
            state.onboardings[known] = Onboarding(known, sent, time.time(), 0, forced=PENDING)
        print(live.url, flush=True)
        for _ in sys.stdin:
            print(state.changes, flush=True)


# The measuring


@contextlib.contextmanager
def app(folder: Path, url: str, stores: int, per_minute: int = 6_000) -> Iterator[PtySession]:
    env = {"GETT_API_KEY": "test-key-bench", "GETT_BASE_URL": url, "GETT_STATE_DIR": str(folder)}
    with PtySession([sys.executable, "-c", PROGRAM, str(per_minute)], SIZE, env) as session:
        session.wait_for(f"{stores} stores", 60)
        yield session


@contextlib.contextmanager
def changing(stores: int) -> Iterator[tuple[str, Callable[[], int]]]:
    """Where such a Gett is, and what tells how many changes it has shown so far."""
    command = [sys.executable, __file__, "--serve", str(stores)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as server:
        asked, told = server.stdin, server.stdout
        assert asked is not None
        assert told is not None

        def changes() -> int:
            print(file=asked, flush=True)
            return int(told.readline())

        yield told.readline().strip(), changes
        asked.close()


def under_changes(arguments: argparse.Namespace, base: list[float]) -> None:
    for per_second, order, keys in (
        (10, "attention", ""),
        (50, "attention", ""),
        (100, "attention", ""),
        (100, "name", "s"),
    ):
        with tempfile.TemporaryDirectory() as name, changing(arguments.stores) as (url, changes):
            plant_many(Path(name) / "sandbox", arguments.stores, "pending_catalog")
            with app(Path(name), url, arguments.stores, per_second * 60) as session:
                if keys:
                    session.send(keys)
                session.read_for(8)
                begun, used, wrote, known = time.monotonic(), cpu(session.pid), len(session.output), changes()
                times = key_times(session, count=arguments.keys)
                took = time.monotonic() - begun
                rate, share = (changes() - known) / took, (cpu(session.pid) - used) / took
                told(f"{rate:.0f} changes/s, sorted by {order}", times, base)
                print(f"    {share:.0%} CPU, {(len(session.output) - wrote) / took:.0f} bytes a second", flush=True)


def quiet(folder: Path, arguments: argparse.Namespace, base: list[float]) -> None:
    with app(folder, "http://127.0.0.1:9", arguments.stores) as session:
        session.read_until_quiet(6, 60)
        told("idle", key_times(session, count=arguments.keys), base)
        session.read_until_quiet(3)
        used, wrote = cpu(session.pid), len(session.output)
        session.read_for(arguments.idle)
        share = (cpu(session.pid) - used) / arguments.idle
        print(f"{len(session.output) - wrote} bytes and {share:.2%} CPU in {arguments.idle:.0f} idle seconds")
        by_hand(folder, session)


def by_hand(folder: Path, session: PtySession) -> None:
    """Another program changes a store that is on the screen, and not under the cursor."""
    cache = RecordStore(folder / "sandbox", "0-bench")
    cache.open()
    for _ in cache.load():
        pass
    shown = re.findall(r"Store (\d{5}) ", "\n".join(session.screen()))
    sizes: list[int] = []
    for turn, number in enumerate(shown[5:15]):
        cache.update(identifier(int(number)), lambda now, turn=turn: now._replace(partner_store_id=f"turn-{turn}"))
        sizes.append(len(session.read_until_quiet(2.5)))
    print(f"bytes per changed row: {statistics.mean(sizes):.0f}, at most {max(sizes)}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--stores", type=int, default=10_000)
    parser.add_argument("--idle", type=float, default=60)
    parser.add_argument("--keys", type=int, default=400)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve)
    else:
        measure(arguments)


def measure(arguments: argparse.Namespace) -> None:
    print(
        f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, {SIZE[0]}x{SIZE[1]}, {arguments.stores} stores"
    )
    base = bare_key_times(arguments.keys)
    told("a bare app, idle", base, base)
    with tempfile.TemporaryDirectory() as name:
        plant_many(Path(name) / "sandbox", arguments.stores)
        quiet(Path(name), arguments, base)
    under_changes(arguments, base)


if __name__ == "__main__":
    main()
