"""The demo: the embedded simulated Gett with its stores known already, in a folder that is gone afterwards."""

from __future__ import annotations

import contextlib
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gett_tui.gett.quota import SANDBOX
from gett_tui.gett.secret import Secret
from gett_tui.onboarding.record import Change, Record
from gett_tui.onboarding.service import utc_now
from gett_tui.onboarding.status import OwnState, Status
from gett_tui.runtime import RuntimeConfig
from gett_tui.storage.record_store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from gett_tui.gett.client import GettClient, RateLimits
    from gett_tui.onboarding.status import State
    from gett_tui.sandbox.embedded import Embedded, Seed
    from gett_tui.sandbox.state import Onboarding


@contextlib.contextmanager
def prepared(now: Callable[[], datetime] = utc_now) -> Generator[RuntimeConfig]:
    """The demo's setup, for as long as the block lasts."""
    from gett_tui.sandbox.embedded import BASE_URL, Embedded

    with tempfile.TemporaryDirectory(prefix="gett-tui-demo-") as name:
        folder = Path(name)
        embedded = Embedded(lambda: now().timestamp())
        _write_records(folder, embedded, now())

        def connect(on_answer: Callable[[str, RateLimits], None]) -> GettClient:
            from gett_tui.gett.client import GettClient

            return GettClient(
                BASE_URL, Secret("key-of-the-embedded-demo"), transport=embedded.transport, on_answer=on_answer
            )

        yield RuntimeConfig(folder, SANDBOX, connect, now, fetch=embedded.fetch)


def _write_records(folder: Path, embedded: Embedded, now: datetime) -> None:
    cache = RecordStore(folder, "demo")
    cache.open()
    for seed, made in embedded.seeded:
        cache.add(_record(seed, made, now, embedded))


def _record(seed: Seed, made: Onboarding, now: datetime, embedded: Embedded) -> Record:
    """The record that a dashboard which had watched all the time would have."""
    record = Record(
        key=made.onboarding_id,
        status="",
        onboarding_id=made.onboarding_id,
        partner_store_id=seed.partner_store_id,
        sent=made.sent,
        created_at=str(embedded.state.wire(made, with_null=True)["createdAt"]),
        error=made.error,
        store_id=made.store_id,
        store={"storeId": made.store_id, "name": seed.name, "status": "online"} if made.store_id else {},
    )
    done = made.created + seed.pending + seed.ingesting
    steps: list[tuple[State, float]] = [
        (OwnState.REGISTERING, made.created),
        (Status.PENDING_CATALOG, made.created + 0.4),
        (Status.CATALOG_INGESTING, made.created + seed.pending),
        (Status.CATALOG_FAILED if made.error else Status.READY_TO_ACTIVATE, done),
    ]
    if seed.end:
        steps.append((Status.ACTIVE if seed.end == "active" else OwnState.CANCELLED, done + 180))
    past = [Change(status, _utc(at)) for status, at in steps if _utc(at) <= now]
    if past[-1].status in (Status.CATALOG_FAILED, Status.READY_TO_ACTIVATE, Status.ACTIVE, OwnState.CANCELLED):
        return record._replace(status=past[-1].status, history=tuple(past))
    return record._replace(status=past[-1].status, history=tuple(past), error=None)


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(round(at, 3), UTC)
