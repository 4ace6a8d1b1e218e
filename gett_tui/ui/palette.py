"""The command palette, fed by the same definition as the keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Provider

from gett_tui.ui.commands import COMMANDS

if TYPE_CHECKING:
    from textual.command import Hits

    from gett_tui.ui.commands import Command


class CommandProvider(Provider):
    """Finds the dashboard's commands by their words."""

    async def discover(self) -> Hits:
        """All commands, in the order of their definition."""
        for command in self._offered():
            yield DiscoveryHit(command.words, partial(self._run, command.id), help=command.explain)

    async def search(self, query: str) -> Hits:
        """The commands that match ``query``."""
        matcher = self.matcher(query)
        for command in self._offered():
            score = matcher.match(f"{command.words} {command.explain}")
            if score > 0:
                yield Hit(score, matcher.highlight(command.words), partial(self._run, command.id), help=command.explain)

    def _offered(self) -> list[Command]:
        """What the screen that it was opened on can do: anything else would do nothing, in silence."""
        return [command for command in COMMANDS if hasattr(self.screen, f"action_{command.id}")]

    async def _run(self, command_id: str) -> None:
        await self.screen.run_action(command_id)
