"""Several stores on one command line: each has its own end, one summary tells of all, and the exit status too."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from command_driver import COMMAND, Run, environment, keep, store
from hostile_server import answering, breaking_off, hostile_server, whole
from pty_session import PtySession

from gett_tui.onboarding.status import OwnState, State, Status

NOWHERE = "http://127.0.0.1:1"
JSON = "Content-Type: application/json"
LIVE = whole(200, {"storeId": "s-1", "name": "A"}, JSON)


def identifier(number: int) -> str:
    return f"7b0d6a3e-0f0e-4c55-9a53-{number:012}"


def planted(folder: Path, *statuses: State) -> None:
    keep(folder, *(store(identifier(number), f"p-{number}", status) for number, status in enumerate(statuses)))


def rows(out: str) -> list[str]:
    return sorted(" ".join(line.split("\t")[:2]) for line in out.splitlines())


def test_each_is_done_and_printed_and_the_summary_is_one_line(tmp_path: Path, run: Run) -> None:
    planted(tmp_path, *[Status.READY_TO_ACTIVATE] * 3)
    with hostile_server(answering(LIVE)) as server:
        done = run(environment(tmp_path, server.url), "activate", "p-0", "p-1", "p-0", "--yes")
        assert len(server.requests) == 2
    assert (done.status, rows(done.out)) == (0, ["active p-0", "active p-1"])
    assert done.err == "gett-tui: activate: 2 done, 0 failed, of 2\n"


def test_one_that_is_unknown_or_cannot_be_is_named_and_the_others_go_on(tmp_path: Path, run: Run) -> None:
    planted(tmp_path, Status.READY_TO_ACTIVATE, Status.PENDING_CATALOG)
    with hostile_server(answering(LIVE)) as server:
        done = run(environment(tmp_path, server.url), "activate", "p-0", "p-1", "p-9", "--yes", "--json")
        assert len(server.requests) == 1
    assert done.status == 1
    assert [json.loads(line)["partner_store_id"] for line in done.out.splitlines()] == ["p-0"]
    assert "p-9" in done.err
    assert "p-1: Only a store that is ready" in done.err
    assert done.err.splitlines()[-1] == "gett-tui: activate: 1 done, 2 failed, of 3"


def test_all_in_a_status_are_meant_by_it(tmp_path: Path, run: Run) -> None:
    planted(tmp_path, Status.CATALOG_FAILED, Status.ACTIVE, Status.CATALOG_FAILED)
    with hostile_server(answering(whole(204))) as server:
        env = environment(tmp_path, server.url)
        done = run(env, "cancel", "--status", "catalog_failed", "--yes")
        assert (done.status, rows(done.out)) == (0, ["cancelled p-0", "cancelled p-2"])
        none = run(env, "cancel", "--status", "catalog_failed", "--yes")
        assert (none.status, none.out, len(server.requests)) == (0, "", 2)
    assert "no store is in the status catalog_failed" in none.err


@pytest.mark.few(3)
@pytest.mark.parametrize(
    "words",
    [[], ["p-0", "--status", "active"], ["--status", "no-such-status"], ["--status"]],
    ids=" ".join,
)
@pytest.mark.parametrize("command", ["activate", "cancel", "refresh"])
def test_neither_or_both_or_no_such_status_is_wrong_usage(
    tmp_path: Path, run: Run, command: str, words: list[str]
) -> None:
    planted(tmp_path, Status.ACTIVE)
    with hostile_server(answering(LIVE)) as server:
        done = run(environment(tmp_path, server.url), command, *words, *(["--yes"] if command != "refresh" else []))
        assert (done.status, done.out, server.requests) == (2, "", [])


def test_a_lost_answer_among_them_is_status_3(tmp_path: Path, run: Run) -> None:
    planted(tmp_path, *[Status.READY_TO_ACTIVATE] * 2)
    with hostile_server(breaking_off()) as server:
        done = run(environment(tmp_path, server.url), "activate", "p-0", "p-1", "--yes")
    assert done.status in (1, 3)
    assert "of 2" in done.err.splitlines()[-1]


def test_refresh_of_several_asks_for_each(tmp_path: Path, run: Run) -> None:
    planted(tmp_path, *[Status.PENDING_CATALOG] * 2)
    not_found = {"status": 404, "errorCode": "NOT_FOUND", "detail": "no", "title": "x", "type": "y"}
    with hostile_server(answering(whole(404, not_found, "Content-Type: application/problem+json"))) as server:
        done = run(environment(tmp_path, server.url), "refresh", "p-0", "p-1")
        assert {request.split()[1][-1:] for request in server.requests} == {b"0", b"1"}
    assert (done.status, rows(done.out)) == (0, ["gone p-0", "gone p-1"])


def test_ids_come_from_stdin_and_no_key_command_eats_them(tmp_path: Path) -> None:
    planted(tmp_path, *[Status.READY_TO_ACTIVATE] * 2)
    config = tmp_path / ".config" / "gett-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[profiles.sandbox]\napi_key_command = ["sh", "-c", "cat >/dev/null; echo test-key-printed-1"]\n')
    config.chmod(0o600)
    with hostile_server(answering(LIVE)) as server:
        env = environment(tmp_path, server.url)
        command = [*COMMAND, "activate", "-", "--yes"]
        done = subprocess.run(
            command, env=env, input="p-0\n\n p-1 \np-0\n", capture_output=True, text=True, timeout=60, check=False
        )
        assert len(server.requests) == 2
        nothing = subprocess.run(command, env=env, input="", capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, rows(done.stdout)) == (0, ["active p-0", "active p-1"])
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert "no store is named" in nothing.stderr


@pytest.mark.parametrize(("answer", "status"), [("no", 1), ("yes", 0)])
def test_the_question_about_several_names_their_count_and_where(tmp_path: Path, answer: str, status: int) -> None:
    planted(tmp_path, *[Status.READY_TO_ACTIVATE] * 2, OwnState.CANCELLED)
    with (
        hostile_server(answering(LIVE)) as server,
        PtySession([*COMMAND, "activate", "p-0", "p-1"], (100, 24), environment(tmp_path, server.url)) as session,
    ):
        session.wait_for("activate 2 stores on SANDBOX (127.0.0.1): p-0, p-1? Type yes:")
        session.send(f"{answer}\r")
        assert session.wait_for_exit_unread(20) == status
        assert len(server.requests) == (2 if answer == "yes" else 0)
