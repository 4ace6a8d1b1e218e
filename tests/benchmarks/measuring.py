"""What the benchmarks share: stores on the disk, the bare app, and how keys and processors are timed."""

from __future__ import annotations

import os
import random
import statistics
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pyte
from app_driver import identifier as identifier
from app_driver import plant_many as plant_many
from pty_session import PtySession, without_unknown

SIZE = (120, 40)
CURSOR = "0178d4"
"""The background of the cursor in Textual's usual theme."""
BARE = [
    sys.executable,
    "-c",
    """
from textual.app import App
from textual.widgets import Static

class Bare(App):
    count = 0

    def compose(self):
        yield Static("Stores bare")

    def key_j(self):
        self.count += 1
        self.query_one(Static).update(f"count {self.count}.")

Bare().run()
""",
]


def cpu(pid: int) -> float:
    """Seconds of a processor that all threads of the process have used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bare_key_times(count: int) -> list[float]:
    """Seconds from a key to its paint in the bare app, idle but for the keys."""
    with PtySession(BARE, SIZE) as session:
        session.wait_for("Stores bare")
        session.read_until_quiet(1.0)
        return key_times(session, lambda index: f"count {index}.".encode(), ("j", "j"), count)


def key_times(
    session: PtySession,
    sign: Callable[[int], bytes] | None = None,
    keys: tuple[str, str] = ("j", "k"),
    count: int = 150,
) -> list[float]:
    """Seconds from each of ``count`` keys to the paint in which ``sign`` of its number (from 1) is seen.

    Without one, to the paint in which the cursor stands in another row: read off the screen, afterwards.
    """
    sent: list[tuple[int, float]] = []
    times: list[float] = []
    for index in range(count):
        session.read_for(random.uniform(0.02, 0.12))
        sent.append((len(session.chunks), session.send(keys[index % 2])))
        if sign is None:
            session.read_for(0.1)
            continue
        while sign(index + 1) not in b"".join(data for _, data in session.chunks[sent[-1][0] :]):
            session.read(1)
        times.append(session.chunks[-1][0] - sent[-1][1])
    if sign is not None:
        return times
    return _moves(session, sent)


def _moves(session: PtySession, sent: list[tuple[int, float]]) -> list[float]:
    screen = pyte.Screen(*session.size)
    stream, times, asked = pyte.ByteStream(screen), list[float](), deque(sent)
    before: list[int] = []
    for number, (at, data) in enumerate(session.chunks):
        stream.feed(without_unknown(data))
        rows = [row for row in range(screen.lines) if screen.buffer[row][3].bg == CURSOR]
        if asked and number >= asked[0][0] and rows != before:
            times.append(at - asked.popleft()[1])
        before = rows
    return times


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def told(name: str, times: list[float], base: list[float]) -> None:
    """Prints a line about key times beside the bare app's."""
    p50, late = statistics.median(times), p95(times)
    print(f"key to paint, {name:<44} p50 {p50 * 1e3:5.1f} ms, p95 {late * 1e3:5.1f} ms, {late / p95(base):5.2f} x bare")
