"""A Register and its attempt, from the intent to the onboarding id; and the ways out when its answer is lost.

Holds invariants 4 and 5: the intent is kept before the request leaves; what is not proved is never sent again without a
person; and whoever resolves an attempt checks it again under its lock, so that two people cannot resolve it twice.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from gett_tui.errors import Cause
from gett_tui.gett.errors import GettError, Outcome, UnreadableAnswerError
from gett_tui.gett.secret import holds_key
from gett_tui.onboarding import reconcile
from gett_tui.onboarding.errors import NotPossibleError, UnconfirmedError, UnkeptError, busy_elsewhere
from gett_tui.onboarding.reconcile import OtherStoreError
from gett_tui.onboarding.record import Change, Pending, Record
from gett_tui.onboarding.status import OwnState, meaning

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from gett_tui.errors import GettTuiError
    from gett_tui.gett.models import Onboarding, Registration
    from gett_tui.onboarding.gateway import Gateway
    from gett_tui.onboarding.records import Records
    from gett_tui.onboarding.refreshing import Refreshing
    from gett_tui.onboarding.writes import Writes


class Registering:
    """The use cases around Register. ``owner`` names this copy of the program in what is under way."""

    def __init__(
        self,
        records: Records,
        gateway: Gateway,
        refreshing: Refreshing,
        writes: Writes,
        owner: str,
        now: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._gateway = gateway
        self._refreshing = refreshing
        self._writes = writes
        self._owner = owner
        self._now = now

    async def register(self, registration: Registration, *, allow_duplicate: bool = False) -> Record:
        """Registers a store. Returns its record.

        Raises DuplicateError, CannotLookError, StorageError, NotConnectedError (nothing was sent), GettError (certainly
        not done), UnkeptError, and UnconfirmedError when the answer is lost: the attempt then stays in the list.
        """
        _refuse_key(registration)
        now = self._now()
        attempt = Record(
            key=str(uuid.uuid4()),
            status=OwnState.REGISTERING,
            partner_store_id=registration.partner_store_id,
            sent=registration.wire(),
            history=(Change(OwnState.REGISTERING, now),),
            pending=Pending("register", now, self._owner),
        )

        async def work() -> Record:
            await self._gateway.ready()
            begun = await self._records.begin_attempt(attempt, allow_duplicate=allow_duplicate)
            return await self._send(begun, registration, is_first=True)

        return await self._writes.run(attempt.key, "register", work)

    async def try_again(self, key: str, confirmed: Record | None = None) -> Record:
        """Sends an unconfirmed attempt once more. Gett may then have the store twice: ask a person first.

        ``confirmed`` is the record that the person was asked about: no other is sent.
        """
        known = self._unconfirmed(key, confirmed)
        registration = _as_sent(known)
        at = self._now()

        def begin(now: Record) -> Record:
            _require_unresolved(now, known)
            pending = Pending("register", at, self._owner)
            return now.moved(OwnState.REGISTERING, at)._replace(pending=pending, answer=None)

        async def work() -> Record:
            await self._gateway.ready()
            begun = await self._records.update(key, begin)
            return await self._send(begun, registration, is_first=False)

        return await self._writes.run(key, "register", work)

    async def attach(self, key: str, onboarding_id: str, confirmed: Record | None = None) -> Record:
        """Gives an unconfirmed attempt the onboarding id that a person found; Gett is asked about it first.

        Raises NotPossibleError when Gett or a record here has that id for another store.
        """
        known = self._unconfirmed(key, confirmed)

        async def work() -> Record:
            answer = await self._gateway.read(onboarding_id.strip(), urgent=True)
            try:
                reconcile.require_same_store(answer, known.partner_store_id)
                return await self._confirm(known, answer, lambda now: _require_unresolved(now, known))
            except OtherStoreError as error:
                raise NotPossibleError(str(error), cause=Cause.OTHER_ONBOARDING, facts=error.facts) from None

        return await self._writes.run(key, "attach", work)

    async def drop(self, key: str, confirmed: Record | None = None) -> Record:
        """Resolves an unconfirmed attempt by giving it up; the record is kept. Nothing is sent."""
        known = self._unconfirmed(key, confirmed)
        at = self._now()

        def drop(now: Record) -> Record:
            _require_unresolved(now, known)
            return now.moved(OwnState.DROPPED, at)

        return await self._writes.run(key, "drop", lambda: self._records.update(key, drop))

    async def track(self, onboarding_id: str, label: str = "") -> Record:
        """Takes up an onboarding that was made elsewhere, or one that ended here and stands at Gett again.

        ``label`` is what it is called here from now on; empty: as before.
        Raises GettError, NotConnectedError, NotUsedError, StorageError.
        """
        answer = await self._gateway.read(onboarding_id, urgent=True)
        at = self._now()
        nobody = Record(key=onboarding_id, status=OwnState.NOT_ASKED, label=label)
        made = reconcile.registered(answer, nobody, None, at)

        def take_up(standing: Record) -> Record:
            return reconcile.apply_status(answer, standing._replace(label=label or standing.label), at)

        return await self._records.add(made, take_up)

    def _unconfirmed(self, key: str, confirmed: Record | None) -> Record:
        record = self._records.get(key)
        if record.status != OwnState.UNCONFIRMED:
            facts = {"state": meaning(record.status).words}
            raise NotPossibleError("nothing to resolve", cause=Cause.NOTHING_TO_RESOLVE, facts=facts)
        if confirmed is not None:
            _require_unresolved(record, confirmed)
        return record

    # -- the request and its three ends

    async def _send(self, attempt: Record, registration: Registration, *, is_first: bool) -> Record:
        try:
            answer = await self._gateway.write(attempt.key, lambda client: client.register(registration))
        except GettError as error:
            if error.outcome is not Outcome.NOT_DONE:
                raise await self._lost(attempt, error) from error
            await self._not_done(attempt, error, is_first=is_first)
            raise
        try:
            reconcile.require_same_store(answer, attempt.partner_store_id)
            return await self._confirm(attempt, answer)
        except OtherStoreError as error:
            raise await self._lost(attempt, error, raw=_raw(answer)) from error

    async def _not_done(self, attempt: Record, error: GettError, *, is_first: bool) -> None:
        """An attempt that came to nothing goes, unless an earlier one may have come to something."""
        try:
            if is_first:
                await self._records.discard_attempt(attempt)
            else:
                await self._mark_unconfirmed(attempt, error, raw=None)
        except UnkeptError:
            # It stays as it is on the disk, and is recovered as unconfirmed: safe, if not true.
            return

    async def _lost(
        self, attempt: Record, error: GettTuiError, raw: str | None = None, patience: float | None = None
    ) -> UnconfirmedError:
        try:
            record = await self._mark_unconfirmed(attempt, error, raw, patience)
        except UnkeptError:
            record = attempt
        return UnconfirmedError(record, error)

    async def _mark_unconfirmed(
        self, attempt: Record, error: GettTuiError, raw: str | None, patience: float | None = None
    ) -> Record:
        at = self._now()
        answer = error.body if isinstance(error, UnreadableAnswerError) else raw

        def mark(now: Record) -> Record:
            moved = now.moved(OwnState.UNCONFIRMED, at)
            trouble = reconcile.trouble_of("register", error, at)
            return moved._replace(pending=None, answer=answer or now.answer, trouble=trouble)

        return await self._records.finish(attempt, mark, patience=patience)

    async def _confirm(
        self, attempt: Record, answer: Onboarding, check: Callable[[Record], None] | None = None
    ) -> Record:
        at = self._now()

        def decide(begun: Record, standing: Record | None) -> Record:
            if check is not None:
                check(begun)
            return reconcile.registered(answer, begun, standing, at)

        try:
            must_stand = check is not None
            return await self._records.confirm_attempt(attempt, answer.onboarding_id, decide, must_stand=must_stand)
        except UnkeptError as error:
            # The attempt can still hold the id, for a person to see.
            await self._lost(attempt, error, raw=_raw(answer), patience=0.0)
            raise


def _require_unresolved(now: Record, known: Record) -> None:
    """Raises NotPossibleError when somebody else resolves, or has resolved, the attempt meanwhile."""
    if now.pending is not None:
        raise busy_elsewhere(now.pending)
    if now.status != OwnState.UNCONFIRMED:
        facts = {"state": meaning(now.status).words}
        raise NotPossibleError("resolved meanwhile", cause=Cause.RESOLVED, facts=facts)
    # A hand changes what stands in a file, not its version.
    if now.version != known.version or (now.partner_store_id, now.sent) != (known.partner_store_id, known.sent):
        raise NotPossibleError("changed meanwhile", cause=Cause.CHANGED)


def _as_sent(attempt: Record) -> Registration:
    """What was sent for ``attempt``. Raises NotPossibleError when the record does not hold it any more."""
    from pydantic import ValidationError  # not before the first frame

    from gett_tui.gett.models import Registration

    try:
        return Registration.model_validate(dict(attempt.sent))
    except ValidationError:
        pass
    raise NotPossibleError("not all that was sent is kept", cause=Cause.NOT_ALL_KEPT)


def _refuse_key(registration: Registration) -> None:
    """Raises NotPossibleError when the API key was pasted into a field: it would be sent, kept and shown."""
    for name, value in registration.wire().items():
        if holds_key(str(value)):
            raise NotPossibleError(f"the API key in {name}", cause=Cause.KEY_IN_FIELD, facts={"field": name})


def _raw(answer: Onboarding) -> str:
    return answer.model_dump_json(by_alias=True)
