"""``gett-tui sandbox``: the options of the simulated Gett, which itself knows no command line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gett_tui.commands.command import Option

if TYPE_CHECKING:
    import argparse


def seconds(text: str) -> float:
    """A number that is not negative; infinity is one. Raises ValueError."""
    value = float(text)
    if math.isnan(value) or value < 0:
        raise ValueError("negative or not a number")
    return value


OPTIONS: tuple[Option, ...] = (
    Option(("--port",), "0 takes a free one (default: 8787)", {"type": int, "default": 8787}),
    Option(("--pending",), "seconds in pending_catalog", {"type": seconds, "default": 3.0, "metavar": "S"}),
    Option(("--ingesting",), "seconds in catalog_ingesting", {"type": seconds, "default": 6.0, "metavar": "S"}),
    Option(("--spread",), "sigma of the logarithm of both times", {"type": seconds, "default": 0.0, "metavar": "X"}),
    Option(("--seed",), "makes ids and times repeatable", {"type": int}),
    Option(
        ("--key",),
        "accept only this API key; may be given again (default: any). Every user of the machine can read it, so make "
        "one up: never a key of Gett's",
        {"action": "append", "metavar": "VALUE"},
    ),
    Option(
        ("--orders",),
        "send the sample orders that follow an activation to any webhook URL, not to this machine's alone",
        {"action": "store_true"},
    ),
    Option(
        ("--order-secret-env",),
        "sign sample orders with the secret in this variable (where Gett's own secret comes from is unknown)",
        {"metavar": "NAME"},
        group="secret",
    ),
    Option(("--order-secret-file",), "or with the secret in this file", {"metavar": "PATH"}, group="secret"),
)


def run(arguments: argparse.Namespace) -> int:
    """Serves until a signal comes. Raises GettTuiError when the port is taken, ConfigError."""
    from gett_tui.sandbox import serve

    return serve.run(arguments)
