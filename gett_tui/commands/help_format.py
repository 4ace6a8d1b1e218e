"""How ``--help`` is laid out, so that it stays clean on a narrow terminal and what it shows can be copied.

An option and its value are never torn apart; what is too long goes on below itself, further in.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HELP_AT = 28
"""The column that explanations begin at, at most."""
_HELP_WIDTH = 24
"""Columns that an explanation needs beside its option; with fewer it goes below."""
_INDENT = 8
_MARGIN = 2
_EXAMPLE = "example: "
_SUBCOMMAND = "[COMMAND ...]"


def _columns() -> int:
    return shutil.get_terminal_size().columns - _MARGIN


def filled(text: str) -> str:
    """``text`` on lines that fit onto the terminal."""
    return textwrap.fill(text, _columns())


def _wrapped(pieces: Iterable[str], first: str, indent: str, width: int, end: str = "") -> str:
    """``pieces`` behind ``first``, on lines of at most ``width``; all but the last end in ``end``."""
    lines, line = list[str](), first
    for piece in pieces:
        longer = f"{line} {piece}"
        if len(longer) + len(end) > width:
            lines.append(line + end)
            longer = indent + piece
        line = longer
    return "\n".join([*lines, line])


def example(command: str) -> str:
    """An example for the end of a help text, in lines that a shell takes as one."""
    pieces = list[str]()
    for word in shlex.split(command):
        quoted = word if "…" in word else shlex.quote(word)
        if pieces and pieces[-1].startswith("--") and " " not in pieces[-1] and not word.startswith("--"):
            pieces[-1] += f" {quoted}"
        else:
            pieces.append(quoted)
    head = f"{_EXAMPLE}{' '.join(pieces[:2])}"
    return _wrapped(pieces[2:], head, " " * len(_EXAMPLE), _columns(), end=" \\")


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Lays out usage and options; the texts around them stand as they are."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=_HELP_AT, width=_columns())

    def _format_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],  # pyright: ignore[reportPrivateUsage] (what is overridden)
        prefix: str | None,
    ) -> str:
        """What must be given, and that there are options: the list below says which."""
        needed = [self._needed(action) for action in actions if action.required or not action.option_strings]
        optional = any(action.option_strings and not action.required for action in actions)
        options = ["[options]"] if optional else []
        # What follows a command's name is the command's own.
        pieces = [*options, *needed] if needed[-1:] == [_SUBCOMMAND] else [*needed, *options]
        first = f"{'usage: ' if prefix is None else prefix}{self._prog}"
        indent = len(first) + 1 if len(first) <= self._width // 2 else _INDENT
        return _wrapped(pieces, first, " " * indent, self._width) + "\n\n"

    def _needed(self, action: argparse.Action) -> str:
        if isinstance(action, argparse._SubParsersAction):  # pyright: ignore[reportPrivateUsage]
            return _SUBCOMMAND
        value = self._format_args(action, self._get_default_metavar_for_optional(action))
        return f"{action.option_strings[0]} {value}" if action.option_strings else str(action.metavar or action.dest)

    def _format_action(self, action: argparse.Action) -> str:
        if self._width - min(self._action_max_length, _HELP_AT) < _HELP_WIDTH:
            self._max_help_position = _INDENT
        return super()._format_action(action)
