"""The question before the world is changed: what it names, and what answers it."""

from __future__ import annotations

import pytest
from dialog_driver import EU, FORBIDDEN, HOSTILE, NOTHING, SANDBOX, DialogApp, record, sent, until
from textual.widgets import Button

from gett_tui.onboarding.record import Record
from gett_tui.ui.environment import Environment
from gett_tui.ui.screens.confirm import ConfirmScreen
from gett_tui.ui.screens.dialog import fitted

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


@pytest.mark.few(4)
@pytest.mark.parametrize("size", [(10, 2), (24, 4), (20, 5), (80, 3), (80, 5), (80, 6), (30, 8), (20, 14)])
@pytest.mark.parametrize("stores", [1, 40])
async def test_what_the_terminal_has_no_room_for_is_not_confirmed(stores: int, size: tuple[int, int]) -> None:
    app = asked("cancel", chain(stores), EU)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.resize_terminal(*size)
        await pilot.pause()
        await pilot.press("y", "tab", "enter", "space")
        await pilot.pause()
        assert app.answer is NOTHING
        await pilot.resize_terminal(*SMALL)
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: app.answer is True)


LONG = "An extremely long store name that goes on and on until nobody reads it, Berlin Mitte 17"
FAR = Environment("a-very-long-profile-name-of-24", "some.extremely.long.host.name.of.gett.example", is_production=True)


@pytest.mark.few(12)
@pytest.mark.parametrize("size", [SMALL, (50, 15), (80, 15), (50, 24), (120, 40)])
@pytest.mark.parametrize("stores", [1, 2, 40])
@pytest.mark.parametrize("action", ["activate", "cancel", "again", "drop"])
async def test_it_hides_nothing_that_an_answer_needs(action: str, stores: int, size: tuple[int, int]) -> None:
    partner = "partner-" + "0123456789" * 6 + "-end"
    made = [one._replace(partner_store_id=partner, sent=sent(LONG, partner)) for one in chain(stores)]
    app = asked(action, made, FAR, left_out=1)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        words = app.words()
        for shown in ("PRODUCTION", "some.extrem", "t.example)?", "An ex", "17", "-end", "(y)", "left out"):
            assert shown in words, app.text()
        assert app.focused is app.screen.query_one("#safe", Button)
        for button in app.screen.query(Button):
            assert button.region.bottom < size[1], "it is on the screen as a whole"
            assert app.screen.region.contains_region(button.region)
        await pilot.press("y")
        await until(pilot, lambda: app.answer is True)


async def test_it_fits_a_terminal_that_changes_its_size_while_it_is_open() -> None:
    made = READY._replace(sent=sent(LONG, "cb-12"))
    app = asked("cancel", [made], FAR)
    async with app.run_test(size=(120, 40)) as pilot:
        assert LONG[:20] in app.text(), "it is whole at once, and not one frame later"
        for size in ((50, 15), (80, 24), (50, 24), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            for shown in ("An extr", "te 17", "partner id cb-12", "(y)", "t.example)?"):
                assert shown in app.words(), app.text()


@pytest.mark.parametrize(
    ("action", "stores", "question"),
    [
        ("activate", 1, "Put this store live on SANDBOX"),
        ("activate", 20, "Put 20 stores live on SANDBOX"),
        ("cancel", 1, "Cancel the onboarding of this store on SANDBOX"),
        ("cancel", 2, "Cancel the onboarding of 2 stores on SANDBOX"),
        ("again", 1, "Register this store again on SANDBOX"),
        ("drop", 1, "Drop this store on SANDBOX"),
    ],
)
async def test_the_question_is_a_sentence_for_one_and_for_many(action: str, stores: int, question: str) -> None:
    app = asked(action, chain(stores))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert question in app.words()


async def test_what_follows_and_who_is_left_out_are_told_of_many_as_of_many() -> None:
    app = asked("activate", chain(2), left_out=3)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert "They go live on the Gett network" in app.words()
        assert "3 of the marked stores cannot be activated: they are left out." in app.words()
    one = asked("cancel", left_out=1)
    async with one.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert "Gett forgets the registration." in one.words()
        assert "1 of the marked stores cannot be cancelled: it is left out." in one.words()


async def test_a_store_without_a_partner_id_is_named_by_its_onboarding_id() -> None:
    app = asked("cancel", [Record("k-1", "pending_catalog", onboarding_id="ob-77")])
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        assert "ob-77 partner id not known onboarding id ob-77" in app.words()


@pytest.mark.parametrize(
    ("text", "cells", "shown"),
    [
        ("short", 9, "short"),
        ("exactly-9", 9, "exactly-9"),
        ("exactly-ten", 10, "exactl…ten"),
        ("寿司寿司寿司", 9, "寿司寿…司"),
        ("abc", 2, "a…"),
        ("abc", 0, ""),
        ("a\x1bb", 9, "a\ufffdb"),
    ],
)
def test_what_is_too_long_is_cut_in_its_middle(text: str, cells: int, shown: str) -> None:
    assert fitted(text, cells) == shown
