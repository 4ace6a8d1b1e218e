"""The command palette, fed by the same definition as the keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from textual.command import CommandPalette, DiscoveryHit, Hit, Provider
from textual.widgets import Input

from gett_tui.ui.commands import COMMANDS, actions
from gett_tui.ui.widgets.field import Field, paste_problem, trimmed
from gett_tui.ui.widgets.filter_box import LIMIT
from gett_tui.ui.widgets.message_line import MessageLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.command import Hits
    from textual.events import Paste
    from textual.worker import Worker, WorkType

    from gett_tui.ui.commands import Command
    from gett_tui.ui.notifications import Notifications

T = TypeVar("T")


class _Entry(NamedTuple):
    words: str
    action: str
    explain: str


class Palette(CommandPalette):
    """Textual's own, with a field like ours, and what is said in its place."""

    def __init__(self, notifications: Notifications) -> None:
        super().__init__(id="--command-palette")
        self._notifications = notifications

    def on_mount(self) -> None:
        """Its cursor stands still, and it has an end."""
        field = self.query_one(Input)
        field.cursor_blink = False
        field.max_length = LIMIT
        self.mount(MessageLine(self._notifications.log))

    def run_worker(self, work: WorkType[T], *about: Any, **more: Any) -> Worker[T]:
        """Does not end the app with a worker: the one that gathers fails when its list is taken down before it."""
        return super().run_worker(work, *about, **{**more, "exit_on_error": False})

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Says what a worker ended with, unless the palette itself is ending."""
        if self.query(Input):
            self._notifications.worker_ended(event.worker.error)


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


def refusal(focused: object, event: Paste) -> str | None:
    """Why a paste is refused by Textual's own field, which would take a part of it; None where there is no reason."""
    if not isinstance(focused, Input) or isinstance(focused, Field):
        return None
    event.text = trimmed(event.text)
    length = len(focused.value) + len(event.text)
    if length > LIMIT:
        return f"not pasted: it makes {length:,} characters; here is room for {LIMIT}"
    return paste_problem(event.text)
