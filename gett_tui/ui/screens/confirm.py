"""Asks before the world is changed: which store, which Gett, and a safe answer that has the focus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Static

from gett_tui.text import count
from gett_tui.ui.commands import LEAVE
from gett_tui.ui.production import LINE, place
from gett_tui.ui.record_text import NO_PARTNER_ID
from gett_tui.ui.screens.dialog import fitted
from gett_tui.ui.screens.question import DO, Question
from gett_tui.ui.status_style import Tone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from gett_tui.onboarding.record import Record
    from gett_tui.ui.environment import Environment

_MOST = 12
_INDENT = 2
_SCROLL_BAR = 2


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    ask: str
    """The question, with the stores in place of the brackets."""
    effect: str
    safe: str
    do: str
    effect_of_many: str = ""
    """The effect for several stores, where that is not the same."""
    done: str = "done"
    """What those left out cannot be."""


_WORDS = {
    "activate": _Words(
        "Activate",
        "Put {} live",
        "It goes live on the Gett network and starts to get orders.",
        "Not now",
        "Activate",
        "They go live on the Gett network and start to get orders.",
        "activated",
    ),
    "cancel": _Words(
        "Cancel onboarding",
        "Cancel the onboarding of {}",
        "Gett forgets the registration. This cannot be undone.",
        "Keep it",
        "Cancel onboarding",
        "Gett forgets the registrations. This cannot be undone.",
        "cancelled",
    ),
    "again": _Words(
        "Register again",
        "Register {} again",
        "The answer to the first try is lost. If Gett has the store already, it may then have it twice.",
        "Not now",
        "Register again",
    ),
    "drop": _Words(
        "Drop",
        "Drop {}",
        "The attempt is closed here. If Gett has the store, nobody watches it any more.",
        "Keep it",
        "Drop",
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
                yield Static(self._stores(), markup=False, id="stores")
            yield Static(self._effect(), markup=False, id="effect")
            with Horizontal(id="buttons"):
                yield Button(words.safe, id="safe", variant="primary")
                yield Button(f"{words.do} ({DO})", id="do", variant="error")

    def fit(self) -> None:
        """Cuts the texts anew."""
        for name, text in (("asked", self._question()), ("stores", self._stores()), ("effect", self._effect())):
            self.query_one(f"#{name}", Static).update(text)

    def _question(self) -> Text:
        which = count(len(self._records), "store") if len(self._records) > 1 else "this store"
        text = Text(f"{self._words.ask.format(which)} on ")
        is_production = self._environment.is_production
        name = place(self._environment.profile, is_production=is_production)
        text.append(f" {name} ", LINE if is_production else "bold reverse")
        return text.append(f" ({fitted(self._environment.host, self.room - 3)})?")

    def _stores(self) -> Text:
        shown = self._records[:_MOST]
        rows = self._one(shown[0]) if len(shown) == 1 else (self._of_many(record) for record in shown)
        return Text("\n").join(rows)

    @property
    def _row(self) -> int:
        """Cells for a row of the stores, whether they scroll or not."""
        return self.room - _INDENT - _SCROLL_BAR

    def _one(self, record: Record) -> Iterator[Text]:
        """The store with its ids, each on a row of its own."""
        yield Text(f"  {fitted(record.name, self._row)}", "bold")
        yield Text(f"  partner id {fitted(record.partner_store_id or NO_PARTNER_ID, self._row - 11)}")
        if record.onboarding_id:
            yield Text(f"  onboarding id {fitted(record.onboarding_id, self._row - 14)}", Tone.OFF.style)

    def _of_many(self, record: Record) -> Text:
        """The store on one row."""
        partner = fitted(record.partner_store_id or NO_PARTNER_ID, self._row // 3)
        name = fitted(record.name, self._row - 13 - cell_len(partner))
        return Text(f"  {name}", "bold").append(f"  partner id {partner}", "not bold")

    def _effect(self) -> Text:
        """What it does, and what the list leaves out: never scrolled away."""
        text, gap = Text(), "\n" if self.is_small else "\n\n"
        words = self._words
        if len(self._records) > _MOST:
            text.append(f"… and {len(self._records) - _MOST} more{gap}")
        if self._left_out:
            are = "it is" if self._left_out == 1 else "they are"
            text.append(
                f"{self._left_out} of the marked stores cannot be {words.done}: {are} left out.{gap}", Tone.ASK.style
            )
        is_one = len(self._records) == 1
        return text.append(words.effect if is_one else words.effect_of_many or words.effect)

    def action_scroll_list(self, rows: int) -> None:
        """Scrolls the stores."""
        self.query_one("#asked-about").scroll_relative(y=rows, animate=False)
