"""``gett-tui sandbox``: serves the simulated Gett over HTTP on 127.0.0.1."""

from __future__ import annotations

import socket
import sys
import time
from typing import TYPE_CHECKING

from gett_tui.errors import GettTuiError

if TYPE_CHECKING:
    import argparse
    from types import SimpleNamespace

_HOST = "127.0.0.1"


def run(arguments: argparse.Namespace | SimpleNamespace) -> int:
    """Serves until interrupted. Raises GettTuiError when the extra is missing or the port is taken."""
    import random

    try:
        import uvicorn

        from gett_tui.sandbox.app import Sandbox, Settings, create_app, fetch
        from gett_tui.sandbox.samples import NAMES
        from gett_tui.sandbox.state import State
    except ModuleNotFoundError as error:
        raise GettTuiError(
            f"The sandbox needs {error.name}: install gett-tui with its extra, gett-tui[sandbox]."
        ) from None
    state = State(time.time, arguments.pending, arguments.ingesting, arguments.spread, random.Random(arguments.seed))  # noqa: S311
    listening = _listen(arguments.port)
    base = f"http://{_HOST}:{listening.getsockname()[1]}"
    _say(f"A simulated Gett at {base}; any API key will do. Ctrl+C ends it. In another terminal:")
    _say(f"  GETT_API_KEY=test-key-1 GETT_BASE_URL={base} gett-tui")
    _say(f"Sample catalogs: {base}/catalogs/NAME.json?store=PARTNER_STORE_ID with NAME {', '.join(NAMES)}")
    app = create_app(Sandbox(state, Settings(), fetch))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
    server.run(sockets=[listening])
    return 0


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port))
    except (OSError, OverflowError):
        listening.close()
        raise GettTuiError(f"Port {port} of {_HOST} cannot be used; choose another with --port.") from None
    return listening


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
