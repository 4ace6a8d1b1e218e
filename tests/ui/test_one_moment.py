"""Rows, title and counts are of one moment, and what tells of nothing new is painted seldom."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from app_driver import NOW, DrivenApp, make_app, records, screen_text, started, until
from sandbox_server import Live
from textual.widgets import Input

from gett_tui.onboarding import events
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import OwnState
from gett_tui.runtime import Runtime
from gett_tui.ui.screens import status_board

SIZE = (120, 40)


class Quiet(Runtime):
    """A runtime that reads the records and asks nobody."""

    async def run(self) -> None:
        await self.service.load()
        await asyncio.Event().wait()


def total(app: DrivenApp) -> int:
    found = re.search(r"(\d+) stores?", screen_text(app).splitlines()[0])
    assert found, screen_text(app).splitlines()[0]
    return int(found[1])


def listed(app: DrivenApp) -> int:
    """How many rows of stores are on the screen; each of them has a status' sign."""
    return sum(row[:4].startswith("│ ") and row[2] in "?!▸~…✓–" for row in screen_text(app).splitlines()[1:38])


def title(app: DrivenApp) -> str:
    return next(row for row in screen_text(app).splitlines() if "─ Stores" in row).split("╮")[0].strip("╭─ ")


def store(number: int, status: str = "ready_to_activate") -> Record:
    return records()[1]._replace(key=f"k-{number}", status=status)


async def test_after_a_registration_header_title_and_rows_say_the_same_at_each_moment(
    tmp_path: Path, live: Live
) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        await pilot.press("n")
        await pilot.pause()
        values = ("p-1", "Corner Bakery", live.catalog("good", "p-1"), "https://hooks.example/x")
        for field, value in zip(app.screen.query(Input), values, strict=True):
            field.value = value
        await pilot.press("ctrl+s")
        seen: set[tuple[int, int, str]] = set()

        def is_there() -> bool:
            if app.screen is app.main:
                seen.add((total(app), listed(app), title(app)))
            return (1, 1, "Stores") in seen

        await until(pilot, is_there)
        assert seen <= {(0, 0, "Stores"), (1, 1, "Stores")}


async def test_while_stores_come_in_and_go_counts_and_rows_never_differ(tmp_path: Path) -> None:
    app = make_app(tmp_path, "http://127.0.0.1:9", runtime=Quiet)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        for number in range(30):
            app.main.hear(events.StoresChanged((store(number),)))
            if number % 3 == 2:
                app.main.hear(events.StoresChanged((), (f"k-{number - 1}",)))
            await pilot.pause(0.02)
            assert total(app) == listed(app)
            assert title(app) == "Stores"
        await until(pilot, lambda: total(app) == 20)


async def test_a_store_that_comes_while_a_dialog_holds_the_rows_makes_no_title_that_counts(tmp_path: Path) -> None:
    app = make_app(tmp_path, "http://127.0.0.1:9", runtime=Quiet)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        app.main.hear(events.StoresChanged((store(1),)))
        await pilot.press("n")
        await pilot.pause()
        app.main.hear(events.StoresChanged((store(2),)))
        await pilot.pause(0.2)
        assert title(app) == "Stores"
        await pilot.press("escape")
        await until(pilot, lambda: listed(app) == total(app) == 2)
        assert title(app) == "Stores"


async def test_a_store_that_a_person_ends_leaves_the_count(tmp_path: Path) -> None:
    app = make_app(tmp_path, "http://127.0.0.1:9", runtime=Quiet)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        app.main.hear(events.StoresChanged(tuple(store(number) for number in range(3))))
        await until(pilot, lambda: total(app) == 3)
        ended = (store(0)._replace(status=OwnState.CANCELLED), store(1)._replace(status=OwnState.DROPPED))
        app.main.hear(events.StoresChanged(ended))
        await until(pilot, lambda: "1 store · 1 ready" in screen_text(app))


async def test_that_gett_was_asked_again_is_painted_now_and_then_and_all_else_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert status_board.FRESHNESS_PACE >= 5
    monkeypatch.setattr(status_board, "FRESHNESS_PACE", 3600)
    app = make_app(tmp_path, "http://127.0.0.1:9", runtime=Quiet, fixed=True)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        shown: list[str] = []

        def look() -> None:
            first = screen_text(app).splitlines()[0].rstrip()[-8:]
            if first not in shown:
                shown.append(first)

        for second in range(20):
            app.main.hear(events.Polled(NOW + timedelta(seconds=second)))
            await pilot.pause()
            look()
        assert shown == ["14:03:07"], "twenty answers in a moment are one paint"
        app.main.hear(events.StoresChanged((store(1),)))
        await until(pilot, lambda: "1 store" in screen_text(app))
        look()
        assert shown == ["14:03:07", "14:03:26"], "what is painted for another reason is as fresh as can be"


async def test_the_last_answer_is_painted_when_its_time_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_board, "FRESHNESS_PACE", 0.05)
    app = make_app(tmp_path, "http://127.0.0.1:9", runtime=Quiet, fixed=True)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        for second in range(31):
            app.main.hear(events.Polled(NOW + timedelta(seconds=second)))
        await until(pilot, lambda: "14:03:37" in screen_text(app))
        assert app.main.is_painted
