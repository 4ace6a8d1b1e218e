"""Whatever an answer holds, reading it ends in a value or in one of our errors, with an outcome that it bears out.

``PARSER_CASES`` in the environment sets how many answers each property is tried with (each by four operations).
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gett_tui.gett.client import GettClient, RateLimits
from gett_tui.gett.errors import GettError, NoAnswerError, Outcome, Problem, ProblemError, UnreadableAnswerError
from gett_tui.gett.models import Onboarding, Registration, Store
from gett_tui.gett.secret import Secret

CASES = int(os.environ.get("PARSER_CASES", "150"))
REGISTRATION = Registration(partner_store_id="p", name="n", catalog_callback_url="u", webhook_url="w")

_ONBOARDING = ["onboardingId", "partnerStoreId", "status", "storeId", "error", "createdAt", "name"]
_PROBLEM = ["type", "title", "detail", "errorCode", "errorCategory", "retryable", "retryAfter", "requestId", "errors"]
_ITEM = ["code", "message", "itemId", "jsonPath", "field", "pointer"]
_text = st.text(st.characters(exclude_categories=[]), max_size=20)
_scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**40), max_value=10**400),
    st.floats(),
    _text,
    st.sampled_from(["", " ", "id-1", ".", "..", "pending_catalog", "1e999", "-1", "nan"]),
)
_keys = st.one_of(st.sampled_from(_ONBOARDING + _PROBLEM + _ITEM), _text)
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_keys, inner, max_size=6)),
    max_leaves=15,
)
_objects = st.dictionaries(_keys, _values, max_size=8)
_json_bytes = st.builds(
    lambda value, ascii_only: json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"),
    st.one_of(_objects, _objects.map(lambda members: {"onboardingId": "id-1", **members}), _values),
    st.booleans(),
)
_cut_json = st.builds(lambda data, at: data[:at], _json_bytes, st.integers(0, 200))
_header = st.one_of(
    st.binary(max_size=30).map(lambda raw: bytes(byte for byte in raw if byte >= 32)),
    st.sampled_from(
        [b"0", b"-1", b"1e999", b"NaN", b"soon", b"Sat, 01 Jan 2000 00:00:00 GMT", b"Mon, 1 Jan 1 0:0 +9999"]
    ),
)
_headers = st.fixed_dictionaries(
    {},
    optional={
        "Content-Type": st.one_of(
            _header, st.sampled_from([b"application/json", b"application/problem+json", b"text/html"])
        ),
        "Content-Encoding": st.one_of(_header, st.sampled_from([b"gzip", b"deflate", b"br", b"identity"])),
        "Retry-After": _header,
        "X-RateLimit-Remaining": _header,
        "X-RateLimit-Reset": _header,
        "Location": st.one_of(_header, st.just(b"https://elsewhere.example/x")),
        "Set-Cookie": _header,
    },
)
_statuses = st.one_of(st.sampled_from([200, 201, 204, 302, 400, 404, 422, 429, 500, 503]), st.integers(100, 999))


class Answering:
    """A client whose Gett answers what it is told to."""

    def __init__(self) -> None:
        self._answer = (200, {}, b"")
        self.heard: list[RateLimits] = []
        self._runner = asyncio.Runner()
        self._client = GettClient(
            "https://gett.test",
            Secret("test-key-1"),
            transport=httpx.MockTransport(self._handle),
            on_answer=lambda kind, said: self.heard.append(said),
        )

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def _handle(self, request: httpx.Request) -> httpx.Response:
        status, headers, body = self._answer
        return httpx.Response(status, headers=list(headers.items()), stream=httpx.ByteStream(body))

    def ask(self, status: int, headers: dict[str, bytes], body: bytes) -> dict[str, Any]:
        """How each operation ended: its value or its error."""
        self._answer = (status, headers, body)
        return self._runner.run(self._ask_all())

    async def _ask_all(self) -> dict[str, Any]:
        client = self._client
        ended: dict[str, Any] = {}
        for name, call in (
            ("register", lambda: client.register(REGISTRATION)),
            ("status", lambda: client.status("id-1")),
            ("cancel", lambda: client.cancel("id-1")),
            ("activate", lambda: client.activate("id-1")),
        ):
            try:
                ended[name] = await call()
            except GettError as error:
                ended[name] = error
        return ended


@pytest.fixture(scope="module")
def gett() -> Iterator[Answering]:
    answering = Answering()
    yield answering
    answering.close()


def _check(ended: dict[str, Any], status: int) -> None:
    for value in ended.values():
        if isinstance(value, GettError):
            _check_error(value, status)
        else:
            assert 200 <= status < 300
        if isinstance(value, Onboarding | Store):
            _check_writable(value.wire())
    if isinstance(ended["register"], Onboarding):
        assert ended["register"].onboarding_id.strip()
    if isinstance(ended["status"], Onboarding):
        assert ended["status"].onboarding_id == "id-1"


def _check_error(error: GettError, status: int) -> None:
    assert not isinstance(error, NoAnswerError)
    str(error).encode()
    if isinstance(error, UnreadableAnswerError):
        assert error.outcome is Outcome.UNKNOWN
        error.body.encode()
        return
    assert isinstance(error, ProblemError)
    assert 400 <= status < 600
    assert error.outcome is Outcome.NOT_DONE or status >= 500 or status == 408
    assert error.outcome is Outcome.UNKNOWN or status < 500 or (status == 503 and error.problem.is_gett)
    assert error.outcome is Outcome.UNKNOWN or status != 408
    assert not error.may_go_again or (error.problem.is_gett and error.outcome is Outcome.NOT_DONE)
    json.dumps(error.facts, allow_nan=False)
    _check_problem(error.problem)


def _check_problem(problem: Problem) -> None:
    assert problem.retry_after is None or 0 <= problem.retry_after < float("inf")
    assert len(problem.errors) <= 50
    for text in (problem.title, problem.detail, problem.error_code, problem.request_id, problem.type, problem.body):
        (text or "").encode()
        assert len(text or "") <= 2_000
    for item in problem.errors:
        "".join(part or "" for part in (item.code, item.message, item.where)).encode()
        _check_writable(dict(item.raw))


def _check_writable(value: object) -> None:
    """Can be shown and written to a file: encodable, and not nested so deep that writing it fails."""
    json.dumps(value, ensure_ascii=False).encode()
    repr(value).encode()


@pytest.mark.parametrize("kind", ["any bytes", "any JSON", "JSON that was cut"])
def test_no_answer_escapes_the_error_tree(gett: Answering, kind: str) -> None:
    bodies = {"any bytes": st.binary(max_size=200), "any JSON": _json_bytes, "JSON that was cut": _cut_json}[kind]

    @settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(_statuses, _headers, bodies)
    def ends_well(status: int, headers: dict[str, bytes], body: bytes) -> None:
        gett.heard.clear()
        _check(gett.ask(status, headers, body), status)
        for said in gett.heard:
            assert said.remaining is None or said.remaining >= 0
            assert said.reset_at is None or 0 <= said.reset_at < float("inf")

    ends_well()


@settings(max_examples=max(20, CASES // 10), deadline=None)
@given(st.integers(1, 2_000), st.sampled_from(["[", '{"x":', '[{"onboardingId":']))
def test_nesting_of_any_depth_is_survived(gett: Answering, levels: int, opening: str) -> None:
    closing = "".join("]" if char == "[" else "}" for char in reversed(opening) if char in "[{")
    data = opening * levels + "1" + closing * levels
    for body, status in (
        (f'{{"onboardingId": "id-1", "x": {data}}}', 200),
        (f'{{"title": "x", "errors": [{data}]}}', 400),
    ):
        _check(gett.ask(status, {}, body.encode()), status)


def test_a_problem_is_read_whole(gett: Answering) -> None:
    members = {
        "type": "https://developer.gett-tech.com/errors/VALIDATION_FAILED",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "The store is not valid.",
        "instance": "/v1/commerce/onboarding/stores",
        "requestId": "req_abc123",
        "errorCode": "VALIDATION_FAILED",
        "errorCategory": "validation",
        "retryable": False,
        "retryAfter": 3,
        "errors": [
            {"code": "BAD_URL", "message": "not a URL", "jsonPath": "$.webhookUrl", "hint": 1},
            {"message": "too long", "itemId": "name"},
            "in words alone",
            {"field": ["no", "text"], "pointer": "/name"},
            17,
        ],
    }
    error = gett.ask(422, {"Content-Type": b"application/problem+json"}, json.dumps(members).encode())["register"]
    assert isinstance(error, ProblemError)
    assert str(error) == "422 VALIDATION_FAILED: The store is not valid."
    problem = error.problem
    assert (problem.error_code, problem.error_category, problem.request_id) == (
        "VALIDATION_FAILED",
        "validation",
        "req_abc123",
    )
    assert (problem.retryable, problem.retry_after, problem.is_gett, problem.body) == (False, 3.0, True, "")
    assert [(item.code, item.message, item.where) for item in problem.errors] == [
        ("BAD_URL", "not a URL", "$.webhookUrl"),
        (None, "too long", "name"),
        (None, "in words alone", None),
        (None, None, "/name"),
        (None, "17", None),
    ]
    assert problem.errors[0].raw["hint"] == 1


def test_escapes_that_are_no_text_are_replaced(gett: Answering) -> None:
    """They could be neither shown nor written to a file."""
    problem = gett.ask(400, {}, b'{"title": "a\\ud800b", "errors": [{"x": ["\\uDFFF"]}]}')["cancel"].problem
    assert (problem.title, problem.errors[0].raw) == ("a\ufffdb", {"x": ["\ufffd"]})
    onboarding = gett.ask(200, {}, b'{"onboardingId": "id-1", "error": "\\ud83d\\ude00 \\udc00"}')["status"]
    assert onboarding.error == "\N{GRINNING FACE} \ufffd"


def test_numbers_come_through_and_what_no_other_reader_takes_for_one_becomes_text(gett: Answering) -> None:
    long = "9" * 101
    body = f'{{"onboardingId": "id-1", "n": [1, 1.5, 1e999, -1e999, NaN, Infinity, {long[:100]}, {long}]}}'
    onboarding = gett.ask(200, {}, body.encode())["status"]
    numbers = [1, 1.5, "1e999", "-1e999", "NaN", "Infinity", int(long[:100]), long]
    assert onboarding.unknown() == {"n": numbers}


def test_no_more_than_fifty_errors_are_kept(gett: Answering) -> None:
    body = {"title": "x", "errors": [{"message": str(number)} for number in range(60)]}
    problem = gett.ask(422, {}, json.dumps(body).encode())["register"].problem
    assert [item.message for item in problem.errors] == [str(number) for number in range(50)]


def test_a_frameworks_own_error_is_not_taken_for_a_problem_of_gett(gett: Answering) -> None:
    body = {"timestamp": "2026-01-01", "status": 404, "error": "Not Found", "path": "/v1"}
    error = gett.ask(404, {"Content-Type": b"application/json"}, json.dumps(body).encode())["status"]
    assert isinstance(error, ProblemError)
    assert not error.problem.is_gett
    assert "Not Found" in error.problem.body


@pytest.mark.parametrize("nothing", ['""', '"  "', "null", None])
def test_blank_null_and_absent_members_mean_the_same(gett: Answering, nothing: str | None) -> None:
    more = "" if nothing is None else "".join(f', "{name}": {nothing}' for name in ("status", "storeId", "error"))
    onboarding = gett.ask(200, {}, f'{{"onboardingId": "id-1"{more}}}'.encode())["status"]
    assert isinstance(onboarding, Onboarding)
    assert (onboarding.status, onboarding.store_id, onboarding.error) == (None, None, None)


def test_unknown_members_of_a_store_are_kept(gett: Answering) -> None:
    store = gett.ask(200, {}, b'{"storeId": "s-1", "status": "online", "address": {"city": "X"}}')["activate"]
    assert isinstance(store, Store)
    assert store.wire() == {"storeId": "s-1", "status": "online", "address": {"city": "X"}}
