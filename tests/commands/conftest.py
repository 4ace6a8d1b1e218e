"""Each command is tried in this process, where coverage sees it, and as a process, as scripts run it."""

from __future__ import annotations

import pytest
from command_driver import Run, as_process, in_process


@pytest.fixture(params=["in process", "as a process"])
def run(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command: ``run(env, *arguments)``."""
    return in_process(monkeypatch, capsys) if request.param == "in process" else as_process
