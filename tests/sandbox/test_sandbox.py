"""The simulated Gett behaves as the fact sheet says, and every guess about Gett is a switch."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sandbox_server import Live, live_sandbox

from gett_tui.sandbox.embedded import BASE_URL, SEEDS, Embedded
from gett_tui.sandbox.settings import Settings
from gett_tui.sandbox.state import ACTIVE, FAILED, INGESTING, PENDING, READY, State

STORES = "/v1/commerce/onboarding/stores"
KEY = {"Authorization": "Bearer test-key-sandbox"}


def body(live: Live, kind: str = "good", partner: str = "p-1") -> dict[str, str]:
    return {
        "partnerStoreId": partner,
        "name": "Corner Bakery",
        "catalogCallbackUrl": live.catalog(kind, partner),
        "webhookUrl": "https://hooks.example/x",
    }


def client(live: Live) -> httpx.Client:
    return httpx.Client(base_url=live.url, headers=KEY, trust_env=False)


def wait_for(http: httpx.Client, path: str, statuses: set[str]) -> dict[str, str]:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        seen = http.get(path).json()
        if seen["status"] in statuses:
            return seen
        time.sleep(0.02)
    raise AssertionError(f"never {statuses}")


def test_a_store_walks_the_pipeline_and_goes_live() -> None:
    with live_sandbox() as live, client(live) as http:
        made = http.post(STORES, json=body(live))
        assert made.status_code == 201
        assert set(made.json()) == {"onboardingId", "partnerStoreId", "status", "createdAt"}
        assert made.json()["status"] == PENDING
        path = f"{STORES}/{made.json()['onboardingId']}"
        refused = http.post(f"{path}/activate")
        assert (refused.status_code, refused.json()["errorCode"]) == (409, "CONFLICT")
        assert wait_for(http, path, {INGESTING})
        assert wait_for(http, path, {READY})
        store = http.post(f"{path}/activate").json()
        seen = http.get(path).json()
        assert (seen["status"], seen["storeId"]) == (ACTIVE, store["storeId"])
        assert http.delete(path).status_code == 409


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("dangling", "'croissant' is not in items"),
        ("not-json", "not JSON"),
        ("wrong-shape", "$.catalogs"),
        ("nowhere", "HTTP status 404"),
    ],
)
def test_a_catalog_that_cannot_be_used_fails_with_a_clear_error(kind: str, said: str) -> None:
    with live_sandbox() as live, client(live) as http:
        made = http.post(STORES, json=body(live, kind)).json()
        seen = wait_for(http, f"{STORES}/{made['onboardingId']}", {FAILED})
        assert said in seen["error"]


def test_a_catalog_on_a_dead_host_fails_with_a_clear_error() -> None:
    with live_sandbox() as live, client(live) as http:
        made = http.post(STORES, json={**body(live), "catalogCallbackUrl": "http://127.0.0.1:9/x"}).json()
        assert "no connection" in wait_for(http, f"{STORES}/{made['onboardingId']}", {FAILED})["error"]


def test_problems_have_the_documented_members() -> None:
    with live_sandbox() as live, client(live) as http:
        answer = http.post(STORES, json={"name": "x", "catalogCallbackUrl": "ftp://x", "webhookUrl": "https://x"})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["type"] == "https://developer.gett-tech.com/errors/VALIDATION_FAILED"
        assert {entry["jsonPath"] for entry in problem["errors"]} == {"$.partnerStoreId", "$.catalogCallbackUrl"}
        assert {"title", "status", "detail", "instance", "requestId", "timestamp", "retryable"} <= set(problem)
        assert http.post(STORES, content=b"{").status_code == 400


@pytest.mark.parametrize("header", [{}, {"Authorization": "test-key-1"}, {"Authorization": "Bearer test-key-wrong"}])
def test_only_a_known_bearer_key_is_let_in(header: dict[str, str]) -> None:
    with live_sandbox(Settings(keys=frozenset({"test-key-right"}))) as live:
        answer = httpx.get(f"{live.url}{STORES}/x", headers=header, trust_env=False)
        assert (answer.status_code, answer.json()["errorCode"]) == (401, "UNAUTHENTICATED")


def test_an_unknown_id_is_a_problem_and_a_malformed_one_an_empty_404() -> None:
    with live_sandbox() as live, client(live) as http:
        unknown = http.get(f"{STORES}/00000000-0000-4000-8000-000000000000")
        assert (unknown.status_code, unknown.json()["errorCode"]) == (404, "NOT_FOUND")
        malformed = http.get(f"{STORES}/not-a-guid")
        assert (malformed.status_code, malformed.content) == (404, b"")


def test_the_window_is_counted_down_and_its_end_is_a_429_with_the_time_to_wait() -> None:
    with live_sandbox(Settings(reads_per_minute=3)) as live, client(live) as http:
        left = [http.get(f"{STORES}/x").headers["x-ratelimit-remaining"] for _ in range(3)]
        assert left == ["2", "1", "0"]
        refused = http.get(f"{STORES}/x")
        assert refused.status_code == 429
        assert 1 <= refused.json()["retryAfter"] <= 60
        assert refused.json()["retryable"] is True
        assert float(refused.headers["x-ratelimit-reset"]) > time.time()
        assert http.post(STORES, json=body(live)).status_code == 201, "writes have a window of their own"


def test_a_clock_that_is_put_back_does_not_hold_the_window_open() -> None:
    with live_sandbox(Settings(reads_per_minute=1)) as live, client(live) as http:
        assert [http.get(f"{STORES}/x").status_code for _ in range(2)] == [404, 429]
        live.state.now = lambda: time.time() - 3_600
        assert [http.get(f"{STORES}/x").status_code for _ in range(2)] == [404, 429]


SWITCHES: list[tuple[Settings, Callable[[httpx.Client, Live], bool]]] = [
    (Settings(register_code=202), lambda http, live: http.post(STORES, json=body(live)).status_code == 202),
    (Settings(with_null=True), lambda http, live: http.post(STORES, json=body(live)).json()["storeId"] is None),
    (
        Settings(refuse_duplicates=True),
        lambda http, live: [http.post(STORES, json=body(live)).status_code for _ in range(2)] == [201, 409],
    ),
    (
        Settings(bare_problems=True),
        lambda http, live: set(http.post(STORES, json={}).json()) == {"type", "title", "status"},
    ),
]


@pytest.mark.parametrize(("switch", "holds"), SWITCHES)
def test_a_switch_changes_what_is_not_known(switch: Settings, holds: Callable[[httpx.Client, Live], bool]) -> None:
    with live_sandbox(switch) as live, client(live) as http:
        assert holds(http, live)


@pytest.mark.parametrize(("code", "after"), [(204, 404), (200, 200), (202, 200)])
def test_cancel_answers_as_switched_and_get_then_too(code: int, after: int) -> None:
    switch = Settings(cancel_code=code, record_after_cancel=after == 200)
    with live_sandbox(switch) as live, client(live) as http:
        path = f"{STORES}/{http.post(STORES, json=body(live)).json()['onboardingId']}"
        cancelled = http.delete(path)
        assert cancelled.status_code == code
        assert (cancelled.content == b"") == (code == 204)
        assert http.get(path).status_code == after


def test_a_test_can_look_and_steer_from_outside() -> None:
    with live_sandbox() as live, client(live) as http:
        made = http.post(STORES, json=body(live)).json()["onboardingId"]
        http.post("/_sandbox", json={"faults": ["html-after"], "status": {made: "strange"}, "settings": {"delay": 0.0}})
        assert http.get(f"{STORES}/{made}").status_code == 502
        assert http.get(f"{STORES}/{made}").json()["status"] == "strange"
        assert http.get("/_sandbox").json()["journal"] == [["register", made]]


@given(st.lists(st.tuples(st.sampled_from(["look", "wait", "checked", "broken", "activate"]), st.floats(0, 20))))
@settings(max_examples=200, deadline=None)
def test_only_documented_transitions_happen(steps: list[tuple[str, float]]) -> None:
    allowed = {(PENDING, INGESTING), (INGESTING, READY), (INGESTING, FAILED), (PENDING, FAILED), (READY, ACTIVE)}
    now = 0.0
    state = State(lambda: now, pending=5, ingesting=5)
    made = state.register({})
    before = state.status(made)
    for step, seconds in steps:
        if step == "wait":
            now += seconds
        elif step in ("checked", "broken") and state.wants_catalog(made):
            state.catalog_checked(made, "bad" if step == "broken" else None)
        elif step == "activate" and state.status(made) == READY:
            state.activate(made)
        after = state.status(made)
        ways = {(before, after)}
        if after != before and (before, after) not in allowed:
            ways = {(PENDING, INGESTING), (INGESTING, after)} if before == PENDING else ways
        assert after == before or ways <= allowed
        before = after


async def test_the_demo_s_stores_move_by_themselves_without_a_network() -> None:
    now = 1_000_000.0
    embedded = Embedded(lambda: now)
    async with httpx.AsyncClient(transport=embedded.transport, base_url=BASE_URL, headers=KEY) as http:
        seen: dict[str, set[str]] = {seed.name: set() for seed in SEEDS}
        for _ in range(60):
            for seed, made in embedded.seeded:
                answer = await http.get(f"{STORES}/{made.onboarding_id}")
                if answer.status_code == 200:
                    seen[seed.name].add(answer.json()["status"])
            await embedded.pull_due()
            now += 5
    assert seen["Pizza Süd"] >= {PENDING, INGESTING, READY}
    assert FAILED in seen["Green Bowl Station"]
    assert seen["Tea House"] == {ACTIVE}
