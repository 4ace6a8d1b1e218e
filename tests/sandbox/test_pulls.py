"""The simulated Gett pulls each catalog by itself after Register, and no catalog holds up the others for long."""

from __future__ import annotations

import asyncio
import json
import time

import pytest
from calls import STORES, body, client, until
from hostile_server import Connection, Script, answering, falling_silent, head, hostile_server, whole, without_end
from sandbox_server import live_sandbox

from gett_tui.catalog.download import DownloadError
from gett_tui.sandbox.pulls import AT_ONCE, Pulls
from gett_tui.sandbox.samples import catalog_set
from gett_tui.sandbox.settings import Settings
from gett_tui.sandbox.state import FAILED, PENDING, READY, State

GOOD = answering(whole(200, catalog_set("p-1")))
DRIPPING = without_end(head(200, "Transfer-Encoding: chunked"), b"1\r\nx\r\n", 0.05)


def test_the_catalog_is_pulled_without_being_asked_for() -> None:
    with hostile_server(GOOD) as web, live_sandbox(ingesting=0) as live, client(live) as http:
        http.post(STORES, json=body(f"{web.url}/x"))
        (made,) = live.state.onboardings.values()
        until(lambda: live.state.status(made) == READY)
        assert len(web.requests) == 1
        assert len(live.sandbox.requests) == 1, "nobody polled"


def test_asking_for_the_status_pulls_nothing() -> None:
    with hostile_server(GOOD) as web, live_sandbox(pending=3_600) as live, client(live) as http:
        made = http.post(STORES, json=body(f"{web.url}/x")).json()
        for _ in range(5):
            assert http.get(f"{STORES}/{made['onboardingId']}").json()["status"] == PENDING
        assert web.requests == []


def test_a_cancelled_onboarding_is_not_pulled() -> None:
    with hostile_server(GOOD) as web, live_sandbox(pending=0.3) as live, client(live) as http:
        first = http.post(STORES, json=body(f"{web.url}/cancelled")).json()
        http.delete(f"{STORES}/{first['onboardingId']}")
        http.post(STORES, json=body(f"{web.url}/kept"))
        until(lambda: bool(web.requests))
        assert [request.split()[1] for request in web.requests] == [b"/kept"]


@pytest.mark.parametrize("script", [DRIPPING, falling_silent()], ids=["dripping", "silent"])
def test_more_hanging_catalogs_than_slots_do_not_stop_the_others(script: Script) -> None:
    switch = Settings(pull_seconds=0.5)
    with (
        hostile_server(script) as bad,
        hostile_server(GOOD) as web,
        live_sandbox(switch, pending=0, ingesting=0) as live,
        client(live) as http,
    ):
        for number in range(AT_ONCE + 20):
            http.post(STORES, json=body(f"{bad.url}/{number}"))
        good = http.post(STORES, json=body(f"{web.url}/x")).json()["onboardingId"]
        until(lambda: live.state.status(live.state.onboardings[good]) == READY)
        until(lambda: {live.state.status(one) for one in live.state.onboardings.values()} == {READY, FAILED})
        first = next(iter(live.state.onboardings.values()))
        assert first.error == f"The catalog cannot be downloaded from {bad.url}/0: no answer within 0.5 s"


@pytest.mark.parametrize(
    "catalog",
    [
        json.dumps({"catalogs": {}, "sections": {"\ud800": 1}, "items": {}, "modifierGroups": {}}),
        json.dumps({**catalog_set("p-1"), "items": {"\ud800": {"itemId": "x"}}}),
        "[" * 100_000,
        '{"items": ' + "9" * 10_000 + "}",
        b"\xff\xfe",
        b"",
        "null",
    ],
)
def test_a_catalog_that_makes_no_sense_fails_its_onboarding_and_can_be_told(catalog: str | bytes) -> None:
    script = answering(whole(200, catalog))
    with hostile_server(script) as web, live_sandbox(pending=0, ingesting=0) as live, client(live) as http:
        made = http.post(STORES, json=body(f"{web.url}/x")).json()["onboardingId"]
        until(lambda: live.state.status(live.state.onboardings[made]) == FAILED)
        assert http.get(f"{STORES}/{made}").json()["error"]
        assert http.get("/_sandbox").status_code == 200


async def test_thousands_of_onboardings_are_pulled_in_the_order_of_their_times_a_few_at_once() -> None:
    now = 0.0
    state = State(lambda: now, pending=10.0, ingesting=0.0)
    at_once, most, seen = 0, 0, list[str]()

    async def download(url: str) -> bytes:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        seen.append(url)
        await asyncio.sleep(0)
        at_once -= 1
        raise DownloadError("none")

    pulls = Pulls(state, download, lambda: 30.0)
    for number in reversed(range(5_000)):
        made = state.register({"catalogCallbackUrl": str(number)})
        made.pending_until = number / 1_000
        pulls.plan(made)
    await pulls.pull_due()
    assert seen == ["0"]
    now = 60.0
    await pulls.pull_due()
    assert seen == [str(number) for number in range(5_000)]
    assert most <= AT_ONCE
    assert {state.status(one) for one in state.onboardings.values()} == {FAILED}


async def test_a_download_that_breaks_in_an_unforeseen_way_fails_its_onboarding_alone() -> None:
    async def download(url: str) -> bytes:
        raise LookupError(url)

    state = State(time.time, pending=0.0, ingesting=0.0)
    pulls = Pulls(state, download, lambda: 30.0)
    made = state.register({"catalogCallbackUrl": "x"})
    pulls.plan(made)
    await pulls.pull_due()
    assert made.error == "The catalog cannot be processed (LookupError)."


async def test_a_reason_that_no_answer_could_tell_is_told_all_the_same() -> None:
    async def download(url: str) -> bytes:
        raise DownloadError("half a pair: \ud800")

    state = State(time.time, pending=0.0, ingesting=0.0)
    pulls = Pulls(state, download, lambda: 30.0)
    made = state.register({"catalogCallbackUrl": "x"})
    pulls.plan(made)
    await pulls.pull_due()
    assert (made.error or "").encode().endswith(b"half a pair: \\ud800")


async def test_a_redirecting_catalog_is_not_followed() -> None:
    async def redirect(connection: Connection) -> None:
        await connection.request()
        await connection.send(whole(302, b"", "Location: /catalogs/good.json"))

    with hostile_server(redirect) as web, live_sandbox(pending=0, ingesting=0) as live, client(live) as http:
        http.post(STORES, json=body(f"{web.url}/x"))
        (made,) = live.state.onboardings.values()
        until(lambda: live.state.status(made) == FAILED)
        assert "redirects are not followed" in (made.error or "")
