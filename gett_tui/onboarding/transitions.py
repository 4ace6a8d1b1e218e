"""Activate and Cancel, one pattern: the intent, the request, its end, and the status where the answer tells too little.

The right status and the right store are checked under the record's lock, where they cannot change (invariant 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gett_tui.errors import Cause
from gett_tui.gett.errors import GettError, Outcome, ProblemError
from gett_tui.onboarding import reconcile
from gett_tui.onboarding.errors import (
    NotConnectedError,
    NotKnownError,
    NotPossibleError,
    NotUsedError,
    UnconfirmedError,
    busy_elsewhere,
)
from gett_tui.onboarding.reconcile import OtherStoreError
from gett_tui.onboarding.record import Pending, Record, Trouble
from gett_tui.onboarding.status import OwnState, Status, why_not_activate, why_not_cancel, word

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from gett_tui.gett.client import GettClient
    from gett_tui.gett.models import Store
    from gett_tui.onboarding.gateway import Gateway
    from gett_tui.onboarding.ports import Instances
    from gett_tui.onboarding.records import Records
    from gett_tui.onboarding.refreshing import Refreshing
    from gett_tui.onboarding.status import State
    from gett_tui.onboarding.writes import Writes

_STATUS_TELLS = (400, 404, 409, 422)
"""Refusals after which the status is read: they may mean that the store stands otherwise than was thought (1.6, I)."""


class _Answer(NamedTuple):
    store: Store | None
    is_proof: bool
    """Whether it says of itself that the transition was carried out; else only the status can tell."""


class _Transition(NamedTuple):
    action: str
    why_not: Callable[[State], str | None]
    send: Callable[[GettClient, str], Awaitable[_Answer]]
    done: Callable[[Record, Store | None, datetime], Record]
    """The record after a proof."""
    reached: tuple[State, ...]
    """Where the status alone proves that it was carried out."""


async def _activate(client: GettClient, onboarding_id: str) -> _Answer:
    store = await client.activate(onboarding_id)
    # Accepted without a Store (an empty body, or a 202): only the status can tell whether it is live.
    return _Answer(store, store is not None and bool(store.store_id))


async def _cancel(client: GettClient, onboarding_id: str) -> _Answer:
    return _Answer(None, await client.cancel(onboarding_id))


def _live(record: Record, store: Store | None, at: datetime) -> Record:
    return record if store is None else reconcile.activated(store, record, at)


def _cancelled(record: Record, _store: Store | None, at: datetime) -> Record:
    return record.moved(OwnState.CANCELLED, at)


_ACTIVATE = _Transition("activate", why_not_activate, _activate, _live, (Status.ACTIVE,))
_CANCEL = _Transition("cancel", why_not_cancel, _cancel, _cancelled, (OwnState.CANCELLED, OwnState.GONE))


def _unproved(action: str) -> NotUsedError:
    facts = {"kind": "write", "action": action, "outcome": Outcome.UNKNOWN.value}
    return NotUsedError(f"Gett accepted {action} without saying how it ended.", cause=Cause.UNPROVED, facts=facts)


def require_same_store(now: Record, known: Record) -> None:
    """Raises NotPossibleError when another store's record stands by now where ``known`` was read."""
    if (now.onboarding_id, now.partner_store_id) != (known.onboarding_id, known.partner_store_id):
        raise NotPossibleError("another store's record stands there", cause=Cause.REPLACED)


def require_status(why_not: Callable[[State], str | None], status: State) -> None:
    """Raises NotPossibleError where ``why_not`` names a reason against ``status``."""
    reason = why_not(status)
    if reason is not None:
        raise NotPossibleError(reason, cause=Cause.WRONG_STATUS, facts={"status": word(status), "reason": reason})


class Transitions:
    """Puts stores live and cancels onboardings."""

    def __init__(
        self,
        records: Records,
        gateway: Gateway,
        refreshing: Refreshing,
        writes: Writes,
        instances: Instances,
        now: Callable[[], datetime],
    ) -> None:
        self._records = records
        self._gateway = gateway
        self._refreshing = refreshing
        self._writes = writes
        self._instances = instances
        self._now = now

    async def activate(self, key: str, confirmed: Record | None = None) -> Record:
        """Puts a store live. ``confirmed`` is the record that a person was asked about: no other is acted on.

        Raises NotPossibleError, NotConnectedError, StorageError (nothing was sent), GettError (not done), UnkeptError,
        UnconfirmedError.
        """
        return await self._run(key, _ACTIVATE, confirmed)

    async def cancel(self, key: str, confirmed: Record | None = None) -> Record:
        """Cancels an onboarding. Raises as ``activate``."""
        return await self._run(key, _CANCEL, confirmed)

    async def _run(self, key: str, transition: _Transition, confirmed: Record | None) -> Record:
        known = self._records.get(key)
        require_same_store(known, confirmed or known)
        require_status(transition.why_not, known.status)
        return await self._writes.run(key, transition.action, lambda: self._carry_out(known, transition))

    async def _carry_out(self, known: Record, transition: _Transition) -> Record:
        await self._gateway.ready()
        begun = await self._begin(known, transition)
        onboarding_id = begun.onboarding_id or ""
        try:
            answer = await self._gateway.write(begun.key, lambda client: transition.send(client, onboarding_id))
            reconcile.require_its_store(answer.store, begun)
        except (GettError, OtherStoreError) as error:
            return await self._by_status(begun, transition, error)
        if not answer.is_proof:
            return await self._by_status(begun, transition, _unproved(transition.action))
        at = self._now()

        def end(now: Record) -> Record:
            return transition.done(now, answer.store, at)._replace(pending=None, trouble=None)

        return await self._records.finish(begun, end)

    async def _begin(self, known: Record, transition: _Transition) -> Record:
        pending = Pending(transition.action, self._now(), self._instances.owner)

        def begin(now: Record) -> Record:
            if now.pending is not None and self._instances.is_alive(now.pending.owner):
                raise busy_elsewhere(now.pending)
            require_same_store(now, known)
            require_status(transition.why_not, now.status)
            return now._replace(pending=pending)

        return await self._records.update(known.key, begin)

    async def _by_status(self, begun: Record, transition: _Transition, error: GettError | NotUsedError) -> Record:
        """Ends what Gett refused, or whose answer is lost, another store's or no proof, by reading the status."""
        trouble = reconcile.trouble_of(transition.action, error, self._now())
        record = await self._records.finish(begun, lambda now: now._replace(pending=None, trouble=trouble))
        refused = isinstance(error, GettError) and error.outcome is Outcome.NOT_DONE
        if refused and not (isinstance(error, ProblemError) and error.status in _STATUS_TELLS):
            raise error
        record = await self._asked(record)
        if refused or record.status not in transition.reached:
            await self._keep_trouble(record, trouble)
        if refused:
            raise error
        if record.status in transition.reached:
            return record
        raise UnconfirmedError(record, error) from error

    async def _asked(self, record: Record) -> Record:
        """The record after one more look; as it is when Gett cannot be asked now: the poller asks later."""
        try:
            return await self._refreshing.refresh(record.key)
        except (GettError, NotConnectedError, NotKnownError, NotPossibleError, NotUsedError):
            return record

    async def _keep_trouble(self, record: Record, trouble: Trouble) -> None:
        await self._records.finish(record, lambda now: now._replace(trouble=now.trouble or trouble))
