"""One colour a meaning: the same in list, panel and dialogs, readable, and true to its name in sixteen colours."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from app_driver import plant, records
from pty_session import PtySession
from rich.color import Color, ColorSystem
from rich.terminal_theme import TerminalTheme
from sandbox_server import live_sandbox
from textual.color import Color as Mixed
from textual.theme import BUILTIN_THEMES

from gett_tui.ui.colours import DARK, LIGHT
from gett_tui.ui.status_style import Tone

THEMES = {"textual-dark": DARK, "textual-light": LIGHT}
NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """As the WCAG reckon it."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(rgb: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in rgb]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("tone", [tone for tone in Tone if tone.style in NAMES])
@pytest.mark.parametrize("theme", THEMES)
def test_a_tone_can_be_read_and_is_what_its_name_says_in_sixteen_colours(theme: str, tone: Tone) -> None:
    number = NAMES.index(tone.style)
    rgb = THEMES[theme].ansi_colors[number]
    assert Color.from_rgb(*rgb).downgrade(ColorSystem.STANDARD).number in (number, number + 8)
    surfaces = BUILTIN_THEMES[theme].to_color_system().generate()
    for surface in ("background", "surface", "panel"):
        assert contrast(Mixed.parse(surfaces[surface]).rgb, rgb) >= 4.5, surface


@pytest.mark.parametrize("palette", [DARK, LIGHT])
def test_the_bright_names_mean_the_same(palette: TerminalTheme) -> None:
    assert [palette.ansi_colors[number] for number in range(1, 8)] == [
        palette.ansi_colors[number] for number in range(9, 16)
    ]


def test_with_sixteen_colours_failed_is_red_and_ready_is_yellow_in_list_and_panel(tmp_path: Path) -> None:
    with live_sandbox() as live:
        plant(tmp_path / "state" / "sandbox", live.state, records()[:2])
        env = {
            "GETT_API_KEY": "test-key-colours",
            "GETT_BASE_URL": live.url,
            "GETT_STATE_DIR": str(tmp_path / "state"),
            "HOME": str(tmp_path),
            "TERM": "xterm",
            "COLORTERM": "",
        }
        with PtySession([sys.executable, "-m", "gett_tui"], (120, 40), env) as session:
            session.wait_for("Harbour Sushi")
            session.read_until_quiet(1.0)
            # The row under the cursor is in the cursor's own colours.
            assert session.colours_of("catalog failed since") == {"red"}
            assert session.colours_of("ready to activate") == {"yellow"}
            session.send("j")
            session.read_until_quiet(1.0)
            assert session.colours_of("catalog failed") == {"red"}
            assert session.colours_of("ready to activate since") == {"yellow"}
