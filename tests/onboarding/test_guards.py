"""What is refused, before anything is sent or written, and what a record keeps of what is too much."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from gett_script import ID, LOST, NOT_FOUND, OTHER, Reply, made, problem, scripted_gett
from runtimes import registration, runtime, stored, until

from gett_tui.error_messages import sentence
from gett_tui.gett.errors import NotSentError, ProblemError
from gett_tui.gett.quota import SANDBOX, Quota
from gett_tui.onboarding import events, reconcile
from gett_tui.onboarding.errors import NotPossibleError, UnconfirmedError
from gett_tui.onboarding.events import StoresChanged
from gett_tui.onboarding.ports import CannotLookError, RecordGoneError
from gett_tui.onboarding.record import MAX_HISTORY, Change, Pending, Record, folded
from gett_tui.onboarding.service import Service
from gett_tui.onboarding.status import OwnState, Status, why_not_activate, why_not_cancel
from gett_tui.onboarding.uri import NoUriError, uri
from gett_tui.storage.instances import Instances
from gett_tui.storage.record_store import RecordStore

AT = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


# -- which status allows what


@pytest.mark.parametrize("state", [*Status, *OwnState, "menu_review"])
def test_only_what_is_ready_is_activated(state: Status | OwnState | str) -> None:
    why_not = why_not_activate(state)
    assert (why_not is None) is (state == Status.READY_TO_ACTIVATE)


@pytest.mark.parametrize(
    ("state", "why_not"),
    [
        (Status.PENDING_CATALOG, None),
        (Status.CATALOG_INGESTING, None),
        (Status.CATALOG_FAILED, None),
        (Status.READY_TO_ACTIVATE, None),
        ("menu_review", None),
        ("cancelled", None),
        (OwnState.NOT_ASKED, None),
        (Status.ACTIVE, "Gett offers no way"),
        (OwnState.UNCONFIRMED, "no onboarding id to cancel"),
        (OwnState.REGISTERING, "Nothing to cancel"),
        (OwnState.CANCELLED, "Nothing to cancel"),
        (OwnState.GONE, "Nothing to cancel"),
        (OwnState.DROPPED, "Nothing to cancel"),
    ],
)
def test_all_that_is_under_way_at_gett_may_be_cancelled(state: Status | OwnState | str, why_not: str | None) -> None:
    said = why_not_cancel(state)
    assert said is None if why_not is None else why_not in (said or "")


@pytest.mark.parametrize("action", ["activate", "cancel"])
async def test_what_the_status_forbids_is_not_sent(tmp_path: Path, action: str) -> None:
    async with (
        scripted_gett(register=made(), cancel=Reply(204)) as (gett, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        if action == "cancel":
            await running.service.cancel(record.key)
        sent = list(gett.asked)
        before = stored(tmp_path)
        with pytest.raises(NotPossibleError):
            await getattr(running.service, action)(record.key)
        assert gett.asked == sent
    assert stored(tmp_path) == before


async def test_what_another_window_changed_meanwhile_decides_and_not_what_this_one_remembers(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=made(status="ready_to_activate"), cancel=Reply(204)) as (gett, url),
        runtime(tmp_path, url) as one,
        runtime(tmp_path, url) as two,
    ):
        record = await one.service.register(registration())
        await two.service.follow()
        await one.service.cancel(record.key)
        for action in (two.service.activate, two.service.cancel):
            with pytest.raises(NotPossibleError):
                await action(record.key)
        assert gett.asked == ["register", "cancel"]


@pytest.mark.parametrize("action", ["activate", "cancel"])
@pytest.mark.parametrize(("old", "new"), [('"p-1"', '"p-9"'), (ID, OTHER)], ids=["partner id", "onboarding id"])
async def test_another_store_s_record_in_this_one_s_place_is_neither_activated_nor_cancelled(
    tmp_path: Path, old: str, new: str, action: str
) -> None:
    async with (
        scripted_gett(register=made(status="ready_to_activate")) as (gett, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        (file,) = (tmp_path / "onboardings").glob("*.toml")
        text = file.read_text()
        file.unlink()
        file.with_name(file.name.replace(old, new)).write_text(text.replace(old, new))
        with pytest.raises((NotPossibleError, RecordGoneError)):
            await getattr(running.service, action)(record.key)
        assert gett.asked == ["register"]


async def test_a_write_that_a_dead_copy_left_holds_no_other_up(tmp_path: Path) -> None:
    store = Reply(200, {"storeId": "s-1"})
    async with (
        scripted_gett(register=made(status="ready_to_activate"), activate=store) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        other = RecordStore(tmp_path, "1-dead")
        list(other.load())
        other.update(record.key, lambda now: now._replace(pending=Pending("cancel", AT, "1-dead")))
        assert (await running.service.activate(record.key)).status == "active"


@pytest.mark.parametrize("url", ["https://[::1]x80/", "https://[::1]80", "https://a.example:000080", "https:a.example"])
def test_what_reads_like_a_port_or_a_host_and_is_none_is_refused(url: str) -> None:
    with pytest.raises(NoUriError):
        uri(url)


# -- asking


async def test_what_has_no_onboarding_id_or_was_cancelled_is_not_asked_about(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=[LOST, made()], cancel=Reply(204)) as (gett, url),
        runtime(tmp_path, url) as running,
    ):
        with pytest.raises(UnconfirmedError) as caught:
            await running.service.register(registration())
        with pytest.raises(NotPossibleError, match="no onboarding id"):
            await running.service.refresh(caught.value.record.key)
        record = await running.service.register(registration(), allow_duplicate=True)
        await running.service.cancel(record.key)
        with pytest.raises(NotPossibleError, match="cancelled"):
            await running.service.refresh(record.key)
        with pytest.raises(RecordGoneError):
            await running.service.refresh("no such store")
        assert gett.asked == ["register", "register", "cancel"]


async def test_the_same_trouble_again_writes_nothing(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=made(), status=made(partner="p-9")) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        versions = []
        for _ in range(3):
            with pytest.raises(reconcile.OtherStoreError):
                await running.service.refresh(record.key)
            versions.append(stored(tmp_path)[0].version)
    assert versions[0] == versions[1] == versions[2]


async def test_trouble_with_a_store_that_is_gone_from_the_list_is_nobody_s(tmp_path: Path) -> None:
    async with scripted_gett() as (_, url), runtime(tmp_path, url) as running:
        await running.service.note_trouble("no such store", "refresh", NotPossibleError("x"))


async def test_what_gett_says_of_a_refusal_stands_on_the_record(tmp_path: Path) -> None:
    errors = [{"field": "name", "code": "TOO_LONG", "message": "no"}, {"odd": 1}]
    reply = problem(422, "VALIDATION_FAILED", errors=errors, requestId="r-1", detail="see errors")
    ready = made(status="ready_to_activate")
    async with (
        scripted_gett(register=ready, activate=reply, status=ready) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        with pytest.raises(ProblemError):
            await running.service.activate(record.key)
    trouble = stored(tmp_path)[0].trouble
    assert trouble is not None
    assert (trouble.code, trouble.request_id) == ("VALIDATION_FAILED", "r-1")
    assert trouble.items == ("name: TOO_LONG: no", "{'odd': 1}")


async def test_an_activation_answered_without_a_store_id_is_live_only_when_the_status_says_so(tmp_path: Path) -> None:
    ready = made(status="ready_to_activate")
    async with (
        scripted_gett(register=ready, activate=Reply(200, {"name": "Corner Bakery"}), status=ready) as (gett, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        with pytest.raises(UnconfirmedError):
            await running.service.activate(record.key)
        assert running.service.get(record.key).status == "ready_to_activate"
        gett.will("status", made(status="active", storeId="s-1"))
        assert (await running.service.activate(record.key)).status == "active"
    assert stored(tmp_path)[0].trouble is None


@pytest.mark.parametrize(("reply", "is_told"), [(LOST, False), (problem(409, "CONFLICT", retryable=False), True)])
async def test_where_the_status_proves_the_activation_a_refusal_stays_on_the_record_and_a_lost_answer_does_not(
    tmp_path: Path, reply: Reply, is_told: bool
) -> None:
    async with (
        scripted_gett(
            register=made(status="ready_to_activate"), activate=reply, status=made(status="active", storeId="s-1")
        ) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        if is_told:
            with pytest.raises(ProblemError):
                await running.service.activate(record.key)
        else:
            await running.service.activate(record.key)
    (kept,) = stored(tmp_path)
    assert kept.status == "active"
    assert (kept.trouble is not None) is is_told


@pytest.mark.parametrize("is_wanted", [True, False])
async def test_an_answer_is_kept_only_if_it_is_still_wanted(tmp_path: Path, is_wanted: bool) -> None:
    async with (
        scripted_gett(register=made(), status=made(status="active")) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        after = await running.service.refresh(record.key, wanted=lambda: is_wanted)
        assert after.status == ("active" if is_wanted else "pending_catalog")
    assert stored(tmp_path)[0].status == after.status


async def test_only_a_refusal_that_may_be_about_the_status_is_followed_by_a_question(tmp_path: Path) -> None:
    refusals = {401: 0, 403: 0, 429: 0, 400: 1, 404: 1, 409: 1, 422: 1}
    for status, questions in refusals.items():
        reply = problem(status, "SOME_CODE", retryable=False)
        ready = made(status="ready_to_activate")
        async with (
            scripted_gett(register=ready, activate=reply, status=ready) as (gett, url),
            runtime(tmp_path / str(status), url) as running,
        ):
            record = await running.service.register(registration())
            with pytest.raises(ProblemError):
                await running.service.activate(record.key)
            assert gett.count("status") == questions, status
            trouble = running.service.get(record.key).trouble
            assert trouble is not None
            assert trouble.action == "activate"


async def test_a_store_whose_partner_id_gett_did_not_tell_takes_it_from_a_later_answer(tmp_path: Path) -> None:
    async with scripted_gett(status=made(partner=None)) as (gett, url), runtime(tmp_path, url) as running:
        record = await running.service.track(ID)
        assert record.partner_store_id == ""
        gett.will("status", made(partner="p-1", status="catalog_ingesting"))
        after = await running.service.refresh(record.key)
        assert (after.partner_store_id, after.status) == ("p-1", "catalog_ingesting")


async def test_register_s_id_may_be_one_that_was_tracked_before_without_its_partner_id(tmp_path: Path) -> None:
    async with (
        scripted_gett(status=made(partner=None), register=made()) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        tracked = await running.service.track(ID)
        with pytest.raises(CannotLookError):
            await running.service.register(registration())
        record = await running.service.register(registration(), allow_duplicate=True)
    assert (record.key, record.partner_store_id, record.sent["name"]) == (tracked.key, "p-1", "Corner Bakery")
    assert len(stored(tmp_path)) == 1


# -- resolving, and registering anew


async def test_only_what_is_unconfirmed_is_resolved(tmp_path: Path) -> None:
    async with scripted_gett(register=made()) as (gett, url), runtime(tmp_path, url) as running:
        record = await running.service.register(registration())
        for resolving in (
            running.service.drop(record.key),
            running.service.try_again(record.key),
            running.service.attach(record.key, OTHER),
        ):
            with pytest.raises(NotPossibleError, match="nothing to resolve"):
                await resolving
        assert gett.asked == ["register"]


class Asleep(RecordStore):
    """Sees nothing of what others change: as a copy that looked a moment too early."""

    def sync(self) -> StoresChanged:
        return StoresChanged()


async def asleep(folder: Path) -> Service:
    """A copy that goes on knowing what stands in the files now."""
    instances = Instances(folder)
    late = Service(Asleep(folder, instances.owner), instances, Quota(SANDBOX), lambda _: None)
    await late.load()
    return late


async def test_what_another_window_resolves_or_has_resolved_is_told_as_that(tmp_path: Path) -> None:
    async with scripted_gett(register=LOST) as (gett, url), runtime(tmp_path, url) as running:
        with pytest.raises(UnconfirmedError) as caught:
            await running.service.register(registration())
        key = caught.value.record.key
        late = await asleep(tmp_path)
        gett.will("register", made())
        gett.held.clear()
        work = asyncio.ensure_future(running.service.try_again(key))
        await until(lambda: gett.count("register") == 2)
        with pytest.raises(NotPossibleError) as busy:
            await late.drop(key)
        assert "is under way for this store in another copy of the program (pid " in sentence(busy.value)
        gett.will("register", LOST)
        gett.held.set()
        await work
        with pytest.raises(UnconfirmedError) as caught:
            await running.service.register(registration(), allow_duplicate=True)
        later = await asleep(tmp_path)
        await running.service.drop(caught.value.record.key)
        with pytest.raises(NotPossibleError) as told:
            await later.drop(caught.value.record.key)
        assert sentence(told.value) == "This store was resolved meanwhile: it is dropped."


def edited(folder: Path, old: str, new: str) -> None:
    """Changes the one record by hand."""
    (path,) = folder.glob("*/*.toml")
    path.write_text(path.read_text().replace(old, new))


@pytest.mark.parametrize("verb", ["activate", "cancel", "register_anew"])
async def test_no_other_store_is_acted_on_than_the_one_that_was_asked_about(tmp_path: Path, verb: str) -> None:
    async with (
        scripted_gett(register=made(status="ready_to_activate"), activate=made(), cancel=Reply(204)) as (gett, url),
        runtime(tmp_path, url) as running,
    ):
        asked_about = await running.service.register(registration())
        edited(tmp_path, '"p-1"', '"p-9"')
        await running.service.follow()
        assert running.service.get(asked_about.key).partner_store_id == "p-9"
        more = [registration()] if verb == "register_anew" else []
        with pytest.raises(NotPossibleError, match="another store's record"):
            await getattr(running.service, verb)(asked_about.key, *more, asked_about)
        assert gett.asked == ["register"]


@pytest.mark.parametrize("verb", ["try_again", "drop", "attach"])
async def test_no_other_attempt_is_resolved_than_the_one_that_was_asked_about(tmp_path: Path, verb: str) -> None:
    async with scripted_gett(register=LOST, status=made()) as (gett, url), runtime(tmp_path, url) as running:
        with pytest.raises(UnconfirmedError) as caught:
            await running.service.register(registration())
        asked_about = caught.value.record
        edited(tmp_path, "https://cdn.example", "https://other.example")
        await running.service.follow()
        assert "other" in str(running.service.get(asked_about.key).sent)
        more = [ID] if verb == "attach" else []
        with pytest.raises(NotPossibleError, match="changed meanwhile"):
            await getattr(running.service, verb)(asked_about.key, *more, asked_about)
        assert gett.asked == ["register"]


async def test_an_attempt_that_does_not_hold_what_was_sent_is_not_sent_again(tmp_path: Path) -> None:
    async with scripted_gett(register=LOST) as (gett, url), runtime(tmp_path, url) as running:
        with pytest.raises(UnconfirmedError) as caught:
            await running.service.register(registration())
        edited(tmp_path, "catalogCallbackUrl", "somethingElse")
        await running.service.follow()
        with pytest.raises(NotPossibleError, match="not all that was sent"):
            await running.service.try_again(caught.value.record.key)
        assert gett.asked == ["register"]


async def test_a_gone_store_that_gett_knows_again_is_not_registered_anew(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=made(), status=NOT_FOUND) as (gett, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        await running.service.refresh(record.key)
        gett.will("status", made(status="catalog_ingesting"))
        with pytest.raises(NotPossibleError, match="knows this onboarding again"):
            await running.service.register_anew(record.key, registration())
        assert gett.count("register") == 1
        gett.will("status", NOT_FOUND)
        await running.service.refresh(record.key)
        gett.will("register", made(OTHER))
        assert (await running.service.register_anew(record.key, registration())).onboarding_id == OTHER
        assert gett.count("cancel") == 0


# -- what dead copies left


async def test_what_another_window_has_begun_anew_is_not_taken_for_a_dead_copy_s(tmp_path: Path) -> None:
    async with scripted_gett(register=made()) as (gett, url), runtime(tmp_path, url) as running:
        left = Pending("register", AT, "1-dead")
        dead = RecordStore(tmp_path, "1-dead")
        dead.open()
        dead.begin_attempt(
            Record(
                "a-1",
                OwnState.REGISTERING,
                partner_store_id="p-1",
                sent=registration().wire(),
                history=(Change(OwnState.REGISTERING, AT),),
                pending=left,
            )
        )
        late = await asleep(tmp_path)
        await running.service.follow()
        gett.held.clear()
        work = asyncio.ensure_future(running.service.try_again("a-1"))
        await until(lambda: gett.asked)
        await late.follow()
        assert stored(tmp_path)[0].status is OwnState.REGISTERING
        gett.held.set()
        assert (await work).onboarding_id == ID


async def test_a_write_is_settled_when_its_copy_is_dead_and_not_before(tmp_path: Path) -> None:
    async with (
        scripted_gett(register=made(status="ready_to_activate")) as (_, url),
        runtime(tmp_path, url) as running,
    ):
        record = await running.service.register(registration())
        other = Instances(tmp_path)
        other.announce()
        store = RecordStore(tmp_path, other.owner)
        list(store.load())
        store.update(record.key, lambda now: now._replace(pending=Pending("activate", AT, other.owner)))
        for _ in range(3):
            await running.service.follow()
        assert stored(tmp_path)[0].pending is not None
        other.leave()
        await running.service.follow()
        (left,) = stored(tmp_path)
    assert (left.pending, left.status) == (None, "ready_to_activate")
    assert left.trouble is not None
    assert left.trouble.action == "activate"


async def test_what_this_copy_is_sending_is_no_dead_copy_s(tmp_path: Path) -> None:
    async with scripted_gett(register=made()) as (gett, url), runtime(tmp_path, url) as running:
        gett.held.clear()
        work = asyncio.ensure_future(running.service.register(registration()))
        await until(lambda: gett.asked)
        for _ in range(3):
            await running.service.follow()
        assert stored(tmp_path)[0].status is OwnState.REGISTERING
        gett.held.set()
        assert [change.status for change in (await work).history] == [OwnState.REGISTERING, "pending_catalog"]


# -- what is told


async def test_what_changes_is_told_once_it_is_kept_and_nothing_else(tmp_path: Path) -> None:
    heard: list[events.Event] = []

    def told() -> list[tuple[list[object], tuple[str, ...]]]:
        changes = [event for event in heard if isinstance(event, StoresChanged)]
        return [([record.status for record in event.changed], event.removed) for event in changes]

    async with (
        scripted_gett(register=made(), cancel=Reply(204), status=made(status="ready_to_activate")) as (_, url),
        runtime(tmp_path, url, heard) as running,
    ):
        heard.clear()
        first = await running.service.register(registration())
        assert told() == [([OwnState.REGISTERING], ()), (["pending_catalog"], ())]
        assert not [event for event in heard if isinstance(event, events.Note | events.News)]
        heard.clear()
        await running.service.refresh(first.key)
        assert [event.record.status for event in heard if isinstance(event, events.News)] == ["ready_to_activate"]
        heard.clear()
        await running.service.follow()
        assert heard == [], "nothing has changed"
        await running.service.cancel(first.key)
        heard.clear()
        again = await running.service.register(registration())
        (attempt,) = [event.changed[0].key for event in heard if isinstance(event, StoresChanged) if event.changed][:1]
        assert again.key == first.key != attempt
        assert told()[1:] == [([], (attempt,)), (["pending_catalog"], ())]


# -- bounds


def test_a_history_is_folded_without_its_ends_and_without_what_was_done_here() -> None:
    history = [Change(OwnState.REGISTERING, AT)]
    for number in range(MAX_HISTORY * 2):
        history.append(Change("flapping" if number % 2 else "flipping", AT + timedelta(seconds=number)))
        if number == 30:
            history.append(Change(OwnState.UNCONFIRMED, AT))
    kept = folded(tuple(history))
    assert len(kept) == MAX_HISTORY
    assert (kept[0], kept[-20:]) == (history[0], tuple(history[-20:]))
    assert [change.status for change in kept if isinstance(change.status, OwnState)] == [
        OwnState.REGISTERING,
        OwnState.UNCONFIRMED,
    ]
    assert [change.status for change in kept[1:3]] == ["flipping", "flapping"], "each word's first time stays"
    assert sum(change.folded + 1 for change in kept) == len(history)


def test_where_no_change_repeats_the_oldest_of_gett_s_go() -> None:
    history = tuple(Change(f"word {number}", AT) for number in range(MAX_HISTORY + 10))
    kept = folded(history)
    assert [change.status for change in kept] == ["word 0", *(change.status for change in history[11:])]
    assert kept[1].folded == 10


def test_what_was_done_here_is_never_folded_though_it_is_too_much() -> None:
    states = (OwnState.REGISTERING, OwnState.UNCONFIRMED)
    history = tuple(Change(states[number % 2], AT) for number in range(MAX_HISTORY + 10))
    assert folded(history) == history


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (2**63, str(2**63)),
        (-(2**63) - 1, str(-(2**63) - 1)),
        (2**63 - 1, 2**63 - 1),
        (-(2**63), -(2**63)),
        (True, True),
        (1.5, 1.5),
        ("x", "x"),
        ("x" * reconcile.MAX_MEMBER, "x" * reconcile.MAX_MEMBER),
        ({"a": [1]}, {"a": [1]}),
        (10**4200, None),
        ("x" * 5000, None),
        (["x" * 5000], None),
    ],
)
def test_values_are_bounded_and_fit_into_a_file(value: object, kept: object) -> None:
    after = reconcile.bounded_members({"member": value})["member"]
    if kept is None:
        assert isinstance(after, str)
        assert (len(after), after[-1]) == (reconcile.MAX_MEMBER, "…")
    else:
        assert (after, type(after)) == (kept, type(kept))


@pytest.mark.parametrize("length", [10, 100_000])
async def test_what_gett_tells_of_a_store_is_kept_within_bounds(tmp_path: Path, length: int) -> None:
    told = made(partner="", status="s" * length, error="e" * length, createdAt="c" * length)
    async with scripted_gett(register=made(), status=told) as (_, url), runtime(tmp_path, url) as running:
        record = await running.service.register(registration())
        await running.service.refresh(record.key)
    (kept,) = stored(tmp_path)
    assert (kept.status, kept.error, kept.created_at) == (
        reconcile.bounded("s" * length, reconcile.MAX_STATUS),
        reconcile.bounded("e" * length, reconcile.MAX_ERROR),
        reconcile.bounded("c" * length, reconcile.MAX_TIME),
    )
    assert kept.more == {}


def test_members_beyond_reason_are_not_kept() -> None:
    after = reconcile.bounded_members({f"{number:03}{'n' * 300}": number for number in range(200)})
    assert list(after.values()) == list(range(50))
    assert all(len(name) == reconcile.MAX_STATUS for name in after)


def test_only_what_is_about_one_store_says_that_the_way_is_good() -> None:
    from gett_tui.errors import Cause
    from gett_tui.gett.errors import GettError, Outcome, Problem

    def is_about_the_way(status: int, *, is_gett: bool = True) -> bool:
        problem = Problem(status, error_code="X" if is_gett else None, is_gett=is_gett)
        return reconcile.is_about_the_way(ProblemError(problem, outcome=Outcome.NOT_DONE))

    assert all(is_about_the_way(status) for status in (401, 403, 407, 429, 500, 503))
    assert not any(is_about_the_way(status) for status in (400, 404, 409, 422, 499))
    assert is_about_the_way(404, is_gett=False)
    assert reconcile.is_about_the_way(NotSentError(Cause.REFUSED, "refused"))
    assert not reconcile.is_about_the_way(GettError("x", outcome=Outcome.NOT_DONE, cause=Cause.OTHER_STORE))
