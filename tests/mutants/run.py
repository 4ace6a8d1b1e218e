"""Breaks every guard, ``raise``, wait, fsync and lock of the core, one at a time, and tells which the tests let pass.

By hand, since it takes its time: ``python tests/mutants/run.py [--only gett_tui/onboarding/] [--jobs 2] [--list]``.
Ends with 1 when a mutant passes, when a pattern finds nothing, or when ``equivalent.toml`` names what is not there.

First the tests run once to learn which lines each executes (``--work`` keeps that for the next run on the same tree);
then each mutant meets the tests that execute its line, the quickest first, in a copy of the tree. One that makes a test
fail, hang or crash is caught. What only a process killed by a test executes counts as *not executed*, and passes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
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
from typing import NamedTuple
from zlib import crc32

import pytest
from patterns import PATTERNS, Mutant, mutants
from selection import HERE, ROOT, Map, Seconds, copy_tree, environment, in_turn, learn, within

CORE = ("gett_tui/onboarding", "gett_tui/storage", "gett_tui/polling", "gett_tui/gett")
HEAVY = ("httpx", "pydantic", "starlette.applications", "uvicorn", "textual.app", "hypothesis", "_pytest.python")
"""Imported once for all mutants, which are tried in forks; nothing of the program may be here."""


class UnclearError(Exception):
    """Pytest could not judge a mutant."""


class Result(NamedTuple):
    """How a mutant fared; ``by`` is the test that caught it, or what was tried."""

    mutant: Mutant
    verdict: str
    by: str


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
    except UnclearError as error:
        return Result(mutant, "unclear", str(error))
    finally:
        path.write_text(source)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    said = by or f"{len(asked)} of {len(tests)} tests"
    return Result(mutant, "caught" if by else "let pass", said)


def _caught_by(tree: Path, asked: Seconds) -> str | None:
    """The test that fails, or what else happened; None when all pass."""
    log = tree / "log"
    (tree / "asked").write_text("\n".join(asked))
    each = 5 + 5 * max(asked.values())
    child = os.fork()
    if child == 0:
        try:
            _run_tests(tree, log, each)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(70)
    end = time.monotonic() + each + 20 + 5 * sum(asked.values())
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
    said = log.read_text(errors="replace").splitlines()
    failed = [line for line in said if line.startswith(("FAILED", "ERROR"))]
    if not failed and status > pytest.ExitCode.TESTS_FAILED:
        raise UnclearError(f"pytest ended with {status}: {said[-1:]}")
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
    options = [
        "-x",
        "-q",
        "--all",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        f"--timeout={each:.0f}",
        "-rfE",
        "--tb=no",
    ]
    options += ["--timeout-method=thread"]  # which ends the process, and so what hangs in its tear-down too
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
    return 0 if counts.keys() <= {"caught"} else 1


if __name__ == "__main__":
    sys.exit(main())
