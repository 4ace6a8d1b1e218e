"""Whatever a body holds, the simulated Gett says yes or no to it, and can still tell all it knows afterwards."""

from __future__ import annotations

import json
import socket

import httpx
import pytest
from calls import STORES, body, client
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox_server import Live, live_sandbox

pytestmark = pytest.mark.slow

GOOD = body("https://c.example/x")


def with_extra(text: str) -> bytes:
    return (json.dumps(GOOD)[:-1] + text + "}").encode()


REFUSED = {
    "half a pair in a value": json.dumps({**GOOD, "name": "\ud800"}).encode(),
    "half a pair in an id": json.dumps({**GOOD, "partnerStoreId": "p-\udc00"}).encode(),
    "half a pair in a name": json.dumps({**GOOD, "\udfff": 1}).encode(),
    "half a pair deep inside": json.dumps({**GOOD, "address": [{"street": "\udbff"}]}).encode(),
    "a pair the wrong way round": with_extra(', "x": "\\udc00\\ud800"'),
    "raw surrogate bytes": with_extra(', "x": "?"').replace(b"?", b"\xed\xa0\x80"),
    "NaN": with_extra(', "x": NaN'),
    "infinity": with_extra(', "x": [-Infinity]'),
    "a number beyond a float": with_extra(', "x": 1e999'),
    "a number of ten thousand digits": with_extra(', "x": ' + "9" * 10_000),
    "nested without end": with_extra(', "x": ' + "[" * 100_000),
    "nested deeply": with_extra(', "x": ' + "[" * 100 + "]" * 100),
    "nested as deeply as Python can": with_extra(', "x": ' + "[" * 900 + "]" * 900),
    "a member twice": with_extra(', "name": "Other"'),
    "a member twice deep inside": with_extra(', "x": {"a": 1, "a": 1}'),
    "a list": b"[]",
    "a text": b'"x"',
    "null": b"null",
    "a number": b"1",
    "nothing": b"",
    "half": json.dumps(GOOD).encode()[:-3],
    "two": json.dumps(GOOD).encode() * 2,
    "UTF-16": json.dumps(GOOD).encode("utf-16"),
    "Latin-1": json.dumps({**GOOD, "name": "Café"}, ensure_ascii=False).encode("latin-1"),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
    "too long": json.dumps({**GOOD, "name": "x" * 2**20}).encode(),
}


@pytest.mark.parametrize("path", [STORES, "/_sandbox"])
@pytest.mark.parametrize("sent", REFUSED.values(), ids=REFUSED)
def test_a_body_that_cannot_be_told_again_is_refused(path: str, sent: bytes) -> None:
    with live_sandbox() as live, client(live) as http:
        assert http.post(path, content=sent).status_code == 400
        seen = http.get("/_sandbox")
        assert (seen.status_code, seen.json()["onboardings"]) == (200, [])


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(codec=None, categories=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def lasting() -> object:
    with live_sandbox() as live:
        live.sandbox.settings = type(live.sandbox.settings)(writes_per_minute=10**6, reads_per_minute=10**6)
        yield live


@given(
    st.dictionaries(st.sampled_from([*GOOD, "x", "status"]), json_values)
    | st.fixed_dictionaries(dict.fromkeys(GOOD, json_values))
    | st.builds(lambda extra: {**extra, **GOOD}, st.dictionaries(st.text(max_size=3), json_values, max_size=3))
)
@settings(max_examples=150, deadline=None)
def test_no_body_leads_to_a_500(lasting: Live, sent: dict[str, object]) -> None:
    with client(lasting) as http:
        made = http.post(STORES, content=json.dumps(sent).encode())
        assert made.status_code in (201, 400, 422)
        if made.status_code == 201:
            path = f"{STORES}/{made.json()['onboardingId']}"
            assert http.get(path).status_code == 200
        assert http.get("/_sandbox").status_code == 200
        lasting.state.onboardings.clear()


@pytest.mark.parametrize("path", [STORES, "/_sandbox"])
def test_a_client_that_hangs_up_within_its_body_hurts_nobody(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    with live_sandbox() as live, client(live) as http:
        host, port = live.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as line:
            line.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n".encode())
            line.sendall(b"Content-Length: 100\r\n\r\n{")
        assert http.get("/_sandbox").status_code == 200
    assert "Traceback" not in capfd.readouterr().err


def test_a_missing_or_blank_field_is_named() -> None:
    with live_sandbox() as live, client(live) as http:
        for wrong in (None, "", "  ", 1, ["x"], {}):
            answer = http.post(STORES, json={**GOOD, "name": wrong})
            assert answer.status_code == 422
            assert [(item["code"], item["jsonPath"]) for item in answer.json()["errors"]] == [("REQUIRED", "$.name")]


@pytest.mark.parametrize(
    "url",
    [
        "HTTPS://EXAMPLE/catalog.json",
        "Http://example:8080",
        "https://user@b%C3%BCcher.example/caf%C3%A9.json?a=b&c[]=d#e",
        "http://[::1]:80/x",
        "http://127.0.0.1/",
        "https://xn--bcher-kva.example",
    ],
)
def test_a_uri_of_the_web_is_taken(url: str) -> None:
    with live_sandbox() as live, client(live) as http:
        for field in ("catalogCallbackUrl", "webhookUrl"):
            assert http.post(STORES, json={**GOOD, field: url}).status_code == 201


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example/x",
        "example/x",
        "//example/x",
        "https://",
        "https:///x",
        "https:example",
        "https://?x",
        " https://example",
        "https://example/a b",
        "https://example/a\nb",
        "https://example\\x",
        "https://bücher.example/x",
        "https://example/café.json",
        "https://example/{shop}.json",
        "https://example/100%.json",
        "https://[::1/x",
        "https://[x]/",
        "https://example:99999/",
        "https://example:x/",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_uri_of_the_web_is_a_422_at_its_field(url: str) -> None:
    with live_sandbox() as live, client(live) as http:
        answer = http.post(STORES, json={**GOOD, "webhookUrl": url})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [
            {"code": "INVALID_URL", "message": "must be a URL", "jsonPath": "$.webhookUrl"}
        ]


def test_a_key_that_is_not_among_the_given_ones_is_a_401_and_its_request_does_nothing() -> None:
    with live_sandbox() as live:
        live.sandbox.settings = type(live.sandbox.settings)(keys=frozenset({"test-key-a", "test-key-b"}))
        for key, status in (("test-key-a", 201), ("test-key-b", 201), ("test-key-c", 401), ("test-key-", 401)):
            answer = httpx.post(
                live.url + STORES, json=GOOD, headers={"Authorization": f"Bearer {key}"}, trust_env=False
            )
            assert answer.status_code == status
        assert live.carried_out("register") == 2
