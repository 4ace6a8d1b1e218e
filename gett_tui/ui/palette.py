"""The command palette, fed by the same definition as the keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Provider
from textual.widgets import Input

from gett_tui.ui.commands import COMMANDS
from gett_tui.ui.widgets.field import Field, one_line, paste_problem
from gett_tui.ui.widgets.filter_box import LIMIT

if TYPE_CHECKING:
    from textual.command import Hits
    from textual.events import Paste


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


def still(field: Input) -> None:
    """Makes Textual's own field like ours: its cursor stands still, and it has an end."""
    field.cursor_blink = False
    field.max_length = LIMIT


def refusal(focused: object, event: Paste) -> str | None:
    """Why a paste is refused by Textual's own field, which would take a part of it; None where there is no reason."""
    if not isinstance(focused, Input) or isinstance(focused, Field):
        return None
    event.text = one_line(event.text)
    length = len(focused.value) + len(event.text)
    if length > LIMIT:
        return f"not pasted: it makes {length:,} characters; here is room for {LIMIT}"
    return paste_problem(event.text)
