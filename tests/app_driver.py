"""The real app on real files and a simulated Gett over loopback, with the clock held still."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual_inside import painted_text

from gett_tui.gett.client import GettClient, Timeouts
from gett_tui.gett.quota import SANDBOX
from gett_tui.gett.secret import Secret
from gett_tui.onboarding import status as states
from gett_tui.onboarding.events import Event
from gett_tui.onboarding.record import Change, Record, Trouble
from gett_tui.onboarding.status import OwnState, word
from gett_tui.runtime import Runtime, RuntimeConfig
from gett_tui.sandbox.state import Onboarding, State
from gett_tui.storage.record_file import file_name
from gett_tui.storage.record_store import RecordStore
from gett_tui.storage.toml_codec import to_toml
from gett_tui.ui.app import GettApp
from gett_tui.ui.environment import Environment, local_now

NOW = datetime(2026, 3, 14, 14, 3, 7, tzinfo=UTC)
ZONE = timezone(timedelta(0), "UTC")
TIMEOUTS = Timeouts(connect=2, read=2, write=2, pool=2, total=4)
KEY = Secret("test-key-app-1")


class DrivenApp(GettApp):
    """The app, which closes its runtime itself when the test is over; ``said`` is all that it has said in passing."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.said: list[str] = []
        self._times = 0
        self.notifications.log.listen(self._heard)

    def _heard(self) -> None:
        entries = self.notifications.log.entries
        times = sum(entry.times for entry in entries)
        if times > self._times:
            self._times = times
            self.said.append(entries[0].text)

    async def on_unmount(self) -> None:
        if self.runtime is not None:
            await self.runtime.close()

    def _handle_exception(self, error: Exception) -> None:
        traceback.print_exception(error)
        super()._handle_exception(error)


def make_app(
    folder: Path,
    url: str,
    *,
    production: bool = False,
    ascii_only: bool = False,
    fixed: bool = False,
    timeouts: Timeouts = TIMEOUTS,
    preview: Sequence[Record] = (),
    runtime: Callable[[RuntimeConfig, Callable[[Event], None]], Runtime] = Runtime,
) -> DrivenApp:
    """The app on ``folder`` and the Gett at ``url``; ``fixed`` holds its clock at NOW."""

    def connect(on_answer: Callable[..., None]) -> GettClient:
        return GettClient(url, KEY, timeouts=timeouts, on_answer=on_answer)

    setup = RuntimeConfig(folder, SANDBOX, connect)
    if fixed:
        setup = replace(setup, now=lambda: NOW)
    where = Environment("production" if production else "sandbox", "api.example", is_production=production)
    clock = (lambda: NOW.astimezone(ZONE)) if fixed else local_now
    return DrivenApp(
        lambda listener: runtime(setup, listener),
        where,
        ascii_only=ascii_only,
        now=clock,
        zone=ZONE if fixed else None,
        preview=preview,
    )


async def until(pilot: Pilot[Any], true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Waits until ``true()``; fails after ``seconds``."""
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        if asyncio.get_running_loop().time() > end:
            raise AssertionError("it did not come about in time:\n" + painted_text(pilot.app))
        await pilot.pause(0.02)
    await pilot.pause()


async def started(pilot: Pilot[Any], stores: int) -> DrivenApp:
    """The app, once so many stores are in its list."""
    app = pilot.app
    assert isinstance(app, DrivenApp)
    await until(pilot, lambda: app.main.is_loaded and app.main.stores.total_count == stores)
    return app


def screen_text(app: GettApp) -> str:
    """What is on the screen, as text."""
    return painted_text(app)


# -- stores in every stage, the same at Gett and in the files

_STORES: tuple[tuple[str, str, str, int], ...] = (
    ("Harbour Sushi", "hs-004", "catalog_failed", 5),
    ("Corner Bakery #12", "cb-12", "ready_to_activate", 2),
    ("Pizza Nord", "pn-1", "catalog_ingesting", 4),
    ("Pizza Süd", "pn-2", "pending_catalog", 1),
    ("Tea House", "th-1", "active", 80),
    ("寿司 一番", "si-1", "active", 300),
    ("Old Mill Café", "om-9", OwnState.CANCELLED, 60),
    ("Green Bowl [b]Central[/b]", "gb-01", "menu_review", 3),
)
ERROR = (
    "The catalog has 4 errors: $.sections.bread.itemIds[1]: 'croissant' is not in items; "
    "$.items.loaf.basePrice: is no number; $.catalogs.all-day.availability[0].end: must be a time like 18:00:00; "
    "and 1 more"
)
_WAY = (OwnState.REGISTERING, "pending_catalog", "catalog_ingesting", "ready_to_activate", "active")


def identifier(number: int) -> str:
    return f"7b0d6a3e-0f0e-4c55-9a53-{number:012d}"


def records() -> list[Record]:
    """One record in each state, with fixed ids and times."""
    made = [_record(number, *store) for number, store in enumerate(_STORES)]
    lost = Record(
        key="4ddc2a4e-0000-4000-8000-000000000001",
        status=OwnState.UNCONFIRMED,
        partner_store_id="ny-7",
        sent=_sent("Noodle Yard", "ny-7"),
        history=(
            Change(OwnState.REGISTERING, NOW - timedelta(minutes=7)),
            Change(OwnState.UNCONFIRMED, NOW - timedelta(minutes=6)),
        ),
        trouble=Trouble(NOW - timedelta(minutes=6), "register", "no answer in time"),
    )
    return [*made, lost]


def _sent(name: str, partner: str) -> dict[str, str]:
    return {
        "partnerStoreId": partner,
        "name": name,
        "catalogCallbackUrl": f"https://cdn.example/{partner}.json",
        "webhookUrl": f"https://hooks.example/{partner}",
    }


def _record(number: int, name: str, partner: str, status: states.State, minutes: int) -> Record:
    ways: dict[states.State, tuple[states.State, ...]] = {
        "catalog_failed": (*_WAY[:3], status),
        OwnState.CANCELLED: (*_WAY[:2], status),
        "menu_review": (*_WAY[:3], status),
    }
    way = ways.get(status) or _WAY[: _WAY.index(status) + 1]
    at = NOW - timedelta(minutes=minutes)
    history = tuple(Change(step, at - timedelta(seconds=47 * (len(way) - 1 - place))) for place, step in enumerate(way))
    active = status == "active"
    return Record(
        key=identifier(number),
        status=status,
        onboarding_id=identifier(number),
        partner_store_id=partner,
        store_id=f"e8a2a293-5006-40a5-8592-{number:012d}" if active else None,
        error=ERROR if status == "catalog_failed" else None,
        created_at="2026-03-14T13:58:00.000Z",
        sent=_sent(name, partner),
        store={"storeId": f"e8a2a293-5006-40a5-8592-{number:012d}", "status": "online"} if active else {},
        history=history,
    )


def plant(folder: Path, state: State | None = None, chosen: list[Record] | None = None) -> None:
    """Writes the records into ``folder``, and makes Gett know the same onboardings."""
    cache = RecordStore(folder, "0-planted")
    cache.open()
    for record in chosen if chosen is not None else records():
        cache.add(record)
        if state is not None and record.onboarding_id is not None:
            state.onboardings[record.onboarding_id] = Onboarding(
                record.onboarding_id,
                dict(record.sent),
                created=datetime(2026, 3, 14, 13, 58, tzinfo=UTC).timestamp(),
                pending_until=0,
                error=record.error,
                store_id=record.store_id,
                cancelled=record.status == OwnState.CANCELLED,
                forced=word(record.status),
            )


def plant_many(folder: Path, stores: int, status: str = "active") -> None:
    """Stores as files, all in ``status``; written without syncing each, as only the reading is measured."""
    RecordStore(folder, "0-bench").open()
    like = next(record for record in records() if record.status == status)
    for number in range(stores):
        known = identifier(number)
        sent = {**like.sent, "name": f"Store {number:05d}", "partnerStoreId": f"p-{number}"}
        made = like._replace(key=known, onboarding_id=known, partner_store_id=f"p-{number}", sent=sent, revision=1)
        (folder / "onboardings" / file_name(known)).write_bytes(to_toml(made))
    (folder / "host").write_text("loopback\n")
