"""What is typed or answered in the wrong place: told without a key, without escapes, and as JSON that all can read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_driver import Run, environment, keep, store
from hostile_server import answering, hostile_server, whole

from gett_tui.onboarding.status import Status

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
PASTED = "test-key-pasted-where-it-does-not-belong"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--api-key", PASTED, "list"],
        [f"--api-key={PASTED}", "list"],
        [PASTED],
        ["list", PASTED],
        ["list", "--key", PASTED],
        ["list", f"--json={PASTED}"],
        ["show", "p-1", f"--{PASTED}"],
        ["sandbox", "--port", PASTED],
        [PASTED.upper(), "list"],
    ],
)
def test_a_command_line_that_is_wrong_is_told_without_what_may_be_a_key(
    tmp_path: Path, run: Run, arguments: list[str]
) -> None:
    done = run(environment(tmp_path, "http://127.0.0.1:1"), *arguments)
    assert done.status == 2
    assert done.err.startswith("gett-tui: ")
    assert "pasted-where" not in (done.out + done.err).lower()


@pytest.mark.parametrize("arguments", [["list", "\x1b]0;x\x07"], ["\x1b[2J"], ["list", "a\u202eb"]])
def test_a_command_line_that_is_wrong_is_told_inert(tmp_path: Path, run: Run, arguments: list[str]) -> None:
    done = run(environment(tmp_path, "http://127.0.0.1:1"), *arguments)
    assert done.status == 2
    assert not {"\x1b", "\x07", "\u202e"} & set(done.err)


def test_a_slip_of_the_fingers_is_still_named(tmp_path: Path, run: Run) -> None:
    env = environment(tmp_path, "http://127.0.0.1:1")
    assert "'lst'" in run(env, "lst").err
    assert "--jsn" in run(env, "list", "--jsn").err
    assert "--catalog-url" in run(env, "register", "p-1").err


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN"])
def test_numbers_that_json_does_not_know_are_printed_as_text(tmp_path: Path, run: Run, number: str) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG))
    body = f'{{"onboardingId": "{ONE}", "partnerStoreId": "p-1", "status": "catalog_ingesting", "score": [{number}]}}'
    with hostile_server(answering(whole(200, body, "Content-Type: application/json"))) as server:
        env = environment(tmp_path, server.url)
        assert run(env, "refresh", "p-1").status == 0
    for arguments in (["list", "--json"], ["show", "p-1", "--json"]):
        done = run(env, *arguments)
        shown = json.loads(done.out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
        one = shown[0] if isinstance(shown, list) else shown
        assert isinstance(one["more"]["score"][0], str)
