"""What a command needs before it may ask Gett: a profile, a folder that belongs to its host, and a key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.api_key import find_key
from gett_tui.config import load_profile
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
    claim_folder(profile.folder, profile.records_host, profile.name)
    return Access(profile, find_key(profile, os.environ))
