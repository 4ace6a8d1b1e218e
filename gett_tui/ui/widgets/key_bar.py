"""The line at the bottom: the few keys that are needed most.

Textual's own footer is a widget a key and is drawn anew with every change of focus; this one is drawn once.
"""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget

from gett_tui.ui.commands import COMMANDS

_PALETTE = ("^p", "commands")


class KeyBar(Widget):
    """Shows the footer's commands, as many as fit."""

    def __init__(self) -> None:
        super().__init__(id="keys")

    def render(self) -> Text:
        """The keys that fit the app's width."""
        width = self.app.size.width
        keys = [(command.key_words, command.words) for command in COMMANDS if command.footer]
        bar = Text(no_wrap=True)
        for key, words in keys:
            part = Text(" ").append(key, "bold").append(f" {words} ")
            if bar.cell_len + part.cell_len > width:
                break
            bar.append_text(part)
        last = Text(" ").append(_PALETTE[0], "bold").append(f" {_PALETTE[1]} ")
        room = width - bar.cell_len - last.cell_len
        return bar.append(" " * room).append_text(last) if room >= 0 else bar
