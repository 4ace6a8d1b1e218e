"""From a profile to what a session needs: its folder, its quota and its way to Gett."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.gett.quota import limits_for
from gett_tui.onboarding.session import Setup

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.config import Profile
    from gett_tui.gett.client import GettClient, RateLimits
    from gett_tui.gett.secret import Secret


def setup_for(profile: Profile, key: Secret) -> Setup:
    """The session's setup for a profile."""

    def connect(on_answer: Callable[[str, RateLimits], None]) -> GettClient:
        # Not needed for the first frame, and slow to import: called in a thread.
        from gett_tui.gett.client import GettClient

        return GettClient(profile.base_url, key, on_answer=on_answer)

    return Setup(profile.folder, limits_for(profile.host), connect, share=profile.quota_share)
