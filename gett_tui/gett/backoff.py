"""How long to wait before asking again: never less than told, never nothing, longer each time, and bounded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

MAX_WAIT = 900.0
"""Seconds. A longer demand is taken for an error."""
_FIRST = 1.0
_LAST = 30.0
_JITTER = 1.2


class Backoff:
    """The waits after failures in a row: 1 s, doubled up to 30 s, or what was told when that is more.

    A told wait of 0, or until a moment that is over (a date in the past, a clock that is wrong), is so no reason to
    ask in a hurry. Waits are spread by up to a fifth, so that copies do not come back in one moment.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._own = 0.0

    def __bool__(self) -> bool:
        """Whether the last try failed."""
        return self._own > 0

    def grow(self, told: float | None = None) -> float:
        """Seconds to wait after one failure more; ``told`` is what the answer asks for, if it does."""
        self._own = min(max(self._own * 2, _FIRST), _LAST)
        return self.again(told)

    def again(self, told: float | None = None) -> float:
        """Seconds to wait after a failure that belongs to the last one, as of requests that were under way together."""
        asked_for = told if told is not None and math.isfinite(told) else 0.0
        return min(max(self._own, _FIRST, asked_for) * self._chance.uniform(1.0, _JITTER), MAX_WAIT)

    def reset(self) -> None:
        """Forgets the failures: it works again."""
        self._own = 0.0
