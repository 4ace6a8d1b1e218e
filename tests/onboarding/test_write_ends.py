"""What each answer to a write means: sent once, again, or unknown; the table that all use cases share."""

from __future__ import annotations

from pathlib import Path

import pytest
from gett_script import ID, LOST, NOT_FOUND, Reply, made, problem, scripted_gett
from runtimes import registration, runtime, stored

from gett_tui.error_messages import sentence
from gett_tui.errors import GettTuiError
from gett_tui.onboarding.errors import UnconfirmedError
from gett_tui.onboarding.status import OwnState

GATEWAY = {"type": "about:blank", "title": "Service Unavailable", "status": 503}
OWN_503 = problem(503, "SERVICE_UNAVAILABLE", retryable=True)
OWN_429 = problem(429, "RATE_LIMITED", retryable=True, retryAfter=0)

ENDS: dict[str, tuple[Reply, str]] = {
    "gett's 400": (problem(400, "INVALID_REQUEST", retryable=False), "not done"),
    "gett's 409": (problem(409, "CONFLICT", retryable=False), "not done"),
    "gett's 422": (problem(422, "VALIDATION_FAILED"), "not done"),
    "gett's 401": (problem(401, "UNAUTHENTICATED"), "not done"),
    "gett's 429": (OWN_429, "again"),
    "gett's 429, not retryable": (problem(429, "RATE_LIMITED", retryable=False), "not done"),
    "gett's 503": (OWN_503, "again"),
    "gett's 503 without retryable": (problem(503, "SERVICE_UNAVAILABLE"), "again"),
    "gett's 503, not retryable": (problem(503, "SERVICE_UNAVAILABLE", retryable=False), "unknown"),
    "gett's 500": (problem(500, "INTERNAL_ERROR", retryable=True), "unknown"),
    "gett's 408": (problem(408, "TIMED_OUT", retryable=True), "unknown"),
    "bare 429": (Reply(429), "not done"),
    "bare 400": (Reply(400, "<html>no</html>", "text/html"), "not done"),
    "gateway's 404": (Reply(404, {"title": "Not Found", "status": 404}, "application/problem+json"), "not done"),
    "gateway's 503": (Reply(503, GATEWAY, "application/problem+json"), "unknown"),
    "gateway's 503 in JSON": (Reply(503, {"detail": "upstream reset"}), "unknown"),
    "html 502": (Reply(502, "<html>Bad Gateway</html>", "text/html"), "unknown"),
    "bare 504": (Reply(504), "unknown"),
    "bare 408": (Reply(408), "unknown"),
    "redirect": (Reply(307, ""), "unknown"),
    "nothing": (LOST, "unknown"),
    "half an answer": (Reply(200, '{"onboardingId": "7b0', "application/json"), "unknown"),
    "an empty 200": (Reply(200, ""), "unknown"),
    "a list": (Reply(200, "[]"), "unknown"),
}


NO_ID = {
    "nothing in it": {},
    "no id": {"partnerStoreId": "p-1", "status": "pending_catalog"},
    "an id that is null": {"onboardingId": None},
    "an id that is blank": {"onboardingId": " "},
    "an id that is a list": {"onboardingId": [ID]},
    "an id that is a path": {"onboardingId": ".."},
    "a problem": {"errorCode": "CONFLICT", "status": 409},
    "null": "null",
    "a list": [{"onboardingId": ID}],
    "a text": '"p-1"',
    "a page": "<html>Sign in</html>",
    "nothing at all": "",
}


@pytest.mark.few(20)
@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
@pytest.mark.parametrize("name", NO_ID)
async def test_a_success_without_an_onboarding_id_proves_no_register(tmp_path: Path, name: str, status: int) -> None:
    reply = Reply(status, NO_ID[name])
    async with scripted_gett(register=reply) as (gett, url), runtime(tmp_path, url) as running:
        with pytest.raises(UnconfirmedError) as lost:
            await running.service.register(registration())
        assert gett.count("register") == 1
    (kept,) = stored(tmp_path)
    assert kept.status is OwnState.UNCONFIRMED
    assert kept.answer == (reply.body or None) or status == 204, "the raw answer is kept"
    assert "is unknown" in sentence(lost.value)
    assert "So it was carried out" not in sentence(lost.value)


NO_STORE = {name: NO_ID[name] for name in ("nothing in it", "an id that is null", "null", "nothing at all")}


@pytest.mark.parametrize("name", NO_STORE)
@pytest.mark.parametrize("after", ["ready_to_activate", "active"])
async def test_an_activation_that_names_no_store_is_decided_by_the_status(
    tmp_path: Path, name: str, after: str
) -> None:
    replies = {"register": made(status="ready_to_activate"), "activate": Reply(200, NO_STORE[name])}
    async with scripted_gett(**replies, status=made(status=after)) as (gett, url), runtime(tmp_path, url) as running:
        record = await running.service.register(registration())
        if after == "active":
            assert (await running.service.activate(record.key)).status == "active"
        else:
            with pytest.raises(UnconfirmedError) as lost:
                await running.service.activate(record.key)
            assert "accepted activate" in sentence(lost.value)
            assert "is unknown" in sentence(lost.value)
        assert gett.count("activate") == 1
    (kept,) = stored(tmp_path)
    assert kept.status == after
    assert (kept.trouble is None) == (after == "active")


@pytest.mark.parametrize("name", ["a problem", "a page"])
@pytest.mark.parametrize("action", ["activate", "cancel"])
async def test_a_success_that_holds_a_refusal_or_a_page_proves_neither_activation_nor_cancel(
    tmp_path: Path, name: str, action: str
) -> None:
    ready = made(status="ready_to_activate")
    async with (
        scripted_gett(register=ready, status=ready, **{action: Reply(200, NO_ID[name])}) as (gett, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        with pytest.raises(UnconfirmedError):
            await getattr(running.service, action)(record.key)
        assert gett.count(action) == 1
    assert [kept.status for kept in stored(tmp_path)] == ["ready_to_activate"]


@pytest.mark.few(12)
@pytest.mark.parametrize("name", ENDS)
async def test_a_register_is_sent_again_only_on_gett_s_own_word(tmp_path: Path, name: str) -> None:
    reply, end = ENDS[name]
    async with scripted_gett(register=[reply, made()]) as (gett, url), runtime(tmp_path, url) as running:
        try:
            record = await running.service.register(registration())
        except UnconfirmedError as error:
            assert end == "unknown"
            assert error.record.status is OwnState.UNCONFIRMED
        except GettTuiError:
            assert end == "not done"
        else:
            assert end == "again"
            assert record.onboarding_id == ID
    assert gett.count("register") == (2 if end == "again" else 1)
    left = [record.status for record in stored(tmp_path)]
    assert left == {"not done": [], "again": ["pending_catalog"], "unknown": [OwnState.UNCONFIRMED]}[end]


@pytest.mark.few(15)
@pytest.mark.parametrize("name", [name for name in ENDS if name not in ("an empty 200", "a list")])
@pytest.mark.parametrize("action", ["activate", "cancel"])
async def test_activate_and_cancel_are_sent_again_only_on_gett_s_own_word(
    tmp_path: Path, name: str, action: str
) -> None:
    reply, end = ENDS[name]
    again = Reply(200, {"storeId": "s-1", "status": "online"}) if action == "activate" else Reply(204)
    async with (
        scripted_gett(**{"register": made(), "status": made(status="ready_to_activate"), action: [reply, again]}) as (
            gett,
            url,
        ),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        await running.service.refresh(record.key)
        try:
            after = await getattr(running.service, action)(record.key)
        except UnconfirmedError:
            assert end == "unknown"
        except GettTuiError:
            assert end == "not done"
        else:
            assert end in ("again", "done")
            assert after.status == ("active" if action == "activate" else OwnState.CANCELLED)
    assert gett.count(action) == (2 if end == "again" else 1)
    (kept,) = stored(tmp_path)
    assert kept.pending is None
    if end in ("unknown", "not done"):
        assert kept.status == "ready_to_activate"
        assert kept.trouble is not None
        assert kept.trouble.cause is not None


async def test_a_cancel_whose_answer_is_lost_is_cancelled_only_when_gett_says_twice_that_it_is_gone(
    tmp_path: Path,
) -> None:
    replies = [made(), NOT_FOUND, made()]
    async with scripted_gett(register=made(), cancel=LOST, status=replies) as (gett, url):
        async with runtime(tmp_path, url) as running:
            record = await running.service.register(registration())
            await running.service.refresh(record.key)
            with pytest.raises(UnconfirmedError):
                await running.service.cancel(record.key)
            assert running.service.get(record.key).status == "pending_catalog", "it came back at the second question"
            gett.will("status", NOT_FOUND)
            after = await running.service.cancel(record.key)
    assert after.status is OwnState.CANCELLED


async def test_an_activation_that_was_carried_out_though_its_answer_is_lost_ends_active(tmp_path: Path) -> None:
    async with (
        scripted_gett(
            register=made(status="ready_to_activate"), activate=LOST, status=made(status="active", storeId="s-1")
        ) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        after = await running.service.activate(record.key)
    assert (after.status, after.store_id, after.trouble) == ("active", "s-1", None)


async def test_an_interrupted_cancel_that_gett_carried_out_is_cancelled_and_not_gone(tmp_path: Path) -> None:
    async with scripted_gett(register=made(), cancel=LOST, status=Reply(502)) as (gett, url):
        async with runtime(tmp_path, url) as running:
            record = await running.service.register(registration())
            with pytest.raises(UnconfirmedError):
                await running.service.cancel(record.key)
            gett.will("status", NOT_FOUND)
            after = await running.service.refresh(record.key)
    assert after.status is OwnState.CANCELLED
