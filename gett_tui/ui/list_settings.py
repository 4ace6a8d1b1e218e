"""How the operator likes the list: the order, and whether what is over is hidden. Kept from one start to the next.

Its invariant: whatever a file says, the list comes up; what is not understood of it is as if it were not there.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple, Protocol

from gett_tui.ui.sort_keys import ATTENTION, ORDER_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PATIENCE = 1.0
"""Seconds that the end of the program waits for a disk."""


class ListSettings(NamedTuple):
    """What is remembered."""

    order: str = ATTENTION
    """One of ``ORDER_NAMES``."""
    reverse: bool = False
    hides_ended: bool = False

    @classmethod
    def from_facts(cls, facts: Mapping[str, object]) -> ListSettings:
        """As far as ``facts``, which may be anything, can be understood."""
        order = facts.get("order")
        return cls(
            order if isinstance(order, str) and order in ORDER_NAMES else ATTENTION,
            facts.get("reverse") is True,
            facts.get("hides_ended") is True,
        )


class SettingsStore(Protocol):
    """Keeps them for one profile; ``write`` waits for the disk."""

    def read(self) -> Mapping[str, object]:
        """What was written last; empty when there is nothing, or nothing that can be read."""
        ...

    def write(self, facts: Mapping[str, object]) -> None:
        """Keeps ``facts`` in place of what was there. Raises GettTuiError."""
        ...


class SettingsKeeper:
    """Knows the present settings, and keeps them in ``store`` off the event loop; in memory alone without one.

    ``on_error`` hears of the first of several errors in a row.
    """

    def __init__(self, store: SettingsStore | None = None) -> None:
        self._store = store
        self.settings = self._kept = ListSettings.from_facts(store.read()) if store is not None else ListSettings()
        self._writing: asyncio.Task[None] | None = None
        self._has_failed = False
        self.on_error: Callable[[Exception], None] = lambda _error: None

    def keep(self, settings: ListSettings) -> None:
        """These are the settings from now on."""
        self.settings = settings
        if self._store is not None and (self._writing is None or self._writing.done()):
            self._writing = asyncio.ensure_future(self._write(self._store))

    async def _write(self, store: SettingsStore) -> None:
        """One write at a time, until what is kept is what is meant."""
        while self._kept != self.settings:
            settings = self.settings
            try:
                await asyncio.to_thread(store.write, settings._asdict())
            except Exception as error:  # whatever it is, it is told, and the list goes on without
                if not self._has_failed:
                    self._has_failed = True
                    self.on_error(error)
                return
            self._kept, self._has_failed = settings, False

    async def close(self) -> None:
        """Waits a moment for a write under way."""
        if self._writing is not None:
            await asyncio.wait({self._writing}, timeout=_PATIENCE)
