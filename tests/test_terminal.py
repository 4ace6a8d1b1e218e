"""The real command in a real pseudo terminal: whatever ends it, the terminal is whole and no key is shown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from app_driver import plant, records
from pty_session import PtySession
from sandbox_server import Live

KEY = "test-key-terminal-1"
COMMAND = [sys.executable, "-m", "gett_tui"]
CRASHING = (
    "import gett_tui.ui.screens.dashboard as m, gett_tui.cli as c, sys\n"
    "def boom(self):\n"
    "    local_key = 'test-key-terminal-1'\n"
    "    raise ValueError('the key is ' + local_key)\n"
    "m.Dashboard.action_sort = boom\n"
    "sys.exit(c.run(sys.argv[1:]))\n"
)


def environment(folder: Path, live: Live, **more: str) -> dict[str, str]:
    return {
        "GETT_API_KEY": KEY,
        "GETT_BASE_URL": live.url,
        "GETT_STATE_DIR": str(folder / "state"),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        **more,
    }


def is_whole(output: bytes) -> bool:
    """Whether the alternate screen, the mouse and the hidden cursor were all given back."""
    pairs = ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?1000h", b"\x1b[?1000l"), (b"\x1b[?25l", b"\x1b[?25h"))
    return all(output.rfind(off) >= output.rfind(on) for on, off in pairs)


def after_the_screen(output: bytes) -> str:
    return output.rsplit(b"\x1b[?1049l", 1)[-1].decode("utf-8", "replace")


@pytest.mark.few(2)
@pytest.mark.parametrize(
    ("end", "status"),
    [("q", 0), ("ctrl+c", 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)],
)
def test_the_terminal_is_whole_after(tmp_path: Path, live: Live, end: str | signal.Signals, status: int) -> None:
    with PtySession(COMMAND, (80, 24), environment(tmp_path, live)) as session:
        session.wait_for("No stores yet")
        if isinstance(end, signal.Signals):
            session.signal(end)
        else:
            session.send("\x03" if end == "ctrl+c" else end)
        assert session.wait_for_exit() == status
        assert is_whole(session.output)
        assert KEY.encode() not in session.output


def test_a_program_that_was_stopped_and_goes_on_ends_as_any_other(tmp_path: Path, live: Live) -> None:
    with PtySession(COMMAND, env=environment(tmp_path, live)) as session:
        session.wait_for("No stores yet")
        for _ in range(5):
            session.signal(signal.SIGSTOP)
            os.waitid(os.P_PID, session.pid, os.WSTOPPED)
            session.signal(signal.SIGCONT)
            os.waitid(os.P_PID, session.pid, os.WCONTINUED)
            session.send("?")
            session.wait_for("Ask Gett about this store")
            session.send("escape")
            session.read_until_quiet()
        session.send("q")
        assert session.wait_for_exit() == 0
        assert is_whole(session.output)


def test_a_suspended_program_takes_its_terminal_again(tmp_path: Path, live: Live) -> None:
    with PtySession(COMMAND, env=environment(tmp_path, live)) as session:
        session.wait_for("No stores yet")
        session.signal(signal.SIGTSTP)
        os.waitid(os.P_PID, session.pid, os.WSTOPPED)
        session.read_until_quiet()
        assert is_whole(session.output)
        session.signal(signal.SIGCONT)
        session.read_until_quiet()
        session.send("?")
        session.wait_for("Ask Gett about this store")
        session.send("escape")
        session.read_until_quiet()
        session.send("q")
        assert session.wait_for_exit() == 0


def test_ctrl_c_ends_the_program_from_inside_a_dialog(tmp_path: Path, live: Live) -> None:
    with PtySession(COMMAND, (80, 24), environment(tmp_path, live)) as session:
        session.wait_for("No stores yet")
        session.send("n")
        session.wait_for("Register a store on")
        session.send("\x03")
        assert session.wait_for_exit() == 130
        assert is_whole(session.output)


@pytest.mark.parametrize("debug", [False, True])
def test_a_crash_leaves_a_whole_terminal_two_lines_and_no_key(tmp_path: Path, live: Live, debug: bool) -> None:
    arguments = ["--debug"] if debug else []
    command = [sys.executable, "-c", CRASHING, *arguments]
    with PtySession(command, (80, 24), environment(tmp_path, live)) as session:
        session.wait_for("No stores yet")
        session.send("s")
        assert session.wait_for_exit() == 1
        output = session.output
    assert is_whole(output)
    said = [line for line in after_the_screen(output).splitlines() if "gett-tui" in line or "knew" in line]
    assert 1 <= len(said) <= 2
    assert "Traceback" not in after_the_screen(output)
    assert KEY.encode() not in output
    logs = list(tmp_path.glob("gett-tui-crash-*.log"))
    assert bool(logs) == debug
    for log in logs:
        assert log.stat().st_mode & 0o777 == 0o600
        assert "ValueError" in log.read_text()
        assert KEY not in log.read_text()


def test_the_demo_runs_without_a_key_and_leaves_nothing_behind(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    with PtySession([*COMMAND, "--demo"], (80, 24), env) as session:
        session.wait_for("Harbour Sushi")
        session.send("q")
        assert session.wait_for_exit() == 0
    assert list(tmp_path.iterdir()) == []


def test_hostile_text_brings_no_control_byte_to_the_terminal(tmp_path: Path, live: Live) -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07\x1b[31mred\u202e\x9b2J"
    live.state.register({"partnerStoreId": evil, "name": evil, "catalogCallbackUrl": evil, "webhookUrl": evil})
    (made,) = live.state.onboardings.values()
    made.forced = "evil" + evil
    env = environment(tmp_path, live)
    tracked = subprocess.run(
        [*COMMAND, "track", made.onboarding_id], env={**os.environ, **env}, capture_output=True, check=False, timeout=30
    )
    assert tracked.returncode == 0
    shown = subprocess.run(
        [*COMMAND, "show", made.onboarding_id], env={**os.environ, **env}, capture_output=True, check=False, timeout=30
    )
    listed = subprocess.run([*COMMAND, "list"], env={**os.environ, **env}, capture_output=True, check=False, timeout=30)
    for done in (tracked, shown, listed):
        assert not {0x1B, 0x07} & set(done.stdout + done.stderr)
        assert "\x9b" not in done.stdout.decode()
        assert "\u202e" not in done.stdout.decode()
    with PtySession(COMMAND, (80, 24), env) as session:
        session.wait_for("red")
        session.send("enter")
        session.read_until_quiet()
        session.send("escape")
        session.read_until_quiet()
        session.send("q")
        session.wait_for_exit()
        output = session.output
    assert b"\x1b]52;" not in output
    assert b"\xc2\x9b" not in output
    assert "\u202e".encode() not in output


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_do_it_is_refused_with_status_2(tmp_path: Path, live: Live, term: str) -> None:
    with PtySession(COMMAND, (80, 24), environment(tmp_path, live, TERM=term or "dumb")) as session:
        assert session.wait_for_exit() == 2
        assert b"TERM is unset or dumb" in session.output


@pytest.mark.parametrize("url", ["http://api.example", "nowhere"])
def test_a_bad_url_ends_with_status_2(tmp_path: Path, live: Live, url: str) -> None:
    with PtySession(COMMAND, (80, 24), environment(tmp_path, live, GETT_BASE_URL=url)) as session:
        assert session.wait_for_exit() == 2
        assert b"Traceback" not in session.output
        assert b"\x1b[?1049h" not in session.output


def test_a_reader_that_has_had_enough_is_no_error(tmp_path: Path) -> None:
    plant(tmp_path / "state" / "sandbox", None, records()[:1])
    env = {**os.environ, "HOME": str(tmp_path), "GETT_STATE_DIR": str(tmp_path / "state"), "GETT_API_KEY": KEY}
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*COMMAND, "list"], env=env, stdout=writing, stderr=subprocess.PIPE, check=False, timeout=30)
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.few(1)
@pytest.mark.parametrize("again", [False, True])
def test_what_is_typed_in_one_burst_with_the_filter_key_is_the_filter(tmp_path: Path, again: bool) -> None:
    env = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    with PtySession([*COMMAND, "--demo"], (80, 24), env) as session:
        session.wait_for("polled")
        session.send("j")
        if again:
            session.send("/")
            session.read_until_quiet()
            session.send("a", "enter")
            session.read_until_quiet()
            session.send("escape")
            session.read_until_quiet()
        session.send("/roxy")
        session.wait_for("Nothing matches “roxy”")
        assert not any("the onboarding of" in line for line in session.screen())
        session.send("ctrl+q")
        assert session.wait_for_exit() == 0


@pytest.mark.parametrize("key", ["", *(pytest.param(key, marks=pytest.mark.slow) for key in "/nt?:")])
def test_an_idle_screen_writes_nothing(tmp_path: Path, live: Live, key: str) -> None:
    with PtySession(COMMAND, (80, 24), environment(tmp_path, live)) as session:
        session.wait_for("No stores yet")
        session.send(key)
        session.read_until_quiet(1.5)
        before = len(session.output)
        session.read_for(3.0)
        assert len(session.output) == before
        session.send("ctrl+q")
        assert session.wait_for_exit() == 0


@pytest.mark.few(1)
@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C"}, {"LANG": "C"}, {"LANG": ""}, {"LANG": "de_DE.ISO-8859-1"}, {"LANG": "C", "PYTHONUTF8": "0"}],
    ids=str,
)
def test_where_the_locale_is_not_utf_8_nothing_but_ascii_is_written(
    tmp_path: Path, live: Live, locale: dict[str, str]
) -> None:
    with PtySession([*COMMAND, "--demo"], (80, 24), environment(tmp_path, live) | locale) as session:
        session.wait_for("polled")
        for key in ("?", "escape", "n", "escape", ":", "escape", "q"):
            session.send(key)
            session.read_until_quiet()
        session.wait_for_exit()
        assert session.output.isascii()
