"""What a person sees, in each state, at 80x24 and at 120x40. Look at the picture before accepting a new one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from app_driver import NOW, DrivenApp, identifier, make_app, plant, records, until
from sandbox_server import Live
from textual.pilot import Pilot

from gett_tui.errors import Cause
from gett_tui.gett.errors import NotSentError
from gett_tui.onboarding.events import Reachability
from gett_tui.ui.screens.dashboard import Heard
from gett_tui.ui.screens.register import RegisterScreen

SIZES = [pytest.param((80, 24), id="80x24"), pytest.param((120, 40), id="120x40")]
Snap = Callable[..., bool]


def app_of(pilot: Pilot[Any]) -> DrivenApp:
    assert isinstance(pilot.app, DrivenApp)
    return pilot.app


async def loaded(pilot: Pilot[Any], stores: int = 9, *, polled: bool = True) -> None:
    app = app_of(pilot)
    await until(pilot, lambda: app.main.stores.total_count == stores)
    if polled:
        await until(pilot, lambda: app.main.view.polled_at == NOW)
        await until(pilot, lambda: app.main.is_painted)


async def started(pilot: Pilot[Any]) -> None:
    app = app_of(pilot)
    await until(pilot, lambda: app.main.is_loaded and app.main.view.leading is True)
    await until(pilot, lambda: app.main.is_painted)


def on_store(number: int, *keys: str) -> Callable[[Pilot[Any]], Any]:
    async def run(pilot: Pilot[Any]) -> None:
        await loaded(pilot)
        app_of(pilot).main.stores.move_to(identifier(number))
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    return run


@pytest.mark.parametrize("size", SIZES)
def test_empty(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await started(pilot)

    assert snap_compare(make_app(tmp_path, live.url, fixed=True), terminal_size=size, run_before=run)


@pytest.mark.parametrize("size", SIZES)
def test_list_with_all_statuses(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    plant(tmp_path, live.state)
    assert snap_compare(make_app(tmp_path, live.url, fixed=True), terminal_size=size, run_before=on_store(1))


@pytest.mark.parametrize("size", SIZES)
def test_failed_store(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    plant(tmp_path, live.state)
    assert snap_compare(make_app(tmp_path, live.url, fixed=True), terminal_size=size, run_before=on_store(0))


def test_failed_store_on_the_full_screen(snap_compare: Snap, tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True)
    assert snap_compare(app, terminal_size=(80, 24), run_before=on_store(0, "enter"))


@pytest.mark.parametrize("size", SIZES)
def test_cancelled_store_on_the_full_screen(
    snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]
) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True)
    assert snap_compare(app, terminal_size=size, run_before=on_store(6, "enter"))


@pytest.mark.parametrize("size", SIZES)
def test_form_that_registers_a_failed_store_anew(
    snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]
) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True)
    assert snap_compare(app, terminal_size=size, run_before=on_store(0, "e"))


@pytest.mark.parametrize("size", SIZES)
def test_track_asks_for_an_id_and_a_name(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True, production=True)
    assert snap_compare(app, terminal_size=size, run_before=on_store(1, "t"))


def test_activate_asks_in_a_very_small_terminal(snap_compare: Snap, tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True, production=True)
    assert snap_compare(app, terminal_size=(50, 15), run_before=on_store(1, "a"))


def test_help_in_a_narrow_terminal(snap_compare: Snap, tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True)
    assert snap_compare(app, terminal_size=(50, 24), run_before=on_store(1, "question_mark"))


def test_in_ascii(snap_compare: Snap, tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True, ascii_only=True)
    assert snap_compare(app, terminal_size=(80, 24), run_before=on_store(0))


def test_in_a_very_narrow_terminal(snap_compare: Snap, tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True)
    assert snap_compare(app, terminal_size=(50, 20), run_before=on_store(0))


@pytest.mark.few(1)
@pytest.mark.parametrize("size", SIZES)
def test_form_with_errors(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[Any]) -> None:
        await started(pilot)
        await pilot.press("n")
        await pilot.pause()
        for text in ("cb-12", "", "htp://cdn.example/cb-12.json", "http://hooks.example/"):
            await pilot.press(*text, "tab")
        await pilot.press("ctrl+s")
        await pilot.pause()

    assert snap_compare(make_app(tmp_path, live.url, fixed=True), terminal_size=size, run_before=run)


@pytest.mark.few(1)
@pytest.mark.parametrize("size", SIZES)
def test_form_that_gett_refuses(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    live.sandbox.faults.append("500-before")
    plant(tmp_path, live.state, records()[1:2])

    async def run(pilot: Pilot[Any]) -> None:
        await loaded(pilot, 1, polled=False)
        await pilot.press("n")
        await pilot.pause()
        for text in ("cb-12", "Corner Bakery", "https://cdn.example/cb-12.json", "https://hooks.example/x"):
            await pilot.press(*text, "tab")
        await pilot.press("ctrl+s")
        form = app_of(pilot).screen
        assert isinstance(form, RegisterScreen)
        await until(pilot, lambda: not form.query_one("#register").disabled)
        await until(pilot, lambda: app_of(pilot).main.is_painted)

    assert snap_compare(make_app(tmp_path, live.url, fixed=True), terminal_size=size, run_before=run)


@pytest.mark.parametrize("size", SIZES)
def test_activate_asks(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True, production=True)
    assert snap_compare(app, terminal_size=size, run_before=on_store(1, "a"))


@pytest.mark.parametrize("size", SIZES)
def test_cancel_asks(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    plant(tmp_path, live.state)
    assert snap_compare(make_app(tmp_path, live.url, fixed=True), terminal_size=size, run_before=on_store(2, "x"))


@pytest.mark.parametrize("size", SIZES)
def test_help(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True)
    assert snap_compare(app, terminal_size=size, run_before=on_store(1, "question_mark"))


@pytest.mark.parametrize("size", SIZES)
def test_connection_trouble(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    plant(tmp_path, live.state)
    trouble = Reachability(
        NotSentError(Cause.REFUSED, "the connection is refused"),
        since=NOW - timedelta(minutes=4),
        next_try=NOW + timedelta(seconds=23),
    )

    async def run(pilot: Pilot[Any]) -> None:
        await loaded(pilot)
        # Told by hand: when the next try comes is left to chance.
        app_of(pilot).main.post_message(Heard(trouble))
        await pilot.pause()
        await until(pilot, lambda: app_of(pilot).main.is_painted)

    assert snap_compare(make_app(tmp_path, live.url, fixed=True), terminal_size=size, run_before=run)


@pytest.mark.parametrize("size", SIZES)
def test_unconfirmed_store_and_its_choices(
    snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]
) -> None:
    plant(tmp_path, live.state)

    async def run(pilot: Pilot[Any]) -> None:
        await loaded(pilot)
        await pilot.press("home", "u")
        await pilot.pause()

    assert snap_compare(make_app(tmp_path, live.url, fixed=True), terminal_size=size, run_before=run)


async def told(pilot: Pilot[Any]) -> None:
    """Three messages, of which two have to be read."""
    await loaded(pilot)
    say = app_of(pilot).notifications
    say.say("Registered Tea House")
    say.fail("catalog failed", about=records()[2])
    for record in records()[:2]:
        say.fail("Gett does not accept the API key (401).", about=record)
    await pilot.pause()


@pytest.mark.parametrize("size", [*SIZES, pytest.param((50, 20), id="50x20")])
def test_message_that_stands(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    plant(tmp_path, live.state)
    assert snap_compare(make_app(tmp_path, live.url, fixed=True), terminal_size=size, run_before=told)


def test_log(snap_compare: Snap, tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)

    async def run(pilot: Pilot[Any]) -> None:
        await told(pilot)
        app_of(pilot).notifications.say("Put 2 stores live.", details=["Tea House is active", "Corner is active"])
        await pilot.press("l")
        await pilot.pause()

    app = make_app(tmp_path, live.url, fixed=True, production=True)
    assert snap_compare(app, terminal_size=(80, 24), run_before=run)


@pytest.mark.parametrize("size", [*SIZES, pytest.param((50, 20), id="50x20")])
def test_production(snap_compare: Snap, tmp_path: Path, live: Live, size: tuple[int, int]) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True, production=True)
    assert snap_compare(app, terminal_size=size, run_before=on_store(1))
