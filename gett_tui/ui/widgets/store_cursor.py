"""The cursor of the store list: it is held by its store's key, so no sort, filter or news puts another one under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from gett_tui.ui.widgets.sight import Sight
    from gett_tui.ui.widgets.store_table import StoreTable


class StoreCursor:
    """On which store the cursor is, ``key``, and how what is in sight goes along with it."""

    def __init__(self, table: StoreTable, sight: Sight) -> None:
        self._table = table
        self._sight = sight
        self._key: str | None = None
        self.is_chosen = False
        """Whether the operator has put it somewhere."""

    @property
    def key(self) -> str | None:
        """The key of the store that it is on."""
        return self._key

    def _settle(self, line: int | None) -> None:
        # What is under the operator's finger stays there, even when the filter would leave it out by now.
        self._key = None if line is None else self.key_at(line)
        self._table.pin(self._key)

    @property
    def line(self) -> int | None:
        """The line that it is on; None when no store is shown."""
        return self._table.line_of(self.key)

    def key_at(self, line: int) -> str | None:
        """The key of the store on ``line``; None where there is none."""
        return self._table.key_at(line) if 0 <= line < self._table.shown else None

    def start(self) -> None:
        """Stands on the first store, as long as the operator has not moved it."""
        if not self.is_chosen:
            self._sight.top = 0
            self._settle(0)

    def go(self, line: int) -> None:
        """Goes to ``line``, or as far as there are lines, and into sight."""
        self.is_chosen = True
        self._settle(max(0, min(line, self._table.shown - 1)))
        self.reveal()

    def go_past(self, leaving: Collection[str]) -> None:
        """Goes from a store that is one of ``leaving`` to the next one below that is not, if there is one."""
        line = self.line
        if line is None or self.key not in leaving:
            return
        below = (at for at in range(line + 1, self._table.shown) if self._table.key_at(at) not in leaving)
        self.go(next(below, line))

    def move(self, lines: int) -> None:
        """Goes on by ``lines``."""
        line = self.line
        if line is not None:
            self.go(line + lines)

    def scroll(self, lines: int) -> None:
        """Goes on by ``lines``, and what is in sight goes with it."""
        if self.line is not None:
            self._sight.show_from(self._sight.top + lines)
            self.move(lines)

    def reveal(self) -> None:
        """Scrolls as little as brings it into sight."""
        line = self.line
        if line is None:
            self._sight.show_from(self._sight.top)
        else:
            self._sight.reveal(line)

    def rearrange(self, change: Callable[[], None], *, follow: bool = False) -> None:
        """Makes a change of the table with the cursor held on its store, and the store where it is on the screen.

        A cursor whose store is gone passes to the next one. When the cursor is scrolled out of sight, what is in
        sight stays, unless ``follow``. At the very top the list stays there as long as the cursor can be seen, so
        that news, which comes in at the top, is seen too.
        """
        table, sight = self._table, self._sight
        cursor_place, top_place = table.place_of(self.key), table.place_of(self.key_at(sight.top))
        line = self.line
        height = None if line is None else line - sight.top
        in_sight = height is not None and 0 <= height < sight.page

        change()

        line = self.line
        if line is None:
            line = table.line_near(cursor_place) if cursor_place else (0 if table.shown else None)
        self._settle(line)
        if line is not None and height is not None and in_sight:
            sight.show_from(0 if sight.top == 0 and line < sight.page else line - height)
        elif follow:
            self.reveal()
        else:
            sight.show_from((table.line_near(top_place) or 0) if top_place else sight.top)
