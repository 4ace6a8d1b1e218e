"""What a test asks of the simulated Gett under ``/_sandbox`` is done as a whole, or refused as a whole with a 400."""

from __future__ import annotations

from typing import Any

import pytest
from calls import STORES, body, client, until
from sandbox_server import live_sandbox

from gett_tui.sandbox.settings import Settings

GOOD = body("https://c.example/x")

WRONG: list[Any] = [
    {"faults": "500-before"},
    {"faults": ["no-such-fault"]},
    {"faults": [1]},
    {"faults": [["503"]]},
    {"faults": None},
    {"settings": []},
    {"settings": {"no_such_setting": 1}},
    {"settings": {"keys": ["test-key-1"]}},
    {"settings": {"register_code": "201"}},
    {"settings": {"register_code": 99_999}},
    {"settings": {"register_code": 404}},
    {"settings": {"register_code": 299}},
    {"settings": {"register_code": 201.0}},
    {"settings": {"register_code": True}},
    {"settings": {"cancel_code": None}},
    {"settings": {"activate_code": 100}},
    {"settings": {"wrong_state_code": 200}},
    {"settings": {"with_null": 1}},
    {"settings": {"delay": -1}},
    {"settings": {"delay": "1"}},
    {"settings": {"delay": True}},
    {"settings": {"pull_seconds": None}},
    {"settings": {"reads_per_minute": -1}},
    {"settings": {"reads_per_minute": 10**100}},
    {"settings": {"writes_per_minute": 1.5}},
    {"settings": {"extra_members": []}},
    {"settings": {"extra_members": None}},
    {"settings": {"echo_partner_store_id": 1}},
    {"status": []},
    {"status": {"no-such-id": "active"}},
    {"statuses": {}},
    {"faults": ["503"], "settings": {"delay": -1}},
    {"faults": ["503"], "status": {"no-such-id": "active"}},
]


@pytest.mark.few(11)
@pytest.mark.parametrize("wanted", WRONG, ids=str)
def test_a_wrong_wish_is_refused_and_none_of_it_is_done(wanted: object) -> None:
    with live_sandbox() as live, client(live) as http:
        answer = http.post("/_sandbox", json=wanted)
        assert answer.status_code == 400
        assert answer.json()["error"]
        assert (list(live.sandbox.faults), live.sandbox.settings) == ([], Settings())


@pytest.mark.parametrize("wanted", [1, None, [], {}], ids=str)
def test_a_status_must_be_text(wanted: object) -> None:
    with live_sandbox() as live, client(live) as http:
        made = http.post(STORES, json=GOOD).json()["onboardingId"]
        answer = http.post("/_sandbox", json={"status": {made: wanted}})
        assert answer.status_code == (200 if wanted is None else 400)


@pytest.mark.parametrize("word", ["cancelled", "gone", "dropped", "unconfirmed", "registering", "", "x" * 1_000, "é\n"])
def test_any_word_can_be_gett_s_status(word: str) -> None:
    with live_sandbox() as live, client(live) as http:
        made = http.post(STORES, json=GOOD).json()["onboardingId"]
        assert http.post("/_sandbox", json={"status": {made: word}}).status_code == 200
        assert http.get(f"{STORES}/{made}").json()["status"] == word


def test_a_status_that_is_let_go_again_lets_the_pull_happen() -> None:
    with live_sandbox(pending=0.5, ingesting=0) as live, client(live) as http:
        made = http.post(STORES, json=body(live.catalog())).json()["onboardingId"]
        http.post("/_sandbox", json={"status": {made: "menu_review"}})
        due = live.state.onboardings[made].pending_until
        until(lambda: live.state.now() > due + 0.2)
        assert http.get(f"{STORES}/{made}").json()["status"] == "menu_review"
        http.post("/_sandbox", json={"status": {made: None}})
        until(lambda: http.get(f"{STORES}/{made}").json()["status"] == "ready_to_activate")


def test_extra_members_stand_in_each_onboarding_answer() -> None:
    extra = {"reviewUrl": "https://review.example/1", "address": {"city": "Köln"}, "createdAt": None}
    with live_sandbox() as live, client(live) as http:
        http.post("/_sandbox", json={"settings": {"extra_members": extra}})
        made = http.post(STORES, json=GOOD).json()
        seen = http.get(f"{STORES}/{made['onboardingId']}").json()
        for answer in (made, seen):
            assert {name: answer[name] for name in extra} == extra
            assert answer["partnerStoreId"] == "p-1"
        http.post("/_sandbox", json={"settings": {"extra_members": {}}})
        assert "reviewUrl" not in http.get(f"{STORES}/{made['onboardingId']}").json()


def test_another_partner_store_id_can_be_echoed() -> None:
    with live_sandbox(Settings(echo_partner_store_id="P-9")) as live, client(live) as http:
        made = http.post(STORES, json=GOOD).json()
        assert made["partnerStoreId"] == "P-9"
        assert http.get("/_sandbox").json()["onboardings"][0]["partnerStoreId"] == "p-1"
        http.post("/_sandbox", json={"settings": {"echo_partner_store_id": None}})
        assert http.get(f"{STORES}/{made['onboardingId']}").json()["partnerStoreId"] == "p-1"


@pytest.mark.parametrize("code", [200, 201, 202, 204, 205, 207])
def test_every_success_code_can_be_answered(code: int) -> None:
    codes = {"register_code": code, "activate_code": code, "cancel_code": code}
    with live_sandbox() as live, client(live) as http:
        assert http.post("/_sandbox", json={"settings": codes}).status_code == 200
        for _ in range(2):
            assert http.post(STORES, json=GOOD).status_code == code
        first, second = live.state.onboardings
        http.post("/_sandbox", json={"status": {first: "ready_to_activate"}})
        assert http.post(f"{STORES}/{first}/activate").status_code == code
        assert http.delete(f"{STORES}/{second}").status_code == code


@pytest.mark.parametrize("code", [400, 404, 409, 418, 422, 451, 500, 502])
def test_every_code_for_a_wrong_state_is_a_problem(code: int) -> None:
    with live_sandbox() as live, client(live) as http:
        http.post("/_sandbox", json={"settings": {"wrong_state_code": code}})
        made = http.post(STORES, json=GOOD).json()["onboardingId"]
        refused = http.post(f"{STORES}/{made}/activate")
        assert (refused.status_code, refused.json()["status"]) == (code, code)


def test_each_fault_that_is_told_can_be_ordered() -> None:
    with live_sandbox() as live, client(live) as http:
        told = http.post("/_sandbox", json={"faults": ["?"]}).json()["error"].partition("there are ")[2].split(", ")
        assert {"500-before", "500-after", "503", "429", "html-before", "html-after", "garbled", "empty"} <= set(told)
        for name in set(told) - {"hang-before", "hang-after"}:
            http.post("/_sandbox", json={"faults": [name]})
            answer = http.get(f"{STORES}/x")
            assert answer.status_code in (200, 429, 500, 502, 503)
