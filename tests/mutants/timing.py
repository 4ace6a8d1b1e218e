"""A plugin of pytest that writes down how long each test took that passed: ``-p timing``.

The mutants are tried on the quickest tests first, and a time bound needs to know what is usual.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

_times: dict[str, float] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Adds up set-up, call and tear-down (seconds); a test that fails by itself can catch no mutant."""
    _times[report.nodeid] = _times.get(report.nodeid, 0.0) + (report.duration if not report.failed else float("inf"))
    if report.when == "call" and report.skipped:
        _times[report.nodeid] = float("inf")


def pytest_sessionfinish() -> None:
    """Writes the times as JSON to the file that ``MUTANTS_TIMES`` names."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        Path(os.environ["MUTANTS_TIMES"]).write_text(json.dumps(_times))
