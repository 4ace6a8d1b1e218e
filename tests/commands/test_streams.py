"""What could not be printed never changes what was done: exit statuses with streams that are shut, full or narrow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command_driver import environment, keep, store
from hostile_server import Connection, answering, breaking_off, hostile_server, whole

from gett_tui.onboarding.status import Status

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
MADE = {"onboardingId": ONE, "partnerStoreId": "p-1", "status": "pending_catalog"}
JSON = "Content-Type: application/json"
REGISTER = "register p-1 --name 'Café Ω' --catalog-url https://c.example/x --webhook-url https://bücher.example/x"
NO_STDOUT = [">&-", ">/dev/full", "| true", ">&- 2>&-", ">&- 2>&- <&-"]
NO_STDERR = ["2>&-", "2>/dev/full"]


def in_shell(env: dict[str, str], command: str, streams: str, **more: str) -> tuple[int, str, str]:
    """How ``command`` ends with its streams redirected as a shell does it; what came out all the same."""
    line = f"set -o pipefail; {sys.executable} -m gett_tui {command} {streams}"
    done = subprocess.run(["bash", "-c", line], env={**env, **more}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.few(4)
@pytest.mark.parametrize("streams", [*NO_STDOUT, *NO_STDERR])
@pytest.mark.parametrize("form", ["", " --json"])
def test_a_register_that_was_done_is_done_whatever_becomes_of_what_it_prints(
    tmp_path: Path, streams: str, form: str
) -> None:
    with hostile_server(answering(whole(201, MADE, JSON))) as server:
        status, out, err = in_shell(environment(tmp_path, server.url), REGISTER + form, streams)
    assert status == 0
    assert "Traceback" not in err
    assert "Exception" not in err
    if streams in (">/dev/full", "| true"):
        assert ONE in err
    if streams in NO_STDERR:
        # What is said to a person never comes among the data.
        assert not out.startswith("gett-tui:")
        assert ONE in out


@pytest.mark.parametrize("streams", NO_STDOUT)
def test_an_outcome_that_is_unknown_stays_so(tmp_path: Path, streams: str) -> None:
    with hostile_server(breaking_off()) as server:
        assert in_shell(environment(tmp_path, server.url), REGISTER, streams)[0] == 3


@pytest.mark.few(4)
@pytest.mark.parametrize("command", [f"activate {ONE} --yes", f"refresh {ONE}", f"track {ONE}"])
@pytest.mark.parametrize("streams", NO_STDOUT)
def test_the_other_commands_that_ask_gett_keep_their_status_too(tmp_path: Path, command: str, streams: str) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.READY_TO_ACTIVATE))
    answer = {**MADE, "storeId": "S-1"}
    with hostile_server(answering(whole(200, answer, JSON))) as server:
        assert in_shell(environment(tmp_path, server.url), command, streams)[0] == 0


def test_what_is_said_while_a_write_waits_cannot_end_it(tmp_path: Path) -> None:
    busy = {"title": "Busy", "status": 429, "errorCode": "RATE_LIMITED", "retryable": True, "retryAfter": 0}
    replies = [whole(429, busy, "Content-Type: application/problem+json"), whole(201, MADE, JSON)]

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(replies[len(server.requests) - 1])

    with hostile_server(script) as server:
        assert in_shell(environment(tmp_path, server.url), REGISTER, "2>/dev/full")[0] == 0
        assert len(server.requests) == 2


def test_a_list_that_nobody_takes_has_failed_and_says_so_once(tmp_path: Path) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.ACTIVE))
    status, _, err = in_shell(environment(tmp_path, "http://127.0.0.1:1"), "list", ">/dev/full")
    assert (status, len(err.splitlines())) == (1, 1)


def test_a_stream_that_cannot_spell_a_name_escapes_it(tmp_path: Path) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.ACTIVE, sent={"name": "Café Ω"}))
    env = environment(tmp_path, "http://127.0.0.1:1")
    for command in ("list", f"show {ONE}"):
        status, out, _ = in_shell(env, command, "", PYTHONIOENCODING="ascii")
        assert (status, r"Caf\xe9 \u03a9" in out) == (0, True)
    status, out, _ = in_shell(env, "list --json", "", PYTHONIOENCODING="ascii")
    assert json.loads(out)[0]["sent"]["name"] == "Café Ω"
