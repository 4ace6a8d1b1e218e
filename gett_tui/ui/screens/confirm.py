"""Asks before the world is changed: which store, which Gett, and a safe answer that has the focus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from gett_tui.text import one_line
from gett_tui.ui.commands import LEAVE
from gett_tui.ui.screens.dialog import DO, Question
from gett_tui.ui.widgets.status_line import place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.onboarding.record import Record
    from gett_tui.ui.environment import Environment

_MOST = 12


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    effect: str
    safe: str
    do: str


_WORDS = {
    "activate": _Words("Activate", "It goes live on the Gett network and starts to get orders.", "Not now", "Activate"),
    "cancel": _Words(
        "Cancel onboarding", "Gett forgets the registration. This cannot be undone.", "Keep it", "Cancel onboarding"
    ),
    "again": _Words(
        "Register again",
        "The answer to the first try is lost. If Gett has the store already, it may then have it twice.",
        "Not now",
        "Register again",
    ),
    "drop": _Words(
        "Drop", "The attempt is closed here. If Gett has the store, nobody watches it any more.", "Keep it", "Drop"
    ),
}


class ConfirmScreen(Question):
    """True when confirmed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_list(-1)", show=False),
        Binding("down", "scroll_list(1)", show=False),
    ]

    def __init__(self, action: str, records: Sequence[Record], environment: Environment, *, left_out: int = 0) -> None:
        super().__init__()
        self._words = _WORDS[action]
        self._records = records
        self._environment = environment
        self._left_out = left_out

    def compose(self) -> ComposeResult:
        """The question, the stores, the safe button first."""
        words = self._words
        with Vertical(id="dialog") as dialog:
            dialog.border_title = words.title
            dialog.set_class(self._environment.is_production, "-production")
            dialog.border_subtitle = f"{DO} does it · {LEAVE} leaves it"
            yield Static(self._question(), markup=False, id="asked")
            with VerticalScroll(id="asked-about", can_focus=False):
                yield Static(self._stores(), markup=False)
            yield Static(self._effect(), markup=False, id="effect")
            with Horizontal(id="buttons"):
                yield Button(words.safe, id="safe", variant="primary")
                yield Button(f"{words.do} ({DO})", id="do", variant="error")

    def _question(self) -> Text:
        many = len(self._records) > 1
        text = Text(f"{self._words.title} {f'{len(self._records)} stores' if many else 'this store'} on ")
        is_production = self._environment.is_production
        name = place(self._environment.profile, is_production=is_production)
        text.append(f" {name} ", "bold white on red" if is_production else "bold reverse")
        text.append(f" ({one_line(self._environment.host, 80)})?")
        return text

    def _stores(self) -> Text:
        return Text("\n").join(row for record in self._records[:_MOST] for row in self._store(record))

    def _store(self, record: Record) -> Iterator[Text]:
        row = Text(f"  {one_line(record.name, 60)}", "bold")
        yield row.append(f"  partner id {one_line(record.partner_store_id, 40)}", "not bold")
        if len(self._records) == 1 and record.onboarding_id:
            yield Text(f"  onboarding id {one_line(record.onboarding_id, 60)}", "dim")

    def _effect(self) -> Text:
        """What it does, and what the list leaves out: never scrolled away."""
        text = Text()
        if len(self._records) > _MOST:
            text.append(f"… and {len(self._records) - _MOST} more\n\n")
        if self._left_out:
            text.append(f"{self._left_out} of the marked stores cannot be: they are left out.\n\n", "yellow")
        return text.append(self._words.effect)

    def action_scroll_list(self, rows: int) -> None:
        """Scrolls the stores."""
        self.query_one("#asked-about").scroll_relative(y=rows, animate=False)
