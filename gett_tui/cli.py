"""The command line: options, exit statuses, and errors as one or two lines on stderr."""

from __future__ import annotations

import argparse
import os
import sys
from enum import IntEnum
from typing import TYPE_CHECKING

from gett_tui import __version__
from gett_tui.errors import ConfigError, GettTuiError
from gett_tui.onboarding.service import UnconfirmedError
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    arguments = _parser().parse_args(argv)
    try:
        return int(_dispatch(arguments))
    except ConfigError as error:
        return _fail(error, ExitCode.USAGE)
    except UnconfirmedError as error:
        return _fail(error, ExitCode.UNKNOWN)
    except GettTuiError as error:
        return _fail(error, ExitCode.FAILED)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:
        if arguments.debug:
            from gett_tui.debug import write_crash

            return _fail(f"an unforeseen error; the details are in {write_crash(error)}", ExitCode.FAILED)
        return _fail(f"an unforeseen error ({type(error).__name__}); --debug writes the details.", ExitCode.FAILED)


def _fail(error: GettTuiError | str, code: ExitCode) -> ExitCode:
    from gett_tui.words import sentence

    words = error if isinstance(error, str) else sentence(error)
    print(f"gett-tui: {one_line(words, 600)}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    from gett_tui import headless
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
    headless.add_commands(commands)
    doctor = commands.add_parser("doctor", help="check the configuration, the way to Gett and all files")
    doctor.add_argument("--repair", action="store_true", help="mend the files; nothing is deleted")
    return parser


def _dispatch(arguments: argparse.Namespace) -> int:
    if arguments.command == "sandbox":
        from gett_tui.sandbox import serve

        return serve.run(arguments)
    if arguments.command == "doctor":
        from gett_tui import doctor

        return doctor.run(arguments)
    if arguments.command is not None:
        return _command(arguments)
    return _dashboard(arguments)


def _command(arguments: argparse.Namespace) -> int:
    from gett_tui import headless
    from gett_tui.config import claim_folder, load_profile

    profile = load_profile(os.environ, arguments.profile)
    if arguments.command not in ("list", "show"):
        claim_folder(profile)
    return headless.run(arguments, profile)


def _dashboard(arguments: argparse.Namespace) -> int:
    _need_terminal()
    from gett_tui import dashboard

    look = dashboard.Look(
        ascii_only=arguments.ascii or not _speaks_utf8(), mouse=not arguments.no_mouse, debug=arguments.debug
    )
    if arguments.demo:
        return dashboard.run_demo(look)
    from gett_tui.config import claim_folder, load_profile
    from gett_tui.connection import setup_for

    profile = load_profile(os.environ, arguments.profile)
    setup = setup_for(profile)
    claim_folder(profile)
    return dashboard.run_profile(profile, setup, look)


def _need_terminal() -> None:
    # Textual reads keys from stdin and draws on stderr; without a terminal there it spins or paints into a file.
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigError("The dashboard needs a terminal on stdin and stderr; gett-tui --help lists the commands.")
    if os.environ.get("TERM", "dumb") == "dumb":
        raise ConfigError("The dashboard needs a terminal that can move its cursor: TERM is unset or dumb.")


def _speaks_utf8() -> bool:
    return "utf" in (sys.stderr.encoding or "").lower()
