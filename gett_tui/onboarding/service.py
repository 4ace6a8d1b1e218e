"""The use cases: register, track, refresh, activate, cancel, register again, and settling what is unconfirmed.

Every write goes the same way: the intent is put on the disk, the request leaves, the end is put on the disk, and
then the listeners hear of it. The three ends of a write are done, certainly not done, and unknown; an unknown
activate or cancel settles itself by reading the status, an unknown register stays *unconfirmed* for a person.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import uuid
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from gett_tui.errors import GettTuiError
from gett_tui.gett.errors import GettError, Outcome, ProblemError, UnreadableAnswerError
from gett_tui.onboarding import events, reconcile
from gett_tui.onboarding.events import StoresChanged
from gett_tui.onboarding.ports import PollingReport, RecordGoneError, StorageError
from gett_tui.onboarding.record import Change, Pending, Record, Trouble
from gett_tui.onboarding.status import OwnState, Status, is_news, meaning, why_not_activate, why_not_cancel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gett_tui.gett.client import GettClient
    from gett_tui.gett.models import Onboarding, Registration, Store
    from gett_tui.gett.quota import Quota
    from gett_tui.onboarding.status import State
    from gett_tui.storage.instances import Instances
    from gett_tui.storage.record_store import RecordStore

T = TypeVar("T")

_SAVE_AGAIN = 1.0
_MAX_WAIT = 120.0
_MAX_STEP = 60.0
_GRACE = 5.0


class NotPossibleError(GettTuiError):
    """The operation makes no sense for the store as it stands; the text says why."""


class UnconfirmedError(GettTuiError):
    """A write was sent and its outcome is unknown (exit status 3). ``lost`` says what happened to the answer."""

    def __init__(self, text: str, record: Record, lost: GettError) -> None:
        super().__init__(text)
        self.record = record
        self.lost = lost


def utc_now() -> datetime:
    """The present time in UTC, in whole milliseconds as it is kept in files."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Service:
    """The onboardings of one profile.

    ``listener`` is called in the event loop, after the fact. ``client`` may be given later (``connect``), so that
    the records can be shown before the HTTP library is even imported.
    """

    def __init__(
        self,
        cache: RecordStore,
        presence: Instances,
        quota: Quota,
        listener: Callable[[events.Event], None],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._cache = cache
        self._presence = presence
        self._quota = quota
        self._listener = listener
        self._now = now
        self._client: GettClient | None = None
        self._connected = asyncio.Event()
        self._busy: dict[str, str] = {}
        self._nothing_pending_at = -1
        self._statuses: dict[str, State] = {}
        self._writes: set[asyncio.Task[Any]] = set()
        self._unsaved: dict[str, str] = {}
        self._trouble: GettTuiError | None = None
        self._trouble_since: datetime | None = None
        self._next_try: datetime | None = None
        self._polled_at: datetime | None = None
        self._files_trouble: events.FilesTrouble = events.FilesTrouble()
        self._closing = False

    # -- life

    def connect(self, client: GettClient) -> None:
        """Gives the service its way to Gett; calls that wait for it go on."""
        self._client = client
        self._connected.set()

    async def load(self) -> None:
        """Reads all records, telling the listener batch by batch; then clears up after killed copies."""
        await self._open()
        batches = self._cache.load()
        while (changes := await asyncio.to_thread(next, batches, None)) is not None:
            self._tell(changes, news=False)
            self._tell_problems()
        self._listener(events.Loaded())
        await asyncio.to_thread(self._cache.repair, self._presence.is_alive)

    async def _open(self) -> None:
        while True:
            try:
                await asyncio.to_thread(self._cache.open)
                await asyncio.to_thread(self._presence.announce)
            except StorageError as error:
                self._files_failed(error)
                await asyncio.sleep(_SAVE_AGAIN)
            else:
                self._files_work()
                return

    async def follow(self) -> None:
        """One look at what other copies have changed, and at what dead ones left unsettled."""
        try:
            self._tell(await asyncio.to_thread(self._look))
            await self._settle_orphans()
        except StorageError as error:
            self._files_failed(error)
        else:
            if not self._unsaved:
                self._files_work()

    def _look(self) -> StoresChanged:
        self._presence.renew()
        return self._cache.sync()

    async def close(self) -> None:
        """Waits up to 5 seconds for writes under way, then gives up what is left; it stays *unconfirmed*."""
        self._closing = True
        if self._writes:
            await asyncio.wait(self._writes, timeout=_GRACE)
        for task in self._writes:
            task.cancel()
        await asyncio.gather(*self._writes, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
        await asyncio.to_thread(self._presence.leave)

    @property
    def is_writing(self) -> bool:
        """Whether a write is under way to Gett."""
        return bool(self._writes)

    async def save_index(self) -> None:
        """Makes the next start quick (see ``index``). Raises StorageError."""
        await asyncio.to_thread(self._cache.save_index)

    @property
    def unsaved(self) -> dict[str, str]:
        """What Gett has answered and the disk has refused so far: partner store id to onboarding id."""
        return dict(self._unsaved)

    @property
    def reachability(self) -> events.Reachability:
        """Whether Gett can be asked, and since when not."""
        return events.Reachability(self._trouble, self._trouble_since, self._next_try)

    @property
    def polling(self) -> PollingReport:
        """How asking Gett goes, for the copies that do not."""
        trouble = None if self._trouble is None else str(self._trouble)
        return PollingReport(polled_at=self._polled_at, trouble=trouble, trouble_since=self._trouble_since)

    def will_try_again(self, at: datetime) -> None:
        """Tells when Gett is asked again after trouble on the way there."""
        self._next_try = at
        self._listener(self.reachability)

    async def note_trouble(self, key: str, action: str, error: GettError) -> None:
        """Leaves what Gett said against one store on its record."""
        trouble = _trouble(action, error, self._now())

        def note(now: Record) -> Record:
            same = now.trouble is not None and now.trouble.text == trouble.text
            return now if same else now._replace(trouble=trouble)

        with contextlib.suppress(RecordGoneError, StorageError):
            await self._update(key, note)

    def get(self, key: str) -> Record:
        """The record called ``key``. Raises RecordGoneError."""
        record = self._cache.get(key)
        if record is None:
            raise RecordGoneError("this store is not in the list any more")
        return record

    def records(self) -> list[Record]:
        """All records, in no order."""
        return self._cache.records()

    # -- use cases

    async def register(self, registration: Registration, *, allow_duplicate: bool = False) -> Record:
        """Registers a store. Returns its record.

        Raises DuplicateError, StorageError (nothing was sent), GettError (certainly not done), and
        UnconfirmedError when the answer is lost: the attempt then stays in the list.
        """
        now = self._now()
        attempt = Record(
            key=str(uuid.uuid4()),
            status=OwnState.REGISTERING,
            partner_store_id=registration.partner_store_id,
            sent=registration.wire(),
            history=(Change(OwnState.REGISTERING, now),),
            pending=Pending("register", now, self._presence.owner),
        )
        return await self._as_write(attempt.key, "register", self._register(attempt, registration, allow_duplicate))

    async def try_again(self, key: str) -> Record:
        """Sends an unconfirmed attempt once more. Gett may then have the store twice: ask a person first."""
        from gett_tui.gett.models import Registration

        record = self._need_unconfirmed(key)
        registration = Registration.model_validate(dict(record.sent))
        return await self._as_write(key, "register", self._register_again(key, registration))

    async def attach(self, key: str, onboarding_id: str) -> Record:
        """Gives an unconfirmed attempt the onboarding id that a person found; Gett is asked about it first.

        Raises NotPossibleError when Gett knows that id for another partner store id.
        """
        record = self._need_unconfirmed(key)
        answer = await self._read(onboarding_id.strip(), urgent=True)
        if answer.partner_store_id is not None and answer.partner_store_id != record.partner_store_id:
            raise NotPossibleError(
                f"That onboarding belongs to the partner store id {answer.partner_store_id}, "
                f"not to {record.partner_store_id}."
            )
        return await self._as_write(key, "attach", self._confirmed(key, answer))

    async def drop(self, key: str) -> Record:
        """Settles an unconfirmed attempt by giving it up; the file is kept."""
        self._need_unconfirmed(key)
        at = self._now()
        return await self._update(key, lambda now: now.moved(OwnState.DROPPED, at)._replace(pending=None))

    async def track(self, onboarding_id: str) -> Record:
        """Takes up an onboarding that was registered elsewhere. Raises GettError, StorageError."""
        known = self._cache.with_onboarding_id(onboarding_id)
        if known is not None:
            return await self.refresh(known.key)
        answer = await self._read(onboarding_id, urgent=True)
        record = reconcile.from_registration(answer, Record(key=onboarding_id, status=""), self._now())
        return await self._saved(partial(self._cache.add, record))

    async def refresh(self, key: str, *, urgent: bool = True) -> Record:
        """Asks Gett how the store stands. Raises GettError, StorageError, NotPossibleError."""
        record = self.get(key)
        if record.onboarding_id is None:
            raise NotPossibleError("Gett cannot be asked: this store has no onboarding id yet.")
        if record.status == OwnState.CANCELLED:
            raise NotPossibleError("This onboarding was cancelled: there is nothing left to ask Gett.")
        try:
            answer = await self._read(record.onboarding_id, urgent=urgent)
        except ProblemError as error:
            if not reconcile.says_gone(error):
                raise
            return await self._observe(key, record.revision, lambda now: now.moved(OwnState.GONE, self._now()))
        return await self._observe(key, record.revision, lambda now: reconcile.apply_status(answer, now, self._now()))

    async def activate(self, key: str) -> Record:
        """Puts a store live. Raises NotPossibleError, GettError (not done), UnconfirmedError, StorageError."""
        self._check(key, why_not_activate)
        return await self._as_write(key, "activate", self._activate(key))

    async def cancel(self, key: str) -> Record:
        """Cancels an onboarding. Raises NotPossibleError, GettError (not done), UnconfirmedError, StorageError."""
        self._check(key, why_not_cancel)
        return await self._as_write(key, "cancel", self._cancel(key))

    async def register_anew(self, key: str, registration: Registration, *, allow_duplicate: bool = False) -> Record:
        """Cancels a failed onboarding and registers the store again: the only way out of ``catalog_failed`` (1.7)."""
        if self.get(key).status not in (OwnState.CANCELLED, OwnState.GONE, OwnState.DROPPED):
            await self.cancel(key)
        return await self.register(registration, allow_duplicate=allow_duplicate)

    # -- register

    async def _register(self, attempt: Record, registration: Registration, allow_duplicate: bool) -> Record:
        client = await self._ready()
        saved = await asyncio.to_thread(self._cache.begin_attempt, attempt, allow_duplicate=allow_duplicate)
        self._tell(StoresChanged((saved,)))
        return await self._send_register(attempt.key, lambda: client.register(registration), first=True)

    async def _register_again(self, key: str, registration: Registration) -> Record:
        client = await self._ready()
        at = self._now()

        def begin(now: Record) -> Record:
            if now.status != OwnState.UNCONFIRMED or now.pending is not None:
                raise NotPossibleError(f"This store is {meaning(now.status).words} meanwhile.")
            pending = Pending("register", at, self._presence.owner)
            return now.moved(OwnState.REGISTERING, at)._replace(pending=pending, answer=None)

        await self._update(key, begin)
        return await self._send_register(key, lambda: client.register(registration), first=False)

    async def _send_register(self, key: str, call: Callable[[], Awaitable[Onboarding]], *, first: bool) -> Record:
        try:
            answer = await self._write(key, call)
        except GettError as error:
            if error.outcome is Outcome.NOT_DONE and first:
                await self._saved(partial(self._cache.discard_attempt, key))
                self._tell(StoresChanged(removed=(key,)))
                raise
            record = await self._unconfirmed(key, error)
            if error.outcome is Outcome.NOT_DONE:
                raise
            raise UnconfirmedError(
                "Gett may or may not have this store: the answer to Register is lost.", record, error
            ) from error
        return await self._confirmed(key, answer)

    async def _confirmed(self, key: str, answer: Onboarding) -> Record:
        partner, at = self.get(key).partner_store_id, self._now()
        existing = self._cache.with_onboarding_id(answer.onboarding_id)
        if existing is not None and existing.partner_store_id != partner:
            error = UnreadableAnswerError(
                f"Gett answered with the onboarding id of {existing.partner_store_id}.",
                status=200,
                body=answer.model_dump_json(by_alias=True),
                outcome=Outcome.UNKNOWN,
            )
            raise UnconfirmedError(str(error), await self._unconfirmed(key, error), error)
        save = partial(
            self._cache.confirm_attempt,
            self.get(key),
            answer.onboarding_id,
            lambda attempt, standing: (
                standing or reconcile.from_registration(answer, attempt._replace(pending=None), at)
            ),
        )
        record = await self._saved(save, what=(key, partner, answer.onboarding_id))
        if record.key != key:
            self._tell(StoresChanged(removed=(key,)))
        return record

    async def _unconfirmed(self, key: str, error: GettError) -> Record:
        at = self._now()
        answer = error.body if isinstance(error, UnreadableAnswerError) else None

        def note(now: Record) -> Record:
            moved = now.moved(OwnState.UNCONFIRMED, at)
            return moved._replace(pending=None, answer=answer or now.answer, trouble=_trouble("register", error, at))

        return await self._saved(partial(self._cache.update, key, note))

    def _need_unconfirmed(self, key: str) -> Record:
        record = self.get(key)
        if record.status != OwnState.UNCONFIRMED:
            raise NotPossibleError(f"Nothing to settle: this store is {meaning(record.status).words}.")
        return record

    # -- activate and cancel

    async def _activate(self, key: str) -> Record:
        client = await self._ready()
        record = await self._begin(key, "activate", why_not_activate)
        onboarding_id = record.onboarding_id or ""
        try:
            store = await self._write(key, lambda: client.activate(onboarding_id))
        except GettError as error:
            return await self._settle(key, "activate", error)
        at = self._now()
        if store is not None and store.store_id:
            return await self._end(key, lambda now: _activated(now, store, at))
        # Accepted without a Store (an empty body, or a 202): only the status can tell whether it is live.
        record = await self._end(key, lambda now: now)
        with contextlib.suppress(GettError):
            return await self.refresh(key)
        return record

    async def _cancel(self, key: str) -> Record:
        client = await self._ready()
        record = await self._begin(key, "cancel", why_not_cancel)
        onboarding_id = record.onboarding_id or ""
        try:
            await self._write(key, lambda: client.cancel(onboarding_id))
        except GettError as error:
            if isinstance(error, ProblemError) and reconcile.says_gone(error):
                return await self._end(key, lambda now: now.moved(OwnState.GONE, self._now()))
            return await self._settle(key, "cancel", error)
        return await self._end(key, lambda now: now.moved(OwnState.CANCELLED, self._now()))

    async def _begin(self, key: str, action: str, why_not: Callable[[State], str | None]) -> Record:
        pending = Pending(action, self._now(), self._presence.owner)

        def begin(now: Record) -> Record:
            if now.pending is not None and self._presence.is_alive(now.pending.owner):
                raise NotPossibleError(f"{now.pending.action} is under way for this store in another window.")
            reason = why_not(now.status)
            if reason is not None:
                raise NotPossibleError(reason)
            return now._replace(pending=pending)

        return await self._update(key, begin)

    async def _end(self, key: str, change: Callable[[Record], Record]) -> Record:
        def end(now: Record) -> Record:
            return change(now)._replace(pending=None, trouble=None)

        return await self._saved(partial(self._cache.update, key, end))

    async def _settle(self, key: str, action: str, error: GettError) -> Record:
        """Ends an activate or cancel that Gett refused or whose answer is lost, by reading the status."""
        trouble = _trouble(action, error, self._now())
        record = await self._saved(
            partial(self._cache.update, key, lambda now: now._replace(pending=None, trouble=trouble))
        )
        refused = error.outcome is Outcome.NOT_DONE
        if refused and not (isinstance(error, ProblemError) and error.status in (400, 404, 409, 422)):
            raise error
        with contextlib.suppress(GettError, NotPossibleError):
            record = await self._settled_by_status(key, action, trouble)
        if record.status in (OwnState.CANCELLED, OwnState.GONE, Status.ACTIVE) and not refused:
            return record
        if refused:
            raise error
        raise UnconfirmedError(
            f"The answer to {action} is lost; Gett says that the store is {meaning(record.status).words}.",
            record,
            error,
        ) from error

    async def _settled_by_status(self, key: str, action: str, trouble: Trouble) -> Record:
        record = self.get(key)
        try:
            answer = await self._read(record.onboarding_id or "", urgent=True)
        except ProblemError as error:
            if not reconcile.says_gone(error):
                raise
            gone = OwnState.CANCELLED if action == "cancel" else OwnState.GONE
            return await self._observe(key, record.revision, lambda now: now.moved(gone, self._now()))

        def note(now: Record) -> Record:
            seen = reconcile.apply_status(answer, now, self._now())
            return seen if seen.status == Status.ACTIVE else seen._replace(trouble=trouble)

        return await self._observe(key, record.revision, note)

    def _check(self, key: str, why_not: Callable[[State], str | None]) -> None:
        reason = why_not(self.get(key).status)
        if reason is not None:
            raise NotPossibleError(reason)

    # -- the way to Gett

    async def _ready(self) -> GettClient:
        await self._connected.wait()
        if self._client is None:
            raise RuntimeError("connected without a client")
        return self._client

    async def _read(self, onboarding_id: str, *, urgent: bool) -> Onboarding:
        client = await self._ready()
        await self._quota.reads.turn(urgent=urgent)
        try:
            answer = await client.status(onboarding_id)
        except GettError as error:
            if isinstance(error, ProblemError) and error.status == 429:
                self._quota.reads.pause(error.problem.retry_after or 1.0)
            self._heard(error)
            if not reconcile.is_about_the_way(error):
                self._answered()
            raise
        self._heard(None)
        self._answered()
        return answer

    def _answered(self) -> None:
        self._polled_at = self._now()
        self._listener(events.Polled(self._polled_at))

    async def _write(self, key: str, call: Callable[[], Awaitable[T]]) -> T:
        """Sends a write; a 429 or a 503 that Gett explains is waited out, visibly, within two minutes."""
        waited = 0.0
        backoff = 1.0
        while True:
            await self._quota.writes.turn(urgent=True)
            try:
                answer = await call()
            except GettError as error:
                self._heard(error)
                step = _wait_before_retry(error, backoff)
                if step is None or waited + step > _MAX_WAIT or self._closing:
                    raise
                if isinstance(error, ProblemError) and error.status == 429:
                    self._quota.writes.pause(step)
                at = self._now().astimezone().strftime("%H:%M:%S")
                self._listener(events.Note(key, f"{error} Going again in {step:.0f} s (asked at {at})."))
                await asyncio.sleep(step)
                self._listener(events.Note(key, None))
                waited, backoff = waited + step, backoff * 2
            else:
                self._heard(None)
                return answer

    def _heard(self, error: GettError | None) -> None:
        if error is not None and not reconcile.is_about_the_way(error):
            error = None
        if error is None and self._trouble is None:
            return
        if error is not None and self._trouble_since is None:
            self._trouble_since = self._now()
        if error is None:
            self._trouble_since = self._next_try = None
        self._trouble = error
        self._listener(self.reachability)

    # -- the disk

    async def _as_write(self, key: str, action: str, work: Awaitable[Record]) -> Record:
        """Runs a write as a task of the service's own: closing a dialog or a screen does not cut it off."""
        if key in self._busy or self._closing:
            if asyncio.iscoroutine(work):
                work.close()
            busy = self._busy.get(key)
            raise NotPossibleError(f"{busy} is under way for this store." if busy else "The program is closing.")
        self._busy[key] = action
        task = asyncio.ensure_future(work)
        self._writes.add(task)
        task.add_done_callback(partial(self._write_ended, key))
        return await asyncio.shield(task)

    def _write_ended(self, key: str, task: asyncio.Future[Record]) -> None:
        self._busy.pop(key, None)
        self._writes.discard(task)  # pyright: ignore[reportArgumentType]
        # Marks the error as seen: the caller has had it, unless its screen is gone.
        if not task.cancelled():
            task.exception()

    async def _update(self, key: str, change: Callable[[Record], Record]) -> Record:
        record = await asyncio.to_thread(self._cache.update, key, change)
        self._tell(StoresChanged((record,)))
        return record

    async def _observe(self, key: str, revision: int, change: Callable[[Record], Record]) -> Record:
        """Writes what an answer says, unless something else was written since the question left."""

        def fresh(now: Record) -> Record:
            return change(now) if now.revision == revision else now

        return await self._update(key, fresh)

    async def _saved(self, write: Callable[[], T], what: tuple[str, str, str] | None = None) -> T:
        """Puts the end of a write on the disk, trying until it works: it is known nowhere else.

        ``what`` is the key, partner store id and onboarding id to tell a person when it never does.
        """
        while True:
            try:
                result = await asyncio.to_thread(write)
            except StorageError as error:
                self._files_failed(error)
                if what is not None:
                    key, partner, onboarding_id = what
                    self._unsaved[partner] = onboarding_id
                    self._listener(
                        events.Note(key, f"Registered as {onboarding_id}, but not saved yet: {error}. Trying again.")
                    )
                await asyncio.sleep(_SAVE_AGAIN)
            else:
                if what is not None and self._unsaved.pop(what[1], None):
                    self._listener(events.Note(what[0], None))
                if isinstance(result, Record):
                    self._tell(StoresChanged((result,)))
                return result

    async def _settle_orphans(self) -> None:
        taken = self._cache.changes
        if taken == self._nothing_pending_at:
            return
        unsettled = [(record, record.pending) for record in self._cache.records() if record.pending is not None]
        if not unsettled:
            self._nothing_pending_at = taken
        for record, pending in unsettled:
            if record.key not in self._busy and await asyncio.to_thread(self._is_orphan, pending):
                await self._settle_orphan(record, pending)

    def _is_orphan(self, pending: Pending) -> bool:
        return pending.owner == self._presence.owner or not self._presence.is_alive(pending.owner)

    async def _settle_orphan(self, record: Record, pending: Pending) -> None:
        at = self._now()

        def settle(now: Record) -> Record:
            if now.pending != pending:
                return now
            if pending.action == "register":
                return now.moved(OwnState.UNCONFIRMED, at)._replace(pending=None)
            text = f"The program ended before the answer to {pending.action} came. Gett is asked how the store stands."
            return now._replace(pending=None, trouble=Trouble(at, pending.action, text))

        with contextlib.suppress(RecordGoneError):
            await self._update(record.key, settle)

    # -- telling

    def _tell(self, changes: StoresChanged, *, news: bool = True) -> None:
        if not changes:
            return
        arrived: list[Record] = []
        # Threads may finish out of order: the mirror has the latest.
        changed = tuple(self._cache.get(record.key) or record for record in changes.changed)
        for record in changed:
            before = self._statuses.get(record.key)
            self._statuses[record.key] = record.status
            if news and before is not None and before != record.status and is_news(record.status):
                arrived.append(record)
        for key in changes.removed:
            self._statuses.pop(key, None)
        self._listener(events.StoresChanged(changed, changes.removed))
        for record in arrived:
            self._listener(events.News(record))

    def _files_failed(self, error: StorageError) -> None:
        self._tell_files(events.FilesTrouble(error, self._cache.problems))

    def _files_work(self) -> None:
        self._tell_problems()

    def _tell_problems(self) -> None:
        self._tell_files(events.FilesTrouble(None, self._cache.problems))

    def _tell_files(self, event: events.FilesTrouble) -> None:
        same = str(event.error) == str(self._files_trouble.error) and event.problems == self._files_trouble.problems
        if not same:
            self._files_trouble = event
            self._listener(event)


def _activated(record: Record, store: Store, at: datetime) -> Record:
    return record.moved(Status.ACTIVE, at)._replace(store_id=store.store_id, store=store.wire(), error=None)


def _trouble(action: str, error: GettError, at: datetime) -> Trouble:
    if not isinstance(error, ProblemError):
        return Trouble(at, action, str(error))
    problem = error.problem
    items = tuple(
        ": ".join(part for part in (item.where, item.code, item.message) if part) or str(dict(item.raw))
        for item in problem.errors
    )
    return Trouble(at, action, str(error), code=problem.error_code, request_id=problem.request_id, items=items)


def _wait_before_retry(error: GettError, backoff: float) -> float | None:
    """Seconds to wait before a write that was certainly not done goes again; None when it must not."""
    if not isinstance(error, ProblemError) or error.outcome is not Outcome.NOT_DONE:
        return None
    if error.status not in (429, 503):
        return None
    told = error.problem.retry_after
    if told is not None:
        return max(told, 0.1)
    return min(backoff, _MAX_STEP) * random.uniform(1.0, 1.25)  # noqa: S311 (jitter, not a secret)
