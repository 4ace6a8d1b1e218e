"""Whose answer it is: one rule for Register and for reads; the onboarding id is the identity."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from gett_script import ID, NOT_FOUND, OTHER, Reply, made, scripted_gett
from runtimes import registration, runtime, stored, until

from gett_tui.errors import Cause
from gett_tui.onboarding.errors import NotUsedError, UnconfirmedError
from gett_tui.onboarding.ports import DuplicateError
from gett_tui.onboarding.status import OwnState


@pytest.mark.parametrize("echo", ["p-9", "p-11", "", None])
async def test_register_s_answer_about_another_store_is_unconfirmed_with_its_id_kept(
    tmp_path: Path, echo: str | None
) -> None:
    async with scripted_gett(register=made(partner=echo)) as (_, url), runtime(tmp_path, url) as running:
        if not echo:
            record = await running.service.register(registration())
            assert (record.partner_store_id, record.onboarding_id) == ("p-1", ID)
            return
        with pytest.raises(UnconfirmedError) as caught:
            await running.service.register(registration())
        assert caught.value.cause is Cause.OTHER_STORE
        with pytest.raises(DuplicateError):
            await running.service.register(registration())
    (kept,) = stored(tmp_path)
    assert kept.status is OwnState.UNCONFIRMED
    assert ID in (kept.answer or "")
    assert kept.trouble is not None
    assert kept.trouble.facts["found"] == echo


@pytest.mark.parametrize(
    ("sent", "echo"),
    [("Shop-017", "shop-017"), ("a b", "a  b"), ("Café", "Cafe\u0301"), ("x\N{FULLWIDTH DIGIT ONE}", "x1")],
)
async def test_an_echo_in_another_spelling_is_accepted_on_all_ways_and_told(
    tmp_path: Path, sent: str, echo: str
) -> None:
    async with (
        scripted_gett(register=made(partner=echo), status=made(partner=echo, status="active")) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration(sent))
        assert record.more == {"partnerStoreId": echo}
        after = await running.service.refresh(record.key)
    assert (after.status, after.partner_store_id, after.trouble) == ("active", sent, None)


async def test_a_read_about_another_store_is_not_used_and_stands_on_the_record(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=made(), status=made(partner="p-9", status="ready_to_activate")) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        with pytest.raises(NotUsedError):
            await running.service.refresh(record.key)
    (kept,) = stored(tmp_path)
    assert kept.status == "pending_catalog"
    assert kept.trouble is not None
    assert kept.trouble.cause == Cause.OTHER_STORE


async def test_an_answer_without_a_status_is_not_used(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=made(), status=Reply(200, {"onboardingId": ID})) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        with pytest.raises(NotUsedError, match="no status"):
            await running.service.refresh(record.key)
    assert stored(tmp_path)[0].status == "pending_catalog"


@pytest.mark.parametrize("ended", ["cancelled", "gone"])
async def test_an_id_that_comes_again_makes_its_record_live_again(tmp_path: Path, ended: str) -> None:
    async with (
        scripted_gett(register=made(), cancel=Reply(204), status=NOT_FOUND) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        first = await running.service.register(registration())
        await (running.service.cancel if ended == "cancelled" else running.service.refresh)(first.key)
        assert running.service.get(first.key).status is OwnState(ended)
        again = await running.service.register(registration())
    (kept,) = stored(tmp_path)
    assert (kept.onboarding_id, kept.status, again.status) == (ID, "pending_catalog", "pending_catalog")
    assert OwnState(ended) in [change.status for change in kept.history], "the history keeps the end"
    assert list((tmp_path / "attempts").glob("*.toml")) == []


async def test_two_registers_answered_with_one_id_are_both_kept(tmp_path: Path) -> None:
    async with scripted_gett(register=made(partner=None)) as (gett, url), runtime(tmp_path, url) as running:
        gett.held.clear()
        works = [asyncio.ensure_future(running.service.register(registration(name))) for name in ("p-1", "p-2")]
        await until(lambda: gett.count("register") == 2)
        gett.held.set()
        ends = await asyncio.gather(*works, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Record", "UnconfirmedError"]
    kept = stored(tmp_path)
    assert {record.partner_store_id for record in kept} == {"p-1", "p-2"}
    assert {record.onboarding_id for record in kept} == {ID, None}


async def test_an_id_that_another_store_has_here_is_unconfirmed_and_named(tmp_path: Path) -> None:
    async with scripted_gett(register=[made(partner=None), made(partner=None)]) as (_, url):
        async with runtime(tmp_path, url) as running:
            await running.service.register(registration("p-1"))
            with pytest.raises(UnconfirmedError) as caught:
                await running.service.register(registration("p-2"))
    assert caught.value.cause is Cause.ID_TAKEN
    assert {record.partner_store_id: record.status for record in stored(tmp_path)} == {
        "p-1": "pending_catalog",
        "p-2": OwnState.UNCONFIRMED,
    }


async def test_what_is_tracked_again_after_it_ended_is_live_again(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=made(), cancel=Reply(204), status=made(status="catalog_ingesting")) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        await running.service.cancel(record.key)
        after = await running.service.track(ID)
    assert (after.key, after.status) == (record.key, "catalog_ingesting")
    assert len(stored(tmp_path)) == 1


async def test_gett_s_words_are_never_taken_for_states_of_ours(tmp_path: Path) -> None:
    for number, said in enumerate(("dropped", "unconfirmed", "registering", "gone", "cancelled", "not_asked_yet")):
        folder = tmp_path / str(number)
        async with (
            scripted_gett(register=made(), status=made(status=said)) as (gett, url),
            runtime(folder, url) as running,
        ):
            record = await running.service.register(registration())
            after = await running.service.refresh(record.key)
            assert after.status == said
            assert not isinstance(after.status, OwnState)
            with pytest.raises(DuplicateError):
                await running.service.register(registration())
            gett.will("status", made(status="active"))
            assert (await running.service.refresh(record.key)).status == "active", "it is still asked about"
        assert gett.count("register") == 1
        async with runtime(folder, "http://127.0.0.1:9") as again:
            assert [change.status for change in again.service.records()[0].history][-2] == said


async def test_members_of_gett_s_answers_that_nobody_here_knows_are_kept(tmp_path: Path) -> None:
    more = {"reviewUrl": "https://review.example/1", "steps": [{"name": "menu", "done": False}]}
    async with (
        scripted_gett(register=made(), status=made(status="catalog_ingesting", **more)) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        await running.service.refresh(record.key)
    assert stored(tmp_path)[0].more == more


async def test_two_stores_keep_their_own_answers(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=[made(ID, "p-1"), made(OTHER, "p-2")]) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        for name in ("p-1", "p-2"):
            await running.service.register(registration(name))
    assert {record.partner_store_id: record.onboarding_id for record in stored(tmp_path)} == {"p-1": ID, "p-2": OTHER}


@pytest.mark.parametrize(
    "said", [{"partnerStoreId": "p-9"}, {"onboardingId": OTHER}, {"onboardingId": OTHER, "partnerStoreId": "p-1"}]
)
async def test_a_store_that_activate_answers_of_another_onboarding_is_not_taken_for_this_one_live(
    tmp_path: Path, said: dict[str, str]
) -> None:
    ready = made(status="ready_to_activate")
    async with (
        scripted_gett(register=ready, status=ready, activate=Reply(200, {"storeId": "S-9", **said})) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        with pytest.raises(UnconfirmedError) as caught:
            await running.service.activate(record.key)
        assert caught.value.cause is Cause.OTHER_STORE
    (kept,) = stored(tmp_path)
    assert (kept.status, kept.store_id, kept.pending) == ("ready_to_activate", None, None)


@pytest.mark.parametrize("said", [{}, {"onboardingId": ID, "partnerStoreId": "P-1"}, {"partnerStoreId": None}])
async def test_a_store_that_names_this_onboarding_or_none_is_live(tmp_path: Path, said: dict[str, str]) -> None:
    ready = made(status="ready_to_activate")
    async with (
        scripted_gett(register=ready, activate=Reply(200, {"storeId": "S-1", **said})) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        assert (await running.service.activate(record.key)).store_id == "S-1"


@pytest.mark.parametrize(
    "extra",
    ['{"tags": [1, null]}', '{"a": {"b": null, "c": [{"d": null}]}}', "NaN", "[1e999, -1e999, NaN]", "[[], {}, [{}]]"],
)
async def test_the_same_answer_again_is_no_news_whatever_it_holds(tmp_path: Path, extra: str) -> None:
    body = f'{{"onboardingId": "{ID}", "partnerStoreId": "p-1", "status": "pending_catalog", "review": {extra}}}'
    async with (
        scripted_gett(register=made(), status=Reply(200, body)) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        first = await running.service.refresh(record.key)
        assert "review" in first.more
        assert (await running.service.refresh(record.key)).version == first.version


SAYS_SOMETHING: list[object] = [
    "{}",
    "[]",
    "false",
    '"cancelled"',
    {"onboardingId": ID},
    {"message": "upstream timed out"},
    {"onboardingId": ID, "status": "active"},
    {"partnerStoreId": "p-9"},
    {"title": "Bad Gateway", "status": 502},
]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"onboardingId": OTHER, "status": "cancelled"}),
        Reply(200, "You are offline. Log in.", "text/plain"),
        Reply(200, "<p>Log in</p>", "application/json"),
        Reply(202, {"title": "Not Found", "status": 404, "errorCode": "NOT_FOUND"}),
        *(Reply(200, body) for body in SAYS_SOMETHING),
    ],
)
async def test_an_answer_to_cancel_that_may_be_somebody_else_s_ends_no_store(tmp_path: Path, reply: Reply) -> None:
    async with (
        scripted_gett(register=made(), status=made(), cancel=reply) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        with pytest.raises(UnconfirmedError):
            await running.service.cancel(record.key)
        with pytest.raises(DuplicateError):
            await running.service.register(registration())
    assert [kept.status for kept in stored(tmp_path)] == ["pending_catalog"]


@pytest.mark.few(4)
@pytest.mark.parametrize("body", ["", " ", "null", *SAYS_SOMETHING])
async def test_what_gett_may_say_of_a_cancellation_ends_the_store(tmp_path: Path, body: object) -> None:
    async with (
        scripted_gett(register=made(), cancel=Reply(200, body), status=NOT_FOUND) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        assert (await running.service.cancel(record.key)).status is OwnState.CANCELLED


@pytest.mark.parametrize(
    ("named", "is_kept"),
    [
        ("test-key-service", False),
        ("o-test-key-service-1", False),
        (r"test-key-\u0073ervice", False),
        ("dGVzdC1rZXktc2VydmljZQ==", False),
        (r"\ud83d", True),
        (r"o-\udc00-1", True),
        ("o-\N{REPLACEMENT CHARACTER}", True),
    ],
)
async def test_an_id_that_is_not_whole_here_is_unconfirmed_with_the_raw_answer_but_for_the_key(
    tmp_path: Path, named: str, is_kept: bool
) -> None:
    reply = Reply(200, f'{{"onboardingId": "{named}", "partnerStoreId": "p-1", "status": "x", "mark": "m-1"}}')
    async with scripted_gett(register=reply) as (gett, url), runtime(tmp_path, url) as running:
        with pytest.raises(UnconfirmedError):
            await running.service.register(registration())
        with pytest.raises(DuplicateError):
            await running.service.register(registration())
        assert gett.count("register") == 1
    (kept,) = stored(tmp_path)
    assert (kept.status, kept.onboarding_id) == (OwnState.UNCONFIRMED, None)
    assert "m-1" in (kept.answer or "")
    assert (named in (kept.answer or "")) is is_kept
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or b"test-key-service" not in path.read_bytes()
