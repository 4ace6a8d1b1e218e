"""What a registration form is for: its words differ, its fields do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gett_tui.onboarding.registration import NAMES

if TYPE_CHECKING:
    from gett_tui.ui.record_text import Row


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a form is for."""

    title: str = "Register a store"
    do: str = "Register"
    """What its button does."""
    first: str = NAMES[0]
    """The field that has the focus, by its wire name."""
    why: tuple[Row, ...] = ()
    """What a person should know before typing."""


REGISTER = Purpose()
"""A store that is new here."""
