"""Several copies of the program on one profile: one polls, all see the same, and a dead one is replaced."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sandbox_server import Live, live_sandbox

from gett_tui.gett.client import GettClient
from gett_tui.gett.models import Registration
from gett_tui.gett.quota import SANDBOX
from gett_tui.gett.secret import Secret
from gett_tui.onboarding import events
from gett_tui.onboarding.ports import Lead, PollingReport
from gett_tui.onboarding.status import OwnState
from gett_tui.runtime import Runtime, RuntimeConfig
from gett_tui.sandbox.settings import Settings

LEADER = """
import sys, time
from pathlib import Path
from gett_tui.onboarding.ports import Lead, PollingReport
from gett_tui.storage.leadership import Leadership
leadership = Leadership(Path(sys.argv[1]))
print(leadership.lead(PollingReport()).is_ours, flush=True)
time.sleep(60)
"""


@asynccontextmanager
async def running(folder: Path, url: str) -> AsyncIterator[tuple[Runtime, list[events.Event]]]:
    """A copy that polls or follows, as a dashboard does."""
    heard: list[events.Event] = []

    def connect(on_answer: Callable[..., None]) -> GettClient:
        return GettClient(url, Secret("test-key-two"), on_answer=on_answer)

    session = Runtime(RuntimeConfig(folder, SANDBOX, connect), heard.append)
    task = asyncio.ensure_future(session.run())
    try:
        while not any(isinstance(event, events.Role) for event in heard):
            await asyncio.sleep(0.01)
        yield session, heard
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await session.close()


def role(heard: list[events.Event]) -> events.Role:
    return [event for event in heard if isinstance(event, events.Role)][-1]


async def until(true: Callable[[], bool], seconds: float = 40.0) -> float:
    """Waits until ``true()``; the seconds it took. Fails after ``seconds``."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "it did not come about in time"
        await asyncio.sleep(0.02)
    return time.monotonic() - begun


def registration(live: Live, partner: str) -> Registration:
    return Registration(
        partner_store_id=partner,
        name=partner,
        catalog_callback_url=live.catalog("good", partner),
        webhook_url="https://hooks.example/x",
    )


async def test_what_one_copy_does_appears_in_the_others(tmp_path: Path) -> None:
    with live_sandbox(pending=60) as live:
        async with running(tmp_path, live.url) as (one, _), running(tmp_path, live.url) as (two, _):
            record = await one.service.register(registration(live, "p-1"))
            await until(lambda: any(seen.onboarding_id == record.onboarding_id for seen in two.service.records()))
            await two.service.cancel(record.key)
            await until(lambda: one.service.get(record.key).status == OwnState.CANCELLED)


async def test_one_copy_polls_and_the_others_follow_its_files(tmp_path: Path) -> None:
    with live_sandbox() as live:
        async with running(tmp_path, live.url) as (one, first), running(tmp_path, live.url) as (two, second):
            assert (role(first).lead.is_ours, role(second).lead.is_ours) == (True, False)
            record = await two.service.register(registration(live, "p-1"))
            await until(lambda: one.service.records() != [])
            await until(lambda: two.service.get(record.key).status == "ready_to_activate")
            assert not any(isinstance(event, events.Polled) for event in second)


async def test_another_copy_polls_when_the_first_one_leaves(tmp_path: Path) -> None:
    with live_sandbox() as live:
        async with running(tmp_path, live.url) as (_, first):
            assert role(first).lead.is_ours
            async with running(tmp_path, live.url) as (_, second):
                assert not role(second).lead.is_ours
        async with running(tmp_path, live.url) as (_, third):
            assert role(third).lead.is_ours


async def test_a_copy_takes_over_when_the_polling_one_is_killed(tmp_path: Path) -> None:
    with (
        live_sandbox() as live,
        subprocess.Popen([sys.executable, "-c", LEADER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as leader,
    ):
        assert leader.stdout is not None
        assert leader.stdout.readline() == "True\n"
        async with running(tmp_path, live.url) as (_, heard):
            assert role(heard) == events.Role(Lead(False, PollingReport(leader.pid)))
            leader.send_signal(signal.SIGKILL)
            await until(lambda: role(heard).lead.is_ours)


async def test_of_two_copies_registering_one_store_at_once_one_sends(tmp_path: Path) -> None:
    with live_sandbox() as live:
        async with running(tmp_path, live.url) as (one, _), running(tmp_path, live.url) as (two, _):
            ends = await asyncio.gather(
                *(copy.service.register(registration(live, "p-1")) for copy in (one, two, one, two)),
                return_exceptions=True,
            )
            assert sum(not isinstance(end, BaseException) for end in ends) == 1
        assert live.carried_out("register") == 1


@pytest.mark.slow
async def test_the_others_hear_of_the_trouble_that_the_polling_copy_has_and_of_its_end(tmp_path: Path) -> None:
    def told(heard: list[events.Event]) -> PollingReport:
        return role(heard).lead.report or PollingReport()

    with live_sandbox(pending=60) as live:
        async with running(tmp_path, live.url) as (one, _):
            await one.service.register(registration(live, "p-1"))
            async with running(tmp_path, live.url) as (_, second):
                await until(lambda: told(second).polled_at is not None)
                assert told(second).trouble is None
                live.sandbox.settings = Settings(keys=frozenset({"test-key-other"}))
                await until(lambda: told(second).trouble is not None)
                assert told(second).trouble_since is not None
                before = told(second).polled_at
                live.sandbox.settings = Settings()
                await until(lambda: told(second).trouble is None)
                assert told(second).polled_at != before
