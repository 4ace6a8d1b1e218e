"""Copying: how far a text comes in a bare terminal, in tmux and in GNU screen, and that this is what is said."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from app_driver import identifier, plant, records
from pty_session import PtySession
from sandbox_server import Live

from gett_tui.ui import clipboard
from gett_tui.ui.clipboard import Clipboard, osc52, safe_text

COMMAND = [sys.executable, "-m", "gett_tui"]
ID = identifier(1)


def fake_tmux(folder: Path, script: str) -> dict[str, str]:
    """An environment whose tmux is ``script``; ``$OUT`` in it is the folder."""
    tool = folder / "tmux"
    tool.write_text(f"#!/bin/sh\nOUT={folder}\n{script}\n")
    tool.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "TMUX": "/tmp/none,1,0", "GETT_API_KEY": "test-key-clipboard-1"}


async def copied(environment: dict[str, str], text: str, what: str = "") -> tuple[str, str]:
    """What was written to the terminal, and what was said."""
    written: list[str] = []
    words = (await Clipboard(environment).copy(text, written.append, what)).words
    return "".join(written), words


async def test_a_bare_terminal_is_sent_the_text_and_nothing_more_is_claimed() -> None:
    written, words = await copied({}, ID, "the onboarding id")
    assert written == f"\x1b]52;c;{base64.b64encode(ID.encode()).decode()}\a"
    assert words == "Copied the onboarding id: sent to the terminal"


async def test_tmux_gets_the_text_on_stdin_and_nothing_goes_to_the_terminal(tmp_path: Path) -> None:
    environment = fake_tmux(tmp_path, 'echo "$@" > $OUT/args; cat > $OUT/buffer; env > $OUT/env')
    written, words = await copied(environment, f"{ID}\n", "the onboarding id")
    assert words == "Copied the onboarding id: in tmux's buffer"
    assert written == ""
    assert (tmp_path / "args").read_text() == "load-buffer -w -\n"
    assert (tmp_path / "buffer").read_text() == ID
    assert "test-key" not in (tmp_path / "env").read_text(), "tmux tells its server all that it is called with"


async def test_an_old_tmux_that_knows_no_w_gets_it_without(tmp_path: Path) -> None:
    environment = fake_tmux(tmp_path, '[ "$2" = -w ] && exit 1; cat > $OUT/buffer')
    written, words = await copied(environment, ID)
    assert (tmp_path / "buffer").read_text() == ID
    assert words == "Copied 36 characters: in tmux's buffer"
    assert written == ""


@pytest.mark.parametrize("script", ["exit 1", "kill -9 $$", "exec sleep 60", None])
async def test_what_tmux_does_not_take_is_sent_to_the_terminal_and_told(
    tmp_path: Path, script: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "TMUX_WAIT", 0.5)
    environment = fake_tmux(tmp_path, script or "")
    if script is None:
        environment["PATH"] = "/nowhere"
    written, words = await copied(environment, ID, "the onboarding id")
    assert words == "Copied the onboarding id: tmux did not take it; sent to the terminal"
    assert osc52(ID) in written


@pytest.mark.parametrize("length", [1, 36, 568, 570, 5_000])
async def test_gnu_screen_gets_pieces_that_it_takes(length: int) -> None:
    text = "x" * length
    written, words = await copied({"STY": "1.pts-0"}, text, "it")
    assert words == "Copied it: sent to the terminal"
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", written, re.DOTALL)
    assert "".join(f"\x1bP{piece}\x1b\\" for piece in pieces) == written
    assert all(len(piece) + 4 <= 768 for piece in pieces)
    assert "".join(pieces) == osc52(text)


async def test_of_two_copies_the_last_one_wins(tmp_path: Path) -> None:
    slow = 'read -r line; [ "$line" = one ] && sleep 0.5; printf %s "$line" > $OUT/buffer'
    board = Clipboard(fake_tmux(tmp_path, slow))
    await asyncio.gather(board.copy("one\n\n", print), board.copy("two", print))
    assert (tmp_path / "buffer").read_text() == "two"


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a b\n", "a b"),
        ("a\r\nb\n\n", "a\nb"),
        ("a\x1b[31m\x07b", "a\ufffd[31m\ufffdb"),
        ("evil\u202etxt", "evil\ufffdtxt"),
        ("x" * 9_000, "x" * 9_000),
        ("", ""),
    ],
)
def test_only_what_may_be_pasted_into_a_shell_is_copied(text: str, safe: str) -> None:
    assert safe_text(text) == safe


async def test_a_text_that_had_to_be_changed_is_told_so() -> None:
    _, words = await copied({}, "a\x1bb\n", "the onboarding id")
    assert words == "Copied the onboarding id (what a terminal would act on is replaced): sent to the terminal"


async def test_a_text_that_no_terminal_takes_is_not_sent() -> None:
    written, words = await copied({}, "é" * 40_000)
    assert written == ""
    assert words == "Not copied: 40000 characters are too many for a terminal"


# -- the program itself


def environment_of(folder: Path, live: Live, **more: str) -> dict[str, str]:
    return {
        "GETT_API_KEY": "test-key-clipboard-2",
        "GETT_BASE_URL": live.url,
        "GETT_STATE_DIR": str(folder / "state"),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        **more,
    }


@pytest.mark.parametrize("more", [{}, {"STY": "1.pts-0"}], ids=["bare", "screen"])
def test_the_id_reaches_the_terminal(tmp_path: Path, live: Live, more: dict[str, str]) -> None:
    plant(tmp_path / "state" / "sandbox", live.state, records()[1:2])
    with PtySession(COMMAND, (100, 30), environment_of(tmp_path, live, **more)) as session:
        session.wait_for("Corner Bakery")
        session.send("y")
        session.wait_for("sent to the terminal")
        sequence = osc52(ID).encode()
        assert (b"\x1bP" + sequence + b"\x1b\\" if more else sequence) in session.output


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
def test_in_a_real_tmux_the_ids_are_in_its_buffer_and_on_its_terminal(tmp_path: Path, live: Live) -> None:
    plant(tmp_path / "state" / "sandbox", live.state, records()[1:3])
    socket = f"gett-{os.getpid()}-{tmp_path.name}"[:60]
    tmux = ["tmux", "-L", socket, "-f", "/dev/null"]
    inside = f"{sys.executable} -m gett_tui; true"
    wanted = f"{identifier(1)} {identifier(2)}"
    try:
        with PtySession([*tmux, "new", inside], (100, 30), environment_of(tmp_path, live)) as session:
            session.wait_for("Corner Bakery")
            session.wait_for("2 stores")
            session.send("space", "space", "y")
            session.wait_for("Copied 2 onboarding ids: in tmux's buffer")
            held = subprocess.run([*tmux, "show-buffer"], capture_output=True, check=True).stdout
            assert sorted(held.decode().split(" ")) == wanted.split(" ")
            assert not held.endswith(b"\n")
            assert base64.b64encode(held) in session.output, "tmux has sent it on to its own terminal"
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True, check=False)


async def test_a_copy_that_the_terminal_has_no_room_for_is_told_as_none() -> None:
    copied = await Clipboard({}).copy(ID, lambda _: False, "the onboarding id")
    assert (copied.words, copied.is_done) == ("Not copied: the terminal takes nothing at present", False)
