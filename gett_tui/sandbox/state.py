"""The simulated Gett's onboardings and how they move; knows no HTTP.

A store's way is planned when its catalog has been looked at: the status is worked out from the clock whenever it is
asked for, so ten thousand stores in flight cost nothing while nobody asks.
"""

from __future__ import annotations

import math
import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

PENDING, INGESTING, FAILED, READY, ACTIVE = (
    "pending_catalog",
    "catalog_ingesting",
    "catalog_failed",
    "ready_to_activate",
    "active",
)


def utc(seconds: float) -> str:
    """Unix ``seconds`` as Gett writes times: ISO 8601, UTC, milliseconds (2.2, D; for createdAt I)."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


@dataclass(slots=True)
class Onboarding:
    """One registration. Times are seconds of the state's clock (Unix)."""

    onboarding_id: str
    sent: dict[str, Any]
    created: float
    pending_until: float
    """When the download begins."""
    ingested_at: float = math.inf
    """When ingestion ends; infinite until the catalog has been looked at."""
    error: str | None = None
    store_id: str | None = None
    cancelled: bool = False
    forced: str | None = None
    """A status set from outside, for tests."""
    pulled: bool = False
    sample_item: dict[str, Any] | None = None
    """An item of its catalog, for sample orders."""

    @property
    def partner_store_id(self) -> str:
        """The partner's own id, as it was sent."""
        return str(self.sent.get("partnerStoreId", ""))


@dataclass(slots=True)
class State:
    """All onboardings, and a journal of what was carried out.

    ``pending`` and ``ingesting`` are seconds; ``spread`` is the spread (sigma) of their logarithm, 0 for exact ones.
    """

    now: Callable[[], float]
    pending: float = 2.0
    ingesting: float = 4.0
    spread: float = 0.0
    chance: random.Random = field(default_factory=random.Random)
    onboardings: dict[str, Onboarding] = field(default_factory=dict[str, Onboarding])
    journal: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(operation, onboarding id) in the order in which they were carried out."""

    def register(self, sent: dict[str, Any]) -> Onboarding:
        """Takes a store up."""
        now = self.now()
        made = Onboarding(self._uuid(), sent, now, now + self._lasting(self.pending))
        self.onboardings[made.onboarding_id] = made
        self.journal.append(("register", made.onboarding_id))
        return made

    def live_with_partner_id(self, partner_store_id: str) -> Onboarding | None:
        """An onboarding of that partner store id that was not cancelled."""
        for known in self.onboardings.values():
            if known.partner_store_id == partner_store_id and not known.cancelled:
                return known
        return None

    def status(self, known: Onboarding) -> str:
        """The status at this moment."""
        if known.forced is not None:
            return known.forced
        if known.store_id is not None:
            return ACTIVE
        now = self.now()
        if now < known.pending_until:
            return PENDING
        if now < known.ingested_at:
            return INGESTING
        return FAILED if known.error is not None else READY

    def wants_catalog(self, known: Onboarding) -> bool:
        """Whether the download is due; it begins once."""
        if known.pulled or known.cancelled or known.forced or self.now() < known.pending_until:
            return False
        known.pulled = True
        return True

    def catalog_checked(self, known: Onboarding, error: str | None) -> None:
        """The download is over: ingestion goes on for its time and then succeeds, or fails with ``error``."""
        known.error = error
        known.ingested_at = max(self.now(), known.pending_until) + self._lasting(self.ingesting)

    def activate(self, known: Onboarding) -> dict[str, Any]:
        """Puts a store live and gives its Store."""
        known.store_id = self._uuid()
        known.forced = None
        self.journal.append(("activate", known.onboarding_id))
        return {
            "storeId": known.store_id,
            "name": known.sent.get("name"),
            "address": {"street": None, "city": None, "state": None, "postalCode": None, "country": None},
            "phone": None,
            "timezone": "UTC",
            "logoUrl": None,
            "description": None,
            "status": "online",
        }

    def cancel(self, known: Onboarding) -> None:
        """Cancels an onboarding."""
        known.cancelled = True
        self.journal.append(("cancel", known.onboarding_id))

    def wire(self, known: Onboarding, *, with_null: bool) -> dict[str, Any]:
        """The onboarding as Register and Get Status answer it."""
        status = self.status(known)
        body = {
            "onboardingId": known.onboarding_id,
            "partnerStoreId": known.partner_store_id,
            "status": status,
            "storeId": known.store_id,
            "error": known.error if status == FAILED else None,
            "createdAt": utc(known.created),
        }
        return body if with_null else {name: value for name, value in body.items() if value is not None}

    def _lasting(self, seconds: float) -> float:
        return seconds * self.chance.lognormvariate(0.0, self.spread) if self.spread else seconds

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
