"""``settle`` and ``fix``: the two ways in which a store is mended from a script."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_driver import AT, COMMAND, Run, environment, keep, store
from hostile_server import answering, breaking_off, hostile_server, whole
from pty_session import PtySession
from sandbox_server import Live, live_sandbox

from gett_tui.onboarding.record import Change, Record
from gett_tui.onboarding.status import OwnState, State, Status

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
OTHER = "7b0d6a3e-0f0e-4c55-9a53-000000000002"
NOWHERE = "http://127.0.0.1:1"
JSON = "Content-Type: application/json"
ATTEMPT = "attempt-1"


def unconfirmed(partner: str = "p-1") -> Record:
    return store(
        ATTEMPT,
        partner,
        OwnState.UNCONFIRMED,
        onboarding_id=None,
        history=(Change(OwnState.UNCONFIRMED, AT),),
    )


def registered(live: Live, partner: str, run: Run, folder: Path) -> str:
    """The onboarding id of a store that was registered at the simulated Gett by somebody else."""
    elsewhere = environment(folder / "elsewhere", live.url)
    done = run(
        elsewhere,
        *("register", partner, "--name", "Shop", "--json"),
        *("--catalog-url", live.catalog("good", partner), "--webhook-url", "https://w.example/x"),
    )
    return str(done.data["onboarding_id"])


def test_settle_by_its_id_takes_the_store_up_and_sends_no_register(tmp_path: Path, run: Run) -> None:
    with live_sandbox() as live:
        identifier = registered(live, "p-1", run, tmp_path)
        keep(tmp_path, unconfirmed())
        env = environment(tmp_path, live.url)
        done = run(env, "settle", "p-1", "--attach", identifier, "--yes", "--json")
        assert (done.status, done.data["onboarding_id"]) == (0, identifier)
        assert live.carried_out("register") == 1
        again = run(env, "settle", "p-1", "--attach", identifier, "--yes")
        assert (again.status, again.out) == (1, "")
        assert "Nothing to settle" in again.err


def test_settle_refuses_an_unknown_id_and_another_store_s(tmp_path: Path, run: Run) -> None:
    with live_sandbox() as live:
        identifier = registered(live, "p-2", run, tmp_path)
        keep(tmp_path, unconfirmed())
        env = environment(tmp_path, live.url)
        for wrong in (OTHER, identifier):
            done = run(env, "settle", "p-1", "--attach", wrong, "--yes")
            assert (done.status, done.out) == (1, "")
        assert [one["status"] for one in run(env, "list", "--json").data] == ["unconfirmed"]


def test_settle_again_sends_it_once_more_and_a_lost_answer_is_status_3(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, unconfirmed())
    with hostile_server(breaking_off()) as server:
        done = run(environment(tmp_path, server.url), "settle", "p-1", "--again", "--yes", "--json")
        assert (done.status, done.data["status"], len(server.requests)) == (3, "unconfirmed", 1)
    answer = {"onboardingId": ONE, "partnerStoreId": "p-1", "status": "pending_catalog"}
    with hostile_server(answering(whole(201, answer, JSON))) as server:
        done = run(environment(tmp_path, server.url), "settle", "p-1", "--again", "--yes")
        assert (done.status, done.out) == (0, f"pending_catalog\tp-1\tShop p-1\t{ONE}\t\n")
        assert len(server.requests) == 1


def test_settle_by_giving_up_asks_nobody(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, unconfirmed())
    env = environment(tmp_path, NOWHERE)
    done = run(env, "settle", "p-1", "--drop", "--yes", "--json")
    assert (done.status, done.data["status"], done.data["ours"]) == (0, "dropped", True)


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "how", [[], ["--again", "--drop"], ["--attach"], ["--attach", ONE, "--drop"], ["--drop", "--drp"]], ids=" ".join
)
def test_settle_wants_exactly_one_way(tmp_path: Path, run: Run, how: list[str]) -> None:
    keep(tmp_path, unconfirmed())
    env = environment(tmp_path, NOWHERE)
    done = run(env, "settle", "p-1", *how, "--yes")
    assert (done.status, done.out) == (2, "")
    assert [one["status"] for one in run(env, "list", "--json").data] == ["unconfirmed"]


@pytest.mark.parametrize("command", [["settle", "p-1", "--drop"], ["fix", "p-1"]], ids=" ".join)
def test_without_a_yes_and_without_a_terminal_nothing_is_done(tmp_path: Path, run: Run, command: list[str]) -> None:
    status: State = OwnState.UNCONFIRMED if command[0] == "settle" else Status.CATALOG_FAILED
    keep(tmp_path, store(ONE, "p-1", status))
    with hostile_server(answering(whole(204))) as server:
        done = run(environment(tmp_path, server.url), *command)
        assert (done.status, done.out, server.requests) == (2, "", [])
    assert "--yes" in done.err


@pytest.mark.few(1)
@pytest.mark.parametrize(("answer", "status"), [("no", 1), ("y", 1), ("yes", 0)])
def test_the_question_names_what_is_done_to_which_store_and_where(tmp_path: Path, answer: str, status: int) -> None:
    keep(tmp_path, unconfirmed())
    env = environment(tmp_path, NOWHERE)
    with PtySession([*COMMAND, "settle", "p-1", "--drop"], (120, 24), env) as session:
        session.wait_for("give up Shop p-1 (p-1), unconfirmed, on SANDBOX (127.0.0.1)? Type yes:")
        session.send(f"{answer}\r")
        assert session.wait_for_exit_unread(10) == status


# -- fix


def test_fix_cancels_the_old_onboarding_and_registers_with_what_is_given(tmp_path: Path, run: Run) -> None:
    with live_sandbox() as live:
        env = environment(tmp_path, live.url)
        old = registered(live, "p-1", run, tmp_path)
        live.state.onboardings[old].forced = "catalog_failed"
        keep(tmp_path, store(old, "p-1", Status.CATALOG_FAILED))
        done = run(env, "fix", "p-1", "--name", "New name", "--yes", "--json")
        assert (done.status, done.data["partner_store_id"]) == (0, "p-1")
        assert done.data["onboarding_id"] not in ("", None, old)
        assert done.data["sent"] == {
            "partnerStoreId": "p-1",
            "name": "New name",
            "catalogCallbackUrl": "https://c.example/x",
            "webhookUrl": "https://w.example/x",
        }
        assert (live.carried_out("cancel"), live.carried_out("register")) == (1, 2)
        assert {one["onboarding_id"]: one["status"] for one in run(env, "list", "--json").data}[old] == "cancelled"


def test_a_fix_that_broke_off_behind_its_cancel_goes_on_by_the_same_command(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", OwnState.CANCELLED))
    answer = {"onboardingId": OTHER, "partnerStoreId": "p-1", "status": "pending_catalog"}
    with hostile_server(answering(whole(201, answer, JSON))) as server:
        env = environment(tmp_path, server.url)
        done = run(env, "fix", "p-1", "--yes")
        assert (done.status, len(server.requests)) == (0, 1)
        assert OTHER in done.out
        shown = run(env, "show", "p-1", "--json")
    assert shown.data["onboarding_id"] == OTHER, "an ended one counts only where no other is called so"


@pytest.mark.few(2)
@pytest.mark.parametrize("status", [Status.ACTIVE, Status.READY_TO_ACTIVATE, Status.PENDING_CATALOG, "brand_new"])
def test_fix_is_for_what_failed_or_ended_alone(tmp_path: Path, run: Run, status: State) -> None:
    keep(tmp_path, store(ONE, "p-1", status))
    with hostile_server(answering(whole(204))) as server:
        done = run(environment(tmp_path, server.url), "fix", "p-1", "--yes")
        assert (done.status, done.out, server.requests) == (1, "", [])


def test_fix_takes_no_value_that_cannot_be_sent_and_cancels_nothing_for_it(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.CATALOG_FAILED))
    with hostile_server(answering(whole(204))) as server:
        done = run(environment(tmp_path, server.url), "fix", "p-1", "--catalog-url", "ftp://x", "--yes")
        assert (done.status, done.out, server.requests) == (2, "", [])
    assert "--catalog-url" in done.err
