"""Which rows the store list shows: those of the filter, without those that are over, and always the pinned one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.onboarding.status import CLOSED
from gett_tui.ui.widgets.store_filter import Filter, haystack

if TYPE_CHECKING:
    from gett_tui.onboarding.record import Record
    from gett_tui.ui.sort_keys import SortKey as Place


class Row:
    """A store of the list."""

    __slots__ = ("_haystack", "place", "record")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.place: Place | None = None
        """None while the row waits for the order to thaw."""
        self._haystack: str | None = None

    def take(self, record: Record) -> None:
        """The store is this now."""
        self.record = record
        self._haystack = None

    @property
    def haystack(self) -> str:
        """What of it is searched."""
        if self._haystack is None:
            self._haystack = haystack(self.record)
        return self._haystack


class Choice:
    """What the operator wants to see."""

    def __init__(self) -> None:
        self._filter = Filter()
        self.hides_closed = False
        """Whether stores that a person has ended are left out."""
        self.pinned: str | None = None
        """The key of the store that stays shown whatever becomes of it."""

    @property
    def is_all(self) -> bool:
        """Whether nothing at all is left out."""
        return not self._filter and not self.hides_closed

    def filter_by(self, text: str) -> bool:
        """Wants what ``text`` lets through (see ``Filter``). True when that is among what was wanted before."""
        before, self._filter = self._filter, Filter(text)
        self.pinned = None
        return self._filter.narrows(before)

    def hide_closed(self, hides: bool) -> None:
        """Leaves out the stores that a person has ended, or does not."""
        self.hides_closed = hides
        self.pinned = None

    def wants(self, row: Row) -> bool:
        """Whether a row would be shown were it not pinned."""
        if self.hides_closed and row.record.status in CLOSED:
            return False
        return not self._filter or self._filter.matches(row.haystack)

    def lets_through(self, row: Row) -> bool:
        """Whether a row is shown."""
        return row.record.key == self.pinned or self.wants(row)
