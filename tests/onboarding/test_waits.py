"""How long each wait is, what ends it, and whom it holds up: on an event loop whose clock leaps over the waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from runtimes import registration, stored
from virtual_time import VirtualLoop

from gett_tui.errors import Cause, GettTuiError
from gett_tui.gett.errors import GettError, NotSentError, Outcome, Problem, ProblemError
from gett_tui.gett.models import Onboarding
from gett_tui.gett.quota import SANDBOX, Quota
from gett_tui.onboarding import events
from gett_tui.onboarding.errors import NotConnectedError, NotKnownError, NotPossibleError, UnconfirmedError, UnkeptError
from gett_tui.onboarding.ports import StorageError
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.service import Service
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.instances import Instances
from gett_tui.storage.record_store import RecordStore

AT = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)
ID = "7b0d6a3e-0f0e-4c55-9a53-000000000001"


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": VirtualLoop}


def now() -> float:
    """Seconds of the leaping clock."""
    return asyncio.get_running_loop().time()


def refusal(status: int, code: str, retry_after: float | None = None, retryable: bool | None = True) -> ProblemError:
    problem = Problem(status, error_code=code, retryable=retryable, retry_after=retry_after, is_gett=True)
    return ProblemError(problem, outcome=Outcome.NOT_DONE)


def made(partner: str = "p-1", status: str = "pending_catalog") -> Onboarding:
    return Onboarding(onboarding_id=f"{ID[:-3]}{partner}", partner_store_id=partner, status=status)


class Client:
    """Stands in for the client where an exchange must take minutes, or none at all."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, str]] = []
        """When what was sent."""
        self.ends: list[GettError | Onboarding | None] = []
        """How the next exchanges end; None: never. After them: well."""

    async def _exchange(self, what: str, good: Any) -> Any:
        self.sent.append((round(now(), 3), what))
        end = self.ends.pop(0) if self.ends else good
        if end is None:
            await asyncio.Event().wait()
        if isinstance(end, GettError):
            raise end
        return end

    async def register(self, registration: Any) -> Onboarding:
        return await self._exchange("register", made(registration.partner_store_id))

    async def status(self, onboarding_id: str) -> Onboarding:
        return await self._exchange("status", made(onboarding_id[-3:]))

    async def activate(self, onboarding_id: str) -> Any:
        return await self._exchange("activate", None)

    async def aclose(self) -> None:
        self.sent.append((round(now(), 3), "closed"))

    @property
    def times(self) -> list[float]:
        return [at for at, _ in self.sent]


@dataclass
class Disk:
    """Takes nothing but intents before ``full_until`` (seconds)."""

    full_until: float = 0.0


class FullStore(RecordStore):
    """A store on such a disk."""

    def __init__(self, folder: Path, owner: str, clock: Callable[[], float], disk: Disk) -> None:
        super().__init__(folder, owner)
        self.clock = clock
        self.disk = disk

    def confirm_attempt(
        self,
        attempt: Record,
        onboarding_id: str,
        decide: Callable[[Record, Record | None], Record],
        *,
        must_stand: bool = False,
    ) -> Record:
        self._take()
        return super().confirm_attempt(attempt, onboarding_id, decide, must_stand=must_stand)

    def finish(self, known: Record, change: Callable[[Record], Record]) -> Record:
        self._take()
        return super().finish(known, change)

    def sync(self) -> events.StoresChanged:
        self._take()
        return super().sync()

    def load(self) -> Iterator[events.StoresChanged]:
        self._take()
        yield from super().load()

    def _take(self) -> None:
        if self.clock() < self.disk.full_until:
            raise StorageError("the disk is full")


def service(
    folder: Path, heard: list[events.Event] | None = None, disk: Disk | None = None, patience: float | None = None
) -> Service:
    instances, clock = Instances(folder), asyncio.get_running_loop().time
    store = FullStore(folder, instances.owner, clock, disk or Disk())
    quota = Quota(SANDBOX, clock=clock)
    return Service(store, instances, quota, ([] if heard is None else heard).append, patience=patience)


async def connected(
    folder: Path,
    client: Client,
    heard: list[events.Event] | None = None,
    *,
    full_until: float = 0.0,
    patience: float | None = None,
) -> Service:
    disk = Disk()
    running = service(folder, heard, disk, patience)
    await running.load()
    running.use(client)
    disk.full_until = full_until
    return running


# -- the way to Gett


async def test_what_is_asked_before_the_way_is_made_waits_for_it_and_goes_on(tmp_path: Path) -> None:
    client, running = Client(), service(tmp_path)
    await running.load()
    work = asyncio.ensure_future(running.register(registration()))
    await asyncio.sleep(10)
    assert not work.done()
    running.use(client)
    assert (await work).onboarding_id
    assert client.sent == [(10.0, "register")]


async def test_what_waits_for_a_way_that_never_comes_is_told_within_half_a_minute(tmp_path: Path) -> None:
    running = service(tmp_path)
    await running.load()
    with pytest.raises(NotConnectedError, match="still being made"):
        await running.register(registration())
    assert now() == pytest.approx(30)
    assert stored(tmp_path) == []
    await running.close()


async def test_what_waits_for_a_way_that_cannot_be_made_is_told_why_at_once(tmp_path: Path) -> None:
    heard: list[events.Event] = []
    running = service(tmp_path, heard)
    await running.load()
    work = asyncio.ensure_future(running.register(registration()))
    await asyncio.sleep(3)
    running.gateway.cannot_connect(GettTuiError("the proxy is none", cause=Cause.PROXY, facts={"proxy": "x"}), None)
    with pytest.raises(NotConnectedError, match="the proxy is none") as caught:
        await work
    assert (caught.value.cause, caught.value.facts) == (Cause.PROXY, {"proxy": "x"})
    assert now() == pytest.approx(3)
    assert running.outage.error is not None
    client = Client()
    running.use(client)
    assert running.outage == events.Reachability()
    assert (await running.register(registration())).onboarding_id
    await running.close()
    assert client.sent[-1][1] == "closed"


async def test_an_outage_stands_from_its_first_error_to_the_first_good_word(tmp_path: Path) -> None:
    client, heard = Client(), list[events.Event]()
    running = await connected(tmp_path, client, heard)
    record = await running.register(registration())
    assert not [event for event in heard if isinstance(event, events.Reachability)], "all is well: nothing to tell"
    broken = [NotSentError(Cause.REFUSED, "refused"), ProblemError(Problem(502), outcome=Outcome.UNKNOWN)]
    client.ends = [*broken, refusal(404, "NOT_FOUND")]
    begun: list[object] = []
    for error in broken:
        with pytest.raises(GettError):
            await running.refresh(record.key, believe_gone=False)
        assert running.outage.error is error
        assert running.outage.next_try == (AT if begun else None)
        begun.append(running.outage.since)
        running.will_try_again(AT)
        assert running.outage.next_try == AT
    assert begun[0] is not None
    assert begun[0] == begun[1]
    polled = running.report.polled_at
    with pytest.raises(NotKnownError):
        await running.refresh(record.key, believe_gone=False)
    assert running.outage == events.Reachability(), "what is about one store says that the way is good"
    assert heard[-2:] == [events.Reachability(), events.Polled(running.report.polled_at or AT)]
    assert polled is None
    assert running.report.trouble is None


async def test_what_is_wrong_with_the_way_is_reported_to_the_other_copies(tmp_path: Path) -> None:
    client = Client()
    running = await connected(tmp_path, client)
    record = await running.register(registration())
    error = NotSentError(Cause.REFUSED, "refused", facts={"host": "x"})
    client.ends = [error]
    with pytest.raises(NotSentError):
        await running.refresh(record.key)
    report = running.report
    assert (report.trouble, report.cause, report.facts) == ("refused", Cause.REFUSED.value, error.facts)
    assert report.trouble_since == running.outage.since


async def test_what_the_status_forbids_is_told_without_waiting_for_the_way(tmp_path: Path) -> None:
    before = await connected(tmp_path, Client())
    record = await before.register(registration())
    running = service(tmp_path)
    await running.load()
    with pytest.raises(NotPossibleError):
        await running.activate(record.key)
    assert now() == 0


async def test_an_activation_that_did_not_leave_is_told_and_stands_on_the_record(tmp_path: Path) -> None:
    client = Client()
    client.ends = [made(status="ready_to_activate"), NotSentError(Cause.REFUSED, "refused")]
    running = await connected(tmp_path, client)
    record = await running.register(registration())
    with pytest.raises(NotSentError):
        await running.activate(record.key)
    (kept,) = stored(tmp_path)
    assert (kept.status, kept.pending) == ("ready_to_activate", None)
    assert kept.trouble is not None
    assert (kept.trouble.action, kept.trouble.cause) == ("activate", Cause.REFUSED.value)
    assert [what for _, what in client.sent] == ["register", "activate"]


# -- told waits


async def test_told_waits_are_kept_and_grow_and_end_after_two_minutes(tmp_path: Path) -> None:
    client, heard = Client(), list[events.Event]()
    client.ends = [refusal(503, "SERVICE_UNAVAILABLE", 0) for _ in range(50)]
    running = await connected(tmp_path, client, heard)
    with pytest.raises(ProblemError):
        await running.register(registration())
    waits = [after - before for before, after in zip(client.times, client.times[1:], strict=False)]
    assert waits[0] >= 1
    assert waits[:5] == sorted(waits[:5]), "doubled until half a minute"
    assert waits[4] >= 16
    assert 60 < sum(waits) <= 120
    notes = [event.text for event in heard if isinstance(event, events.Note)]
    assert len([text for text in notes if text]) == len(waits)
    assert notes[-1] is None
    assert stored(tmp_path) == [], "it was certainly not done"


async def test_a_told_wait_that_is_longer_than_ours_is_kept(tmp_path: Path) -> None:
    client = Client()
    client.ends = [refusal(503, "SERVICE_UNAVAILABLE", 50)]
    running = await connected(tmp_path, client)
    await running.register(registration())
    assert 50 <= client.times[1] <= 61


async def test_a_wait_beyond_two_minutes_is_not_begun(tmp_path: Path) -> None:
    client = Client()
    client.ends = [refusal(503, "SERVICE_UNAVAILABLE", 121)]
    running = await connected(tmp_path, client)
    with pytest.raises(ProblemError):
        await running.register(registration())
    assert (now(), len(client.sent)) == (0, 1)


@pytest.mark.parametrize(("status", "code", "is_held"), [(429, "RATE_LIMITED", True), (503, "UNAVAILABLE", False)])
async def test_a_429_holds_all_writes_and_a_503_its_own(tmp_path: Path, status: int, code: str, is_held: bool) -> None:
    client = Client()
    client.ends = [refusal(status, code, 40)]
    running = await connected(tmp_path, client)
    first = asyncio.ensure_future(running.register(registration("p-1")))
    await asyncio.sleep(1)
    second = asyncio.ensure_future(running.register(registration("p-2")))
    await asyncio.gather(first, second)
    assert (client.times[1] >= 40) is is_held
    assert client.times[2] >= 40


async def test_a_429_to_a_question_holds_the_questions_and_no_write(tmp_path: Path) -> None:
    client = Client()
    running = await connected(tmp_path, client)
    record = await running.register(registration())
    client.ends = [refusal(429, "RATE_LIMITED", 40)]
    with pytest.raises(ProblemError):
        await running.refresh(record.key)
    await running.register(registration("p-2"))
    assert client.times[-1] == 0
    await running.refresh(record.key)
    assert client.times[-1] >= 40


async def test_other_refusals_of_a_question_hold_nothing_up(tmp_path: Path) -> None:
    client = Client()
    running = await connected(tmp_path, client)
    record = await running.register(registration())
    client.ends = [refusal(503, "SERVICE_UNAVAILABLE", 40), NotSentError(Cause.REFUSED, "refused")]
    for _ in range(2):
        with pytest.raises(GettError):
            await running.refresh(record.key)
    await running.refresh(record.key)
    assert client.times[-1] == 0


async def test_nothing_is_sent_again_while_the_program_ends(tmp_path: Path) -> None:
    client = Client()
    client.ends = [refusal(503, "SERVICE_UNAVAILABLE", 3)]
    running = await connected(tmp_path, client)
    work = asyncio.ensure_future(running.register(registration()))
    await asyncio.sleep(1.0)
    assert client.times == [0], "it waits to go again"
    running.gateway.stop_waiting()
    with pytest.raises(ProblemError):
        await work
    assert (client.times, now()) == ([0], 1.0)


async def test_nothing_is_sent_at_all_when_the_program_ends_before_its_turn(tmp_path: Path) -> None:
    client = Client()
    running = await connected(tmp_path, client)
    running.gateway.stop_waiting()
    with pytest.raises(NotSentError, match="closing"):
        await running.register(registration())
    assert (client.times, stored(tmp_path)) == ([], [])


async def test_a_turn_that_is_long_in_coming_is_told_and_given_up_in_the_end(tmp_path: Path) -> None:
    client, heard = Client(), list[events.Event]()
    client.ends = [refusal(429, "RATE_LIMITED", 900)]
    running = await connected(tmp_path, client, heard)
    with pytest.raises(ProblemError):
        await running.register(registration("p-2"))
    with pytest.raises(NotSentError, match="no turn"):
        await running.register(registration())
    told = [event.text for event in heard if isinstance(event, events.Note)]
    assert "Not sent yet" in (told[-2] or "")
    assert told[-1] is None
    assert (len(client.times), stored(tmp_path)) == (1, [])


async def test_what_certainly_did_not_leave_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    client = Client()
    client.ends = [NotSentError(Cause.REFUSED, "refused")]
    running = await connected(tmp_path, client)
    with pytest.raises(NotSentError):
        await running.register(registration())
    assert (client.times, running.records(), stored(tmp_path)) == ([0], [], [])


# -- the end


async def test_closing_waits_five_seconds_for_a_write_and_leaves_it_unconfirmed(tmp_path: Path) -> None:
    client, complaints = Client(), list[Any]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    client.ends = [None]
    running = await connected(tmp_path, client)
    work = asyncio.ensure_future(running.register(registration()))
    await asyncio.sleep(1)
    assert running.is_writing
    await running.close()
    assert now() == pytest.approx(6)
    assert client.sent[-1] == (6.0, "closed")
    with pytest.raises(asyncio.CancelledError):
        await work
    (left,) = stored(tmp_path)
    assert (left.status, left.pending is not None) == (OwnState.REGISTERING, True)
    assert complaints == []
    after = await connected(tmp_path, Client())
    await after.follow()
    assert stored(tmp_path)[0].status is OwnState.UNCONFIRMED


async def test_closing_with_nothing_under_way_does_not_wait_and_nothing_new_begins(tmp_path: Path) -> None:
    client = Client()
    running = await connected(tmp_path, client)
    record = await running.register(registration())
    await running.close()
    assert now() == 0
    with pytest.raises(NotPossibleError, match="closing"):
        await running.cancel(record.key)


async def test_a_second_write_to_a_store_is_refused_and_the_first_named(tmp_path: Path) -> None:
    client = Client()
    running = await connected(tmp_path, client)
    client.ends = [ProblemError(Problem(500), outcome=Outcome.UNKNOWN), None]
    with pytest.raises(UnconfirmedError) as caught:
        await running.register(registration())
    key = caught.value.record.key
    first = asyncio.ensure_future(running.attach(key, ID))
    await asyncio.sleep(1)
    for second in (running.attach(key, ID), running.drop(key), running.try_again(key)):
        with pytest.raises(NotPossibleError, match="attach is under way"):
            await second
    assert [what for _, what in client.sent] == ["register", "status"]
    await running.close()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert stored(tmp_path)[0].status is OwnState.UNCONFIRMED


async def test_a_closed_screen_cuts_no_write_off(tmp_path: Path) -> None:
    client = Client()
    client.ends = [refusal(503, "SERVICE_UNAVAILABLE", 5)]
    running = await connected(tmp_path, client)
    screen = asyncio.ensure_future(running.register(registration()))
    await asyncio.sleep(1)
    screen.cancel()
    await asyncio.sleep(10)
    assert [what for _, what in client.sent] == ["register", "register"]
    assert stored(tmp_path)[0].status == "pending_catalog"
    assert not running.is_writing


# -- the disk


@pytest.mark.parametrize(("until", "end"), [(2.5, 3.0), (9.5, 10.0)])
async def test_an_answer_that_the_disk_refuses_is_tried_each_second_and_kept(
    tmp_path: Path, until: float, end: float
) -> None:
    heard: list[events.Event] = []
    running = await connected(tmp_path, Client(), heard, patience=10.0, full_until=until)
    work = asyncio.ensure_future(running.register(registration()))
    await asyncio.sleep(1.5)
    assert list(running.unsaved.values()) == ["p-1"]
    record = await work
    assert now() == pytest.approx(end)
    assert running.unsaved == {}
    notes = [event for event in heard if isinstance(event, events.Note)]
    assert "not saved yet" in (notes[0].text or "")
    assert notes[-1] == events.Note(notes[0].key, None)
    assert stored(tmp_path)[0].onboarding_id == record.onboarding_id


async def test_after_ten_seconds_a_command_tells_the_id(tmp_path: Path) -> None:
    running = await connected(tmp_path, Client(), patience=10.0, full_until=float("inf"))
    with pytest.raises(UnkeptError) as caught:
        await running.register(registration())
    assert 10 <= now() <= 21
    assert caught.value.onboarding_id.endswith("p-1")
    assert now() <= 12, "the second half has no patience of its own"
    assert running.unsaved == {caught.value.onboarding_id: "p-1"}, "whoever ends the program tells it, too"


async def test_a_dashboard_tries_for_as_long_as_it_takes(tmp_path: Path) -> None:
    running = await connected(tmp_path, Client(), full_until=3600)
    record = await running.register(registration())
    assert now() >= 3600
    assert stored(tmp_path)[0].onboarding_id == record.onboarding_id


async def test_the_end_of_what_has_no_id_is_tried_as_long_and_no_id_is_told(tmp_path: Path) -> None:
    heard: list[events.Event] = []
    client = Client()
    client.ends = [ProblemError(Problem(500), outcome=Outcome.UNKNOWN)]
    running = await connected(tmp_path, client, heard, full_until=2.5)
    work = asyncio.ensure_future(running.register(registration()))
    await asyncio.sleep(1.5)
    assert running.unsaved == {}
    assert not [event for event in heard if isinstance(event, events.Note)]
    with pytest.raises(UnconfirmedError):
        await work
    assert now() == pytest.approx(3)
    assert stored(tmp_path)[0].status is OwnState.UNCONFIRMED


async def test_trouble_with_the_disk_is_told_once_and_ends_when_all_is_kept(tmp_path: Path) -> None:
    heard: list[events.Event] = []
    disk = Disk()
    running = service(tmp_path, heard, disk)
    await running.load()
    running.use(Client())
    disk.full_until = 3.5

    def told() -> list[str]:
        return [str(event.error) for event in heard if isinstance(event, events.FilesTrouble)]

    work = asyncio.ensure_future(running.register(registration()))
    await asyncio.sleep(2.5)
    await running.follow()
    assert told() == ["the disk is full"], "though it was met several times"
    disk.full_until = 0
    await running.follow()
    assert told() == ["the disk is full"], "not all is kept yet"
    await work
    await running.follow()
    await running.follow()
    assert told() == ["the disk is full", "None"]


@pytest.mark.parametrize("patience", [10.0, None])
async def test_records_that_cannot_be_read_end_a_command_and_are_told_by_a_dashboard(
    tmp_path: Path, patience: float | None
) -> None:
    heard: list[events.Event] = []
    running = service(tmp_path, heard, Disk(full_until=5), patience)
    if patience:
        with pytest.raises(StorageError):
            await running.load()
        assert heard == []
    else:
        await running.load()
        assert [type(event) for event in heard] == [events.FilesTrouble, events.Loaded]


# -- two questions before a store is gone


async def test_the_second_question_comes_a_second_later(tmp_path: Path) -> None:
    client = Client()
    running = await connected(tmp_path, client)
    record = await running.register(registration())
    client.ends = [refusal(404, "NOT_FOUND", retryable=False) for _ in range(2)]
    assert (await running.refresh(record.key)).status is OwnState.GONE
    assert client.sent[1:] == [(0.0, "status"), (1.0, "status")]
