"""The script that breaks the program on purpose sees every kind of place that it is meant to break."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from patterns import PATTERNS, mutants

CORE = Path(__file__).parents[2] / "gett_tui"
SAMPLE = '''
async def f(self, x: int | None) -> None:
    """Holds one place for each pattern, and two for a choice."""
    if x is None or (
        x < 0
    ):
        raise ValueError(
            x
        )
    y = 1 if x else 2
    await asyncio.sleep(y)
    await self._known.wait()
    await asyncio.wait_for(g(), 5)
    async with asyncio.timeout(x):
        pass
    with files.locked(x) as é, open(x):
        os.fsync(é)
    fcntl.flock(x)
    return self._lock(x)
'''
BROKEN = {
    "raise": ["pass"],
    "never": ["if ((x is None or", "y = 1 if ((x) and False) else 2"],
    "always": ["if ((x is None or", "y = 1 if ((x) or True) else 2"],
    "operand": ["if ((x is None) and False) or (", "((x < 0) and False)"],
    "pause": ["await asyncio.sleep(0)", "await __import__('asyncio').sleep(0)"],
    "bound": ["await asyncio.wait_for(g(), None)", "async with asyncio.timeout(None):"],
    "fsync": ["pass"],
    "lock": [
        "with __import__('contextlib').nullcontext() as é, open(x):",
        "pass",
        "return __import__('contextlib').nullcontext()",
    ],
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_pattern_breaks_its_places_and_nothing_else(pattern: str) -> None:
    lines = SAMPLE.splitlines()
    seen: list[str] = []
    for mutant in mutants("x.py", SAMPLE):
        if mutant.pattern == pattern:
            broken = mutant.applied(SAMPLE)
            ast.parse(broken)
            after = broken.splitlines()
            assert len(after) == len(lines)
            seen.append(next(new for old, new in zip(lines, after, strict=True) if old != new).strip().rstrip("\\"))
    assert len(seen) == len(BROKEN[pattern])
    assert all(start in line for start, line in zip(BROKEN[pattern], seen, strict=True)), seen


def test_each_pattern_finds_something_in_the_core() -> None:
    parts = ("onboarding", "storage", "polling", "gett")
    sources = [path.read_text() for part in parts for path in (CORE / part).rglob("*.py")]
    found = {mutant.pattern for source in sources for mutant in mutants("x.py", source)}
    assert found == PATTERNS.keys()
    assert not any("TYPE_CHECKING" in mutant.text for source in sources for mutant in mutants("x.py", source))
