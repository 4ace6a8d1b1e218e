"""The command palette, fed by the same definition as the keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Provider

from gett_tui.ui.commands import COMMANDS

if TYPE_CHECKING:
    from textual.command import Hits


class CommandProvider(Provider):
    """Finds the dashboard's commands by their words."""

    async def discover(self) -> Hits:
        """All commands, in the order of their definition."""
        for command in COMMANDS:
            yield DiscoveryHit(command.words, partial(self._run, command.id), help=command.explain)

    async def search(self, query: str) -> Hits:
        """The commands that match ``query``."""
        matcher = self.matcher(query)
        for command in COMMANDS:
            score = matcher.match(f"{command.words} {command.explain}")
            if score > 0:
                yield Hit(score, matcher.highlight(command.words), partial(self._run, command.id), help=command.explain)

    async def _run(self, command_id: str) -> None:
        await self.screen.run_action(command_id)
