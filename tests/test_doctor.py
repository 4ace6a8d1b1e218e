"""The doctor says what is wrong, changes nothing unless told to, and never deletes what holds data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app_driver import plant, records
from sandbox_server import Live, live_sandbox

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
