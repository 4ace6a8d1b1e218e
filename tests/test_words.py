"""Each trouble on the way to Gett has words of its own, says what to do, and shows nothing but inert text."""

from __future__ import annotations

import itertools

import pytest

from gett_tui.errors import Cause, GettTuiError
from gett_tui.gett.errors import (
    NoAnswerError,
    NotSentError,
    Outcome,
    Problem,
    ProblemError,
    ProblemItem,
    UnreadableAnswerError,
)
from gett_tui.words import reason, sentence

EVIL = "\x1b]52;c;aGk=\a\u202eevil\n[@click=app.bell]"

_CAUSES_OF_THE_WAY = [
    Cause(name) for name in ("dns", "refused", "connect_timeout", "unreachable", "tls", "proxy", "timeout", "broken")
]


def problem(status: int, **more: object) -> ProblemError:
    return ProblemError(Problem(status, **more), outcome=Outcome.NOT_DONE)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotSentError(Cause.DNS, "x"), "not found (DNS)"),
        (NotSentError(Cause.REFUSED, "x"), "connection is refused"),
        (NotSentError(Cause.TLS, "x"), "SSL_CERT_FILE"),
        (NotSentError(Cause.PROXY, "x"), "HTTPS_PROXY"),
        (NotSentError(Cause.CONNECT_TIMEOUT, "x"), "firewall"),
        (NoAnswerError(Cause.TIMEOUT, "x"), "no answer in time"),
        (problem(401, detail="x"), "Check that the key is of this environment"),
        (problem(403, detail="x"), "not enrolled"),
        (problem(429, detail="x"), "waited out"),
        (problem(503, detail="x"), "status.gett-tech.com"),
        (problem(502, documented=False, body="<html>"), "something in between"),
    ],
)
def test_each_trouble_is_named_with_its_cure(error: GettTuiError, said: str) -> None:
    assert said in reason(error)


def test_no_two_troubles_have_the_same_words() -> None:
    errors = [
        *(NotSentError(cause, "x") for cause in Cause if cause in _CAUSES_OF_THE_WAY),
        *(problem(status, detail="x") for status in (401, 403, 407, 429, 500, 502, 503, 504)),
    ]
    told = [reason(error) for error in errors]
    assert all(one != other for one, other in itertools.combinations(told, 2))


@pytest.mark.parametrize(
    "error",
    [
        problem(422, detail=EVIL, title=EVIL, request_id=EVIL, errors=(ProblemItem(message=EVIL),)),
        UnreadableAnswerError(EVIL, status=200, body=EVIL, outcome=Outcome.UNKNOWN),
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


def test_an_unforeseen_error_is_named_by_its_type_alone() -> None:
    assert "test-key-words" not in sentence(ValueError("with test-key-words inside"))
