"""Register, activate and cancel: what is sent, what is asked, what is printed, and what it ends with."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from command_driver import AT, COMMAND, Run, environment, keep, store
from hostile_server import answering, breaking_off, hostile_server, whole
from pty_session import PtySession
from sandbox_server import live_sandbox

from gett_tui.onboarding.record import Pending
from gett_tui.onboarding.status import OwnState, Status

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
NOWHERE = "http://127.0.0.1:1"
STORE = ["--name", "Corner Bakery", "--catalog-url", "https://c.example/x", "--webhook-url", "https://w.example/x"]
JSON = "Content-Type: application/json"
SENT = {
    "partnerStoreId": "p-1",
    "name": "Corner Bakery",
    "catalogCallbackUrl": "https://c.example/x",
    "webhookUrl": "https://w.example/x",
}


def problem(status: int, code: str) -> bytes:
    said = {"type": "x", "title": "No", "status": status, "detail": "Not so.", "errorCode": code, "requestId": "r-7"}
    return whole(status, said, "Content-Type: application/problem+json")


# -- register


def test_register_prints_the_store_that_gett_made(tmp_path: Path, run: Run) -> None:
    answer = {"onboardingId": ONE, "partnerStoreId": "p-1", "status": "pending_catalog"}
    with hostile_server(answering(whole(201, answer, JSON))) as server:
        done = run(environment(tmp_path, server.url), "register", "p-1", *STORE)
        assert len(server.requests) == 1
    assert (done.status, done.out) == (0, f"pending_catalog\tp-1\tCorner Bakery\t{ONE}\t\n")


def test_the_json_of_register_is_one_object_with_these_names(tmp_path: Path, run: Run) -> None:
    answer = {"onboardingId": ONE, "partnerStoreId": "p-1", "status": "pending_catalog", "createdAt": "2026-01-01"}
    with hostile_server(answering(whole(201, answer, JSON))) as server:
        said = run(environment(tmp_path, server.url), "register", "p-1", *STORE, "--json").data
    assert set(said) >= {"key", "status", "ours", "onboarding_id", "partner_store_id", "created_at", "sent", "history"}
    assert not set(said) & {"format", "revision", "token"}
    assert (said["onboarding_id"], said["sent"], said["created_at"]) == (ONE, SENT, "2026-01-01")
    assert [(change["status"], change["ours"]) for change in said["history"]] == [
        ("registering", True),
        ("pending_catalog", False),
    ]


def test_a_store_that_stands_here_is_not_registered_again_unless_told_so(tmp_path: Path, run: Run) -> None:
    with live_sandbox() as live:
        env = environment(tmp_path, live.url)
        assert run(env, "register", "p-1", *STORE).status == 0
        again = run(env, "register", "p-1", *STORE)
        assert (again.status, again.out, len(again.err.splitlines())) == (1, "", 1)
        assert live.carried_out("register") == 1
        assert run(env, "register", "p-1", *STORE, "--allow-duplicate").status == 0
        assert live.carried_out("register") == 2


def test_a_lost_answer_is_status_3_and_the_attempt_is_printed_and_kept(tmp_path: Path, run: Run) -> None:
    with hostile_server(breaking_off()) as server:
        env = environment(tmp_path, server.url)
        done = run(env, "register", "p-1", *STORE, "--json")
        assert (done.status, len(done.err.splitlines())) == (3, 1)
        assert (done.data["status"], done.data["ours"]) == ("unconfirmed", True)
        again = run(env, "register", "p-1", *STORE)
        assert again.status == 1
        assert len(server.requests) == 1
    assert run(env, "list", "--json").data == [done.data]


@pytest.mark.parametrize("answer", [problem(422, "VALIDATION_FAILED"), problem(401, "AUTHENTICATION_FAILED")])
def test_a_refused_register_is_status_1_and_leaves_nothing(tmp_path: Path, run: Run, answer: bytes) -> None:
    with hostile_server(answering(answer)) as server:
        env = environment(tmp_path, server.url)
        done = run(env, "register", "p-1", *STORE)
        assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1)
        assert "r-7" in done.err
        assert run(env, "list", "--json").data == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["register", "p-1", "--name", "A", "--catalog-url", "ftp://x", "--webhook-url", "https://w.example/x"],
        ["register", "p-1", "--name", "A"],
        ["register"],
        ["activate", "p-1", "--no-such-option"],
        ["no-such-command"],
    ],
)
def test_wrong_usage_is_status_2_and_sends_nothing(tmp_path: Path, run: Run, arguments: list[str]) -> None:
    with hostile_server(answering(problem(500, "X"))) as server:
        done = run(environment(tmp_path, server.url), *arguments)
        assert (done.status, done.out) == (2, "")
        assert done.err
        assert not server.requests


def test_without_a_key_nothing_is_sent_and_it_is_wrong_usage(tmp_path: Path, run: Run) -> None:
    env = environment(tmp_path, NOWHERE)
    del env["GETT_API_KEY"]
    done = run(env, "register", "p-1", *STORE)
    assert (done.status, done.out) == (2, "")
    assert "GETT_API_KEY" in done.err


# -- activate and cancel


def test_activate_puts_a_ready_store_live(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.READY_TO_ACTIVATE))
    with hostile_server(answering(whole(200, {"storeId": "s-1", "name": "A"}, JSON))) as server:
        done = run(environment(tmp_path, server.url), "activate", "p-1", "--yes")
        assert len(server.requests) == 1
    assert (done.status, done.out) == (0, f"active\tp-1\tShop p-1\t{ONE}\ts-1\n")


def test_cancel_ends_an_onboarding(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.CATALOG_FAILED))
    with hostile_server(answering(whole(204))) as server:
        done = run(environment(tmp_path, server.url), "cancel", ONE, "--yes", "--json")
        assert len(server.requests) == 1
    assert (done.status, done.data["status"], done.data["ours"]) == (0, "cancelled", True)


@pytest.mark.parametrize(("command", "status"), [("activate", Status.PENDING_CATALOG), ("cancel", Status.ACTIVE)])
def test_what_cannot_be_done_is_told_before_anybody_is_asked(
    tmp_path: Path, run: Run, command: str, status: Status
) -> None:
    keep(tmp_path, store(ONE, "p-1", status))
    with hostile_server(answering(problem(500, "X"))) as server:
        done = run(environment(tmp_path, server.url), command, "p-1", "--yes")
        assert (done.status, done.out, len(done.err.splitlines())) == (1, "", 1)
        assert not server.requests


@pytest.mark.parametrize("command", ["activate", "cancel"])
def test_where_nobody_can_be_asked_a_yes_must_be_given(tmp_path: Path, run: Run, command: str) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.READY_TO_ACTIVATE))
    done = run(environment(tmp_path, NOWHERE), command, "p-1")
    assert (done.status, done.out) == (2, "")
    assert "--yes" in done.err


def test_a_lost_activation_that_gett_does_not_know_of_is_status_3(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.READY_TO_ACTIVATE))
    status = {"onboardingId": ONE, "partnerStoreId": "p-1", "status": "ready_to_activate"}
    lost, told = breaking_off(), answering(whole(200, status, JSON))

    with hostile_server(lost) as server:

        async def first_lost(connection: object) -> None:
            server.script = told
            await lost(connection)

        server.script = first_lost
        done = run(environment(tmp_path, server.url), "activate", "p-1", "--yes")
    assert (done.status, done.out) == (3, f"ready_to_activate\tp-1\tShop p-1\t{ONE}\t\n")


def test_a_write_under_way_in_another_window_is_waited_for_by_nobody(tmp_path: Path, run: Run) -> None:
    from gett_tui.storage.instances import Instances

    folder = keep(tmp_path)
    other = Instances(folder)
    other.announce()
    try:
        keep(tmp_path, store(ONE, "p-1", Status.READY_TO_ACTIVATE, pending=Pending("cancel", AT, other.owner)))
        with hostile_server(answering(problem(500, "X"))) as server:
            done = run(environment(tmp_path, server.url), "activate", "p-1", "--yes")
            assert (done.status, done.out) == (1, "")
            assert not server.requests
    finally:
        other.leave()


# -- the question


def asked(session: PtySession) -> str:
    session.wait_for("Type yes: ".strip())
    return " ".join(" ".join(session.screen()).split())


@pytest.fixture
def ready(tmp_path: Path) -> Path:
    keep(tmp_path, store(ONE, "p-1", Status.READY_TO_ACTIVATE))
    return tmp_path


def test_the_question_names_the_store_its_state_and_the_environment(ready: Path) -> None:
    with (
        hostile_server(answering(whole(200, {"storeId": "s-1", "name": "A"}, JSON))) as server,
        PtySession([*COMMAND, "activate", ONE], (200, 24), environment(ready, server.url)) as session,
    ):
        assert asked(session) == "activate Shop p-1 (p-1), ready to activate, on SANDBOX (127.0.0.1)? Type yes:"
        assert not server.requests
        session.send("yes", "enter")
        assert session.wait_for_exit() == 0
        assert len(server.requests) == 1


@pytest.mark.parametrize("said", [["no", "enter"], ["enter"], ["y", "enter"], ["\x04"]])
def test_anything_but_yes_does_nothing(ready: Path, said: list[str]) -> None:
    with (
        hostile_server(answering(whole(204))) as server,
        PtySession([*COMMAND, "cancel", "p-1"], (200, 24), environment(ready, server.url)) as session,
    ):
        asked(session)
        session.send(*said)
        assert session.wait_for_exit() == 1
        assert any("Nothing was done." in line for line in session.screen())
        assert not server.requests


def test_ctrl_c_at_the_question_does_nothing(ready: Path) -> None:
    with (
        hostile_server(answering(whole(204))) as server,
        PtySession([*COMMAND, "cancel", "p-1"], (200, 24), environment(ready, server.url)) as session,
    ):
        asked(session)
        session.send("ctrl+c")
        assert session.wait_for_exit() == 130
        assert b"Traceback" not in session.output
        assert not server.requests


def test_what_cannot_be_done_is_not_asked_about(tmp_path: Path) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.ACTIVE))
    with PtySession([*COMMAND, "activate", "p-1"], (200, 24), environment(tmp_path, NOWHERE)) as session:
        assert session.wait_for_exit() == 1
        assert b"Type yes" not in session.output


def test_a_hang_up_at_the_question_does_nothing(ready: Path) -> None:
    with (
        hostile_server(answering(whole(204))) as server,
        PtySession([*COMMAND, "cancel", "p-1"], (200, 24), environment(ready, server.url)) as session,
    ):
        asked(session)
        session.signal(signal.SIGHUP)
        assert session.wait_for_exit() in (129, -signal.SIGHUP)
        assert not server.requests


def test_an_unconfirmed_store_is_not_cancelled(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store("k-1", "p-1", OwnState.UNCONFIRMED, onboarding_id=None))
    done = run(environment(tmp_path, NOWHERE), "cancel", "p-1", "--yes")
    assert (done.status, done.out) == (1, "")
    assert "resolve it first" in done.err
