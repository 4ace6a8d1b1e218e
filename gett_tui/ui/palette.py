"""The command palette, fed by the same definition as the keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from textual.command import DiscoveryHit, Hit, Provider
from textual.widgets import Input

from gett_tui.ui.commands import COMMANDS, actions
from gett_tui.ui.widgets.field import Field, paste_problem, trimmed
from gett_tui.ui.widgets.filter_box import LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.command import Hits
    from textual.events import Paste

    from gett_tui.ui.commands import Command


class _Entry(NamedTuple):
    words: str
    action: str
    explain: str


class CommandProvider(Provider):
    """Finds the dashboard's commands by their words."""

    async def discover(self) -> Hits:
        """All commands, in the order of their definition."""
        for words, action, explain in self._offered():
            yield DiscoveryHit(words, partial(self._run, action), help=explain)

    async def search(self, query: str) -> Hits:
        """The commands that match ``query``."""
        matcher = self.matcher(query)
        for words, action, explain in self._offered():
            score = matcher.match(f"{words} {explain}")
            if score > 0:
                yield Hit(score, matcher.highlight(words), partial(self._run, action), help=explain)

    def _offered(self) -> Iterator[_Entry]:
        """What the screen that it was opened on can do: anything else would do nothing, in silence."""
        for command in COMMANDS:
            if hasattr(self.screen, f"action_{command.id}"):
                yield from _entries(command)

    async def _run(self, action: str) -> None:
        await self.screen.run_action(action)


def _entries(command: Command) -> Iterator[_Entry]:
    """The command, or each choice of one that has some."""
    for action, choice in zip(actions(command), command.choices or ("",), strict=True):
        yield _Entry(f"{command.words} {choice}".rstrip(), action, command.explain)


def still(field: Input) -> None:
    """Makes Textual's own field like ours: its cursor stands still, and it has an end."""
    field.cursor_blink = False
    field.max_length = LIMIT


def refusal(focused: object, event: Paste) -> str | None:
    """Why a paste is refused by Textual's own field, which would take a part of it; None where there is no reason."""
    if not isinstance(focused, Input) or isinstance(focused, Field):
        return None
    event.text = trimmed(event.text)
    length = len(focused.value) + len(event.text)
    if length > LIMIT:
        return f"not pasted: it makes {length:,} characters; here is room for {LIMIT}"
    return paste_problem(event.text)
