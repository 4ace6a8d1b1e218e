"""Every way in which a server or a network can misbehave, for each operation: the right error, and no key in it."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from hostile_server import (
    HostileServer,
    Script,
    answering,
    breaking_off,
    falling_silent,
    hanging_up,
    head,
    hostile_server,
    whole,
    without_end,
)
from keyless import assert_keyless, secret, shows_key

from gett_tui.gett.client import GettClient, Timeouts
from gett_tui.gett.errors import GettError, NoAnswerError, Outcome, ProblemError, UnreadableAnswerError
from gett_tui.gett.models import Registration

pytestmark = pytest.mark.usefixtures("few_certificates")

OPERATIONS = ("register", "status", "cancel", "activate")
REGISTRATION = Registration(
    partner_store_id="p-1", name="Corner", catalog_callback_url="https://c.example/1", webhook_url="https://w.example"
)
ONBOARDING = {"onboardingId": "id-1", "partnerStoreId": "p-1", "status": "pending_catalog"}
PROBLEM = "Content-Type: application/problem+json"
HTML = "Content-Type: text/html"

FINE = "fine"
BROKEN = (NoAnswerError, Outcome.UNKNOWN)
UNREADABLE = (UnreadableAnswerError, Outcome.UNKNOWN)
REFUSED = (ProblemError, Outcome.NOT_DONE)
FAILED = (ProblemError, Outcome.UNKNOWN)
Expected = str | tuple[type[GettError], Outcome]

PATIENT = Timeouts(connect=10, read=10, write=10, pool=10, total=30)
HASTY = Timeouts(connect=10, read=0.15, write=10, pool=10, total=30)
CUT_SHORT = Timeouts(connect=10, read=10, write=10, pool=10, total=0.3)


@dataclass(frozen=True)
class Case:
    """What the server does, and how each operation must end (``rest`` for those not named)."""

    script: Script
    rest: Expected
    register: Expected | None = None
    status: Expected | None = None
    cancel: Expected | None = None
    activate: Expected | None = None
    timeouts: Timeouts = PATIENT

    def expected(self, operation: str) -> Expected:
        return getattr(self, operation) or self.rest


def reads(answer: bytes, rest: Expected, **others: Expected) -> Case:
    return Case(answering(answer), rest, **others)


def body(data: bytes | str | object, *headers: str) -> bytes:
    return whole(200, data, *headers)


def deep(levels: int) -> str:
    return '{"onboardingId": "id-1", "x": ' + "[" * levels + "]" * levels + "}"


GOOD = json.dumps(ONBOARDING)
# What is no JSON may be anybody's; of JSON that is no object a cancel needs none, and the others cannot tell.
NO_JSON = {"rest": UNREADABLE}
NO_OBJECT = {"rest": UNREADABLE, "cancel": FINE}
# A JSON object without a usable onboarding id. A Store requires no member at all.
NO_ID = {"rest": UNREADABLE, "cancel": FINE, "activate": FINE}

CONNECTION = {
    "hangs up at once": Case(hanging_up, BROKEN),
    "closes after the request": Case(breaking_off(), BROKEN),
    "resets after the request": Case(breaking_off(reset=True), BROKEN),
    "closes in the status line": Case(breaking_off(b"HTTP/1.1 20"), BROKEN),
    "closes in the headers": Case(breaking_off(b"HTTP/1.1 200 OK\r\nContent-Le"), BROKEN),
    "closes before the body": Case(breaking_off(head(200, "Content-Length: 9")), UNREADABLE),
    "resets in the body": Case(breaking_off(head(200, "Content-Length: 99") + b'{"on', reset=True), UNREADABLE),
    "closes in the body": Case(breaking_off(head(200, "Content-Length: 999") + GOOD.encode()), UNREADABLE),
    "closes in a chunk": Case(breaking_off(head(200, "Transfer-Encoding: chunked") + b"ff\r\n{"), UNREADABLE),
    "closes in the body of an error": Case(breaking_off(head(409, "Content-Length: 99") + b'{"title": "C'), REFUSED),
    "closes in the body of a 503": Case(breaking_off(head(503, "Content-Length: 99") + b'{"title": "C'), FAILED),
    "says nothing": Case(falling_silent(), BROKEN, timeouts=HASTY),
    "falls silent in the headers": Case(falling_silent(b"HTTP/1.1 200 OK\r\n"), BROKEN, timeouts=HASTY),
    "falls silent in the body": Case(falling_silent(head(200, "Content-Length: 9")), UNREADABLE, timeouts=HASTY),
    "falls silent in an error": Case(falling_silent(head(404, "Content-Length: 9")), REFUSED, timeouts=HASTY),
    "drips its headers": Case(without_end(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.02), BROKEN, timeouts=CUT_SHORT),
    "drips its body": Case(without_end(head(200), b" ", 0.02), UNREADABLE, timeouts=CUT_SHORT),
    "drips the body of an error": Case(without_end(head(422), b" ", 0.02), REFUSED, timeouts=CUT_SHORT),
    "continues for ever": Case(without_end(b"", head(100), 0.01), BROKEN, timeouts=CUT_SHORT),
    "sends headers without end": Case(without_end(b"HTTP/1.1 200 OK\r\n", b"X: " + b"y" * 9999 + b"\r\n"), BROKEN),
    "sends a body without end": Case(without_end(head(200), b" " * 65536), UNREADABLE),
    "sends chunks without end": Case(
        without_end(head(200, "Transfer-Encoding: chunked"), (b"64\r\n" + b"{" * 100 + b"\r\n") * 600), UNREADABLE
    ),
    "sends an error without end": Case(without_end(head(400), b"x" * 65536), REFUSED),
    "sends a 10 MB error": reads(whole(400, "x" * 10_000_000), REFUSED),
    "sends a 10 MB problem": reads(whole(500, {"title": "x" * 10_000_000}, PROBLEM), FAILED),
    "speaks no HTTP": Case(breaking_off(b"220 mail.example ESMTP\r\n"), BROKEN),
    "speaks another version": Case(breaking_off(b"HTTP/x 200 OK\r\n\r\n"), BROKEN),
    "sends chunks that are none": Case(
        breaking_off(head(200, "Transfer-Encoding: chunked") + b"zz\r\n\x00\r\n"), UNREADABLE
    ),
    "sends a length that is none": Case(breaking_off(head(200, "Content-Length: -1") + b"{}"), BROKEN),
    "sends two lengths": Case(breaking_off(head(200, "Content-Length: 1", "Content-Length: 2") + b"{}"), BROKEN),
    "sends a length that is too short": Case(answering(head(200, "Content-Length: 20") + GOOD.encode()), UNREADABLE),
    "sends NUL in a header": Case(breaking_off(head(200, "X: a\x00b")), BROKEN),
}

BODIES = {
    "nothing": reads(whole(200), UNREADABLE, cancel=FINE, activate=FINE),
    "nothing with 204": reads(head(204), UNREADABLE, cancel=FINE, activate=FINE),
    "blanks": reads(body(" \r\n"), UNREADABLE, cancel=FINE, activate=FINE),
    "a web page": reads(body("<!doctype html><p>Log in", HTML), UNREADABLE),
    "a web page that claims to be JSON": reads(body("\n<html>Log in</html>"), UNREADABLE),
    "plain text": reads(body("OK"), **NO_JSON),
    "null": reads(body("null"), **NO_OBJECT, activate=FINE),
    "a list": reads(body([ONBOARDING]), **NO_OBJECT),
    "a string": reads(body('"id-1"'), **NO_OBJECT),
    "a number": reads(body("1e999"), **NO_OBJECT),
    "NaN": reads(body("NaN"), **NO_OBJECT),
    "half an object": reads(body(GOOD[:-5]), **NO_JSON),
    "bytes that are no text": reads(body(b"\xff\xfe\x00" * 9), **NO_JSON),
    "JSON nested 100,000 deep": reads(body(deep(100_000)), **NO_JSON),
    "JSON nested 900 deep": reads(body(deep(900)), **NO_JSON),
    "an empty object": reads(body({}), **NO_ID),
    "a null id": reads(body({"onboardingId": None}), **NO_ID),
    "an empty id": reads(body({"onboardingId": ""}), **NO_ID),
    "a blank id": reads(body({"onboardingId": " \n"}), **NO_ID),
    "an id that is a path": reads(body({"onboardingId": ".."}), **{**NO_ID, "cancel": UNREADABLE}),
    "an id that is a list": reads(body({"onboardingId": ["id-1"]}), **NO_ID),
    "an id that is true": reads(body({"onboardingId": True}), **{**NO_ID, "cancel": UNREADABLE}),
    "an id that is a number": reads(body({"onboardingId": 17}), FINE, status=UNREADABLE, cancel=UNREADABLE),
    "another onboarding": reads(
        body({**ONBOARDING, "onboardingId": "id-2"}), FINE, status=UNREADABLE, cancel=UNREADABLE
    ),
    "an error code beside an id": reads(body({**ONBOARDING, "errorCode": "NONE"}), FINE, cancel=UNREADABLE),
    "an empty web page": reads(whole(200, b"", HTML), UNREADABLE, activate=FINE),
    "members of wrong types": reads(
        body({"onboardingId": "id-1", "status": 7, "storeId": [1], "error": {"a": None}, "createdAt": True, "name": 0}),
        FINE,
    ),
    "members twice": reads(body('{"onboardingId": "id-0", "status": "x", "onboardingId": "id-1"}'), FINE),
    "unknown members": reads(body({**ONBOARDING, "x": {"y": [None, 1.5]}, "__class__": 1, "model_config": 2}), FINE),
    "a byte order mark": reads(body(b"\xef\xbb\xbf" + GOOD.encode()), FINE),
    "a byte that is no text": reads(body(GOOD.replace("p-1", "p-\udcff").encode("utf-8", "surrogateescape")), FINE),
    "half a surrogate pair": reads(body(GOOD.replace("p-1", "\\ud800")), FINE),
    "a number of 5,000 digits": reads(body(GOOD[:-1] + ', "n": ' + "9" * 5000 + "}"), FINE),
    "numbers that are none": reads(body(GOOD[:-1] + ', "n": [NaN, -Infinity, 1e999]}'), FINE),
    "more than it allows": reads(body(GOOD + " " * 1_100_000), UNREADABLE),
    "gzip": reads(body(gzip.compress(GOOD.encode()), "Content-Encoding: gzip"), FINE),
    "deflate": reads(body(zlib.compress(GOOD.encode()), "Content-Encoding: deflate"), FINE),
    "gzip that does not say so": reads(body(gzip.compress(GOOD.encode())), **NO_JSON),
    "gzip that is none": reads(body(GOOD, "Content-Encoding: gzip"), FINE),
    "a gzip bomb": reads(body(gzip.compress(b" " * 200_000_000, 1), "Content-Encoding: gzip"), UNREADABLE),
    "half a gzip": reads(body(gzip.compress(GOOD.encode())[:-30], "Content-Encoding: gzip"), **NO_JSON),
    "an unknown encoding": reads(body(b"\x8b\x02", "Content-Encoding: br"), **NO_JSON),
}

STATUSES = {
    **{f"{code}": reads(whole(code, GOOD), FINE) for code in (200, 201, 202, 203, 299)},
    **{f"{code}": reads(whole(code), UNREADABLE) for code in (300, 301, 302, 303, 307, 308, 600, 999)},
    "101": Case(breaking_off(head(101, "Upgrade: x", "Connection: Upgrade")), BROKEN),
    "304": reads(head(304), UNREADABLE),
    "302 to nowhere": reads(whole(302, "", "Location: http://[::1"), UNREADABLE),
    "302 to something odd": reads(whole(302, "", "Location: javascript:\xff\xfe"), UNREADABLE),
    **{f"{code}": reads(whole(code), REFUSED) for code in (400, 401, 403, 404, 405, 407, 409, 410, 422, 429, 499)},
    **{f"{code}": reads(whole(code), FAILED) for code in (408, 500, 501, 502, 503, 504, 529, 599)},
    "404 as a web page": reads(whole(404, "<h1>Not found", HTML), REFUSED),
    "500 with a problem": reads(whole(500, {"title": "Internal Server Error"}, PROBLEM), FAILED),
    "502 with a problem": reads(whole(502, {"title": "Bad Gateway"}, PROBLEM), FAILED),
    "503 with a problem": reads(whole(503, {"errorCode": "SERVICE_UNAVAILABLE", "status": 503}, PROBLEM), REFUSED),
    "503 with a problem that names no code": reads(whole(503, {"title": "Service Unavailable"}, PROBLEM), FAILED),
    "503 with a problem as plain JSON": reads(
        whole(503, {"errorCode": "SERVICE_UNAVAILABLE"}, "Content-Type: application/json"), REFUSED
    ),
    "503 with a problem that is a web page": reads(whole(503, '{"title": "x"}', HTML), FAILED),
    "503 with JSON of another kind": reads(whole(503, {"status": 503, "message": "no"}, PROBLEM), FAILED),
    "503 with a list": reads(whole(503, [{"title": "x"}], PROBLEM), FAILED),
    "a problem of wrong types": reads(
        whole(400, {"title": [], "detail": 1, "errorCode": {}, "errors": 7, "retryable": "x", "retryAfter": []}),
        REFUSED,
    ),
    "errors of every kind": reads(
        whole(422, {"title": "x", "errors": [None, 1, "two", [3], {"code": 4, "message": [5]}, {}] * 99}), REFUSED
    ),
}

ALL = {
    **{f"the server {name}": case for name, case in CONNECTION.items()},
    **{f"the answer is {name}": case for name, case in BODIES.items()},
    **{f"the status is {name}": case for name, case in STATUSES.items()},
}


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with hostile_server(hanging_up) as running:
        yield running


@pytest.fixture
async def client(
    few_certificates: None, server: HostileServer, request: pytest.FixtureRequest
) -> AsyncIterator[GettClient]:
    async with GettClient(server.url, secret(), timeouts=request.param) as connected:
        yield connected


def call(client: GettClient, operation: str):
    return client.register(REGISTRATION) if operation == "register" else getattr(client, operation)("id-1")


@pytest.mark.few(40)
@pytest.mark.parametrize(
    ("client", "case"), [pytest.param(case.timeouts, case, id=name) for name, case in ALL.items()], indirect=["client"]
)
async def test_every_operation_ends_as_it_should_when(client: GettClient, case: Case, server: HostileServer) -> None:
    server.script = case.script
    endings = await asyncio.gather(*(_ending(client, operation) for operation in OPERATIONS))
    assert dict(zip(OPERATIONS, endings, strict=True)) == {name: case.expected(name) for name in OPERATIONS}


async def _ending(client: GettClient, operation: str) -> Expected:
    try:
        await call(client, operation)
    except GettError as error:
        assert_keyless(error)
        return type(error), error.outcome
    return FINE


@pytest.mark.parametrize("client", [PATIENT], indirect=True)
class TestWhatIsKept:
    """An error keeps what a person needs to settle the matter."""

    @pytest.mark.parametrize(
        "answer",
        [
            head(200, "Content-Length: 999") + b'{"onboardingId": "id-1", "st',
            whole(200, '{"onboardingId": "id-1", "st'),
            whole(201, '<p>{"onboardingId": "id-1", "st'),
        ],
    )
    async def test_the_body_of_a_success_that_cannot_be_read(
        self, client: GettClient, server: HostileServer, answer: bytes
    ) -> None:
        server.script = breaking_off(answer)
        with pytest.raises(UnreadableAnswerError) as caught:
            await client.register(REGISTRATION)
        assert '{"onboardingId": "id-1", "st' in caught.value.body
        assert caught.value.status in (200, 201)

    async def test_the_start_of_an_endless_success(self, client: GettClient, server: HostileServer) -> None:
        server.script = without_end(head(200) + b'{"onboardingId": "id-1"', b" " * 65536)
        with pytest.raises(UnreadableAnswerError, match="too large") as caught:
            await client.register(REGISTRATION)
        assert caught.value.body.startswith('{"onboardingId": "id-1" ')
        assert len(caught.value.body) == 1024 * 1024

    async def test_a_problem_that_was_cut_off_is_not_gett_s_own_word(
        self, client: GettClient, server: HostileServer
    ) -> None:
        """Who knows what would have come yet: that a store is gone must be said whole."""
        for status, code in ((404, "NOT_FOUND"), (503, "SERVICE_UNAVAILABLE")):
            told = f'{{"errorCode": "{code}"}}'.encode()
            server.script = breaking_off(head(status, "Content-Length: 999") + told)
            with pytest.raises(ProblemError) as caught:
                await client.status("id-1")
            assert (caught.value.says_gone, caught.value.may_go_again) == (False, False)
            assert caught.value.problem.body == told.decode()

    async def test_no_more_than_the_start_of_an_error_that_is_no_problem(
        self, client: GettClient, server: HostileServer
    ) -> None:
        server.script = answering(whole(502, "<p>bad" + "x" * 10_000_000, HTML))
        with pytest.raises(ProblemError) as caught:
            await client.status("id-1")
        problem = caught.value.problem
        assert (problem.is_gett, problem.title) == (False, None)
        assert problem.body.startswith("<p>bad")
        assert len(problem.body) == 2_000

    async def test_the_key_is_taken_out_of_an_error_that_quotes_it(
        self, client: GettClient, server: HostileServer
    ) -> None:
        async def echo(connection) -> None:
            while request := await connection.request():
                await connection.send(whole(401, request))

        server.script = echo
        with pytest.raises(ProblemError) as caught:
            await client.status("id-1")
        assert shows_key(server.requests[-1])
        assert "authorization: Bearer ***" in caught.value.problem.body.replace("Authorization", "authorization")
        assert_keyless(caught.value)


@pytest.mark.parametrize("status", [200, 301, 422, 429, 503])
@pytest.mark.parametrize(
    "header",
    ["Retry-After", "X-Request-Id", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Location", "Content-Type", "X"],
)
async def test_no_header_of_an_answer_shows_the_key(header: str, status: int) -> None:
    quoted = f"{header}: Bearer {secret().reveal()}"
    problem = {"title": "no", "status": status, "errorCode": "VALIDATION_FAILED"}
    with hostile_server(answering(whole(status, problem, quoted))) as server:
        async with GettClient(server.url, secret()) as client:
            for operation in OPERATIONS:
                with pytest.raises(GettError) as caught:
                    await call(client, operation)
                assert_keyless(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_to_another_host_is_not_followed_and_gets_nothing(status: int) -> None:
    with hostile_server(answering(whole(200, ONBOARDING))) as other:
        location = f"{other.url.replace('//', '//user:pass@')}/v1?token=abc"
        with hostile_server(answering(whole(status, "", f"Location: {location}"))) as server:
            async with GettClient(server.url, secret()) as client:
                for operation in OPERATIONS:
                    with pytest.raises(UnreadableAnswerError, match=r"redirect to 127\.0\.0\.1, which is") as caught:
                        await call(client, operation)
                    assert "token" not in str(caught.value)
                    assert "pass" not in str(caught.value)
            assert len(server.requests) == len(OPERATIONS)
        assert other.connections == 0


async def test_the_host_of_a_redirect_cannot_steer_the_terminal() -> None:
    location = "Location: http://evil\x1b[31m\u202e.example/"
    with hostile_server(answering(head(302, "Content-Length: 0", location.encode().decode("latin-1")))) as server:
        async with GettClient(server.url, secret()) as client:
            with pytest.raises(GettError) as caught:
                await client.status("id-1")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("member", "header", "seconds"),
    [
        ("30", None, 30.0),
        ("0", None, 0.0),
        ("1.5", None, 1.5),
        ('"7"', None, 7.0),
        ("1" + "0" * 30, None, 1e30),
        ("1" + "0" * 30, "5", 1e30),
        ("-1", None, None),
        ("1e400", None, None),
        ("NaN", None, None),
        ("9" * 5000, None, None),
        ('"soon"', None, None),
        ("null", None, None),
        ("true", None, None),
        ("[30]", None, None),
        (None, None, None),
        (None, "12", 12.0),
        (None, "-1", None),
        (None, "soon", None),
        (None, "inf", None),
        (None, "Sat, 01 Jan 2000 00:00:00 GMT", 0.0),
        (None, "Sat, 99 Foo 2000 99:00:00 GMT", None),
        ("-1", "12", 12.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
async def test_how_long_to_wait_is_a_finite_time_or_unknown(
    server: HostileServer, status: int, member: str | None, header: str | None, seconds: float | None
) -> None:
    data = '{"errorCode": "RATE_LIMITED"' + ("" if member is None else f', "retryAfter": {member}') + "}"
    server.script = answering(whole(status, data, PROBLEM, *([] if header is None else [f"Retry-After: {header}"])))
    async with GettClient(server.url, secret()) as client:
        with pytest.raises(ProblemError) as caught:
            await client.cancel("id-1")
    assert caught.value.problem.retry_after == seconds
    assert caught.value.outcome is Outcome.NOT_DONE
