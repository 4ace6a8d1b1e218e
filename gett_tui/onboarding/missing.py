"""Which stores Gett does not know any more, and when that is believed: none is gone by one answer (invariant 8). Pure.

Gett's NOT_FOUND about a store that was known counts as a doubt. At the next question about that store it is believed,
unless doubts come in a wave: three stores in a row, without a good answer in between, look like a wrong host or key.
While the wave lasts nothing is believed; a good answer about any store ends it, and its doubts are forgotten. Before a
store's end is believed others are asked (``refreshing``), so that it is no matter which process heard what before.
"""

from __future__ import annotations

WAVE = 3
"""Stores in a row that are no accident."""


class MissingStores:
    """The doubts about the stores of one profile."""

    def __init__(self) -> None:
        self._doubted: set[str] = set()
        self._in_a_row: set[str] = set()

    @property
    def is_wave(self) -> bool:
        """Whether Gett does not know store after store, so that no store's end is believed."""
        return len(self._in_a_row) >= WAVE

    def may_be_believed(self, key: str) -> bool:
        """Whether a NOT_FOUND about ``key`` would be the second one, and outside a wave."""
        return key in self._doubted and not self.is_wave

    def not_found(self, key: str) -> None:
        """Notes a NOT_FOUND about ``key`` that was not believed."""
        self._doubted.add(key)
        self._in_a_row.add(key)

    def answered(self, key: str) -> None:
        """Notes a good answer about ``key``."""
        if self.is_wave:
            self._doubted.clear()
        self._in_a_row.clear()
        self._doubted.discard(key)

    def gone(self, key: str) -> None:
        """Notes a NOT_FOUND about ``key`` that was believed. It still is one in the row."""
        self._doubted.discard(key)

    def forget(self, key: str) -> None:
        """Lets a store go that is asked about no more. A wave whose stores have all gone so is over."""
        self._doubted.discard(key)
        if not self.is_wave:
            self._in_a_row.discard(key)
        elif not self._doubted:
            self._in_a_row.clear()
