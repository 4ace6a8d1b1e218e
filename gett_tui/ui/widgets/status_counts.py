"""How many stores stand how, in ever fewer cells; whatever is left out, the numbers add up to their total.

Onboardings that a person has ended (cancelled, dropped) are no stores: they are counted nowhere.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.text import count
from gett_tui.ui.status_style import STYLES, Count, style_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gett_tui.onboarding.status import State


class StatusCounts(NamedTuple):
    """The same counts, told ever shorter."""

    all: str
    """Each in words."""
    urgent: str
    """What waits for a person in words, the rest together."""
    parts: str
    """The same without how many there are."""
    signs: str
    """Each by its sign in the list."""
    total: str
    """How many there are."""


def status_counts(by_status: Mapping[State, int], *, ascii_only: bool) -> StatusCounts:
    """The counts of the stores that have each status."""
    numbers: Counter[Count] = Counter()
    for state, number in by_status.items():
        style = style_of(state)
        if style.counted is not None and number > 0:
            numbers[style.counted] += number
    stores = numbers.total()
    signs = {style.counted: style.sign_in(ascii_only=ascii_only) for style in reversed(list(STYLES.values()))}
    total = count(stores, "store")
    shown = [each for each in Count if numbers[each]]
    words = [f"{numbers[each]} {each.words}" for each in shown]
    urgent = [f"{numbers[each]} {each.words}" for each in shown if each.wants_person]
    rest = stores - sum(numbers[each] for each in shown if each.wants_person)
    others = [count(rest, "other")] if rest else []
    return StatusCounts(
        all=" · ".join([total, *words]),
        urgent=" · ".join([total, *urgent, *others]),
        parts=" · ".join([*urgent, *others] if urgent else [total]),
        signs=" · ".join([total, *([" ".join(f"{signs[count]}{numbers[count]}" for count in shown)] if shown else [])]),
        total=total,
    )
