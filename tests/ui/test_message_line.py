"""The message line above the keys, and the log behind it, in the real dashboard."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from app_driver import NOW, DrivenApp, identifier, make_app, plant, records, screen_text, started, until
from sandbox_server import Live

from gett_tui.onboarding import events
from gett_tui.onboarding.record import Record
from gett_tui.runtime import Runtime
from gett_tui.ui import notifications
from gett_tui.ui.message_log import Level
from gett_tui.ui.screens.confirm import ConfirmScreen
from gett_tui.ui.screens.detail import DetailScreen
from gett_tui.ui.screens.log import LogScreen, LogView
from gett_tui.ui.screens.register import RegisterScreen

SIZES = [(120, 40), (80, 24), (50, 20)]


def rows(app: DrivenApp) -> list[str]:
    return screen_text(app).splitlines()


def line(app: DrivenApp) -> str:
    """The message line, which is the one above the keys."""
    return rows(app)[-2].rstrip()


def ready(number: int) -> Record:
    return records()[1]._replace(key=f"k-{number}")


def failed(number: int) -> Record:
    return records()[0]._replace(key=f"f-{number}")


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_said_covers_no_row_and_leaves_after_a_while(
    tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setattr(notifications, "READ_TIME", 0.2)
    app = make_app(tmp_path, live.url, fixed=True)
    async with app.run_test(size=size) as pilot:
        await started(pilot, 0)
        await until(pilot, lambda: app.main.is_painted)
        before = rows(app)
        await pilot.press("r")
        await until(pilot, lambda: "There is no store here." in line(app))
        assert [row for y, row in enumerate(rows(app)) if y != size[1] - 2] == [
            row for y, row in enumerate(before) if y != size[1] - 2
        ]
        await until(pilot, lambda: line(app) == "")


async def test_an_error_stands_until_it_is_read(tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "READ_TIME", 0.05)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 0)
        app.notifications.fail("The first thing broke")
        app.notifications.fail("The second thing broke")
        app.notifications.say("Something else")
        assert app.notifications.log.standing[0].text == "Something else"
        await until(pilot, lambda: line(app).startswith(" ! The second thing broke"))
        assert line(app).endswith("+1 · l")
        await pilot.press("escape")
        await until(pilot, lambda: line(app).startswith(" ! The first thing broke"))
        assert line(app).endswith(" l")
        await pilot.press("escape")
        await until(pilot, lambda: line(app) == "")


async def test_escape_clears_marks_and_filter_before_it_takes_a_message_for_read(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 9)
        app.notifications.fail("It broke")
        await pilot.press("slash", *"pizza", "enter", "space")
        await pilot.press("escape")
        await until(pilot, lambda: app.main.stores.mark_count == 0)
        await pilot.press("escape")
        await until(pilot, lambda: app.main.stores.filter_text == "")
        assert "It broke" in line(app)
        await pilot.press("escape")
        await until(pilot, lambda: line(app) == "")


async def test_the_log_shows_all_with_local_times_newest_first_and_takes_it_for_read(
    tmp_path: Path, live: Live
) -> None:
    app = make_app(tmp_path, live.url, fixed=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 0)
        app.notifications.say("First")
        app.notifications.fail("Second", about=records()[0], details=["one of them", "another"])
        await pilot.press("l")
        await until(pilot, lambda: isinstance(app.screen, LogScreen) and "First" in screen_text(app))
        shown = [row.strip(" │█") for row in rows(app)]
        begin = shown.index("14:03:07 ! Harbour Sushi: Second")
        assert shown[begin + 1 : begin + 4] == ["one of them", "another", "14:03:07   First"]
        app.notifications.fail("Third, while it is open")
        await until(pilot, lambda: "Third, while it is open" in screen_text(app))
        await pilot.press("l")
        await until(pilot, lambda: app.screen is app.main)
        assert line(app) == ""


async def test_what_is_older_than_today_has_its_day(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url, fixed=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 0)
        app.notifications.say("Yesterday's")
        app.now = lambda: NOW + timedelta(days=1)
        app.main.action_log()
        await pilot.press("l", "l")
        log = LogScreen(app.notifications.log, clock=app.now, ascii_only=False)
        app.push_screen(log)
        await until(pilot, lambda: "03-14 14:03:07   Yesterday's" in screen_text(app))


async def test_a_long_log_scrolls_and_what_is_read_stays_where_it_is(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url, fixed=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 0)
        for number in range(100):
            app.notifications.fail(f"Number {number} " + "and more words " * 10)
        await pilot.press("l")
        await until(pilot, lambda: "Number 99" in screen_text(app))
        await pilot.press("j", "j")
        await pilot.pause()
        before = rows(app)
        app.notifications.fail("Number 100")
        await until(pilot, lambda: len(app.notifications.log.entries) == 101)
        assert rows(app)[3:-4] == before[3:-4]
        await pilot.press("G")
        await until(pilot, lambda: "Number 0 " in screen_text(app))
        await pilot.press("g")
        await until(pilot, lambda: "Number 100" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


@pytest.mark.few(2)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("key", "screen"), [("a", ConfirmScreen), ("enter", DetailScreen), ("n", RegisterScreen)], ids=["a", "enter", "n"]
)
async def test_while_a_dialog_is_open_the_line_is_seen_and_the_dialog_is_not_covered(
    tmp_path: Path, live: Live, size: tuple[int, int], key: str, screen: type
) -> None:
    plant(tmp_path, live.state, records()[1:2])
    app = make_app(tmp_path, live.url, fixed=True)
    async with app.run_test(size=size) as pilot:
        await started(pilot, 1)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, screen))
        await until(pilot, lambda: app.main.view.polled_at is not None and app.main.is_painted)
        await pilot.pause()
        before = rows(app)
        app.notifications.fail("It broke")
        await until(pilot, lambda: line(app).startswith(" ! It broke"))
        assert [row for y, row in enumerate(rows(app)) if y != size[1] - 2] == [
            row for y, row in enumerate(before) if y != size[1] - 2
        ]
        assert "╯" not in "".join(before[-2:]), "the dialog leaves the line free"


async def test_what_textual_itself_would_say_in_a_toast_is_said_on_the_line(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await started(pilot, 0)
        app.notify("[b]loud[/b]", title="Textual", severity="error")
        app.main.stores.notify("quiet")
        await until(pilot, lambda: "quiet" in line(app))
        assert [standing.text for standing in app.notifications.log.standing] == ["quiet", "Textual: [b]loud[/b]"]
        assert not app.screen.query("Toast")


async def test_news_that_comes_thick_is_told_together_and_rings_once(
    tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "NEWS_PACE", 0.3)
    monkeypatch.setattr(notifications, "READ_TIME", 60.0)
    app = make_app(tmp_path, live.url)
    rung: list[None] = []
    monkeypatch.setattr(app, "bell", lambda: rung.append(None))
    async with app.run_test(size=(120, 40)) as pilot:
        await started(pilot, 0)
        for number in range(20):
            app.main.hear(events.News(ready(number)))
        await until(pilot, lambda: "Corner Bakery #12: ready to activate" in line(app))
        await until(pilot, lambda: "20 stores: ready to activate" in line(app))
        assert len(rung) == 2
        await pilot.pause(0.4)
        for number in range(3):
            app.main.hear(events.News(failed(number)))
        await until(pilot, lambda: line(app).startswith(" ! 3 stores: catalog failed"))
        assert line(app).endswith("+1 · l")


async def test_a_failure_that_is_over_is_not_told_as_one_that_is(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url, fixed=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 0)
        for number in range(2):
            app.main.hear(events.News(failed(number)))
        await until(pilot, lambda: "catalog failed" in line(app))
        await until(pilot, lambda: "2 stores: catalog failed" in line(app))
        assert line(app).endswith(f"{NOW:%H:%M} · l")
        app.main.hear(events.StoresChanged([failed(0)._replace(status="catalog_ingesting")]))
        await until(pilot, lambda: "stores" not in line(app) and "catalog failed" in line(app))
        app.main.hear(events.StoresChanged([failed(1)._replace(status="ready_to_activate")]))
        await until(pilot, lambda: line(app) == "")
        await pilot.press("l")
        await until(pilot, lambda: "catalog failed" in screen_text(app))


async def test_the_answer_to_a_key_is_not_covered_by_news(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 0)
        app.notifications.say("Put 2 stores live.")
        app.main.hear(events.News(ready(1)))
        app.main.hear(events.News(failed(2)))
        await until(pilot, lambda: "+1 · l" in line(app))
        assert "Put 2 stores live." in line(app)


async def test_what_an_action_ends_with_that_nobody_foresaw_is_said(
    tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(140, 24)) as pilot:
        await started(pilot, 0)

        async def broken() -> None:
            raise ZeroDivisionError

        for node in (app, app.main):
            node.run_worker(broken(), exit_on_error=False)
        await until(pilot, lambda: "ZeroDivisionError" in line(app) and "(2 times)" in line(app))


async def test_a_bulk_action_is_told_in_one_sentence(tmp_path: Path, live: Live) -> None:
    chosen = [
        records()[1]._replace(key=identifier(number), onboarding_id=identifier(number), partner_store_id=f"p-{number}")
        for number in range(20)
    ]
    plant(tmp_path, live.state, chosen)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(120, 40)) as pilot:
        await started(pilot, 20)
        await pilot.press(*["space"] * 20)
        await pilot.press("a")
        await pilot.pause(0.1)
        await pilot.press("y")
        await until(pilot, lambda: "Put 20 stores live." in line(app))
        assert [said for said in app.said if "live" in said or "active" in said] == ["Put 20 stores live."]
        (summary,) = [entry for entry in app.notifications.log.entries if entry.text == "Put 20 stores live."]
        assert len(summary.details) == 20


async def test_a_message_longer_than_the_line_ends_in_an_ellipsis_and_names_the_key_to_the_rest(
    tmp_path: Path, live: Live
) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(50, 20)) as pilot:
        await started(pilot, 0)
        app.notifications.say("寿司 " * 40)
        await until(pilot, lambda: line(app).endswith("… l"))
        await pilot.press("l")
        await until(pilot, lambda: screen_text(app).count("寿司") == 40)


async def test_the_line_is_painted_only_when_it_differs(
    tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 0)
        shown = app.main.query_one("#message")
        app.notifications.warn("Not now")
        await pilot.pause()
        painted: list[object] = []
        monkeypatch.setattr(shown, "refresh", lambda *_: painted.append(1))
        app.notifications.warn("Not now")
        assert painted == []
        app.notifications.warn("Not here")
        assert painted == [1]


class Failing(Runtime):
    """A runtime of which a part fails in a way nobody foresaw."""

    async def run(self) -> None:
        await self.service.load()
        raise RuntimeError("[b]boom[/b]")


async def test_an_unforeseen_error_stands_on_both_lines(tmp_path: Path) -> None:
    app = make_app(tmp_path, "http://127.0.0.1:9", runtime=Failing)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 0)
        await until(pilot, lambda: "RuntimeError" in line(app) and "RuntimeError" in rows(app)[1])
        assert app.notifications.log.standing[0].level is Level.FAILED


async def test_a_long_log_is_folded_bit_by_bit_and_read_to_its_end(tmp_path: Path) -> None:
    app = make_app(tmp_path, "http://127.0.0.1:9")
    async with app.run_test(size=SIZES[0]) as pilot:
        for number in range(300):
            app.notifications.fail(f"word {number}", details=[f"detail {number} {row}" for row in range(20)])
        await pilot.press("l")
        await until(pilot, lambda: "word 299" in screen_text(app))
        view = app.screen.query_one(LogView)
        await until(pilot, lambda: view.length == 300 * 21)
        await pilot.press("G")
        await until(pilot, lambda: "detail 0 19" in screen_text(app))
