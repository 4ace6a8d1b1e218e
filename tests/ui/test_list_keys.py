"""The keys that order the list, hide what is over and keep one's place in the queue, in the whole program."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from app_driver import DrivenApp, identifier, make_app, plant, records, screen_text, started, until
from pty_session import PtySession
from sandbox_server import Live

from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import OwnState

SIZE = (120, 40)
KEYS = [identifier(100 + number) for number in range(4)]


def title(app: DrivenApp) -> str:
    return str(app.main.stores.border_title)


def status_of(app: DrivenApp, key: str) -> object:
    record = app.main.stores.record(key)
    return record.status if record else None


# -- order


async def test_digits_and_s_order_by_the_columns_and_turn_round(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        for keys, order, words in (
            ("2", ("name", False), "Stores · by name"),
            ("2", ("name", True), "Stores · by name, reversed"),
            ("2", ("name", False), "Stores · by name"),
            ("5", ("since", False), "Stores · by since"),
            ("S", ("since", True), "Stores · by since, reversed"),
            ("s", ("attention", False), "Stores"),
            ("1", ("attention", True), "Stores · by attention, reversed"),
            ("s", ("name", False), "Stores · by name"),
            ("3", ("partner id", False), "Stores · by partner id"),
            ("s", ("status", False), "Stores · by status"),
            ("4", ("status", True), "Stores · by status, reversed"),
        ):
            await pilot.press(keys)
            await pilot.pause()
            assert (app.main.stores.sort, title(app)) == (order, words)


async def test_an_order_can_be_chosen_by_name(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await pilot.press("colon")
        await pilot.pause(0.1)
        await pilot.press(*"sort by partner")
        await until(pilot, lambda: "sort by partner id" in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.main.stores.sort == ("partner id", False))


# -- what is over


async def test_what_is_over_is_hidden_and_the_title_says_how_much(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await pilot.press("h")
        await pilot.pause()
        assert title(app) == "Stores · 1 ended hidden"
        assert "Old Mill" not in screen_text(app)
        await pilot.press("slash", *"pizza", "enter")
        await pilot.pause()
        assert title(app) == "Stores · /pizza · 2 of 8 · 1 ended hidden"
        await pilot.press("escape", "h")
        await pilot.pause()
        assert title(app) == "Stores"
        assert "Old Mill" in screen_text(app)


async def test_marks_that_a_filter_leaves_out_of_sight_are_counted_in_the_title(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await pilot.press("g", "space", "slash", *"pizza", "enter", "space")
        await pilot.pause()
        assert title(app) == "Stores · /pizza · 2 of 9 · 2 marked, 1 of them not shown"


# -- the place in the queue


def copies(of: Record, count: int) -> list[Record]:
    return [
        of._replace(
            key=KEYS[n], onboarding_id=KEYS[n], partner_store_id=f"p-{n}", sent={**of.sent, "partnerStoreId": f"p-{n}"}
        )
        for n in range(count)
    ]


def queue() -> list[Record]:
    """Three failed stores and an active one."""
    return [*copies(records()[0], 3), records()[4]]


async def test_after_a_cancellation_the_next_one_is_in_its_place_and_nothing_comes_under_the_finger_later(
    tmp_path: Path, live: Live
) -> None:
    plant(tmp_path, live.state, queue())
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 4)
        stores = app.main.stores
        seen: list[str | None] = []
        for gone, heir in ((KEYS[0], KEYS[1]), (KEYS[1], KEYS[2])):
            assert stores.cursor_key == gone
            await pilot.press("x")
            await pilot.pause()
            await pilot.press("y")
            await until(pilot, lambda: seen.append(stores.cursor_key) or app.screen is app.main)
            assert stores.cursor_key == heir, "with the key itself"
            await until(
                pilot,
                lambda gone=gone: seen.append(stores.cursor_key) or status_of(app, gone) == OwnState.CANCELLED,
            )
            assert stores.cursor_key == heir
        assert [key for key, _ in groupby(seen)] == [KEYS[1], KEYS[2]]
    assert live.carried_out("cancel") == 2


async def test_after_an_activation_of_the_marked_the_cursor_is_on_the_first_that_is_left(
    tmp_path: Path, live: Live
) -> None:
    plant(tmp_path, live.state, copies(records()[1], 4))
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 4)
        await pilot.press("space", "space", "home", "a")
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: {status_of(app, KEYS[0]), status_of(app, KEYS[1])} == {"active"})
        assert app.main.stores.cursor_key == KEYS[2]


async def test_in_an_order_by_name_the_cursor_stays_on_the_store(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, queue())
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 4)
        await pilot.press("2", "x")
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: status_of(app, KEYS[0]) == OwnState.CANCELLED)
        assert app.main.stores.cursor_key == KEYS[0]


async def test_a_store_that_is_fixed_leaves_the_cursor_in_the_queue(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, queue())
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 4)
        await pilot.press("e")
        await pilot.pause()
        app.screen.query_one("#catalogCallbackUrl").value = live.catalog("good", "p-0")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is app.main and app.main.stores.total_count == 5)
        assert app.main.stores.cursor_key == KEYS[1]


# -- from one start to the next


def program(folder: Path, live: Live) -> PtySession:
    env = {
        "GETT_API_KEY": "test-key-list",
        "GETT_BASE_URL": live.url,
        "GETT_STATE_DIR": str(folder / "state"),
        "HOME": str(folder),
    }
    return PtySession([sys.executable, "-m", "gett_tui"], (100, 24), env)


def test_the_order_and_what_is_hidden_are_there_at_the_next_start_and_the_filter_is_not(
    tmp_path: Path, live: Live
) -> None:
    plant(tmp_path / "state" / "sandbox", live.state)
    with program(tmp_path, live) as session:
        session.wait_for("Harbour Sushi")
        session.wait_for("8 stores")
        session.send("2", "2", "h", "/pizza", "enter")
        session.wait_for("/pizza · 2 of 8 · 1 ended hidden · by")
        session.send("q")
        assert session.wait_for_exit() == 0
    with program(tmp_path, live) as session:
        session.wait_for("1 ended hidden · by name, reversed")
        session.wait_for("Harbour Sushi")
        lines = "\n".join(session.screen())
        assert lines.index("Tea House") < lines.index("Corner Bakery"), "from the other end"
        assert "Old Mill" not in "".join(session.screen())
        session.send("S", "q")
        assert session.wait_for_exit() == 0
    with program(tmp_path, live) as session:
        session.wait_for("1 ended hidden · by name ─")
