"""The running copy's life behind the dashboard: started once the first frame is drawn, and what has become of it.

No key waits in silence: what cannot be asked of the service yet, or any more, is told (invariant 7).
"""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.screen import Screen

    from gett_tui.onboarding import events
    from gett_tui.runtime import Runtime

    MakeRuntime = Callable[[Callable[[events.Event], None]], Runtime]

_STARTING = "Still starting: the records are being read."


class RuntimeHost:
    """Runs what ``make_runtime`` makes as a worker of ``screen``; ``hear`` gets each event of the service's.

    Nothing of what a runtime needs is imported before ``start``. ``on_failure`` hears the sentence of an error that
    has ended it.
    """

    def __init__(
        self,
        screen: Screen[None],
        make_runtime: MakeRuntime,
        *,
        hear: Callable[[events.Event], None],
        on_failure: Callable[[str], None],
    ) -> None:
        self._screen = screen
        self._make_runtime = make_runtime
        self._hear = hear
        self._on_failure = on_failure
        self._failure: str | None = None
        self.runtime: Runtime | None = None
        """None until it has started."""
        self.is_loaded = False
        """Whether all records have been read."""

    def start(self) -> None:
        """Starts it."""
        self._screen.run_worker(self._run(), name="runtime", exit_on_error=False)

    async def _run(self) -> None:
        try:
            await asyncio.to_thread(_import_runtime)
            self.runtime = self._make_runtime(self._hear)
            await self.runtime.run()
        except Exception as error:  # whatever it is, it is shown and stands there; so do the records
            from gett_tui.error_messages import sentence
            from gett_tui.ui.status_view import outage_words

            self._failure = outage_words(None, sentence(error), None)
            self._on_failure(self._failure)

    def why_not_yet(self) -> str | None:
        """Why nothing can be asked of the service, or None when it can."""
        if self._failure is not None:
            return self._failure
        return None if self.is_loaded and self.runtime is not None else _STARTING


def _import_runtime() -> None:
    for name in ("gett_tui.runtime", "gett_tui.ui.status_view", "gett_tui.ui.screens.store_actions"):
        importlib.import_module(name)
