"""A signal ends a command with its own status, and an id that Gett gave is kept or told, whatever the disk does."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from command_driver import COMMAND, Run, environment, in_process
from hostile_server import Connection, HostileServer, hostile_server, whole

from gett_tui.onboarding.errors import UnkeptError
from gett_tui.onboarding.service import Service

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
STORE = ["--name", "A", "--catalog-url", "https://c.example/x", "--webhook-url", "https://w.example/x"]
ANSWER = whole(
    201, {"onboardingId": ONE, "partnerStoreId": "p-1", "status": "pending_catalog"}, "Content-Type: application/json"
)
STATUSES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
NOT_SAVED = f"NOT SAVED: p-1 is {ONE}"


class Held:
    """A command whose answer is held back until the test lets it go."""

    def __init__(self, folder: Path, stack: ExitStack, *arguments: str, ignore: signal.Signals | None = None) -> None:
        self.folder = folder
        self._may_answer = threading.Event()
        self.server: HostileServer = stack.enter_context(hostile_server(self._script))
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            env=environment(folder, self.server.url),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=None if ignore is None else lambda: signal.signal(ignore, signal.SIG_IGN),
        )
        stack.callback(self._end)

    async def _script(self, connection: Connection) -> None:
        while await connection.request():
            while not self._may_answer.is_set():
                await asyncio.sleep(0.01)
            await connection.send(ANSWER)

    def _end(self) -> None:
        self._may_answer.set()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def wait_until_sent(self) -> None:
        until(lambda: bool(self.server.requests) or self.process.poll() is not None)
        assert self.server.requests

    def answer(self) -> None:
        self._may_answer.set()

    def ended(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.01)


def take_nothing(folder: Path) -> None:
    """Makes the place of the records refuse every write, whoever asks."""
    place = folder / "state" / "sandbox" / "onboardings"
    shutil.rmtree(place)
    place.touch()


@pytest.mark.slow
def test_an_id_that_cannot_be_kept_is_told_and_the_signal_s_status_wins(tmp_path: Path) -> None:
    with ExitStack() as stack:
        helds = {
            number: Held(tmp_path / number.name, stack, "register", "p-1", *STORE)
            for number in STATUSES
            if not (tmp_path / number.name).mkdir()
        }
        for held in helds.values():
            held.wait_until_sent()
            take_nothing(held.folder)
        for number, held in helds.items():
            held.process.send_signal(number)
            held.answer()
        for number, held in helds.items():
            status, out, err = held.ended()
            assert (status, out) == (STATUSES[number], "")
            assert err.count(NOT_SAVED) == 1
            assert "Traceback" not in err


def test_an_answer_within_the_grace_is_kept_and_the_signal_s_status_wins(tmp_path: Path) -> None:
    with ExitStack() as stack:
        held = Held(tmp_path, stack, "register", "p-1", *STORE)
        held.wait_until_sent()
        held.process.send_signal(signal.SIGTERM)
        held.answer()
        status, _, err = held.ended()
    assert status == 143
    assert err == "gett-tui: Waiting for Gett's answer to what is under way…\n"
    assert os.listdir(tmp_path / "state" / "sandbox" / "onboardings") == [f"{ONE}.toml"]


def test_a_hang_up_that_was_to_be_ignored_ends_nothing(tmp_path: Path) -> None:
    with ExitStack() as stack:
        held = Held(tmp_path, stack, "register", "p-1", *STORE, ignore=signal.SIGHUP)
        held.wait_until_sent()
        held.process.send_signal(signal.SIGHUP)
        held.answer()
        status, out, _ = held.ended()
    assert (status, out) == (0, f"pending_catalog\tp-1\tA\t{ONE}\t\n")


def test_an_id_that_was_given_up_is_told_once_and_is_status_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def unkept(*_: object, **__: object) -> None:
        raise UnkeptError("p-1", ONE)

    monkeypatch.setattr(Service, "register", unkept)
    monkeypatch.setattr(Service, "unsaved", {ONE: "p-1"})
    run: Run = in_process(monkeypatch, capsys)
    done = run(environment(tmp_path, "http://127.0.0.1:1"), "register", "p-1", *STORE)
    assert (done.status, done.out) == (3, "")
    assert len(done.err.splitlines()) == done.err.count(NOT_SAVED) == 1
