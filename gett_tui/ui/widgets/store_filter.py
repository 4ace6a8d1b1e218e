"""Which stores the words of a filter let through: pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.onboarding.status import meaning
from gett_tui.ui.sort_keys import folded

if TYPE_CHECKING:
    from gett_tui.onboarding.record import Record


def haystack(record: Record) -> str:
    """What of a record is searched: name, partner store id, onboarding id, storeId and the words of the status."""
    words = meaning(record.status).words
    fields = (record.name, record.partner_store_id, record.onboarding_id, record.store_id, words)
    return folded(*(field for field in fields if field))


class Filter:
    """The words of a filter: all must be found, those behind ``!`` must not. Without words it lets all through."""

    def __init__(self, text: str = "") -> None:
        words = folded(text).split()
        self._wanted = [word for word in words if not word.startswith("!")]
        self._unwanted = [word[1:] for word in words if len(word) > 1 and word.startswith("!")]

    def __bool__(self) -> bool:
        return bool(self._wanted or self._unwanted)

    def matches(self, haystack: str) -> bool:
        """Whether a store with this ``haystack`` is let through."""
        for wanted in self._wanted:
            if wanted not in haystack:
                return False
        return not any(word in haystack for word in self._unwanted)

    def narrows(self, other: Filter) -> bool:
        """Whether all that this filter matches, ``other`` matches too."""
        found = all(any(word in mine for mine in self._wanted) for word in other._wanted)
        return found and set(other._unwanted) <= set(self._unwanted)
