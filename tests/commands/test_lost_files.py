"""A store whose file has gone while nothing ran is told by every command, and a person's word alone settles it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_driver import Done, as_process, environment
from hostile_server import HostileServer, answering, breaking_off, hostile_server, whole
from sandbox_server import live_sandbox

from gett_tui.sandbox.settings import Settings

REGISTER = [
    "register",
    "p-1",
    "--name",
    "A",
    "--catalog-url",
    "https://c.example/x",
    "--webhook-url",
    "https://w.example/x",
]


def posts(server: HostileServer) -> int:
    return sum(request.startswith(b"POST") for request in server.requests)


@pytest.mark.few(1)
@pytest.mark.parametrize("part", ["attempts", "attempts/*.toml"])
def test_a_register_without_an_answer_is_not_lost_with_its_file(tmp_path: Path, part: str) -> None:
    folder = tmp_path / "state" / "sandbox"
    with hostile_server(breaking_off()) as server:
        env = environment(tmp_path, server.url)
        assert as_process(env, *REGISTER).status == 3
        (attempt,) = (folder / "attempts").glob("*.toml")
        for path in folder.glob(part):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        listed = as_process(env, "list")
        assert f"{attempt.name}: has gone" in listed.err
        refused = as_process(env, *REGISTER)
        assert (refused.status, posts(server)) == (1, 1)
        assert f"doctor --forget {attempt.stem} forgets it" in refused.err
        said = as_process(env, "doctor", "--repair")
        assert attempt.exists(), said.out
        assert "p-1" in as_process(env, "list").out


def test_a_store_that_was_registered_a_moment_ago_is_not_lost_with_its_folder_until_it_is_forgotten(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "state" / "sandbox"
    with live_sandbox(Settings()) as live:
        env = environment(tmp_path, live.url)
        assert as_process(env, *REGISTER).status == 0
        (record,) = (folder / "onboardings").glob("*.toml")
        record.unlink()
        refused = as_process(env, *REGISTER)
        assert refused.status == 1
        assert record.stem in refused.err
        assert as_process(env, "doctor", "--forget", "nobody").status == 1
        done: Done = as_process(env, "doctor", "--forget", record.stem)
        assert f"ok    forgotten: {record.stem} of the store p-1" in done.out
        assert done.status == 0, done.out
        assert as_process(env, "list").err == ""
        assert "gone" not in as_process(env, *REGISTER).err


def test_a_refused_register_is_missed_by_nobody(tmp_path: Path) -> None:
    problem = b'{"type":"about:blank","title":"No","status":409,"errorCode":"CONFLICT","retryable":false}'
    with hostile_server(answering(whole(409, problem, "Content-Type: application/problem+json"))) as server:
        env = environment(tmp_path, server.url)
        assert as_process(env, *REGISTER).status == 1
        assert as_process(env, "list").err == ""
        assert as_process(env, *REGISTER).status == 1
        assert posts(server) == 2
