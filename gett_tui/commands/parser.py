"""The command line, made from the table of commands; what is typed becomes arguments with a handler."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import TYPE_CHECKING, cast

from gett_tui import __version__
from gett_tui.commands.command import Option
from gett_tui.commands.table import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Callable

    Handler = Callable[[argparse.Namespace], int]

_GENERAL: tuple[Option, ...] = (
    Option(("--version",), "show the version and end", {"action": "version", "version": f"gett-tui {__version__}"}),
    Option(("--profile",), "the profile to use (default: sandbox)", {"metavar": "NAME"}),
    Option(("--demo",), "run on an embedded simulated Gett: no key, no network", {"action": "store_true"}),
    Option(("--ascii",), "draw with ASCII characters only", {"action": "store_true"}),
    Option(("--no-mouse",), "leave the mouse to the terminal", {"action": "store_true"}),
    Option(("--debug",), "write the details of a crash to a file", {"action": "store_true"}),
)


def build() -> argparse.ArgumentParser:
    """The parser of the whole command line; the argument ``handler`` is None where no command is named."""
    parser = argparse.ArgumentParser(prog="gett-tui", description="Put stores onto the Gett network.")
    parser.set_defaults(handler=None)
    _add(parser, _GENERAL)
    subparsers = parser.add_subparsers(metavar="COMMAND")
    for command in COMMANDS:
        own = subparsers.add_parser(command.name, help=command.words, epilog=f"example: {command.example}")
        own.set_defaults(handler=command.handler)
        _add(own, command.options)
    return parser


def _add(parser: argparse.ArgumentParser, options: tuple[Option, ...]) -> None:
    names = {option.group for option in options if option.group}
    groups = {name: parser.add_mutually_exclusive_group() for name in names}
    for option in options:
        groups.get(option.group, parser).add_argument(*option.flags, help=option.words, **option.settings)


def handler_at(path: str) -> Handler:
    """The function at ``module:function``, as ``Command.handler`` names it."""
    module, _, name = path.partition(":")
    return cast("Handler", getattr(import_module(module), name))
