"""The demo: the embedded simulated Gett with its stores already known, in a folder that is gone afterwards."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gett_tui.gett.quota import SANDBOX
from gett_tui.gett.secret import Secret
from gett_tui.onboarding.cache import Cache
from gett_tui.onboarding.record import Change, Record
from gett_tui.onboarding.session import Setup
