"""A planted key is searched for in everything the program writes, prints, and hands on: it is nowhere."""

from __future__ import annotations

import base64
import gc
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from pty_session import PtySession
from sandbox_server import Live

from gett_tui.gett.client import GettClient
from gett_tui.gett.errors import GettError
from gett_tui.gett.quota import SANDBOX
from gett_tui.gett.secret import Secret, redacted
from gett_tui.runtime import Runtime, RuntimeConfig

KEY = "test-key-planted/7f3a+9c&1e"
COMMAND = [sys.executable, "-m", "gett_tui"]
CRASHING = (
    "import gett_tui.ui.screens.dashboard as m, gett_tui.cli as c, gc, sys\n"
    "def boom(self):\n"
    "    key = next(o for o in gc.get_objects() if type(o).__name__ == 'Secret').reveal()\n"
    "    raise ValueError('with the key ' + key)\n"
    "m.Dashboard.action_sort = boom\n"
    "sys.exit(c.run(sys.argv[1:]))\n"
)


def forms(key: str) -> list[bytes]:
    """The key as it is, URL-encoded, and in base64 at each of the three alignments."""
    found = [key.encode(), quote(key, safe="").encode(), quote(key).encode()]
    for lead in range(3):
        coded = base64.b64encode(b"x" * lead + key.encode())
        # The first and last groups depend on the neighbours.
        found.append(coded[4 if lead else 0 : -4])
    return found


def hides(data: bytes) -> bool:
    return not any(form in data for form in forms(KEY))


def environment(folder: Path, live: Live) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder / "tmp"),
        "GETT_API_KEY": KEY,
        "GETT_BASE_URL": live.url,
        "GETT_STATE_DIR": str(folder / "state"),
        "TERM": "xterm-256color",
    }


def test_nothing_that_is_written_or_printed_holds_the_key(tmp_path: Path, live: Live) -> None:
    (tmp_path / "tmp").mkdir()
    env = environment(tmp_path, live)
    live.sandbox.faults.extend(["500-after", "html-before"])
    store = ["--name", "A", "--catalog-url", live.catalog(), "--webhook-url", "https://hooks.example/x"]
    printed = b""
    for arguments in (
        ["register", "p-1", *store],
        ["register", "p-2", *store],
        ["register", "p-3", *store],
        ["refresh", "p-3", "--json"],
        ["activate", "p-3", "--yes"],
        ["list", "--json"],
        ["show", "p-1"],
        ["doctor"],
        ["doctor", "--repair"],
        ["--help"],
        ["--no-such-option"],
        ["--profile", "nowhere", "list"],
    ):
        done = subprocess.run(
            [*COMMAND, *arguments], env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=30, check=False
        )
        printed += done.stdout + done.stderr
    for command, keys in (
        ([*COMMAND], ["enter", "escape", "y", "q"]),
        ([sys.executable, "-c", CRASHING, "--debug"], ["s"]),
    ):
        with PtySession(command, (120, 40), env) as session:
            session.wait_for("unconfirmed")
            for key in keys:
                session.send(key)
                session.read_until_quiet(0.2)
            session.wait_for_exit()
            printed += session.output
    assert len(printed) > 10_000
    assert hides(printed)
    looked_at = 0
    for path in tmp_path.rglob("*"):
        assert hides(path.name.encode())
        if path.is_file():
            looked_at += 1
            assert hides(path.read_bytes()), path
    assert looked_at >= 4
    assert list((tmp_path / "tmp").glob("gett-tui-crash-*.log")), "the crash was written down, without the key"


def test_a_running_dashboard_s_command_line_and_children_do_not_hold_the_key(tmp_path: Path, live: Live) -> None:
    (tmp_path / "tmp").mkdir()
    env = environment(tmp_path, live)
    code = "import os, runpy, sys; sys.argv = ['gett-tui']; runpy.run_module('gett_tui', run_name='__main__')"
    watched = (
        "import threading, subprocess, time\n"
        "def look():\n"
        "    time.sleep(1.5)\n"
        f"    open({str(tmp_path / 'child-env')!r}, 'wb').write(subprocess.run(['env'], capture_output=True).stdout)\n"
        "threading.Thread(target=look, daemon=True).start()\n"
    )
    with PtySession([sys.executable, "-c", watched + code], (80, 24), env) as session:
        session.wait_for("No stores yet")
        assert hides(Path(f"/proc/{session.pid}/cmdline").read_bytes())
        session.read_for(2.0)
        session.signal(signal.SIGTERM)
        session.wait_for_exit()
    assert b"PATH=" in (tmp_path / "child-env").read_bytes()
    assert hides((tmp_path / "child-env").read_bytes())


async def test_no_object_of_the_program_shows_the_key_in_its_repr(tmp_path: Path, live: Live) -> None:
    client = GettClient(live.url, Secret(KEY))
    session = Runtime(RuntimeConfig(tmp_path, SANDBOX, lambda _: client), lambda _: None)
    await session.service.load()
    await session.connect()
    error: GettError | None = None
    try:
        await client.status("00000000-0000-4000-8000-000000000000")
    except GettError as caught:
        error = caught
    seen = 0
    for thing in gc.get_objects():
        if type(thing).__module__.split(".")[0] in ("gett_tui", "httpx", "httpcore"):
            seen += 1
            assert KEY not in repr(thing)
            assert KEY not in str(thing)
    assert seen > 20
    assert error is not None
    assert KEY not in repr(error.__dict__) + repr(error.args)
    await session.close()


def test_the_last_net_takes_the_key_out_of_any_text() -> None:
    secret = Secret(KEY)
    assert (
        redacted(f"a {KEY} b {quote(KEY, safe='')} c {base64.b64encode(KEY.encode()).decode()}") == "a *** b *** c ***"
    )
    assert repr(secret) == str(secret) == f"{secret}" == "Secret(***)"
