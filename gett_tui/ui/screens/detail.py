"""One store on the full screen, for narrow terminals, long errors and times as Gett sent them.

What can be done with the store is done from here, and its end is seen here: the screen stays open, but for a store that
is registered anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.widget import Widget

from gett_tui.ui.commands import COMMANDS, LEAVE, command, full_screen_bindings
from gett_tui.ui.screens.dialog import Dialog
from gett_tui.ui.widgets.key_bar import KEY
from gett_tui.ui.widgets.pipeline_panel import PipelinePanel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.onboarding.record import Record

    Act = Callable[[str, Record], None]

_LAST = ("refresh", "copy_id", "palette")
"""Commands that are not missed where there is no room."""


class DetailScreen(Dialog[None]):
    """Follows one record while it is open. ``act`` does what a command, by its id, is for with the record."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(f"{LEAVE},q,enter", "leave", "Back"),
        *full_screen_bindings(),
    ]

    def __init__(
        self, record: Record, note: str | None, *, act: Act, clock: Callable[[], datetime], ascii_only: bool
    ) -> None:
        super().__init__()
        self._record = record
        self._note = note
        self._act = act
        self._ascii = ascii_only
        self._keys = DetailKeys(record)
        self._panel = PipelinePanel(clock=clock, ascii_only=ascii_only, wire=True)
        self._panel.id = "detail"

    @property
    def key(self) -> str:
        """The key of the record that it shows."""
        return self._record.key

    def compose(self) -> ComposeResult:
        """The panel, and the keys that the store can be acted on by."""
        yield self._panel
        yield self._keys

    def on_mount(self) -> None:
        """Shows the record."""
        self._panel.show(self._record, self._note)
        self._panel.focus()

    def show(self, record: Record | None, note: str | None) -> None:
        """Shows the record as it is now; another record's news is not for here."""
        if record is not None and record.key == self._record.key:
            self._record, self._note = record, note
            self._panel.show(record, note)
            self._keys.show(record)

    def action_activate(self) -> None:
        """Puts the store live after a confirmation."""
        self._act("activate", self._record)

    def action_cancel_onboarding(self) -> None:
        """Cancels the onboarding after a confirmation."""
        self._act("cancel_onboarding", self._record)

    def action_fix(self) -> None:
        """Cancels a failed store and registers it again."""
        self._act("fix", self._record)

    def action_resolve(self) -> None:
        """Settles a store that is unconfirmed."""
        self._act("resolve", self._record)

    def action_refresh(self) -> None:
        """Asks Gett about the store."""
        self._act("refresh", self._record)

    def action_copy_id(self) -> None:
        """Copies the onboarding id."""
        self._act("copy_id", self._record)

    def action_help(self) -> None:
        """All keys and signs."""
        from gett_tui.ui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(ascii_only=self._ascii))

    def action_palette(self) -> None:
        """What can be done here, by name."""
        self.app.action_command_palette()

    def action_leave(self) -> None:
        """Goes back to the list."""
        self.dismiss(None)


class DetailKeys(Widget):
    """The keys that can act on a store as it stands now."""

    def __init__(self, record: Record) -> None:
        super().__init__(id="detail-keys")
        self._able = _able(record)

    def show(self, record: Record) -> None:
        """Follows ``record``; writes nothing when it can be acted on as before."""
        able = _able(record)
        if able != self._able:
            self._able = able
            self.refresh()

    def render(self) -> Text:
        """As many keys as there is room for, in the order of their worth."""
        row, width = Text(no_wrap=True), self.app.size.width
        for key, words in _keys(self._able):
            part = Text(" ").append(key, KEY).append(f" {words} ")
            if row.cell_len + part.cell_len > width:
                break
            row.append_text(part)
        return row


def _able(record: Record) -> tuple[str, ...]:
    return tuple(one.id for one in COMMANDS if one.full_screen and one.applies(record))


def _keys(able: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The keys and what they do: what the store waits for, the way back, and what is not missed."""
    first = [command(name) for name in able if name not in (*_LAST, "help")]
    yield from ((one.key_words, one.bar_words) for one in first)
    yield LEAVE, "back"
    last = [command(name) for name in ("help", *_LAST) if name in able]
    yield from ((one.key_words, one.bar_words) for one in last)
