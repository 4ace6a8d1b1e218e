"""How production is told from everything else: red all round, and a word, since colour says nothing to everybody.

Its invariant: what is red can be read (contrast at least 4.5:1 by the WCAG's reckoning) on every theme, and is red
with sixteen colours too on the two themes that the program comes with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.color import Color

from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

WORD = "PRODUCTION"
LINE = "bold #ffffff on #aa0000"
"""The status line as a Rich style."""
BADGE = "bold #aa0000 on #ffffff"
"""The profile's name in it."""
READABLE = 4.5
_REDS = ("#ff5555", "#ff8787", "#ff9898", "#aa0000", "#870000")
_SURFACES = ("background", "surface")
"""What the borders stand on: the dashboard's, and the dialogs'."""
BORDER = "production"
"""The name of the variable for borders in the style sheets."""


def place(profile: str, *, is_production: bool, cells: int = 36) -> str:
    """The profile in capitals, inert, in about ``cells`` cells; a production profile has the word in it, always."""
    name = one_line(profile, 24).upper()
    if not is_production or WORD in name:
        return name
    room = cells - len(WORD) - 1
    if len(name) > room:
        name = name[: room - 1] + "…" if room > 1 else ""
    return f"{name} {WORD}" if name else WORD


def border_red(theme: Mapping[str, str]) -> str:
    """The red of the borders on a theme, whose colours are given by their names."""
    surfaces = [theme[name] for name in _SURFACES if theme.get(name, "").startswith("#")]
    return max(_REDS, key=lambda red: min(READABLE, _least(red, surfaces)))


def _least(colour: str, surfaces: Iterable[str]) -> float:
    return min((contrast(colour, surface) for surface in surfaces), default=READABLE)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (``#rrggbb``), from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in Color.parse(colour[:7]).get_truecolor())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
