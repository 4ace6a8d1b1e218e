"""How long a store usually stays in a status: learned from the histories, with a prior where little is known.

Stage times of such pipelines are spread over orders of magnitude, so their logarithm is taken to be normal. Mean
and variance of the logarithm are learned with conjugate pseudo-observations: with no history the prior stands,
after some tens of stores the data do. Gett documents no durations (fact sheet 1.7, U): the prior is a guess, and
this is its one place.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gett_tui.onboarding.status import OwnState, Status

if TYPE_CHECKING:
    from gett_tui.onboarding.status import State

_PRIOR_WEIGHT = 4.0
_PRIOR_SPREAD = 1.2
_SHORTEST = 0.5
_DAY = 86_400.0

_PRIOR_MEDIANS: dict[State, float] = {
    Status.PENDING_CATALOG: 20.0,
    Status.CATALOG_INGESTING: 90.0,
}
_WAITING: dict[State, float] = {
    # These wait for a person. Only another program can move them, which is rare: a day and a week in the mean.
    Status.READY_TO_ACTIVATE: _DAY,
    Status.CATALOG_FAILED: 7 * _DAY,
    # Whoever said that it is gone may have been wrong.
    OwnState.GONE: 90 * _DAY,
}
_UNKNOWN_MEDIAN = 300.0


@dataclass(slots=True)
class _Seen:
    weight: float
    mean: float
    squares: float

    def add(self, value: float) -> None:
        self.weight += 1
        step = value - self.mean
        self.mean += step / self.weight
        self.squares += step * (value - self.mean)


class StageTimes:
    """The learned durations, in seconds."""

    def __init__(self) -> None:
        self._seen: dict[State, _Seen] = {}

    def learn(self, status: State, seconds: float) -> None:
        """Notes that a store stayed in ``status`` for ``seconds``. Of what waits for a person it teaches nothing."""
        self._of(status).add(math.log(max(seconds, _SHORTEST)))

    def expected_news(self, status: State, age: float, ahead: float) -> float:
        """The cumulative hazard of leaving ``status`` between ``age`` and ``age + ahead`` seconds after entering it.

        For small values this is the probability of finding news.
        """
        mean = _WAITING.get(status)
        if mean is not None:
            return ahead / mean
        seen = self._of(status)
        spread = math.sqrt(seen.squares / seen.weight)
        return _log_survival(age, seen.mean, spread) - _log_survival(age + ahead, seen.mean, spread)

    def _of(self, status: State) -> _Seen:
        found = self._seen.get(status)
        if found is None:
            median = _PRIOR_MEDIANS.get(status, _UNKNOWN_MEDIAN)
            found = _Seen(_PRIOR_WEIGHT, math.log(median), _PRIOR_WEIGHT * _PRIOR_SPREAD**2)
            self._seen[status] = found
        return found


def _log_survival(age: float, mean: float, spread: float) -> float:
    """The logarithm of the probability that a log-normal stage lasts longer than ``age`` seconds."""
    if age <= 0:
        return 0.0
    z = (math.log(age) - mean) / spread
    if z < 5:
        return math.log(0.5 * math.erfc(z / math.sqrt(2)))
    # Mills' ratio: erfc runs out of digits in the far tail.
    return -z * z / 2 - math.log(z * math.sqrt(2 * math.pi)) - 1 / (z * z)
