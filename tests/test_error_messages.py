"""Each trouble on the way to Gett has words of its own, says what to do, and shows nothing but inert text."""

from __future__ import annotations

import ast
import errno
import importlib
import itertools
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

import gett_tui
from gett_tui.error_messages import describe, describe_outage, reason, sentence
from gett_tui.error_table import CAUSES
from gett_tui.errors import Cause, ConfigError, GettTuiError
from gett_tui.gett.errors import (
    NoAnswerError,
    NotSentError,
    Outcome,
    Problem,
    ProblemError,
    ProblemItem,
    UnreadableAnswerError,
)
from gett_tui.gett.proxies import certificates, way_to
from gett_tui.onboarding.errors import NotPossibleError, busy_elsewhere, busy_here
from gett_tui.onboarding.ports import CannotLookError, RecordGoneError
from gett_tui.onboarding.record import Pending
from gett_tui.storage.files import FileTroubleError

EVIL = "\x1b]52;c;aGk=\a\u202eevil\n[@click=app.bell]"

_OTHER_TREES = (Cause.OTHER, Cause.UNREADABLE, Cause.PROBLEM, Cause.FOREIGN, Cause.FILE)


def pending(owner: str) -> Pending:
    return Pending("drop", datetime(2026, 3, 14, tzinfo=UTC), owner)


def problem(status: int, **more: object) -> ProblemError:
    outcome = more.pop("outcome", Outcome.NOT_DONE)
    return ProblemError(Problem(status, **{"is_gett": True, **more}), outcome=outcome)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotSentError(Cause.DNS, "x"), "not found (DNS)"),
        (NotSentError(Cause.REFUSED, "x"), "connection to Gett is refused"),
        (NotSentError(Cause.TLS, "x"), "SSL_CERT_FILE"),
        (NotSentError(Cause.PROXY, "x"), "HTTPS_PROXY"),
        (NotSentError(Cause.CONNECT_TIMEOUT, "x"), "firewall"),
        (NoAnswerError(Cause.TIMEOUT, "x"), "no answer in time"),
        (problem(401, detail="x"), "Check that the key is of this environment"),
        (problem(403, detail="x"), "not enrolled"),
        (problem(429, detail="x"), "waited out"),
        (problem(503, detail="x"), "status.gett-tech.com"),
        (problem(502, is_gett=False, body="<html>"), "Something in between"),
    ],
)
def test_each_trouble_is_named_with_its_cure(error: GettTuiError, said: str) -> None:
    assert said in reason(error)


def test_no_two_troubles_have_the_same_words() -> None:
    errors = [
        *(NotSentError(cause, "x") for cause in Cause if cause not in (Cause.LOCAL, *_OTHER_TREES)),
        *(problem(status, detail="x") for status in (401, 403, 407, 429, 500, 502, 503, 504)),
    ]
    told = [reason(error) for error in errors]
    assert all(one != other for one, other in itertools.combinations(told, 2))


@pytest.mark.parametrize(
    "error",
    [
        problem(422, detail=EVIL, title=EVIL, request_id=EVIL, errors=(ProblemItem(message=EVIL),)),
        UnreadableAnswerError(EVIL, status=200, body=EVIL),
        GettTuiError(EVIL * 1_000),
        ValueError(EVIL),
    ],
)
def test_words_are_inert_and_short(error: BaseException) -> None:
    for told in (reason(error), sentence(error)):
        assert not {"\x1b", "\a", "\n", "\u202e"} & set(told)
        assert len(told) < 800


def test_whether_a_write_was_carried_out_is_said() -> None:
    assert "unknown" in sentence(NoAnswerError(Cause.TIMEOUT, "x"))
    assert "Nothing was sent" in sentence(NotSentError(Cause.DNS, "x"))
    assert "unknown" in sentence(problem(500, outcome=Outcome.UNKNOWN))
    assert "unknown" in sentence(UnreadableAnswerError("x", status=200, body=""))


def test_of_a_read_it_is_never_said_whether_it_was_carried_out() -> None:
    errors = [
        NoAnswerError(Cause.TIMEOUT, "x", facts={"kind": "read"}),
        ProblemError(Problem(500, is_gett=True), outcome=Outcome.UNKNOWN, kind="read"),
        UnreadableAnswerError("x", status=200, body="", facts={"kind": "read"}),
    ]
    for error in errors:
        assert "carried out" not in sentence(error)
        assert "carried out" in sentence(error, is_write=True)
    assert "carried out" not in sentence(NoAnswerError(Cause.TIMEOUT, "x"), is_write=False)


def test_a_refusal_names_fields_and_codes() -> None:
    items = tuple(ProblemItem(code="BAD_URL", message="no URL", where=f"$.f{number}") for number in range(7))
    error = problem(422, error_code="VALIDATION_FAILED", detail="Not valid.", request_id="req_1", errors=items)
    assert sentence(error) == (
        "Gett says 422 VALIDATION_FAILED: Not valid – $.f0: BAD_URL: no URL; $.f1: BAD_URL: no URL; "
        "$.f2: BAD_URL: no URL; $.f3: BAD_URL: no URL; $.f4: BAD_URL: no URL; and 2 more (request id req_1)."
    )


def test_a_401_is_explained_wherever_it_is_told() -> None:
    for told in (sentence(problem(401, error_code="UNAUTHENTICATED")), reason(problem(401))):
        assert "Check that the key is of this environment" in told


@pytest.mark.parametrize("status", [400, 404, 429, 503])
def test_a_bare_status_is_told_as_not_gett_s_own(status: int) -> None:
    for told in (sentence(problem(status, title="Nope", is_gett=False)), reason(problem(status, is_gett=False))):
        assert "not Gett's own" in told


@pytest.mark.parametrize(
    ("number", "todo"),
    [
        (errno.EACCES, "who owns it"),
        (errno.ENOSPC, "Make room"),
        (errno.EROFS, "GETT_STATE_DIR"),
        (errno.ENOLCK, "local disk"),
        (errno.EMFILE, "ulimit"),
    ],
)
def test_trouble_with_a_file_names_it_and_the_cure(number: int, todo: str) -> None:
    for error in (
        FileTroubleError("Cannot write", Path("/x/y.toml"), OSError(number, "no")),
        OSError(number, os.strerror(number), "/x/y.toml"),
    ):
        told = sentence(error)
        assert "/x/y.toml" in told
        assert todo in told
        assert "unforeseen" not in told


@pytest.mark.parametrize("cause", [*Cause, "a cause of a later version", ""])
@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"status": "x", "items": 7, "errno": "x", "outcome": 3, "kind": []},
        {
            "status": 407,
            "items": [None, "x", {"where": 1}],
            "host": EVIL,
            "proxy": "{0.__class__}",
            "reason": EVIL * 999,
        },
    ],
)
def test_any_facts_that_a_file_may_hold_make_a_sentence(cause: str, facts: dict[str, object]) -> None:
    for told in (describe(cause, facts), describe_outage(cause, facts)):
        assert told
        assert not {"\x1b", "\a", "\n", "\u202e"} & set(told)
        assert len(told) < 800


def test_another_window_says_the_same_from_the_facts_alone() -> None:
    facts = {"host": "gett.test", "proxy": "http://proxy.test:1", "variable": "https_proxy", "status": 407}
    error = NotSentError(Cause.PROXY_STATUS, "x", facts=facts)
    kept = json.loads(json.dumps({"cause": error.cause, "facts": error.facts}))
    assert describe_outage(kept["cause"], kept["facts"]) == reason(error)
    assert reason(error) == (
        "the proxy http://proxy.test:1 answers 407. It wants a user and a password: put them into https_proxy."
    )


def test_settings_that_cannot_be_used_are_told_with_their_variable_and_the_cure() -> None:
    with pytest.raises(ConfigError) as caught:
        way_to("https://gett.test", {"all_proxy": "socks5://user:test-key-pw@x"})
    assert "all_proxy" in sentence(caught.value)
    assert "NO_PROXY" in sentence(caught.value)
    with pytest.raises(ConfigError) as caught:
        certificates({"SSL_CERT_FILE": "/no/such"})
    assert "/no/such" in sentence(caught.value)
    assert "SSL_CERT_FILE" in sentence(caught.value)


def test_an_unforeseen_error_is_named_by_its_type_alone() -> None:
    assert "test-key-words" not in sentence(ValueError("with test-key-words inside"))


def test_each_cause_has_words() -> None:
    assert set(CAUSES) == set(Cause) - {Cause.OTHER, Cause.PROBLEM, Cause.FOREIGN}


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotPossibleError("x", cause=Cause.CLOSING), "The program is closing."),
        (NotSentError(Cause.CLOSING, "x"), "Nothing was sent: the program is closing."),
        (NotSentError(Cause.NO_TURN, "x", facts={"minutes": 2}), "Nothing was sent: no turn came within 2 minutes"),
        (busy_here("attach"), "Attach is under way for this store."),
        (busy_elsewhere(pending("?")), "Drop is under way for this store in another window."),
        (busy_elsewhere(pending("7-a")), "Drop is under way for this store in another copy of the program (pid 7)."),
        (RecordGoneError("x"), "This store is not in the list any more"),
        (CannotLookError("p-1", tuple(f"/r/{n}" for n in range(7))), "/r/0, /r/1, /r/2, /r/3, /r/4 and 2 more cannot"),
        (GettTuiError("x", cause=Cause.UNFORESEEN, facts={"kind_of": "KeyError"}), "An unforeseen error (KeyError)."),
        (KeyError("x"), "An unforeseen error (KeyError); --debug writes the details to a file."),
    ],
)
def test_what_the_program_itself_refuses_is_told_by_the_table(error: Exception, said: str) -> None:
    assert said in sentence(error)


def test_the_command_line_alone_names_its_options_and_ways_out() -> None:
    items = (ProblemItem(code="BAD", where="$.catalogCallbackUrl"), ProblemItem(code="BAD", where="$.tier"))
    refused = problem(422, error_code="X", detail="No.", errors=items)
    options = {"catalogCallbackUrl": "--catalog-url"}
    assert "$.catalogCallbackUrl (--catalog-url): BAD; $.tier: BAD" in sentence(refused, options=options)
    assert "--catalog-url" not in sentence(refused)
    blind = CannotLookError("p-1", ("/r/1",))
    assert "--allow-duplicate" in sentence(blind, options=options)
    assert "--allow-duplicate" not in sentence(blind)


_TEXT_ALONE = {"config", "config_file", "config_settings", "api_key", "gett", "storage", "catalog", "sandbox", "ui"}
"""Rooms whose errors may still have a text alone: what is wrong with one setting, or with one file."""


def test_what_is_raised_for_people_carries_a_cause() -> None:
    root = Path(gett_tui.__file__).parent
    found = list[str]()
    for path in root.rglob("*.py"):
        place = path.relative_to(root)
        if place.parts[0].removesuffix(".py") in _TEXT_ALONE:
            continue
        module = importlib.import_module(".".join(("gett_tui", *place.with_suffix("").parts)))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            kind = getattr(module, node.func.id, None)
            is_ours = isinstance(kind, type) and issubclass(kind, GettTuiError) and "__init__" not in vars(kind)
            if is_ours and kind.cause is Cause.OTHER and "cause" not in {word.arg for word in node.keywords}:
                found.append(f"{place}:{node.lineno}")
    assert not found
