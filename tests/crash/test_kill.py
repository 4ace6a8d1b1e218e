"""Killed with SIGKILL at random moments, the program loses no store, registers none twice, and leaves no litter.

More runs than by default: pytest tests/crash --crash-runs 5000 [--crash-seed N].
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pty_session import PtySession
from sandbox_server import Live, live_sandbox

from gett_tui.gett.client import GettClient
from gett_tui.gett.quota import SANDBOX
from gett_tui.gett.secret import Secret
from gett_tui.onboarding import events
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import OwnState
from gett_tui.runtime import Runtime, RuntimeConfig

CHILD = Path(__file__).parent / "child.py"
_RUNS_A_FOLDER = 10
_LAST_STEP = 400


@pytest.fixture
def nursery() -> Iterator[subprocess.Popen[str]]:
    """A process that forks victims."""
    process = subprocess.Popen(
        [sys.executable, str(CHILD)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    yield process
    process.kill()
    process.communicate()


def victim(nursery: subprocess.Popen[str], folder: Path, url: str, seed: int, steps: int) -> int:
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{folder} {url} {seed} {steps}\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline())


def wait_until_dead(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        while True:
            os.kill(pid, 0)
            time.sleep(0.002)


async def after_a_fresh_start(folder: Path, url: str) -> list[Record]:
    """The records that a new copy shows once it has settled what dead ones left."""
    setup = RuntimeConfig(folder, SANDBOX, lambda heard: GettClient(url, Secret("test-key-crash"), on_answer=heard))
    heard: list[events.Event] = []
    session = Runtime(setup, heard.append)
    await session.service.load()
    await session.connect()
    await session.service.follow()
    await session.service.repair()
    records = session.service.records()
    await session.close()
    assert [event for event in heard if isinstance(event, events.FilesTrouble)][-1:] in ([], [events.FilesTrouble()])
    return records


def check(folder: Path, live: Live, prefix: str) -> None:
    """The server's list and the files agree, and nothing is left lying about."""
    records = asyncio.run(after_a_fresh_start(folder, live.url))
    at_gett = {
        known.onboarding_id: known
        for known in live.state.onboardings.values()
        if known.partner_store_id.startswith(prefix)
    }
    shown = {record.onboarding_id: record for record in records if record.onboarding_id}
    unconfirmed = {record.partner_store_id for record in records if record.status == OwnState.UNCONFIRMED}
    for onboarding_id, known in at_gett.items():
        assert onboarding_id in shown or known.partner_store_id in unconfirmed, "a store is lost"
    assert shown.keys() <= at_gett.keys(), "a record without a store"
    twice = [name for name, times in Counter(one.partner_store_id for one in at_gett.values()).items() if times > 1]
    assert not twice, "registered twice"
    for record in records:
        assert record.pending is None, "unsettled"
        assert record.status != OwnState.REGISTERING
        if record.status == OwnState.CANCELLED and record.onboarding_id:
            assert at_gett[record.onboarding_id].cancelled, "shown as cancelled and is not"
    litter = [path for path in folder.rglob("*") if path.name.endswith((".tmp", ".damaged"))]
    assert not litter
    assert not list((folder / "running").iterdir())
    assert len(list((folder / "attempts").iterdir())) == len(unconfirmed)


def test_killed_at_random_moments_nothing_is_lost_or_doubled(
    tmp_path: Path, nursery: subprocess.Popen[str], request: pytest.FixtureRequest
) -> None:
    runs = request.config.getoption("--crash-runs") or (60 if request.config.getoption("--all") else 15)
    seed = request.config.getoption("--crash-seed") or random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with live_sandbox(pending=0.0, ingesting=0.0) as live:
        for number in range(runs):
            group = seed * 10_000 + number // _RUNS_A_FOLDER
            folder = tmp_path / f"state-{group}"
            victims = [
                victim(
                    nursery,
                    folder,
                    live.url,
                    group * 100 + number % _RUNS_A_FOLDER * 10 + copy,
                    chance.randrange(1, _LAST_STEP),
                )
                for copy in range(chance.choice((1, 1, 2)))
            ]
            for pid in victims:
                wait_until_dead(pid)
            if number % 3 == 2 or number == runs - 1:
                # Not after each run: a copy must also cope with what several dead ones left.
                check(folder, live, f"p-{group}")
        assert live.carried_out("register") > runs / 4, "most kills must fall into the work"


COMMAND = """
import sys
sys.path.insert(0, {here!r})
import child
child.die_after(int(sys.argv.pop(1)))
from gett_tui.__main__ import main
main()
"""


def register_killed_after(steps: int, state: Path, live: Live) -> int:
    """Runs the real command on a fresh state folder; it dies at that step. Gives how many steps it came to."""
    env = {
        **os.environ,
        "GETT_API_KEY": "test-key-crash",
        "GETT_BASE_URL": live.url,
        "GETT_STATE_DIR": str(state),
    }
    store = ["p-1", "--name", "A", "--catalog-url", live.catalog(), "--webhook-url", "https://hooks.example/x"]
    code = COMMAND.format(here=str(CHILD.parent))
    done = subprocess.run(
        [sys.executable, "-c", code, str(steps), "register", *store], env=env, capture_output=True, text=True
    )
    return int(done.stderr.rpartition("steps ")[2] or 0) if "steps " in done.stderr else 0


@pytest.mark.slow
def test_the_real_command_killed_at_each_stage_of_a_register(tmp_path: Path) -> None:
    with live_sandbox() as live:
        whole = register_killed_after(10**9, tmp_path / "whole", live)
    assert whole > 70
    for before_the_end in (1, 2, 4, 7, 11, 16, 22, 30, 60):
        state = tmp_path / str(before_the_end)
        with live_sandbox() as live:
            register_killed_after(whole - before_the_end, state, live)
            check(state / "sandbox", live, "p-")


def test_the_dashboard_killed_between_sending_and_the_answer_shows_the_store_as_unconfirmed(tmp_path: Path) -> None:
    with live_sandbox() as live:
        env = {
            "GETT_API_KEY": "test-key-crash",
            "GETT_BASE_URL": live.url,
            "GETT_STATE_DIR": str(tmp_path),
            "HOME": str(tmp_path),
        }
        live.sandbox.faults.append("hang-after")
        command = [sys.executable, "-m", "gett_tui"]
        with PtySession(command, (80, 24), env) as session:
            session.wait_for("No stores yet")
            session.send("n")
            session.wait_for("Register a store on")
            for text in ("p-1", "Corner", live.catalog(), "https://hooks.example/x"):
                session.send(text, "enter")
                session.read_until_quiet(0.2)
            while not live.state.onboardings:
                session.read(0.05)
            session.signal(signal.SIGKILL)
            session.wait_for_exit()
        with PtySession(command, (80, 24), env) as session:
            session.wait_for("unconfirmed")
            session.send("q")
            session.wait_for_exit()
    assert live.carried_out("register") == 1
