"""A covered screen paints what has changed, once. Textual's own code paints all of it with each message it gets."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widgets import Static
from textual_inside import hear_repaints

from gett_tui.ui.terminal import background_repaint

_MESSAGES = 12


class Covered(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("behind")

    def on_mount(self) -> None:
        self.push_screen(ModalScreen())


@pytest.fixture(autouse=True)
def _cured() -> None:
    background_repaint.cure()


def nothing() -> None:
    """What changes nothing."""


async def repaints_after_a_change(
    pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch, *, cured: bool
) -> list[Screen[Any]]:
    """The screens that were repainted after one change on the covered one, and messages to it that change nothing."""
    await pilot.pause()
    await pilot.pause(0.1)
    heard = hear_repaints(monkeypatch.setattr, cured=cured)
    covered = pilot.app.screen_stack[0]
    covered.query_one(Static).update("changed")
    for _ in range(_MESSAGES):
        covered.call_later(nothing)
        await pilot.pause(0.05)
    return heard


async def test_textual_still_has_the_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """When this fails, Textual has mended it: raise the first version that is needed, and take the cure out."""
    async with Covered().run_test() as pilot:
        heard = await repaints_after_a_change(pilot, monkeypatch, cured=False)
        assert heard.count(pilot.app.screen_stack[0]) > _MESSAGES / 2


async def test_a_change_behind_a_dialog_is_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Covered().run_test() as pilot:
        heard = await repaints_after_a_change(pilot, monkeypatch, cured=True)
        covered, top = pilot.app.screen_stack
        assert 1 <= heard.count(covered) <= 2
        assert 1 <= heard.count(top) <= 2


def test_a_second_cure_changes_nothing() -> None:
    cured = vars(Screen)["_compositor_refresh"]
    assert not background_repaint.cure()
    assert vars(Screen)["_compositor_refresh"] is cured


@pytest.mark.parametrize("version", ["8.2.7", "9.0.0", "10.0"])
def test_a_version_that_was_not_looked_at_is_left_alone(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    heard = hear_repaints(monkeypatch.setattr, cured=False)
    monkeypatch.setattr("textual.__version__", version)
    before = vars(Screen)["_compositor_refresh"]
    assert not background_repaint.cure()
    assert vars(Screen)["_compositor_refresh"] is before
    assert heard == []
