"""One key, paste or click at a time: each goes where the one before it has led.

What comes in one read with a key that opens a dialog is for that dialog. Textual hands it to what has the focus when
it comes out of the queue, which may be the list behind.

Its invariant: nothing that waits here is lost or changes its order, and nothing waits longer than ``_LONGEST`` a unit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from textual import events
from textual.app import ScreenStackError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.screen import Screen
    from textual.widget import Widget

_LONGEST = 1.0
"""Seconds that are waited for what a unit has begun."""
_ROUNDS = 3
"""From a key to what it does: the key itself, what a field makes of it, and what its owner makes of that."""
_AT_ONCE = "ctrl+c"
"""Never waits: it ends the program."""


class _Place(NamedTuple):
    screen: Screen[Any]
    focused: Widget | None


class Delivery:
    """Decides for an app which of its input waits; ``holds`` is asked for each event that reaches the app."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[events.Event] = deque()
        self._passing: list[events.Event] = []
        self._task: asyncio.Task[None] | None = None
        self._shown_at = 0.0
        self._is_press_dropped = False

    def holds(self, event: events.Event) -> bool:
        """Whether ``event`` has to wait, or is dropped; one that has waited comes to the app's queue once more."""
        if not isinstance(event, events.InputEvent | events.Paste) or event.is_forwarded:
            return False
        if not self._app.screen_stack:
            # At the very end there is nobody to deliver to, and Textual would crash.
            return True
        if isinstance(event, events.Key) and event.key == _AT_ONCE:
            return False
        passing = [each for each in self._passing if each is not event]
        if len(passing) < len(self._passing):
            self._passing = passing
            return False
        self._waiting.append(event)
        if self._task is None:
            self._task = asyncio.create_task(self._deliver())
        return True

    def close(self) -> None:
        """Forgets what still waits."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def _deliver(self) -> None:
        try:
            while self._waiting:
                event = self._waiting.popleft()
                if not self._is_overtaken(event) and not self._is_blind(event):
                    with suppress(TimeoutError, ScreenStackError):
                        await self._pass_on(event)
        finally:
            self._task = None

    async def _pass_on(self, event: events.Event) -> None:
        before = self._place()
        self._passing.append(event)
        if self._app.post_message(event):
            async with asyncio.timeout(_LONGEST):
                await self._come_to_rest(before)

    def _is_overtaken(self, event: events.Event) -> bool:
        """Whether the mouse is somewhere else already."""
        return (
            isinstance(event, events.MouseMove)
            and bool(self._waiting)
            and isinstance(self._waiting[0], events.MouseMove)
        )

    def _is_blind(self, event: events.Event) -> bool:
        """Whether it is a click that was aimed at another screen than the one it would hit."""
        if isinstance(event, events.MouseUp):
            return self._is_press_dropped
        if isinstance(event, events.MouseMove) or not isinstance(event, events.MouseEvent):
            return False
        self._is_press_dropped = event.time < self._shown_at
        return self._is_press_dropped

    # -- waiting

    def _place(self) -> _Place:
        return _Place(self._app.screen, self._app.focused)

    async def _come_to_rest(self, before: _Place) -> None:
        """Returns when what the unit has led to is there, and has the focus."""
        start = before.screen
        while True:
            await self._work_off()
            place = self._place()
            if place == before and (place.screen is start or not _is_coming_up(place)):
                return
            if not await _reached(place.screen.call_after_refresh):
                return
            if place.screen is not before.screen:
                self._shown_at = monotonic()
            before = place

    async def _work_off(self) -> None:
        """Lets the app, what has the focus and all that lies above it work off what is in their queues."""
        for _ in range(_ROUNDS):
            screen, focused = self._place()
            nodes = (self._app, *(focused or screen).ancestors_with_self)
            for node in nodes:
                await _reached(node.call_later)
            if not any(node.message_queue_size for node in nodes):
                return


def _is_coming_up(place: _Place) -> bool:
    """Whether a screen has something that can have the focus, and has not given it yet."""
    return place.focused is None and (not place.screen.is_mounted or bool(place.screen.focus_chain))


async def _reached(plan: Callable[[Callable[[], None]], bool]) -> bool:
    """Whether it came to what was planned: what is closing takes nothing more, and a loop around this must end."""
    done = asyncio.Event()
    if not plan(done.set):
        return False
    await done.wait()
    return True
