"""What comes over a real line in halves, in bursts, or before the screen is there: whole, or not at all."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from app_driver import plant, records
from pty_session import PtySession
from sandbox_server import Live

COMMAND = [sys.executable, "-m", "gett_tui"]


def start(folder: Path, live: Live, **more: str) -> PtySession:
    """The program on one store that can be cancelled."""
    plant(folder / "state" / "sandbox", live.state, records()[1:2])
    env = {"GETT_API_KEY": "test-key-typing-1", "GETT_BASE_URL": live.url, "GETT_STATE_DIR": str(folder / "state")}
    session = PtySession(COMMAND, (80, 24), {**env, "HOME": str(folder), **more})
    session.wait_for("1 store")
    session.read_until_quiet(0.3)
    return session


def send(session: PtySession, *reads: bytes, gap: float) -> None:
    """Each by itself, so many seconds apart."""
    for number, data in enumerate(reads):
        if number:
            session.read_for(gap)
        session.send(data.decode("latin-1"))


OVER_SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
ANSWER = b"\x1b[?2026;2$y"


@pytest.mark.few(1)
@pytest.mark.parametrize("cut", [2, 5, 10])
def test_the_late_rest_of_an_answer_confirms_nothing_and_y_does(tmp_path: Path, live: Live, cut: int) -> None:
    with start(tmp_path, live, **OVER_SSH) as session:
        session.send("x")
        session.wait_for("Cancel the onboarding of this store")
        session.read_until_quiet(0.3)
        send(session, ANSWER[:cut], ANSWER[cut:], gap=1.5)
        session.read_for(0.5)
        assert live.state.journal == []
        assert any("Cancel the onboarding of this store" in line for line in session.screen())
        session.send("y")
        session.wait_for("cancelled")
    assert live.carried_out("cancel") == 1


def test_halves_of_a_key_and_of_an_answer_in_a_field_are_no_text(tmp_path: Path, live: Live) -> None:
    with start(tmp_path, live, **OVER_SSH) as session:
        session.send("t")
        session.wait_for("Track an onboarding")
        session.send("ab")
        for half, rest, gap in ((b"\x1b[", b"D", 0.7), (ANSWER[:7], ANSWER[7:], 0.7), (ANSWER[:7], ANSWER[7:], 2.0)):
            send(session, half, rest, gap=gap)
        session.send("x")
        session.wait_for("axb")


@pytest.mark.few(3)
@pytest.mark.parametrize(
    ("burst", "shown"),
    [
        ("tx7b0d-1", " x7b0d-1"),
        ("nxaq-12\rThe name", " The name"),
        (":settle", "Settle a store"),
        ("/xaq?", "Nothing matches “xaq?”"),
        ("t\x1b[200~\n7b0d-\n0001\n\x1b[201~x", " 7b0d-0001x"),
        ("n\x1b[200~\ncb-12\n\x1b[201~\r\x1b[200~two\nlines\x1b[201~", "it has 2 lines; here is room for one"),
        ("/\x1b[200~\nxaqy\n\x1b[201~", "Nothing matches “xaqy”"),
    ],
)
def test_a_burst_reaches_what_its_first_key_opens(tmp_path: Path, live: Live, burst: str, shown: str) -> None:
    with start(tmp_path, live) as session:
        session.send(burst)
        session.wait_for(shown)
        session.send("\x03")
        assert session.wait_for_exit() == 130
    assert live.state.journal == []


def test_a_paste_in_many_reads_is_one_text_whatever_it_holds(tmp_path: Path, live: Live) -> None:
    with start(tmp_path, live) as session:
        session.send("n")
        session.wait_for("Register a store on")
        send(
            session, *(b"\x1b[200~\r\n  cb-\r\n12\x1b[201~" + b"z")[:].replace(b"", b"\0").split(b"\0")[1:-1], gap=0.02
        )
        session.wait_for(" cb-12z")
        send(session, b"\x1b[200~\x1b[A\x03yq", b"\x11\x1b[20", b"1~", gap=0.2)
        session.wait_for("not pasted: it holds a control character")
        send(session, b"\x1b[200~half", gap=0)
        session.wait_for("not pasted: a part of it was lost")
        session.send("\x03")
        assert session.wait_for_exit() == 130


def test_ctrl_q_in_a_half_filled_form_asks_and_y_leaves(tmp_path: Path, live: Live) -> None:
    with start(tmp_path, live) as session:
        session.send("nq")
        session.wait_for(" q ")
        session.send("ctrl+q")
        session.wait_for("throw away what you typed")
        session.send("n")
        session.wait_until_gone("throw away what you typed")
        assert any(" q " in line for line in session.screen())
        session.send("ctrl+q")
        session.wait_for("throw away what you typed")
        session.read_until_quiet(0.3)
        session.send("y")
        assert session.wait_for_exit() == 0


def test_a_question_that_a_stuck_terminal_has_not_shown_is_not_confirmed(tmp_path: Path, live: Live) -> None:
    with start(tmp_path, live) as session:
        for _ in range(30):
            session.send("ctrl+l")
            time.sleep(0.02)
        session.send("x")
        for _ in range(3):
            time.sleep(0.5)
            session.send("y")
        time.sleep(0.5)
        assert live.state.journal == []
        session.wait_for("Cancel the onboarding of this store")
        session.read_until_quiet(0.5)
        session.send("y")
        session.wait_for("cancelled")
    assert live.carried_out("cancel") == 1
