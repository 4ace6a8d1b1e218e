"""``gett-tui sandbox``: serves the simulated Gett over HTTP on 127.0.0.1 until a signal ends it.

It ends within two seconds, whatever hangs, and its exit status is the signal's: 130 after SIGINT (ctrl+c), 143 after
SIGTERM, 129 after SIGHUP. Sample orders are signed with a secret from a variable or a file, never from the command
line, where every user of the machine could read it. Where a partner gets the real secret from is unknown (U).
"""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gett_tui.errors import Cause, ConfigError, GettTuiError

if TYPE_CHECKING:
    import argparse
    from types import SimpleNamespace

    from gett_tui.sandbox.orders import Orders
    from gett_tui.sandbox.simulation import Sandbox

    Arguments = argparse.Namespace | SimpleNamespace

_HOST = "127.0.0.1"
_SECRET_LIMIT = 64 * 1024


def run(arguments: Arguments) -> int:
    """Serves until a signal comes, and gives the exit status.

    Raises GettTuiError when the port is taken, ConfigError when a key or secret is unusable.
    """
    import random

    from gett_tui.catalog.download import fetch
    from gett_tui.sandbox.server import serve_until_signal
    from gett_tui.sandbox.settings import Settings
    from gett_tui.sandbox.simulation import Sandbox
    from gett_tui.sandbox.state import State

    orders = _orders(arguments)
    state = State(time.time, arguments.pending, arguments.ingesting, arguments.spread, random.Random(arguments.seed))  # noqa: S311
    sandbox = Sandbox(state, Settings(keys=_keys(arguments)), fetch, orders)
    listening = _listen(arguments.port)
    base = f"http://{_HOST}:{listening.getsockname()[1]}"
    return serve_until_signal(sandbox, listening, lambda: _introduce(sandbox, base))


# -- what it is told


def _keys(arguments: Arguments) -> frozenset[str] | None:
    if arguments.key is None:
        return None
    if not all(key.isascii() and key.isprintable() and key.strip() == key != "" for key in arguments.key):
        raise ConfigError("A --key must be printable ASCII without blanks around it, and not empty.")
    return frozenset(arguments.key)


def _orders(arguments: Arguments) -> Orders:
    from gett_tui.sandbox.orders import Orders
    from gett_tui.sandbox.printer import Printer

    printer = Printer(sys.stdout.fileno(), sys.stdout.encoding)
    return Orders(_secret(arguments), arguments.orders, report=lambda result: printer.say(str(result)))


def _secret(arguments: Arguments) -> bytes | None:
    if arguments.order_secret_env is not None:
        secret = os.environb.get(os.fsencode(arguments.order_secret_env), b"").strip()
        place = "variable that --order-secret-env names"
    elif arguments.order_secret_file is not None:
        secret, place = _read_secret(arguments.order_secret_file), "file that --order-secret-file names"
    else:
        return None
    if not secret:
        raise ConfigError(f"There is no secret in the {place}.")
    return secret


def _read_secret(path: str) -> bytes:
    try:
        # A pipe is welcome, as from <(pass show secret).
        with Path(path).open("rb") as file:
            return file.read(_SECRET_LIMIT).strip()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigError(f"The secret cannot be read from the file that --order-secret-file names: {why}.") from None


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port))
        listening.listen()
    except (OSError, OverflowError):
        listening.close()
        raise GettTuiError(f"port {port}", cause=Cause.PORT, facts={"port": port, "host": _HOST}) from None
    return listening


# -- what it says


def _introduce(sandbox: Sandbox, base: str) -> None:
    from gett_tui.sandbox.samples import NAMES

    any_key = sandbox.settings.keys is None
    let_in = "any API key will do" if any_key else "only the given API keys will do"
    _say(f"A simulated Gett at {base}; {let_in}. Ctrl+C ends it. In another terminal:")
    _say(f"  GETT_API_KEY={'test-key-1' if any_key else '…'} GETT_BASE_URL={base} gett-tui")
    _say(f"Sample catalogs: {base}/catalogs/NAME.json?store=PARTNER_STORE_ID with NAME {', '.join(NAMES)}")
    if sandbox.orders is not None:
        where = "any webhook URL" if sandbox.orders.anywhere else "webhook URLs on this machine alone"
        how = "unsigned, without a secret" if sandbox.orders.secret is None else "signed"
        _say(f"After an activation, sample orders go to {where}, {how}.")


def _say(line: str) -> None:
    sys.stdout.write(line.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding) + "\n")
    sys.stdout.flush()
