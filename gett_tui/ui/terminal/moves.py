"""The shortest way of the cursor from one cell to another."""

from __future__ import annotations

from functools import lru_cache

Place = tuple[int, int]
"""Column and row, from 0."""


def to_place(column: int, row: int) -> str:
    """An absolute move (``CUP``), without the parameters that are 1 anyway."""
    if column == 0:
        return f"\x1b[{row + 1}H" if row else "\x1b[H"
    return f"\x1b[{row + 1 if row else ''};{column + 1}H"


def to_column(column: int) -> str:
    """An absolute move within the row: the carriage return or ``CHA``."""
    return f"\x1b[{column + 1}G" if column else "\r"


@lru_cache(4096)
def move(start: Place | None, column: int, row: int) -> str:
    """The shortest from ``start``; an absolute one where that is not known.

    Down and up only by ``CUD`` and ``CUU``: a line feed is doubled by the line discipline, and may scroll.
    """
    if start is None:
        return to_place(column, row)
    down, right = row - start[1], column - start[0]
    ways = [to_place(column, row), _vertical(down) + _horizontal(right), _vertical(down) + to_column(column)]
    return min(ways, key=len)


def _vertical(down: int) -> str:
    return _relative(down, "B", "A")


def _horizontal(right: int) -> str:
    return min("\b" * -right if right < 0 else _relative(right, "C", "D"), _relative(right, "C", "D"), key=len)


def _relative(count: int, forward: str, backward: str) -> str:
    if count == 0:
        return ""
    number = abs(count) if abs(count) > 1 else ""
    return f"\x1b[{number}{forward if count > 0 else backward}"
