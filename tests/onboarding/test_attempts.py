"""An attempt from its intent to its end, whatever becomes of its file, and whoever else resolves it meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from gett_script import ID, LOST, OTHER, Gett, Reply, made, problem, scripted_gett
from runtimes import registration, runtime, stored, until

from gett_tui.errors import GettTuiError
from gett_tui.onboarding import events
from gett_tui.onboarding.errors import NotPossibleError, UnconfirmedError, UnkeptError
from gett_tui.onboarding.ports import DuplicateError, RecordGoneError, StorageError
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import OwnState
from gett_tui.runtime import Runtime


def remove(path: Path) -> None:
    path.unlink()


def zeroes(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40])


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


DISASTERS: list[Callable[[Path], None]] = [remove, zeroes, cut, nothing, folder_in_its_place]


def only_file(folder: Path) -> Path:
    (path,) = folder.glob("*.toml")
    return path


@pytest.mark.parametrize("disaster", DISASTERS)
async def test_the_id_is_kept_whatever_became_of_the_attempt_s_file(
    tmp_path: Path, disaster: Callable[[Path], None]
) -> None:
    async with scripted_gett(register=made()) as (gett, url), runtime(tmp_path, url) as running:
        gett.held.clear()
        work = asyncio.ensure_future(running.service.register(registration()))
        await until(lambda: gett.asked)
        disaster(only_file(tmp_path / "attempts"))
        await running.service.follow()
        gett.held.set()
        record = await work
        assert running.service.get(record.key).onboarding_id == ID
        with pytest.raises(DuplicateError):
            await running.service.register(registration())
    (kept,) = stored(tmp_path)
    assert (kept.onboarding_id, kept.partner_store_id, kept.sent["name"]) == (ID, "p-1", "Corner Bakery")
    assert gett.count("register") == 1


async def test_an_id_that_can_be_kept_nowhere_is_told(tmp_path: Path) -> None:
    async with scripted_gett(register=made()) as (gett, url), runtime(tmp_path, url) as running:
        newer = tmp_path / "onboardings" / f"{ID}.toml"
        gett.held.clear()
        work = asyncio.ensure_future(running.service.register(registration()))
        await until(lambda: gett.asked)
        newer.write_text("format = 99\n")
        gett.held.set()
        with pytest.raises(UnkeptError) as caught:
            await work
        assert (caught.value.partner_store_id, caught.value.onboarding_id) == ("p-1", ID)
        assert ID in str(caught.value)
        assert newer.read_text() == "format = 99\n"
    (left,) = stored(tmp_path)
    assert left.status is OwnState.UNCONFIRMED
    assert ID in (left.answer or ""), "a person can still see it"


@pytest.mark.parametrize("disaster", DISASTERS)
@pytest.mark.parametrize("action", ["activate", "cancel"])
async def test_the_end_of_activate_and_cancel_is_kept_whatever_became_of_the_record_s_file(
    tmp_path: Path, disaster: Callable[[Path], None], action: str
) -> None:
    live = Reply(200, {"storeId": "s-1"}) if action == "activate" else Reply(204)
    async with (
        scripted_gett(**{"register": made(status="ready_to_activate"), action: live}) as (gett, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        gett.held.clear()
        work = asyncio.ensure_future(getattr(running.service, action)(record.key))
        await until(lambda: action in gett.asked)
        disaster(only_file(tmp_path / "onboardings"))
        await running.service.follow()
        gett.held.set()
        after = await work
    (kept,) = stored(tmp_path)
    assert kept.status == after.status == ("active" if action == "activate" else OwnState.CANCELLED)
    assert kept.pending is None


# -- resolving


async def lost(running: Runtime, gett: Gett) -> Record:
    """An unconfirmed attempt."""
    gett.will("register", LOST)
    with pytest.raises(UnconfirmedError) as caught:
        await running.service.register(registration())
    return caught.value.record


@pytest.mark.parametrize(
    ("reply", "end"),
    [
        (made(), "pending_catalog"),
        (LOST, "unknown"),
        (problem(500, "INTERNAL_ERROR", retryable=True), "unknown"),
        (problem(409, "CONFLICT", retryable=False), "not done"),
        ([problem(503, "SERVICE_UNAVAILABLE", retryable=True), made()], "pending_catalog"),
        (Reply(503, {"detail": "upstream reset"}), "unknown"),
    ],
    ids=["answered", "lost again", "500", "refused", "503 of gett's own", "503 of a gateway"],
)
async def test_trying_again_sends_once_and_ends_as_the_answer_says(
    tmp_path: Path, reply: Reply | list[Reply], end: str
) -> None:
    async with scripted_gett() as (gett, url), runtime(tmp_path, url) as running:
        record = await lost(running, gett)
        replies = reply if isinstance(reply, list) else [reply]
        gett.will("register", *replies)
        if end == "pending_catalog":
            assert (await running.service.try_again(record.key)).status == end
        else:
            with pytest.raises(UnconfirmedError if end == "unknown" else GettTuiError):
                await running.service.try_again(record.key)
        assert gett.count("register") == 1 + len(replies)
    (kept,) = stored(tmp_path)
    assert kept.status == (end if end == "pending_catalog" else OwnState.UNCONFIRMED)
    words = [change.status for change in kept.history]
    assert words[:3] == [OwnState.REGISTERING, OwnState.UNCONFIRMED, OwnState.REGISTERING]
    assert kept.pending is None


async def test_two_windows_trying_again_at_once_send_once(tmp_path: Path) -> None:
    async with (
        scripted_gett() as (gett, url),
        runtime(tmp_path, url) as one,
        runtime(tmp_path, url) as two,
    ):
        record = await lost(one, gett)
        await two.service.follow()
        gett.will("register", made())
        ends = await asyncio.gather(
            one.service.try_again(record.key), two.service.try_again(record.key), return_exceptions=True
        )
        assert gett.count("register") == 2, "the first one, and one more"
    assert sorted(type(end).__name__ for end in ends) == ["NotPossibleError", "Record"]


@pytest.mark.parametrize("second", ["drop", "attach", "try_again"])
async def test_while_one_window_tries_again_no_other_resolves_the_attempt(tmp_path: Path, second: str) -> None:
    async with (
        scripted_gett(status=made(OTHER)) as (gett, url),
        runtime(tmp_path, url) as one,
        runtime(tmp_path, url) as two,
    ):
        record = await lost(one, gett)
        await two.service.follow()
        gett.will("register", made())
        gett.held.clear()
        work = asyncio.ensure_future(one.service.try_again(record.key))
        await until(lambda: gett.count("register") == 2)
        if second == "attach":
            other = asyncio.ensure_future(two.service.attach(record.key, OTHER))
            await until(lambda: "status" in gett.asked)
            gett.held.set()
        else:
            other = asyncio.ensure_future(getattr(two.service, second)(record.key))
        # The first may have resolved it, file and all, before the second gets to it.
        with pytest.raises((NotPossibleError, RecordGoneError), match=r"meanwhile|under way"):
            await other
        gett.held.set()
        assert (await work).onboarding_id == ID
    (kept,) = stored(tmp_path)
    assert (kept.onboarding_id, kept.status) == (ID, "pending_catalog")
    assert gett.count("register") == 2


async def test_an_attempt_that_was_changed_since_it_was_looked_at_is_not_resolved_blindly(tmp_path: Path) -> None:
    async with (
        scripted_gett() as (gett, url),
        runtime(tmp_path, url) as one,
        runtime(tmp_path, url) as two,
    ):
        record = await lost(one, gett)
        await two.service.follow()
        with pytest.raises(UnconfirmedError):
            await one.service.try_again(record.key)
        for resolve in (two.service.drop, two.service.try_again):
            with pytest.raises(NotPossibleError, match="changed meanwhile"):
                await resolve(record.key)
            assert gett.count("register") == 2
            await asyncio.sleep(0)
            two_knows = two.service.get(record.key)
            assert two_knows.status is OwnState.UNCONFIRMED
            break
        await two.service.follow()
        assert (await two.service.drop(record.key)).status is OwnState.DROPPED


async def test_an_id_that_a_person_found_is_attached_once_gett_says_that_it_fits(tmp_path: Path) -> None:
    async with scripted_gett(status=made()) as (gett, url), runtime(tmp_path, url) as running:
        record = await lost(running, gett)
        after = await running.service.attach(record.key, f"  {ID} ")
        assert (after.key, after.onboarding_id, after.status) == (record.key, ID, "pending_catalog")
    assert [kept.onboarding_id for kept in stored(tmp_path)] == [ID]


async def test_an_id_of_another_store_is_not_attached(tmp_path: Path) -> None:
    async with scripted_gett(status=made(partner="p-9")) as (gett, url), runtime(tmp_path, url) as running:
        record = await lost(running, gett)
        with pytest.raises(NotPossibleError, match="p-9"):
            await running.service.attach(record.key, ID)
    assert [kept.status for kept in stored(tmp_path)] == [OwnState.UNCONFIRMED]


# -- a disk that takes nothing


async def test_a_command_gives_up_after_its_patience_and_tells_the_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scripted_gett(register=made()) as (gett, url), runtime(tmp_path, url, patience=0.0) as running:
        gett.held.clear()
        work = asyncio.ensure_future(running.service.register(registration()))
        await until(lambda: gett.asked)

        def full(*_: object, **__: object) -> None:
            raise StorageError("the disk is full", facts={"why": "the disk is full"})

        monkeypatch.setattr("gett_tui.storage.files.write_atomic", full)
        gett.held.set()
        with pytest.raises(UnkeptError, match=ID):
            await work
        monkeypatch.undo()
    (left,) = stored(tmp_path)
    assert left.partner_store_id == "p-1"
    assert left.onboarding_id is None


async def test_a_dashboard_goes_on_trying_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[events.Event] = []
    async with scripted_gett(register=made()) as (gett, url), runtime(tmp_path, url, heard) as running:
        gett.held.clear()
        work = asyncio.ensure_future(running.service.register(registration()))
        await until(lambda: gett.asked)

        def full(*_: object, **__: object) -> None:
            raise StorageError("the disk is full", facts={"why": "the disk is full"})

        with monkeypatch.context() as patch:
            patch.setattr("gett_tui.storage.files.write_atomic", full)
            gett.held.set()
            await until(lambda: running.service.unsaved)
            assert running.service.unsaved == {ID: "p-1"}
        assert (await work).onboarding_id == ID
        assert running.service.unsaved == {}
    notes = [event.text for event in heard if isinstance(event, events.Note)]
    assert ID in (notes[0] or "")
    assert notes[-1] is None
