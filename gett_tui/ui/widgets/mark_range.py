"""Marking with shift and an arrow: the way there marks, the way back gives back what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gett_tui.ui.widgets.store_table import StoreTable


class MarkRange:
    """The stores passed, and whether each was marked before."""

    def __init__(self, table: StoreTable) -> None:
        self._table = table
        self._trail: list[tuple[str, bool]] = []

    def clear(self) -> None:
        """Forgets the way."""
        self._trail.clear()

    def step(self, here: str, there: str) -> None:
        """The cursor goes from one store to the next with shift held."""
        trail, table = self._trail, self._table
        if not trail or trail[-1][0] != here:
            trail[:] = [(here, table.is_marked(here))]
        if len(trail) > 1 and trail[-2][0] == there:
            table.mark(*trail.pop())
        else:
            trail.append((there, table.is_marked(there)))
            table.mark(here)
            table.mark(there)
