"""The terminal's driver, given to Textual by ``App.get_driver_class``: no thread, and no wait for the terminal.

It is a ``Driver`` and not a ``LinuxDriver``, whose two threads are what waits and spins when a terminal is stuck or
gone.
Invariant: whatever the line does, the event loop goes on, and leaving takes a second at most.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol, cast

from textual import events
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from gett_tui.ui.terminal.asking import ANSWER
from gett_tui.ui.terminal.keys import KeyReader
from gett_tui.ui.terminal.line import CANCEL, Line
from gett_tui.ui.terminal.modes import Modes, drop_unsent, entering, leaving
from gett_tui.ui.terminal.own_description import OwnDescription, write_within
from gett_tui.ui.terminal.painter import Painter
from gett_tui.ui.terminal.picture import Capabilities, Picture

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable
    from typing import TextIO

    from textual.app import App

_LEAVING = 1.0
"""Seconds that a terminal is waited for at the end, and before the process stops."""
_READ = 4096


class HungUp(Message):
    """Tells the app that its terminal is gone."""


class PacedApp(Protocol):
    """What the driver asks of the app."""

    @property
    def ascii_only(self) -> bool:
        """Whether no byte over 127 may reach the terminal."""
        ...

    def frame_pace(self) -> float:
        """Seconds that have to lie between the last picture, or the start, and the next."""
        ...


class TerminalDriver(Driver):
    """Reads keys from the terminal on stdin and paints on the one on stderr."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        self._input_fd = _number(sys.__stdin__)
        self._output_fd = _number(sys.__stderr__)
        self._modes = Modes(self._input_fd)
        width, height = size or self._modes.size()
        super().__init__(app, debug=debug, mouse=mouse, size=(width, height))
        paced = cast("PacedApp", app)
        picture = Picture(width, height, Capabilities.of(os.environ), ascii_only=paced.ascii_only)
        self._painter = Painter(picture, (width, height), self._loop, paced.frame_pace)
        self._keys = KeyReader(over_ssh="SSH_CONNECTION" in os.environ)
        self._answers = 0
        self._key_timer: asyncio.Handle | None = None
        self._thread = threading.get_ident()
        self._input: OwnDescription | None = None
        self._output: OwnDescription | None = None
        self._line: Line | None = None
        self._is_reading = False
        self._is_gone = False
        self._resumes = False
        self._signals = {
            signal.SIGTSTP: self._stop_process,
            signal.SIGCONT: self._continued,
            signal.SIGWINCH: self._resized,
        }
        for number, handler in self._signals.items():
            self._loop.add_signal_handler(number, handler)

    @property
    def can_suspend(self) -> bool:
        """Yes: ctrl+z, where it is bound."""
        return True

    # -- output

    def write(self, data: str) -> None:
        """Takes what should be on the screen, from any thread; never waits for the terminal."""
        if threading.get_ident() != self._thread:
            with contextlib.suppress(RuntimeError):  # the loop is closed: so is the screen
                self._loop.call_soon_threadsafe(self.write, data)
        elif self._line is not None:
            self._painter.write(data, self._laid_out())

    def send_control(self, data: str) -> bool:
        """Sends what is no picture; whether there was room for it."""
        return self._line is not None and self._line.send_control(data.encode("utf-8", "replace"))

    def _laid_out(self) -> tuple[int, int]:
        """The size that Textual has laid out for, which follows the terminal's a little later."""
        stack = self._app.screen_stack
        size = stack[-1].outer_size if stack else None
        return (size.width, size.height) if size else self._painter.size

    def repaint(self) -> None:
        """Paints everything anew: something else may have written on the screen."""
        if self._line is not None:
            self._painter.repaint()

    def when_shown(self, then: Callable[[], None]) -> None:
        """Calls ``then`` when the terminal shows all that was written until now, as far as one can know."""
        self._painter.when_shown(then)

    # -- from start to end

    def start_application_mode(self) -> None:
        """Takes the terminal over."""
        if self._line is not None:
            return
        self._input = OwnDescription(self._input_fd, os.O_RDONLY)
        self._output = OwnDescription(self._output_fd, os.O_WRONLY)
        self._line = Line(self._output.fd, self._loop, self._painter.plan, self._hung_up)
        self._modes.raw()
        self._line.send_control(entering(os.environ, mouse=self._mouse))
        self._painter.start(self._line)
        self._loop.add_reader(self._input.fd, self._readable)
        self._is_reading = True
        self._resized()
        if self._resumes:
            self._resumes = False
            self.send_message(self.SignalResume())

    def disable_input(self) -> None:
        """Reads no more keys."""
        if self._is_reading and self._input is not None:
            self._loop.remove_reader(self._input.fd)
        self._is_reading = False
        self._plan_tick(None)

    def stop_application_mode(self) -> None:
        """Gives the terminal back, within a second; a second time does nothing."""
        line, self._line = self._line, None
        if line is None or self._input is None or self._output is None:
            return
        self.disable_input()
        end, last = time.monotonic() + _LEAVING, leaving(mouse=self._mouse)
        if line.finish(last, _LEAVING):
            self._await_answers(self._input.fd, end)
        elif not self._is_gone:
            # What the kernel held for it is dropped, so there is room: whenever the terminal is read, it is whole.
            drop_unsent(self._output.fd)
            with contextlib.suppress(OSError):
                write_within(self._output.fd, CANCEL + last, 0)
        line.close()
        self._painter.stop()
        self._modes.restore()
        self._input.close()
        self._output.close()

    def close(self) -> None:
        """Leaves the signals to whoever comes next."""
        self.stop_application_mode()
        for number in self._signals:
            self._loop.remove_signal_handler(number)

    def suspend_application_mode(self) -> None:
        """Gives the terminal back for a while."""
        self.stop_application_mode()

    def _await_answers(self, fd: int, end: float) -> None:
        """Swallows the answers that are under way: the shell would take them for typed."""
        tail = b""
        asking = self._painter.asking
        while asking.is_waiting and (left := end - time.monotonic()) > 0 and select.select([fd], [], [], left)[0]:
            try:
                data = os.read(fd, _READ)
            except OSError:
                return
            if not data:
                return
            for _ in range((tail + data).count(ANSWER)):
                asking.answered(time.monotonic())
            tail = (tail + data).rpartition(ANSWER)[2][1 - len(ANSWER) :]

    # -- signals

    def _resized(self) -> None:
        self._painter.size = width, height = self._modes.size()
        size = Size(width, height)
        self.send_message(events.Resize(size, size))
        self._painter.plan()

    def _stop_process(self) -> None:
        if self._auto_restart:
            self.suspend_application_mode()
            self._resumes = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _continued(self) -> None:
        # A turn later: a signal that ends the program may have come with it, whichever is heard of first.
        self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if not self._auto_restart or self._app.return_code is not None:
            return
        if self._modes.is_in_background():
            os.kill(os.getpid(), signal.SIGSTOP)
        elif self._line is None:
            self.resume_application_mode()
        else:
            # It was stopped without being asked, and the shell has had the terminal meanwhile.
            self._modes.raw()
            self._line.send_control(entering(os.environ, mouse=self._mouse))
            self._painter.asking.forget(self._loop.time())
            self._painter.repaint()
            self._resized()

    def _hung_up(self) -> None:
        if not self._is_gone:
            self._is_gone = True
            self.disable_input()
            self.send_message(HungUp())

    # -- input

    def _readable(self) -> None:
        fd = self._input.fd if self._input is not None else -1
        try:
            data = os.read(fd, _READ)
        except BlockingIOError:
            return
        except OSError:
            self._hung_up()
            return
        if data:
            self._take(self._keys.feed(data, self._loop.time()))
        elif not os.isatty(fd):
            self._hung_up()

    def _take(self, units: Iterable[Message]) -> None:
        for _ in range(self._keys.answers - self._answers):
            self._painter.answered()
        self._answers = self._keys.answers
        for unit in units:
            if isinstance(unit, events.InputEvent | events.Paste) and not isinstance(unit, events.MouseMove):
                self._painter.pressed()
            self.process_message(unit)
        self._plan_tick(self._keys.due())

    def _plan_tick(self, due: float | None) -> None:
        if self._key_timer is not None:
            self._key_timer.cancel()
        self._key_timer = None if due is None else self._loop.call_at(due, self._tick)

    def _tick(self) -> None:
        self._key_timer = None
        self._take(self._keys.tick(self._loop.time()))


def _number(stream: TextIO | None) -> int:
    return -1 if stream is None else stream.fileno()
