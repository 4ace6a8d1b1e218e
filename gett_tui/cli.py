"""The command line: options, exit statuses, and errors as one or two lines on stderr."""

from __future__ import annotations

import gc
import os
import sys
from enum import IntEnum
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from gett_tui import __version__
from gett_tui.errors import ConfigError, GettTuiError
from gett_tui.text import one_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


DASHBOARD = {
    "profile": None,
    "demo": False,
    "ascii": False,
    "no_mouse": False,
    "debug": False,
    "command": None,
}
"""What the command line means when it is empty."""


FRAME_RATE = "1000"
"""Frames a second at most. One is drawn only when something has changed, and a key that comes just after it waits for
the next."""


class ExitCode(IntEnum):
    """The exit statuses; scripts rely on them."""

    DONE = 0
    FAILED = 1
    """The operation failed."""
    USAGE = 2
    """Wrong usage or configuration."""
    UNKNOWN = 3
    """The outcome is unknown: the answer to a write is lost."""
    INTERRUPTED = 130


def run(argv: Sequence[str]) -> int:
    """Runs one command line and gives its exit status."""
    arguments = _arguments(argv)
    try:
        code = int(_dispatch(arguments))
        sys.stdout.flush()
        return code
    except ConfigError as error:
        return _fail(error, ExitCode.USAGE)
    except GettTuiError as error:
        return _fail(error, _code(error))
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # Who read the output has had enough, as head has. Python would complain once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except Exception as error:
        if arguments.debug:
            from gett_tui.crash_report import write_crash

            return _fail(f"an unforeseen error; the details are in {write_crash(error)}", ExitCode.FAILED)
        return _fail(f"an unforeseen error ({type(error).__name__}); --debug writes the details.", ExitCode.FAILED)


def _arguments(argv: Sequence[str]) -> argparse.Namespace | SimpleNamespace:
    # The plain dashboard is what is started all day: it does not wait for the parser of a dozen commands.
    return _parser().parse_args(argv) if argv else SimpleNamespace(**DASHBOARD)


def _code(error: GettTuiError) -> ExitCode:
    from gett_tui.onboarding.errors import UnconfirmedError

    return ExitCode.UNKNOWN if isinstance(error, UnconfirmedError) else ExitCode.FAILED


def _fail(error: GettTuiError | str, code: ExitCode) -> ExitCode:
    from gett_tui.error_messages import sentence

    words = error if isinstance(error, str) else sentence(error)
    print(f"gett-tui: {one_line(words, 600)}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    import argparse

    from gett_tui.sandbox import serve

    parser = argparse.ArgumentParser(prog="gett-tui", description="Put stores onto the Gett network.")
    parser.add_argument("--version", action="version", version=f"gett-tui {__version__}")
    parser.add_argument("--profile", metavar="NAME", help="the profile to use (default: sandbox)")
    parser.add_argument("--demo", action="store_true", help="run on an embedded simulated Gett: no key, no network")
    parser.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    parser.add_argument("--debug", action="store_true", help="write the details of a crash to a file")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    sandbox = commands.add_parser("sandbox", help="serve a simulated Gett on 127.0.0.1")
    serve.add_arguments(sandbox)
    _add_commands(commands)
    doctor = commands.add_parser("doctor", help="check the configuration, the way to Gett and all files")
    doctor.add_argument("--repair", action="store_true", help="mend the files; nothing is deleted")
    return parser


def _add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:  # pyright: ignore[reportPrivateUsage]
    from gett_tui.onboarding.registration import FIELDS

    register = subparsers.add_parser("register", help="register a store")
    for field in FIELDS.values():
        is_option = field.option.startswith("-")
        more: dict[str, Any] = {"required": True} if is_option else {"metavar": field.option.upper()}
        register.add_argument(field.option, help=field.placeholder, **more)
    register.add_argument("--allow-duplicate", action="store_true", help="send it though the store stands here already")
    track = subparsers.add_parser("track", help="take up an onboarding that was made elsewhere")
    track.add_argument("onboarding_id", metavar="ONBOARDING_ID")
    listing = subparsers.add_parser("list", help="list the stores; asks nobody")
    listing.add_argument("--status", help="only those in this status")
    show = subparsers.add_parser("show", help="show one store; asks nobody")
    refresh = subparsers.add_parser("refresh", help="ask Gett how a store stands")
    activate = subparsers.add_parser("activate", help="put a store live")
    cancel = subparsers.add_parser("cancel", help="cancel an onboarding")
    for command in (show, refresh, activate, cancel):
        command.add_argument("store", metavar="ID", help="onboarding id, partner store id or storeId")
    for command in (activate, cancel):
        command.add_argument("--yes", action="store_true", help="do not ask")
    for command in (register, track, listing, show, refresh, activate, cancel):
        command.add_argument("--json", action="store_true", help="print JSON")


def _dispatch(arguments: argparse.Namespace | SimpleNamespace) -> int:
    if arguments.command == "sandbox":
        from gett_tui.sandbox import serve

        return serve.run(arguments)
    if arguments.command == "doctor":
        from gett_tui import doctor

        return doctor.run(arguments)
    if arguments.command is not None:
        return _command(arguments)
    return _dashboard(arguments)


def _command(arguments: argparse.Namespace | SimpleNamespace) -> int:
    from gett_tui import headless
    from gett_tui.config import claim_folder, load_profile

    profile = load_profile(os.environ, arguments.profile)
    if arguments.command not in ("list", "show"):
        claim_folder(profile)
    return headless.run(arguments, profile)


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
    from gett_tui.api_key import find_key
    from gett_tui.config import claim_folder, load_profile

    profile = load_profile(os.environ, arguments.profile)
    key = find_key(profile, os.environ)
    claim_folder(profile)
    return dashboard.run_profile(profile, key, look)


def _need_terminal() -> None:
    # Textual reads keys from stdin and draws on stderr; without a terminal there it spins or paints into a file.
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigError("The dashboard needs a terminal on stdin and stderr; gett-tui --help lists the commands.")
    if os.environ.get("TERM", "dumb") == "dumb":
        raise ConfigError("The dashboard needs a terminal that can move its cursor: TERM is unset or dumb.")


def _speaks_utf8() -> bool:
    return "utf" in (sys.stderr.encoding or "").lower()
