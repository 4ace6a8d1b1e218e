"""The dashboard as an operator works with it: real files, real HTTP, real keys."""

from __future__ import annotations

import asyncio
import base64
import errno
import os
import time
from pathlib import Path
from typing import Any

import pytest
from app_driver import KEY, DrivenApp, identifier, make_app, plant, records, screen_text, started, until
from hostile_server import answering, hostile_server, whole
from sandbox_server import Live, live_sandbox
from textual.pilot import Pilot
from textual.widgets import Button, Input
from textual_inside import hear_terminal

from gett_tui.errors import ConfigError
from gett_tui.gett.client import Timeouts
from gett_tui.onboarding.ports import StorageError
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import OwnState
from gett_tui.runtime import Runtime
from gett_tui.sandbox.settings import Settings
from gett_tui.storage import files, index
from gett_tui.storage.instances import Instances
from gett_tui.storage.record_store import RecordStore
from gett_tui.ui.commands import COMMANDS, as_markdown
from gett_tui.ui.screens.ask import AskScreen
from gett_tui.ui.screens.confirm import ConfirmScreen
from gett_tui.ui.screens.detail import DetailScreen
from gett_tui.ui.screens.register import RegisterScreen

SIZE = (120, 40)


class NeverLoaded(Runtime):
    """A runtime as it is for the first moments, for good."""

    async def run(self) -> None:
        await asyncio.Event().wait()


class NoWay(Runtime):
    """A runtime that cannot make its way to Gett."""

    async def connect(self) -> None:
        raise ConfigError("HTTPS_PROXY is no URL")


class Ended(Runtime):
    """A runtime that ends although nobody ended it."""

    async def run(self) -> None:
        await self.service.load()
        raise ConfigError("the folder is another machine's")


async def fill(pilot: Pilot[Any], live: Live | str, partner: str = "p-1", kind: str = "good") -> None:
    await pilot.press("n")
    await pilot.pause()
    assert isinstance(pilot.app.screen, RegisterScreen)
    catalog = live if isinstance(live, str) else live.catalog(kind, partner)
    values = (partner, "Corner Bakery", catalog, "https://hooks.example/x")
    for field, value in zip(pilot.app.screen.query(Input), values, strict=True):
        field.value = value


def stored(folder: Path) -> list[Record]:
    cache = RecordStore(folder, "0-look")
    cache.open()
    for _ in cache.load():
        pass
    return cache.records()


def status_of(app: DrivenApp) -> str:
    key = app.main.stores.cursor_key
    record = app.main.stores.record(key) if key else None
    return record.status if record else ""


async def test_a_store_goes_from_the_form_to_live_and_is_there_after_a_new_start(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        await fill(pilot, live)
        live.state.pending = live.state.ingesting = 3_600.0
        await pilot.press("ctrl+s")
        await until(pilot, lambda: status_of(app) == "pending_catalog", 30)
        live.state.now = lambda: time.time() + 4_000.0
        await until(pilot, lambda: status_of(app) == "catalog_ingesting", 30)
        (made,) = live.state.onboardings.values()
        live.state.ingesting = made.ingested_at = 0.0
        await until(pilot, lambda: status_of(app) == "ready_to_activate", 30)
        await pilot.press("a")
        await pilot.pause()
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("y")
        await until(pilot, lambda: status_of(app) == "active")
        await until(pilot, lambda: str(made.store_id) in screen_text(app))
    (record,) = stored(tmp_path)
    assert (record.status, record.store_id) == ("active", made.store_id)
    again = make_app(tmp_path, live.url)
    async with again.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await until(pilot, lambda: str(made.store_id) in screen_text(again))


async def test_an_onboarding_is_cancelled_after_a_confirmation(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[2:3])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await pilot.press("x")
        await pilot.pause()
        assert [button.label.plain for button in app.screen.query(Button)] == ["Keep it", "Cancel onboarding (y)"]
        await pilot.press("y")
        await until(pilot, lambda: status_of(app) == OwnState.CANCELLED)
    assert live.carried_out("cancel") == 1


@pytest.mark.few(3)
@pytest.mark.parametrize("keys", [["enter"], ["escape"], ["n"], ["tab", "enter"], ["a"], ["x"]])
async def test_a_confirmation_is_not_given_by(tmp_path: Path, live: Live, keys: list[str]) -> None:
    plant(tmp_path, live.state, records()[1:2])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        for opener in ("a", "x"):
            await pilot.press(opener)
            await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause(0.05)
            if isinstance(app.screen, ConfirmScreen):
                await pilot.press("escape")
        await pilot.pause(0.2)
    assert live.state.journal == []


async def test_keys_typed_ahead_never_confirm_an_unseen_question(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[1:2])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        app.main.action_activate()
        question = app.screen
        assert isinstance(question, ConfirmScreen)
        question.action_confirm()
        assert app.screen is question
        await pilot.pause(0.1)
        await pilot.press("y")
        await until(pilot, lambda: live.carried_out("activate") == 1)


@pytest.mark.parametrize(
    ("number", "key", "said"),
    [
        (2, "a", "Only a store that is ready to activate can be activated: this one is catalog ingesting."),
        (4, "x", "This store is active"),
        (1, "e", "Only a store that failed"),
        (1, "u", "Nothing to settle"),
    ],
)
async def test_a_key_that_cannot_act_says_why_and_does_nothing(
    tmp_path: Path, live: Live, number: int, key: str, said: str
) -> None:
    plant(tmp_path, live.state, records()[number : number + 1])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await pilot.press(key)
        await pilot.pause()
        assert [text for text in app.said if said in text]
        assert app.screen is app.main
    assert live.state.journal == []


async def test_what_gett_refuses_is_shown_at_its_field_and_what_was_typed_is_kept(tmp_path: Path) -> None:
    item = {"code": "INVALID_URL", "message": "must be a URL", "jsonPath": "$.webhookUrl"}
    refused = whole(422, {"title": "Unprocessable", "status": 422, "errors": [item]})
    made = whole(201, {"onboardingId": identifier(1), "partnerStoreId": "p-1", "status": "pending"})
    with hostile_server(answering(refused)) as gett:
        app = make_app(tmp_path, gett.url)
        async with app.run_test(size=(80, 24)) as pilot:
            await started(pilot, 0)
            await fill(pilot, "https://cdn.example/p-1.json")
            form = app.screen
            assert isinstance(form, RegisterScreen)
            await pilot.press("ctrl+s")
            await until(pilot, lambda: "must be a URL" in screen_text(app))
            assert form.query_one("#partnerStoreId", Input).value == "p-1"
            assert form.query_one("#webhookUrl", Input).has_class("-bad")
            assert form.focused is form.query_one("#webhookUrl", Input)
            gett.script = answering(made)
            form.query_one("#webhookUrl", Input).value = "https://hooks.example/y"
            await pilot.press("ctrl+s")
            await until(pilot, lambda: app.screen is app.main and app.main.stores.total_count == 1)
    assert len(stored(tmp_path)) == 1


async def test_submitting_twice_sends_once(tmp_path: Path) -> None:
    with live_sandbox(Settings(delay=0.2)) as live:
        app = make_app(tmp_path, live.url)
        async with app.run_test(size=SIZE) as pilot:
            await started(pilot, 0)
            await fill(pilot, live)
            await pilot.press("ctrl+s", "ctrl+s", "enter", "enter")
            await until(pilot, lambda: bool(app.main.stores.total_count))
            await pilot.pause(0.5)
        assert live.carried_out("register") == 1


async def test_a_store_that_stands_here_is_registered_again_only_when_insisted_on(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[1:2])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await fill(pilot, live, "cb-12")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "stands here already" in screen_text(app))
        assert live.carried_out("register") == 0
        app.screen.query_one("#insist", Button).press()
        await until(pilot, lambda: app.screen is app.main and app.main.stores.total_count == 2)
    assert live.carried_out("register") == 1


async def test_a_lost_answer_leaves_the_store_unconfirmed_and_it_is_settled_by_its_id(
    tmp_path: Path, live: Live
) -> None:
    live.sandbox.faults.append("500-after")
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        await fill(pilot, live)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: status_of(app) == OwnState.UNCONFIRMED)
        (made,) = live.state.onboardings.values()
        await pilot.press("u")
        await pilot.pause()
        await pilot.press("i")
        await pilot.pause()
        assert isinstance(app.screen, AskScreen)
        app.screen.query_one(Input).value = made.onboarding_id
        await pilot.press("enter")
        await until(pilot, lambda: status_of(app) in ("pending_catalog", "catalog_ingesting", "ready_to_activate"))
    (record,) = stored(tmp_path)
    assert record.onboarding_id == made.onboarding_id
    assert live.carried_out("register") == 1


async def test_an_unconfirmed_store_takes_no_id_of_another_store(tmp_path: Path, live: Live) -> None:
    planted = records()
    plant(tmp_path, live.state, [planted[1], planted[-1]])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 2)
        await pilot.press("home", "u")
        await pilot.pause()
        await pilot.press("i")
        await pilot.pause()
        app.screen.query_one(Input).value = identifier(1)
        await pilot.press("enter")
        await until(pilot, lambda: "belongs to the partner store id cb-12" in screen_text(app))
        assert app.screen.query_one(Input).value == identifier(1)
        await pilot.press("escape")
    assert {record.status for record in stored(tmp_path)} == {"ready_to_activate", OwnState.UNCONFIRMED}


async def test_an_unconfirmed_store_is_dropped_only_after_a_confirmation(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[-1:])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await pilot.press("u")
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause(0.1)
        assert isinstance(app.screen, ConfirmScreen)
        await pilot.press("y")
        await until(pilot, lambda: status_of(app) == OwnState.DROPPED)
    assert [record.status for record in stored(tmp_path)] == [OwnState.DROPPED]


async def test_a_failed_store_is_cancelled_and_registered_again_with_its_old_values(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[0:1])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await pilot.press("e")
        await pilot.pause()
        form = app.screen
        assert isinstance(form, RegisterScreen)
        assert form.query_one("#name", Input).value == "Harbour Sushi"
        form.query_one("#catalogCallbackUrl", Input).value = live.catalog("good", "hs-004")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is app.main and app.main.stores.total_count == 2)
    assert [operation for operation, _ in live.state.journal] == ["cancel", "register"]
    assert {record.status for record in stored(tmp_path)} - {OwnState.CANCELLED} <= {
        "pending_catalog",
        "catalog_ingesting",
    }


async def test_an_onboarding_made_elsewhere_is_tracked(tmp_path: Path, live: Live) -> None:
    made = live.state.register(
        {"partnerStoreId": "p-9", "name": "Elsewhere", "catalogCallbackUrl": "", "webhookUrl": ""}
    )
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        await pilot.press("t")
        await pilot.pause()
        app.screen.query_one(Input).value = "00000000-0000-4000-8000-000000000000"
        await pilot.press("enter")
        await until(pilot, lambda: "no such onboarding" in screen_text(app))
        app.screen.query_one(Input).value = f"  {made.onboarding_id} "
        await pilot.press("enter")
        await until(pilot, lambda: app.main.stores.total_count == 1)
    (record,) = stored(tmp_path)
    assert (record.onboarding_id, record.partner_store_id) == (made.onboarding_id, "p-9")


async def test_the_id_is_copied_by_osc_52(tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, live.state, records()[1:2])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        written = hear_terminal(app, monkeypatch.setattr)
        await pilot.press("y")
        await pilot.pause()
        assert f"\x1b]52;c;{base64.b64encode(identifier(1).encode()).decode()}\a" in "".join(written)


async def test_the_filter_narrows_while_typing_and_escape_ends_it(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await pilot.press("slash", *"pizza q")
        await pilot.pause()
        assert app.main.stores.visible_count == 0, "q is a letter here, and does not quit"
        await pilot.press("backspace", "backspace", "enter")
        await pilot.pause()
        assert app.main.stores.visible_count == 2
        assert "2 of 9" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.main.stores.visible_count == 9


async def test_the_store_under_the_cursor_stays_there_through_sorts_and_news(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        app.main.stores.move_to(identifier(2))
        for _ in range(6):
            await pilot.press("s")
            assert app.main.stores.cursor_key == identifier(2)
        live.state.onboardings[identifier(2)].forced = "ready_to_activate"
        await pilot.press("r")
        await until(pilot, lambda: status_of(app) == "ready_to_activate")
        assert app.main.stores.cursor_key == identifier(2)
        assert "Pizza Nord" in str(app.main.panel.border_title)


async def test_the_panel_waits_for_a_running_cursor_and_is_right_when_it_rests(
    tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        shown: list[Record | None] = []
        show = app.main.panel.show

        def count(record: Record | None, note: str | None = None) -> None:
            shown.append(record)
            show(record, note)

        await pilot.pause(0.3)
        monkeypatch.setattr(app.main.panel, "show", count)
        await pilot.press("end")
        await until(pilot, lambda: bool(shown))
        assert [record and record.key for record in shown] == [app.main.stores.cursor_key]
        for _ in range(20):
            app.main.stores.action_move(-1)
            app.main.stores.action_move(1)
        app.main.stores.action_first()
        await until(pilot, lambda: shown[-1] is not None and shown[-1].key == app.main.stores.cursor_key)
        assert len(shown) <= 3


async def test_an_action_is_for_the_store_that_was_under_the_cursor_at_the_key_press(
    tmp_path: Path, live: Live
) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        app.main.stores.move_to(identifier(1))
        await pilot.press("a")
        await pilot.pause()
        app.main.stores.move_to(identifier(2))
        await pilot.press("y")
        await until(pilot, lambda: live.carried_out("activate") == 1)
    assert live.state.journal == [("activate", identifier(1))]


async def test_marked_stores_are_acted_on_together_and_those_that_cannot_are_left_out(
    tmp_path: Path, live: Live
) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        for number in (2, 3, 4):
            app.main.stores.move_to(identifier(number))
            await pilot.press("space")
        await pilot.press("x")
        await pilot.pause(0.1)
        assert "2 stores" in screen_text(app)
        assert "1 of the marked stores" in screen_text(app)
        await pilot.press("y")
        await until(pilot, lambda: live.carried_out("cancel") == 2)


async def test_news_brings_a_message_and_the_bell(tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, live.state, records()[2:3])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        rung: list[bool] = []
        monkeypatch.setattr(app, "bell", lambda: rung.append(True))
        live.state.onboardings[identifier(2)].forced = "ready_to_activate"
        await until(pilot, lambda: bool(rung))
        assert [said for said in app.said if "ready to activate" in said]


async def test_trouble_is_named_with_its_cure_and_goes_when_gett_answers_again(tmp_path: Path) -> None:
    with live_sandbox(Settings(keys=frozenset({"test-key-other"}))) as live:
        plant(tmp_path, live.state)
        app = make_app(tmp_path, live.url)
        async with app.run_test(size=SIZE) as pilot:
            await started(pilot, 9)
            await until(pilot, lambda: "does not accept the API key (401)" in screen_text(app))
            live.sandbox.settings = Settings()
            await pilot.press("R")
            await until(pilot, lambda: "401" not in screen_text(app).split("Stores")[0])


async def test_a_store_that_gett_does_not_know_any_more_is_shown_as_gone(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, None, records()[3:4])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await until(pilot, lambda: status_of(app) == OwnState.GONE)
        await until(pilot, lambda: "1 gone" in screen_text(app).splitlines()[0])
        assert app.main.view.polled_at is not None, "a 404 is an answer"


async def test_the_title_counts_what_the_filter_lets_through_when_stores_change(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await pilot.press("/", *"ready", "enter")
        await until(pilot, lambda: "/ready · 1 of 9" in screen_text(app))
        live.state.onboardings[identifier(2)].forced = "ready_to_activate"
        await pilot.press("R")
        await until(pilot, lambda: "/ready · 2 of 9" in screen_text(app))


@pytest.mark.parametrize(
    ("store", "key", "words"),
    [
        (1, "a", "Put this store live"),
        (1, "x", "Cancel the onboarding of this store"),
        (0, "e", "Cancel old, register anew"),
    ],
)
async def test_what_the_full_screen_tells_to_press_acts_on_the_store_it_shows(
    tmp_path: Path, live: Live, store: int, key: str, words: str
) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await pilot.press("g", "space", "space")
        app.main.stores.move_to(identifier(store))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press(key)
        await until(pilot, lambda: words in screen_text(app))
        assert records()[store].name in screen_text(app)
        assert len(app.main.stores.marked) == 2


async def test_the_details_follow_the_store_while_they_are_open(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[3:4])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 1)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, DetailScreen)
        live.state.onboardings[identifier(3)].forced = "catalog_ingesting"
        await until(pilot, lambda: "catalog ingesting since" in screen_text(app))
        await pilot.press("q")
        await pilot.pause()
        assert app.screen is app.main


HOSTILE = "[b]bold[/b] [@click=app.bell]x[/] \x1b]52;c;aGk=\a\x1b[31m\u202eevil\u200b\nline \x9b31m [/bad"


async def test_hostile_text_is_shown_inert_everywhere(tmp_path: Path, live: Live) -> None:
    base = records()[0]
    sent = dict.fromkeys(("name", "partnerStoreId", "catalogCallbackUrl", "webhookUrl", "[b]"), HOSTILE)
    record = Record(
        key=identifier(0),
        status="[red]" + HOSTILE,
        onboarding_id=identifier(0),
        partner_store_id=HOSTILE,
        error=HOSTILE * 50,
        store_id=HOSTILE,
        created_at=HOSTILE,
        sent=sent,
        store={HOSTILE: HOSTILE},
        history=base.history,
    )
    plant(tmp_path, live.state, [record])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        for keys in (["x"], ["escape"], ["enter"], ["q"], ["y"], ["a"], ["question_mark"], ["escape"]):
            await pilot.press(*keys)
            await pilot.pause(0.05)
            shown = screen_text(app)
            assert not {"\x1b", "\x9b", "\u202e", "\u200b", "\a"} & set(shown)
        assert "[b]bold[/b]" in screen_text(app)


async def test_every_command_has_its_action_and_stands_in_the_readme(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    for command in COMMANDS:
        assert hasattr(app.main, f"action_{command.id}")
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert as_markdown() in readme


async def test_the_palette_runs_commands(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        await pilot.press("colon")
        await pilot.pause(0.1)
        await pilot.press(*"register a store")
        await pilot.pause(0.4)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RegisterScreen))


async def test_quitting_waits_for_the_answer_to_a_register_under_way(tmp_path: Path) -> None:
    with live_sandbox(Settings(delay=0.6)) as live:
        app = make_app(tmp_path, live.url)
        async with app.run_test(size=SIZE) as pilot:
            await started(pilot, 0)
            await fill(pilot, live)
            await pilot.press("ctrl+s")
            await until(pilot, lambda: len(live.sandbox.requests) == 1)
            await pilot.press("ctrl+q")
        await asyncio.sleep(0)
    (record,) = stored(tmp_path)
    assert record.status == "pending_catalog"


async def test_two_windows_show_the_same_and_one_of_them_polls(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    one, two = make_app(tmp_path, live.url), make_app(tmp_path, live.url)
    async with one.run_test(size=SIZE) as first:
        await started(first, 9)
        await until(first, lambda: one.main.view.leading is True)
        async with two.run_test(size=SIZE) as second:
            await started(second, 9)
            await until(second, lambda: two.main.view.leading is False)
            await until(second, lambda: "by pid" in screen_text(two).splitlines()[0])
            live.state.onboardings[identifier(3)].forced = "ready_to_activate"
            one.main.action_refresh_all()
            await until(second, lambda: (two.main.stores.record(identifier(3)) or records()[3]).status[:5] == "ready")


async def test_what_one_window_cannot_keep_stands_in_the_other_too(
    tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, live.state)
    one, two = make_app(tmp_path, live.url), make_app(tmp_path, live.url)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async with one.run_test(size=SIZE) as first:
        await started(first, 9)
        await until(first, lambda: one.main.view.leading is True)
        async with two.run_test(size=SIZE) as second:
            await started(second, 9)
            await until(second, lambda: two.main.view.leading is False)
            monkeypatch.setattr(files, "_write_synced", full)
            live.state.onboardings[identifier(3)].forced = "ready_to_activate"
            one.main.action_refresh_all()
            await until(second, lambda: "Nothing can be saved" in screen_text(one))
            await until(second, lambda: "What Gett says is not kept by pid" in screen_text(two))
            monkeypatch.undo()
            one.main.action_refresh_all()
            await until(second, lambda: "is not kept" not in screen_text(two))


async def test_a_window_whose_own_mark_cannot_be_made_says_so(
    tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, live.state)

    def full(_self: Instances) -> None:
        raise StorageError("Cannot write here", facts={"errno": errno.ENOSPC, "what": "Cannot write"})

    monkeypatch.setattr(Instances, "announce", full)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await until(pilot, lambda: "Nothing can be saved" in screen_text(app))
        monkeypatch.undo()
        await until(pilot, lambda: "Nothing can be saved" not in screen_text(app))


def test_the_key_is_in_no_repr_of_the_app(tmp_path: Path) -> None:
    app = make_app(tmp_path, "https://127.0.0.1:1")
    assert KEY.reveal() not in repr(app) + repr(vars(app.main)) + repr(KEY) + f"{KEY}"


@pytest.mark.parametrize(
    ("kind", "said"),
    [("dangling", "'croissant' is not in items"), ("good", "nothing is wrong"), ("none", "HTTP status 404")],
)
async def test_the_catalog_is_checked_before_anything_is_sent(tmp_path: Path, live: Live, kind: str, said: str) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        await fill(pilot, live, kind=kind)
        await pilot.press("f5")
        await until(pilot, lambda: said in screen_text(app))
    assert live.carried_out("register") == 0


async def test_a_dropped_store_is_registered_again_without_a_cancel(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, [records()[-1].moved(OwnState.DROPPED, records()[-1].history[-1].at)])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await pilot.press("e")
        await pilot.pause()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: live.carried_out("register") == 1)
    assert live.carried_out("cancel") == 0


async def test_the_first_frame_shows_what_the_index_knows_and_says_that_the_rest_is_being_read(tmp_path: Path) -> None:
    plant(tmp_path)
    preview = [record for record in records() if record.status in ("catalog_failed", "active")]
    app = make_app(tmp_path, "http://127.0.0.1:9", fixed=True, preview=preview, runtime=NeverLoaded)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        first = screen_text(app)
        assert "Harbour Sushi" in first
        assert "Tea House" in first
        assert "reading the records…" in first
        assert "stores" not in first.splitlines()[0]


async def test_while_records_are_read_each_picture_may_wait_twice_as_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([0.0, 0.1, 3.9, 4.1, 9.0, 17.0])
    app = make_app(tmp_path, "http://127.0.0.1:9", preview=records(), runtime=NeverLoaded)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        monkeypatch.setattr("gett_tui.ui.app.monotonic", lambda: next(times))
        assert [app.frame_pace() for _ in range(6)] == [0, 2, 2, 4, 8, 16]


NEED_SERVICE = ("n", "a", "x", "e", "u", "t", "r", "R")


async def test_a_key_pressed_before_the_records_are_read_says_so(tmp_path: Path) -> None:
    app = make_app(tmp_path, "http://127.0.0.1:9", preview=records(), runtime=NeverLoaded)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.runtime is not None)
        for number, key in enumerate(NEED_SERVICE, start=1):
            await pilot.press(key)
            await pilot.pause()
            assert app.said == ["Still starting: the records are being read."] * number
            assert app.screen is app.main
        assert "starting…" in screen_text(app).splitlines()[0]


async def test_as_long_as_there_is_no_way_to_gett_it_stands_on_the_screen_and_each_key_says_so(tmp_path: Path) -> None:
    plant(tmp_path)
    app = make_app(tmp_path, "http://127.0.0.1:9", runtime=NoWay)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await until(pilot, lambda: "HTTPS_PROXY is no URL" in screen_text(app).splitlines()[1])
        assert "Trying again at" in screen_text(app).splitlines()[1]
        app.main.stores.move_to(identifier(1))
        await pilot.press("r")
        await until(pilot, lambda: any("HTTPS_PROXY is no URL" in said for said in app.said))
        app.said.clear()
        await pilot.press("a")
        await pilot.pause()
        await pilot.press("y")
        await until(pilot, lambda: any("HTTPS_PROXY is no URL" in said for said in app.said))
        await fill(pilot, "https://cdn.example/p-1.json")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "HTTPS_PROXY is no URL" in screen_text(app))
        assert isinstance(app.screen, RegisterScreen), "what was typed is kept"


async def test_a_runtime_that_has_ended_stands_on_the_screen_and_each_key_says_so(tmp_path: Path) -> None:
    plant(tmp_path)
    app = make_app(tmp_path, "http://127.0.0.1:9", runtime=Ended)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await until(pilot, lambda: "another machine's" in screen_text(app).splitlines()[1])
        app.said.clear()
        for number, key in enumerate(NEED_SERVICE, start=1):
            await pilot.press(key)
            await pilot.pause()
            assert len(app.said) == number
            assert app.said[-1] == "Gett cannot be asked: the folder is another machine's"
            assert app.screen is app.main


async def test_refreshing_nothing_says_that_there_is_nothing(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        await pilot.press("r", "R")
        await pilot.pause()
        assert app.said == ["There is no store here.", "There is no store to ask Gett about."]


async def test_a_key_whose_answer_is_long_in_coming_says_that_gett_is_being_asked(tmp_path: Path) -> None:
    with live_sandbox(Settings(delay=3)) as live:
        plant(tmp_path, live.state, records()[4:5])
        app = make_app(tmp_path, live.url, timeouts=Timeouts(connect=10, read=10, write=10, pool=10, total=20))
        async with app.run_test(size=SIZE) as pilot:
            await started(pilot, 1)
            await pilot.press("r")
            await until(pilot, lambda: "Gett is being asked; no answer yet." in app.said)


async def test_all_stores_that_can_change_are_asked_about_the_gone_ones_too(tmp_path: Path, live: Live) -> None:
    gone = records()[1]
    gone = gone.moved(OwnState.GONE, gone.history[-1].at)
    ended = records()[6]
    plant(tmp_path, None, [gone, ended])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 2)
        await pilot.press("R")
        await pilot.pause()
        assert "Asking Gett about 1 store." in app.said


async def test_the_full_screen_says_why_a_key_cannot_act_and_stays(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[4:5])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("a", "x", "e")
        await pilot.pause()
        assert isinstance(app.screen, DetailScreen)
        assert [said.split()[0] for said in app.said] == ["Only", "This", "Only"]


async def test_a_store_that_went_since_the_index_was_written_leaves_the_list(tmp_path: Path) -> None:
    chosen = [record for record in records() if record.status == "active"]
    plant(tmp_path, chosen=chosen[:1])
    app = make_app(tmp_path, "http://127.0.0.1:9", preview=chosen)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await until(pilot, lambda: chosen[1].name not in screen_text(app))
        assert chosen[0].name in screen_text(app)


async def test_a_session_leaves_an_index_for_the_next_start(
    tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, live.state)
    # A file that has just changed may change again unseen: such ones are left out.
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 10_000_000_000)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, len(records()))
    assert index.first(tmp_path, 1)[0].status == OwnState.UNCONFIRMED
