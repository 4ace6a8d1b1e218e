"""What is done with a store from the list and from its full screen, and how its end is told: real files, real HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from app_driver import NOW, DrivenApp, identifier, make_app, plant, records, screen_text, started, until
from dialog_driver import record
from sandbox_server import Live
from textual.pilot import Pilot
from textual.widgets import Button, Input
from textual_inside import hear_terminal

from gett_tui.onboarding.record import Record, Trouble
from gett_tui.onboarding.registration import values_of
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.record_store import RecordStore
from gett_tui.ui.clipboard import osc52
from gett_tui.ui.register_anew import button_words, field_to_change, why_rows
from gett_tui.ui.screens.ask import AskScreen
from gett_tui.ui.screens.confirm import ConfirmScreen
from gett_tui.ui.screens.detail import DetailScreen
from gett_tui.ui.screens.register import RegisterScreen

SIZE = (120, 40)


def stored(folder: Path) -> list[Record]:
    store = RecordStore(folder, "0-look")
    store.open()
    for _ in store.load():
        pass
    return store.records()


async def open_details(pilot: Pilot[Any], app: DrivenApp, store: int) -> None:
    app.main.stores.move_to(identifier(store))
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, DetailScreen))


# -- from the full screen


async def test_a_store_goes_live_from_its_full_screen_and_is_seen_to(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await open_details(pilot, app, 1)
        await pilot.press("a")
        await until(pilot, lambda: "Put this store live" in screen_text(app))
        await pilot.press("y")
        await until(pilot, lambda: "✓ active since" in screen_text(app))
        assert isinstance(app.screen, DetailScreen)


async def test_a_cancelled_store_shows_on_its_full_screen_where_it_stopped(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await open_details(pilot, app, 2)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("x")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: "– cancelled since" in screen_text(app))
        assert isinstance(app.screen, DetailScreen)
        assert "━■╌" in screen_text(app)


async def test_the_form_from_the_full_screen_leads_back_there_or_to_the_new_store(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 9)
        await open_details(pilot, app, 0)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, RegisterScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, RegisterScreen))
        app.screen.query_one("#catalogCallbackUrl", Input).value = live.catalog("good", "hs-004")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.screen is app.main)
        await until(pilot, lambda: any(words.startswith("Registered Harbour Sushi") for words in app.said))
        assert len([one for one in stored(tmp_path) if one.partner_store_id == "hs-004" and not one.is_attempt]) == 2
        # In the list the cursor has gone on in the queue.
        assert app.main.stores.cursor_key not in (None, identifier(0))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))


async def test_a_key_of_the_full_screen_asks_gett_about_that_store_and_copies_its_id(
    tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, live.state, records()[3:5])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 2)
        await open_details(pilot, app, 3)
        live.state.onboardings[identifier(3)].forced = "ready_to_activate"
        await pilot.press("r")
        await until(pilot, lambda: "▸ ready to activate since" in screen_text(app))
        written = hear_terminal(app, monkeypatch.setattr)
        await pilot.press("y")
        await until(pilot, lambda: "Copied the onboarding id: sent to the terminal" in app.said)
        assert osc52(identifier(3)) in "".join(written)
        assert isinstance(app.screen, DetailScreen)


async def test_the_palette_on_the_full_screen_offers_what_can_be_done_there(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, records()[1:2])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 1)
        await open_details(pilot, app, 1)
        await pilot.press("colon")
        await until(pilot, lambda: "Put a ready store live" in screen_text(app))
        assert "Order by the next column" not in screen_text(app)
        await pilot.press(*"put a ready")
        await until(pilot, lambda: "Cancel an onboarding" not in screen_text(app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))


# -- why a form is open


async def test_the_form_of_a_failed_store_tells_why_and_begins_where_it_is_to_be_changed(
    tmp_path: Path, live: Live
) -> None:
    plant(tmp_path, live.state, records()[0:1])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=(80, 24)) as pilot:
        await started(pilot, 1)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, RegisterScreen))
        for words in ("$.sections.bread.itemIds[1]", "and 1 more", "Cancel old, register anew"):
            assert words in " ".join(screen_text(app).split())
        assert app.focused is app.screen.query_one("#catalogCallbackUrl")
        labels = {str(button.label) for button in app.screen.query(Button)}
        assert not {label for label in labels if label.lower() == "cancel"}


FAILED = record(("catalog_failed", 5.0))


@pytest.mark.parametrize(
    ("made", "field"),
    [
        (FAILED, "catalogCallbackUrl"),
        (FAILED._replace(error="$.items.loaf.name: is empty"), "catalogCallbackUrl"),
        (FAILED._replace(error="webhookUrl: not reachable"), "webhookUrl"),
        (FAILED._replace(error="The Webhook URL answers 404"), "webhookUrl"),
        (FAILED._replace(error="the catalogCallbackUrl answers 404; webhookUrl was not asked"), "catalogCallbackUrl"),
        (FAILED._replace(error="name: is too long"), "name"),
        (FAILED._replace(error="$.storeId is not the partner store id"), "partnerStoreId"),
        (FAILED._replace(trouble=Trouble(NOW, "register", "422", items=("$.webhookUrl: no",))), "webhookUrl"),
        (record((OwnState.CANCELLED, 5.0)), "partnerStoreId"),
        (record((OwnState.CANCELLED, 5.0), error="no such host"), "catalogCallbackUrl"),
    ],
)
def test_the_field_to_change_is_the_one_that_the_reason_names(made: Record, field: str) -> None:
    assert field_to_change(made) == field


def test_the_reason_is_gett_s_own_words_or_how_the_store_ended() -> None:
    def why(made: Record) -> str:
        return "\n".join(row.text for row in why_rows(made, NOW))

    assert why(FAILED._replace(error="a: b\nc\x1b[31m")) == "a: b\nc\ufffd[31m"
    assert "gives no reason" in why(FAILED)
    assert why(record((OwnState.DROPPED, 5.0))) == "This onboarding is dropped."
    lost = FAILED._replace(error="x", trouble=Trouble(NOW, "cancel", "no answer in time", items=("$.name: no",)))
    assert why(lost).splitlines() == ["x", "cancel at 14:03:07: no answer in time", "  $.name: no"]


def test_a_store_that_has_ended_is_not_said_to_be_cancelled_once_more() -> None:
    assert button_words(record((OwnState.GONE, 5.0))) == "Register anew"
    assert "ancel" in button_words(FAILED)


def test_the_form_of_a_tracked_store_is_filled_with_what_is_known() -> None:
    made = Record("k", "catalog_failed", onboarding_id="o", partner_store_id="p-7", label="Harbour")
    assert values_of(made) == {"partnerStoreId": "p-7", "name": "Harbour", "catalogCallbackUrl": "", "webhookUrl": ""}


# -- tracking


@pytest.mark.parametrize(("name", "shown"), [("Elsewhere Bakery", "Elsewhere Bakery"), ("", "p-9")])
async def test_a_tracked_store_is_called_as_a_person_wants_it(
    tmp_path: Path, live: Live, name: str, shown: str
) -> None:
    body = {"partnerStoreId": "p-9", "name": "x", "catalogCallbackUrl": "", "webhookUrl": ""}
    made = live.state.register(body)
    app = make_app(tmp_path, live.url, production=True)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, AskScreen))
        assert "Track an onboarding on PRODUCTION (api.example)" in screen_text(app)
        app.screen.query_one("#answer", Input).value = made.onboarding_id
        await pilot.press("tab", *name, "enter")
        await until(pilot, lambda: app.screen is app.main and app.main.stores.total_count == 1)
        assert shown in screen_text(app)
    (record,) = stored(tmp_path)
    assert (record.name, record.label, dict(record.sent)) == (shown, name, {})


async def test_a_name_that_cannot_be_is_refused_with_a_word_and_kept(tmp_path: Path, live: Live) -> None:
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 0)
        await pilot.press("t", *"ob-1")
        await until(pilot, lambda: isinstance(app.screen, AskScreen))
        app.screen.query_one("#name", Input).value = "evil\u202etxt"
        await pilot.press("enter")
        await until(pilot, lambda: "The name holds a direction override" in screen_text(app))
        assert app.focused is app.screen.query_one("#name")
        assert app.screen.query_one("#answer", Input).value == "ob-1"
    assert not live.sandbox.requests


# -- many stores at once


def ready(number: int) -> list[Record]:
    planted = records()[1]
    return [
        planted._replace(
            key=identifier(n),
            onboarding_id=identifier(n),
            partner_store_id=f"r-{n}",
            sent={**planted.sent, "partnerStoreId": f"r-{n}", "name": f"Ready {n}"},
        )
        for n in range(10, 10 + number)
    ]


async def test_many_stores_asked_about_end_in_one_sentence(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, ready(3))
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 3)
        await pilot.press("R")
        await until(pilot, lambda: "Asked Gett about 3 stores: nothing changed." in app.said)
        live.state.onboardings[identifier(11)].forced = "catalog_failed"
        await pilot.press("R")
        await until(pilot, lambda: "Asked Gett about 3 stores: 1 changed." in app.said)


async def test_of_many_stores_those_that_failed_are_counted_with_their_reason(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state, ready(3))
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 3)
        await pilot.press("g", "space", "space", "space", "a")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        live.state.onboardings[identifier(11)].forced = "catalog_ingesting"
        await pilot.press("y")
        await until(pilot, lambda: any("Put 2 stores live, 1 not: " in said for said in app.said))


async def test_several_ids_are_copied_on_one_line(tmp_path: Path, live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, live.state, [*ready(2), records()[-1]])
    app = make_app(tmp_path, live.url)
    async with app.run_test(size=SIZE) as pilot:
        await started(pilot, 3)
        await pilot.press("g", "space", "space", "space")
        written = hear_terminal(app, monkeypatch.setattr)
        await pilot.press("y")
        await until(pilot, lambda: "Copied 2 onboarding ids of 3 stores: sent to the terminal" in app.said)
        either = [osc52(f"{identifier(a)} {identifier(b)}") for a, b in ((10, 11), (11, 10))]
        assert any(sequence in "".join(written) for sequence in either)
