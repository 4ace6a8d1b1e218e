"""``gett-tui config``: where the configuration is, what it comes to, what is wrong with it, and a first one.

Its invariant: it shows no key, runs no key command, and overwrites no file.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.api_key import key_source, shown_variable
from gett_tui.commands.exit_codes import ExitCode
from gett_tui.commands.output import ask, print_table, put, put_json, say
from gett_tui.config import KEY_VARIABLE, config_path, file_problems, load_profile
from gett_tui.config_settings import as_variable
from gett_tui.errors import Cause, ConfigError, GettTuiError

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

_STARTING = ("sandbox", "production")
_TEXT = """\
# What gett-tui goes by; all of it is optional. README.md tells of each setting.
default_profile = "{profile}"
bell = true                  # ring when a store becomes ready or fails

[profiles.{profile}]
api_key_env = "{variable}"
# api_key_command = ["pass", "show", "gett"]   # in its place: the first line that it prints is the key
# quota_share = 0.6          # how much of the organisation's read limit polling may spend
"""


class Value(NamedTuple):
    """One setting as it counts now, in words, and where it comes from; ``value`` is None where there is none."""

    name: str
    value: str | None
    source: str | None


def path(_: argparse.Namespace) -> int:
    """Prints where the file is looked for, and nothing else. Raises ConfigError."""
    put(str(config_path(os.environ)))
    return ExitCode.DONE


def show(arguments: argparse.Namespace) -> int:
    """Prints what each setting comes to and from where. Raises ConfigError."""
    values = _values(arguments.profile)
    if arguments.json:
        put_json({"version": 1, "settings": [value._asdict() for value in values]})
    else:
        print_table(("SETTING", "VALUE", "FROM"), [(one.name, one.value or "", one.source or "") for one in values])
    return ExitCode.DONE


def _values(chosen: str | None) -> list[Value]:
    profile = load_profile(os.environ, chosen)
    source = key_source(profile, os.environ)
    shown = {
        "profile": profile.name,
        "base_url": profile.address,
        "folder": str(profile.folder),
        "bell": "true" if profile.bell else "false",
        "quota_share": f"{profile.quota_share:g}",
    }
    told = [Value(name, value, profile.sources[name.replace("profile", "name")]) for name, value in shown.items()]
    key = Value("api_key", None, None) if source is None else Value("api_key", "set, and never shown", source.words)
    return [*told, key]


def check(arguments: argparse.Namespace) -> int:
    """Prints all that is wrong with the file, and with what chooses a profile; 1 when something is."""
    problems = [str(problem) for problem in file_problems(os.environ)]
    if not problems:
        try:
            load_profile(os.environ, arguments.profile)
        except ConfigError as error:
            problems.append(str(error))
    for problem in problems:
        put(problem)
    if problems:
        return ExitCode.FAILED
    where = config_path(os.environ)
    put(f"{where}: nothing is wrong" if where.exists() else f"{where}: not there, so the defaults are used")
    return ExitCode.DONE


def init(_: argparse.Namespace) -> int:
    """See ``write_first``."""
    return write_first()


def write_first() -> int:
    """Writes a first file, for its owner alone; asks two questions on a terminal. Raises GettTuiError, ConfigError."""
    where = config_path(os.environ)
    if os.path.lexists(where):
        raise _there(where)
    profile, variable = _asked() if sys.stdin.isatty() else (_STARTING[0], KEY_VARIABLE)
    _write(where, _TEXT.format(profile=profile, variable=variable))
    put(str(where))
    say(f"written; put the key into {shown_variable(variable)} and run gett-tui; gett-tui doctor looks at all of it")
    return ExitCode.DONE


def _there(where: Path) -> GettTuiError:
    return GettTuiError("there already", cause=Cause.FILE_THERE, facts={"path": str(where)})


def _asked() -> tuple[str, str]:
    profile = ask(f"Profile to begin with, {' or '.join(_STARTING)} [{_STARTING[0]}]: ") or _STARTING[0]
    if profile not in _STARTING:
        raise ConfigError("no such profile", cause=Cause.FIRST_PROFILE, facts={"known": " or ".join(_STARTING)})
    variable = ask(f"Variable that its API key stands in, not the key itself [{KEY_VARIABLE}]: ") or KEY_VARIABLE
    if as_variable(variable) is None or shown_variable(variable) != variable:
        raise ConfigError("no variable", cause=Cause.NO_VARIABLE)
    return profile, variable


def _write(where: Path, text: str) -> None:
    from gett_tui.storage import files

    files.make_folder(where.parent)
    with files.explained("Cannot write", where):
        try:
            handle = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            raise _there(where) from None
        files.adopt(where, handle)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
        except OSError:
            where.unlink()
            raise
