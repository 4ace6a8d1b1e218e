"""What is told of a store whose answer does not come before the program has to end."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from app_driver import plant, records
from pty_session import PtySession
from sandbox_server import live_sandbox

from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import OwnState
from gett_tui.sandbox.settings import Settings
from gett_tui.storage.record_store import RecordStore


def environment(folder: Path, url: str) -> dict[str, str]:
    return {
        "GETT_API_KEY": "test-key-quitting-1",
        "GETT_BASE_URL": url,
        "GETT_STATE_DIR": str(folder / "state"),
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }


def stored(folder: Path) -> list[Record]:
    store = RecordStore(folder, "0-look")
    store.open()
    for _ in store.load():
        pass
    return store.records()


def after_the_screen(session: PtySession) -> str:
    return " ".join(session.output.rsplit(b"\x1b[?1049l", 1)[-1].decode("utf-8", "replace").split())


@pytest.mark.few(1)
@pytest.mark.parametrize("end", ["ctrl+q", pytest.param(signal.SIGTERM, marks=pytest.mark.slow)], ids=str)
def test_a_register_without_an_answer_is_told_with_what_becomes_of_it(
    tmp_path: Path, end: str | signal.Signals
) -> None:
    with live_sandbox(Settings(delay=60)) as live:
        with PtySession([sys.executable, "-m", "gett_tui"], (100, 30), environment(tmp_path, live.url)) as session:
            session.wait_for("No stores yet")
            session.send("n")
            session.wait_for("Register a store on")
            for text in ("p-1", "Corner Bakery", "https://c.example/x", "https://h.example/x"):
                session.send(text, "tab")
            session.wait_for("https://h.example/x")
            session.send("\x13")
            session.wait_for("Registering…")
            while not live.sandbox.requests:
                session.read(0.1)
            if isinstance(end, signal.Signals):
                session.signal(end)
            else:
                session.send(end)
            assert session.wait_for_exit() == (143 if isinstance(end, signal.Signals) else 0)
            said = after_the_screen(session)
        assert "NOT ANSWERED in time: register of Corner Bakery; it stays registering here" in said
        assert "unconfirmed at the next start" in said
        (record,) = stored(tmp_path / "state" / "sandbox")
        assert record.status == OwnState.REGISTERING
        with PtySession([sys.executable, "-m", "gett_tui"], (100, 30), environment(tmp_path, live.url)) as session:
            session.wait_for("1 unconfirmed")
            session.send("q")
            session.wait_for_exit()
            assert "NOT ANSWERED" not in after_the_screen(session)


@pytest.mark.slow
def test_an_activate_without_an_answer_is_told_as_one_that_gett_is_asked_about(tmp_path: Path) -> None:
    with live_sandbox(Settings(delay=60)) as live:
        plant(tmp_path / "state" / "sandbox", live.state, records()[1:2])
        with PtySession([sys.executable, "-m", "gett_tui"], (100, 30), environment(tmp_path, live.url)) as session:
            session.wait_for("1 ready")
            session.send("a")
            session.wait_for("Put this store live")
            session.send("y")
            session.wait_for("activate sent")
            session.send("ctrl+c")
            assert session.wait_for_exit() == 130
            said = after_the_screen(session)
    assert "NOT ANSWERED in time: activate of Corner Bakery #12; at the next start Gett is asked how it stands." in said
