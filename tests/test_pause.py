"""A pause that one copy was told is waited out by all: each says so, and until when (invariant 7)."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_driver import COMMAND, as_process, environment, keep, store
from hostile_server import HostileServer, answering, hostile_server, whole
from pty_session import PtySession
from virtual_time import VirtualLoop

from gett_tui.gett.client import GettClient
from gett_tui.gett.quota import SANDBOX, Quota
from gett_tui.gett.secret import Secret
from gett_tui.onboarding import events
from gett_tui.onboarding.gateway import Gateway
from gett_tui.onboarding.service import utc_now
from gett_tui.onboarding.status import Status

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
LIMITED = whole(429, {"status": 429, "errorCode": "RATE_LIMITED", "retryAfter": 900}, "Content-Type: application/json")


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[HostileServer]:
    """A Gett that told one copy to wait for a quarter of an hour."""
    keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG))
    with hostile_server(answering(LIMITED)) as server:
        done = as_process(environment(tmp_path, server.url), "refresh", "p-1")
        assert done.status == 1
        yield server


def test_a_command_says_that_it_waits_and_until_when(tmp_path: Path, refusing: HostileServer) -> None:
    waiting = subprocess.Popen(
        [*COMMAND, "refresh", "p-1"],
        env=environment(tmp_path, refusing.url),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert waiting.stderr is not None
    said = waiting.stderr.readline()
    waiting.send_signal(signal.SIGINT)
    waiting.communicate(timeout=20)
    assert "rate limit was reached" in said
    assert "It is asked at " in said
    assert waiting.returncode == 130
    assert len(refusing.requests) == 1


def test_a_dashboard_that_starts_in_the_pause_says_so(tmp_path: Path, refusing: HostileServer) -> None:
    env = environment(tmp_path, refusing.url, TERM="xterm-256color", TMPDIR=os.environ.get("TMPDIR", "/tmp"))
    with PtySession(COMMAND, (80, 24), env) as session:
        session.wait_for("rate limit was reached")
        session.wait_for("Trying again at")
        session.send("r")
        session.wait_for("Gett is asked later: see above.")
    assert len(refusing.requests) == 1


async def _heard_of_a_write_in_a_pause_of(seconds: float) -> list[events.Event]:
    heard: list[events.Event] = []
    quota = Quota(SANDBOX, clock=asyncio.get_running_loop().time)
    gateway = Gateway(quota, heard.append, utc_now)
    gateway.use(GettClient("http://127.0.0.1:9", Secret("test-key-pause-1")))
    quota.writes.pause(seconds)
    await gateway.write("p-1", _done)
    return heard


class TestWrites:
    @pytest.fixture
    def anyio_backend(self) -> tuple[str, dict[str, Any]]:
        return "asyncio", {"loop_factory": VirtualLoop}

    async def test_a_write_that_waits_for_the_end_of_a_pause_says_so_at_its_store(self) -> None:
        heard = await _heard_of_a_write_in_a_pause_of(100)
        notes = [event for event in heard if isinstance(event, events.Note)]
        assert ["in 100 s" in str(note.text) for note in notes] == [True, False, False]
        assert all("rate limit was reached" in str(note.text) for note in notes[:2])
        assert notes[-1] == events.Note("p-1", None)

    async def test_a_pause_of_a_moment_is_not_worth_a_word(self) -> None:
        heard = await _heard_of_a_write_in_a_pause_of(1)
        assert heard == []


async def _done(_: GettClient) -> None:
    """A write that ends well at once."""
