"""Stands here so that pytest puts this folder on the import path: helpers shared by the tests live in it."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the machine's own settings, keys and proxies out of the tests."""
    for name in list(os.environ):
        if name.startswith("GETT_") or name.lower().endswith("_proxy") or name in ("NO_COLOR", "TEXTUAL_THEME", "TMUX"):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the program itself runs on."""
    return "asyncio"


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the crash tests go on, and from which seed."""
    parser.addoption("--crash-runs", type=int, default=200, help="how often the program is killed")
    parser.addoption("--crash-seed", type=int, default=0, help="the seed of a run to repeat")
