"""Stands here so that pytest puts this folder on the import path: helpers shared by the tests live in it."""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from gett_tui.onboarding import events

if TYPE_CHECKING:
    from sandbox_server import Live


def pytest_configure() -> None:
    """Has ctrl+c and a hang-up end what the tests start, also where whoever runs them has these ignored."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


@pytest.fixture(autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the machine's own settings, keys and proxies out of the tests."""
    for name in list(os.environ):
        if (
            name.startswith("GETT_")
            or name.lower().endswith("_proxy")
            or name in ("NO_COLOR", "TEXTUAL_THEME", "TMUX", "STY")
        ):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _no_unforeseen_failure(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test ends with: no part of the program failed in a way nobody foresaw. Mark ``failures`` expects some."""
    heard: list[str] = []
    make = events.Failure.__init__

    def record(self: events.Failure, what: str, error: BaseException) -> None:
        heard.append(f"{what}: {error!r}")
        make(self, what, error)

    monkeypatch.setattr(events.Failure, "__init__", record)
    yield
    if request.node.get_closest_marker("failures") is None:
        assert heard == [], "an unforeseen failure was heard"


@pytest.fixture
def live() -> Iterator[Live]:
    """A simulated Gett of the test's own, on loopback."""
    from sandbox_server import live_sandbox

    with live_sandbox() as running:
        yield running


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the program itself runs on."""
    return "asyncio"


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long what has no end by itself goes on, and which tests are left out."""
    parser.addoption("--all", action="store_true", help="run the slow tests and all cases, too (see the markers)")
    parser.addoption("--long", action="store_true", help="run what takes minutes, too (see the marker)")
    parser.addoption("--crash-runs", type=int, help="how often the program is killed, 60 times with --all")
    parser.addoption("--stall", type=int, default=3, help="for how many seconds terminals do not read")
    parser.addoption("--crash-seed", type=int, default=0, help="the seed of a run to repeat")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the slow tests to ``.ci/run`` and to whoever asks for all."""
    left_out = [name for name, option in (("slow", "--all"), ("long", "--long")) if not config.getoption(option)]
    for item in items:
        for name in left_out:
            if item.get_closest_marker(name) is not None:
                item.add_marker(pytest.mark.skip(reason=f"{name}: see --help"))
    if not config.getoption("--all"):
        _thin_out(items)
    # First of all, so that none goes on alone when all others are done.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def _thin_out(items: list[pytest.Item]) -> None:
    """Of the cases of a test marked ``few`` keeps so many, spread evenly over them, and always the same."""
    cases: defaultdict[tuple[str, int], list[pytest.Item]] = defaultdict(list)
    for item in items:
        marker = item.get_closest_marker("few")
        if marker is not None:
            cases[item.nodeid.partition("[")[0], marker.args[0]].append(item)
    for (_, number), of_one in cases.items():
        kept = {place * len(of_one) // number for place in range(number)}
        for place, item in enumerate(of_one):
            if place not in kept:
                item.add_marker(pytest.mark.skip(reason="one of many cases: see --help"))
