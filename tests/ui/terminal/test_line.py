"""The line alone, over a pipe and a pty that nobody reads until the test does."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
import tty
from collections.abc import Iterator

import pytest

from gett_tui.ui.clipboard import Clipboard
from gett_tui.ui.terminal.line import CANCEL, Line
from gett_tui.ui.terminal.own_description import OwnDescription, tell, write_within


class Watched:
    """A line over a pipe, and what it has told."""

    def __init__(self, reading: int, writing: int) -> None:
        self.reading, self.writing = reading, writing
        self.drained = 0
        self.broken = 0
        self.line = Line(writing, asyncio.get_running_loop(), self._drained, self._broken)

    def _drained(self) -> None:
        self.drained += 1

    def _broken(self) -> None:
        self.broken += 1

    async def read_all(self) -> bytes:
        """All that comes until the line has nothing more."""
        found = b""
        for _ in range(10_000):
            try:
                found += os.read(self.reading, 65536)
            except BlockingIOError:
                if not self.line.is_busy:
                    return found
            await asyncio.sleep(0.001)
        raise AssertionError("the line does not come to an end")


@pytest.fixture
async def watched() -> Iterator[Watched]:
    reading, writing = os.pipe()
    for fd in (reading, writing):
        os.set_blocking(fd, False)
    made = Watched(reading, writing)
    yield made
    made.line.close()
    os.close(writing)
    if made.reading >= 0:
        os.close(made.reading)


async def test_a_full_line_is_not_waited_for_and_all_of_it_arrives(watched: Watched) -> None:
    picture = bytes(range(256)) * 4_000
    watched.line.send_picture(picture)
    assert watched.line.is_busy
    assert await watched.read_all() == picture
    assert watched.drained == 1


async def test_what_is_no_picture_comes_behind_it_in_order_and_once(watched: Watched) -> None:
    picture = b"p" * 200_000
    watched.line.send_picture(picture)
    assert all(watched.line.send_control(control) for control in (b"<title>", b"\a", b"\a", b"<copy>"))
    assert await watched.read_all() == picture + b"<title>\a<copy>"
    watched.line.send_control(b"\a")
    watched.line.send_control(b"\a")
    assert await watched.read_all() == b"\a\a"


async def test_what_waits_is_bounded_and_what_has_no_room_is_refused(watched: Watched) -> None:
    watched.line.send_picture(b"p" * 200_000)
    taken = [watched.line.send_control(b"%05d" % number * 200) for number in range(1_000)]
    assert taken[0]
    assert not taken[-1]
    assert len(await watched.read_all()) < 500_000
    assert watched.line.send_control(b"again")


async def test_the_end_drops_the_rest_of_a_picture_and_nothing_else(watched: Watched) -> None:
    watched.line.send_picture(b"p" * 200_000)
    watched.line.send_control(b"<copy>")
    os.read(watched.reading, 65536)
    assert watched.line.finish(b"<end>", 1)
    rest = os.read(watched.reading, 200_000)
    assert rest.lstrip(b"p") == CANCEL + b"<copy><end>"


async def test_the_end_gives_up_on_a_line_that_takes_nothing(watched: Watched) -> None:
    watched.line.send_picture(b"p" * 200_000)
    while write_within(watched.writing, b"p" * 4096, 0):
        pass
    assert not watched.line.finish(b"<end>", 0.05)


async def test_a_reader_that_is_gone_is_told_of_once(watched: Watched) -> None:
    watched.line.send_picture(b"p" * 200_000)
    os.close(watched.reading)
    watched.reading = -1
    while not watched.broken:
        await asyncio.sleep(0.001)
    watched.line.send_picture(b"more")
    watched.line.send_control(b"more")
    assert not watched.line.finish(b"<end>", 0.05)
    assert watched.broken == 1
    assert not watched.line.is_busy


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(master)
    os.close(slave)


def test_a_terminal_opened_again_does_not_block_and_the_first_one_does(terminal: tuple[int, int]) -> None:
    _, slave = terminal
    own = OwnDescription(slave, os.O_WRONLY)
    assert not os.get_blocking(own.fd)
    assert os.get_blocking(slave)
    assert not os.get_inheritable(own.fd)
    own.close()
    own.close()
    assert os.get_blocking(slave)


_SHARED = """
import os
from gett_tui.ui.terminal.own_description import OwnDescription, write_within

reading, writing = os.pipe()
own = OwnDescription(writing, os.O_WRONLY)
assert not os.get_blocking(writing)
assert write_within(own.fd, b"x" * 200_000, 0.01) < 200_000
own.close()
assert os.get_blocking(writing)
"""


def test_one_that_cannot_be_opened_again_is_shared_and_given_back() -> None:
    # In a session of its own: one that has a terminal would take that in the pipe's place.
    subprocess.run([sys.executable, "-c", _SHARED], start_new_session=True, check=True)


def test_telling_a_stuck_terminal_has_an_end(terminal: tuple[int, int]) -> None:
    _, slave = terminal
    assert tell(slave, b"hello\n", 0.05)
    assert not tell(slave, b"x" * 200_000, 0.05)
    assert os.get_blocking(slave)


async def test_the_largest_copy_goes_whole_through_a_tmux_that_hands_it_on(watched: Watched) -> None:
    largest = Clipboard({"TMUX": "/nowhere,1,0"})
    sent: list[str] = []
    await largest.copy("x" * 74_000, sent.append)
    assert watched.line.send_control("".join(sent).encode())
    assert await watched.read_all() == "".join(sent).encode()
