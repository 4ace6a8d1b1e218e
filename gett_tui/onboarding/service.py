"""The use cases of one profile: the one door that both faces, the dashboard and the commands, come in by."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gett_tui.errors import Cause
from gett_tui.onboarding.errors import NotPossibleError
from gett_tui.onboarding.gateway import Gateway
from gett_tui.onboarding.ports import PollingReport, StorageError
from gett_tui.onboarding.records import Records
from gett_tui.onboarding.recovery import Recovery
from gett_tui.onboarding.refreshing import Refreshing
from gett_tui.onboarding.registering import Registering
from gett_tui.onboarding.status import ENDED, OwnState, meaning
from gett_tui.onboarding.transitions import Transitions, require_same_store
from gett_tui.onboarding.writes import Writes

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.errors import GettTuiError
    from gett_tui.gett.client import GettClient
    from gett_tui.gett.models import Registration
    from gett_tui.gett.quota import Quota
    from gett_tui.onboarding import events
    from gett_tui.onboarding.missing import MissingStores
    from gett_tui.onboarding.ports import Instances, RecordStore
    from gett_tui.onboarding.record import Record


def utc_now() -> datetime:
    """The present time in UTC, in whole milliseconds as it is kept in files."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Service:
    """The onboardings of one profile; ``listener`` is called in the event loop, after the fact.

    The client may come later (``use``), so that the records are shown before the HTTP library is even imported.
    ``patience``: seconds for which the end of a write is tried on a disk that takes nothing; None: for ever.
    """

    def __init__(
        self,
        store: RecordStore,
        instances: Instances,
        quota: Quota,
        listener: Callable[[events.Event], None],
        now: Callable[[], datetime] = utc_now,
        patience: float | None = None,
    ) -> None:
        self._instances = instances
        self._is_announced = False
        self._all = Records(store, listener, patience)
        self._writes = Writes()
        self.gateway = Gateway(quota, listener, now)
        """The way to Gett, and how it is."""
        self._refreshing = Refreshing(self._all, self.gateway, now)
        self._recovery = Recovery(self._all, self._writes, instances, now)
        self._registering = Registering(self._all, self.gateway, self._refreshing, self._writes, instances.owner, now)
        self._transitions = Transitions(self._all, self.gateway, self._refreshing, self._writes, instances, now)

    # -- life

    def use(self, client: GettClient) -> None:
        """Gives the service its way to Gett."""
        self.gateway.use(client)

    async def load(self) -> None:
        """Reads all records, telling the listener batch by batch."""
        await self._all.load()

    async def follow(self) -> None:
        """One look at what other copies have changed, and at what dead ones left under way."""
        trouble = None
        try:
            await self._announced()
        except StorageError as error:
            trouble = error
        await self._all.sync(trouble)
        await self._recovery.recover()

    async def repair(self) -> None:
        """Sets damaged files aside and clears up after dead copies: for the copy that polls."""
        await self._all.repair(self._instances.is_alive)

    async def close(self) -> None:
        """Waits up to 5 seconds for writes under way, then gives up what is left; it stays *unconfirmed*."""
        self.gateway.stop_waiting()
        await self._writes.close()
        await self.gateway.close()
        await asyncio.to_thread(self._instances.leave)

    async def save_index(self) -> None:
        """Makes the next start quick. Raises StorageError."""
        await self._all.save_index()

    async def _announced(self) -> None:
        """Before anything is written: others must see that whoever is named as its owner lives. Raises StorageError."""
        await self._all.open()
        if self._is_announced:
            await asyncio.to_thread(self._instances.renew)
        else:
            await asyncio.to_thread(self._instances.announce)
            self._is_announced = True

    # -- what is known

    def records(self) -> list[Record]:
        """All records, in no order."""
        return self._all.store.records()

    def get(self, key: str) -> Record:
        """The record called ``key``. Raises RecordGoneError."""
        return self._all.get(key)

    async def find(self, onboarding_id: str) -> Record | None:
        """The record of ``onboarding_id``, read alone: no other needs to have been loaded."""
        return await self._all.find(onboarding_id)

    @property
    def is_writing(self) -> bool:
        """Whether a write is under way to Gett."""
        return len(self._writes) > 0

    @property
    def given_up(self) -> list[Record]:
        """What ``close`` gave up waiting for. It stays under way on the disk.

        At the next start, or by another copy at once, a Register becomes *unconfirmed* and Gett is asked how any other
        store stands.
        """
        own = [record for record in self.records() if record.pending and record.pending.owner == self._instances.owner]
        return [record for record in own if record.partner_store_id not in self._all.unsaved.values()]

    @property
    def unsaved(self) -> dict[str, str]:
        """What Gett has answered and the disk has refused so far: onboarding id to partner store id."""
        return dict(self._all.unsaved)

    @property
    def missing(self) -> MissingStores:
        """The doubts about stores that Gett did not know."""
        return self._refreshing.missing

    @property
    def is_connected(self) -> bool:
        """Whether there is a way to Gett at all."""
        return self.gateway.is_connected

    @property
    def outage(self) -> events.Reachability:
        """Whether Gett can be asked, and since when and why not."""
        return self.gateway.outage

    def will_try_again(self, at: datetime) -> None:
        """Tells when Gett is asked again after trouble on the way there."""
        self.gateway.will_try_again(at)

    @property
    def report(self) -> PollingReport:
        """How asking Gett, and keeping what it says, goes: for the copies that do not."""
        outage, files = self.gateway.outage, self._all.trouble
        report = PollingReport(polled_at=self.gateway.polled_at)
        if (error := outage.error) is not None:
            told = {"trouble": str(error), "cause": error.cause.value, "facts": dict(error.facts)}
            report = report._replace(trouble_since=outage.since, **told)
        if files is not None:
            told = {"files": str(files), "files_cause": files.cause.value, "files_facts": dict(files.facts)}
            report = report._replace(**told)
        return report

    # -- use cases

    async def register(self, registration: Registration, *, allow_duplicate: bool = False) -> Record:
        """See ``Registering.register``.

        What is gone under this partner store id is asked about first: Gett may know it again, as after a wrong key.
        """
        await self._announced()
        if not allow_duplicate:
            await self._ask_about_gone(registration.partner_store_id)
        return await self._registering.register(registration, allow_duplicate=allow_duplicate)

    async def _ask_about_gone(self, partner_store_id: str) -> None:
        """Makes live again what Gett knows again, so that the guard sees it. Raises as ``refresh``."""
        for record in self.records():
            if record.status == OwnState.GONE and record.partner_store_id == partner_store_id:
                await self.refresh(record.key)

    async def try_again(self, key: str, confirmed: Record | None = None) -> Record:
        """See ``Registering.try_again``."""
        await self._announced()
        return await self._registering.try_again(key, confirmed)

    async def attach(self, key: str, onboarding_id: str, confirmed: Record | None = None) -> Record:
        """See ``Registering.attach``."""
        await self._announced()
        return await self._registering.attach(key, onboarding_id, confirmed)

    async def drop(self, key: str, confirmed: Record | None = None) -> Record:
        """See ``Registering.drop``."""
        await self._announced()
        return await self._registering.drop(key, confirmed)

    async def track(self, onboarding_id: str, label: str = "") -> Record:
        """See ``Registering.track``."""
        await self._announced()
        return await self._registering.track(onboarding_id.strip(), label)

    async def refresh(
        self,
        key: str,
        *,
        urgent: bool = True,
        believe_gone: bool | None = None,
        wanted: Callable[[], bool] | None = None,
    ) -> Record:
        """See ``Refreshing.refresh``."""
        return await self._refreshing.refresh(key, urgent=urgent, believe_gone=believe_gone, wanted=wanted)

    async def note_trouble(self, key: str, action: str, error: GettTuiError) -> None:
        """See ``Refreshing.note_trouble``."""
        await self._refreshing.note_trouble(key, action, error)

    async def activate(self, key: str, confirmed: Record | None = None) -> Record:
        """See ``Transitions.activate``."""
        await self._announced()
        return await self._transitions.activate(key, confirmed)

    async def cancel(self, key: str, confirmed: Record | None = None) -> Record:
        """See ``Transitions.cancel``."""
        await self._announced()
        return await self._transitions.cancel(key, confirmed)

    async def register_anew(
        self, key: str, registration: Registration, confirmed: Record | None = None, *, allow_duplicate: bool = False
    ) -> Record:
        """Cancels a failed onboarding and registers the store again: the only way out of ``catalog_failed`` (1.7).

        One that is gone is asked about first.
        """
        record = self.get(key)
        require_same_store(record, confirmed or record)
        if record.status == OwnState.GONE:
            record = await self.refresh(key)
            if record.status not in ENDED:
                facts = {"state": meaning(record.status).words}
                raise NotPossibleError("Gett knows this onboarding again", cause=Cause.KNOWN_AGAIN, facts=facts)
        if record.status not in ENDED:
            await self.cancel(key, record)
        return await self.register(registration, allow_duplicate=allow_duplicate)
