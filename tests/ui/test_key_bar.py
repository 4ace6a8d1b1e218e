"""The key bar: it follows the row, keeps each key in its place, and is never without the ways to the help and out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from app_driver import make_app, plant, records, until
from sandbox_server import Live
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual_inside import painted_strips, painted_text

from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import OwnState, Status, word
from gett_tui.ui.commands import COMMANDS
from gett_tui.ui.widgets.key_bar import KeyBar

STATES = [*Status, *OwnState, "menu_review"]
OF_ROW = {
    "ready_to_activate": "a activate x cancel",
    "catalog_failed": "e fix x cancel",
    OwnState.UNCONFIRMED: "u settle",
    OwnState.CANCELLED: "e fix",
    OwnState.DROPPED: "e fix",
    OwnState.GONE: "e fix",
    "active": "",
    OwnState.REGISTERING: "",
}


class Bar(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.bar = KeyBar()
        self.renders = 0

    def compose(self) -> ComposeResult:
        yield self.bar


def one(state: Any, key: str = "k") -> Record:
    return Record(key, state)


@asynccontextmanager
async def showing(width: int = 80) -> AsyncIterator[tuple[Bar, Pilot[None]]]:
    app = Bar()
    async with app.run_test(size=(width, 1)) as pilot:
        yield app, pilot


def line(app: App[Any]) -> str:
    return painted_text(app).rstrip("\n").split("\n")[-1]


async def follow(app: Bar, pilot: Pilot[None], under: Record | None, *marked: Record) -> str:
    app.bar.show(under, marked or ([under] if under else []))
    await pilot.pause()
    return line(app)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("state", STATES, ids=word)
async def test_it_has_the_keys_of_the_row_and_only_those(state: Any) -> None:
    async with showing() as (app, pilot):
        text = words(await follow(app, pilot, one(state)))
        assert text.endswith("? help q quit")
        assert text.startswith("space mark / filter n new l log")
        assert text.removesuffix("? help q quit").partition("l log")[2].strip() == OF_ROW.get(state, "x cancel")


async def test_without_a_store_it_has_no_key_that_is_about_one() -> None:
    async with showing() as (app, pilot):
        text = await follow(app, pilot, None)
        assert not {"a activate", "e fix", "u settle", "x cancel"} & {part.strip() for part in text.split("  ")}


async def at_widths(widths: Iterable[int]) -> AsyncIterator[tuple[int, str]]:
    """The line for a ready store, at each width."""
    async with showing() as (app, pilot):
        await follow(app, pilot, one("ready_to_activate"))
        for width in widths:
            await pilot.resize_terminal(width, 1)
            await pilot.pause()
            yield width, line(app)


async def test_the_ways_to_the_help_and_out_stay_however_narrow_it_is() -> None:
    async for width, text in at_widths([*range(1, 60, 4), 6, 15, 16, 37, 38, 49, 50, 80, 120, 200]):
        assert len(text.rstrip()) <= width
        if width >= 6:
            assert "?" in text
            assert "q" in text.split("?")[1]
        if width >= 16:
            assert words(text).endswith("? help q quit")
        if width >= 38:
            assert "a activate  x cancel  ? help" in text
        if width >= 50:
            assert "space mark" in text


async def test_what_is_about_the_row_outlives_what_is_about_the_list() -> None:
    general = ("mark", "filter", "new", "log", "sort", "refresh", "commands", "hide ended")
    seen: list[int] = []
    async for _, text in at_widths(range(120, 14, -3)):
        seen.append(sum(part in text for part in general))
        assert ("activate" in text) >= bool(seen[-1])
    assert seen == sorted(seen, reverse=True)
    assert seen[0] == len(general)


async def test_a_key_keeps_its_place_and_another_row_changes_few_cells() -> None:
    async with showing() as (app, pilot):
        lines = {state: await follow(app, pilot, one(state)) for state in STATES}
        for text in lines.values():
            for key in ("space mark", "/ filter", "? help", "q quit"):
                assert text.index(key) == lines["active"].index(key)
        ready, failed = lines["ready_to_activate"], lines["catalog_failed"]
        assert ready.index("x cancel") == failed.index("x cancel")
        assert sum(before != after for before, after in zip(ready, failed, strict=True)) <= 10


async def test_marks_decide_but_a_key_for_one_store_follows_the_cursor() -> None:
    async with showing() as (app, pilot):
        ready, failed, active = one("ready_to_activate", "r"), one("catalog_failed", "f"), one("active", "a")
        assert "a activate  x cancel" in await follow(app, pilot, active, ready, active)
        text = await follow(app, pilot, active, failed, failed)
        assert "e fix" not in text
        assert "x cancel" in text
        assert "e fix" in await follow(app, pilot, failed, active)


async def test_the_keys_are_coloured_and_their_words_are_not() -> None:
    async with showing() as (app, pilot):
        await follow(app, pilot, one("ready_to_activate"))
        (strip,) = painted_strips(app)
        bold = [part.text for part in strip if part.style and part.style.bold]
        assert bold == ["space", "/", "n", "l", "a", "x", "?", "q"]
        colours = {part.style.color for part in strip if part.style and part.style.bold}
        assert len(colours) == 1
        assert colours.isdisjoint({part.style.color for part in strip if part.style and not part.style.bold})


async def test_the_same_keys_are_not_painted_again() -> None:
    class Watched(KeyBar):
        painted = 0

        def render(self) -> Any:
            type(self).painted += 1
            return super().render()

    app = Bar()
    app.bar = Watched()
    async with app.run_test(size=(80, 1)) as pilot:
        await follow(app, pilot, one("catalog_failed", "a"))
        before = Watched.painted
        await follow(app, pilot, one("catalog_failed", "b"))
        assert Watched.painted == before
        await follow(app, pilot, one("active", "c"))
        assert Watched.painted > before


def test_every_key_of_the_bar_is_in_the_table_with_its_words() -> None:
    for command in COMMANDS:
        assert command.bar_words == (command.short or command.words)
        assert len(command.bar_words) <= len(command.words)


# -- in the dashboard


async def test_it_follows_the_cursor_and_the_marks_in_the_dashboard(tmp_path: Path, live: Live) -> None:
    planted = records()
    plant(tmp_path, live.state, [planted[0], planted[1], planted[4], planted[-1]])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.main.is_loaded and app.main.stores.total_count == 4)
        for keys, expected in (
            (["home"], "u settle"),
            (["j"], "e fix       x cancel"),
            (["j"], "a activate  x cancel"),
            (["j"], "quit"),
        ):
            await pilot.press(*keys)
            await until(pilot, lambda expected=expected: expected in line(app))
        await until(pilot, lambda: "cancel" not in line(app))
        await pilot.press("k", "space")
        await until(pilot, lambda: "a activate  x cancel" in line(app))
        await pilot.press("escape")
        await until(pilot, lambda: "cancel" not in line(app))


@pytest.mark.parametrize(("key", "screen"), [("u", "ResolveScreen"), ("e", "RegisterScreen")])
async def test_a_key_for_one_store_says_so_when_some_are_marked(
    tmp_path: Path, live: Live, key: str, screen: str
) -> None:
    planted = records()
    plant(tmp_path, live.state, [planted[0], planted[1], planted[-1]])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: app.main.is_loaded and app.main.stores.total_count == 3)
        await pilot.press("end", "space")
        await pilot.press("home" if key == "u" else "k")
        if key == "e":
            app.main.stores.move_to(planted[0].key)
        await pilot.press(key)
        await pilot.pause()
        assert "One store at a time: the one under the cursor. The marked one stays marked." in app.said
        assert type(app.screen).__name__ == screen
