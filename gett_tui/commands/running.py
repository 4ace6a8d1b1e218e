"""One command at work with Gett: it runs to its end, or a signal ends it, and no id that Gett gave goes untold.

Owns the commands' half of invariant 4: a write under way is given its grace whatever ended the command, and what
could not be kept is printed.
"""

from __future__ import annotations

import asyncio
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from gett_tui.commands.exit_codes import SignalledError
from gett_tui.commands.output import say
from gett_tui.error_messages import asked_again, sentence
from gett_tui.errors import GettTuiError
from gett_tui.onboarding import events
from gett_tui.onboarding.batch import Batch
from gett_tui.onboarding.errors import PausedError, UnkeptError
from gett_tui.runtime import Runtime, config_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from gett_tui.commands.access import Access
    from gett_tui.onboarding.batch import End
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.service import Service

T = TypeVar("T")

_PATIENCE = 10.0
"""Seconds for which it is tried to keep what Gett answered, on a disk that takes nothing."""
_AT_ONCE = 8
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class UseCase:
    """What a command does with Gett."""

    act: Callable[[Service], Awaitable[Record]]
    onboarding_id: str | None = None
    """The one store that it is about; None when all of them must be known."""


def perform(access: Access, use_case: UseCase) -> Record:
    """Runs ``use_case``. Raises GettTuiError; SignalledError when a signal ended it."""
    return asyncio.run(_perform(access, lambda runtime: _work(runtime, use_case), _hear))


def perform_many(
    access: Access,
    records: Sequence[Record],
    act: Callable[[Service, Record], Awaitable[Record]],
    on_end: Callable[[End[Record]], None],
) -> None:
    """Runs ``act`` for each of ``records``, a few at a time; ``on_end`` hears of each. Raises as ``perform``."""

    async def work(runtime: Runtime) -> None:
        await runtime.service.load()
        await runtime.connect()
        batch = Batch(records, lambda record: act(runtime.service, record), at_once=_AT_ONCE, on_end=on_end)
        await batch.run()

    asyncio.run(_perform(access, work, _hear))


def follow(access: Access, act: Callable[[Service, asyncio.Event], Awaitable[T]]) -> T:
    """Runs ``act`` beside a poller, which takes the lead or follows the copy that has it: no question is asked twice.

    The event that ``act`` gets is set with every change, and first when the records are read. Raises as ``perform``.
    """
    return asyncio.run(_follow(access, act))


async def _follow(access: Access, act: Callable[[Service, asyncio.Event], Awaitable[T]]) -> T:
    changed = asyncio.Event()

    def hear(event: events.Event) -> None:
        changed.set()
        _hear(event)

    return await _perform(access, lambda runtime: _beside(runtime, act, changed), hear)


async def _beside(runtime: Runtime, act: Callable[[Service, asyncio.Event], Awaitable[T]], changed: asyncio.Event) -> T:
    polling, acting = asyncio.ensure_future(runtime.run()), asyncio.ensure_future(act(runtime.service, changed))
    try:
        await asyncio.wait({polling, acting}, return_when=asyncio.FIRST_COMPLETED)
        if not acting.done():
            await polling
        return await acting
    finally:
        for task in (polling, acting):
            task.cancel()
        await asyncio.gather(polling, acting, return_exceptions=True)


async def _perform(
    access: Access, work_with: Callable[[Runtime], Coroutine[Any, Any, T]], hear: Callable[[events.Event], None]
) -> T:
    runtime = Runtime(config_for(access.profile, access.key, patience=_PATIENCE), hear)
    work = asyncio.ensure_future(work_with(runtime))
    signals = _end_on_signal(work)
    told: set[str] = set()
    try:
        return await work
    except asyncio.CancelledError:
        if signals:
            raise SignalledError(signals[0]) from None
        raise
    except UnkeptError as error:
        told.add(error.onboarding_id)
        raise
    finally:
        await _close(runtime, told)


async def _work(runtime: Runtime, use_case: UseCase) -> Record:
    wanted = use_case.onboarding_id
    if wanted is None or await runtime.service.find(wanted) is None:
        await runtime.service.load()
    await runtime.connect()
    return await use_case.act(runtime.service)


def _end_on_signal(work: asyncio.Future[Any]) -> list[int]:
    """Lets the first ending signal cancel ``work``; gives the list that it is noted in."""
    caught: list[int] = []

    def end(number: int) -> None:
        caught.append(number)
        work.cancel()

    loop = asyncio.get_running_loop()
    for number in _ENDING:
        # What nohup or a shell's & has set to be ignored stays so.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, end, number)
    return caught


async def _close(runtime: Runtime, told: set[str]) -> None:
    if runtime.service.is_writing:
        say("Waiting for Gett's answer to what is under way…")
    await runtime.close()
    for onboarding_id, partner_store_id in runtime.service.unsaved.items():
        if onboarding_id not in told:
            say(sentence(UnkeptError(partner_store_id, onboarding_id)))


def _hear(event: events.Event) -> None:
    match event:
        case events.Note(text=str(text)):
            say(text)
        case events.Reachability(error=PausedError() as error, next_try=at) if at is not None:
            say(asked_again(error, at))
        case events.FilesTrouble(error=GettTuiError() as error):
            say(sentence(error))
        case _:
            pass
