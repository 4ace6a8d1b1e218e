"""The command line, made from the table of commands; what is typed becomes arguments with a handler."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, cast

from gett_tui import __version__
from gett_tui.commands.command import Option
from gett_tui.commands.exit_codes import ExitCode
from gett_tui.commands.help_format import HelpFormatter, example, filled
from gett_tui.commands.table import COMMANDS, GROUPS
from gett_tui.config_file import near_name
from gett_tui.gett.key_shape import HARMLESS
from gett_tui.gett.secret import HIDDEN
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Handler = Callable[[argparse.Namespace], int]
    _Subparsers = argparse._SubParsersAction["_Parser"]  # pyright: ignore[reportPrivateUsage]

_PROFILE = Option(("--profile",), "the profile to use (default: sandbox)", {"metavar": "NAME"})
_GENERAL: tuple[Option, ...] = (
    Option(("--version",), "show the version and end", {"action": "version", "version": f"gett-tui {__version__}"}),
    _PROFILE,
    Option(("--demo",), "run on an embedded simulated Gett: no key, no network", {"action": "store_true"}),
    Option(("--ascii",), "draw with ASCII characters only", {"action": "store_true"}),
    Option(("--no-mouse",), "leave the mouse to the terminal", {"action": "store_true"}),
    Option(("--debug",), "write the details of a crash to a file", {"action": "store_true"}),
)


_KNOWN = tuple(
    name.lstrip("-")
    for command in COMMANDS
    for name in (*command.name.split(), *(flag for option in (*_GENERAL, *command.options) for flag in option.flags))
)


class _Parser(argparse.ArgumentParser):
    """Complains without what may be a key that was typed in the wrong place: it would stand in the log of a script."""

    _typed: Sequence[str] = ()

    # The stubs have overloads, one for each kind of namespace.
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]
        """See ``ArgumentParser``; what was typed is noted for ``error``."""
        self._typed = tuple(args or ())
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, inert, and ends with status 2."""
        for part in sorted(_parts(self._typed), key=len, reverse=True):
            message = message.replace(part, HIDDEN)
        self.exit(ExitCode.USAGE, f"gett-tui: {one_line(message)}\n{self.prog} --help tells how to use it\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Names the command that was probably meant, in place of all that there are."""
        if action.choices is None or value in action.choices:
            return
        near = near_name(str(value), list(map(str, action.choices)))
        meant = f"did you mean {near}?" if near else f"there are {', '.join(map(str, action.choices))}"
        raise argparse.ArgumentError(action, f"{value!r} is none; {meant}")


def _parts(typed: Iterable[str]) -> set[str]:
    """What was typed and may be a key, as it is and as a complaint may quote it."""
    parts = {part for word in typed for part in (word, word.partition("=")[2], word.partition("=")[0], word[2:])}
    doubtful = {part for part in parts if len(part) > HARMLESS and near_name(part.lstrip("-"), _KNOWN) is None}
    return doubtful | {repr(part)[1:-1] for part in doubtful}


def build() -> argparse.ArgumentParser:
    """The parser of the whole command line; the argument ``handler`` is None where no command is named."""
    parser = _Parser(
        prog="gett-tui",
        description=filled("Put stores onto the Gett network. Without a command: the dashboard."),
        formatter_class=HelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(handler=None)
    _add(parser, _GENERAL)
    top = parser.add_subparsers(metavar="COMMAND")
    groups: dict[str, _Subparsers] = {}
    for command in COMMANDS:
        group, _, name = command.name.rpartition(" ")
        if group and group not in groups:
            groups[group] = _group(top, group)
        own = (groups[group] if group else top).add_parser(
            name,
            help=command.words,
            epilog=example(command.example),
            formatter_class=HelpFormatter,
            allow_abbrev=False,
        )
        own.set_defaults(handler=command.handler)
        # It may stand before the command or behind it.
        own.add_argument(*_PROFILE.flags, help=_PROFILE.words, default=argparse.SUPPRESS, **_PROFILE.settings)
        _add(own, command.options, command.exactly_one)
    return parser


def _group(top: _Subparsers, name: str) -> _Subparsers:
    parser = top.add_parser(name, help=GROUPS[name], formatter_class=HelpFormatter, allow_abbrev=False)
    return parser.add_subparsers(metavar="COMMAND", required=True)


def _add(parser: argparse.ArgumentParser, options: tuple[Option, ...], exactly_one: str = "") -> None:
    names = {option.group for option in options if option.group}
    groups = {name: parser.add_mutually_exclusive_group(required=name == exactly_one) for name in names}
    for option in options:
        groups.get(option.group, parser).add_argument(*option.flags, help=option.words, **option.settings)


def handler_at(path: str) -> Handler:
    """The function at ``module:function``, as ``Command.handler`` names it."""
    module, _, name = path.partition(":")
    return cast("Handler", getattr(import_module(module), name))
