"""After an activation sample orders go to the webhook, signed as the fact sheet says, and what comes back is shown."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from calls import KEY, STORES, body, client, until
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
from sandbox_server import Live, live_sandbox

from gett_tui.sandbox.embedded import BASE_URL, Embedded
from gett_tui.sandbox.orders import Orders, Result

SECRET = b"test-webhook-secret"
TAKEN = answering(whole(200, {"amounts": {"total": 4.5}}))


@contextmanager
def webhook(script: Script = TAKEN) -> Iterator[HostileServer]:
    with hostile_server(script) as server:
        yield server


def go_live(http: httpx.Client, webhook_url: str, catalog: str = "https://c.example/x", partner: str = "p-1") -> str:
    """Registers and activates a store; gives its onboarding id."""
    made = http.post(STORES, json=body(catalog, webhook_url, partner)).json()["onboardingId"]
    http.post("/_sandbox", json={"status": {made: "ready_to_activate"}})
    assert http.post(f"{STORES}/{made}/activate").status_code == 200
    return made


def results(live: Live, count: int) -> list[Result]:
    assert live.sandbox.orders is not None
    seen = live.sandbox.orders.results
    until(lambda: len(seen) >= count)
    return list(seen)


def parts(request: bytes) -> tuple[bytes, dict[str, str], bytes]:
    """The request line, the headers by lower-case name, and the raw body."""
    top, _, raw = request.partition(b"\r\n\r\n")
    first, *lines = top.split(b"\r\n")
    pairs = (line.decode().split(": ", 1) for line in lines)
    return first, {name.lower(): value for name, value in pairs}, raw


def test_the_order_is_validated_and_then_placed_and_both_are_signed() -> None:
    with webhook() as hook, live_sandbox(orders=Orders(SECRET)) as live, client(live) as http:
        made = go_live(http, f"{hook.url}/base")
        validated, placed = results(live, 2)
        assert len(hook.requests) == 2
        for step, request in zip(("validate", "place"), hook.requests, strict=True):
            first, headers, raw = parts(request)
            assert first == f"POST /base/{step} HTTP/1.1".encode()
            assert headers["signature"] == hmac.new(SECRET, raw, hashlib.sha256).hexdigest()
            assert abs(int(headers["timestamp"]) - time.time()) < 300
            assert headers["api-version"] == "2026-01-30"
            assert headers["content-type"] == "application/json"
            sent = json.loads(raw)
            assert {"order", "user", "deliveryAddress"} <= sent.keys()
            assert {"items", "subTotal"} <= sent["order"].keys()
            assert ("paymentToken" in sent) == (step == "place")
        assert [(one.step, one.status, one.trouble) for one in (validated, placed)] == [
            ("validate", 200, None),
            ("place", 200, None),
        ]
        shown = http.get("/_sandbox").json()["orders"]
        assert [one["step"] for one in shown] == ["validate", "place"]
        assert shown[0]["onboarding_id"] == made
        assert shown[0]["answer"] == '{"amounts": {"total": 4.5}}'
        assert SECRET.decode() not in http.get("/_sandbox").text


def test_without_a_secret_nothing_is_signed() -> None:
    with webhook() as hook, live_sandbox(orders=Orders()) as live, client(live) as http:
        go_live(http, hook.url)
        results(live, 2)
        assert "signature" not in parts(hook.requests[0])[1]


@pytest.mark.parametrize(
    ("ending", "asked"),
    [("", "/validate"), ("/", "//validate"), ("/a/b", "/a/b/validate"), ("/a?b=c", "/a?b=c/validate")],
)
def test_the_path_is_added_to_the_text_of_the_url(ending: str, asked: str) -> None:
    with webhook() as hook, live_sandbox(orders=Orders()) as live, client(live) as http:
        go_live(http, hook.url + ending)
        results(live, 2)
        assert parts(hook.requests[0])[0] == f"POST {asked} HTTP/1.1".encode()


def test_the_order_names_an_item_of_the_store_s_own_catalog() -> None:
    with webhook() as hook, live_sandbox(pending=0, ingesting=0, orders=Orders()) as live, client(live) as http:
        made = http.post(STORES, json=body(live.catalog(), hook.url)).json()["onboardingId"]
        until(lambda: http.get(f"{STORES}/{made}").json()["status"] == "ready_to_activate")
        http.post(f"{STORES}/{made}/activate")
        results(live, 2)
        order = json.loads(parts(hook.requests[0])[2])["order"]
        assert order == {"items": [{"itemId": "loaf", "quantity": 1, "price": 4.5}], "subTotal": 4.5}


@pytest.mark.parametrize("status", [400, 401, 404, 500, 302, 304])
def test_an_order_that_is_not_validated_is_not_placed(status: int) -> None:
    answer = head(304) if status == 304 else whole(status, b"out of stock\nmore", "Location: /elsewhere")
    with webhook(answering(answer)) as hook, live_sandbox(orders=Orders()) as live, client(live) as http:
        go_live(http, hook.url)
        go_live(http, "https://hooks.example")
        (first,) = (result for result in results(live, 2) if result.url.startswith(hook.url))
        assert (first.status, first.answer) == (status, "" if status == 304 else "out of stock")
        assert len(hook.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example/x",
        "http://127.0.0.1.hooks.example/x",
        "http://127.0.0.1@hooks.example/x",
        "http://localhost.hooks.example/x",
        "http://192.168.1.1/x",
        "http://0.0.0.0/x",
        "http://2130706433/x",
        "http://0x7f000001/x",
        "http://[::ffff:192.168.1.1]/x",
    ],
)
def test_nothing_goes_to_another_machine_unasked(url: str) -> None:
    with live_sandbox(orders=Orders()) as live, client(live) as http:
        go_live(http, url)
        (result,) = results(live, 1)
        assert result.status is None
        assert (result.trouble or "").startswith("not sent: it is not on this machine")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9"])
def test_this_machine_has_several_names(host: str) -> None:
    with webhook() as hook, live_sandbox(orders=Orders()) as live, client(live) as http:
        go_live(http, f"http://{host}:{hook.port}")
        (result, *_) = results(live, 1)
        assert "not on this machine" not in (result.trouble or "")


def test_when_asked_orders_go_anywhere_by_the_way_that_applies(monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as proxy, webhook() as hook, live_sandbox(orders=Orders(anywhere=True)) as live:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        with client(live) as http:
            go_live(http, "http://hooks.example/x")
            results(live, 2)
            go_live(http, hook.url)
            results(live, 4)
        assert parts(proxy.requests[0])[0] == b"POST http://hooks.example/x/validate HTTP/1.1"
        assert (len(proxy.requests), len(hook.requests)) == (2, 2)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (hanging_up, "the connection broke off"),
        (breaking_off(b"nonsense\r\n\r\n"), "the connection broke off"),
        (falling_silent(), "no answer within 0.4 s"),
        (without_end(head(200, "Transfer-Encoding: chunked"), b"1\r\nx\r\n", 0.02), "no answer within 0.4 s"),
    ],
)
def test_a_webhook_that_fails_is_told_and_hurts_nothing(script: Script, said: str) -> None:
    with webhook(script) as hook, live_sandbox(orders=Orders(seconds=0.4)) as live, client(live) as http:
        made = go_live(http, hook.url)
        (result,) = results(live, 1)
        assert (result.status, result.trouble) == (None, said)
        assert http.get(f"{STORES}/{made}").json()["status"] == "active"


def test_an_answer_without_end_is_read_to_a_bound() -> None:
    megabyte = b"100000\r\n" + b"x" * 2**20 + b"\r\n"
    script = without_end(head(200, "Transfer-Encoding: chunked"), megabyte)
    with webhook(script) as hook, live_sandbox(orders=Orders(seconds=20)) as live, client(live) as http:
        go_live(http, hook.url)
        assert [one.status for one in results(live, 2)] == [200, 200]


def test_the_activation_does_not_wait_for_the_webhook() -> None:
    with webhook(falling_silent()) as hook, live_sandbox(orders=Orders(seconds=3_600)) as live, client(live) as http:
        for number in range(40):
            go_live(http, hook.url, partner=f"p-{number}")
        assert http.get("/_sandbox").json()["orders"] == []


def test_what_comes_back_is_one_inert_line() -> None:
    evil = "\x1b]0;owned\x07\u202e first \x9b31m" + "\u0301" * 99 + "\r\nsecond\n" + "x" * 10**6
    said: list[str] = []
    orders = Orders(report=lambda result: said.append(str(result)))
    with webhook(answering(whole(200, evil))) as hook, live_sandbox(orders=orders) as live, client(live) as http:
        go_live(http, hook.url, partner="p\x1b[2J\n-1")
        until(lambda: len(said) == 2)
        assert all(one.isprintable() or "\N{REPLACEMENT CHARACTER}" in one for one in said)
        assert not any(char in one for one in said for char in "\x1b\x07\x9b\u202e\n\r")
        assert "second" not in said[0]
        assert all(len(one) < 500 for one in said)
        text = http.get("/_sandbox").json()["orders"][0]["answer"]
        assert not set(text) & set("\x1b\x07\x9b\u202e\n\r")


def test_the_secret_is_in_no_repr() -> None:
    assert "test-webhook-secret" not in repr(Orders(SECRET))


async def test_the_demo_sends_no_orders() -> None:
    embedded = Embedded()
    made = next(known for seed, known in embedded.seeded if seed.end == "")
    with hostile_server(TAKEN) as hook:
        made.sent["webhookUrl"] = hook.url
        made.forced = "ready_to_activate"
        async with httpx.AsyncClient(transport=embedded.transport, base_url=BASE_URL, headers=KEY) as http:
            assert (await http.post(f"{STORES}/{made.onboarding_id}/activate")).status_code == 200
            assert (await http.get("/_sandbox")).json()["orders"] == []
        assert embedded.sandbox.orders is None
        assert hook.connections == 0
