"""What a command needs before it may ask Gett: a profile, a folder that belongs to its host, and a key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.api_key import find_key
from gett_tui.config import load_profile
from gett_tui.errors import Cause, ConfigError
from gett_tui.gett.secret import without_key
from gett_tui.storage.state_folder import claim_folder

if TYPE_CHECKING:
    import argparse

    from gett_tui.config import Profile
    from gett_tui.gett.secret import Secret


class Access(NamedTuple):
    """A profile whose stores stand at its host, and its API key."""

    profile: Profile
    key: Secret


def gain(arguments: argparse.Namespace) -> Access:
    """The access to the profile that the command line names. Raises ConfigError, StorageError."""
    profile = load_profile(os.environ, arguments.profile)
    key = find_key(profile, os.environ)
    _check_no_key(arguments, key)
    claim_folder(profile.folder, profile.records_host, profile.name)
    return Access(profile, key)


def _check_no_key(arguments: argparse.Namespace, key: Secret) -> None:
    """Raises ConfigError when the key was typed as something else: it would be sent, kept and shown."""
    for name, value in vars(arguments).items():
        said = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else b""
        if without_key(said, key) is not said:
            facts = {"argument": name.replace("_", " ")}
            raise ConfigError("the API key on the command line", cause=Cause.KEY_MISPLACED, facts=facts)
