"""The one definition of the dashboard's commands, for keys, key bar, palette, help, README and sentences alike.

Its invariant: no sentence spells a key by itself. Whoever wants to name one writes ``{id}`` and asks ``with_keys``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gett_tui.onboarding.status import why_not_activate, why_not_cancel, why_not_fix, why_not_settle
from gett_tui.ui.sort_keys import ORDER_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.binding import Binding

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State


def _always(_record: Record) -> str | None:
    return None


def _by_status(why_not: Callable[[State], str | None]) -> Callable[[Record], str | None]:
    return lambda record: why_not(record.status)


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
    short: str = ""
    """Its words in the key bar, when they are fewer."""
    for_one: bool = False
    """Whether it is for the store under the cursor alone, whatever is marked."""
    full_screen: bool = False
    """Whether it can be done from the full screen of a store, too."""
    shown_key: str = ""
    in_list: bool = False
    """Whether the list has the key itself."""
    choices: tuple[str, ...] = ()
    """What it can be done by: each has a digit, the first one ``1``, and its number is the action's argument."""

    @property
    def key_words(self) -> str:
        """The key as a person reads it."""
        return self.shown_key or self.key

    @property
    def bar_words(self) -> str:
        """What the key bar calls it."""
        return self.short or self.words

    def applies(self, record: Record) -> bool:
        """Whether it can be done with ``record``."""
        return self.why_not(record) is None


STORES, _LIST, _PROGRAM = "Stores", "List", "Program"

COMMANDS: tuple[Command, ...] = (
    Command("register", "n", "new", "Register a store", STORES),
    Command(
        "activate",
        "a",
        "activate",
        "Put a ready store live; asks first",
        STORES,
        _by_status(why_not_activate),
        full_screen=True,
    ),
    Command(
        "cancel_onboarding",
        "x",
        "cancel onboarding",
        "Cancel an onboarding; asks first",
        STORES,
        _by_status(why_not_cancel),
        short="cancel",
        full_screen=True,
    ),
    Command(
        "fix",
        "e",
        "cancel and register anew",
        "Fix a failed store: cancel it, register it again",
        STORES,
        _by_status(why_not_fix),
        short="fix",
        for_one=True,
        full_screen=True,
    ),
    Command(
        "resolve",
        "u",
        "settle unconfirmed",
        "Settle a store whose registration was not confirmed",
        STORES,
        _by_status(why_not_settle),
        short="settle",
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
    Command("open", "enter", "open", "Show the store on the full screen", _LIST, in_list=True),
    Command("mark", "space", "mark", "Mark the store, or unmark it, and go on", _LIST, in_list=True),
    Command("filter", "slash", "filter", "Show only the stores that match", _LIST, shown_key="/"),
    Command("sort", "s", "sort", "Order by the next column", _LIST),
    Command("reverse_sort", "S", "reverse order", "Turn the order round", _LIST),
    Command(
        "sort_by",
        "1,2,3,4,5",
        "sort by",
        "Order by that column, 1 the signs; again: turn it round",
        _LIST,
        shown_key="1 to 5",
        choices=ORDER_NAMES,
    ),
    Command("hide_ended", "h", "hide ended", "Hide the cancelled and dropped stores, or show them", _LIST),
    Command("log", "l", "messages", "All messages with their times; they count as read then", _PROGRAM, short="log"),
    Command("help", "question_mark", "help", "All keys and signs", _PROGRAM, full_screen=True, shown_key="?"),
    Command(
        "palette", "colon", "commands", "All commands by name (also ctrl+p)", _PROGRAM, full_screen=True, shown_key=":"
    ),
    Command("quit", "q", "quit", "Quit", _PROGRAM),
)

LEAVE = "escape"
"""Leaves a dialog, clears the marks and then the filter; in sentences ``{leave}``."""

MOVES: tuple[tuple[str, str], ...] = (
    ("↑ ↓ j k", "move"),
    ("PgUp PgDn", "a page; ctrl+u ctrl+d half a page"),
    ("Home End g G", "first, last"),
    ("shift+↑ ↓", "mark a range"),
    (LEAVE, "clear the marks, the filter, then the message that stands"),
    ("tab", "to the panel and back"),
)

BAR = ("mark", "filter", "register", "log", "sort", "palette", "refresh", "hide_ended")
"""What the key bar has on the left; the last of them goes first when there is no room."""

BAR_OF_ROW = (("activate", "fix", "resolve"), ("cancel_onboarding",))
"""What it has behind them when it can be done with the store at hand. Those that share a place exclude each other."""

BAR_ALWAYS = ("help", "quit")
"""What it has on the right and never without."""

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
    """The commands as Textual's bindings, without those that the list has itself."""
    from textual.binding import Binding

    return [
        Binding(key, action, command.words, show=False, key_display=command.key_words)
        for command in COMMANDS
        if not command.in_list
        for key, action in zip(command.key.split(","), actions(command), strict=True)
    ]


def actions(command: Command) -> list[str]:
    """The actions of the screen that do it: one, or one for each of its choices."""
    if not command.choices:
        return [command.id]
    return [f"{command.id}({number})" for number in range(len(command.choices))]


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
