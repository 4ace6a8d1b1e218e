"""The doctor says what is wrong, changes nothing unless told to, and never deletes what holds data."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from app_driver import plant, records
from command_driver import COMMAND, Done, as_process, environment, keep, store, tree
from hostile_server import answering, hostile_server, whole
from pty_session import PtySession
from sandbox_server import Live, live_sandbox
from stopped_process import locking, stopped

from gett_tui.onboarding.status import Status
from gett_tui.sandbox.settings import Settings

KEY = "test-key-doctor-1"


def doctor(folder: Path, live: Live, *arguments: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GETT_API_KEY": key, "GETT_BASE_URL": live.url}
    env["GETT_STATE_DIR"] = str(folder / "state")
    return subprocess.run(
        [sys.executable, "-m", "gett_tui", "doctor", *arguments],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_all_is_well(tmp_path: Path) -> None:
    with live_sandbox() as live:
        plant(tmp_path / "state" / "sandbox", live.state, records()[:5])
        done = doctor(tmp_path, live)
    assert done.returncode == 0, done.stdout
    assert "API key: present" in done.stdout
    assert "answers and takes the key" in done.stdout
    assert "5 sound" in done.stdout
    assert KEY not in done.stdout + done.stderr


def test_each_trouble_is_named_and_nothing_is_changed(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "sandbox"
    with live_sandbox() as live:
        plant(folder, live.state)
        places = folder / "onboardings"
        (places / "bad.toml").write_bytes(b"\xff")
        (places / "newer.toml").write_text("format = 99\n")
        (places / "older.toml").write_text('onboarding_id = "older"\n')
        (places / ".x.toml.1-dead.ab.tmp").write_text("half")
        (folder / ".index.1-dead.ab.tmp").write_text("half")
        (places / "open.toml").write_text('onboarding_id = "open"\n')
        (places / "open.toml").chmod(0o644)
        before = contents(folder)
        done = doctor(tmp_path, live)
        assert contents(folder) == before
    assert done.returncode == 1
    assert done.stdout.count("half written") == 2
    for said in ("is damaged", "newer gett-tui", "older format 0", "half written", "read by others", "unconfirmed"):
        assert said in done.stdout, said


def test_repair_mends_and_deletes_nothing_that_holds_data(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "sandbox"
    with live_sandbox() as live:
        plant(folder, live.state, records()[:2])
        places = folder / "onboardings"
        (places / "bad.toml").write_bytes(b"\xff")
        (places / "older.toml").write_text('onboarding_id = "older"\n')
        (places / "older.toml").chmod(0o644)
        (folder / ".index.1-dead.ab.tmp").touch()
        (folder / "host").write_text("loopback\n")
        (folder / "host").chmod(0o644)
        before = {content for content, _ in contents(folder).values()}
        done = doctor(tmp_path, live, "--repair")
        assert done.returncode == 0, done.stdout
        assert before - {content for content, _ in contents(folder).values()} == set()
        again = doctor(tmp_path, live)
    assert again.returncode == 0
    assert "3 sound" in again.stdout


def test_a_refused_key_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    with live_sandbox(Settings(keys=frozenset({"test-key-other"}))) as live:
        assert "does not accept the API key (401)" in doctor(tmp_path, live).stdout
        assert "set GETT_API_KEY" in doctor(tmp_path, live, key="").stdout


# -- what is not Gett's own word


def answered(folder: Path, answer: bytes) -> Done:
    with hostile_server(answering(answer)) as server:
        return as_process(environment(folder, server.url), "doctor")


def test_only_gett_s_own_not_found_counts_as_a_taken_key(tmp_path: Path) -> None:
    problem = {"type": "x", "title": "Not Found", "status": 404, "errorCode": "NOT_FOUND"}
    done = answered(tmp_path, whole(404, problem, "Content-Type: application/problem+json"))
    assert "ok    Gett: 127.0.0.1 answers and takes the key" in done.out
    assert done.status == 0


@pytest.mark.parametrize(
    "answer",
    [
        whole(404, "<html>no such page</html>", "Content-Type: text/html"),
        whole(404, {"type": "about:blank", "title": "Not Found", "status": 404}, "Content-Type: application/json"),
        whole(404, {"status": 404, "errorCode": "ROUTE_UNKNOWN"}, "Content-Type: application/json"),
        whole(404),
    ],
    ids=["html", "bare problem", "another code", "empty"],
)
def test_a_404_of_anybody_else_is_wrong(tmp_path: Path, answer: bytes) -> None:
    done = answered(tmp_path, answer)
    assert done.status == 1
    assert "BAD   Gett: " in done.out
    assert "takes the key\n" not in done.out


# -- what is broken is one finding


def test_a_broken_configuration_is_one_finding_and_the_rest_is_looked_at(tmp_path: Path) -> None:
    folder = keep(tmp_path, store("id-1", "p-1", Status.ACTIVE))
    (folder / "onboardings" / "bad.toml").write_bytes(b"\xff")
    config = tmp_path / ".config" / "gett-tui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("default_profile = [")
    before = tree(tmp_path)
    done = as_process(environment(tmp_path, "http://127.0.0.1:1"), "doctor", "--repair")
    assert done.status == 1
    assert done.err == ""
    assert done.out.count("BAD   configuration:") == 1
    assert f"1 sound in {folder}" in done.out
    assert "BAD   onboardings/bad.toml" in done.out
    assert tree(tmp_path) == before, "which profile is meant is not known, so nothing is mended"


def test_a_place_that_the_system_refuses_is_a_finding_in_words(tmp_path: Path) -> None:
    env = environment(tmp_path, "http://127.0.0.1:1", GETT_STATE_DIR=f"/{'x' * 300}")
    done = as_process(env, "doctor")
    assert (done.status, done.err) == (1, "")
    assert "BAD   records: " in done.out
    assert "unforeseen" not in done.out


def test_what_another_user_owns_is_wrong(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    folder = keep(tmp_path, store("id-1", "p-1", Status.ACTIVE), store("id-2", "p-2", Status.ACTIVE))
    for place in (folder, folder / "onboardings", folder / "attempts", folder / "onboardings" / "id-2.toml"):
        os.chown(place, 4321, 4321)
    done = as_process(environment(tmp_path, "http://127.0.0.1:1"), "doctor")
    assert done.status == 1
    assert "onboardings/id-1.toml belongs to another user than the folder" in done.out
    assert "id-2.toml" not in done.out


def test_without_a_folder_nothing_is_made(tmp_path: Path) -> None:
    done = answered(tmp_path, whole(500))
    assert f"ok    records: none yet in {tmp_path}/state/sandbox" in done.out
    assert list(tmp_path.iterdir()) == []


# -- other copies, and other hosts


@pytest.mark.slow
def test_a_polling_copy_that_is_stopped_is_told_with_its_pid(tmp_path: Path) -> None:
    with live_sandbox() as live:
        env = {**environment(tmp_path, live.url), "TERM": "xterm-256color"}
        with PtySession(COMMAND, (80, 24), env) as session:
            session.wait_for("No stores yet")
            until_said(env, f"ok    polling: the copy with pid {session.pid} polls")
            session.signal(signal.SIGSTOP)
            said = until_said(env, f"BAD   polling: the copy with pid {session.pid} has the lead and has not answered")
            assert said.status == 1
            session.signal(signal.SIGCONT)
            until_said(env, f"ok    polling: the copy with pid {session.pid} polls")
            session.send("q")
            session.wait_for_exit()
        until_said(env, "ok    polling: no copy of the program polls")


def test_a_polling_copy_of_the_released_version_that_is_stopped_is_told_with_its_pid(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "sandbox"
    with live_sandbox() as live, stopped(locking(folder / "poller.lock")) as pid:
        done = as_process(environment(tmp_path, live.url), "doctor")
    assert done.status == 1
    assert f"BAD   polling: a copy of version 0.1.0 (pid {pid}) has the lead and is stopped" in done.out


def until_said(env: dict[str, str], words: str) -> Done:
    """What doctor says once it says ``words``: a lease is renewed every few seconds."""
    for _ in range(120):
        done = as_process(env, "doctor")
        if words in done.out:
            return done
    raise AssertionError(f"{words!r} was never said: {done.out}")


def test_records_of_another_host_are_told(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "sandbox"
    folder.mkdir(parents=True)
    (folder / "host").write_text("api.gett-tech.com\n")
    with live_sandbox() as live:
        done = doctor(tmp_path, live)
    assert done.returncode == 1
    assert "BAD   records: they stand at api.gett-tech.com, and this profile asks loopback" in done.stdout
