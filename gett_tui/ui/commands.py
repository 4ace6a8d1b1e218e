"""The one definition of the dashboard's commands, for keys, footer, palette, help and README alike."""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding


class Command(NamedTuple):
    """One thing to do: ``id`` names the screen's action, ``key`` is Textual's name of the key."""

    id: str
    key: str
    words: str
    explain: str
    group: str
    footer: bool = False
    shown_key: str = ""

    @property
    def key_words(self) -> str:
        """The key as a person reads it."""
        return self.shown_key or self.key


STORES, _LIST, _PROGRAM = "Stores", "List", "Program"

COMMANDS: tuple[Command, ...] = (
    Command("register", "n", "new", "Register a store", STORES, footer=True),
    Command("activate", "a", "activate", "Put a ready store live; asks first", STORES, footer=True),
    Command("cancel_onboarding", "x", "cancel onboarding", "Cancel an onboarding; asks first", STORES, footer=True),
    Command("fix", "e", "cancel and register anew", "Fix a failed store: cancel it, register it again", STORES),
    Command("settle", "u", "settle unconfirmed", "Settle a store whose registration was not confirmed", STORES),
    Command("track", "t", "track", "Take up an onboarding that was made elsewhere", STORES),
    Command("refresh", "r", "refresh", "Ask Gett about this store, or the marked ones", STORES),
    Command("refresh_all", "R", "refresh all", "Ask Gett about every store that can still change", STORES),
    Command("copy_id", "y", "copy id", "Copy the onboarding id to your clipboard (OSC 52)", STORES),
    Command("open", "enter", "open", "Show the store on the full screen", _LIST),
    Command("filter", "slash", "filter", "Show only the stores that match", _LIST, footer=True, shown_key="/"),
    Command("sort", "s", "sort", "Order by the next column", _LIST),
    Command("reverse_sort", "S", "reverse order", "Turn the order round", _LIST),
    Command("help", "question_mark", "help", "All keys and signs", _PROGRAM, footer=True, shown_key="?"),
    Command("palette", "colon", "commands", "All commands by name (also ctrl+p)", _PROGRAM, shown_key=":"),
    Command("quit", "q", "quit", "Quit", _PROGRAM, footer=True),
)

MOVES: tuple[tuple[str, str], ...] = (
    ("↑ ↓ j k", "move"),
    ("PgUp PgDn", "a page; ctrl+u ctrl+d half a page"),
    ("Home End g G", "first, last"),
    ("space", "mark, and go on"),
    ("shift+↑ ↓", "mark a range"),
    ("escape", "clear the marks, then the filter"),
    ("tab", "to the panel and back"),
)


def bindings() -> list[Binding]:
    """The commands as Textual's bindings; ``enter`` is left to the list."""
    return [
        Binding(command.key, command.id, command.words, show=command.footer, key_display=command.key_words)
        for command in COMMANDS
        if command.key != "enter"
    ]


def as_markdown() -> str:
    """The table of keys for the README."""
    rows = [f"| `{command.key_words}` | {command.explain} |" for command in COMMANDS]
    return "\n".join(["| key | does |", "| --- | --- |", *rows])
