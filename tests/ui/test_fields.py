"""What is typed and pasted into a field: taken whole, or refused with a word under it."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_driver import DrivenApp, make_app, screen_text, until
from dialog_driver import SANDBOX, DialogApp
from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from gett_tui.onboarding.registration import FIELDS
from gett_tui.ui.form_result import Accepted, Submitted
from gett_tui.ui.screens.ask import AskScreen
from gett_tui.ui.screens.leave import LeaveScreen
from gett_tui.ui.screens.register import RegisterScreen
from gett_tui.ui.terminal.pastes import TOO_LONG, RefusedPaste

NOWHERE = "http://127.0.0.1:9"


async def never(values: dict[str, str], override: bool) -> Submitted:
    raise AssertionError("nothing is sent here")


async def taken(text: str) -> Submitted:
    return Accepted("k-1")


def form(**initial: str) -> DialogApp:
    return DialogApp(RegisterScreen(SANDBOX, submit=never, initial=initial))


async def paste(pilot: Pilot[None], field: str, text: str) -> str:
    """The field's value after the paste."""
    pilot.app.screen.query_one(f"#{field}").focus()
    await pilot.pause()
    pilot.app.post_message(events.Paste(text))
    await pilot.pause(0.05)
    return pilot.app.screen.query_one(f"#{field}", Input).value


@pytest.mark.parametrize(
    ("field", "pasted", "value"),
    [
        ("partnerStoreId", "\n\n  \ncb-\r\n12\n", "cb-12"),
        ("partnerStoreId", " cb-12 \n", "cb-12"),
        ("catalogCallbackUrl", "https://cdn.example/a/\n   very/long/\n\tpath.json\r\n", "https://cdn.example/a/very/long/path.json"),
        ("name", "\n\nCorner Bakery\n", "Corner Bakery"),
        ("name", " & Sons", " & Sons"),
        ("name", "寿司\u2028", "寿司"),
        ("name", "", ""),
        ("name", "\n\n", ""),
        ("name", "n" * 1_000, "n" * 1_000),
    ],
    ids=range(9),
)  # fmt: skip
async def test_a_paste_is_taken_whole(field: str, pasted: str, value: str) -> None:
    app = form()
    async with app.run_test(size=(80, 24)) as pilot:
        assert await paste(pilot, field, pasted) == value
        assert "not pasted" not in app.words()


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("field", "pasted", "why"),
    [
        ("name", "Corner\nBakery\n", "it has 2 lines; here is room for one"),
        ("name", "Corner\tBakery", "holds a control character (U+0009)"),
        ("name", "\x1b[31mred", "holds a control character (U+001B)"),
        ("name", "abc\u202edef", "holds a direction override"),
        ("name", "n" * 1_001, "it makes 1,005 characters; here is room for 1,000"),
        ("partnerStoreId", "n" * 600, "here is room for 512"),
        ("webhookUrl", "https://x.example/" + "n" * 4_000, "here is room for 4,000"),
        ("webhookUrl", "https://a.example\nhttps://b.example", "2 lines"),
    ],
    ids=["lines", "tab", "escape", "direction", "long-name", "long-id", "long-url", "two-urls"],
)
async def test_what_does_not_fit_is_refused_with_a_word_and_nothing_of_it_is_taken(
    field: str, pasted: str, why: str
) -> None:
    app = form(**{field: "here"})
    async with app.run_test(size=(80, 24)) as pilot:
        assert await paste(pilot, field, pasted) == "here"
        assert why in app.words()
        assert "not pasted" in app.words()
        await pilot.press("x")
        await pilot.pause()
        assert "not pasted" not in app.words(), "typing on takes the word away"


@pytest.mark.parametrize("field", FIELDS)
async def test_a_field_is_full_at_its_limit_and_says_so(field: str) -> None:
    limit = FIELDS[field].limit
    app = form(**{field: "n" * limit})
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one(f"#{field}").focus()
        await pilot.press("end", "n")
        await pilot.pause()
        assert len(app.screen.query_one(f"#{field}", Input).value) == limit
        assert f"here is room for {limit:,}" in app.words()


async def test_a_value_that_is_too_long_already_can_be_made_shorter() -> None:
    app = form(name="n" * 1_200)
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one("#name").focus()
        await pilot.press("end", "backspace", "backspace")
        assert len(app.screen.query_one("#name", Input).value) == 1_198


async def test_a_paste_replaces_what_is_selected() -> None:
    app = form(name="n" * 1_000)
    async with app.run_test(size=(80, 24)) as pilot:
        app.screen.query_one("#name").focus()
        await pilot.press("ctrl+shift+a")
        assert await paste(pilot, "name", "Corner Bakery") == "Corner Bakery"


async def test_a_refused_paste_says_why_under_its_field() -> None:
    app = DialogApp(AskScreen("Track", "The id.", submit=taken))
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(RefusedPaste(TOO_LONG))
        await until(pilot, lambda: TOO_LONG in app.words())
        assert await paste(pilot, "answer", "https://a.example\nhttps://b.example") == ""
        assert "2 lines" in app.words()
        assert await paste(pilot, "answer", "\n7b0d-\n0001\n") == "7b0d-0001"
        assert TOO_LONG not in app.words()
        assert "2 lines" not in app.words()


async def test_a_pasted_line_break_sends_nothing() -> None:
    app = DialogApp(AskScreen("Track", "The id.", submit=taken))
    async with app.run_test(size=(80, 24)) as pilot:
        assert await paste(pilot, "answer", "7b0d\n") == "7b0d"
        assert isinstance(app.screen, AskScreen)


# -- in the app itself


def app_of(pilot: Pilot[int]) -> DrivenApp:
    assert isinstance(pilot.app, DrivenApp)
    return pilot.app


async def opened(pilot: Pilot[int], *keys: str) -> None:
    app = app_of(pilot)
    await until(pilot, lambda: app.main.is_loaded)
    await pilot.press(*keys)
    await pilot.pause()


async def test_the_filter_takes_200_characters_and_says_under_it_what_did_not_fit(tmp_path: Path) -> None:
    app = make_app(tmp_path, NOWHERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, "slash")
        assert await paste(pilot, "filter", "x" * 201) == ""
        assert "it makes 201 characters; here is room for 200" in screen_text(app).splitlines()[-1]
        assert await paste(pilot, "filter", "two\nlines") == ""
        assert "2 lines" in screen_text(app).splitlines()[-1]
        assert await paste(pilot, "filter", "\nroxy\n") == "roxy"
        assert "roxy" in screen_text(app).splitlines()[-1]
        assert app.main.stores.filter_text == "roxy"


@pytest.mark.parametrize("opener", ["n", "t"])
async def test_ctrl_q_in_a_half_filled_form_asks_and_keeps_what_was_typed(tmp_path: Path, opener: str) -> None:
    app = make_app(tmp_path, NOWHERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, opener, "q", "z", "ctrl+q")
        for key in ("n", "escape", "enter"):
            assert isinstance(app.screen, LeaveScreen)
            await pilot.press(key)
            await pilot.pause()
            assert app.screen.query(Input).first().value == "qz"
            await pilot.press("ctrl+q", "ctrl+q")
            await pilot.pause()
        await pilot.press("y")
        await until_ended(app)
    assert app.return_code == 0


@pytest.mark.parametrize("keys", [["n"], ["n", "z", "backspace"], ["t"], ["slash", "z"], ["question_mark"], []])
async def test_ctrl_q_asks_nothing_when_nothing_would_be_lost(tmp_path: Path, keys: list[str]) -> None:
    app = make_app(tmp_path, NOWHERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, *keys, "ctrl+q")
        await until_ended(app)
    assert app.return_code == 0


async def test_ctrl_c_never_asks(tmp_path: Path) -> None:
    app = make_app(tmp_path, NOWHERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, "n", "z", "ctrl+c")
        await until_ended(app)
    assert app.return_code == 130


async def test_leaving_by_the_palette_asks_too(tmp_path: Path) -> None:
    app = make_app(tmp_path, NOWHERE)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, "n", "z")
        await app.run_action("quit")
        await pilot.pause()
        assert isinstance(app.screen, LeaveScreen)


async def until_ended(app: App[int]) -> None:
    import asyncio

    async with asyncio.timeout(20):
        while app.return_code is None:
            await asyncio.sleep(0.02)
