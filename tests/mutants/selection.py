"""Which tests execute which line of the core, and how long they take: learnt by running them once, in a copy."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from coverage import CoverageData
from patterns import Mutant

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
COPIED = ("gett_tui", "tests", "pyproject.toml", "README.md")
NOT_ASKED = ("crash", "benchmarks", "mutants", "ui", "catalog", "sandbox", "test_terminal.py")
"""Tests that kill what they start, measure, or are about something else: the core is held by tests of its own."""
RC = """[run]
branch = true
source_pkgs = gett_tui
parallel = true
data_file = {work}/coverage
context = ${{PYTEST_CURRENT_TEST-}}
"""
"""A process that a test starts inherits the variable that names the test."""

_FIRST = 12

Seconds = dict[str, float]
"""How long each test takes, by its node id."""


def copy_tree(to: Path) -> None:
    """Copies what the tests need; the work tree itself is never touched."""
    for name in COPIED:
        copy: Any = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, to / name)


def digest() -> str:
    """Names the state of the sources: a map of another state is not used."""
    sums = hashlib.sha256()
    for name in ("gett_tui", "tests"):
        for path in sorted((ROOT / name).rglob("*.py")):
            if HERE in path.parents:
                continue
            sums.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return sums.hexdigest()


def learn(work: Path, jobs: int) -> None:
    """Runs the tests once, in a copy, and leaves in ``work`` what they execute and how long they take."""
    state = work / "digest"
    if state.exists() and state.read_text() == digest():
        return
    shutil.rmtree(work, ignore_errors=True)
    (tree := work / "tree").mkdir(parents=True)
    copy_tree(tree)
    (work / "rc").write_text(RC.format(work=work))
    more = {"MUTANTS_TIMES": work / "times.json", "COVERAGE_PROCESS_START": work / "rc"}
    command = [sys.executable, "-m", "pytest", "tests", "--all", "-p", "timing", "-p", "no:cacheprovider", f"-n{jobs}"]
    command += ["--cov=gett_tui", f"--cov-config={work}/rc", "--cov-context=test", "--cov-report="]
    command += [f"--ignore=tests/{name}" for name in NOT_ASKED]
    subprocess.run(command, cwd=tree, env=environment(tree, more), check=False)
    state.write_text(digest())


def environment(tree: Path, more: dict[str, Path]) -> dict[str, str]:
    """Puts ``tree`` before any installation of the program, for the processes that tests start too."""
    path = os.pathsep.join((str(tree), str(tree / "tests" / "mutants")))
    return {**os.environ, "PYTHONPATH": path, **{name: str(value) for name, value in more.items()}}


class Map:
    """Which tests execute a line; of those alone that passed by themselves."""

    def __init__(self, work: Path) -> None:
        times: Seconds = json.loads((work / "times.json").read_text())
        self._times = {node: taken for node, taken in times.items() if taken < float("inf")}
        self._tree = work / "tree"
        self._data = CoverageData(str(work / "coverage"))
        self._data.read()
        self._files: dict[str, dict[int, list[str]]] = {}

    def tests(self, mutant: Mutant) -> Seconds:
        """The tests that execute the mutant's lines, in the order in which they are asked."""
        lines = self._files.get(mutant.path)
        if lines is None:
            lines = self._files[mutant.path] = self._data.contexts_by_lineno(str(self._tree / mutant.path))
        nodes = {_node(context) for line in mutant.lines for context in lines.get(line, ())}
        near = f"tests/{Path(mutant.path).parent.name}/"
        known = [node for node in nodes if node in self._times]
        known.sort(key=lambda node: (self._times[node] * (1 if node.startswith(near) else 4), node))
        return {node: self._times[node] for node in known}


def _node(context: str) -> str:
    """The test of a coverage context: ``test|run``, or ``test (call)`` from a process that the test started."""
    return context.partition("|")[0].removesuffix(" (call)").removesuffix(" (setup)")


def within(tests: Seconds, limit: float) -> Seconds:
    """As many of the first ``tests`` as take ``limit`` seconds together, but one at least."""
    chosen: Seconds = {}
    for node, taken in tests.items():
        if chosen and sum(chosen.values()) + taken > limit:
            break
        chosen[node] = taken
    return chosen


def in_turn(asked: Seconds) -> Iterator[Seconds]:
    """A few first, which mostly catch it: to collect all tests takes longer than to run these."""
    nodes = list(asked)
    yield from ({node: asked[node] for node in some} for some in (nodes[:_FIRST], nodes[_FIRST:]) if some)
