"""What a command is: the shape of a row in the table of commands."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Option(NamedTuple):
    """One option or position of a command."""

    flags: tuple[str, ...]
    """As typed; a position has one name without dashes."""
    words: str
    """What it is, for ``--help``."""
    settings: Mapping[str, Any] = _NOTHING
    """What else argparse is told: type, default, action, metavar."""
    group: str = ""
    """Options of one group exclude each other."""


class Command(NamedTuple):
    """One command: all that is known of it before it runs."""

    name: str
    words: str
    """What it does, in the words of ``--help``."""
    example: str
    handler: str
    """``module:function``; imported when the command runs. It takes the parsed arguments, gives the exit status."""
    options: tuple[Option, ...] = ()
    exactly_one: str = ""
    """The group of options of which one must be given."""
