"""Looking at damaged, half-saved and old files: told, and left as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_driver import Run, environment, keep, store, tree

from gett_tui.onboarding.status import Status

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["show", "p-1"], ["show", ONE]])
def test_what_is_no_usable_record_is_left_as_it_is(tmp_path: Path, run: Run, arguments: list[str]) -> None:
    folder = keep(tmp_path, store(ONE, "p-1", Status.ACTIVE))
    places = folder / "onboardings"
    (places / "half.toml").write_text('key = "ha')
    (places / "older.toml").write_text('onboarding_id = "older"\n')
    (places / "newer.toml").write_text("format = 99\n")
    (folder / "attempts").rmdir()
    before = tree(tmp_path)
    done = run(environment(tmp_path, "http://127.0.0.1:1"), *arguments)
    assert done.status == 0
    assert tree(tmp_path) == before
    if arguments[0] == "list":
        assert "half.toml" in done.err
        assert "newer.toml" in done.err


def test_a_store_that_is_not_in_an_empty_profile_is_named(tmp_path: Path, run: Run) -> None:
    done = run(environment(tmp_path, "http://127.0.0.1:1"), "refresh", "p-1")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("gett-tui: No store here is called p-1;")


@pytest.mark.few(8)
@pytest.mark.parametrize("place", ["a-file", "a-file/below", "/dev/null"])
@pytest.mark.parametrize("command", [["list"], ["list", "--json"], ["show", "p-1"], ["doctor"]])
def test_a_place_that_can_hold_no_stores_is_not_taken_for_an_empty_one(
    tmp_path: Path, run: Run, place: str, command: list[str]
) -> None:
    (tmp_path / "a-file").touch()
    done = run(environment(tmp_path, "http://127.0.0.1:1", GETT_STATE_DIR=str(tmp_path / place)), *command)
    assert done.status == 1
    assert "there is a file in the folder's place" in done.out + done.err
    assert "no reason" not in done.out + done.err


@pytest.mark.parametrize("text", ['key = "ha', "format = 99\n", "\x00"])
def test_of_a_store_whose_file_is_unusable_it_is_told_why(tmp_path: Path, run: Run, text: str) -> None:
    folder = keep(tmp_path, store(ONE, "p-1", Status.ACTIVE))
    (folder / "onboardings" / f"{ONE}.toml").write_text(text)
    done = run(environment(tmp_path, "http://127.0.0.1:1"), "show", ONE)
    assert done.status == 1
    assert f"{ONE}.toml: " in done.err
    assert "no reason is told" not in done.err


@pytest.mark.parametrize("command", [["list"], ["refresh", "p-1"], ["doctor"]])
def test_a_home_that_nobody_has_is_told(tmp_path: Path, run: Run, command: list[str]) -> None:
    done = run(environment(tmp_path, "http://127.0.0.1:1", GETT_STATE_DIR="~no-such-user/x"), *command)
    assert done.status in (1, 2)
    assert "There is no home folder for ~" in done.out + done.err


@pytest.mark.parametrize("number", ["nan", "-nan", "inf", "-inf", "+inf"])
def test_what_is_no_number_in_a_record_is_null_in_the_json(tmp_path: Path, run: Run, number: str) -> None:
    folder = keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG))
    path = folder / "onboardings" / f"{ONE}.toml"
    more = f"[more]\nscore = {number}\ndeep = [[{{x = {number}}}]]\n[sent]\nfee = {number}\n"
    text = path.read_text().replace("[sent]\n", more)
    path.write_text(f"mine = {number}\n{text}")

    def no_number(said: str) -> None:
        raise AssertionError(f"{said} is no JSON")

    for command in (["list", "--json"], ["show", ONE, "--json"]):
        done = run(environment(tmp_path, "http://127.0.0.1:1"), *command)
        data = json.loads(done.out, parse_constant=no_number)
        said = data[0] if isinstance(data, list) else data
        assert (said["mine"], said["sent"]["fee"]) == (None, None)
        assert said["more"] == {"score": None, "deep": [[{"x": None}]]}
