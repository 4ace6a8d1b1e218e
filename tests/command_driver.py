"""Runs commands, in this process or as one of their own, and says how they ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gett_tui import cli
from gett_tui.onboarding.record import Change, Record
from gett_tui.onboarding.status import State
from gett_tui.storage.record_store import RecordStore

KEY = "test-key-commands-1"
COMMAND = [sys.executable, "-m", "gett_tui"]
AT = datetime(2026, 3, 14, 14, 3, 7, tzinfo=UTC)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


Run = Callable[..., Done]


def environment(folder: Path, url: str, **more: str) -> dict[str, str]:
    """The variables for a command whose home, and state, lie in ``folder``."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return {
        **measured,
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GETT_API_KEY": KEY,
        "GETT_BASE_URL": url,
        "GETT_STATE_DIR": str(folder / "state"),
        **more,
    }


def as_process(env: Mapping[str, str], *arguments: str) -> Done:
    done = subprocess.run(
        [*COMMAND, *arguments],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def in_process(patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs commands in this process, under its own environment variables."""

    def run(env: Mapping[str, str], *arguments: str) -> Done:
        capsys.readouterr()
        with patch.context() as here, Path(os.devnull).open() as nothing:
            here.setattr(sys, "stdin", nothing)
            for name, value in env.items():
                here.setenv(name, value)
            try:
                status = cli.run(arguments)
            except SystemExit as end:
                status = int(end.code or 0)
        said = capsys.readouterr()
        return Done(status, said.out, said.err)

    return run


def store(identifier: str, partner: str, status: State, **more: Any) -> Record:
    """A record as it lies in the files."""
    sent = {
        "partnerStoreId": partner,
        "name": f"Shop {partner}",
        "catalogCallbackUrl": "https://c.example/x",
        "webhookUrl": "https://w.example/x",
    }
    record = Record(
        key=identifier,
        status=status,
        onboarding_id=identifier,
        partner_store_id=partner,
        sent=sent,
        history=(Change(status, AT),),
    )
    return record._replace(**more)


def keep(folder: Path, *records: Record) -> Path:
    """Puts records into the sandbox profile below ``folder``; the profile's folder."""
    profile = folder / "state" / "sandbox"
    kept = RecordStore(profile, "1-planting")
    kept.open()
    for record in records:
        kept.add(record)
    return profile


def tree(folder: Path) -> dict[str, tuple[int, bytes]]:
    """All that is in ``folder``: the time of each last change (a folder's too), and what is in the files."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in [folder, *folder.rglob("*")]
        if path.exists()
    }
