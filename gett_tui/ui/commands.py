"""The one definition of the dashboard's commands, for keys, key bar, palette, help, README and sentences alike.

Its invariant: no sentence spells a key by itself. Whoever wants to name one writes ``{id}`` and asks ``with_keys``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gett_tui.onboarding.status import ENDED, OwnState, Status, why_not_activate, why_not_cancel

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.binding import Binding

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State


def _always(_record: Record) -> str | None:
    return None


def _by_status(why_not: Callable[[State], str | None]) -> Callable[[Record], str | None]:
    return lambda record: why_not(record.status)


def _why_not_fix(record: Record) -> str | None:
    if record.status in (Status.CATALOG_FAILED, *ENDED):
        return None
    return "Only a store that failed or was cancelled can be registered again."


def _why_not_resolve(record: Record) -> str | None:
    if record.status == OwnState.UNCONFIRMED:
        return None
    return "Nothing to settle: only an unconfirmed store needs it."


def _why_not_copy(record: Record) -> str | None:
    return None if record.onboarding_id else "There is no onboarding id to copy."


class Command(NamedTuple):
    """One thing to do: ``id`` names the screen's action, ``key`` is Textual's name of the key."""

    id: str
    key: str
    words: str
    explain: str
    group: str
    why_not: Callable[[Record], str | None] = _always
    """The reason that it cannot be done with a record, or None when it can."""
    footer: bool = False
    """Whether the line at the bottom has it."""
    for_one: bool = False
    """Whether it is for the store under the cursor alone, whatever is marked."""
    full_screen: bool = False
    """Whether it can be done from the full screen of a store, too."""
    shown_key: str = ""

    @property
    def key_words(self) -> str:
        """The key as a person reads it."""
        return self.shown_key or self.key

    def applies(self, record: Record) -> bool:
        """Whether it can be done with ``record``."""
        return self.why_not(record) is None


STORES, _LIST, _PROGRAM = "Stores", "List", "Program"

COMMANDS: tuple[Command, ...] = (
    Command("register", "n", "new", "Register a store", STORES, footer=True),
    Command(
        "activate",
        "a",
        "activate",
        "Put a ready store live; asks first",
        STORES,
        _by_status(why_not_activate),
        footer=True,
        full_screen=True,
    ),
    Command(
        "cancel_onboarding",
        "x",
        "cancel onboarding",
        "Cancel an onboarding; asks first",
        STORES,
        _by_status(why_not_cancel),
        footer=True,
        full_screen=True,
    ),
    Command(
        "fix",
        "e",
        "cancel and register anew",
        "Fix a failed store: cancel it, register it again",
        STORES,
        _why_not_fix,
        for_one=True,
        full_screen=True,
    ),
    Command(
        "resolve",
        "u",
        "settle unconfirmed",
        "Settle a store whose registration was not confirmed",
        STORES,
        _why_not_resolve,
        for_one=True,
        full_screen=True,
    ),
    Command("track", "t", "track", "Take up an onboarding that was made elsewhere", STORES),
    Command("refresh", "r", "refresh", "Ask Gett about this store, or the marked ones", STORES, full_screen=True),
    Command("refresh_all", "R", "refresh all", "Ask Gett about every store that can still change", STORES),
    Command(
        "copy_id",
        "y",
        "copy id",
        "Copy the onboarding id to your clipboard",
        STORES,
        _why_not_copy,
        full_screen=True,
    ),
    Command("open", "enter", "open", "Show the store on the full screen", _LIST),
    Command("filter", "slash", "filter", "Show only the stores that match", _LIST, footer=True, shown_key="/"),
    Command("sort", "s", "sort", "Order by the next column", _LIST),
    Command("reverse_sort", "S", "reverse order", "Turn the order round", _LIST),
    Command(
        "help", "question_mark", "help", "All keys and signs", _PROGRAM, footer=True, full_screen=True, shown_key="?"
    ),
    Command(
        "palette", "colon", "commands", "All commands by name (also ctrl+p)", _PROGRAM, full_screen=True, shown_key=":"
    ),
    Command("quit", "q", "quit", "Quit", _PROGRAM, footer=True),
)

LEAVE = "escape"
"""Leaves a dialog, clears the marks and then the filter; in sentences ``{leave}``."""

MOVES: tuple[tuple[str, str], ...] = (
    ("↑ ↓ j k", "move"),
    ("PgUp PgDn", "a page; ctrl+u ctrl+d half a page"),
    ("Home End g G", "first, last"),
    ("space", "mark, and go on"),
    ("shift+↑ ↓", "mark a range"),
    (LEAVE, "clear the marks, then the filter"),
    ("tab", "to the panel and back"),
)

_BY_ID = {command.id: command for command in COMMANDS}
_KEYS = {"leave": LEAVE, **{command.id: command.key_words for command in COMMANDS}}


def command(command_id: str) -> Command:
    """The command called ``command_id``. Raises KeyError."""
    return _BY_ID[command_id]


def with_keys(text: str) -> str:
    """A sentence of ours with the key of a command in each place that is called by its id: ``Press {activate}.``

    Never for a text from outside. Raises KeyError for an id that is none.
    """
    return text.format_map(_KEYS)


def bindings() -> list[Binding]:
    """The commands as Textual's bindings; ``enter`` is left to the list."""
    from textual.binding import Binding

    return [
        Binding(command.key, command.id, command.words, show=command.footer, key_display=command.key_words)
        for command in COMMANDS
        if command.key != "enter"
    ]


def full_screen_bindings() -> list[Binding]:
    """What can be done from the full screen of a store, as Textual's bindings."""
    from textual.binding import Binding

    return [
        Binding(command.key, command.id, command.words, key_display=command.key_words)
        for command in COMMANDS
        if command.full_screen
    ]


def as_markdown() -> str:
    """The table of keys for the README."""
    rows = [f"| `{command.key_words}` | {command.explain} |" for command in COMMANDS]
    return "\n".join(["| key | does |", "| --- | --- |", *rows])
