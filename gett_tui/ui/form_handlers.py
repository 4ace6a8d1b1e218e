"""What the forms send to the service, and what its answer means for the form."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gett_tui.error_messages import sentence
from gett_tui.errors import Cause, GettTuiError
from gett_tui.gett.errors import ProblemError
from gett_tui.onboarding.errors import UnconfirmedError
from gett_tui.onboarding.ports import DuplicateError
from gett_tui.onboarding.registration import FIELDS, clean_text, field_problem
from gett_tui.onboarding.status import meaning
from gett_tui.text import one_line
from gett_tui.ui.form_result import Accepted, Refused

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from gett_tui.gett.models import Registration
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.service import Service
    from gett_tui.ui.form_result import Submitted


async def register(service: Service, values: dict[str, str], override: bool) -> Submitted:
    """Registers a store; ``override`` insists on one that stands here already."""
    registration = await asyncio.to_thread(_registration, values)
    return await _submitted(service.register(registration, allow_duplicate=override))


async def register_anew(service: Service, known: Record, values: dict[str, str], override: bool) -> Submitted:
    """Cancels the onboarding of ``known`` and registers the store again; members the form does not show are kept."""
    more = {name: value for name, value in known.sent.items() if name not in values}
    registration = await asyncio.to_thread(_registration, {**more, **values})
    return await _submitted(service.register_anew(known.key, registration, known, allow_duplicate=override))


async def track(service: Service, text: str, label: str) -> Submitted:
    """Takes up an onboarding that was made elsewhere; ``label`` is what it is called here, if anything."""
    problem = field_problem("name", label) if label else None
    if problem is not None:
        return Refused({"name": problem}, f"The name {problem}.")
    return await _submitted(service.track(text.strip(), clean_text(label)))


async def attach(service: Service, known: Record, text: str, _label: str) -> Submitted:
    """Gives an unconfirmed store its onboarding id; its name was sent with it."""
    return await _submitted(service.attach(known.key, text, known))


def _registration(values: Mapping[str, object]) -> Registration:
    from gett_tui.gett.models import Registration

    return Registration.model_validate(values)


async def _submitted(work: Awaitable[Record]) -> Submitted:
    try:
        return Accepted((await work).key)
    except UnconfirmedError as error:
        return Accepted(error.record.key)
    except DuplicateError as error:
        return Refused({}, _duplicate_words(error), can_override=True)
    except ProblemError as error:
        return Refused(_at_fields(error), sentence(error))
    except GettTuiError as error:
        return Refused({}, sentence(error))


def _duplicate_words(error: DuplicateError) -> str:
    twice = "Registering it again may put it onto Gett twice."
    if error.cause != Cause.DUPLICATE:
        return f"{sentence(error)} {twice}"
    existing = error.existing
    return (
        f"{one_line(existing.partner_store_id, 60)} stands here already as “{one_line(existing.name, 60)}” "
        f"({meaning(existing.status).words}). {twice}"
    )


def _at_fields(error: ProblemError) -> dict[str, str]:
    """Gett's own words at the form's fields that they name (2.4: ``jsonPath`` and the like; the schema is U)."""
    found: dict[str, str] = {}
    for item in error.problem.errors:
        where = (item.where or "").lower()
        for name in FIELDS:
            if name.lower() in where:
                found.setdefault(name, item.message or item.code or "refused")
    return found
