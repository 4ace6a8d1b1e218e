"""``gett-tui sandbox``: the options of the simulated Gett, which itself knows no command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.commands.command import Option

if TYPE_CHECKING:
    import argparse

OPTIONS: tuple[Option, ...] = (
    Option(("--port",), "0 takes a free one (default: 8787)", {"type": int, "default": 8787}),
    Option(("--pending",), "seconds in pending_catalog", {"type": float, "default": 3.0, "metavar": "S"}),
    Option(("--ingesting",), "seconds in catalog_ingesting", {"type": float, "default": 6.0, "metavar": "S"}),
    Option(("--spread",), "sigma of the logarithm of both times", {"type": float, "default": 0.0, "metavar": "X"}),
    Option(("--seed",), "makes ids and times repeatable", {"type": int}),
)


def run(arguments: argparse.Namespace) -> int:
    """Serves until interrupted. Raises GettTuiError when the extra is missing or the port is taken."""
    from gett_tui.sandbox import serve

    return serve.run(arguments)
