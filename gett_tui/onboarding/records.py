"""The records as the event loop sees them: what is kept, kept in a thread, and only then told to the listeners.

Holds the second half of invariant 4: the end of a write is tried until something keeps it, or the id is told.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from gett_tui.errors import Cause, GettTuiError
from gett_tui.onboarding import events
from gett_tui.onboarding.errors import UnkeptError
from gett_tui.onboarding.events import StoresChanged
from gett_tui.onboarding.ports import RecordGoneError, StorageError, UnkeepableError
from gett_tui.onboarding.status import is_news

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.onboarding.ports import RecordStore
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State

T = TypeVar("T")

_SAVE_AGAIN = 1.0


class Records:
    """The records of ``store``; ``listener`` is called in the event loop, after the fact.

    ``patience`` is for how many seconds the end of a write is tried on a store that takes nothing; None: for ever.
    """

    def __init__(
        self, store: RecordStore, listener: Callable[[events.Event], None], patience: float | None = None
    ) -> None:
        self.store = store
        self._listener = listener
        self._patience = patience
        self._statuses: dict[str, State] = {}
        self._told = events.FilesTrouble()
        self._is_open = False
        self._stale: dict[str, StorageError] = {}
        """The records that are older than what Gett said, since it could not be kept, and why."""
        self.unsaved: dict[str, str] = {}
        """What Gett has answered and nothing has kept so far: onboarding id to partner store id."""

    # -- reading

    async def open(self) -> None:
        """Makes the places of the records, before anything is written. Raises StorageError."""
        if not self._is_open:
            await asyncio.to_thread(self.store.open)
            self._is_open = True

    async def load(self) -> None:
        """Reads all records, telling the listener batch by batch; writes nothing."""
        batches = self.store.load()
        try:
            while (changes := await asyncio.to_thread(next, batches, None)) is not None:
                self.publish(changes, news=False)
        except StorageError as error:
            if self._patience is not None:
                raise
            self._tell_problems(error)
        else:
            self._tell_problems(None)
        self._listener(events.Loaded())

    @property
    def trouble(self) -> GettTuiError | None:
        """Why records cannot be kept or read at present; None when they can."""
        return self._told.error

    async def sync(self, trouble: StorageError | None = None) -> None:
        """One look at what others have changed. Trouble with the store is told, not raised.

        So is the ``trouble`` that this copy has had with the place since the last look.
        """
        try:
            self.publish(await asyncio.to_thread(self.store.sync))
        except StorageError as error:
            self._tell_problems(error)
        else:
            if not self.unsaved:
                self._tell_problems(trouble or next(iter(self._stale.values()), None))

    def get(self, key: str) -> Record:
        """The record called ``key``. Raises RecordGoneError."""
        record = self.store.get(key)
        if record is None:
            raise RecordGoneError("no longer in the list")
        return record

    async def find(self, onboarding_id: str) -> Record | None:
        """The record of ``onboarding_id``, read alone: for those who need no other."""
        return await asyncio.to_thread(self.store.find, onboarding_id)

    # -- writing

    async def update(self, key: str, change: Callable[[Record], Record]) -> Record:
        """Changes the record as it is kept now. Raises RecordGoneError, StorageError, and what ``change`` raises."""
        return self._told_of(await asyncio.to_thread(self.store.update, key, change))

    async def observe(self, known: Record, change: Callable[[Record], Record]) -> Record:
        """Keeps what an answer says of ``known``, unless the record is another one by now."""
        try:
            record = await asyncio.to_thread(self.store.observe, known, change)
        except StorageError as error:
            self._is_stale(known.key, error)
            raise
        self._stale.pop(known.key, None)
        return self._told_of(record)

    def _is_stale(self, key: str, error: StorageError) -> None:
        # What is wrong with one file alone is one of the store's problems. A command tells what is raised.
        if error.facts.get("errno") is not None and self._patience is None:
            self._stale[key] = error
            self._tell_problems(error)

    async def begin_attempt(self, attempt: Record, *, allow_duplicate: bool) -> Record:
        """Keeps the intent to register. Raises DuplicateError, CannotLookError, StorageError."""
        begun = await asyncio.to_thread(self.store.begin_attempt, attempt, allow_duplicate=allow_duplicate)
        return self._told_of(begun)

    async def add(self, record: Record, change: Callable[[Record], Record]) -> Record:
        """Keeps a record of an onboarding made elsewhere, or changes the one that is there. Raises StorageError."""
        return self._told_of(await asyncio.to_thread(self.store.add, record, change))

    async def finish(
        self, known: Record, change: Callable[[Record], Record], *, patience: float | None = None
    ) -> Record:
        """Keeps the end of a write to ``known``; with ``patience``, for that many seconds. Raises UnkeptError."""
        work = self._kept(lambda: self.store.finish(known, change), known, known.onboarding_id, patience)
        return self._told_of(await work)

    async def confirm_attempt(
        self,
        attempt: Record,
        onboarding_id: str,
        decide: Callable[[Record, Record | None], Record],
        *,
        must_stand: bool = False,
    ) -> Record:
        """Keeps the onboarding id that Gett gave an attempt. Raises UnkeptError, and what ``decide`` raises."""
        record = await self._kept(
            lambda: self.store.confirm_attempt(attempt, onboarding_id, decide, must_stand=must_stand),
            attempt,
            onboarding_id,
        )
        if record.key != attempt.key:
            self.publish(StoresChanged(removed=(attempt.key,)))
        return self._told_of(record)

    async def discard_attempt(self, attempt: Record) -> None:
        """Removes an attempt that came to nothing. Raises UnkeptError; it is then recovered later as unconfirmed."""
        await self._kept(lambda: self.store.discard_attempt(attempt.key), attempt, None)
        self.publish(StoresChanged(removed=(attempt.key,)))

    async def _kept(
        self, write: Callable[[], T], record: Record, onboarding_id: str | None, patience: float | None = None
    ) -> T:
        """The end of a write, tried until it is kept: it is known nowhere else."""
        patience = self._patience if patience is None else patience
        end = None if patience is None else asyncio.get_running_loop().time() + patience
        while True:
            try:
                result = await asyncio.to_thread(write)
            except UnkeepableError as error:
                raise self._unkept(record, onboarding_id, error) from error
            except StorageError as error:
                self._waits(record, onboarding_id, error)
                if end is not None and asyncio.get_running_loop().time() >= end:
                    raise self._unkept(record, onboarding_id, error) from error
                await asyncio.sleep(_SAVE_AGAIN)
            else:
                if self.unsaved.pop(onboarding_id or "", None) is not None:
                    self._listener(events.Note(record.key, None))
                return result

    def _waits(self, record: Record, onboarding_id: str | None, error: StorageError) -> None:
        self._tell_problems(error)
        if onboarding_id is not None:
            self.unsaved[onboarding_id] = record.partner_store_id
            facts = {"onboarding_id": onboarding_id, "why": str(error)}
            unsaved = GettTuiError(f"{onboarding_id} is not saved yet", cause=Cause.NOT_SAVED_YET, facts=facts)
            self._listener(events.Note(record.key, unsaved))

    def _unkept(self, record: Record, onboarding_id: str | None, error: StorageError) -> UnkeptError:
        if onboarding_id is not None:
            # It stays there after this: whoever ends the program tells it, if nobody else has.
            self.unsaved[onboarding_id] = record.partner_store_id
        return UnkeptError(record.partner_store_id, onboarding_id or "", str(error))

    # -- telling

    def _told_of(self, record: Record) -> Record:
        self.publish(StoresChanged((record,)))
        return record

    def publish(self, changes: StoresChanged, *, news: bool = True) -> None:
        """Tells the listeners what has changed, and which of it is news."""
        if not changes:
            return
        # Threads may finish out of order: the mirror has the latest.
        changed = tuple(self.store.get(record.key) or record for record in changes.changed)
        arrived = [record for record in changed if self._moved(record) and news and is_news(record.status)]
        for key in changes.removed:
            self._statuses.pop(key, None)
        for key in (*changes.removed, *(record.key for record in changed)):
            # What could not be kept here another copy may have kept since.
            self._stale.pop(key, None)
        self._listener(StoresChanged(changed, changes.removed))
        for record in arrived:
            self._listener(events.News(record))

    def _moved(self, record: Record) -> bool:
        """Whether a record that was known before has another status now."""
        before = self._statuses.get(record.key)
        self._statuses[record.key] = record.status
        return before is not None and before != record.status

    def _tell_problems(self, error: StorageError | None) -> None:
        event = events.FilesTrouble(error, self.store.problems, self.store.notices)
        told = self._told
        same = (str(event.error), event.problems, event.notices) == (str(told.error), told.problems, told.notices)
        if not same:
            self._told = event
            self._listener(event)

    async def save_index(self) -> None:
        """Makes the next start quick. Raises StorageError."""
        await asyncio.to_thread(self.store.save_index)

    async def repair(self, is_alive: Callable[[str], bool]) -> None:
        """Sets damaged places aside and clears up after dead copies. Trouble with the store is told, not raised."""
        try:
            await asyncio.to_thread(self.store.repair, is_alive)
        except StorageError as error:
            self._tell_problems(error)
