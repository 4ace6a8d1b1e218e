"""The store list on a screen: what it shows, what it repaints, and whom the cursor is on."""

from __future__ import annotations

import sys
import unicodedata
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from pty_session import PtySession
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual_inside import painted_strips, turn_wheel, waits_for_paint

import gett_tui.ui
from gett_tui.onboarding.record import Change, Record
from gett_tui.onboarding.status import OwnState
from gett_tui.ui.widgets.store_list import StoreList

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot
    from textual.strip import Strip

STYLE_SHEET = Path(gett_tui.ui.__file__).with_name("store_list.tcss")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def store(key: str, name: str | None = None, status: str = "pending_catalog", minutes: int = 0, **more: Any) -> Record:
    history = (Change(status, NOON + timedelta(minutes=minutes)),)
    more = {"partner_store_id": f"id-{key}", **more}
    return Record(key=key, status=status, sent={"name": key if name is None else name}, history=history, **more)


def row(number: int, **more: Any) -> Record:
    """Stores that stand in the order of their numbers."""
    return store(f"s{number:03}", **{"minutes": -number, **more})


class WatchedList(StoreList):
    """Notes which lines are painted; pauses end only when the test says so.

    Rows may move whenever all is settled, but for a test that sets ``stands_still``.
    """

    stands_still = False

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.lines_painted: list[int] = []
        self.timers: list[Callable[[], None]] = []
        self.moves: list[Callable[[], None]] = []

    def render_line(self, y: int) -> Strip:
        self.lines_painted.append(y)
        return super().render_line(y)

    def set_timer(self, delay: float, callback: Any = None, **more: Any) -> Any:
        assert delay >= 0.1
        kept = self.moves if delay > 1 else self.timers
        kept.append(callback)
        return SimpleNamespace(stop=lambda: kept.remove(callback) if callback in kept else None)

    def let_move(self) -> None:
        """Ends the time for which the rows keep their places."""
        while self.moves:
            self.moves.pop()()


class ListApp(App[None]):
    CSS_PATH = STYLE_SHEET
    BINDINGS = [("escape", "note_escape", "Escape")]

    def __init__(self, **more: Any) -> None:
        super().__init__()
        self.stores = WatchedList(**{"clock": lambda: NOON, "zone": UTC, **more})
        self.said: list[Any] = []
        self.escapes = 0

    def compose(self) -> ComposeResult:
        yield self.stores

    def action_note_escape(self) -> None:
        self.escapes += 1

    def on_store_list_highlighted(self, message: StoreList.Highlighted) -> None:
        assert message.control is self.stores
        self.said.append(("cursor", message.key))

    def on_store_list_opened(self, message: StoreList.Opened) -> None:
        assert message.control is self.stores
        self.said.append(("opened", message.key))

    def on_store_list_marks_changed(self, message: StoreList.MarksChanged) -> None:
        assert message.control is self.stores
        self.said.append(("marks", message.count))


class Screen:
    """A running list, the pilot that drives it and what has been seen of it."""

    def __init__(self, app: ListApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot, self.stores = app, pilot, app.stores

    async def settle(self) -> None:
        """Wait until all that is to be painted has been."""
        if not self.stores.stands_still:
            self.stores.let_move()
        await self.pilot.pause(0)
        while waits_for_paint(self.app, self.stores):
            await self.pilot.pause(0.005)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    async def painted_by(self, change: Callable[[], object]) -> list[int]:
        """Which lines a change repaints."""
        await self.settle()
        self.stores.lines_painted.clear()
        change()
        await self.settle()
        return sorted(set(self.stores.lines_painted))

    async def said_by(self, change: Callable[[], object]) -> list[Any]:
        """Which messages a change brings."""
        await self.settle()
        self.app.said.clear()
        change()
        await self.settle()
        return list(self.app.said)

    def end_pause(self) -> None:
        self.stores.timers.pop()()

    @property
    def lines(self) -> list[str]:
        """The text of the list's lines as the compositor has it."""
        strips = painted_strips(self.app)
        return [strip.text.rstrip() for strip in strips]

    @property
    def keys(self) -> list[str]:
        """The names on the lines below the header."""
        return [line[3:].split()[0] for line in self.lines[1:] if line[3:].split()]

    @property
    def cursor(self) -> tuple[str | None, int | None]:
        """The store that the messages call highlighted, and the line that looks like it."""
        highlighted = [key for what, key in self.app.said if what == "cursor"]
        wanted = self.stores.get_component_rich_style("store-list--cursor").bgcolor
        strips = painted_strips(self.app)
        lines = [
            y
            for y, strip in enumerate(strips)
            if any(segment.style and segment.style.bgcolor == wanted for segment in strip)
        ]
        assert len(lines) <= 1
        if highlighted:
            assert highlighted[-1] == self.stores.cursor_key
        return self.stores.cursor_key, lines[0] if lines else None


@asynccontextmanager
async def showing(*records: Record, size: tuple[int, int] = (62, 11), **more: Any) -> AsyncIterator[Screen]:
    app = ListApp(**more)
    async with app.run_test(size=size) as pilot:
        screen = Screen(app, pilot)
        app.stores.apply(records)
        app.stores.focus()
        await screen.settle()
        while app.stores.timers:
            screen.end_pause()
        yield screen


# What is seen


async def test_each_store_is_a_line_with_sign_name_partner_id_status_and_time() -> None:
    records = [
        store("a", "Harbour Sushi", "catalog_failed", -2, partner_store_id="hs-004"),
        store("b", "Corner Bakery #12", "ready_to_activate", -600, partner_store_id="cb-12"),
        store("c", "Tea House", "active", -60 * 24 * 20, partner_store_id="th-1"),
        store("d", "Odd", "not_seen_before", 1, partner_store_id="o"),
        Record(key="e", status=OwnState.CANCELLED, partner_store_id="no name"),
    ]
    async with showing(*records) as screen:
        screen.stores.action_mark()
        await screen.settle()
        assert screen.lines[:6] == [
            " ▾ Store                Partner id   Status            Since",
            "●! Harbour Sushi        hs-004       catalog failed    11:58",
            " ▸ Corner Bakery #12    cb-12        ready to activate 02:00",
            " ~ Odd                  o            not seen before   12:01",
            " ✓ Tea House            th-1         active            03 Nov",
            " – no name              no name      cancelled",
        ]


async def test_times_are_told_in_the_zone_of_the_operator() -> None:
    east = timezone(timedelta(hours=13))
    records = [store("today", minutes=-1), store("yesterday", minutes=-60 * 13)]
    async with showing(*records, zone=east) as screen:
        assert [line.split(maxsplit=5)[-1] for line in screen.lines[1:3]] == ["00:59", "23 Nov"]


async def test_ascii_terminals_get_ascii_alone() -> None:
    records = [store("a", "Pizza Süd mit einem sehr langen Namen", "ready_to_activate"), *(row(n) for n in range(20))]
    async with showing(*records, ascii_only=True) as screen:
        screen.stores.action_mark()
        screen.stores.set_sort("since")
        screen.stores.move_to("s000")
        await screen.settle()
        assert "\n".join(screen.lines).isascii()
        assert screen.lines[0].endswith("Sincev")
        assert screen.lines[1].startswith("+> Pizza Sud mi.. Namen ")
        assert screen.lines[2].endswith("12:00 #")
        screen.stores.set_filter("dröhn")
        await screen.settle()
        assert "\n".join(screen.lines).isascii()


async def test_partner_id_goes_first_when_it_is_narrow_then_the_time() -> None:
    async with showing(store("a", "Tea House", partner_store_id="th-1")) as screen:
        for width, header in ((80, "Partner id"), (57, "Partner id"), (56, "Since"), (43, "Since"), (42, "Status")):
            await screen.pilot.resize_terminal(width, 11)
            await screen.settle()
            assert header in screen.lines[0]
            assert all(cell_len(line) <= width for line in screen.lines)
        assert "Since" not in screen.lines[0]
        assert "Partner" not in screen.lines[0]
        assert "Tea House" in screen.lines[1]


async def test_stores_of_a_chain_are_told_apart_by_the_ends_of_their_names() -> None:
    records = [store(f"s{n}", f"Gett Demo Kitchen Berlin Kreuzberg 01{n}", partner_store_id="x") for n in range(2)]
    async with showing(*records) as screen:
        assert [line[3:23] for line in screen.lines[1:3]] == ["Gett Demo Kit…rg 010", "Gett Demo Kit…rg 011"]


async def test_names_and_ids_get_the_room_that_the_other_does_not_need() -> None:
    name, short = "A name that is forty-four characters long 44", "x-1"
    async with showing(store("a", name, partner_store_id=short), size=(100, 6)) as screen:
        assert name in screen.lines[1]
    async with showing(store("a", "Short", partner_store_id=name), size=(100, 6)) as screen:
        assert name in screen.lines[1]
    async with showing(store("a", name, partner_store_id=name), size=(120, 6)) as screen:
        assert screen.lines[1].count("…") >= 2, "neither starves"
        assert len(screen.lines[1].split("…")[1]) > 20


async def test_columns_that_were_wide_stay_so_however_the_stores_change() -> None:
    async with showing(row(1), store("wide", partner_store_id="i" * 30), size=(100, 6)) as screen:
        before = screen.lines[0]
        screen.stores.apply([], removed=["wide"])
        await screen.settle()
        assert screen.lines[0] == before
        screen.stores.apply([store("wider", partner_store_id="i" * 40)])
        screen.end_pause()
        await screen.settle()
        assert screen.lines[0] != before
        assert "i" * 40 in screen.lines[1]


async def test_it_survives_any_size_of_the_terminal() -> None:
    async with showing(*(row(n) for n in range(30))) as screen:
        for size in ((1, 1), (2, 1), (5, 2), (12, 3), (300, 3), (62, 11)):
            await screen.pilot.resize_terminal(*size)
            await screen.settle()
            await screen.press("down", "pagedown")
            assert all(strip.cell_length == size[0] for strip in painted_strips(screen.app))


async def test_a_smaller_terminal_keeps_the_cursor_in_sight() -> None:
    async with showing(*(row(n) for n in range(30))) as screen:
        screen.stores.move_to("s008")
        await screen.pilot.resize_terminal(62, 5)
        await screen.settle()
        assert screen.cursor == ("s008", 4)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("[/bad] [@click=app.bell]x[/]", "[/bad] [@clic…l]x[/]"),
        ("\x1b[31mred\x1b]0;title\x07", "�[31mred�]0;title�"),
        ("two\nlines\tand\rmore", "two lines and more"),
        ("safe\u202egnirts\u200b", "safe�gnirts�"),
        ("日本語のとても長い店の名前です", "日本語のとて …前です"),
        ("e\u0301" * 30, "e\u0301" * 13 + "…" + "e\u0301" * 6),
        ("\u2764\ufe0f Café", "\u2764 Café"),
        ("x" * 1_000_000, "x" * 13 + "…" + "x" * 6),
        ("\ud800 lone", "� lone"),
    ],
)
async def test_text_from_outside_is_inert_and_keeps_to_its_cells(name: str, shown: str) -> None:
    bad = store("a", name, status=name[:400] or "x", partner_store_id=name)
    async with showing(bad, store("b", "plain", partner_store_id="plain")) as screen:
        line, plain = (line for line in screen.lines[1:3]) if "plain" in screen.lines[2] else screen.lines[2:0:-1]
        assert line[3:].startswith(shown)
        assert cell_len(line[: line.rindex("12:00")]) == plain.rindex("12:00")
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in line)


async def test_an_empty_list_says_what_to_do() -> None:
    async with showing(empty_text="No stores yet.\nPress n to [register] one.") as screen:
        assert [line.strip() for line in screen.lines if line] == ["No stores yet.", "Press n to [register] one."]
        assert screen.stores.cursor_key is None
        assert screen.stores.selected_keys() == []
        await screen.press("down", "up", "pagedown", "home", "end", "space", "shift+down", "enter", "escape")
        assert screen.app.said == []
        screen.stores.empty_text = "Reading the records"
        await screen.settle()
        assert [line.strip() for line in screen.lines if line] == ["Reading the records"]


async def test_a_filter_that_matches_nothing_says_so() -> None:
    async with showing(row(1)) as screen:
        screen.stores.set_filter("[b]zz")
        await screen.settle()
        assert [line.strip() for line in screen.lines if line] == ["Nothing matches “[b]zz”. escape clears the filter."]
        assert (screen.stores.visible_count, screen.stores.total_count) == (0, 1)


async def test_the_header_shows_the_order() -> None:
    async with showing(row(1)) as screen:
        for name, reverse, mark in (("name", False, "Store▴"), ("since", True, "Since▴"), ("status", True, "Status▾")):
            screen.stores.set_sort(name, reverse)
            await screen.settle()
            assert mark in screen.lines[0]
        with pytest.raises(KeyError, match="no such"):
            screen.stores.set_sort("no such")


async def test_a_cursor_without_focus_is_underlined() -> None:
    async with showing(row(1), row(2)) as screen:
        for focused in (True, False, True):
            screen.app.screen.set_focus(screen.stores if focused else None)
            await screen.settle()
            strips = painted_strips(screen.app)
            underlined = [any(part.style and part.style.underline for part in strip) for strip in strips]
            assert underlined[:3] == [False, not focused, False]


async def test_a_change_of_theme_recolours_every_line() -> None:
    async with showing(row(1), row(2, status="catalog_failed")) as screen:

        def colours() -> list[set[Any]]:
            strips = painted_strips(screen.app)
            return [{part.style.color for part in strip if part.style and part.text.strip()} for strip in strips[:3]]

        dark = colours()
        screen.app.theme = "textual-light"
        await screen.settle()
        assert all(before.isdisjoint(after) for before, after in zip(dark, colours(), strict=True))


# What is painted


async def test_a_changed_row_repaints_its_own_line_alone() -> None:
    async with showing(*(row(n) for n in range(30))) as screen:
        change = row(4, partner_store_id="new")
        assert await screen.painted_by(lambda: screen.stores.apply([change])) == [5]
        assert "new" in screen.lines[5]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(row(4), id="the same values"),
        pytest.param(row(4, revision=7), id="a change that is not seen"),
        pytest.param(row(25, status="catalog_ingesting"), id="a row off the screen"),
        pytest.param(row(99), id="a new row off the screen"),
    ],
)
async def test_what_is_not_seen_is_not_painted(change: Record) -> None:
    async with showing(*(row(n) for n in range(30))) as screen:
        assert await screen.painted_by(lambda: screen.stores.apply([change])) == []


async def test_a_row_that_moves_repaints_only_the_lines_between() -> None:
    async with showing(*(row(n) for n in range(30))) as screen:
        change = row(4, minutes=-1, partner_store_id="jumped")
        assert await screen.painted_by(lambda: screen.stores.apply([change])) == [3, 4, 5]


async def test_moving_the_cursor_repaints_two_lines() -> None:
    async with showing(*(row(n) for n in range(30))) as screen:
        assert await screen.painted_by(lambda: screen.stores.action_move(1)) == [1, 2]


async def test_changes_are_gathered_and_the_first_is_painted_at_once() -> None:
    async with showing(*(row(n) for n in range(30))) as screen:
        stores = screen.stores
        assert stores.timers == []

        def change(name: str) -> Callable[[], None]:
            return lambda: stores.apply([row(4, name=name)])

        assert await screen.painted_by(change("first")) == [5]
        assert await screen.painted_by(change("second")) == []
        assert await screen.painted_by(change("third")) == []
        assert len(stores.timers) == 1
        assert await screen.painted_by(screen.end_pause) == [5]
        assert "third" in screen.lines[5]
        screen.end_pause()
        assert stores.timers == [], "an idle list wakes nothing"


async def test_rows_that_have_just_moved_stand_still_for_a_while_but_their_values_change() -> None:
    async with showing(*(row(n) for n in range(6))) as screen:
        stores = screen.stores
        stores.stands_still = True
        stores.apply([row(4, status="catalog_failed")])
        await screen.settle()
        assert screen.keys == ["s004", "s000", "s001", "s002", "s003", "s005"]
        screen.end_pause()
        assert await screen.painted_by(lambda: stores.apply([row(5, status="catalog_failed", minutes=1)])) == [6]
        assert "catalog failed" in screen.lines[6]
        assert screen.keys == ["s004", "s000", "s001", "s002", "s003", "s005"]
        screen.end_pause()
        stores.let_move()
        await screen.settle()
        assert screen.keys == ["s005", "s004", "s000", "s001", "s002", "s003"]
        assert not stores.moves, "a list that stands still wakes nothing"


async def test_a_new_store_is_shown_at_once_and_takes_the_waiting_rows_along() -> None:
    async with showing(*(row(n) for n in range(3))) as screen:
        stores = screen.stores
        stores.stands_still = True
        stores.apply([row(1, name="one")])
        stores.apply([row(2, status="catalog_failed")])
        stores.apply([store("new", status=OwnState.UNCONFIRMED)])
        screen.end_pause()
        await screen.settle()
        assert screen.keys == ["new", "s002", "s000", "one"]


async def test_records_may_come_before_the_list_is_on_the_screen() -> None:
    app = ListApp()
    app.stores.apply([row(1)])
    async with app.run_test(size=(62, 11)) as pilot:
        screen = Screen(app, pilot)
        await screen.settle()
        assert screen.keys == ["s001"]
        assert app.said == [("cursor", "s001")]


# Whom the cursor is on


async def test_a_store_that_comes_in_above_leaves_the_screen_as_it_is() -> None:
    async with showing(*(row(n) for n in range(10, 999))) as screen:
        await screen.press(*["down"] * 14, "up", "up")
        before = screen.lines
        held = screen.cursor
        assert held == ("s022", 8)
        assert await screen.painted_by(lambda: screen.stores.apply([row(1), row(2)])) == []
        assert screen.lines == before
        assert screen.cursor == held
        screen.stores.apply([], removed=["s001", "s015"])
        screen.end_pause()
        await screen.settle()
        assert screen.cursor == held


async def test_at_the_top_news_comes_into_sight_above_the_cursor() -> None:
    async with showing(*(row(n) for n in range(10, 60))) as screen:
        screen.stores.apply([store("bad", status="catalog_failed")])
        await screen.settle()
        assert screen.keys[:2] == ["bad", "s010"]
        assert screen.cursor == ("s010", 2)


async def test_the_cursor_follows_its_store_to_another_place() -> None:
    async with showing(*(row(n) for n in range(60))) as screen:
        await screen.press("down", "down")
        screen.stores.apply([row(2, status="active")])
        await screen.settle()
        key, line = screen.cursor
        assert key == "s002"
        assert line is not None
        assert screen.keys[line - 1] == "s002"


async def test_while_loading_the_cursor_stays_on_the_first_line_until_it_is_moved() -> None:
    async with showing() as screen:
        for number in (50, 40, 30):
            screen.stores.apply([row(number)], loading=True)
        screen.end_pause()
        await screen.settle()
        assert screen.cursor == ("s030", 1)
        await screen.press("down")
        screen.stores.apply([row(20)], loading=True)
        await screen.settle()
        assert screen.stores.cursor_key == "s040"


@pytest.mark.parametrize(
    ("gone", "heir"), [("s001", "s002"), ("s000", "s001"), ("s003", "s002"), ("s001 s002 s003", "s000")]
)
@pytest.mark.parametrize("reverse", [False, True])
async def test_a_removed_row_leaves_the_cursor_to_its_neighbour(gone: str, heir: str, reverse: bool) -> None:
    names = ["s000", "s001", "s002", "s003"]
    twin = dict(zip(names, names[::-1], strict=True)) if reverse else dict(zip(names, names, strict=True))
    async with showing(*(row(n) for n in range(4))) as screen:
        screen.stores.set_sort("name", reverse)
        screen.stores.move_to(twin[gone.split()[0]])
        said = await screen.said_by(lambda: screen.stores.apply([], removed=[twin[key] for key in gone.split()]))
        assert said == [("cursor", twin[heir])]
        assert screen.cursor[0] == twin[heir]


async def test_when_the_last_store_goes_nobody_is_under_the_cursor() -> None:
    async with showing(row(1)) as screen:
        assert await screen.said_by(lambda: screen.stores.apply([], removed=["s001"])) == [("cursor", None)]
        assert screen.stores.cursor_key is None


async def test_a_changed_store_under_the_cursor_is_told_again_and_others_are_not() -> None:
    async with showing(row(1), row(2)) as screen:
        assert await screen.said_by(lambda: screen.stores.apply([row(1, revision=1)])) == [("cursor", "s001")]
        assert await screen.said_by(lambda: screen.stores.apply([row(1, revision=1), row(2, revision=1)])) == []


async def test_sorting_keeps_the_cursor_on_its_store_and_in_sight() -> None:
    async with showing(*(store(f"s{n:03}", minutes=-n, name=f"{59 - n:03}") for n in range(60))) as screen:
        await screen.press("down", "down", "down")
        for name, reverse in (("name", False), ("name", True), ("partner id", True), ("attention", False)):
            screen.stores.set_sort(name, reverse)
            await screen.settle()
            key, line = screen.cursor
            assert key == "s003"
            assert line is not None
            assert screen.keys[line - 1] == "056"


async def test_a_filter_keeps_the_cursor_or_passes_it_to_the_next_match() -> None:
    records = [row(n, name=f"{'even' if n % 2 == 0 else 'odd'}-{n}") for n in range(60)]
    async with showing(*records) as screen:
        screen.stores.move_to("s020")
        assert await screen.said_by(lambda: screen.stores.set_filter("even")) == []
        assert screen.cursor[0] == "s020"
        assert await screen.said_by(lambda: screen.stores.set_filter("odd")) == [("cursor", "s021")]
        assert await screen.said_by(lambda: screen.stores.set_filter("")) == []
        assert screen.cursor[0] == "s021"
        assert await screen.said_by(lambda: screen.stores.set_filter("neither")) == [("cursor", None)]
        assert screen.stores.selected_keys() == []
        assert await screen.said_by(lambda: screen.stores.set_filter("")) == [("cursor", "s000")]
        assert not screen.stores.move_to("nobody")


async def test_what_a_filter_no_longer_lets_through_stays_while_the_cursor_is_on_it() -> None:
    async with showing(*(row(n, status="catalog_failed") for n in range(4))) as screen:
        screen.stores.set_filter("failed")
        screen.stores.move_to("s001")
        said = await screen.said_by(lambda: screen.stores.apply([row(1), row(2)]))
        assert said == [("cursor", "s001")], "told as changed, and no other store in its place"
        assert set(screen.keys) == {"s000", "s001", "s003"}
        await screen.press("home")
        assert screen.keys == ["s000", "s003"]
        screen.stores.move_to("s003")
        await screen.settle()
        assert await screen.said_by(lambda: screen.stores.set_filter("s000")) == [("cursor", "s000")]


async def test_what_is_over_can_be_hidden_and_the_cursor_keeps_its_store() -> None:
    over = [row(n, status=OwnState.CANCELLED) for n in (2, 3)]
    async with showing(*(row(n) for n in range(2)), *over) as screen:
        screen.stores.set_sort("name")
        screen.stores.move_to("s001")
        assert await screen.said_by(lambda: screen.stores.hide_ended(True)) == []
        assert (screen.keys, screen.stores.hidden_count) == (["s000", "s001"], 2)
        assert await screen.said_by(lambda: screen.stores.apply([row(1, status=OwnState.DROPPED)])) != []
        assert screen.keys == ["s000", "s001"], "somebody else has dropped it, and the cursor is on it"
        await screen.press("up")
        assert (screen.keys, screen.stores.hidden_count) == (["s000"], 3)
        screen.stores.hide_ended(False)
        await screen.settle()
        assert screen.keys == ["s000", "s001", "s002", "s003"]


async def test_a_list_of_which_all_is_hidden_says_so() -> None:
    async with showing(row(1, status=OwnState.CANCELLED)) as screen:
        screen.stores.hide_ended(True)
        await screen.settle()
        said = " ".join(" ".join(screen.lines).split())
        assert said == "Nothing is left: the one store here has been cancelled or dropped. h shows what is hidden."
        assert screen.stores.cursor_key is None


async def test_the_cursor_goes_on_from_a_store_that_leaves_its_place_and_is_held_by_the_next() -> None:
    async with showing(*(row(n, status="catalog_failed") for n in range(3)), row(9)) as screen:
        screen.stores.move_to("s001")
        said = await screen.said_by(lambda: screen.stores.step_past(["s001"], OwnState.CANCELLED))
        assert said == [("cursor", "s002")]
        before = screen.cursor
        assert await screen.said_by(lambda: screen.stores.apply([row(1, status=OwnState.CANCELLED)])) == []
        assert screen.keys == ["s000", "s002", "s009", "s001"]
        assert screen.cursor == ("s002", 2) != before, "it stands in the place of the one that has left"


async def test_the_cursor_goes_on_past_all_that_leave_and_stays_where_none_is_below() -> None:
    async with showing(*(row(n, status="catalog_failed") for n in range(4))) as screen:
        screen.stores.move_to("s000")
        screen.stores.step_past(["s000", "s001"], OwnState.CANCELLED)
        assert screen.stores.cursor_key == "s002"
        screen.stores.step_past(["s000"], OwnState.CANCELLED)
        assert screen.stores.cursor_key == "s002", "it is not one of them"
        screen.stores.step_past(["s002", "s003"], OwnState.CANCELLED)
        assert screen.stores.cursor_key == "s002", "there is none below"
        screen.stores.move_to("s001")
        screen.stores.set_sort("name")
        screen.stores.step_past(["s001"], OwnState.CANCELLED)
        assert screen.stores.cursor_key == "s001", "it keeps its place in that order"


async def test_nothing_moves_while_it_is_held() -> None:
    async with showing(*(row(n) for n in range(5))) as screen:
        screen.stores.hold()
        screen.stores.apply([row(3, status="catalog_failed"), store("new", status=OwnState.UNCONFIRMED)])
        await screen.settle()
        assert screen.keys == ["s000", "s001", "s002", "s003", "s004"]
        assert "catalog failed" in screen.lines[4]
        screen.stores.release()
        await screen.settle()
        assert screen.keys == ["new", "s003", "s000", "s001", "s002", "s004"]
        assert screen.cursor == ("s000", 3)


async def test_what_came_while_it_was_held_is_there_at_once_when_it_is_released() -> None:
    async with showing(*(row(n) for n in range(3))) as screen:
        screen.stores.stands_still = True
        screen.stores.hold()
        screen.stores.apply([store("new", status=OwnState.UNCONFIRMED)])
        screen.stores.apply([row(2, status="catalog_failed")])
        await screen.settle()
        assert screen.keys == ["s000", "s001", "s002"]
        screen.stores.release()
        await screen.settle()
        assert screen.keys == ["new", "s002", "s000", "s001"]


# Keys


async def test_keys_walk_the_list() -> None:
    async with showing(*(row(n) for n in range(60))) as screen:
        for keys, key, line in (
            ("down j", "s002", 3),
            ("up k up", "s000", 1),
            ("pagedown", "s010", 1),
            ("down pagedown", "s021", 2),
            ("ctrl+d", "s026", 2),
            ("ctrl+u pageup", "s011", 2),
            ("G", "s059", 10),
            ("down", "s059", 10),
            ("up up", "s057", 8),
            ("g", "s000", 1),
            ("end home", "s000", 1),
        ):
            await screen.press(*keys.split())
            assert screen.cursor == (key, line), keys


async def test_enter_opens_the_store_under_the_cursor() -> None:
    async with showing(row(1), row(2)) as screen:
        await screen.press("down", "enter")
        assert screen.app.said[-1] == ("opened", "s002")


async def test_space_marks_and_goes_on_and_actions_are_for_the_marked() -> None:
    async with showing(*(row(n) for n in range(5))) as screen:
        assert screen.stores.selected_keys() == ["s000"]
        await screen.press("space", "down", "space")
        assert screen.stores.marked == ["s000", "s002"]
        assert screen.stores.selected_keys() == ["s000", "s002"]
        assert [line[0] for line in screen.lines[1:6]] == ["●", " ", "●", " ", " "]
        await screen.press("home", "space")
        assert screen.stores.selected_keys() == ["s002"]
        assert [count for what, count in screen.app.said if what == "marks"] == [1, 2, 1]


async def test_shift_and_arrows_mark_on_the_way_and_take_back_on_the_way_back() -> None:
    async with showing(*(row(n) for n in range(9))) as screen:
        await screen.press("down", "down", "down", "space", "home", "down", "shift+down", "shift+down", "shift+down")
        assert screen.stores.marked == ["s001", "s002", "s003", "s004"]
        await screen.press("shift+up", "shift+up", "shift+up")
        assert screen.stores.marked == ["s001", "s003"], "what was marked before stays marked"
        await screen.press("shift+up", "shift+up")
        assert screen.stores.marked == ["s000", "s001", "s003"]
        await screen.press("end", "shift+up", "escape", "shift+down")
        assert screen.stores.marked == ["s007", "s008"]


async def test_escape_clears_the_marks_and_is_left_to_others_when_there_are_none() -> None:
    async with showing(row(1), row(2)) as screen:
        await screen.press("space", "escape")
        assert (screen.stores.marked, screen.app.escapes) == ([], 0)
        await screen.press("escape")
        assert screen.app.escapes == 1


async def test_marks_outlive_a_filter_and_go_with_their_store() -> None:
    async with showing(*(row(n) for n in range(5))) as screen:
        await screen.press("space", "space")
        screen.stores.set_filter("s004")
        assert screen.stores.selected_keys() == ["s000", "s001"]
        assert await screen.said_by(lambda: screen.stores.apply([], removed=["s000"])) == [("marks", 1)]
        screen.stores.clear_marks()
        assert screen.stores.selected_keys() == ["s004"]


# Mouse


async def test_a_click_chooses_and_a_double_click_opens() -> None:
    async with showing(*(row(n) for n in range(5))) as screen:
        await screen.pilot.click(StoreList, offset=(10, 3))
        await screen.settle()
        assert screen.cursor == ("s002", 3)
        await screen.pilot.click(StoreList, offset=(10, 4), times=2)
        await screen.settle()
        assert screen.app.said[-1] == ("opened", "s003")
        for nowhere in ((10, 0), (10, 9)):
            await screen.pilot.click(StoreList, offset=nowhere, times=2)
        assert screen.app.said[-1] == ("opened", "s003")
        assert screen.stores.cursor_key == "s003"


async def test_a_click_means_the_store_that_was_seen_there() -> None:
    async with showing(*(row(n) for n in range(5))) as screen:
        screen.stores.apply([row(4, revision=1)])
        screen.stores.apply([store("bad", status="catalog_failed")])  # not painted yet: the pause lasts
        assert screen.keys[0] == "s000"
        await screen.pilot.click(StoreList, offset=(10, 3))
        await screen.settle()
        assert screen.stores.cursor_key == "s002"


async def test_a_double_click_on_a_line_that_has_changed_hands_opens_nothing() -> None:
    async with showing(*(row(n) for n in range(5))) as screen:
        await screen.pilot.click(StoreList, offset=(10, 3))
        screen.stores.apply([store("bad", status="catalog_failed")])
        await screen.settle()
        assert screen.keys[0] == "bad"
        place = {"x": 10, "y": 3, "screen_x": 10, "screen_y": 3, "delta_x": 0, "delta_y": 0}
        held = {"button": 1, "shift": False, "meta": False, "ctrl": False}
        screen.stores.post_message(events.Click(screen.stores, **place, **held, chain=2))
        await screen.settle()
        assert ("opened", "s001") not in screen.app.said
        assert screen.cursor == ("s001", 3)


async def test_a_sort_or_a_filter_brings_a_cursor_that_was_scrolled_away_back_into_sight() -> None:
    async with showing(*(row(n) for n in range(60))) as screen:
        changes = {"Down": lambda: screen.stores.set_sort("name", True), "Up": lambda: screen.stores.set_filter("s0")}
        for way, change in changes.items():
            for _ in range(9):
                await turn_wheel(screen.pilot, _wheel(way), StoreList)
            await screen.settle()
            assert screen.cursor == ("s000", None)
            change()
            await screen.settle()
            assert screen.cursor[1] is not None


async def test_the_wheel_scrolls_and_leaves_the_cursor_on_its_store() -> None:
    async with showing(*(row(n) for n in range(999))) as screen:
        for _ in range(3):
            await turn_wheel(screen.pilot, _wheel("Down"), StoreList)
        await screen.settle()
        assert screen.keys[0] == "s009"
        assert screen.cursor == ("s000", None)
        seen = screen.lines
        assert await screen.painted_by(lambda: screen.stores.apply([row(1, minutes=9), row(998, minutes=8)])) == []
        assert screen.lines == seen
        await screen.press("down")
        assert screen.cursor[1] is not None
        for _ in range(12):
            await turn_wheel(screen.pilot, _wheel("Up"), StoreList)
        await screen.settle()
        assert screen.cursor[1] is not None


def _wheel(way: str) -> Any:
    return getattr(events, f"MouseScroll{way}")


async def test_the_scrollbar_shows_where_it_is_and_can_be_dragged() -> None:
    async with showing(*(row(n) for n in range(60)), size=(62, 21)) as screen:
        bar = [line.endswith("█") for line in screen.lines]
        assert bar.index(True) == 1
        assert 1 < bar.count(True) < 10
        await screen.pilot.mouse_down(StoreList, offset=(61, 20))
        await screen.settle()
        assert screen.keys[-1] == "s059"
        assert screen.lines[-1].endswith("█")
        await screen.pilot.hover(StoreList, offset=(61, 1))
        await screen.settle()
        assert screen.keys[0] == "s000"
        await screen.pilot.mouse_up(StoreList, offset=(61, 1))
        await screen.pilot.hover(StoreList, offset=(61, 20))
        await screen.settle()
        assert screen.keys[0] == "s000"
        await screen.pilot.click(StoreList, offset=(61, 2))
        assert screen.cursor[0] == "s000"


async def test_there_is_no_scrollbar_while_all_can_be_seen() -> None:
    async with showing(*(row(n) for n in range(10))) as screen:
        assert "█" not in "".join(screen.lines)


async def test_a_new_title_paints_no_line_and_the_same_one_nothing() -> None:
    async with showing(*(row(n) for n in range(10))) as screen:
        stores = screen.stores
        assert await screen.painted_by(lambda: stores.retitle("Stores · 3 marked")) == []
        assert stores.border_title == "Stores · 3 marked"


async def test_a_new_day_shows_yesterdays_times_with_their_day() -> None:
    now = NOON
    async with showing(row(1), clock=lambda: now) as screen:
        assert f"{NOON:%d %b}" not in screen.lines[1]
        now += timedelta(days=1)
        screen.stores.new_day()
        await screen.settle()
        assert f"{NOON:%d %b}" in screen.lines[1]


# On a real line


PROGRAM = """
import sys
from pathlib import Path
from textual.app import App
from gett_tui.onboarding.record import Record
from gett_tui.ui.widgets.store_list import StoreList

STORES = [Record(key=f"{n:05}", status="pending_catalog", partner_store_id=f"id-{n}") for n in range(10_000)]

class Lists(App):
    CSS_PATH = Path(sys.argv[1])

    def compose(self):
        self.stores = StoreList()
        self.stores.apply(STORES)
        yield self.stores

    def changed(self, number, **values):
        self.stores.apply([STORES[number]._replace(**values)])

    def key_1(self):
        self.changed(5, store={"name": "Changed"})

    def key_2(self):
        self.changed(5000, store={"name": "Far away"})

    def key_3(self):
        self.changed(7)

Lists().run()
"""


def test_on_a_real_terminal_a_changed_row_costs_a_row_and_anything_less_costs_nothing(tmp_path: Path) -> None:
    program = tmp_path / "lists.py"
    program.write_text(PROGRAM)
    root = Path(gett_tui.ui.__file__).parents[2]
    command = [sys.executable, str(program), str(STYLE_SHEET)]
    with PtySession(command, (120, 40), {"PYTHONPATH": str(root)}) as session:
        session.wait_for("id-20")
        session.read_until_quiet(0.5)
        session.send("1")
        assert 0 < len(session.read_until_quiet()) <= 400
        assert any("Changed" in line for line in session.screen())
        for key in "123":
            session.send(key)
            assert session.read_for(0.4) == b"", key
        session.send("ctrl+q")
        assert session.wait_for_exit() == 0
