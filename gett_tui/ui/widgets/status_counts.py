"""How many stores stand how, in ever fewer cells; whatever is left out, the numbers add up to their total.

Onboardings that a person has ended (cancelled, dropped) are no stores: they are counted nowhere.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.ui.status_style import Count, style_of

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
    signs: dict[Count, str] = {}
    for state, number in by_status.items():
        style = style_of(state)
        if style.counted is not None and number > 0:
            numbers[style.counted] += number
            signs.setdefault(style.counted, style.sign_in(ascii_only=ascii_only))
    stores = numbers.total()
    total = f"{stores} store{'' if stores == 1 else 's'}"
    shown = [count for count in Count if numbers[count]]
    words = [f"{numbers[count]} {count.words}" for count in shown]
    urgent = [f"{numbers[count]} {count.words}" for count in shown if count.wants_person]
    rest = stores - sum(numbers[count] for count in shown if count.wants_person)
    others = [f"{rest} other{'s' if rest > 1 else ''}"] if rest else []
    return StatusCounts(
        all=" · ".join([total, *words]),
        urgent=" · ".join([total, *urgent, *others]),
        parts=" · ".join([*urgent, *others] if urgent else [total]),
        signs=" · ".join([total, *([" ".join(f"{signs[count]}{numbers[count]}" for count in shown)] if shown else [])]),
        total=total,
    )
