"""The registration form: what it checks, what it sends, and that nothing typed is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from dialog_driver import EU, FORBIDDEN, HOSTILE, NOTHING, SANDBOX, DialogApp, sent, until
from textual.widgets import Button, Input

from gett_tui.onboarding.registration import FIELDS, NAMES
from gett_tui.ui.form_result import Accepted, Refused, Submitted
from gett_tui.ui.screens.register import RegisterScreen

SMALL = (80, 24)


class Submits:
    """Stands for the service: notes each call and gives the next of the given ends once ``open`` is set."""

    def __init__(self, *ends: Submitted | Exception) -> None:
        self.ends = list(ends) or [Accepted("k-1")]
        self.calls: list[tuple[dict[str, str], bool]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, values: dict[str, str], override: bool) -> Submitted:
        self.calls.append((values, override))
        await self.open.wait()
        end = self.ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end


def form(submits: Submits, **more: Any) -> DialogApp:
    more.setdefault("initial", sent())
    environment = more.pop("environment", SANDBOX)
    return DialogApp(RegisterScreen(environment, submit=submits, **more))


def value(app: DialogApp, name: str) -> str:
    return app.screen.query_one(f"#{name}", Input).value


def focused(app: DialogApp) -> str | None:
    return app.focused.id if app.focused else None


async def test_enter_goes_from_field_to_field_and_sends_in_the_last() -> None:
    submits = Submits()
    app = form(submits, initial={})
    async with app.run_test(size=SMALL) as pilot:
        for number, text in enumerate((" p ", "Bar", "https://c.example", "https://h.example")):
            assert focused(app) == NAMES[number]
            assert not submits.calls
            await pilot.press(*text, "enter")
        await until(pilot, lambda: app.answer is not NOTHING)
    assert app.answer == "k-1"
    expected = dict(zip(FIELDS, ("p", "Bar", "https://c.example", "https://h.example"), strict=True))
    assert submits.calls == [(expected, False)]


async def test_a_field_is_checked_as_it_is_left() -> None:
    app = form(Submits(), initial={})
    async with app.run_test(size=SMALL) as pilot:
        app.screen.query_one("#catalogCallbackUrl").focus()
        await pilot.press(*"cdn.example/x")
        assert "must begin with https://" not in app.text()
        await pilot.press("tab")
        await pilot.pause()
        assert "must begin with https://" in app.text()
        app.screen.query_one("#catalogCallbackUrl", Input).value = "https://cdn.example/x"
        await pilot.press("shift+tab", "tab")
        await pilot.pause()
        assert "must begin with https://" not in app.text()


async def test_what_is_said_of_a_field_goes_as_soon_as_it_is_mended() -> None:
    app = form(Submits(), initial={**sent(), "catalogCallbackUrl": "cdn.example/x"})
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "must begin with https://" in app.text())
        field = app.screen.query_one("#catalogCallbackUrl", Input)
        field.value = "htt"
        await pilot.pause()
        assert "must begin with https://" in app.text()
        field.value = "https://cdn.example/x"
        await until(pilot, lambda: "must begin with https://" not in app.text())
        assert not field.has_class("-bad")


async def test_a_form_with_a_problem_is_not_sent_and_the_field_gets_the_focus() -> None:
    submits = Submits()
    app = form(submits, initial={**sent(), "name": " "})
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert focused(app) == "name"
        assert "must be given" in app.text()
    assert submits.calls == []


async def test_a_refusal_is_shown_at_its_field_and_what_was_typed_stays() -> None:
    submits = Submits(
        Refused({"webhookUrl": "is not reachable", "address.city": "is missing"}, "422 VALIDATION_FAILED"),
        Accepted("k-2"),
    )
    app = form(submits)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "is not reachable" in app.text())
        rows = app.text().splitlines()
        assert "hooks.example" in rows[next(n for n, row in enumerate(rows) if "is not reachable" in row) - 1]
        assert "422 VALIDATION_FAILED" in app.text()
        assert "address.city: is missing" in app.text(), "a field that the form does not have is named all the same"
        assert focused(app) == "webhookUrl"
        assert {name: value(app, name) for name in FIELDS} == sent()
        await pilot.press("shift+tab", "tab")
        await pilot.pause()
        assert "is not reachable" in app.text(), "passing by does not take Gett's words away"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.answer == "k-2")


async def test_an_unforeseen_error_is_shown_in_the_form_which_stays_usable() -> None:
    submits = Submits(ValueError("test-key-in-a-local"), Accepted("k-2"))
    app = form(submits)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "unforeseen error (ValueError)" in app.words())
        assert "test-key" not in app.text()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.answer == "k-2")


@pytest.mark.parametrize("keys", [["ctrl+s", "ctrl+s"], ["enter", "enter", "enter"], ["ctrl+s", "enter", "ctrl+s"]])
async def test_a_burst_of_keys_sends_once(keys: list[str]) -> None:
    submits = Submits()
    submits.open.clear()
    app = form(submits)
    async with app.run_test(size=SMALL) as pilot:
        app.screen.query_one("#webhookUrl").focus()
        await pilot.pause()
        await pilot.press("x", *keys)
        submits.open.set()
        await until(pilot, lambda: app.answer == "k-1")
    assert len(submits.calls) == 1


async def test_enter_alone_never_sends_what_stands_there_from_the_start() -> None:
    submits = Submits()
    app = form(submits)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press(*["enter"] * 12)
        await pilot.pause()
        assert submits.calls == []
        assert "Nothing is changed. ctrl+s sends it as it is." in app.words()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.answer == "k-1")
    assert [values for values, _ in submits.calls] == [sent()]


async def test_a_double_click_sends_once() -> None:
    submits = Submits()
    submits.open.clear()
    app = form(submits)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.click("#register", times=2)
        submits.open.set()
        await until(pilot, lambda: app.answer == "k-1")
    assert len(submits.calls) == 1


async def test_while_it_is_sent_the_form_is_locked_and_cannot_be_left() -> None:
    submits = Submits()
    submits.open.clear()
    app = form(submits)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Registering…" in app.text())
        await pilot.press("z", "escape", "escape")
        await pilot.pause()
        assert "wait for the answer" in app.text()
        assert value(app, "partnerStoreId") == "cb-12"
        assert app.answer is NOTHING
        submits.open.set()
        await until(pilot, lambda: app.answer == "k-1")


async def test_the_answer_closes_the_form_and_not_what_was_opened_over_it() -> None:
    submits = Submits()
    submits.open.clear()
    app = form(submits)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+s", "ctrl+p")
        await until(pilot, lambda: len(app.screen_stack) == 3)
        submits.open.set()
        await until(pilot, lambda: app.answer == "k-1")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_escape_asks_once_when_something_was_typed() -> None:
    app = form(Submits())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("z", "escape")
        await pilot.pause()
        assert "Press escape again" in app.text()
        await pilot.press("z", "escape")
        await pilot.pause()
        assert app.answer is NOTHING, "typing on takes the first escape back"
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is None)


async def test_escape_leaves_at_once_when_nothing_was_typed() -> None:
    app = form(Submits())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: app.answer is None)


async def test_a_duplicate_is_sent_only_by_its_own_button_and_the_offer_ends_with_the_next_change() -> None:
    again = Refused({}, "cb-12 stands here already", can_override=True)
    submits = Submits(again, again, again, Accepted("k-9"))
    app = form(submits)
    async with app.run_test(size=SMALL) as pilot:
        insist = app.screen.query_one("#insist", Button)
        assert not insist.display
        await pilot.press("ctrl+s")
        await until(pilot, lambda: insist.display)
        assert "stands here already" in app.text()
        assert focused(app) != "insist"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(submits.calls) == 2 and insist.display)
        app.screen.query_one("#name", Input).value = "Other"
        await pilot.pause()
        assert not insist.display
        await pilot.press("ctrl+s")
        await until(pilot, lambda: len(submits.calls) == 3 and insist.display)
        await pilot.click("#insist")
        await until(pilot, lambda: app.answer == "k-9")
    assert [override for _, override in submits.calls] == [False, False, False, True]


async def test_a_production_form_says_so_in_a_word_whatever_the_profile_is_called() -> None:
    app = form(Submits(), environment=EU)
    async with app.run_test(size=SMALL):
        assert "Register a store on EU PRODUCTION (api.example)" in app.text()


async def test_a_url_on_this_machine_is_doubted_on_production_alone() -> None:
    for environment, doubted in ((EU, True), (SANDBOX, False)):
        app = form(Submits(), environment=environment, initial={**sent(), "catalogCallbackUrl": "https://127.0.0.1/x"})
        async with app.run_test(size=SMALL) as pilot:
            app.screen.query_one("#catalogCallbackUrl").focus()
            await pilot.press("tab")
            await pilot.pause()
            assert ("Gett cannot reach it" in app.text()) is doubted


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_the_fullest_form_fits(size: tuple[int, int]) -> None:
    async def check(url: str, partner: str) -> Sequence[tuple[str, str]]:
        return [("error", f"finding {number}") for number in range(30)]

    fields = dict.fromkeys(FIELDS, "is refused")
    app = form(Submits(Refused(fields, "x" * 140, can_override=True)), check_catalog=check, environment=EU)
    async with app.run_test(size=size) as pilot:
        await pilot.press("f5", "ctrl+s")
        await until(pilot, lambda: "is refused" in app.text() and "finding 0" in app.text())
        for words in ("EU PRODUCTION", "Partner store id", "Register all the same", "Leave", "escape leaves"):
            assert words in app.text()
        assert app.text().count("is refused") == 4


# -- the check of the catalog


async def test_the_catalog_is_checked_on_demand_and_its_findings_are_inert() -> None:
    asked: list[tuple[str, str]] = []

    async def check(url: str, partner: str) -> Sequence[tuple[str, str]]:
        asked.append((url, partner))
        return [("error", f"$.items {HOSTILE[0]}{HOSTILE[1]}"), ("note", HOSTILE[4])]

    app = form(Submits(), check_catalog=check)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.click("#check")
        await until(pilot, lambda: "error: $.items [@click=app.bell]x[/]" in app.text())
        assert not FORBIDDEN & set(app.text())
        app.screen.query_one("#catalogCallbackUrl", Input).value = "https://cdn.example/other"
        await pilot.pause()
        assert "$.items" not in app.text(), "findings about another URL are gone"
    assert asked == [("https://cdn.example/cb-12.json", "cb-12")]


async def test_a_check_that_ends_after_the_url_was_changed_is_not_shown() -> None:
    gate = asyncio.Event()

    async def check(url: str, partner: str) -> Sequence[tuple[str, str]]:
        await gate.wait()
        return [("error", "about the old one")]

    app = form(Submits(), check_catalog=check)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f5")
        await pilot.pause()
        assert "Checking the catalog" in app.text()
        app.screen.query_one("#catalogCallbackUrl", Input).value = "https://cdn.example/other"
        await pilot.pause()
        gate.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "about the old one" not in app.text()


async def test_a_failing_check_and_an_empty_one_say_so() -> None:
    ends: list[Exception | list[tuple[str, str]]] = [ValueError("no"), []]

    async def check(url: str, partner: str) -> Sequence[tuple[str, str]]:
        end = ends.pop(0)
        if isinstance(end, Exception):
            raise end
        return end

    app = form(Submits(), check_catalog=check)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f5")
        await until(pilot, lambda: "unforeseen error" in app.text())
        await pilot.press("f5")
        await until(pilot, lambda: "Nothing is wrong with the catalog" in app.text())


async def test_without_a_checker_the_form_offers_none() -> None:
    app = form(Submits())
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("f5")
        await pilot.pause()
        assert "checks the catalog" not in app.text()
        assert "Check catalog" not in app.text()


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "escapes", "bidi", "newlines", "long"])
async def test_refusals_are_shown_inert(text: str) -> None:
    app = form(Submits(Refused({"name": text, text: text}, text)))
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Registering" not in app.text())
        assert not FORBIDDEN & set(app.text())
        for row, words in enumerate(app.text().splitlines()):
            if "click=" in words:
                await pilot.click(offset=(words.index("click=") + 3, row))
    assert app.rung == 0


async def test_what_is_sent_is_shown_where_it_differs_from_what_was_typed() -> None:
    submits, checked = Submits(), list[tuple[str, str]]()

    async def check(url: str, partner: str) -> Sequence[tuple[str, str]]:
        checked.append((url, partner))
        return []

    typed = {**sent(), "partnerStoreId": "\ufeff42 ", "catalogCallbackUrl": "https://bücher.example/café.json"}
    app = form(submits, initial=typed, check_catalog=check)
    async with app.run_test(size=(120, 40)) as pilot:
        app.screen.query_one("#catalogCallbackUrl").focus()
        await pilot.press("tab")
        await until(pilot, lambda: "sent as https://xn--bcher-kva.example/caf%C3%A9.json" in app.text())
        await pilot.press("f5")
        await until(pilot, lambda: "Nothing is wrong" in app.text())
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.answer is not NOTHING)
    uri = "https://xn--bcher-kva.example/caf%C3%A9.json"
    assert checked == [(uri, "42")]
    assert submits.calls == [({**sent(), "partnerStoreId": "42", "catalogCallbackUrl": uri}, False)]


async def test_a_template_is_refused_with_a_word() -> None:
    submits = Submits()
    app = form(submits, initial={**sent(), "catalogCallbackUrl": "https://c.example/{shop}.json"})
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "looks like a template" in app.text())
    assert submits.calls == []


async def test_an_id_that_looks_like_another_is_told_and_sent() -> None:
    submits = Submits()
    app = form(submits, initial={**sent(), "partnerStoreId": "SHOP-1"}, known_ids=lambda: ["shop-1", "SHOP-1", "x"])
    async with app.run_test(size=SMALL) as pilot:
        await pilot.press("tab")
        await until(pilot, lambda: "another store here is called shop-1" in app.text())
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.answer is not NOTHING)
    assert submits.calls == [({**sent(), "partnerStoreId": "SHOP-1"}, False)]
