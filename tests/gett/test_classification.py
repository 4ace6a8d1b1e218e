"""What an error status proves: only Gett's own word lets a write go again, or says that an onboarding is gone."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from gett_tui.errors import Cause
from gett_tui.gett.client import Exchange, GettClient
from gett_tui.gett.errors import GettError, Outcome, ProblemError, UnreadableAnswerError
from gett_tui.gett.models import ID_LIMIT, Onboarding, Registration
from gett_tui.gett.secret import Secret

REGISTRATION = Registration(partner_store_id="p", name="n", catalog_callback_url="u", webhook_url="w")
PROBLEM, JSON, HTML = "application/problem+json", "application/json; charset=utf-8", "text/html"
BARE = {"type": "about:blank", "title": "Not Found"}
NOT_DONE, UNKNOWN = Outcome.NOT_DONE, Outcome.UNKNOWN


def own(status: int, code: str, **more: object) -> dict[str, object]:
    return {"status": status, "errorCode": code, **more}


TABLE: list[tuple[int, object, str | None, Outcome, bool, bool, bool]] = [
    # status, body, content type, outcome, Gett's own, may go again, gone
    (404, own(404, "NOT_FOUND"), PROBLEM, NOT_DONE, True, False, True),
    (404, {"errorCode": "NOT_FOUND"}, JSON, NOT_DONE, True, False, True),
    (404, {"errorCode": "NOT_FOUND", "status": "404"}, JSON, NOT_DONE, True, False, True),
    (404, own(404, "ROUTE_NOT_FOUND"), PROBLEM, NOT_DONE, True, False, False),
    (404, {**BARE, "status": 404}, PROBLEM, NOT_DONE, False, False, False),
    (404, own(400, "NOT_FOUND"), PROBLEM, NOT_DONE, False, False, False),
    (404, own(404, " "), PROBLEM, NOT_DONE, False, False, False),
    (404, {"errorCode": 404}, PROBLEM, NOT_DONE, False, False, False),
    (404, {"errorCode": ["NOT_FOUND"]}, PROBLEM, NOT_DONE, False, False, False),
    (404, {"errors": [{"errorCode": "NOT_FOUND"}]}, PROBLEM, NOT_DONE, False, False, False),
    (404, [own(404, "NOT_FOUND")], PROBLEM, NOT_DONE, False, False, False),
    (404, own(404, "NOT_FOUND"), HTML, NOT_DONE, False, False, False),
    (404, "<h1>Not Found", HTML, NOT_DONE, False, False, False),
    (404, "", None, NOT_DONE, False, False, False),
    (410, own(410, "NOT_FOUND"), PROBLEM, NOT_DONE, True, False, False),
    (400, own(400, "INVALID_REQUEST"), PROBLEM, NOT_DONE, True, False, False),
    (408, own(408, "REQUEST_TIMEOUT", retryable=True), PROBLEM, UNKNOWN, True, False, False),
    (408, "", None, UNKNOWN, False, False, False),
    (429, own(429, "RATE_LIMITED", retryable=True), PROBLEM, NOT_DONE, True, True, False),
    (429, own(429, "RATE_LIMITED"), PROBLEM, NOT_DONE, True, True, False),
    (429, own(429, "RATE_LIMITED", retryable=False), PROBLEM, NOT_DONE, True, False, False),
    (429, {"title": "Too Many Requests", "retryable": True}, PROBLEM, NOT_DONE, False, False, False),
    (429, "", None, NOT_DONE, False, False, False),
    (500, own(500, "INTERNAL_ERROR", retryable=True), PROBLEM, UNKNOWN, True, False, False),
    (502, own(502, "UPSTREAM_FAILED", retryable=True), PROBLEM, UNKNOWN, True, False, False),
    (503, own(503, "SERVICE_UNAVAILABLE", retryable=True), PROBLEM, NOT_DONE, True, True, False),
    (503, own(503, "SERVICE_UNAVAILABLE"), PROBLEM, NOT_DONE, True, True, False),
    (503, own(503, "SERVICE_UNAVAILABLE", retryable="no"), PROBLEM, NOT_DONE, True, True, False),
    (503, own(503, "SERVICE_UNAVAILABLE", retryable=False), PROBLEM, UNKNOWN, True, False, False),
    (503, own(500, "SERVICE_UNAVAILABLE"), PROBLEM, UNKNOWN, False, False, False),
    (503, {"detail": "upstream reset"}, PROBLEM, UNKNOWN, False, False, False),
    (503, '{"errorCode": "SERVICE_UN', PROBLEM, UNKNOWN, False, False, False),
    (503, "<h1>Sorry", HTML, UNKNOWN, False, False, False),
    (504, "", None, UNKNOWN, False, False, False),
]


def gett(status: int, body: object, content_type: str | None = JSON, **headers: str) -> httpx.MockTransport:
    data = body if isinstance(body, str) else json.dumps(body)
    kind = {} if content_type is None else {"Content-Type": content_type}
    return httpx.MockTransport(
        lambda _: httpx.Response(status, headers={**kind, **headers}, stream=httpx.ByteStream(data.encode()))
    )


async def ended(transport: httpx.MockTransport, operation: str, heard: list[Exchange] | None = None) -> Any:
    listen = None if heard is None else heard.append
    async with GettClient("https://gett.test", Secret("test-key-1"), transport=transport, on_exchange=listen) as client:
        call = client.register(REGISTRATION) if operation == "register" else getattr(client, operation)("id-1")
        try:
            return await call
        except GettError as error:
            return error


@pytest.mark.parametrize("operation", ["register", "activate", "cancel", "status"])
@pytest.mark.parametrize(("status", "body", "content_type", "outcome", "is_gett", "again", "gone"), TABLE)
async def test_an_error_status_proves_no_more_than_gett_has_said(
    operation: str,
    status: int,
    body: object,
    content_type: str | None,
    outcome: Outcome,
    is_gett: bool,
    again: bool,
    gone: bool,
) -> None:
    error = await ended(gett(status, body, content_type), operation)
    assert isinstance(error, ProblemError)
    assert (error.outcome, error.problem.is_gett) == (outcome, is_gett)
    assert (error.may_go_again, error.says_gone) == (again, gone)
    assert error.cause is (Cause.PROBLEM if is_gett else Cause.FOREIGN)
    assert error.problem.retryable in (None, True, False)
    assert error.facts["kind"] == ("read" if operation == "status" else "write")
    assert json.loads(json.dumps(error.facts))["status"] == status


@pytest.mark.parametrize("status", [301, 302, 307, 100, 600, 999])
async def test_what_is_neither_a_success_nor_an_error_proves_nothing(status: int) -> None:
    error = await ended(gett(status, own(status, "NOT_FOUND")), "register")
    assert isinstance(error, UnreadableAnswerError)
    assert (error.outcome, error.may_go_again, error.facts["status"]) == (UNKNOWN, False, status)
    assert ("redirect" in str(error)) == (300 <= status < 400)


async def test_the_facts_of_a_refusal_name_fields_and_codes() -> None:
    items = [{"jsonPath": "$.webhookUrl", "code": "BAD_URL", "message": "no URL"}, {"itemId": "name"}, "odd"]
    body = own(422, "VALIDATION_FAILED", detail="Not valid.", requestId="req_1", errors=items, retryAfter="soon")
    facts = (await ended(gett(422, body, PROBLEM), "register")).facts
    assert (facts["error_code"], facts["detail"], facts["request_id"]) == ("VALIDATION_FAILED", "Not valid.", "req_1")
    assert facts["items"] == [
        {"where": "$.webhookUrl", "code": "BAD_URL", "message": "no URL"},
        {"where": "name", "code": None, "message": None},
        {"where": None, "code": None, "message": "odd"},
    ]
    assert (facts["retry_after"], facts["retry_after_told"]) == (None, "soon")


@pytest.mark.parametrize(
    ("told", "seconds"), [("0", 0.0), ("-5", None), ("NaN", None), ("Sat, 01 Jan 2000 00:00:00 GMT", 0.0)]
)
async def test_a_wait_that_means_nothing_is_kept_as_it_was_told(told: str, seconds: float | None) -> None:
    error = await ended(gett(429, own(429, "RATE_LIMITED"), PROBLEM, **{"Retry-After": told}), "cancel")
    assert (error.facts["retry_after"], error.facts["retry_after_told"]) == (seconds, told)


@pytest.mark.parametrize("nothing", [{}, {"title": "", "detail": "", "requestId": ""}, {"title": None, "detail": 7}])
async def test_what_is_not_told_is_no_fact(nothing: dict[str, object]) -> None:
    facts = (await ended(gett(422, own(422, "VALIDATION_FAILED", **nothing), PROBLEM), "register")).facts
    assert {facts[name] for name in ("title", "detail", "request_id", "retry_after", "retry_after_told")} == {None}


async def test_a_date_to_wait_until_is_taken_in_its_own_time_zone() -> None:
    async def told(zone: str) -> float:
        until = f"Fri, 01 Jan 2100 00:00:00 {zone}"
        return (await ended(gett(429, own(429, "RATE_LIMITED"), PROBLEM, **{"Retry-After": until}), "cancel")).facts[
            "retry_after"
        ]

    utc = await told("GMT")
    assert await told("-0000") == pytest.approx(utc, abs=60)
    assert await told("-1200") == pytest.approx(utc + 12 * 3_600, abs=60)


# -- ids and members


async def test_an_id_is_taken_whole_or_refused_with_the_whole_answer_kept() -> None:
    longest = "x" * ID_LIMIT
    assert (await ended(gett(201, {"onboardingId": longest}), "register")).onboarding_id == longest
    error = await ended(gett(201, {"onboardingId": longest + "x"}), "register")
    assert isinstance(error, UnreadableAnswerError)
    assert error.outcome is UNKNOWN
    assert longest + "x" in error.body


async def test_members_that_we_do_not_know_are_kept() -> None:
    more = {"reviewUrl": "https://r.example", "address": {"city": "X"}, "status": "in_review", "step": None}
    onboarding = await ended(gett(200, {"onboardingId": "id-1", "partnerStoreId": "p-9", **more}), "status")
    assert isinstance(onboarding, Onboarding)
    assert onboarding.unknown() == {"reviewUrl": "https://r.example", "address": {"city": "X"}, "step": None}
    assert (onboarding.status, onboarding.partner_store_id) == ("in_review", "p-9")


# -- the observer


async def test_the_observer_hears_of_each_exchange() -> None:
    heard: list[Exchange] = []
    limits = {"X-RateLimit-Remaining": "7", "X-Request-Id": "r-1"}
    # A member of that name is a problem's alone.
    await ended(gett(200, {"onboardingId": "id-1", "requestId": "r-0"}, **limits), "status", heard)
    await ended(gett(503, own(503, "X", requestId="req_2")), "cancel", heard)

    def crash(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("with test-key-1")

    await ended(httpx.MockTransport(crash), "register", heard)
    fine, refused, broken = heard
    assert fine[:4] == ("GET", "/v1/commerce/onboarding/stores/id-1", "read", 200)
    assert (fine.request_id, fine.cause, fine.limits and fine.limits.remaining) == ("r-1", None, 7)
    assert (refused.method, refused.kind, refused.status) == ("DELETE", "write", 503)
    assert (refused.request_id, refused.cause) == ("req_2", Cause.PROBLEM)
    assert (broken.status, broken.cause, broken.limits) == (None, Cause.BROKEN, None)
    assert all(exchange.seconds >= 0 for exchange in heard)
    assert "test-key-1" not in repr(heard)
