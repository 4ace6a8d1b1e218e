"""Where and when the dashboard runs: the profile and its host, and the local clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple


class Environment(NamedTuple):
    """Where what is done here takes effect; always on screen."""

    profile: str
    host: str
    is_production: bool
    bell: bool = True


def local_now() -> datetime:
    """The present time in the machine's own time zone."""
    return datetime.now(UTC).astimezone()
