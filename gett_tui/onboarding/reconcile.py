"""What an answer of Gett means for a record: pure, with no clock, no files, no network.

One rule for all ways: the onboarding id is the identity. What an answer echoes of the partner store id is the same, or
alike (another case, blanks, Unicode form: accepted, and told), or another store's (never used). All text from outside
is bounded here, but for ids.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, cast

from gett_tui.errors import Cause, GettTuiError
from gett_tui.gett.errors import GettError, NoAnswerError, NotSentError, Outcome, ProblemError, UnreadableAnswerError
from gett_tui.onboarding.errors import NotUsedError
from gett_tui.onboarding.record import Trouble
from gett_tui.onboarding.registration import same_text
from gett_tui.onboarding.status import OwnState, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from gett_tui.gett.models import Onboarding, Store
    from gett_tui.onboarding.record import Record

MAX_STATUS, MAX_TIME, MAX_ERROR, MAX_TEXT, MAX_MEMBER = 200, 100, 20_000, 2_000, 4_000
"""Characters that are kept of Gett's texts; a member is counted as JSON."""
_MAX_MEMBERS = 50
_MAX_ITEMS = 50


class OtherStoreError(NotUsedError):
    """Gett's answer, or the onboarding id in it, is another store's."""

    def __init__(self, cause: Cause, onboarding_id: str, expected: str, found: str) -> None:
        super().__init__(
            f"Gett's answer is about the partner store id {bounded(found, 100)}, not {bounded(expected, 100)}.",
            cause=cause,
            facts={"onboarding_id": onboarding_id, "expected": expected, "found": found},
        )


def require_same_store(answer: Onboarding, partner_store_id: str) -> None:
    """Raises OtherStoreError when the answer echoes another store's partner id."""
    told = answer.partner_store_id
    if told and partner_store_id and same_text(told, partner_store_id) == "different":
        raise OtherStoreError(Cause.OTHER_STORE, answer.onboarding_id, partner_store_id, told)


def require_its_store(store: Store | None, record: Record) -> None:
    """Raises OtherStoreError when what Activate answered names another onboarding or another store's partner id.

    A Store need not name them (5.1, D); an answer that belongs to another question may.
    """
    said = {} if store is None else store.model_extra or {}
    told, partner = said.get("onboardingId"), said.get("partnerStoreId")
    if told is not None and str(told) != record.onboarding_id:
        raise OtherStoreError(Cause.OTHER_STORE, record.onboarding_id or "", record.onboarding_id or "", str(told))
    if partner and record.partner_store_id and same_text(str(partner), record.partner_store_id) == "different":
        raise OtherStoreError(Cause.OTHER_STORE, record.onboarding_id or "", record.partner_store_id, str(partner))


def registered(answer: Onboarding, attempt: Record, standing: Record | None, at: datetime) -> Record:
    """The record that Register's answer makes of ``attempt``, or of the one that has that onboarding id already.

    Raises OtherStoreError when that one is another store's. An id that comes again makes its record live again.
    """
    if standing is None:
        return _named(answer, attempt, at)
    if standing.partner_store_id and same_text(standing.partner_store_id, attempt.partner_store_id) == "different":
        raise OtherStoreError(Cause.ID_TAKEN, answer.onboarding_id, attempt.partner_store_id, standing.partner_store_id)
    return _named(answer, standing._replace(sent=attempt.sent or standing.sent), at)


def _named(answer: Onboarding, record: Record, at: datetime) -> Record:
    named = record._replace(
        onboarding_id=answer.onboarding_id,
        partner_store_id=record.partner_store_id or answer.partner_store_id or "",
        trouble=None,
        answer=None,
        pending=None,
    )
    # Register's answer is accepted without a status (1.6, U): a new onboarding starts at the first one (1.5, D).
    return _with_details(named.moved(bounded(answer.status or Status.PENDING_CATALOG, MAX_STATUS), at), answer)


def apply_status(answer: Onboarding, record: Record, at: datetime) -> Record:
    """``record`` after an answer to Get Status; the same object in value when nothing is new.

    Raises NotUsedError when the answer is another store's or names no status.
    """
    require_same_store(answer, record.partner_store_id)
    if not answer.status:
        raise NotUsedError("Gett's answer names no status.", cause=Cause.NO_STATUS)
    known = record._replace(trouble=None, partner_store_id=record.partner_store_id or answer.partner_store_id or "")
    return _with_details(known.moved(bounded(answer.status, MAX_STATUS), at), answer)


def activated(store: Store, record: Record, at: datetime) -> Record:
    """``record`` after Activate answered the live store."""
    live = record.moved(Status.ACTIVE, at)
    return live._replace(store_id=store.store_id, store=bounded_members(store.wire()), error=None)


def _with_details(record: Record, answer: Onboarding) -> Record:
    return record._replace(
        # Once known, the global id stays: whether later answers repeat it is not told (1.3, U).
        store_id=answer.store_id or record.store_id,
        error=None if answer.error is None else bounded(answer.error, MAX_ERROR),
        created_at=None if answer.created_at is None else bounded(answer.created_at, MAX_TIME),
        more=_more(answer, record),
    )


def _more(answer: Onboarding, record: Record) -> Mapping[str, Any]:
    """Members that this program does not know, and the partner id where Gett spells it another way."""
    more = dict(answer.model_extra or {})
    if answer.partner_store_id and answer.partner_store_id != record.partner_store_id:
        more["partnerStoreId"] = answer.partner_store_id
    return bounded_members({name: value for name, value in more.items() if value is not None})


def bounded(text: str, limit: int) -> str:
    """``text`` of at most ``limit`` characters, a cut shown by an ellipsis; a status of Gett's stays plain text."""
    return str(text) if len(text) <= limit else text[: limit - 1] + "…"


def bounded_members(members: Mapping[str, Any]) -> dict[str, Any]:
    """``members`` without what is beyond reason: a value that is too large is kept as the start of its JSON."""
    kept = list(members.items())[:_MAX_MEMBERS]
    return {bounded(name, MAX_STATUS): _bounded_value(value) for name, value in kept}


def _bounded_value(value: Any) -> Any:
    value = _storable(value)
    if isinstance(value, str):
        return bounded(value, MAX_MEMBER)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return bounded(str(value), MAX_MEMBER)
    said = json.dumps(value, ensure_ascii=False, default=str)
    return value if len(said) <= MAX_MEMBER else bounded(said, MAX_MEMBER)


def _storable(value: Any) -> Any:
    """``value`` as a file gives it back; what comes back otherwise would be news, and written, at each answer.

    No file holds null, and nothing equals what is no number.
    """
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: _storable(item) for name, item in members.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_storable(item) for item in cast("Sequence[Any]", value) if item is not None]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def trouble_of(action: str, error: GettTuiError, at: datetime) -> Trouble:
    """What went wrong with ``action``, as the record keeps it: the facts, and a plain sentence."""
    facts = bounded_members(error.facts)
    trouble = Trouble(at, action, bounded(str(error), MAX_TEXT), cause=error.cause.value, facts=facts)
    if not isinstance(error, ProblemError):
        return trouble
    items = tuple(
        ": ".join(part for part in (item.where, item.code, item.message) if part) or str(dict(item.raw))
        for item in error.problem.errors[:_MAX_ITEMS]
    )
    return trouble._replace(
        code=error.problem.error_code,
        request_id=error.problem.request_id,
        items=tuple(bounded(item, MAX_TEXT) for item in items),
    )


def ended_by_absence(record: Record) -> OwnState:
    """What a store is that Gett does not know: cancelled, where a cancellation's answer was lost, else gone."""
    trouble = record.trouble
    is_lost = trouble is not None and trouble.action == "cancel" and trouble.facts.get("outcome") == Outcome.UNKNOWN
    return OwnState.CANCELLED if is_lost else OwnState.GONE


def says_gone(error: GettTuiError) -> bool:
    """Whether Gett itself says that it does not know the onboarding; what a proxy could have made up does not."""
    return isinstance(error, ProblemError) and error.says_gone


def is_about_the_way(error: GettError) -> bool:
    """Whether an error is about reaching Gett at all, and not about one store."""
    if isinstance(error, NotSentError | NoAnswerError | UnreadableAnswerError):
        return True
    if not isinstance(error, ProblemError):
        return False
    return error.status in (401, 403, 407, 429) or error.status >= 500 or not error.problem.is_gett
