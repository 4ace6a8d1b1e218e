"""``wait``: until stores are where they should be, at once when they never will be, and in time."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
from command_driver import COMMAND, Run, environment, keep, store
from hostile_server import answering, hostile_server, whole
from sandbox_server import live_sandbox

from gett_tui.onboarding.status import OwnState, State, Status

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
TWO = "7b0d6a3e-0f0e-4c55-9a53-000000000002"
NOWHERE = "http://127.0.0.1:1"


def test_it_follows_a_store_until_it_is_ready(tmp_path: Path, run: Run) -> None:
    with live_sandbox() as live:
        env = environment(tmp_path, live.url)
        values = (
            "--name",
            "Shop",
            "--catalog-url",
            live.catalog("good", "p-1"),
            "--webhook-url",
            "https://w.example/x",
        )
        assert run(env, "register", "p-1", *values).status == 0
        done = run(env, "wait", "p-1", "--for", "ready", "--timeout", "60", "--json")
        assert (done.status, done.err) == (0, "")
        assert json.loads(done.out)["status"] == "ready_to_activate"
        assert len(done.out.splitlines()) == 1


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("goal", "status", "code"),
    [
        ("ready", Status.READY_TO_ACTIVATE, 0),
        ("ready", Status.ACTIVE, 0),
        ("ready", Status.CATALOG_FAILED, 1),
        ("ready", OwnState.CANCELLED, 1),
        ("active", Status.ACTIVE, 0),
        ("active", OwnState.DROPPED, 1),
        ("failed", Status.CATALOG_FAILED, 0),
        ("failed", Status.ACTIVE, 1),
        ("settled", Status.CATALOG_FAILED, 0),
        ("settled", OwnState.CANCELLED, 0),
    ],
)
def test_what_is_there_or_never_will_be_is_not_waited_for(
    tmp_path: Path, run: Run, goal: str, status: State, code: int
) -> None:
    keep(tmp_path, store(ONE, "p-1", status))
    done = run(environment(tmp_path, NOWHERE), "wait", ONE, "--for", goal)
    assert done.status == code
    assert len(done.out.splitlines()) == 1
    assert bool(done.err) is bool(code)


def test_it_ends_in_time_and_names_what_did_not_come_there(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG), store(TWO, "p-2", Status.ACTIVE))
    answer = {"onboardingId": ONE, "partnerStoreId": "p-1", "status": "pending_catalog"}
    with hostile_server(answering(whole(200, answer, "Content-Type: application/json"))) as server:
        env = environment(tmp_path, server.url)
        done = run(env, "wait", "p-1", "p-2", "p-1", "--for", "active", "--timeout", "1.5", "--json")
    assert done.status == 1
    assert "1 of 2 did not come to be active: Shop p-1 is pending catalog" in done.err
    assert [json.loads(line)["partner_store_id"] for line in done.out.splitlines()] == ["p-2", "p-1"]


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "words",
    [["p-1"], ["--for", "ready"], ["p-1", "--for", "redy"], ["p-1", "--for", "ready", "--timeout", "soon"]],
    ids=" ".join,
)
def test_what_to_wait_for_must_be_told(tmp_path: Path, run: Run, words: list[str]) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.ACTIVE))
    done = run(environment(tmp_path, NOWHERE), "wait", *words)
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) <= 2


def test_an_unknown_store_is_told_before_anything_is_waited_for(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG))
    done = run(environment(tmp_path, NOWHERE), "wait", "p-1", "p-9", "--for", "ready")
    assert (done.status, done.out) == (1, "")
    assert "p-9" in done.err


def test_ctrl_c_ends_it_with_130(tmp_path: Path) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG), store(TWO, "p-2", Status.ACTIVE))
    command = [*COMMAND, "wait", "p-1", "p-2", "--for", "active"]
    with subprocess.Popen(command, env=environment(tmp_path, NOWHERE), stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout is not None
        assert waiting.stdout.readline().startswith("active\tp-2")
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(20) == 130


def test_it_does_not_ask_again_what_a_copy_that_polls_asks(tmp_path: Path) -> None:
    """Two wait at once: one polls, the other reads its files."""
    with live_sandbox() as live:
        env = environment(tmp_path, live.url)
        values = [
            "--name",
            "Shop",
            "--catalog-url",
            live.catalog("slow", "p-1"),
            "--webhook-url",
            "https://w.example/x",
        ]
        subprocess.run([*COMMAND, "register", "p-1", *values], env=env, check=True, capture_output=True, timeout=60)
        command = [*COMMAND, "wait", "p-1", "--for", "settled", "--timeout", "60"]
        copies = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        for copy in copies:
            assert copy.wait(60) == 0
            assert copy.stdout is not None
            with copy.stdout as told:
                assert "p-1" in told.read()
