"""The command palette, fed by the same definition as the keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.command import DiscoveryHit, Hit, Provider

from gett_tui.ui.commands import COMMANDS, actions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.command import Hits


class _Entry(NamedTuple):
    words: str
    action: str
    explain: str


class CommandProvider(Provider):
    """Finds the dashboard's commands by their words."""

    async def discover(self) -> Hits:
        """All commands, in the order of their definition."""
        for words, action, explain in _entries():
            yield DiscoveryHit(words, partial(self._run, action), help=explain)

    async def search(self, query: str) -> Hits:
        """The commands that match ``query``."""
        matcher = self.matcher(query)
        for words, action, explain in _entries():
            score = matcher.match(f"{words} {explain}")
            if score > 0:
                yield Hit(score, matcher.highlight(words), partial(self._run, action), help=explain)

    async def _run(self, action: str) -> None:
        await self.screen.run_action(action)


def _entries() -> Iterator[_Entry]:
    """Each command, and each choice of one that has some."""
    for command in COMMANDS:
        for action, choice in zip(actions(command), command.choices or ("",), strict=True):
            yield _Entry(f"{command.words} {choice}".rstrip(), action, command.explain)
