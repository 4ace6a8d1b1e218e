"""What can be waited for: when a store is there, and when it never will be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gett_tui.onboarding.status import ENDED, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gett_tui.onboarding.status import State


class Goal(NamedTuple):
    """States that a store is to come to, and those from which it comes to none of them any more."""

    words: str
    reached: tuple[State, ...]
    never: tuple[State, ...]


_READY = (Status.READY_TO_ACTIVATE, Status.ACTIVE)
GOALS: Mapping[str, Goal] = {
    "ready": Goal("ready to activate, or active", _READY, (Status.CATALOG_FAILED, *ENDED)),
    "active": Goal("active", (Status.ACTIVE,), (Status.CATALOG_FAILED, *ENDED)),
    "failed": Goal("its catalog failed", (Status.CATALOG_FAILED,), (Status.ACTIVE, *ENDED)),
    "settled": Goal("ready, failed, active or ended", (*_READY, Status.CATALOG_FAILED, *ENDED), ()),
}
