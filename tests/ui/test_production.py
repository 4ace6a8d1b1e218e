"""Production cannot be taken for anything else: red that can be read, in sixteen colours too, and a word."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_driver import DrivenApp, make_app, plant, screen_text, until
from rich.color import Color, ColorSystem
from rich.style import Style
from sandbox_server import Live
from textual.theme import BUILTIN_THEMES
from textual_inside import painted_strips

from gett_tui.ui.production import BADGE, LINE, READABLE, border_red, contrast, place

RED = {1, 9}
WHITE = {7, 15}
OPENERS = {
    "confirm": ("a", "Put this store live"),
    "form": ("n", "Register a store"),
    "ask": ("t", "Track an onboarding"),
    "help": ("question_mark", "Ask Gett about every store"),
    "detail": ("enter", "escape back"),
    "log": ("l", "Nothing has been said yet"),
}


def in_sixteen(colour: str) -> int | None:
    return Color.parse(colour).downgrade(ColorSystem.STANDARD).number


def painted(app: DrivenApp, y: int) -> list[tuple[str, Style]]:
    return [(segment.text, segment.style or Style()) for segment in painted_strips(app)[y]]


@pytest.mark.parametrize("text", [LINE, BADGE])
def test_the_line_can_be_read_and_is_red_and_white_with_sixteen_colours(text: str) -> None:
    style = Style.parse(text)
    assert style.color is not None
    assert style.bgcolor is not None
    assert contrast(style.color.name, style.bgcolor.name) >= READABLE
    assert {in_sixteen(style.color.name), in_sixteen(style.bgcolor.name)} <= RED | WHITE


@pytest.mark.parametrize("name", [name for name in BUILTIN_THEMES if not name.startswith("ansi")])
def test_the_borders_can_be_read_on_every_theme(name: str) -> None:
    theme = BUILTIN_THEMES[name].to_color_system().generate()
    for surface in ("background", "surface"):
        assert contrast(border_red(theme), theme[surface]) >= READABLE


@pytest.mark.parametrize("name", ["textual-dark", "textual-light"])
def test_the_borders_are_red_with_sixteen_colours(name: str) -> None:
    assert in_sixteen(border_red(BUILTIN_THEMES[name].to_color_system().generate())) in RED


def test_contrast_is_reckoned_as_the_wcag_do() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("profile", "cells", "shown"),
    [
        ("eu", 36, "EU PRODUCTION"),
        ("production", 36, "PRODUCTION"),
        ("the-far-east-of-the-world", 20, "THE-FAR-… PRODUCTION"),
        ("eu", 5, "PRODUCTION"),
    ],
)
def test_the_word_is_never_cut(profile: str, cells: int, shown: str) -> None:
    assert place(profile, is_production=True, cells=cells) == shown
    assert "PRODUCTION" not in place("eu", is_production=False)


@pytest.mark.few(3)
@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("size", [(120, 40), (80, 24), (50, 20)])
async def test_line_borders_and_every_dialog_are_red_and_have_the_word(
    tmp_path: Path, live: Live, size: tuple[int, int], opener: str
) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, production=True, fixed=True)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.main.is_loaded and app.main.view.polled_at is not None)
        assert "PRODUCTION" in screen_text(app).splitlines()[0]
        for _, style in painted(app, 0):
            assert contrast(str(style.color.name), str(style.bgcolor.name)) >= READABLE if style.color else True
            assert style.bgcolor is not None
            assert in_sixteen(style.bgcolor.name) in RED | WHITE
        assert frames(app), "the list's border is heavy while it has the focus"
        key, words = OPENERS[opener]
        app.main.stores.move_to("7b0d6a3e-0f0e-4c55-9a53-000000000001")
        await pilot.press(key)
        await until(pilot, lambda: app.screen is not app.main and words in screen_text(app))
        assert "PRODUCTION" in "".join(screen_text(app).splitlines()[1:])
        assert frames(app)


def frames(app: DrivenApp) -> bool:
    """Whether there are upper left corners in the picture, and all that are not dimmed behind a dialog are red."""
    background = app.theme_variables["background"]
    corners = [
        style.color.name
        for y in range(app.size.height)
        for text, style in painted(app, y)
        if style.color and set(text) & set("╭┏")
    ]
    bright = [colour for colour in corners if contrast(colour, background) >= READABLE]
    return bool(bright) and all(in_sixteen(colour) in RED for colour in bright)


async def test_nothing_is_red_or_called_production_where_it_is_not(tmp_path: Path, live: Live) -> None:
    plant(tmp_path, live.state)
    app = make_app(tmp_path, live.url, fixed=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.main.is_loaded)
        await pilot.press("question_mark")
        await pilot.pause()
        assert "PRODUCTION" not in screen_text(app)
        assert not frames(app)
