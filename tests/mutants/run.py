"""Breaks every guard, ``raise``, wait, fsync and lock of the core, one at a time, and tells which the tests let pass.

By hand, since it takes its time: ``python tests/mutants/run.py [--only gett_tui/onboarding/] [--jobs 2] [--list]``.
Ends with 1 when a mutant passes, when a pattern finds nothing, or when ``equivalent.toml`` names what is not there.

First the tests run once to learn which lines each executes (``--work`` keeps that for the next run on the same tree);
then each mutant meets the tests that execute its line, the quickest first, in a copy of the tree. One that makes a test
fail, hang or crash is caught. What only a process killed by a test executes counts as *not executed*, and passes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import suppress
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import pytest
from coverage import CoverageData
from patterns import PATTERNS, Mutant, mutants

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
CORE = ("gett_tui/onboarding", "gett_tui/storage", "gett_tui/polling", "gett_tui/gett")
COPIED = ("gett_tui", "tests", "pyproject.toml", "README.md")
NOT_ASKED = ("crash", "benchmarks", "mutants", "ui", "catalog", "sandbox", "test_terminal.py")
"""Tests that kill what they start, measure, or are about something else: the core is held by tests of its own."""
PASSES = ("let pass", "not executed")
HEAVY = ("httpx", "pydantic", "starlette.applications", "uvicorn", "textual.app", "hypothesis", "_pytest.python")
"""Imported once for all mutants, which are tried in forks; nothing of the program may be here."""
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


class Result(NamedTuple):
    """How a mutant fared; ``by`` is the test that caught it, or what was tried."""

    mutant: Mutant
    verdict: str
    by: str


# -- which tests execute which line


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
    command = [sys.executable, "-m", "pytest", "tests", "-p", "timing", "-p", "no:cacheprovider", f"-n{jobs}"]
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


# -- one mutant


def try_out(mutant: Mutant, tests: Seconds, asked: Seconds, work: Path) -> Result:
    """Breaks this process's copy of the tree, runs the tests on it, and mends it."""
    tree = work / f"copy-{os.getpid()}"
    if not tree.exists():
        tree.mkdir()
        copy_tree(tree)
    path = tree / mutant.path
    source, times = path.read_text(), path.stat()
    path.write_text(mutant.applied(source))
    # A time of its own for each mutant: the compiled file of another is never taken for this one's.
    os.utime(path, (0, crc32(repr(mutant).encode())))
    try:
        by = None
        for some in in_turn(asked):
            by = by or _caught_by(tree, some)
    finally:
        path.write_text(source)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    said = by or f"{len(asked)} of {len(tests)} tests"
    return Result(mutant, "caught" if by else "let pass", said)


def _caught_by(tree: Path, asked: Seconds) -> str | None:
    """The test that fails, or what else happened; None when all pass."""
    log = tree / "log"
    (tree / "asked").write_text("\n".join(asked))
    each = 20 + 5 * max(asked.values())
    child = os.fork()
    if child == 0:
        try:
            _run_tests(tree, log, each)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)
    end = time.monotonic() + 2 * each + 5 * sum(asked.values())
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() > end:
            break
        time.sleep(0.02)
    # What the tests started goes too. The child is not reaped yet, so that its number is still its own.
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == 0:
        return None
    if status > pytest.ExitCode.TESTS_FAILED:
        raise RuntimeError(f"{tree}: pytest ended with {status}")
    failed = [line for line in log.read_text(errors="replace").splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].partition(" - ")[0] if failed else f"exit status {status}"


def _run_tests(tree: Path, log: Path, each: float) -> None:
    os.setpgid(0, 0)
    os.chdir(tree)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.environ |= environment(tree, {}) | {"PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    sys.path[:] = [str(tree), *(entry for entry in sys.path if Path(entry) not in (ROOT, HERE, Path()))]
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", f"--timeout={each:.0f}", "-rfE", "--tb=no"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # for what is imported already
    os._exit(int(pytest.main([*options, "@asked"])))


# -- all of them


def found(only: Iterable[str]) -> list[Mutant]:
    """The mutants of the core, those alone whose place begins as told; ends the script when a pattern is blind."""
    paths = [path for part in CORE for path in sorted((ROOT / part).rglob("*.py"))]
    all_ = [mutant for path in paths for mutant in mutants(str(path.relative_to(ROOT)), path.read_text())]
    blind = PATTERNS.keys() - {mutant.pattern for mutant in all_}
    if blind:
        sys.exit(f"these patterns find nothing: {', '.join(sorted(blind))}")
    equivalent = tomllib.loads((HERE / "equivalent.toml").read_text()).get("equivalent", [])
    stale = [entry for entry in equivalent if not any(_is_meant(entry, mutant) for mutant in all_)]
    if stale:
        sys.exit(f"equivalent.toml names what is not there: {stale}")
    left = (mutant for mutant in all_ if not any(_is_meant(entry, mutant) for entry in equivalent))
    return [mutant for mutant in left if f"{mutant.path}:{mutant.line}".startswith(tuple(only))]


def _is_meant(entry: dict[str, str], mutant: Mutant) -> bool:
    return all(getattr(mutant, name) == entry[name] for name in ("path", "function", "pattern", "text"))


def results(chosen: list[Mutant], work: Path, jobs: int, limit: float) -> Iterator[Result]:
    """Tries all of ``chosen``, ``jobs`` at a time."""
    known = Map(work)
    for name in HEAVY:
        import_module(name)
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        tries: list[Future[Result]] = []
        for mutant in chosen:
            tests = known.tests(mutant)
            if tests:
                tries.append(pool.submit(try_out, mutant, tests, within(tests, limit), work))
            else:
                yield Result(mutant, "not executed", "by no test")
        yield from (done.result() for done in as_completed(tries))


def row(mutant: Mutant, verdict: str = "", by: str = "") -> str:
    """One line of the table."""
    return f"{verdict:13}{mutant.pattern:8} {mutant.path}:{mutant.line} {mutant.function}: {mutant.text[:70]}  ({by})"


def main() -> int:
    """Runs the script; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", metavar="PATH", help="the beginning of PATH:LINE")
    parser.add_argument("--jobs", type=int, default=1, help="how many mutants are tried at a time")
    parser.add_argument("--list", action="store_true", help="tell the mutants, and try none")
    parser.add_argument("--work", type=Path, help="where to keep what was learnt (else it goes)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the tests that a mutant meets may take")
    options = parser.parse_args()
    chosen = found(options.only or CORE)
    if options.list:
        print("\n".join(row(mutant) for mutant in chosen))
        return 0
    with tempfile.TemporaryDirectory() as passing:
        work = (options.work or Path(passing) / "work").resolve()
        learn(work, options.jobs)
        counts: Counter[str] = Counter()
        for result in results(chosen, work, options.jobs, options.seconds):
            counts[result.verdict] += 1
            print(row(*result), flush=True)
        for copy in work.glob("copy-*"):
            shutil.rmtree(copy)
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
    return 1 if any(counts[verdict] for verdict in PASSES) else 0


if __name__ == "__main__":
    sys.exit(main())
