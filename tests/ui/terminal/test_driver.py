"""The real program in a pty: what it does to the terminal, and how the picture is mended when something else does."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from moving_stores import COMMAND, DIALOGS, Moving, moving_stores
from pty_session import PtySession

_FOREIGN = b"\x1b[5;3H\x1b[0mBroadcast message from root@host: going down\r\n\r\nfor maintenance"


@pytest.fixture
def resting(tmp_path: Path) -> Iterator[Moving]:
    with moving_stores(tmp_path, 10, moving=False) as stores:
        yield stores


@pytest.fixture
def session(resting: Moving) -> Iterator[PtySession]:
    with resting.start() as session:
        session.read_until_quiet(1.5)
        yield session


@pytest.mark.slow
def test_at_rest_it_writes_next_to_nothing(session: PtySession) -> None:
    assert len(session.read_for(5.0)) <= 100


@pytest.mark.slow
@pytest.mark.parametrize("dialog", [name for name in DIALOGS if name not in ("list", "confirmation")])
def test_at_rest_under_a_dialog_it_writes_next_to_nothing(resting: Moving, session: PtySession, dialog: str) -> None:
    resting.open(session, dialog)
    session.read_until_quiet(1.5)
    assert len(session.read_for(5.0)) <= 100


@pytest.mark.few(1)
@pytest.mark.parametrize("dialog", ["list", "form", "help"])
@pytest.mark.parametrize("repair", ["ctrl+l", "SIGCONT", "stopped and continued"])
def test_foreign_text_is_painted_over(resting: Moving, session: PtySession, dialog: str, repair: str) -> None:
    resting.open(session, dialog)
    if dialog == "form":
        session.send("typed")
        session.wait_for("typed")
    session.read_until_quiet(1.0)
    before = session.screen()
    session.write_from_elsewhere(_FOREIGN)
    session.wait_for("Broadcast message")
    if repair == "ctrl+l":
        session.send("ctrl+l")
    else:
        if repair != "SIGCONT":
            session.signal(signal.SIGSTOP)
        session.signal(signal.SIGCONT)
    session.wait_until_gone("Broadcast message")
    session.read_until_quiet(0.3)
    assert session.screen() == before


def test_a_stopped_program_gives_the_terminal_back_and_takes_it_again(session: PtySession) -> None:
    before = session.screen()
    session.signal(signal.SIGTSTP)
    session.wait_for_stop()
    session.read_until_quiet(0.2)
    assert session.output.rfind(b"\x1b[?1049l") > session.output.rfind(b"\x1b[?1049h")
    session.write_from_elsewhere(b"$ fg\r\n")
    session.signal(signal.SIGCONT)
    session.wait_until_gone("$ fg")
    session.read_until_quiet(0.5)
    assert session.screen() == before
    session.send("?")
    session.wait_for(DIALOGS["help"][1])


def test_a_stopped_program_ends_by_a_signal_without_touching_the_terminal(session: PtySession) -> None:
    session.signal(signal.SIGTSTP)
    session.wait_for_stop()
    session.read_until_quiet(0.2)
    written = len(session.output)
    session.signal(signal.SIGTERM)
    session.signal(signal.SIGCONT)
    assert session.wait_for_exit() == 143
    assert len(session.output) == written


@pytest.mark.few(1)
@pytest.mark.parametrize("sizes", [[(100, 30)], [(60, 20), (120, 40)], [(60, 20), (80, 24)], [(90, 24)] * 2])
@pytest.mark.parametrize("dialog", ["list", "help"])
def test_a_new_size_is_painted_whole(
    resting: Moving, session: PtySession, dialog: str, sizes: list[tuple[int, int]]
) -> None:
    resting.open(session, dialog)
    for size in sizes:
        session.resize(size)
    session.read_until_quiet(1.0)
    after = session.screen()
    session.send("ctrl+l")
    session.read_until_quiet(0.5)
    assert session.screen() == after
    assert len(after) == sizes[-1][1]
    corners = [line[-1:] for line in after if line.startswith("╭")]
    assert dialog == "help" or (corners and all(corner == "╮" for corner in corners))


def test_nothing_of_an_old_size_is_painted_on_a_new_one(session: PtySession) -> None:
    session.resize((60, 20))
    written = session.read_until_quiet(1.0)
    columns = [int(column) for column in re.findall(rb"\x1b\[\d*;(\d+)H", written)]
    assert columns
    assert max(columns) <= 60
    assert written.count(b"\x1b[2J") + written.count(b"\x1b[J") <= 1


def test_the_open_file_descriptions_that_others_share_still_block(tmp_path: Path, resting: Moving) -> None:
    """``O_NONBLOCK`` on stdin would reach the shell."""
    shell = f"{COMMAND[0]} -m gett_tui; exec cat /proc/self/fdinfo/0 /proc/self/fdinfo/2"
    with resting.start(command=["sh", "-c", shell]) as session:
        child = int(Path(f"/proc/{session.pid}/task/{session.pid}/children").read_text().split()[0])
        flags = [Path(f"/proc/{child}/fdinfo/{number}").read_text() for number in (0, 1, 2)]
        session.send("q")
        session.wait_for_exit()
        after = session.output.rsplit(b"\x1b[?1004l", 1)[-1].decode()
    found = [int(word, 8) for text in [*flags, after] for word in re.findall(r"flags:\s+(\d+)", text)]
    assert len(found) == 5
    assert not any(flag & os.O_NONBLOCK for flag in found)


def test_no_thread_reads_or_writes_the_terminal(session: PtySession) -> None:
    waiting = [path.read_text() for path in Path(f"/proc/{session.pid}/task").glob("*/wchan")]
    assert waiting
    assert not any("tty" in where for where in waiting)
    names = [path.read_text() for path in Path(f"/proc/{session.pid}/task").glob("*/comm")]
    assert not any("textual" in name for name in names)


def test_answers_on_their_way_at_the_end_do_not_reach_the_shell(resting: Moving) -> None:
    shell = f"{COMMAND[0]} -m gett_tui; stty raw -echo min 0 time 5; exec od -c"
    with resting.start(command=["sh", "-c", shell]) as session:
        session.read_until_quiet(1.0)
        session.delay = 0.15
        session.send("?")
        session.wait_for(DIALOGS["help"][1])
        session.send("ctrl+q")
        session.wait_for_exit()
        after = session.output.rsplit(b"\x1b[?1004l", 1)[-1]
    assert b"033" not in after
    assert b"n" not in after


def test_gnu_screen_without_alternate_screen_is_left_clean(resting: Moving) -> None:
    with resting.start(TERM="screen") as session:
        session.send("q")
        session.wait_for_exit()
        session.chunks[:] = [(at, re.sub(rb"\x1b\[\?1049[hl]", b"", data)) for at, data in session.chunks]
        assert not any(session.screen())


def test_the_start_waits_for_no_answer(resting: Moving) -> None:
    """A terminal that answers nothing at all is painted on as any other."""
    with PtySession(COMMAND, (80, 24), resting.env) as session:
        session.answers = False
        begun = time.monotonic()
        session.wait_for("Store 0000")
        session.send("?")
        session.wait_for(DIALOGS["help"][1])
        for _ in range(6):
            session.send("ctrl+l")
            session.read_until_quiet(0.2)
        session.send("escape")
        session.wait_until_gone(DIALOGS["help"][1])
        assert session.output.count(b"\x1b[5n") <= 4
        assert time.monotonic() - begun < 30
