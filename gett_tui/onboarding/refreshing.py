"""How a store stands: Gett is asked, and the answer meets the record.

Holds the second half of invariant 8: no final state comes from one unproved answer.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gett_tui.errors import Cause
from gett_tui.gett.errors import GettError, ProblemError
from gett_tui.onboarding import reconcile
from gett_tui.onboarding.errors import NotKnownError, NotPossibleError, NotUsedError
from gett_tui.onboarding.missing import WAVE, MissingStores
from gett_tui.onboarding.ports import RecordGoneError, StorageError
from gett_tui.onboarding.status import OwnState, can_change

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.errors import GettTuiError
    from gett_tui.gett.models import Onboarding
    from gett_tui.onboarding.gateway import Gateway
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.records import Records

_SECOND_QUESTION = 1.0
"""Seconds between the two questions that a person's command asks before it takes an onboarding for gone."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class Refreshing:
    """Asks about single stores."""

    def __init__(self, records: Records, gateway: Gateway, now: Callable[[], datetime]) -> None:
        self._records = records
        self._gateway = gateway
        self._now = now
        self.missing = MissingStores()
        """The doubts about stores that Gett did not know, of whoever asked."""

    async def refresh(
        self,
        key: str,
        *,
        urgent: bool = True,
        believe_gone: bool | None = None,
        wanted: Callable[[], bool] | None = None,
    ) -> Record:
        """Asks Gett how the store stands.

        Where Gett does not know it: with ``believe_gone`` it is gone (or cancelled, where a cancellation's answer was
        lost), unless Gett does not know others either; with False, NotKnownError; None asks a second time first.
        ``wanted`` is asked when the answer is kept:
        when False, it is dropped and the record returned as it is. Raises GettError, NotUsedError, StorageError,
        NotConnectedError, NotPossibleError, RecordGoneError.
        """
        record = self._records.get(key)
        if record.onboarding_id is None:
            raise NotPossibleError("no onboarding id yet", cause=Cause.NO_ID)
        if record.status == OwnState.CANCELLED:
            raise NotPossibleError("cancelled", cause=Cause.ENDED)
        if believe_gone is None:
            answer = await self._ask_twice(record, record.onboarding_id, urgent=urgent)
        else:
            answer = await self._ask(record.onboarding_id, urgent=urgent)
        if answer is not None:
            return await self._apply(record, answer, wanted)
        if record.status != OwnState.GONE:
            if believe_gone is False:
                raise NotKnownError(record)
            await self._refuse_wave(record, urgent=urgent)
        self.missing.gone(record.key)
        ended = reconcile.ended_by_absence(record)
        return await self._records.observe(record, _if(wanted, lambda now: now.moved(ended, self._now())))

    async def _ask_twice(self, record: Record, onboarding_id: str, *, urgent: bool) -> Onboarding | None:
        """As ``_ask``, a second time before a NOT_FOUND is believed."""
        answer = await self._ask(onboarding_id, urgent=urgent)
        if answer is None:
            self.missing.not_found(record.key)
            await asyncio.sleep(_SECOND_QUESTION)
            answer = await self._ask(onboarding_id, urgent=urgent)
        if answer is not None:
            self.missing.answered(record.key)
        return answer

    async def _refuse_wave(self, record: Record, *, urgent: bool) -> None:
        """Raises NotKnownError when Gett does not know other stores either: then it is the host or the key.

        They are asked here and now: what this copy has seen before says nothing where each store has a process of its
        own. Raises GettError, NotConnectedError.
        """
        self.missing.not_found(record.key)
        if not self.missing.is_wave:
            with contextlib.suppress(StorageError):  # whoever follows the files tells of it
                self._records.publish(await asyncio.to_thread(self._records.store.sync))
            try:
                for witness in self._witnesses(record.key):
                    if await self._is_known(witness, urgent=urgent):
                        return
            except NotUsedError as error:
                # Who mixes answers up may have mixed up this one, too.
                raise NotKnownError(record) from error
        if self.missing.is_wave:
            raise NotKnownError(record, is_wave=True)

    def _witnesses(self, key: str) -> list[Record]:
        """The stores that can say whether it is ``key`` alone that Gett does not know: what it answered about last."""
        able = [
            one
            for one in self._records.store.records()
            if one.key != key and one.onboarding_id is not None and not isinstance(one.status, OwnState)
        ]
        able.sort(key=lambda one: (can_change(one.status), one.since or _NEVER), reverse=True)
        return able[: WAVE - 1]

    async def _is_known(self, witness: Record, *, urgent: bool) -> bool:
        """Whether Gett knows ``witness``. A refusal of this one question says neither.

        Raises GettError that is about the way, NotConnectedError, NotUsedError for the answer about another store.
        """
        try:
            answer = await self._ask(witness.onboarding_id or "", urgent=urgent)
        except GettError as error:
            if reconcile.is_about_the_way(error):
                raise
            return False
        if answer is None:
            self.missing.not_found(witness.key)
            return False
        reconcile.require_same_store(answer, witness.partner_store_id)
        self.missing.answered(witness.key)
        return True

    async def _ask(self, onboarding_id: str, *, urgent: bool) -> Onboarding | None:
        """How Gett says that an onboarding stands; None when Gett itself says that it does not know it.

        Raises GettError, NotConnectedError.
        """
        try:
            return await self._gateway.read(onboarding_id, urgent=urgent)
        except ProblemError as error:
            if not reconcile.says_gone(error):
                raise
        return None

    async def _apply(self, record: Record, answer: Onboarding, wanted: Callable[[], bool] | None) -> Record:
        """Keeps what ``answer`` says of ``record``. Raises NotUsedError, which then stands on the record."""

        def apply(now: Record) -> Record:
            return reconcile.apply_status(answer, now, self._now())

        try:
            return await self._records.observe(record, _if(wanted, apply))
        except NotUsedError as error:
            await self.note_trouble(record.key, "refresh", error)
            error.record = self._records.store.get(record.key)
            raise

    async def note_trouble(self, key: str, action: str, error: GettTuiError) -> None:
        """Leaves what went wrong with one store on its record; the same again changes nothing."""
        trouble = reconcile.trouble_of(action, error, self._now())

        def note(now: Record) -> Record:
            same = now.trouble is not None and now.trouble.text == trouble.text
            return now if same else now._replace(trouble=trouble)

        with contextlib.suppress(RecordGoneError, StorageError):
            await self._records.update(key, note)


def _if(wanted: Callable[[], bool] | None, change: Callable[[Record], Record]) -> Callable[[Record], Record]:
    """``change``, unless the answer is not wanted any more at the moment at which it would be kept."""
    return lambda now: change(now) if wanted is None or wanted() else now
