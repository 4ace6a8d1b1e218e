"""A terminal that stops reading stops nothing: Gett is asked, keys are taken, and whatever ends the program ends it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from moving_stores import COMMAND, DIALOGS, Moving, moving_stores
from pty_session import PtySession

from gett_tui.onboarding.ports import PollingReport
from gett_tui.storage.leadership import Leadership

_REPAINTS = 30
"""How many whole pictures no kernel keeps for a terminal: 4 kB each, where a pty keeps some 8 to 20."""
_KERNEL = 24_000
_FRAME = 6_000


@pytest.fixture
def moving(tmp_path: Path) -> Iterator[Moving]:
    with moving_stores(tmp_path) as stores:
        yield stores


@pytest.fixture
def seconds(request: pytest.FixtureRequest) -> int:
    """How long the terminal does not read."""
    return request.config.getoption("--stall")


@contextmanager
def stuck(moving: Moving, dialog: str, seconds: int, *, command: list[str] = COMMAND) -> Iterator[PtySession]:
    """The program with a dialog open on a terminal that is full and was not read for ``seconds``; Gett is asked on."""
    with moving.start(dialog=dialog, command=command) as session:
        for _ in range(_REPAINTS):
            session.send("ctrl+l")
            time.sleep(0.02)
        begun = time.monotonic()
        while time.monotonic() < begun + seconds:
            moving.wait_for_questions(1)
        yield session


def is_whole(output: bytes) -> bool:
    """Whether the alternate screen, the mouse and the hidden cursor were given back last of all."""
    pairs = ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?1000h", b"\x1b[?1000l"), (b"\x1b[?25l", b"\x1b[?25h"))
    return all(output.rfind(off) >= output.rfind(on) for on, off in pairs)


@pytest.mark.few(1)
@pytest.mark.parametrize("dialog", DIALOGS)
def test_gett_is_asked_on_and_one_picture_follows(moving: Moving, dialog: str, seconds: int) -> None:
    with stuck(moving, dialog, seconds) as session:
        before = len(session.output)
        session.read_until_quiet(0.05)
        session.read_for(1.0)
        read_again = len(session.output) - before
        assert read_again <= _KERNEL + _FRAME
        if dialog != "list":
            session.send("escape")
            session.wait_until_gone(DIALOGS[dialog][1])
        moving.open(session, "help")
        assert not any("�" in line for line in session.screen())


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("dialog", "end", "status"),
    [
        ("list", "q", 0),
        ("list", "ctrl+q", 0),
        ("form", "ctrl+q", 0),
        ("form", "ctrl+c", 130),
        ("help", signal.SIGTERM, 143),
        ("palette", signal.SIGHUP, 129),
        ("confirmation", signal.SIGINT, 130),
        ("confirmation", "ctrl+c", 130),
        ("palette", "ctrl+q", 0),
    ],
)
def test_it_ends_unread(moving: Moving, dialog: str, end: str | signal.Signals, status: int, seconds: int) -> None:
    with stuck(moving, dialog, seconds) as session:
        if isinstance(end, signal.Signals):
            session.signal(end)
        else:
            session.send(end)
        assert session.wait_for_exit_unread(10) == status
        assert lead_is_free(moving)
        session.read_until_quiet(0.1)
        assert is_whole(session.output), session.output[-300:]


@pytest.mark.few(1)
@pytest.mark.parametrize("dialog", DIALOGS)
def test_it_ends_when_the_terminal_is_closed(moving: Moving, dialog: str, seconds: int) -> None:
    with stuck(moving, dialog, seconds) as session:
        session.hang_up()
        assert session.wait_for_exit_unread(10) == 129
        assert lead_is_free(moving)


@pytest.mark.parametrize("full", [False, True])
def test_it_ends_when_the_terminal_is_closed_and_nobody_tells(moving: Moving, full: bool) -> None:
    """Its starter has left the terminal's session, so no SIGHUP comes; it is what an ignored one looks like, too."""
    deaf = [COMMAND[0], "-c", _DEAF]
    with stuck(moving, "list", 0, command=deaf) if full else moving.start(command=deaf) as session:
        session.hang_up()
        assert session.wait_for_exit_unread(10) == 129


_DEAF = """
import asyncio, signal, sys
add = asyncio.unix_events._UnixSelectorEventLoop.add_signal_handler
def deaf(self, number, *more):
    if number == signal.SIGHUP:
        signal.signal(number, signal.SIG_IGN)
    else:
        add(self, number, *more)
asyncio.unix_events._UnixSelectorEventLoop.add_signal_handler = deaf
from gett_tui.cli import run
sys.exit(run([]))
"""


def lead_is_free(moving: Moving) -> bool:
    """Whether another copy may poll at once."""
    other = Leadership(moving.folder / "state" / "sandbox")
    try:
        return other.lead(PollingReport()).is_ours
    finally:
        other.resign()


def test_what_is_told_after_the_end_is_not_waited_for_long(tmp_path: Path, moving: Moving) -> None:
    """A crash is told on the same stuck terminal."""
    crashing = (
        "import gett_tui.ui.screens.dashboard as m, gett_tui.cli as c, sys\n"
        "def boom(self):\n    raise ValueError('x' * 10_000)\n"
        "m.Dashboard.action_sort = boom\n"
        "sys.exit(c.run(sys.argv[1:]))\n"
    )
    with stuck(moving, "list", 0, command=[COMMAND[0], "-c", crashing]) as session:
        session.send("s")
        assert session.wait_for_exit_unread(10) == 1


@pytest.mark.slow
def test_a_stuck_terminal_costs_no_processor(moving: Moving) -> None:
    with stuck(moving, "form", 3) as session:
        ticks = cpu_ticks(session.pid)
        asked = moving.state.changes
        moving.wait_for_questions(40)
        spent = (cpu_ticks(session.pid) - ticks) / os.sysconf("SC_CLK_TCK")
        assert spent / (moving.state.changes - asked) < 0.02, "seconds of a processor for each question and its news"


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])
