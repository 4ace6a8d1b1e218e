"""Which lines of many are in sight, and the scrollbar that tells: numbers, no screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Sight:
    """The first line in sight, ``top``, held in bounds. ``length`` counts all lines, ``page`` those that fit."""

    def __init__(self, length: Callable[[], int], page: Callable[[], int]) -> None:
        self._length = length
        self._page = page
        self.top = 0

    @property
    def page(self) -> int:
        """How many lines fit."""
        return self._page()

    @property
    def is_all(self) -> bool:
        """Whether all lines are in sight, so that no scrollbar is needed."""
        return self._length() <= self.page

    def show_from(self, top: int) -> None:
        """Makes ``top`` the first line, as far as there are lines enough below it."""
        self.top = max(0, min(top, self._length() - self.page))

    def reveal(self, line: int) -> None:
        """Scrolls as little as brings ``line`` into sight."""
        self.show_from(max(line - self.page + 1, min(line, self.top)))

    def thumb(self) -> range:
        """The part of the bar, in lines of the page, that stands for what is in sight; none when that is all."""
        count, page = self._length(), self.page
        if count <= page:
            return range(0)
        size = max(1, page * page // count)
        start = round((page - size) * self.top / (count - page))
        return range(start, start + size)

    def drag_to(self, y: int) -> None:
        """The bar is pulled to the line ``y`` of the page."""
        self.show_from(round((self._length() - self.page) * y / max(1, self.page - 1)))
