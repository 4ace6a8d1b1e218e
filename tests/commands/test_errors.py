"""Errors of Gett and of the machine, told with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_driver import AT, Run, environment, keep, store
from hostile_server import answering, hostile_server, whole

from gett_tui.onboarding.record import Trouble
from gett_tui.onboarding.status import Status

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
STORE = ["--name", "A", "--catalog-url", "https://c.example/x", "--webhook-url", "https://w.example/x"]


def test_a_refused_field_is_named_with_its_code(tmp_path: Path, run: Run) -> None:
    said = {
        "type": "x",
        "title": "Unprocessable",
        "status": 422,
        "errorCode": "VALIDATION_FAILED",
        "errors": [{"pointer": "/webhookUrl", "code": "INVALID_URL", "message": "must be https"}],
    }
    with hostile_server(answering(whole(422, said, "Content-Type: application/problem+json"))) as server:
        done = run(environment(tmp_path, server.url), "register", "p-1", *STORE)
    assert (done.status, len(done.err.splitlines())) == (1, 1)
    for part in ("422", "VALIDATION_FAILED", "/webhookUrl (--webhook-url)", "INVALID_URL", "must be https"):
        assert part in done.err


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (1, " ", "partnerStoreId (PARTNER_STORE_ID): must be given"),
        (3, "A\nB", "name (--name): holds a line break"),
        (5, "c.example", "catalogCallbackUrl (--catalog-url): must begin with https:// and name a host"),
        (7, "https://w.example/#x", "webhookUrl (--webhook-url): holds a # part"),
    ],
)
def test_a_value_that_cannot_be_sent_is_named_as_gett_does_and_as_it_was_typed(
    tmp_path: Path, run: Run, place: int, value: str, said: str
) -> None:
    typed = ["register", "p-1", *STORE]
    typed[place] = value
    done = run(environment(tmp_path, "http://127.0.0.1:1"), *typed)
    assert done.status == 2
    assert said in done.err


def test_what_an_address_is_sent_as_is_told_at_its_option(tmp_path: Path, run: Run) -> None:
    typed = ["register", "p-1", *STORE]
    typed[5] = "https://c.example/café"
    done = run(environment(tmp_path, "http://127.0.0.1:1"), *typed)
    assert "catalogCallbackUrl (--catalog-url): sent as https://c.example/caf%C3%A9" in done.err


def test_a_store_that_stands_here_is_refused_with_the_way_out(tmp_path: Path, run: Run) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.ACTIVE))
    done = run(environment(tmp_path, "http://127.0.0.1:1"), "register", "p-1", *STORE)
    assert done.status == 1
    assert done.err == ("gett-tui: p-1 stands in this profile already. --allow-duplicate sends it all the same.\n")


def test_a_guard_that_cannot_look_names_the_file_and_the_way_out(tmp_path: Path, run: Run) -> None:
    profile = keep(tmp_path, store(ONE, "p-1", Status.ACTIVE))
    (profile / "onboardings" / "other.toml").write_text("nonsense")
    done = run(environment(tmp_path, "http://127.0.0.1:1"), "register", "p-2", *STORE)
    assert done.status == 1
    for part in ("whether p-2 is registered already", "onboardings/other.toml", "--allow-duplicate", "doctor"):
        assert part in done.err.replace("Whether", "whether")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"HTTPS_PROXY": "http://127.0.0.1:1"}, "127.0.0.1:1"),
        ({"HTTPS_PROXY": "socks5://127.0.0.1:1"}, "HTTPS_PROXY"),
        ({"SSL_CERT_FILE": "/nowhere/x.pem"}, "SSL_CERT_FILE"),
    ],
)
def test_trouble_on_the_way_is_told_with_its_cause(
    tmp_path: Path, run: Run, variables: dict[str, str], said: str
) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG))
    done = run(environment(tmp_path, "https://gett.invalid", **variables), "refresh", ONE)
    assert done.status in (1, 2)
    assert said in done.err
    assert len(done.err.splitlines()) <= 2
    assert "unforeseen" not in done.err
    assert "carried out" not in done.err, "a read carries nothing out"


def test_show_tells_kept_trouble_from_its_facts(tmp_path: Path, run: Run) -> None:
    facts = {"host": "gett.example", "kind": "read"}
    keep(tmp_path, store(ONE, "p-1", Status.ACTIVE, trouble=Trouble(AT, "refresh", "old", cause="dns", facts=facts)))
    shown = run(environment(tmp_path, "http://127.0.0.1:1"), "show", ONE).out
    assert "the host name gett.example is not found" in shown
    assert "old" not in shown


def test_the_doctor_shows_where_values_come_from_and_the_way_to_gett(tmp_path: Path, run: Run) -> None:
    env = environment(tmp_path, "https://gett.invalid", HTTPS_PROXY="http://me:test-key-secret@127.0.0.1:1")
    done = run(env, "doctor")
    assert done.status == 1
    assert "where from: name: default, base_url: GETT_BASE_URL, folder: GETT_STATE_DIR" in done.out
    assert "API key: present, from GETT_API_KEY" in done.out
    assert "way to Gett: http://127.0.0.1:1 (HTTPS_PROXY)" in done.out
    assert "test-key-secret" not in done.out + done.err
