"""What a terminal can do beyond the least that all can; what is not known of one is not used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ERASES_WITH_BACKGROUND = frozenset(
    {"alacritty", "contour", "foot", "ghostty", "gnome", "iterm", "iterm2", "kitty", "konsole", "mintty", "mlterm"}
    | {"nsterm", "putty", "rxvt", "st", "tmux", "vte", "wezterm", "xterm"}
)
"""Families of ``TERM`` (its part before the first hyphen) whose entry in terminfo has *bce*. GNU screen's, the Linux
console's and the VT terminals' are not among them."""


@dataclass(frozen=True)
class Capabilities:
    """What the bytes for a terminal may rely on."""

    background_erase: bool
    """Erasing (``ED``, ``EL``, ``ECH``) fills with the background colour, as xterm does (*bce* of terminfo)."""
    synchronised: bool
    """A picture between the brackets of mode 2026 is shown at once. Can also be learnt later, by the terminal's answer
    to Textual's question."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Capabilities:
        """What the environment says of the terminal. Inside GNU screen (``STY``) nothing holds, whatever ``TERM`` is.

        Mode 2026 is never taken for granted: no variable tells it through tmux or ssh, the terminal's answer does.
        """
        family = environ.get("TERM", "").partition("-")[0].lower()
        return cls(background_erase=family in _ERASES_WITH_BACKGROUND and "STY" not in environ, synchronised=False)
