"""What is typed ahead reaches what the keys before it open, and confirms nothing that nobody has seen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from app_driver import DrivenApp, make_app, plant, records, until
from sandbox_server import Live
from textual import events
from textual.app import App
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Button, Input

from gett_tui.onboarding.status import OwnState
from gett_tui.ui.screens.ask import AskScreen
from gett_tui.ui.screens.confirm import ConfirmScreen
from gett_tui.ui.screens.help import HelpScreen
from gett_tui.ui.screens.register import RegisterScreen
from gett_tui.ui.terminal.delivery import Delivery
from gett_tui.ui.terminal.keys import KeyReader

SIZE = (100, 30)


def burst(app: DrivenApp, data: str) -> None:
    """Everything at once, as one read from the terminal gives it."""
    for unit in KeyReader(over_ssh=False).feed(data.encode(), asyncio.get_running_loop().time()):
        app.post_message(unit)


async def started(pilot: Pilot[int], stores: int = 0) -> DrivenApp:
    app = pilot.app
    assert isinstance(app, DrivenApp)
    await until(pilot, lambda: app.main.is_loaded and app.main.stores.total_count == stores)
    return app


def typed(app: DrivenApp) -> list[str]:
    return [field.value for field in app.screen.query(Input)]


def pasted(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


@pytest.mark.few(3)
@pytest.mark.parametrize("text", ["xayqn e/:t", pasted("xayq\n")], ids=["keys", "paste"])
@pytest.mark.parametrize(
    ("opener", "screen"),
    [("n", RegisterScreen), ("t", AskScreen), (":", CommandPalette), ("?\x1b[27utn\x7f", AskScreen)],
)
async def test_what_is_typed_or_pasted_behind_a_key_reaches_the_dialog_that_it_opens(
    tmp_path: Path, live: Live, opener: str, screen: type, text: str
) -> None:
    plant(tmp_path, live.state, records())
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, len(records()))
        burst(app, opener + text)
        expected = "xayqn e/:t" if "\x1b" not in text else "xayq"
        await until(pilot, lambda: isinstance(app.screen, screen) and typed(app)[:1] == [expected])
    assert live.state.journal == []


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("\n\nsettle\n", "settle", ""),
        ("two\nlines", "", "not pasted: it has 2 lines"),
        ("x" * 201, "", "not pasted: it makes 201 characters"),
        ("a\x1b[31mb", "", "not pasted: it holds a control character"),
    ],
    ids=["blank-lines", "lines", "long", "control"],
)
async def test_a_paste_into_the_palette_is_whole_or_refused(
    tmp_path: Path, live: Live, text: str, value: str, said: str
) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        burst(app, f":{pasted(text)}")
        await until(
            pilot, lambda: isinstance(app.screen, CommandPalette) and any(said in one for one in [*app.said, ""])
        )
        await until(pilot, lambda: typed(app) == [value])
        assert any(said in one for one in app.said) is bool(said)


@pytest.mark.few(2)
@pytest.mark.parametrize("opener", ["app.command_palette", "register", "track", "help", "cancel"])
async def test_the_program_may_end_while_a_dialog_comes_up(tmp_path: Path, live: Live, opener: str) -> None:
    for turns in range(4):
        folder = tmp_path / str(turns)
        plant(folder, live.state, records()[1:2])
        app = make_app(folder, live.url)
        async with app.run_test(size=SIZE) as pilot:
            await started(pilot, 1)
            await app.main.run_action(opener)
            for _ in range(turns):
                await asyncio.sleep(0)
            app.end(0)
        assert app.crash is None
        assert app.return_code == 0


async def test_a_whole_form_is_filled_and_sent_in_one_burst(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        url = live.catalog("good", "cb-12")
        burst(app, f"ncb-12\rCorner Bakery\r{pasted(url)}\thttps://hooks.example/x\r")
        await until(pilot, lambda: app.main.stores.cursor_key is not None)
        record = app.main.stores.record(app.main.stores.cursor_key or "")
        assert record is not None
        assert (record.partner_store_id, record.name) == ("cb-12", "Corner Bakery")
        assert record.sent["catalogCallbackUrl"] == url


async def test_the_filter_takes_what_is_typed_ahead_and_gives_the_list_the_next_keys(
    tmp_path: Path, live: Live
) -> None:
    plant(tmp_path, live.state, records())
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, len(records()))
        for _ in range(2):
            burst(app, "/pizza\rG?")
            await until(pilot, lambda: isinstance(app.screen, HelpScreen))
            assert app.main.stores.filter_text == "pizza"
            assert app.main.stores.visible_count == 2
            burst(app, "q\x1b")
            await until(pilot, lambda: app.screen is app.main)
            await pilot.press("escape")
            assert app.main.stores.filter_text == ""


async def test_a_key_behind_enter_is_for_the_screen_of_the_store(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records())
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, len(records()))
        await pilot.press("end", "up", "up")
        burst(app, "\rq\rq\r\x1b[27u:cop")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette) and typed(app) == ["cop"])
        assert app.screen_stack[-2] is app.main
        assert app.return_code is None


async def test_a_y_that_is_typed_ahead_confirms_nothing_and_the_next_one_does(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[1:2])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        burst(app, "xyyyy")
        await until(pilot, lambda: any("Press y again" in said for said in app.said))
        await pilot.pause(0.2)
        assert isinstance(app.screen, ConfirmScreen)
        assert live.state.journal == []
        await pilot.press("y")
        await until(pilot, lambda: live.carried_out("cancel") == 1)


@pytest.mark.parametrize("keys", ["e\r\r\r\r", "e\x13", "ex\r\r\r", "e\t\t\r"])
async def test_a_form_that_nobody_has_read_replaces_nothing(tmp_path: Path, live: Live, keys: str) -> None:
    failed = [record for record in records() if record.status == "catalog_failed"][:1]
    plant(tmp_path, live.state, failed)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        burst(app, keys)
        await until(pilot, lambda: isinstance(app.screen, RegisterScreen))
        await pilot.pause(0.3)
        assert live.state.journal == []
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is app.main)
    assert live.carried_out("cancel") == 1


async def test_a_click_that_was_aimed_at_the_list_does_not_hit_the_dialog(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[1:2])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        burst(app, "x")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        x, y = app.screen.query_one("#do", Button).region.center
        click = f"\x1b[<0;{int(x) + 1};{int(y) + 1}M\x1b[<0;{int(x) + 1};{int(y) + 1}m"
        burst(app, f"\x1b[27ux{click}")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.pause(0.3)
        assert isinstance(app.screen, ConfirmScreen)
        burst(app, click)
        await until(pilot, lambda: live.carried_out("cancel") == 1)


async def test_keys_pass_quickly_where_nothing_has_the_focus(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        app.set_focus(None)
        burst(app, "j" * 60 + "?")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))


async def test_ctrl_c_waits_for_nothing(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        await pilot.press("n")
        field = app.screen.query(Input).first()
        burst(app, "x" * 500 + "\x03")
        async with asyncio.timeout(10):
            while app.return_code is None:
                await asyncio.sleep(0.01)
        assert len(field.value) < 500
    assert app.return_code == 130


async def test_the_mouse_and_the_wheel_still_reach_the_list(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records())
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, len(records()))
        first = app.main.stores.cursor_key
        await pilot.press("home")
        burst(app, "\x1b[<35;5;5M\x1b[<35;6;6M\x1b[<0;10;6M\x1b[<0;10;6m")
        await until(pilot, lambda: app.main.stores.cursor_key != first)


async def test_what_was_typed_ahead_is_forgotten_at_the_end(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[1:2])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        burst(app, "qxy" + "j" * 100)
        async with asyncio.timeout(5):
            while app.return_code is None:
                await asyncio.sleep(0.01)
    assert app.return_code == 0
    assert live.state.journal == []
    assert records()[1].status != OwnState.CANCELLED


@pytest.mark.parametrize("key", ["j", "ctrl+c"])
def test_a_key_for_an_app_without_a_screen_is_dropped(key: str) -> None:
    """Between the last screen and the end Textual takes events still, and would crash on a key."""
    assert Delivery(App()).holds(events.Key(key, None))


async def test_a_screen_that_never_gets_ready_holds_a_key_back_for_a_while_only(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot)
        stuck = asyncio.Event()
        app.main.status.call_later(stuck.wait)
        app.set_focus(None)
        app.main.call_later(stuck.wait)
        app.post_message(events.Key("question_mark", "?"))
        app.post_message(events.Key("ctrl+q", None))
        async with asyncio.timeout(10):
            while app.return_code is None:
                await asyncio.sleep(0.01)
        stuck.set()
