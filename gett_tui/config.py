"""Profiles, and where things lie: from the command line, the environment and one optional TOML file.

No error repeats a value of the file or of the environment: a key may have been pasted anywhere. It names the place.
Decoded by hand: the first frame waits for it, and importing pydantic would delay that by a third.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from gett_tui.config_file import ConfigFile, near_name, read, shown_setting
from gett_tui.config_settings import PROFILE, QUOTA_SHARE, TOP, as_table, as_text, as_variable, problems, values
from gett_tui.errors import ConfigError
from gett_tui.gett.key_shape import HARMLESS, may_be_key
from gett_tui.gett.secret import Secret, suspects, without_key
from gett_tui.gett.urls import PRODUCTION_HOST, SANDBOX_HOST, check_base_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEY_VARIABLE = "GETT_API_KEY"
"""The variable for profiles that say nothing about their key."""

_NAMING_VARIABLES = (
    *("GETT_BASE_URL", "GETT_PROFILE", "GETT_STATE_DIR", "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "TERM"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"),
    *("all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
)
"""The variables whose text, or a part of it, what this program says may repeat."""

_PROFILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DEFAULT_PROFILE = "sandbox"
_DEFAULT_URLS = {"sandbox": f"https://{SANDBOX_HOST}", "production": f"https://{PRODUCTION_HOST}"}
_NO_SOURCES: Mapping[str, str] = {}


class Profile(NamedTuple):
    """One account at Gett: an environment with its own host and key."""

    name: str
    base_url: str
    folder: Path
    """Where its records lie."""
    api_key_env: str | None = None
    """The variable that its own key stands in; None when the profile names none."""
    api_key_command: tuple[str, ...] = ()
    api_key: Secret | None = None
    bell: bool = True
    quota_share: float = QUOTA_SHARE
    """The part of the organisation's read limit that the poller may spend, above 0 and up to 1."""
    key_variables: tuple[str, ...] = (KEY_VARIABLE,)
    """The variables of all profiles' keys: no child of this program may inherit one of them."""
    keys: tuple[Secret, ...] = ()
    """The keys that stand in those variables and in the file: none of them may be shown, whichever is in use."""
    suspects: tuple[Secret, ...] = ()
    """What may be a key in what names its place: none of it is shown (see ``secret.suspects``)."""
    sources: Mapping[str, str] = _NO_SOURCES
    """Where each other setting but the key's comes from: an option, a variable, the file or "default"."""

    @property
    def host(self) -> str:
        """The host that its key goes to."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def address(self) -> str:
        """Scheme, host and port of the base URL, to be shown: what its path holds is nobody's business."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}{'/…' if parts.path else ''}"

    @property
    def records_host(self) -> str:
        """The host that its records stand at; what is served on this machine counts as one, whatever the port."""
        return "loopback" if self.base_url.startswith("http://") else self.host

    @property
    def is_production(self) -> bool:
        """Whether what is done here goes live."""
        return self.host == PRODUCTION_HOST or self.name == "production"


def suspects_in(env: Mapping[str, str]) -> tuple[Secret, ...]:
    """What may be a key that was pasted into a variable that names a place; hidden as long as this is held."""
    return suspects(env.get(name, "") for name in _NAMING_VARIABLES)


def config_path(env: Mapping[str, str]) -> Path:
    """Where the configuration file is looked for."""
    return _xdg(env, "XDG_CONFIG_HOME", ".config") / "config.toml"


def state_folder(env: Mapping[str, str]) -> Path:
    """Where all profiles' records lie; ``GETT_STATE_DIR`` overrides."""
    chosen = env.get("GETT_STATE_DIR")
    return _home_known(Path(chosen)).absolute() if chosen else _xdg(env, "XDG_STATE_HOME", ".local/state")


def _home_known(path: Path) -> Path:
    """``path`` with a leading ``~`` filled in. Raises ConfigError: a container's user may have no home."""
    try:
        return path.expanduser()
    except RuntimeError:
        raise ConfigError("There is no home folder for ~: set HOME, or GETT_STATE_DIR to a full path.") from None


def _xdg(env: Mapping[str, str], variable: str, fallback: str) -> Path:
    base = env.get(variable, "")
    # The XDG specification has relative paths ignored.
    root = Path(base) if base.startswith("/") else _home_known(Path(env.get("HOME") or "~")) / fallback
    return root / "gett-tui"


def load_profile(env: Mapping[str, str], chosen: str | None = None) -> Profile:
    """The profile to use. Raises ConfigError with what to set.

    ``chosen`` (the command line) goes before ``GETT_PROFILE``, which goes before the file's ``default_profile``.
    An empty variable is an unset one.
    """
    file = read(config_path(env))
    top = values(file, file.table, TOP, "")
    profiles: Mapping[str, Any] = top["profiles"]
    _check_privacy(file, profiles)
    name, name_source = _name(file, env, chosen, top["default_profile"])
    keys = _keys(profiles, env)
    _check_no_key(name, name_source, keys)
    has_url = bool(env.get("GETT_BASE_URL", "").strip())
    own = _own_table(file, profiles, name, name_source, has_url=has_url)
    settings = values(file, own, PROFILE, f"profiles.{name}.")
    base_url, url_source = _base_url(file, env, name, settings.pop("base_url"))
    return Profile(
        name=name,
        base_url=base_url,
        folder=state_folder(env) / name,
        bell=top["bell"],
        key_variables=_key_variables(profiles),
        keys=keys,
        suspects=(*suspects_in(env), *suspects([base_url])),
        sources={
            "name": name_source,
            "base_url": url_source,
            "folder": _folder_source(env),
            "bell": str(file.path) if "bell" in file.table else "default",
            "quota_share": str(file.path) if "quota_share" in own else "default",
        },
        **settings,
    )


def file_problems(env: Mapping[str, str]) -> Iterator[ConfigError]:
    """All that is wrong with the configuration file, whichever profile is in use."""
    try:
        file = read(config_path(env))
        profiles = as_table(file.table.get("profiles", {})) or {}
        _check_privacy(file, profiles)
    except ConfigError as error:
        yield error
        return
    yield from problems(file, file.table, TOP, "")
    for name, value in profiles.items():
        yield from _profile_problems(file, name, value)


def _profile_problems(file: ConfigFile, name: str, value: object) -> Iterator[ConfigError]:
    table = as_table(value)
    if table is None:
        place = f"{file.path}{file.line_of(name, '')}"
        yield ConfigError(f"{place}: {shown_setting('profiles.' + name)} must be a table.")
        return
    yield from problems(file, table, PROFILE, f"profiles.{name}.")
    try:
        _base_url(file, {}, name, as_text(table.get("base_url")))
    except ConfigError as error:
        yield error


def _check_privacy(file: ConfigFile, profiles: Mapping[str, Any]) -> None:
    # Whoever can read the file has the keys of all profiles, not only of the one in use.
    tables = [table for table in map(as_table, profiles.values()) if table is not None]
    if file.others_can_read and any("api_key" in table for table in tables):
        raise ConfigError(f"{file.path} holds an API key and others can read it: run chmod 600 '{file.path}'")


def _key_variables(profiles: Mapping[str, Any]) -> tuple[str, ...]:
    named = [as_variable((as_table(table) or {}).get("api_key_env")) for table in profiles.values()]
    return tuple(dict.fromkeys([KEY_VARIABLE, *(name for name in named if name is not None)]))


def _keys(profiles: Mapping[str, Any], env: Mapping[str, str]) -> tuple[Secret, ...]:
    tables = filter(None, map(as_table, profiles.values()))
    told = [env.get(name, "") for name in _key_variables(profiles)] + [table.get("api_key") for table in tables]
    return tuple(Secret(key.strip()) for key in told if isinstance(key, str) and key.strip())


def _check_no_key(name: str, source: str, keys: tuple[Secret, ...]) -> None:
    """Raises ConfigError for a name that is a key, holds a part of one or looks like one: it would be on the screen."""
    said = name.encode()
    if may_be_key(name):
        raise ConfigError(f"The profile name of {source} looks like an API key, which is never shown: use another.")
    if len(name) > HARMLESS and any(without_key(said, key) is not said for key in keys):
        raise ConfigError(f"The profile name of {source} holds an API key, which would be shown: use another name.")


def _name(file: ConfigFile, env: Mapping[str, str], chosen: str | None, default: str | None) -> tuple[str, str]:
    """The profile's name and where it comes from."""
    if chosen is not None:
        name, source = chosen, "--profile"
    elif env.get("GETT_PROFILE", "").strip():
        name, source = env["GETT_PROFILE"], "GETT_PROFILE"
    elif default is not None:
        name, source = default, f"default_profile in {file.path}"
    else:
        return _DEFAULT_PROFILE, "default"
    if not _PROFILE_NAME.fullmatch(name):
        raise ConfigError(f"The profile name of {source} is not usable: 1 to 64 letters, digits, - and _ only.")
    return name, source


def _own_table(
    file: ConfigFile, profiles: Mapping[str, Any], name: str, source: str, *, has_url: bool
) -> Mapping[str, Any]:
    if name in profiles:
        table = as_table(profiles[name])
        if table is None:
            raise ConfigError(f"{file.path}: {shown_setting('profiles.' + name)} must be a table.")
        return table
    if name in _DEFAULT_URLS or has_url:
        return {}
    near = near_name(name, [*(other for other in profiles if len(other) <= HARMLESS), *_DEFAULT_URLS])
    if near is not None:
        raise ConfigError(f"There is no profile {name} (from {source}): did you mean {near}?")
    if len(name) > HARMLESS:
        raise ConfigError(f"There is no such profile as {source} says: add it, with a base_url, to {file.path}.")
    raise ConfigError(f"There is no profile {name}: add [profiles.{name}] with a base_url to {file.path}.")


def _base_url(file: ConfigFile, env: Mapping[str, str], name: str, own: str | None) -> tuple[str, str]:
    """The base URL in normal form and where it comes from."""
    from_env = env.get("GETT_BASE_URL", "")
    if from_env.strip():
        url, source = from_env, "GETT_BASE_URL"
    elif own is not None:
        url, source = own, f"{shown_setting(f'profiles.{name}.base_url')} in {file.path}"
    elif name in _DEFAULT_URLS:
        return _DEFAULT_URLS[name], "default"
    else:
        raise ConfigError(f"{file.path}: {shown_setting('profiles.' + name)} has no base_url.")
    try:
        return check_base_url(url), source
    except ConfigError as error:
        raise ConfigError(f"{error} It comes from {source}.") from None


def _folder_source(env: Mapping[str, str]) -> str:
    if env.get("GETT_STATE_DIR"):
        return "GETT_STATE_DIR"
    return "XDG_STATE_HOME" if env.get("XDG_STATE_HOME", "").startswith("/") else "default"
