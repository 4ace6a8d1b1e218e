"""The three ends of every write, against a real server that loses answers: done, not done, unknown."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sandbox_server import Live, live_sandbox

from gett_tui.gett.client import GettClient, Timeouts
from gett_tui.gett.errors import NotSentError, ProblemError
from gett_tui.gett.models import Registration
from gett_tui.gett.quota import SANDBOX
from gett_tui.gett.secret import Secret
from gett_tui.onboarding import events
from gett_tui.onboarding.errors import NotPossibleError, UnconfirmedError
from gett_tui.onboarding.ports import DuplicateError
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import OwnState, word
from gett_tui.runtime import Runtime, RuntimeConfig
from gett_tui.sandbox.settings import Settings
from gett_tui.storage import files
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.record_store import RecordStore

QUICK = Timeouts(connect=0.5, read=0.4, write=0.5, pool=0.5, total=1.0)


@asynccontextmanager
async def session(folder: Path, url: str, heard: list[events.Event] | None = None) -> AsyncIterator[Runtime]:
    """A loaded and connected session that does not poll."""

    def connect(on_answer: Callable[..., None]) -> GettClient:
        return GettClient(url, Secret("test-key-service"), timeouts=QUICK, on_answer=on_answer)

    running = Runtime(RuntimeConfig(folder, SANDBOX, connect), (heard if heard is not None else []).append)
    await running.service.load()
    await running.connect()
    try:
        yield running
    finally:
        await running.close()


def registration(live: Live, partner: str = "p-1") -> Registration:
    return Registration(
        partner_store_id=partner,
        name="Corner Bakery",
        catalog_callback_url=live.catalog("good", partner),
        webhook_url="https://hooks.example/x",
    )


def stored(folder: Path) -> list[Record]:
    cache = RecordStore(folder, "0-look")
    cache.open()
    for _ in cache.load():
        pass
    return cache.records()


async def ready(live: Live, running: Runtime) -> Record:
    record = await running.service.register(registration(live))
    live.state.onboardings[record.onboarding_id or ""].forced = "ready_to_activate"
    return await running.service.refresh(record.key)


@pytest.mark.parametrize("fault", ["500-after", "html-after", "hang-after", "garbled", "empty"])
async def test_a_register_whose_answer_is_lost_stays_unconfirmed_and_is_not_sent_again(
    tmp_path: Path, fault: str
) -> None:
    with live_sandbox() as live:
        live.sandbox.faults.append(fault)
        async with session(tmp_path, live.url) as running:
            with pytest.raises(UnconfirmedError) as caught:
                await running.service.register(registration(live))
            with pytest.raises(DuplicateError):
                await running.service.register(registration(live))
        assert caught.value.record.status == OwnState.UNCONFIRMED
        assert live.carried_out("register") == 1
        (made,) = live.state.onboardings.values()
    (record,) = stored(tmp_path)
    assert (record.status, record.partner_store_id, record.onboarding_id) == (OwnState.UNCONFIRMED, "p-1", None)
    assert record.sent["name"] == "Corner Bakery"
    if fault == "garbled":
        assert made.onboarding_id in (record.answer or ""), "the id is in the raw answer"


async def test_a_register_that_certainly_did_not_happen_leaves_nothing_behind(tmp_path: Path) -> None:
    with live_sandbox(Settings(keys=frozenset({"test-key-other"}))) as live:
        async with session(tmp_path, live.url) as running:
            with pytest.raises(ProblemError):
                await running.service.register(registration(live))
    async with session(tmp_path, "http://127.0.0.1:9") as running:
        with pytest.raises(NotSentError):
            await running.service.register(registration(live))
    assert stored(tmp_path) == []


@pytest.mark.parametrize("fault", ["429", "503"])
async def test_a_write_that_must_wait_says_so_and_goes_again_by_itself(tmp_path: Path, fault: str) -> None:
    heard: list[events.Event] = []
    with live_sandbox() as live:
        live.sandbox.faults.append(fault)
        async with session(tmp_path, live.url, heard) as running:
            record = await running.service.register(registration(live))
        assert live.carried_out("register") == 1
    assert record.status == "pending_catalog"
    notes = [event.text for event in heard if isinstance(event, events.Note)]
    assert "in 1 s" in (notes[0] or "")
    assert notes[-1] is None


@pytest.mark.parametrize("fault", ["500-after", "html-after", "hang-after", "garbled", "empty"])
async def test_an_activation_whose_answer_is_lost_settles_itself_by_the_status(tmp_path: Path, fault: str) -> None:
    with live_sandbox() as live:
        async with session(tmp_path, live.url) as running:
            record = await ready(live, running)
            live.sandbox.faults.append(fault)
            after = await running.service.activate(record.key)
        assert live.carried_out("activate") == 1
    (saved,) = stored(tmp_path)
    assert after.status == saved.status == "active"
    assert saved.store_id
    assert saved.pending is None


@pytest.mark.parametrize("fault", ["500-before", "html-before", "hang-before"])
async def test_an_activation_that_did_not_happen_is_told_and_may_be_tried_again(tmp_path: Path, fault: str) -> None:
    with live_sandbox() as live:
        async with session(tmp_path, live.url) as running:
            record = await ready(live, running)
            live.sandbox.faults.append(fault)
            with pytest.raises(UnconfirmedError, match="ready to activate"):
                await running.service.activate(record.key)
            (saved,) = stored(tmp_path)
            assert saved.trouble is not None
            assert (await running.service.activate(record.key)).status == "active"
        assert live.carried_out("activate") == 1


@pytest.mark.few(1)
@pytest.mark.parametrize("fault", ["500-after", "html-after", "hang-after"])
async def test_a_cancellation_whose_answer_is_lost_settles_itself(tmp_path: Path, fault: str) -> None:
    with live_sandbox() as live:
        async with session(tmp_path, live.url) as running:
            record = await running.service.register(registration(live))
            live.sandbox.faults.append(fault)
            assert (await running.service.cancel(record.key)).status == OwnState.CANCELLED
    assert stored(tmp_path)[0].status == OwnState.CANCELLED


@pytest.mark.parametrize("code", [409, 400, 422])
async def test_a_refused_activation_shows_what_gett_says_and_how_the_store_stands(tmp_path: Path, code: int) -> None:
    with live_sandbox(Settings(wrong_state_code=code)) as live:
        async with session(tmp_path, live.url) as running:
            record = await ready(live, running)
            live.state.onboardings[record.onboarding_id or ""].forced = "catalog_failed"
            with pytest.raises(ProblemError):
                await running.service.activate(record.key)
    (saved,) = stored(tmp_path)
    assert saved.status == "catalog_failed"
    assert saved.trouble is not None
    assert saved.trouble.action == "activate"


@pytest.mark.parametrize("switch", [Settings(activate_empty=True), Settings(activate_empty=True, activate_code=202)])
async def test_an_activation_without_a_body_is_confirmed_by_the_status(tmp_path: Path, switch: Settings) -> None:
    with live_sandbox(switch) as live:
        async with session(tmp_path, live.url) as running:
            after = await running.service.activate((await ready(live, running)).key)
    assert after.status == "active"
    assert after.store_id


async def test_acting_twice_at_once_sends_once(tmp_path: Path) -> None:
    with live_sandbox(Settings(delay=0.1)) as live:
        async with session(tmp_path, live.url) as one, session(tmp_path, live.url) as two:
            record = await ready(live, one)
            await two.service.follow()
            tries: list[Awaitable[Record]] = [
                one.service.activate(record.key),
                one.service.activate(record.key),
                two.service.activate(record.key),
            ]
            ends = await asyncio.gather(*tries, return_exceptions=True)
        assert sum(isinstance(end, Record) for end in ends) == 1
        assert sum(isinstance(end, NotPossibleError) for end in ends) == 2
        assert sum(1 for method, path in live.sandbox.requests if path.endswith("/activate")) == 1


async def test_when_the_intent_cannot_be_written_nothing_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with live_sandbox() as live:
        async with session(tmp_path, live.url) as running:
            record = await ready(live, running)
            asked = len(live.sandbox.requests)
            monkeypatch.setattr(files, "_write_synced", full)
            for attempt in (
                running.service.register(registration(live, "p-2")),
                running.service.activate(record.key),
                running.service.cancel(record.key),
            ):
                with pytest.raises(FileTroubleError, match="the disk is full"):
                    await attempt
            assert len(live.sandbox.requests) == asked
            monkeypatch.undo()
            assert (await running.service.activate(record.key)).status == "active"


async def test_an_answer_that_cannot_be_saved_is_kept_told_and_saved_when_the_disk_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[events.Event] = []
    with live_sandbox(Settings(delay=0.3)) as live:
        async with session(tmp_path, live.url, heard) as running:
            work = asyncio.ensure_future(running.service.register(registration(live)))
            while not live.sandbox.requests:
                await asyncio.sleep(0.01)
            real = files._write_synced

            def full(*_: object) -> None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            monkeypatch.setattr(files, "_write_synced", full)
            while not running.service.unsaved:
                await asyncio.sleep(0.02)
            (made,) = live.state.onboardings
            assert running.service.unsaved == {made: "p-1"}
            monkeypatch.setattr(files, "_write_synced", real)
            assert (await work).onboarding_id == made
            assert running.service.unsaved == {}
    assert [record.onboarding_id for record in stored(tmp_path)] == [made]
    assert any(isinstance(event, events.FilesTrouble) and event.error is not None for event in heard)


async def test_what_a_dead_copy_left_is_settled_by_the_next(tmp_path: Path) -> None:
    with live_sandbox() as live:
        async with session(tmp_path, live.url) as running:
            record = await ready(live, running)
        cache = RecordStore(tmp_path, "0-dead")
        for _ in cache.load():
            pass

        from gett_tui.onboarding.record import Pending
        from gett_tui.onboarding.service import utc_now

        left = Pending("register", utc_now(), "1-dead")
        cache.begin_attempt(Record("a-1", OwnState.REGISTERING, partner_store_id="p-2", pending=left))
        cache.update(record.key, lambda now: now._replace(pending=left._replace(action="activate")))
        async with session(tmp_path, live.url) as running:
            await running.service.follow()
    after = {saved.key: saved for saved in stored(tmp_path)}
    assert after["a-1"].status == OwnState.UNCONFIRMED
    assert after[record.key].pending is None
    assert "program ended" in (after[record.key].trouble.text if after[record.key].trouble else "")


async def test_an_answer_that_was_overtaken_by_a_newer_one_is_not_used(tmp_path: Path) -> None:
    with live_sandbox() as live:
        async with session(tmp_path, live.url) as one, session(tmp_path, live.url) as two:
            record = await ready(live, one)
            await two.service.follow()
            live.sandbox.settings = Settings(delay=0.3)
            slow = asyncio.ensure_future(two.service.refresh(record.key))
            await asyncio.sleep(0.05)
            live.sandbox.settings = Settings()
            await one.service.activate(record.key)
            live.state.onboardings[record.onboarding_id or ""].forced = "ready_to_activate"
            await slow
    assert stored(tmp_path)[0].status == "active"


async def test_registering_again_after_a_failure_cancels_first_and_stops_when_that_fails(tmp_path: Path) -> None:
    with live_sandbox() as live:
        async with session(tmp_path, live.url) as running:
            record = await running.service.register(registration(live))
            live.sandbox.faults.append("500-before")
            with pytest.raises(UnconfirmedError):
                await running.service.register_anew(record.key, registration(live))
            assert live.carried_out("register") == 1
            await running.service.register_anew(record.key, registration(live))
        assert [operation for operation, _ in live.state.journal] == ["register", "cancel", "register"]
    assert sorted(word(saved.status) for saved in stored(tmp_path)) == ["cancelled", "pending_catalog"]


async def test_a_tracked_onboarding_that_is_known_is_not_doubled(tmp_path: Path) -> None:
    with live_sandbox() as live:
        async with session(tmp_path, live.url) as running:
            record = await running.service.register(registration(live))
            again = await running.service.track(record.onboarding_id or "")
            assert again.key == record.key
    assert len(stored(tmp_path)) == 1


async def test_unknown_members_and_statuses_pass_through(tmp_path: Path) -> None:
    with live_sandbox(Settings(with_null=True, register_code=202)) as live:
        async with session(tmp_path, live.url) as running:
            record = await running.service.register(registration(live))
            live.state.onboardings[record.onboarding_id or ""].forced = "menu_review"
            assert (await running.service.refresh(record.key)).status == "menu_review"
    assert stored(tmp_path)[0].status == "menu_review"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EACCES, "permission denied"),
        (errno.EIO, "the disk reports"),
    ],
)
async def test_a_disk_that_refuses_is_named_and_polling_catches_up_when_it_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    heard: list[events.Event] = []

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with live_sandbox() as live:
        async with session(tmp_path, live.url, heard) as running:
            record = await running.service.register(registration(live))
            live.state.onboardings[record.onboarding_id or ""].forced = "ready_to_activate"
            monkeypatch.setattr(files, "_write_synced", refuse)
            with pytest.raises(FileTroubleError, match=said):
                await running.service.refresh(record.key)
            for _ in range(2):
                await running.service.follow()
                assert said in str(troubles(heard)[-1]), "what is on the screen is older than what Gett said"
            monkeypatch.undo()
            assert (await running.service.refresh(record.key)).status == "ready_to_activate"
            await running.service.follow()
            assert troubles(heard)[-1] is None


async def test_what_another_copy_could_keep_is_no_trouble_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[events.Event] = []

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with live_sandbox() as live:
        async with session(tmp_path, live.url, heard) as one, session(tmp_path, live.url) as other:
            record = await one.service.register(registration(live))
            live.state.onboardings[record.onboarding_id or ""].forced = "ready_to_activate"
            monkeypatch.setattr(files, "_write_synced", refuse)
            with pytest.raises(FileTroubleError):
                await one.service.refresh(record.key)
            monkeypatch.undo()
            await other.service.follow()
            await other.service.refresh(record.key)
            await one.service.follow()
            await one.service.follow()
            assert one.service.get(record.key).status == "ready_to_activate"
            assert troubles(heard)[-1] is None


def troubles(heard: list[events.Event]) -> list[object]:
    """What stood on the status line about the files, one after the other."""
    return [event.error for event in heard if isinstance(event, events.FilesTrouble)]


async def test_a_state_folder_that_vanishes_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "profile"
    with live_sandbox() as live:
        async with session(folder, live.url) as running:
            record = await running.service.register(registration(live))
            folder.rename(tmp_path / "elsewhere")
            await running.service.follow()
            assert running.service.get(record.key).onboarding_id == record.onboarding_id
            assert (await running.service.refresh(record.key)).onboarding_id == record.onboarding_id
    assert [saved.onboarding_id for saved in stored(folder)] == [record.onboarding_id]


async def test_a_clock_that_is_set_back_stops_no_news(tmp_path: Path) -> None:
    from datetime import timedelta

    from gett_tui.onboarding.service import utc_now

    late = timedelta(hours=0)
    with live_sandbox() as live:

        def connect(on_answer: Callable[..., None]) -> GettClient:
            return GettClient(live.url, Secret("test-key-clock"), timeouts=QUICK, on_answer=on_answer)

        running = Runtime(RuntimeConfig(tmp_path, SANDBOX, connect, now=lambda: utc_now() - late), lambda _: None)
        await running.service.load()
        await running.connect()
        record = await running.service.register(registration(live))
        late = timedelta(hours=5)
        live.state.onboardings[record.onboarding_id or ""].forced = "ready_to_activate"
        assert (await running.service.refresh(record.key)).status == "ready_to_activate"
        assert (await running.service.activate(record.key)).status == "active"
        await running.close()
    assert [change.status for change in stored(tmp_path)[0].history][-2:] == ["ready_to_activate", "active"]
