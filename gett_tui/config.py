"""Profiles, the API key's look-up, and where things lie: from the environment and one optional TOML file.

Decoded by hand: the first frame waits for it, and importing pydantic would delay that by a third.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlsplit

from gett_tui.errors import ConfigError
from gett_tui.gett.secret import Secret
from gett_tui.gett.urls import PRODUCTION_HOST, SANDBOX_HOST, check_base_url

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

_KEY_VARIABLE = "GETT_API_KEY"
_KEY_COMMAND_TIMEOUT = 60.0
_PROFILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TOP_KEYS = ("default_profile", "bell", "profiles")
_PROFILE_KEYS = ("base_url", "api_key", "api_key_env", "api_key_command", "quota_share")
_SHARE = 0.6


class Profile(NamedTuple):
    """One account at Gett: an environment with its own host and key."""

    name: str
    base_url: str
    folder: Path
    """Where its records lie."""
    api_key_env: str = _KEY_VARIABLE
    api_key_command: tuple[str, ...] = ()
    api_key: Secret | None = None
    bell: bool = True
    quota_share: float = _SHARE
    """The part of the organisation's read limit that the poller may spend, above 0 and up to 1."""

    @property
    def host(self) -> str:
        """The host that its key goes to."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def records_host(self) -> str:
        """The host that its records stand at; what is served on this machine counts as one, whatever the port."""
        return "loopback" if self.base_url.startswith("http://") else self.host

    @property
    def is_production(self) -> bool:
        """Whether what is done here goes live."""
        return self.host == PRODUCTION_HOST or self.name == "production"


def config_path(env: Mapping[str, str]) -> Path:
    """Where the configuration file is looked for."""
    return _xdg(env, "XDG_CONFIG_HOME", ".config") / "config.toml"


def state_folder(env: Mapping[str, str]) -> Path:
    """Where all profiles' records lie; ``GETT_STATE_DIR`` overrides."""
    chosen = env.get("GETT_STATE_DIR")
    return Path(chosen).expanduser().absolute() if chosen else _xdg(env, "XDG_STATE_HOME", ".local/state")


def _xdg(env: Mapping[str, str], variable: str, fallback: str) -> Path:
    base = env.get(variable, "")
    # The XDG specification has relative paths ignored.
    root = Path(base) if base.startswith("/") else Path(env.get("HOME") or "~").expanduser() / fallback
    return root / "gett-tui"


def load_profile(env: Mapping[str, str], chosen: str | None = None) -> Profile:
    """The profile to use. Raises ConfigError with what to set.

    ``chosen`` (the command line) goes before ``GETT_PROFILE``, which goes before the file's ``default_profile``.
    """
    path = config_path(env)
    config = _read(path)
    default = config.get("default_profile", "sandbox")
    if not isinstance(default, str):
        raise ConfigError(f"{path}: default_profile must be a profile's name.")
    name = chosen or env.get("GETT_PROFILE") or default
    if not _PROFILE_NAME.fullmatch(name):
        raise ConfigError(f"The profile name {name[:70]!r} is not usable: letters, digits, - and _ only.")
    bell = config.get("bell", True)
    if not isinstance(bell, bool):
        raise ConfigError(f"{path}: bell must be true or false.")
    table = _profile_table(path, config, name, has_url="GETT_BASE_URL" in env)
    base_url = env.get("GETT_BASE_URL") or _text(path, name, table, "base_url") or _default_url(name)
    return Profile(
        name=name,
        base_url=check_base_url(base_url),
        folder=state_folder(env) / name,
        api_key_env=_text(path, name, table, "api_key_env") or _KEY_VARIABLE,
        api_key_command=_command(path, name, table),
        api_key=_stored_key(path, name, table),
        bell=bell,
        quota_share=_quota_share(path, name, table),
    )


def find_key(profile: Profile, env: MutableMapping[str, str]) -> Secret:
    """The profile's API key, taken out of ``env`` so that no child inherits it. Raises ConfigError.

    Looked for in the profile's variable, then by its command, then in the file.
    """
    found = env.pop(profile.api_key_env, None)
    env.pop(_KEY_VARIABLE, None)
    if found is None and profile.api_key_command:
        return _usable(_run(profile, env), f"The output of api_key_command of profile {profile.name}")
    if found is None and profile.api_key is not None:
        return profile.api_key
    if not found or not found.strip():
        raise ConfigError(
            f"No API key for profile {profile.name}: set {profile.api_key_env}, "
            "or try gett-tui --demo, which needs none."
        )
    return _usable(found, profile.api_key_env)


def _usable(value: str, source: str) -> Secret:
    key = value.strip()
    if not key:
        raise ConfigError(f"{source} is empty; it should be the API key.")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError(f"{source} is not an API key: it holds blanks or characters that cannot go over HTTP.")
    return Secret(key)


def _run(profile: Profile, env: Mapping[str, str]) -> str:
    import shlex
    import subprocess

    program = shlex.quote(profile.api_key_command[0])
    try:
        done = subprocess.run(  # noqa: S603 (the operator's own command, run without a shell)
            profile.api_key_command,
            env=dict(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_KEY_COMMAND_TIMEOUT,
            check=False,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired:
        raise ConfigError(f"api_key_command ({program}) gave no key within {_KEY_COMMAND_TIMEOUT:.0f} s.") from None
    except OSError as error:
        raise ConfigError(f"api_key_command ({program}) cannot be run: {error.strerror}.") from None
    if done.returncode != 0:
        raise ConfigError(
            f"api_key_command ({program}) failed with status {done.returncode}; run it by hand to see why."
        )
    return done.stdout


def _read(path: Path) -> Mapping[str, Any]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    import tomllib

    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        # The parser's words may quote the line, and with it a key.
        where = re.search(r"\(at line \d+, column \d+\)|\(at end of document\)", str(error))
        raise ConfigError(f"{path} is not valid TOML {where.group() if where else ''}".strip() + ".") from None
    _known(path, table, _TOP_KEYS, "")
    return table


def _known(path: Path, table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    import difflib

    for name in table:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}."
            raise ConfigError(f"{path}: {where}{name} is not a setting; {hint}")


def _profile_table(path: Path, config: Mapping[str, Any], name: str, *, has_url: bool) -> Mapping[str, Any]:
    profiles = config.get("profiles", {})
    if not isinstance(profiles, dict):
        raise ConfigError(f"{path}: profiles must be a table.")
    table = cast("dict[str, object]", profiles).get(name)
    if table is None:
        if name in _DEFAULT_URLS or has_url:
            return {}
        raise ConfigError(f"There is no profile {name}: add [profiles.{name}] with a base_url to {path}.")
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: profiles.{name} must be a table.")
    typed = cast("dict[str, Any]", table)
    _known(path, typed, _PROFILE_KEYS, f"profiles.{name}.")
    return typed


_DEFAULT_URLS = {"sandbox": f"https://{SANDBOX_HOST}", "production": f"https://{PRODUCTION_HOST}"}


def _default_url(name: str) -> str:
    url = _DEFAULT_URLS.get(name)
    if url is None:
        raise ConfigError(f"Profile {name} has no base_url.")
    return url


def _text(path: Path, profile: str, table: Mapping[str, Any], name: str) -> str | None:
    value = table.get(name)
    if value is None or (isinstance(value, str) and value):
        return value
    raise ConfigError(f"{path}: profiles.{profile}.{name} must be text.")


def _quota_share(path: Path, profile: str, table: Mapping[str, Any]) -> float:
    value = table.get("quota_share", _SHARE)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
        raise ConfigError(f"{path}: profiles.{profile}.quota_share must be a number above 0 and up to 1.")
    return float(value)


def _command(path: Path, profile: str, table: Mapping[str, Any]) -> tuple[str, ...]:
    value = table.get("api_key_command", [])
    words = cast("list[object]", value) if isinstance(value, list) else [None]
    if not all(isinstance(word, str) for word in words):
        raise ConfigError(f'{path}: profiles.{profile}.api_key_command must be a list like ["pass", "show", "gett"].')
    return tuple(str(word) for word in words)


def _stored_key(path: Path, profile: str, table: Mapping[str, Any]) -> Secret | None:
    value = table.get("api_key")
    if value is None:
        return None
    if not isinstance(value, str):
        raise ConfigError(f"{path}: profiles.{profile}.api_key must be text.")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ConfigError(f"{path} holds an API key and others can read it: run chmod 600 '{path}'")
    return _usable(value, f"{path}: profiles.{profile}.api_key")
