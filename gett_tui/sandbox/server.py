"""Runs the simulated Gett in a process of its own and ends it within two seconds of a signal, whatever hangs.

Requests under way get a second; then they, the pulls and the orders are cancelled. A thread that cannot be cancelled
(one that asks a dead name server) is left behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import uvicorn

from gett_tui.sandbox.api import create_app
from gett_tui.sandbox.pulls import AT_ONCE

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator

    from gett_tui.sandbox.simulation import Sandbox

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_REQUESTS_GRACE = 1
_TASKS_GRACE = 0.2
_THREADS_GRACE = 0.2
"""Seconds."""


class _Server(uvicorn.Server):
    """Leaves the signals to us: it knows no SIGHUP, and dies of the signal instead of giving an exit status."""

    status = 0

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._end, number)
        yield

    def _end(self, number: int) -> None:
        # What is cut off from here on is meant to be, and no reason for tracebacks.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self.status = 128 + number
        self.force_exit = self.should_exit
        self.should_exit = True


def serve_until_signal(sandbox: Sandbox, listening: socket.socket, introduce: Callable[[], None]) -> int:
    """Serves on ``listening`` and gives the exit status, 128 + the signal's number; ``introduce`` is called once."""
    # Not asyncio.run(): at its end it waits for threads. As many threads as pulls, so that none waits for another's.
    executor = ThreadPoolExecutor(AT_ONCE + 16)
    loop = asyncio.new_event_loop()
    loop.set_default_executor(executor)
    try:
        status = loop.run_until_complete(_serve(sandbox, listening, introduce))
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        loop.close()
    _leave_threads_behind(status)
    return status


async def _serve(sandbox: Sandbox, listening: socket.socket, introduce: Callable[[], None]) -> int:
    config = uvicorn.Config(
        create_app(sandbox),
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=_REQUESTS_GRACE,
    )
    server = _Server(config)
    with server.capture_signals():
        introduce()
        await server.serve(sockets=[listening])
    await _end_tasks()
    return server.status


async def _end_tasks() -> None:
    """Ends what is left: requests that were cut off, pulls and orders."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_TASKS_GRACE)


def _leave_threads_behind(status: int) -> None:
    """Ends the process here and now when a thread goes on: Python would wait for it."""
    end = time.monotonic() + _THREADS_GRACE
    for thread in threading.enumerate():
        if thread is threading.current_thread() or thread.daemon:
            continue
        thread.join(max(0.0, end - time.monotonic()))
        if thread.is_alive():
            with contextlib.suppress(OSError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)
