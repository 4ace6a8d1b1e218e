"""The entry of the command line: which command runs, and which exit status it ends with."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

from gett_tui.commands import streams
from gett_tui.commands.exit_codes import ExitCode, SignalledError, exit_code
from gett_tui.errors import Cause, ConfigError, GettTuiError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence


DASHBOARD = {
    "profile": None,
    "demo": False,
    "ascii": False,
    "no_mouse": False,
    "debug": False,
    "handler": None,
}
"""What the command line means when it is empty."""


FRAME_RATE = "1000"
"""Frames a second at most. One is drawn only when something has changed, and a key that comes just after it waits for
the next."""


def run(argv: Sequence[str]) -> int:
    """Runs one command line and gives its exit status."""
    streams.prepare()
    from gett_tui.config import suspects_in

    # Held as long as anything is said: a key may have been pasted into what names a place.
    _suspects = suspects_in(os.environ)
    arguments = _arguments(argv)
    try:
        code = int(_dispatch(arguments))
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Who read the output has had enough, as head has.
        streams.drop(sys.stdout)
        return ExitCode.FAILED
    except Exception as error:
        return _failed(error, arguments)


def _arguments(argv: Sequence[str]) -> argparse.Namespace | SimpleNamespace:
    # The plain dashboard is what is started all day: it does not wait for the parser of a dozen commands.
    if not argv:
        return SimpleNamespace(**DASHBOARD)
    from gett_tui.commands.parser import build

    return build().parse_args(argv)


def _failed(error: Exception, arguments: argparse.Namespace | SimpleNamespace) -> int:
    from gett_tui.commands.output import say
    from gett_tui.error_messages import sentence
    from gett_tui.onboarding.registration import OPTIONS

    if not isinstance(error, SignalledError):
        say(sentence(error, options=OPTIONS))
    if arguments.debug and not isinstance(error, GettTuiError):
        from gett_tui.crash_report import write_crash

        say(f"the details are in {write_crash(error)}")
    streams.flush()
    return exit_code(error)


def _dispatch(arguments: argparse.Namespace | SimpleNamespace) -> int:
    if arguments.handler is None or isinstance(arguments, SimpleNamespace):
        return _dashboard(arguments)
    from gett_tui.commands.parser import handler_at

    return handler_at(arguments.handler)(arguments)


def _dashboard(arguments: argparse.Namespace | SimpleNamespace) -> int:
    _need_terminal()
    # What is imported for the first frame is no garbage: looking for some in between costs a twentieth of the start.
    gc.disable()
    os.environ.setdefault("TEXTUAL_FPS", FRAME_RATE)
    from gett_tui import dashboard

    look = dashboard.Look(
        ascii_only=arguments.ascii or not _speaks_utf8(), mouse=not arguments.no_mouse, debug=arguments.debug
    )
    if arguments.demo:
        return dashboard.run_demo(look)
    from gett_tui.api_key import find_key, key_source
    from gett_tui.config import load_profile
    from gett_tui.storage.state_folder import claim_folder

    profile = load_profile(os.environ, arguments.profile)
    if key_source(profile, os.environ) is None:
        from gett_tui.commands.first_run import welcome

        return welcome(profile, partial(dashboard.run_demo, look))
    key = find_key(profile, os.environ)
    claim_folder(profile.folder, profile.records_host, profile.name)
    return dashboard.run_profile(profile, key, look)


def _need_terminal() -> None:
    # Textual reads keys from stdin and draws on stderr; without a terminal there it spins or paints into a file.
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigError("no terminal", cause=Cause.NO_TERMINAL)
    if os.environ.get("TERM", "dumb") == "dumb":
        raise ConfigError("TERM is unset or dumb", cause=Cause.DUMB_TERMINAL)


def _speaks_utf8() -> bool:
    """Whether the operator's locale is UTF-8. What Python has made of it in place of ``C`` does not count."""
    env = _environment_at_start()
    named = next((env[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if env.get(name)), "")
    return "utf" in named.lower() and "utf" in (sys.stderr.encoding or "").lower()


def _environment_at_start() -> Mapping[str, str]:
    # Where the locale is C, Python puts a UTF-8 one into LC_CTYPE before anything of ours runs.
    with contextlib.suppress(OSError), open("/proc/self/environ", "rb") as stream:
        pairs = (part.partition(b"=") for part in stream.read().split(b"\0"))
        return {os.fsdecode(name): os.fsdecode(value) for name, _, value in pairs}
    return os.environ
