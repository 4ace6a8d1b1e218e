"""From a profile to what a session needs: its key, its folder and its way to Gett."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gett_tui.config import find_key
from gett_tui.gett.quota import limits_for
from gett_tui.onboarding.session import Setup

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.config import Profile
    from gett_tui.gett.client import GettClient, RateLimits


def setup_for(profile: Profile) -> Setup:
    """The session's setup for a profile; looks its key up first. Raises ConfigError."""
    key = find_key(profile, os.environ)

    def connect(on_answer: Callable[[str, RateLimits], None]) -> GettClient:
        # Not needed for the first frame, and slow to import: called in a thread.
        from gett_tui.gett.client import GettClient

        return GettClient(profile.base_url, key, on_answer=on_answer)

    return Setup(profile.folder, limits_for(profile.host), connect, share=profile.quota_share)
