"""Keeps a covered screen from painting itself again for ever: a fault of Textual's, cured in one place.

``Screen._compositor_refresh`` of a screen that lies below another hands what has changed up to the top one, and then
marks itself as to be repainted as a whole: with its next message, and a timer's tick is one, all of it has changed, is
handed up, and so on, at the frame rate, as long as a dialog is open.
"""

from __future__ import annotations

from typing import Any, cast

import textual
from textual.screen import Screen

FAULTY = ((8, 2, 8), (9,))
"""The first version that was looked at, and the first that may not be installed beside this program."""


def cure() -> bool:
    """Lets a covered screen be clean once its changes are handed up; whether it was this call that did it.

    Touches what is not public of the versions in ``FAULTY``; a test fails when they no longer have the fault.
    """
    kind = cast("Any", Screen)
    handed_up = kind._compositor_refresh
    if hasattr(handed_up, "uncured") or not FAULTY[0] <= _version() < FAULTY[1]:
        return False

    def refresh(screen: Any) -> None:
        wanted = screen._repaint_required
        handed_up(screen)
        if not screen.is_active:
            screen._repaint_required = wanted

    cast("Any", refresh).uncured = handed_up
    kind._compositor_refresh = refresh
    return True


def _version() -> tuple[int, ...]:
    return tuple(int(part) for part in textual.__version__.split(".")[:3] if part.isdigit())
