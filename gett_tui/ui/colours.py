"""What the names of colours mean on the screen: one palette for dark themes and one for light ones.

Whoever says ``red`` (``status_style`` above all) gets these. Each can be read on its theme's surfaces (contrast at
least 4.5:1), and in sixteen colours each becomes what its name says: Textual's own red becomes magenta there.
"""

from __future__ import annotations

from rich.terminal_theme import TerminalTheme

_Rgb = tuple[int, int, int]


def _palette(paper: str, ink: str, names: str) -> TerminalTheme:
    """``names`` is black, red, yellow … in the terminals' order; the bright ones are the same, but for black."""
    colours = [_rgb(name) for name in names.split()]
    grey = _rgb("#808080")
    return TerminalTheme(_rgb(paper), _rgb(ink), colours, [grey, *colours[1:]])


def _rgb(text: str) -> _Rgb:
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue


DARK = _palette("#121212", "#e0e0e0", "#1a1a1a #ff6b6b #5fd787 #ffd75f #7a9aff #e08cff #5fd7ff #e8e8e8")
LIGHT = _palette("#e0e0e0", "#1f1f1f", "#000000 #a8001c #00650a #704500 #1e429f #8a1f8a #005f6b #ffffff")
