"""The question before the world is changed: what it names, and what answers it."""

from __future__ import annotations

import pytest
from dialog_driver import EU, FORBIDDEN, HOSTILE, NOTHING, SANDBOX, DialogApp, record, sent, until
from textual.widgets import Button

from gett_tui.onboarding.record import Record
from gett_tui.ui.environment import Environment
from gett_tui.ui.screens.confirm import ConfirmScreen

SMALL = (80, 24)
READY = record(("ready_to_activate", 60))


def chain(stores: int) -> list[Record]:
    return [
        READY._replace(key=str(n), partner_store_id=f"chain-{n}", sent=sent(f"Store number {n}", f"chain-{n}"))
        for n in range(stores)
    ]


def asked(
    action: str = "activate", records: list[Record] | None = None, environment: Environment = SANDBOX, left_out: int = 0
) -> DialogApp:
    return DialogApp(ConfirmScreen(action, records or [READY], environment, left_out=left_out))


@pytest.mark.parametrize("keys", [["enter"], ["n"], ["escape"], ["q"], ["right", "left", "enter"]])
async def test_it_is_left_without_doing_anything_by(keys: list[str]) -> None:
    app = asked()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*keys)
        await until(pilot, lambda: app.answer is False)


@pytest.mark.parametrize("keys", [["tab", "enter"], ["right", "enter", "enter"], ["tab", "space"], ["a"], ["x"]])
async def test_it_is_neither_confirmed_nor_left_by(keys: list[str]) -> None:
    app = asked()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert app.answer is NOTHING


async def test_y_confirms() -> None:
    app = asked()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: app.answer is True)


async def test_a_click_on_the_doing_button_confirms() -> None:
    app = asked()
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.click("#do")
        await until(pilot, lambda: app.answer is True)


@pytest.mark.parametrize("action", ["activate", "cancel", "again", "drop"])
async def test_the_safe_answer_has_the_focus_and_no_button_is_called_cancel(action: str) -> None:
    app = asked(action)
    async with app.run_test(size=SMALL):
        safe, do = app.screen.query(Button)
        assert app.focused is safe
        assert safe.label.plain in ("Keep it", "Not now")
        assert do.label.plain.removesuffix(" (y)").lower() not in ("cancel", "ok", "yes")


async def test_it_names_the_store_its_ids_and_the_environment() -> None:
    app = asked("cancel", environment=EU)
    async with app.run_test(size=SMALL):
        for words in ("Corner Bakery", "cb-12", str(READY.onboarding_id), "EU PRODUCTION", "api.example"):
            assert words in app.text()
        assert app.screen.query_one("#dialog").has_class("-production")


async def test_the_sandbox_is_not_dressed_as_production() -> None:
    app = asked("cancel")
    async with app.run_test(size=SMALL):
        assert "PRODUCTION" not in app.text()
        assert not app.screen.query_one("#dialog").has_class("-production")


async def test_many_stores_never_push_the_consequence_or_the_buttons_off_the_screen() -> None:
    app = asked("cancel", chain(40), left_out=3)
    async with app.run_test(size=SMALL) as pilot:
        for words in ("40 stores", "Store number 0", "and 28 more", "3 of the marked", "cannot be undone", "Keep it"):
            assert words in app.text()
        assert "Store number 11 " not in app.text()
        await pilot.press(*["down"] * 6)
        await pilot.pause()
        assert "Store number 11 " in app.text()
        await pilot.press(*["up"] * 6)
        await pilot.pause()
        assert "Store number 0 " in app.text()


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "escapes", "bidi", "newlines", "long"])
async def test_a_hostile_store_is_shown_inert(text: str) -> None:
    store = READY._replace(partner_store_id=text, onboarding_id=text, sent=sent(text, text))
    app = asked("cancel", [store], Environment(text, text, is_production=True))
    async with app.run_test(size=SMALL) as pilot:
        assert not FORBIDDEN & set(app.text())
        assert "Keep it" in app.text()
        assert "cannot be undone" in app.text()
        for row, words in enumerate(app.text().splitlines()):
            if "click=" in words:
                await pilot.click(offset=(words.index("click=") + 3, row))
    assert app.rung == 0
