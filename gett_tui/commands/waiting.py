"""``gett-tui wait``: until stores are where they should be, in time, and not when they cannot come there any more."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from gett_tui.commands.access import gain
from gett_tui.commands.exit_codes import ExitCode
from gett_tui.commands.goals import GOALS
from gett_tui.commands.lookup import look_up
from gett_tui.commands.output import put_line
from gett_tui.commands.running import follow
from gett_tui.errors import Cause, GettTuiError
from gett_tui.onboarding.ports import RecordGoneError
from gett_tui.onboarding.status import meaning
from gett_tui.text import one_line

if TYPE_CHECKING:
    import argparse

    from gett_tui.commands.goals import Goal
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.service import Service

_LOOK_AGAIN = 1.0
"""Seconds after which it is looked again although nothing was told."""
_SHOWN = 5


def wait(arguments: argparse.Namespace) -> int:
    """Waits, and prints each store when its waiting ends. Raises GettTuiError when not all came there."""
    access = gain(arguments)
    goal = GOALS[arguments.goal]
    chosen = {record.key: record for record in (look_up(access.profile.folder, name) for name in arguments.stores)}
    waiting = _Waiting(chosen, goal, as_json=arguments.json)
    with contextlib.suppress(TimeoutError):
        follow(access, lambda service, changed: waiting.run(service, changed, arguments.timeout))
    waiting.end()
    if waiting.missed:
        which = ", ".join(f"{one_line(one.name, 60)} is {meaning(one.status).words}" for one in waiting.missed[:_SHOWN])
        more = f", and {len(waiting.missed) - _SHOWN} more" if len(waiting.missed) > _SHOWN else ""
        facts = {"count": len(waiting.missed), "total": len(chosen), "goal": arguments.goal, "which": which + more}
        raise GettTuiError("not all came there", cause=Cause.NOT_COME_TRUE, facts=facts)
    return ExitCode.DONE


class _Waiting:
    """Which of ``chosen`` (by key) are still waited for; ``missed`` are those that did not come there."""

    def __init__(self, chosen: dict[str, Record], goal: Goal, *, as_json: bool) -> None:
        self._left = dict(chosen)
        self._goal = goal
        self._as_json = as_json
        self.missed: list[Record] = []

    async def run(self, service: Service, changed: asyncio.Event, seconds: float | None) -> None:
        """Returns when none is waited for any more. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while self._left:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN):
                        await changed.wait()
                changed.clear()
                self._look(service)

    def _look(self, service: Service) -> None:
        for key in list(self._left):
            try:
                record = self._left[key] = service.get(key)
            except RecordGoneError:
                # Not read yet, or taken away by hand: then it is as it was seen last.
                continue
            if record.status in self._goal.reached:
                self._tell(key)
            elif record.status in self._goal.never:
                self.missed.append(record)
                self._tell(key)

    def end(self) -> None:
        """Nothing is waited for any more: what is left was missed."""
        for key, record in list(self._left.items()):
            self.missed.append(record)
            self._tell(key)

    def _tell(self, key: str) -> None:
        put_line(self._left.pop(key), as_json=self._as_json)
