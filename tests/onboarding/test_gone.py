"""When an onboarding is gone: on Gett's own word alone, said twice, and never on a gateway's."""

from __future__ import annotations

from pathlib import Path

import pytest
from gett_script import LOST, NOT_FOUND, OTHER, Reply, made, problem, scripted_gett
from runtimes import registration, runtime, stored

from gett_tui.errors import Cause, GettTuiError
from gett_tui.gett.errors import GettError, ProblemError
from gett_tui.onboarding.errors import NotKnownError, NotPossibleError, UnconfirmedError
from gett_tui.onboarding.ports import DuplicateError
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import OwnState, can_change
from gett_tui.storage.record_store import RecordStore

FOREIGN: list[Reply] = [
    Reply(404, {"type": "about:blank", "title": "Not Found", "status": 404}, "application/problem+json"),
    Reply(404, {"status": 404}),
    Reply(404, "<html>Not Found</html>", "text/html"),
    Reply(404),
    Reply(404, {"errorCode": "", "title": "Not Found"}),
    problem(404, "STORE_NOT_FOUND"),
    problem(410, "NOT_FOUND"),
]


@pytest.mark.parametrize("reply", FOREIGN, ids=range(len(FOREIGN)))
async def test_a_404_that_is_not_gett_s_own_word_changes_no_record(tmp_path: Path, reply: Reply) -> None:
    async with scripted_gett(register=made(), status=reply) as (_, url), runtime(tmp_path, url) as running:
        record = await running.service.register(registration())
        for believe in (None, True, False):
            with pytest.raises(GettTuiError):
                await running.service.refresh(record.key, believe_gone=believe)
    assert stored(tmp_path)[0].status == "pending_catalog"


async def test_a_command_asks_twice_before_a_store_is_gone(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=made(), status=[NOT_FOUND, made(status="active"), NOT_FOUND]) as (gett, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        assert (await running.service.refresh(record.key)).status == "active"
        assert gett.count("status") == 2
        assert (await running.service.refresh(record.key)).status is OwnState.GONE
        assert gett.count("status") == 4


async def test_the_poller_s_first_question_proves_nothing(tmp_path: Path) -> None:
    async with scripted_gett(register=made(), status=NOT_FOUND) as (gett, url), runtime(tmp_path, url) as running:
        record = await running.service.register(registration())
        with pytest.raises(NotKnownError):
            await running.service.refresh(record.key, believe_gone=False)
        assert running.service.get(record.key).status == "pending_catalog"
        assert (await running.service.refresh(record.key, believe_gone=True)).status is OwnState.GONE
        assert gett.count("status") == 2


async def test_a_gone_store_is_asked_about_and_comes_back(tmp_path: Path) -> None:
    assert can_change(OwnState.GONE)
    async with scripted_gett(register=made(), status=NOT_FOUND) as (gett, url), runtime(tmp_path, url) as running:
        record = await running.service.register(registration())
        await running.service.refresh(record.key)
        assert (await running.service.refresh(record.key, believe_gone=False)).status is OwnState.GONE
        gett.will("status", made(status="ready_to_activate"))
        assert (await running.service.refresh(record.key)).status == "ready_to_activate"


async def test_registering_a_gone_store_anew_asks_gett_first(tmp_path: Path) -> None:
    async with scripted_gett(register=made(), status=NOT_FOUND) as (gett, url), runtime(tmp_path, url) as running:
        record = await running.service.register(registration())
        await running.service.refresh(record.key)
        gett.will("status", made(status="catalog_ingesting"))
        with pytest.raises(NotPossibleError, match="knows this onboarding again"):
            await running.service.register_anew(record.key, registration())
        assert gett.count("register") == 1
        gett.will("status", NOT_FOUND)
        await running.service.refresh(record.key)
        asked = gett.count("status")
        await running.service.register_anew(record.key, registration())
        assert gett.count("status") > asked
        assert gett.count("register") == 2
        gett.will("status", Reply(502))


async def test_registering_anew_stops_where_gett_cannot_be_asked(tmp_path: Path) -> None:
    async with scripted_gett(register=made(), status=NOT_FOUND) as (gett, url), runtime(tmp_path, url) as running:
        record = await running.service.register(registration())
        await running.service.refresh(record.key)
        gett.will("status", Reply(502))
        with pytest.raises(ProblemError):
            await running.service.register_anew(record.key, registration())
        assert gett.count("register") == 1


async def test_an_answer_that_is_not_wanted_any_more_changes_nothing(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=made(), status=made(status="active")) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        assert (await running.service.refresh(record.key, wanted=lambda: False)).status == "pending_catalog"
    assert stored(tmp_path)[0].status == "pending_catalog"


async def test_a_gone_store_is_asked_about_before_it_is_registered_again(tmp_path: Path) -> None:
    """A wrong key, a wrong host: Gett did not know the store then, and knows it now."""
    async with scripted_gett(register=made(), status=NOT_FOUND) as (gett, url), runtime(tmp_path, url) as running:
        record = await running.service.register(registration())
        assert (await running.service.refresh(record.key)).status is OwnState.GONE
        gett.will("status", made(status="active"))
        with pytest.raises(DuplicateError):
            await running.service.register(registration())
        assert running.service.get(record.key).status == "active"
        assert gett.count("register") == 1


async def test_where_gett_does_not_tell_a_gone_store_is_not_registered_again(tmp_path: Path) -> None:
    async with scripted_gett(register=made(), status=NOT_FOUND) as (gett, url), runtime(tmp_path, url) as running:
        record = await running.service.register(registration())
        await running.service.refresh(record.key)
        gett.will("status", LOST)
        with pytest.raises(GettError):
            await running.service.register(registration())
        assert gett.count("register") == 1
        assert len(stored(tmp_path)) == 1
        gett.will("status", NOT_FOUND)
        gett.will("register", made(OTHER))
        await running.service.register(registration())
        assert gett.count("register") == 2


NAMES = ["o-1", "o-2", "o-3", "o-4"]


def planted(folder: Path, *statuses: str) -> None:
    """Stores of an earlier day."""
    store = RecordStore(folder, "1-before")
    store.open()
    for name, status in zip(NAMES, statuses, strict=False):
        store.add(Record(name, status, onboarding_id=name, partner_store_id=f"p-{name}"))


@pytest.mark.few(1)
@pytest.mark.parametrize("believe", [None, True])
async def test_no_store_goes_when_gett_knows_none_though_each_is_asked_about_by_a_process_of_its_own(
    tmp_path: Path, believe: bool | None
) -> None:
    """As a loop of ``gett-tui refresh`` does, at a wrong host whose NOT_FOUND is Gett's own."""
    planted(tmp_path, "pending_catalog", "catalog_failed", "active", "ready_to_activate")
    async with scripted_gett(status=NOT_FOUND) as (_, url):
        for name in NAMES:
            async with runtime(tmp_path, url) as running:
                with pytest.raises(NotKnownError) as caught:
                    await running.service.refresh(name, believe_gone=believe)
                assert caught.value.cause is Cause.STORES_UNKNOWN
                assert running.service.missing.is_wave
    assert all(isinstance(record.status, str) for record in stored(tmp_path))


async def test_a_store_goes_alone_when_gett_knows_another(tmp_path: Path) -> None:
    planted(tmp_path, "pending_catalog", "catalog_failed", "active")
    async with (
        scripted_gett(status=[NOT_FOUND, NOT_FOUND, made("o-2", "p-o-2", "catalog_failed")]) as (gett, url),
        runtime(tmp_path, url) as running,
    ):
        assert (await running.service.refresh("o-1")).status is OwnState.GONE
        assert gett.count("status") == 3


async def test_where_the_others_cannot_be_asked_no_store_goes(tmp_path: Path) -> None:
    planted(tmp_path, "pending_catalog", "catalog_failed")
    async with (
        scripted_gett(status=[NOT_FOUND, NOT_FOUND, problem(500, "INTERNAL")]) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        with pytest.raises(ProblemError):
            await running.service.refresh("o-1")
    assert all(isinstance(record.status, str) for record in stored(tmp_path))


async def test_an_answer_about_another_store_lets_nobody_be_gone(tmp_path: Path) -> None:
    planted(tmp_path, "pending_catalog", "catalog_failed", "active")
    async with (
        scripted_gett(status=[NOT_FOUND, NOT_FOUND, made("o-2", "p-x", "catalog_failed")]) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        with pytest.raises(NotKnownError):
            await running.service.refresh("o-1")
    assert all(isinstance(record.status, str) and record.trouble is None for record in stored(tmp_path))


async def test_a_question_that_is_refused_says_nothing_and_the_next_store_is_asked(tmp_path: Path) -> None:
    planted(tmp_path, "pending_catalog", "catalog_failed", "active")
    answers = [NOT_FOUND, NOT_FOUND, problem(422, "VALIDATION_FAILED"), made("o-3", "p-o-3", "active")]
    async with scripted_gett(status=answers) as (gett, url), runtime(tmp_path, url) as running:
        assert (await running.service.refresh("o-1")).status is OwnState.GONE
        assert gett.count("status") == 4


async def test_a_lost_cancellation_in_a_wave_is_unconfirmed(tmp_path: Path) -> None:
    planted(tmp_path, "pending_catalog", "catalog_failed", "active")
    async with scripted_gett(cancel=LOST, status=NOT_FOUND) as (_, url), runtime(tmp_path, url) as running:
        with pytest.raises(UnconfirmedError):
            await running.service.cancel("o-1")
        assert running.service.get("o-1").status == "pending_catalog"
