"""A bare app to show one dialog or widget in: no service, no files, no HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual_inside import painted_text

import gett_tui.ui
from gett_tui.onboarding.record import Change, Record
from gett_tui.ui.environment import Environment

NOW = datetime(2026, 3, 14, 14, 3, 7, tzinfo=UTC)
SANDBOX = Environment("sandbox", "api-sandbox.example", is_production=False)
EU = Environment("eu", "api.example", is_production=True)
NOTHING = object()

HOSTILE = (
    "[@click=app.bell]x[/] [/bad",
    "\x1b]52;c;aGVsbG8=\a\x1b[31m\x9b31m",
    "evil\u202etxt\u2066\u200b",
    "two\nlines\r\nhere",
    "n" * 100_000,
)
FORBIDDEN = frozenset("\x1b\x9b\a\u202e\u2066\u200b")


class DialogApp(App[None]):
    """Shows ``shown``; ``answer`` is what a dialog was left with, NOTHING before that."""

    CSS_PATH = [Path(gett_tui.ui.__file__).with_name("screens.tcss")]

    def __init__(self, shown: Screen[Any] | Widget) -> None:
        super().__init__()
        self.shown = shown
        self.answer: Any = NOTHING
        self.rung = 0

    def compose(self) -> ComposeResult:
        if not isinstance(self.shown, Screen):
            yield self.shown

    def on_mount(self) -> None:
        if isinstance(self.shown, Screen):
            self.push_screen(self.shown, self._answered)

    def _answered(self, answer: Any) -> None:
        self.answer = answer

    def bell(self) -> None:
        self.rung += 1

    def text(self) -> str:
        """What is on the screen."""
        return painted_text(self)

    def words(self) -> str:
        """What is on the screen, with frames, breaks and runs of blanks taken out."""
        return " ".join("".join(" " if char in "│╭╮╰╯─▃▅▆▇█" else char for char in self.text()).split())


async def until(pilot: Pilot[Any], true: Callable[[], bool]) -> None:
    """Waits until ``true()``; fails after twenty seconds."""
    end = asyncio.get_running_loop().time() + 20
    while not true():
        assert asyncio.get_running_loop().time() < end, "it did not come about in time"
        await pilot.pause(0.01)
    await pilot.pause()


def sent(name: str = "Corner Bakery", partner: str = "cb-12") -> dict[str, str]:
    return {
        "partnerStoreId": partner,
        "name": name,
        "catalogCallbackUrl": f"https://cdn.example/{partner}.json",
        "webhookUrl": f"https://hooks.example/{partner}",
    }


def record(*stays: tuple[str, float], **more: Any) -> Record:
    """A record that stayed in each status for so many seconds and came to the last one that many before NOW."""
    at = NOW - timedelta(seconds=sum(seconds for _, seconds in stays))
    history: list[Change] = []
    for status, seconds in stays:
        history.append(Change(status, at))
        at += timedelta(seconds=seconds)
    made: dict[str, Any] = {
        "key": "k-1",
        "status": stays[-1][0] if stays else "",
        "onboarding_id": "7b0d6a3e-0f0e-4c55-9a53-000000000001",
        "partner_store_id": "cb-12",
        "sent": sent(),
        "history": tuple(history),
    }
    return Record(**{**made, **more})
