"""The settings of the configuration file: what each must be, and what is wrong with those that are not.

No complaint repeats a value: a key may have been pasted anywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from gett_tui.config_file import shown_setting
from gett_tui.errors import ConfigError
from gett_tui.gett.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gett_tui.config_file import ConfigFile

_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
QUOTA_SHARE = 0.6


class Setting(NamedTuple):
    """One setting of the file: its name, what it must be, in words and as a reader that gives None for all else."""

    name: str
    wanted: str
    read: Callable[[object], object]
    default: object = None


def as_text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def as_table(value: object) -> Mapping[str, Any] | None:
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else None


def as_variable(value: object) -> str | None:
    return value if isinstance(value, str) and _VARIABLE_NAME.fullmatch(value) else None


def _secret(value: object) -> Secret | None:
    return Secret(value.strip()) if isinstance(value, str) else None


def _share(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value <= 1 else None


def _command(value: object) -> tuple[str, ...] | None:
    words = cast("list[object]", value) if isinstance(value, list) else []
    usable = tuple(word for word in words if isinstance(word, str) and "\0" not in word)
    return usable if usable and usable[0] and len(usable) == len(words) else None


TOP = (
    Setting("default_profile", "a profile's name", as_text),
    Setting("bell", "true or false", _flag, default=True),
    Setting("profiles", "a table", as_table, default={}),
)
PROFILE = (
    Setting("base_url", "text", as_text),
    Setting("api_key", "text", _secret),
    Setting("api_key_env", "the name of an environment variable", as_variable),
    Setting("api_key_command", 'a list like ["pass", "show", "gett"]', _command, default=()),
    Setting("quota_share", "a number above 0 and up to 1", _share, default=QUOTA_SHARE),
)


def values(file: ConfigFile, table: Mapping[str, Any], settings: tuple[Setting, ...], where: str) -> dict[str, Any]:
    """Each setting's value, or its default. Raises ConfigError for a name that is none and a value of another kind."""
    for problem in problems(file, table, settings, where):
        raise problem
    return {
        setting.name: setting.read(table[setting.name]) if setting.name in table else setting.default
        for setting in settings
    }


def problems(
    file: ConfigFile, table: Mapping[str, Any], settings: tuple[Setting, ...], where: str
) -> Iterator[ConfigError]:
    yield from file.wrong_names(table, [setting.name for setting in settings], where)
    for name, wanted, read_as, _ in settings:
        if name in table and read_as(table[name]) is None:
            place = f"{file.path}{file.line_of(name, where)}"
            yield ConfigError(f"{place}: {shown_setting(where + name)} must be {wanted}.")
