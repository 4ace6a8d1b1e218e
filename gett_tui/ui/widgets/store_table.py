"""Which stores the list shows and in what order: rows, sort, filter and marks, without a screen.

Every row has a *place*, the tuple it is sorted by, that ends with its key and so is unique. The places stand in
sorted lists, so a row is found by bisection, and a changed row is moved without sorting the rest again.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from typing import TYPE_CHECKING

from gett_tui.onboarding.status import CLOSED
from gett_tui.ui.columns import ORDERS, Needs
from gett_tui.ui.sort_keys import ATTENTION, LASTING
from gett_tui.ui.widgets.store_choice import Choice, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State
    from gett_tui.ui.sort_keys import SortKey as Place


class StoreTable:
    """The rows of the store list. Lines are counted from 0 among the rows that the filter lets through."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._all: list[Place] = []
        self._shown: list[Place] = self._all  # the same list while there is no filter
        self._choice = Choice()
        self._sort = ATTENTION
        self._reverse = False
        self._counts: Counter[State] = Counter()
        self.needs = Needs()
        """The room that the columns have needed so far: they never become narrower, which would only unsettle."""
        self._marks: set[str] = set()
        self._holds = 0
        self._displaced: set[str] = set()  # rows to be put in their place when the order thaws

    # What there is

    def __len__(self) -> int:
        """How many stores there are, shown or not."""
        return len(self._rows)

    @property
    def shown(self) -> int:
        """How many lines there are."""
        return len(self._shown)

    @property
    def counts(self) -> Mapping[State, int]:
        """How many stores have each status."""
        return self._counts

    @property
    def sort(self) -> str:
        """The name of the order, one of ``ORDERS``."""
        return self._sort

    @property
    def reverse(self) -> bool:
        """Whether the order is turned round."""
        return self._reverse

    @property
    def hides_closed(self) -> bool:
        """Whether the stores that a person has ended are left out."""
        return self._choice.hides_closed

    @property
    def hidden(self) -> int:
        """How many stores are left out because a person has ended them."""
        choice = self._choice
        if not choice.hides_closed:
            return 0
        pinned = self.get(choice.pinned) if choice.pinned is not None else None
        is_kept = pinned is not None and pinned.status in CLOSED
        return sum(self._counts[state] for state in CLOSED) - is_kept

    def would_leave(self, key: str, status: State) -> bool:
        """Whether a store that comes to ``status`` goes from where it stands now."""
        row = self._rows.get(key)
        if row is None:
            return False
        return self._sort not in LASTING or not self._choice.wants(Row(row.record._replace(status=status)))

    def get(self, key: str) -> Record | None:
        """The record called ``key``."""
        row = self._rows.get(key)
        return row.record if row else None

    def key_at(self, line: int) -> str:
        """The key on ``line``. Raises IndexError outside the shown lines."""
        if not 0 <= line < len(self._shown):
            raise IndexError(line)
        return self._shown[-1 - line if self._reverse else line][-1]

    def order(self) -> list[str]:
        """The keys of all lines, in order."""
        places = reversed(self._shown) if self._reverse else self._shown
        return [place[-1] for place in places]

    def line_of(self, key: str | None) -> int | None:
        """The line of a store, or None when it is not shown."""
        place = self.place_of(key)
        if place is None:
            return None
        index = bisect_left(self._shown, place)
        if index == len(self._shown) or self._shown[index] != place:
            return None
        return len(self._shown) - 1 - index if self._reverse else index

    def place_of(self, key: str | None) -> Place | None:
        """Where a store stands in the present sort, shown or not."""
        row = self._rows.get(key) if key is not None else None
        return row.place if row else None

    def line_near(self, place: Place) -> int | None:
        """The line at ``place``, or the next one below it; the last line when there is none below.

        None when no line is shown.
        """
        count = len(self._shown)
        if not count:
            return None
        if not self._reverse:
            return min(bisect_left(self._shown, place), count - 1)
        index = bisect_left(self._shown, place)
        here = index < count and self._shown[index] == place
        return min(count - 1 - index if here else count - index, count - 1)

    # What changes

    def upsert(self, records: Iterable[Record]) -> bool:
        """Take new and changed records. False when every one of them was there already, just so."""
        changed = False
        displaced: set[str] = set()
        for record in records:
            row = self._rows.get(record.key)
            if row is None:
                row = self._rows[record.key] = Row(record)
            elif row.record == record:
                continue
            else:
                self._counts[row.record.status] -= 1
                row.take(record)
            self._counts[record.status] += 1
            self.needs = self.needs.and_of(record)
            displaced.add(record.key)
            changed = True
        if self._holds:
            self._displaced |= displaced
        elif displaced:
            self._put_in_place(displaced)
        return changed

    def remove(self, keys: Iterable[str]) -> bool:
        """Forget stores, with their marks. False when none of them was there."""
        leaving: list[Place] = []
        found = False
        for key in keys:
            row = self._rows.pop(key, None)
            if row is None:
                continue
            found = True
            self._counts[row.record.status] -= 1
            self._marks.discard(key)
            self._displaced.discard(key)
            if row.place is not None:
                leaving.append(row.place)
        self._exchange(leaving, [])
        return found

    def set_sort(self, sort: str, reverse: bool = False) -> None:
        """Order by one of ``ORDERS``. Raises KeyError for any other name."""
        order = ORDERS[sort]
        self._reverse = reverse
        if sort == self._sort:
            return
        self._sort = sort
        for key, row in self._rows.items():
            row.place = (*order(row.record), key)
        self._displaced.clear()
        self._all = sorted(row.place for row in self._rows.values() if row.place is not None)
        self._shown = self._matching(self._all)

    def set_filter(self, text: str) -> None:
        """Show only the stores in which every word of ``text`` is found; ``!word`` asks for those without it.

        Looked at: name, partner store id, onboarding id, storeId and the words of the status, whatever the case.
        """
        base = self._shown if self._choice.filter_by(text) else self._all
        self._shown = self._matching(base)

    def hide_closed(self, hides: bool) -> None:
        """Leave out the stores that a person has ended, or show them again."""
        self._choice.hide_closed(hides)
        self._shown = self._matching(self._all)

    def pin(self, key: str | None) -> None:
        """Keep a store shown, whatever becomes of it, in place of the one pinned before.

        Only ``set_filter`` and ``hide_closed`` leave out a pinned one, and unpin it.
        """
        before, self._choice.pinned = self._choice.pinned, key
        row = self._rows.get(before) if before is not None and before != key else None
        if row is not None and row.place is not None and self._shown is not self._all and not self._choice.wants(row):
            _exchange(self._shown, [row.place], [])

    def hold(self) -> None:
        """Freeze the order: values still change and removed rows still go, but no row moves, comes or is filtered out.

        May be nested; as many calls of ``release`` thaw it.
        """
        self._holds += 1

    @property
    def unsettled(self) -> bool:
        """Whether rows wait for the order to thaw."""
        return bool(self._displaced)

    def release(self) -> None:
        self._holds = max(0, self._holds - 1)
        if self._holds or not self._displaced:
            return
        displaced, self._displaced = self._displaced, set()
        self._put_in_place(displaced)

    # Marks

    @property
    def mark_count(self) -> int:
        return len(self._marks)

    def is_marked(self, key: str) -> bool:
        return key in self._marks

    def marked(self) -> list[str]:
        """The marked keys in the order of the list, those that the filter hides too."""
        places = sorted((self._rows[key].place or (), key) for key in self._marks)
        keys = [key for _, key in places]
        return keys[::-1] if self._reverse else keys

    def mark(self, key: str, on: bool = True) -> None:
        if on and key in self._rows:
            self._marks.add(key)
        else:
            self._marks.discard(key)

    def clear_marks(self) -> None:
        self._marks.clear()

    # How it is done

    def _matching(self, places: list[Place]) -> list[Place]:
        """Those of ``places`` that are shown; where all are it is ``_all`` itself."""
        if self._choice.is_all:
            return self._all
        rows, lets_through = self._rows, self._choice.lets_through
        return [place for place in places if lets_through(rows[place[-1]])]

    def _put_in_place(self, keys: Iterable[str]) -> None:
        order = ORDERS[self._sort]
        leaving: list[Place] = []
        arriving: list[Place] = []
        for key in keys:
            row = self._rows[key]
            if row.place is not None:
                leaving.append(row.place)
            row.place = (*order(row.record), key)
            arriving.append(row.place)
        self._exchange(leaving, arriving)

    def _exchange(self, leaving: list[Place], arriving: list[Place]) -> None:
        _exchange(self._all, leaving, arriving)
        if self._shown is not self._all:
            _exchange(self._shown, leaving, self._matching(arriving))


def _exchange(places: list[Place], leaving: list[Place], arriving: list[Place]) -> None:
    """Take ``leaving`` out of the sorted ``places`` as far as they are there, and put ``arriving`` in."""
    if len(leaving) + len(arriving) > 50 + len(places) // 20:
        gone = set(leaving)
        places[:] = sorted([place for place in places if place not in gone] + arriving)
        return
    for place in leaving:
        index = bisect_left(places, place)
        if index < len(places) and places[index] == place:
            del places[index]
    for place in arriving:
        insort(places, place)
