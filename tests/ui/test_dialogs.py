"""The small dialogs: asking for an id, settling what is unconfirmed, the help; and the definition of the keys."""

from __future__ import annotations

import asyncio

import pytest
from dialog_driver import FORBIDDEN, HOSTILE, NOTHING, DialogApp, record, sent, until
from textual.widgets import Button, Input

from gett_tui.onboarding.record import Record, Trouble
from gett_tui.onboarding.status import OwnState
from gett_tui.ui.commands import COMMANDS, MOVES
from gett_tui.ui.form_result import Accepted, Refused, Submitted
from gett_tui.ui.screens.ask import AskScreen
from gett_tui.ui.screens.help import HelpScreen
from gett_tui.ui.screens.resolve import ResolveScreen

SMALL = (80, 24)

# -- asking


async def test_a_refused_id_stays_in_the_field_with_the_reason() -> None:
    ends: list[Submitted | Exception] = [Refused({}, "no such onboarding"), ValueError("x"), Accepted("k-1")]
    given: list[str] = []

    async def submit(text: str, _name: str) -> Submitted:
        given.append(text)
        end = ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end

    app = DialogApp(AskScreen("Track an onboarding", "The id.", submit=submit))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "must be given" in app.text()
        await pilot.press(*" a-1", "enter")
        await until(pilot, lambda: "no such onboarding" in app.text())
        assert app.screen.query_one(Input).value == " a-1"
        await pilot.press("enter")
        await until(pilot, lambda: "unforeseen error" in app.text())
        await pilot.press("2", "enter")
        await until(pilot, lambda: app.answer == "k-1")
    assert given == ["a-1", "a-1", "a-12"]


async def test_an_id_is_asked_about_once_and_its_answer_closes_no_other_dialog() -> None:
    gate = asyncio.Event()
    given: list[str] = []

    async def submit(text: str, _name: str) -> Submitted:
        given.append(text)
        await gate.wait()
        return Accepted("k-1")

    app = DialogApp(AskScreen("Track", "The id.", submit=submit))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("a", "enter", "enter", "ctrl+p")
        await until(pilot, lambda: len(app.screen_stack) == 3)
        gate.set()
        await until(pilot, lambda: app.answer == "k-1")
        await until(pilot, lambda: len(app.screen_stack) == 1)
    assert given == ["a"]


async def test_asking_is_left_by_escape() -> None:
    async def submit(text: str, _name: str) -> Submitted:
        raise AssertionError

    app = DialogApp(AskScreen("Track", "The id.", submit=submit))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("a", "escape")
        await until(pilot, lambda: app.answer is None)


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "escapes", "bidi", "newlines", "long"])
async def test_hostile_words_in_a_question_are_inert(text: str) -> None:
    async def submit(_text: str, _name: str) -> Submitted:
        return Refused({}, text)

    app = DialogApp(AskScreen(text, text, submit=submit))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("a", "enter")
        await until(pilot, lambda: "Asking" not in app.text())
        assert not FORBIDDEN & set(app.text())


async def test_a_name_is_asked_for_where_it_is_wanted_and_may_stay_empty() -> None:
    given: list[tuple[str, str]] = []

    async def submit(text: str, name: str) -> Submitted:
        given.append((text, name))
        return Refused({"name": "is too odd"}, "no") if name == "odd" else Accepted("k-1")

    app = DialogApp(AskScreen("Track", "The id.", submit=submit, name="Its name"))
    async with app.run_test(size=SMALL) as pilot:
        assert "Its name" in app.text()
        await pilot.press("tab", *"odd", "enter")
        await pilot.pause()
        assert "must be given" in app.text()
        await pilot.press("a", "enter")
        await until(pilot, lambda: bool(given))
        await until(pilot, lambda: app.focused is app.screen.query_one("#name"))
        await pilot.press("backspace", "backspace", "backspace", "enter")
        await until(pilot, lambda: app.answer == "k-1")
    assert given == [("a", "odd"), ("a", "")]


# -- settling


def lost(answer: str | None = None) -> Record:
    trouble = Trouble(record(("x", 1)).history[0].at, "register", "no answer in time", request_id="req-5")
    return record(
        (OwnState.REGISTERING, 5), (OwnState.UNCONFIRMED, 5), onboarding_id=None, trouble=trouble, answer=answer
    )


@pytest.mark.parametrize(
    ("keys", "choice"),
    [
        (["i"], "attach"),
        (["enter"], "attach"),
        (["t"], "again"),
        (["d"], "drop"),
        (["right", "right", "enter"], "drop"),
        (["escape"], None),
        (["q"], None),
    ],
)
async def test_a_choice_is_made_by(keys: list[str], choice: str | None) -> None:
    app = DialogApp(ResolveScreen(lost()))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*keys)
        await until(pilot, lambda: app.answer is not NOTHING)
    assert app.answer == choice


async def test_the_choices_show_what_was_sent_and_answered_and_warn_of_a_duplicate() -> None:
    answer = "\n".join(['{"onboardingId": "7b0d",', *[f'"x{n}": 1,' for n in range(30)], "the end"])
    app = DialogApp(ResolveScreen(lost(answer)))
    async with app.run_test(size=SMALL) as pilot:
        for words in (*sent().values(), "no answer in time", "req-5", "twice", "I have the id", "Try again", "Drop"):
            assert words in app.text()
        await pilot.press(*["down"] * 60)
        await pilot.pause()
        assert "the end" in app.text()
        assert "twice" in app.text()
        assert app.focused is app.screen.query_one("#attach", Button)


@pytest.mark.few(2)
@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "escapes", "bidi", "newlines", "long"])
async def test_a_hostile_attempt_is_shown_inert(text: str) -> None:
    made = record((OwnState.UNCONFIRMED, 5), partner_store_id=text, sent={**sent(text), text: text}, answer=text)
    app = DialogApp(ResolveScreen(made))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*["down"] * 10)
        assert not FORBIDDEN & set(app.text())
        assert "Drop (d)" in app.text()
        for row, words in enumerate(app.text().splitlines()):
            if "click=" in words:
                await pilot.click(offset=(words.index("click=") + 3, row))
    assert app.rung == 0


# -- help and keys


@pytest.mark.parametrize("ascii_only", [True, False])
async def test_the_help_has_every_command_and_every_sign(ascii_only: bool) -> None:
    app = DialogApp(HelpScreen(ascii_only=ascii_only))
    async with app.run_test(size=(100, 70)):
        words = app.words()
        for command in COMMANDS:
            assert f"{command.key_words} {command.explain}" in words
        for sign, ascii_sign, name in (
            ("?", "?", "unconfirmed"),
            ("!", "!", "catalog failed"),
            ("▸", ">", "ready to activate"),
            ("…", ".", "pending catalog"),
            ("✓", "*", "active"),
            ("–", "-", "cancelled"),
            ("~", "~", "any other words"),
        ):
            assert f"{ascii_sign if ascii_only else sign} {name}" in words
        if ascii_only:
            assert words.isascii()


@pytest.mark.few(1)
@pytest.mark.parametrize("key", ["escape", "q", "question_mark"])
async def test_the_help_scrolls_in_a_small_terminal_and_closes_by(key: str) -> None:
    app = DialogApp(HelpScreen(ascii_only=False))
    async with app.run_test(size=SMALL) as pilot:
        assert "Register a store" in app.text()
        await pilot.press("end")
        await pilot.pause(0.5)
        assert "any other words" in app.text()
        await pilot.press(key)
        await until(pilot, lambda: app.answer is None)


@pytest.mark.parametrize("size", [SMALL, (50, 20), (50, 60), (120, 40)])
async def test_the_help_wraps_within_its_column(size: tuple[int, int]) -> None:
    app = DialogApp(HelpScreen(ascii_only=False))
    words = [*(command.key_words for command in COMMANDS), *(keys for keys, _ in MOVES)]
    keys = {each.split(" ")[0] for each in words} | set("?!▸…✓–~")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for row in app.text().splitlines():
            inner = row.strip().strip("│").rstrip()
            if inner.startswith("    ") and inner.strip().split(" ")[0] not in keys:
                # What goes on from the row above begins where its column does.
                assert inner.startswith(" " * 7), app.text()
        assert "escape closes" in app.text()
        assert "Settle a store whose registration was not confirmed" in app.words()


@pytest.mark.parametrize("size", [SMALL, (50, 15), (80, 15), (120, 40)])
async def test_the_choices_are_all_seen_in_any_terminal(size: tuple[int, int]) -> None:
    app = DialogApp(ResolveScreen(lost("{\n" * 40)))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for words in ("I have the id (i)", "Try again (t)", "Drop (d)", "onto Gett twice", "partner id cb-12"):
            assert words in app.words()


def test_no_key_and_no_action_is_defined_twice_or_merged_by_terminals() -> None:
    keys = [key for command in COMMANDS for key in command.key.split(",")]
    assert len(set(keys)) == len(keys)
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    assert not {"ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+k"} & set(keys)
