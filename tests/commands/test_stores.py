"""Looking at stores: what is printed, what it ends with, and that reading writes nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from command_driver import AT, COMMAND, Run, environment, keep, store, tree
from hostile_server import answering, hostile_server, whole
from sandbox_server import live_sandbox

from gett_tui.onboarding.record import Change, Pending, Record, Trouble
from gett_tui.onboarding.status import OwnState, Status
from gett_tui.storage.instances import Instances

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
TWO = "7b0d6a3e-0f0e-4c55-9a53-000000000002"
THREE = "7b0d6a3e-0f0e-4c55-9a53-000000000003"
NOWHERE = "http://127.0.0.1:1"
"""Whatever only looks must not ask anybody."""


def three(folder: Path) -> Path:
    return keep(
        folder,
        store(ONE, "p-1", Status.ACTIVE, store_id="s-1"),
        store(TWO, "p-2", Status.READY_TO_ACTIVATE),
        store(THREE, "p-3", Status.CATALOG_FAILED, error="no items"),
    )


# -- list


def test_list_prints_a_line_a_store_what_needs_a_person_first(tmp_path: Path, run: Run) -> None:
    three(tmp_path)
    done = run(environment(tmp_path, NOWHERE), "list")
    assert done.out == (
        f"catalog_failed\tp-3\tShop p-3\t{THREE}\t\n"
        f"ready_to_activate\tp-2\tShop p-2\t{TWO}\t\n"
        f"active\tp-1\tShop p-1\t{ONE}\ts-1\n"
    )
    assert (done.status, done.err) == (0, "")


@pytest.mark.parametrize("wanted", ["nonsense", "Active", "ready", ""])
def test_a_status_that_no_store_can_be_in_is_refused_with_those_there_are(
    tmp_path: Path, run: Run, wanted: str
) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.ACTIVE))
    done = run(environment(tmp_path, NOWHERE), "list", "--status", wanted)
    assert (done.status, done.out) == (2, "")
    for word in (wanted, "catalog_failed", "ready_to_activate", "unconfirmed", "gone"):
        assert word in done.err


def test_a_known_status_of_no_store_and_an_unknown_one_of_a_store_are_both_fine(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", "on_review"))
    env = environment(tmp_path, NOWHERE)
    done = run(env, "list", "--status", "active")
    assert (done.status, done.out, done.err) == (0, "", "")
    done = run(env, "list", "--status", "on_review")
    assert (done.status, done.out.count("p-1"), done.err) == (0, 2, "")


def test_one_change_that_is_left_out_is_told_as_one(tmp_path: Path, run: Run) -> None:
    history = (Change(OwnState.REGISTERING, AT), Change(Status.ACTIVE, AT, folded=1))
    keep(tmp_path, store(ONE, "p-1", Status.ACTIVE, history=history))
    assert "1 change is left out here" in run(environment(tmp_path, NOWHERE), "show", ONE).out


def test_list_takes_one_status(tmp_path: Path, run: Run) -> None:
    three(tmp_path)
    done = run(environment(tmp_path, NOWHERE), "list", "--status", "active")
    assert (done.status, done.out) == (0, f"active\tp-1\tShop p-1\t{ONE}\ts-1\n")


def test_the_json_of_list_is_an_array_with_these_names(tmp_path: Path, run: Run) -> None:
    three(tmp_path)
    done = run(environment(tmp_path, NOWHERE), "list", "--json")
    assert [entry["status"] for entry in done.data] == ["catalog_failed", "ready_to_activate", "active"]
    assert list(done.data[0]) == [
        "key",
        "status",
        "ours",
        "onboarding_id",
        "partner_store_id",
        "error",
        "sent",
        "history",
    ]
    assert done.data[0]["history"] == [{"status": "catalog_failed", "ours": False, "at": "2026-03-14 14:03:07+00:00"}]


def test_a_word_of_gett_s_that_is_also_ours_is_told_apart_in_json(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", "dropped"), store(TWO, "p-2", OwnState.DROPPED))
    said = {entry["partner_store_id"]: entry for entry in run(environment(tmp_path, NOWHERE), "list", "--json").data}
    assert {partner: (entry["status"], entry["ours"]) for partner, entry in said.items()} == {
        "p-1": ("dropped", False),
        "p-2": ("dropped", True),
    }
    assert not {"gett_status", "token", "revision", "format"} & set(said["p-1"])


def test_without_a_folder_there_are_no_stores_and_none_is_made(tmp_path: Path, run: Run) -> None:
    env = environment(tmp_path, NOWHERE)
    assert run(env, "list").out == ""
    assert run(env, "list", "--json").data == []
    shown = run(env, "show", "p-1")
    assert (shown.status, shown.out) == (1, "")
    assert shown.err == "gett-tui: No store here is called p-1; gett-tui list shows them, gett-tui track ID adds one.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["show", "p-1"], ["show", ONE]])
def test_looking_changes_nothing(tmp_path: Path, run: Run, arguments: list[str]) -> None:
    folder = three(tmp_path)
    (folder / "host").write_text("another.example\n")
    before = tree(tmp_path)
    assert run(environment(tmp_path, NOWHERE), *arguments).status == 0
    assert tree(tmp_path) == before


def test_list_tells_what_a_dead_copy_left_and_leaves_it(tmp_path: Path, run: Run) -> None:
    waiting = store(ONE, "p-1", Status.READY_TO_ACTIVATE, pending=Pending("activate", AT, "1-dead"))
    folder = keep(tmp_path, waiting)
    (folder / "running").mkdir(exist_ok=True)
    (folder / "onboardings" / ".x.toml.1-dead.ab.tmp").write_text("half")
    (folder / ".index.1-dead.ab.tmp").write_text("half")
    before = tree(tmp_path)
    done = run(environment(tmp_path, NOWHERE), "list")
    assert done.status == 0
    assert done.err.splitlines() == [
        "gett-tui: p-1: the copy that sent activate at 2026-03-14 14:03:07Z has ended, so how it ended is not known; "
        "the dashboard resolves it.",
        "gett-tui: .index.1-dead.ab.tmp was left half written by a copy that has ended; the dashboard removes it.",
        "gett-tui: .x.toml.1-dead.ab.tmp was left half written by a copy that has ended; the dashboard removes it.",
    ]
    assert tree(tmp_path) == before


def test_a_write_that_a_living_copy_waits_for_is_nobody_s_leftover(tmp_path: Path, run: Run) -> None:
    other = Instances(keep(tmp_path))
    other.announce()
    try:
        keep(tmp_path, store(ONE, "p-1", Status.READY_TO_ACTIVATE, pending=Pending("activate", AT, other.owner)))
        before = tree(tmp_path)
        done = run(environment(tmp_path, NOWHERE), "list")
        assert (done.status, done.err) == (0, "")
        assert tree(tmp_path) == before
    finally:
        other.leave()


def test_a_profile_that_is_not_there_is_wrong_usage(tmp_path: Path, run: Run) -> None:
    env = environment(tmp_path, NOWHERE)
    del env["GETT_BASE_URL"]
    done = run(env, "--profile", "nowhere", "list")
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "nowhere" in done.err


def test_a_place_that_the_system_refuses_is_told_in_words(tmp_path: Path, run: Run) -> None:
    done = run(environment(tmp_path, NOWHERE, GETT_STATE_DIR=f"/{'x' * 300}"), "list")
    assert done.status == 1
    assert "unforeseen" not in done.err
    assert len(done.err.splitlines()) == 1


def test_a_reader_that_has_had_enough_ends_the_list_without_a_word(tmp_path: Path) -> None:
    keep(tmp_path, *(store(f"id-{number}", f"p-{number}", Status.ACTIVE) for number in range(400)))
    with subprocess.Popen(
        [*COMMAND, "list", "--json"],
        env=environment(tmp_path, NOWHERE),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(30) == 1
    assert said == b""


# -- show


def test_show_prints_all_that_is_known(tmp_path: Path, run: Run) -> None:
    trouble = Trouble(AT, "activate", "422 X: no.", items=("$.name: too_long: at most 100",))
    history = (Change(OwnState.REGISTERING, AT), Change(Status.CATALOG_FAILED, AT, folded=12))
    record = store(ONE, "p-1", Status.CATALOG_FAILED, error="no items\nno prices", trouble=trouble, history=history)
    keep(tmp_path, record._replace(more={"reviewUrl": "https://r.example/1", "tier": {"level": 2}}))
    done = run(environment(tmp_path, NOWHERE), "show", "p-1")
    assert done.out.splitlines() == [
        "store             Shop p-1",
        "partner store id  p-1",
        "status            catalog failed",
        f"onboarding id     {ONE}",
        "catalog           https://c.example/x",
        "webhook           https://w.example/x",
        "error             no items",
        "error             no prices",
        "trouble           activate: 422 X: no. (2026-03-14 14:03:07Z)",
        "                  $.name: too_long: at most 100",
        "reviewUrl         https://r.example/1",
        'tier              {"level": 2}',
        "2026-03-14 14:03:07Z  registering",
        "…                     12 changes are left out here",
        "2026-03-14 14:03:07Z  catalog failed",
    ]
    assert (done.status, done.err) == (0, "")
    assert run(environment(tmp_path, NOWHERE), "show", ONE, "--json").data["more"] == record.more | {
        "reviewUrl": "https://r.example/1",
        "tier": {"level": 2},
    }


def test_show_prints_nothing_of_outside_that_steers_a_terminal(tmp_path: Path, run: Run) -> None:
    hostile = "\x1b[31mx\u202ey"
    keep(tmp_path, store(ONE, hostile, hostile, more={hostile: hostile}, error=hostile))
    for arguments in (["show", ONE], ["list"]):
        done = run(environment(tmp_path, NOWHERE), *arguments)
        assert done.status == 0
        assert "\x1b" not in done.out
        assert "\u202e" not in done.out


@pytest.mark.parametrize("command", ["show", "refresh", "activate", "cancel"])
def test_a_name_that_two_stores_have_is_refused_with_their_ids(tmp_path: Path, run: Run, command: str) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.READY_TO_ACTIVATE), store(TWO, "p-1", Status.CATALOG_FAILED))
    done = run(
        environment(tmp_path, NOWHERE), command, "p-1", *(["--yes"] if command in ("activate", "cancel") else [])
    )
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("gett-tui: 2 stores are called p-1: name one by its id (")
    assert ONE in done.err
    assert TWO in done.err


# -- refresh and track


def test_refresh_asks_gett_and_prints_the_store(tmp_path: Path, run: Run) -> None:
    answer = {"onboardingId": ONE, "partnerStoreId": "p-1", "status": "ready_to_activate"}
    keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG))
    with hostile_server(answering(whole(200, answer, "Content-Type: application/json"))) as server:
        env = environment(tmp_path, server.url)
        assert run(env, "refresh", "p-1").out == f"ready_to_activate\tp-1\tShop p-1\t{ONE}\t\n"
        assert run(env, "refresh", ONE, "--json").data["status"] == "ready_to_activate"
        assert len(server.requests) == 2


def test_an_answer_about_another_store_is_told_kept_as_trouble_and_not_used(tmp_path: Path, run: Run) -> None:
    answer = {"onboardingId": ONE, "partnerStoreId": "p-9", "status": "active"}
    keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG))
    with hostile_server(answering(whole(200, answer, "Content-Type: application/json"))) as server:
        done = run(environment(tmp_path, server.url), "refresh", ONE, "--json")
    assert done.status == 1
    assert "p-9" in done.err
    assert (done.data["status"], done.data["trouble"]["action"]) == ("pending_catalog", "refresh")


def test_an_error_of_gett_s_is_one_line_and_status_1(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG))
    with hostile_server(answering(whole(401, b"no"))) as server:
        done = run(environment(tmp_path, server.url), "refresh", ONE)
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert "401" in done.err


def test_a_store_without_an_onboarding_id_cannot_be_refreshed(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store("k-1", "p-1", OwnState.UNCONFIRMED, onboarding_id=None))
    done = run(environment(tmp_path, NOWHERE), "refresh", "p-1")
    assert (done.status, done.out) == (1, "")
    assert "no onboarding id" in done.err


def test_track_takes_an_onboarding_up_and_asks_again_about_one_that_stands_here(tmp_path: Path, run: Run) -> None:
    with live_sandbox() as live:
        made = live.state.register({"partnerStoreId": "p-1", "name": "A"})
        env = environment(tmp_path, live.url)
        first = run(env, "track", made.onboarding_id, "--json")
        assert first.status == 0, first.err
        assert (first.data["partner_store_id"], first.data["ours"]) == ("p-1", False)
        assert run(env, "track", made.onboarding_id).status == 0
        assert len(run(env, "list", "--json").data) == 1
        unknown = run(env, "track", TWO)
        assert (unknown.status, unknown.out) == (1, "")


# -- one store among many


@pytest.mark.parametrize("arguments", [["show", ONE], ["refresh", ONE], ["activate", ONE, "--yes"]])
def test_a_whole_onboarding_id_is_found_without_reading_another_record(tmp_path: Path, arguments: list[str]) -> None:
    others = [store(f"id-{number}", f"p-{number}", Status.ACTIVE) for number in range(2, 6)]
    folder = keep(tmp_path, store(ONE, "p-1", Status.READY_TO_ACTIVATE), *others)
    answer = {"onboardingId": ONE, "partnerStoreId": "p-1", "status": "ready_to_activate", "storeId": "s-1"}
    log = tmp_path / "opened"
    code = (
        "import os, sys\n"
        f"log = os.open({str(log)!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)\n"
        "def note(event, args):\n"
        "    if event == 'open' and isinstance(args[0], (str, bytes)):\n"
        "        os.write(log, os.fsencode(args[0]) + b'\\n')\n"
        "sys.addaudithook(note)\n"
        "from gett_tui.cli import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )
    with hostile_server(answering(whole(200, answer, "Content-Type: application/json"))) as server:
        env = environment(tmp_path, server.url)
        done = subprocess.run([COMMAND[0], "-c", code, *arguments], env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    opened = {os.path.basename(line) for line in log.read_text().splitlines() if "/onboardings/" in line}
    assert f"{ONE}.toml" in opened
    assert not {f"{other.key}.toml" for other in others} & opened
    assert not (folder / "index").exists()


def test_an_attempt_is_found_by_its_key(tmp_path: Path, run: Run) -> None:
    attempt: Record = store("k-1", "p-1", OwnState.UNCONFIRMED, onboarding_id=None)
    keep(tmp_path, attempt, store(TWO, "p-2", Status.ACTIVE))
    assert run(environment(tmp_path, NOWHERE), "show", "k-1").out.splitlines()[1] == "partner store id  p-1"
