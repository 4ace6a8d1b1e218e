"""What dead copies of the program left under way: a Register is unconfirmed, anything else is asked about."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from gett_tui.errors import Cause
from gett_tui.gett.errors import Outcome
from gett_tui.onboarding.ports import RecordGoneError, StorageError
from gett_tui.onboarding.record import Trouble
from gett_tui.onboarding.status import OwnState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from gett_tui.onboarding.ports import Instances
    from gett_tui.onboarding.record import Pending, Record
    from gett_tui.onboarding.records import Records
    from gett_tui.onboarding.writes import Writes


class Recovery:
    """Looks for what nobody will end any more."""

    def __init__(self, records: Records, writes: Writes, instances: Instances, now: Callable[[], datetime]) -> None:
        self._records = records
        self._writes = writes
        self._instances = instances
        self._now = now
        self._nothing_pending_at = -1

    async def recover(self) -> None:
        """Ends what dead copies left; writes nothing where there is nothing."""
        store = self._records.store
        changes = store.changes
        if changes == self._nothing_pending_at:
            return
        left = [(record, record.pending) for record in store.records() if record.pending is not None]
        if not left:
            self._nothing_pending_at = changes
        for record, pending in left:
            if record.key not in self._writes and await asyncio.to_thread(self._is_orphan, pending):
                with contextlib.suppress(RecordGoneError, StorageError):
                    await self._recover(record, pending)

    def _is_orphan(self, pending: Pending) -> bool:
        return pending.owner == self._instances.owner or not self._instances.is_alive(pending.owner)

    async def _recover(self, record: Record, pending: Pending) -> None:
        at = self._now()
        text = f"The program ended before the answer to {pending.action} came."
        facts = {"action": pending.action, "outcome": Outcome.UNKNOWN.value}
        trouble = Trouble(at, pending.action, text, cause=Cause.INTERRUPTED.value, facts=facts)

        def recover(now: Record) -> Record:
            if now.pending != pending:
                return now
            ended = now._replace(pending=None, trouble=trouble)
            return ended.moved(OwnState.UNCONFIRMED, at) if pending.action == "register" else ended

        await self._records.update(record.key, recover)
