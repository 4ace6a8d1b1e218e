"""What an answer of Gett means for a record. Pure: no clock, no files, no network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.gett.errors import NoAnswerError, NotSentError, ProblemError, UnreadableAnswerError
from gett_tui.onboarding.record import Trouble
from gett_tui.onboarding.status import OwnState, Status

if TYPE_CHECKING:
    from datetime import datetime

    from gett_tui.gett.errors import GettError
    from gett_tui.gett.models import Onboarding
    from gett_tui.onboarding.record import Record


def from_registration(answer: Onboarding, record: Record, at: datetime) -> Record:
    """``record`` as the first answer about it makes it: it has its onboarding id now."""
    named = record._replace(
        onboarding_id=answer.onboarding_id,
        partner_store_id=record.partner_store_id or answer.partner_store_id or "",
        trouble=None,
        answer=None,
    )
    # Register's answer is accepted without a status (1.6, U): a new onboarding starts at the first one (1.5, D).
    status = answer.status or Status.PENDING_CATALOG
    return _with_details(named.moved(status, at), answer)


def apply_status(answer: Onboarding, record: Record, at: datetime) -> Record:
    """``record`` after an answer to Get Status; the same object in value when nothing is new."""
    if record.status == OwnState.CANCELLED:
        return record
    if not answer.status:
        return record._replace(trouble=Trouble(at, "refresh", "Gett's answer names no status."))
    if _is_of_another(answer, record):
        text = f"Gett's answer is about the partner store id {answer.partner_store_id}; it was not used."
        return record._replace(trouble=Trouble(at, "refresh", text))
    known = record._replace(trouble=None, partner_store_id=record.partner_store_id or answer.partner_store_id or "")
    return _with_details(known.moved(answer.status, at), answer)


def _is_of_another(answer: Onboarding, record: Record) -> bool:
    told, known = answer.partner_store_id, record.partner_store_id
    return bool(told and known and told != known)


def _with_details(record: Record, answer: Onboarding) -> Record:
    return record._replace(
        # Once known, the global id stays: whether later answers repeat it is not told (1.3, U).
        store_id=answer.store_id or record.store_id,
        error=answer.error,
        created_at=answer.created_at or record.created_at,
    )


def says_gone(error: ProblemError) -> bool:
    """Whether Gett itself says that it does not know the onboarding: a 404 that a proxy could not have made up."""
    return error.says_gone


def is_about_the_way(error: GettError) -> bool:
    """Whether an error is about reaching Gett at all, and not about one store."""
    if isinstance(error, NotSentError | NoAnswerError | UnreadableAnswerError):
        return True
    if not isinstance(error, ProblemError):
        return False
    return error.status in (401, 403, 407, 429) or error.status >= 500 or not error.problem.is_gett
