"""One simulated Gett, put together: what it knows, its switches, and what goes on behind its answers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gett_tui.sandbox.pulls import Pulls

if TYPE_CHECKING:
    from gett_tui.sandbox.limits import Window
    from gett_tui.sandbox.orders import Orders
    from gett_tui.sandbox.pulls import Download
    from gett_tui.sandbox.settings import Settings
    from gett_tui.sandbox.state import State


@dataclass(slots=True)
class Sandbox:
    """``download`` gets the bytes at a catalog URL; without ``orders`` no sample order is ever sent."""

    state: State
    settings: Settings
    download: Download
    orders: Orders | None = None
    faults: deque[str] = field(default_factory=deque[str])
    """Names of faults, each taken by the next operation: see ``faults.BEFORE`` and ``faults.AFTER``."""
    requests: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(method, path) of every operation that was asked for."""
    windows: dict[str, Window] = field(default_factory=dict[str, "Window"])
    """The rate limits' windows by kind."""
    serial: int = 0
    """The number of the last problem answer."""
    pulls: Pulls = field(init=False)

    def __post_init__(self) -> None:
        self.pulls = Pulls(self.state, self.download, lambda: self.settings.pull_seconds)
