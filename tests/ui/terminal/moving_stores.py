"""The whole program in a pty over a Gett at which every question about a store brings another status."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app_driver import identifier, plant, records
from pty_session import PtySession, Size
from sandbox_server import live_sandbox

from gett_tui.onboarding.record import Record
from gett_tui.sandbox.settings import Settings
from gett_tui.sandbox.state import INGESTING, PENDING, Onboarding, State

COMMAND = [sys.executable, "-m", "gett_tui"]
DIALOGS = {
    "list": ("", "Stores"),
    "form": ("n", "Register a store on"),
    "help": ("?", "escape closes"),
    "palette": (":", "Search for commands"),
    "confirmation": ("x", "Cancel the onboarding of this store"),
}
"""The key that opens each, and what is then on the screen."""


class Restless(State):
    """Another status with each question."""

    changes = 0

    def status(self, known: Onboarding) -> str:
        self.changes += 1
        known.forced = INGESTING if known.forced == PENDING else PENDING
        return known.forced


@dataclass
class Moving:
    """Where such a Gett is, how often it was asked, and the folder with the records of its stores."""

    url: str
    state: Restless
    folder: Path

    @property
    def env(self) -> dict[str, str]:
        """What the program needs to find both."""
        return {
            "GETT_API_KEY": "test-key-line-1",
            "GETT_BASE_URL": self.url,
            "GETT_STATE_DIR": str(self.folder / "state"),
            "HOME": str(self.folder),
        }

    def start(
        self, size: Size = (80, 24), dialog: str = "list", *, command: list[str] = COMMAND, **env: str
    ) -> PtySession:
        """The program with ``dialog`` open, once the records are read."""
        session = PtySession(command, size, self.env | env)
        try:
            session.wait_for("Store 000")
            session.wait_for(f"{len(self.state.onboardings)} stores")
            self.open(session, dialog)
        except BaseException:
            session.close()
            raise
        return session

    def open(self, session: PtySession, dialog: str) -> None:
        """Opens a dialog over the list."""
        key, sign = DIALOGS[dialog]
        if key:
            session.send(key)
        session.wait_for(sign)

    def wait_for_questions(self, count: int, session: PtySession | None = None, timeout: float = 240.0) -> None:
        """Waits until Gett was asked ``count`` times more; reads the screen of ``session`` meanwhile, if given one."""
        wanted, end = self.state.changes + count, time.monotonic() + timeout
        while self.state.changes < wanted:
            if time.monotonic() > end:
                raise TimeoutError(f"Gett was asked {self.state.changes - wanted + count} times only")
            if session is None:
                time.sleep(0.02)
            else:
                session.read(0.02)


@contextlib.contextmanager
def moving_stores(folder: Path, count: int = 100, *, moving: bool = True) -> Iterator[Moving]:
    """``count`` stores that change with each question, or that stay active for good."""
    with live_sandbox(Settings(reads_per_minute=10**6)) as live:
        state = live.sandbox.state = Restless(time.time)
        chosen = [_store(number, "pending_catalog" if moving else "active") for number in range(count)]
        plant(folder / "state" / "sandbox", None, chosen)
        for record in chosen:
            known = record.onboarding_id or ""
            state.onboardings[known] = Onboarding(known, dict(record.sent), time.time(), 0, forced=PENDING)
        yield Moving(live.url, state, folder)


def _store(number: int, status: str) -> Record:
    like = next(record for record in records() if record.status == status)
    known, partner = identifier(number), f"p-{number}"
    sent = {**like.sent, "name": f"Store {number:05d}", "partnerStoreId": partner}
    return like._replace(key=known, onboarding_id=known, partner_store_id=partner, sent=sent)
