"""What the dashboard costs a line, beside htop (where it is installed) and a bare Textual DataTable. By hand:

    python tests/benchmarks/bench_line.py [--sizes 80x24,120x40] [--stores 10,10000] [--seconds 10] [--keys 20]

Prints bytes: of a start; a second while a hundred stores move, with each dialog open; at rest; of a key. Then, on a
line of 9,600 bytes a second and 150 ms each way with a hundred stores moving: seconds from a key to the first byte of
what it does, and from the first byte of the start to its last. Bytes are the same on any machine but for what falls
into one picture; seconds are not.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ui" / "terminal"))

import pyte
from measuring import PtySession, p95, plant_many
from moving_stores import COMMAND, DIALOGS, Moving, moving_stores
from pty_session import Size, without_unknown

TABLE = [
    sys.executable,
    "-c",
    """
from textual.app import App
from textual.widgets import DataTable

class Table(App):
    def compose(self):
        yield DataTable(cursor_type="row")

    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("Store", "Partner id", "Status", "Since")
        table.add_rows((f"Store {n:05d}", f"p-{n}", "active", "14 Mar") for n in range(100))

Table(ansi_color=False).run()
""",
]
RATE = 9_600
DELAY = 0.15
_NOWHERE = "http://127.0.0.1:9"


def settled(session: PtySession, seconds: float = 5.0) -> int:
    """Bytes of a start and the seconds after it."""
    return len(session.read_for(seconds))


def starts(size: Size, counts: Sequence[int]) -> None:
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            plant_many(folder / "sandbox", count)
            env = {"GETT_API_KEY": "test-key-bench", "GETT_BASE_URL": _NOWHERE, "GETT_STATE_DIR": name, "HOME": name}
            time.sleep(3)  # the index leaves out what was written just before it
            for index in ("without an index", "with the index"):
                with PtySession(COMMAND, size, env) as session:
                    session.wait_for(f"{count} stores", 60)
                    told(f"start, {count} stores, {index}", len(session.output) + settled(session))
                    session.send("q")
                    session.wait_for_exit()
    with PtySession(TABLE, size) as session:
        told("start, bare DataTable", settled(session))
    if htop := shutil.which("htop"):
        with PtySession([htop], size) as session:
            told("start, htop", settled(session))


def moving(size: Size, seconds: float, stores: Moving) -> None:
    with stores.start(size) as session:
        session.read_for(5)
        for dialog in DIALOGS:
            before = len(session.output)
            stores.open(session, dialog)
            session.read_until_quiet(0.05)
            opening = len(session.output) - before
            asked, written = stores.state.changes, len(session.read_for(seconds))
            rate = (stores.state.changes - asked) / seconds
            told(f"100 moving, {dialog}, {rate:.0f} questions a second", written / seconds, "B/s")
            if dialog != "list":
                before = len(session.output)
                session.send("escape")
                session.wait_until_gone(DIALOGS[dialog][1])
                told(f"    opening {dialog} {opening} B, closing it", len(session.output) - before)


def resting(size: Size, seconds: float, keys: int, stores: Moving) -> None:
    with stores.start(size) as session:
        session.read_until_quiet(1.5)
        for dialog in ("list", "form", "help", "palette"):
            stores.open(session, dialog)
            session.read_until_quiet(1.5)
            before = len(session.chunks)
            session.read_for(seconds)
            times = [at for at, _ in session.chunks[before:]]
            written = sum(len(data) for _, data in session.chunks[before:])
            told(f"at rest for {seconds:.0f} s, {dialog}, {len(times)} updates", written)
            if dialog != "list":
                session.send("escape")
                session.wait_until_gone(DIALOGS[dialog][1])
        told("key j", key_bytes(session, keys))
    with PtySession(TABLE, size) as session:
        session.read_for(3)
        told("key down, bare DataTable", key_bytes(session, keys, "down"))


def key_bytes(session: PtySession, keys: int, key: str = "j") -> float:
    """Mean bytes of a key, of some pressed 0.15 s apart and counted until a second is silent."""
    session.read_until_quiet(1.5)
    before = len(session.output)
    for _ in range(keys):
        session.send(key)
        session.read_for(0.15)
    session.read_until_quiet(1.0)
    return (len(session.output) - before) / keys


# -- a thin line


def thin(size: Size, keys: int, stores: Moving) -> None:
    with thin_session(size, stores) as session:
        session.read_for(4)
        first = session.chunks[0][0]
        whole = next(at for at, rows in screens(session, 0) if any("100 stores" in row for row in rows))
        told("thin line, start until the stores are counted", (whole - first) * 1e3, "ms")
        for dialog, press, sign in (
            ("list", " j", lambda rows: _word_before(rows, "marked")),
            ("form", "x", lambda rows: _first(rows, "x")),
            ("help", "down", lambda rows: "".join(row[8:60] for row in rows[4:12])),
        ):
            stores.open(session, dialog)
            session.read_for(2)
            told(f"thin line, key to first byte, {dialog}, p95", p95(echoes(session, press, sign, keys)) * 1e3, "ms")
            # Twice: what was typed is thrown away only then.
            for _ in range(2 if dialog == "form" else 0):
                session.send("escape")
                session.read_for(2)


def thin_session(size: Size, stores: Moving) -> PtySession:
    session = PtySession(COMMAND, size, stores.env)
    session.rate, session.delay = RATE, DELAY
    return session


def echoes(session: PtySession, press: str, sign: Callable[[list[str]], str], keys: int) -> list[float]:
    """Seconds from each key to the first byte that reached the screen and changed ``sign`` of it."""
    times: list[float] = []
    for turn in range(keys):
        key = press if press != "down" else ("down", "up")[turn % 2]
        first = len(session.chunks)
        before = sign(rows_of(session, first))
        sent = session.send(*(key if key not in ("down", "up") else [key]))
        session.read_for(1.2)
        after = (at for at, rows in screens(session, first) if sign(rows) != before)
        times.append(next(after, sent + 8.0) - sent)
    return times


def rows_of(session: PtySession, until: int) -> list[str]:
    screen = pyte.Screen(*session.size)
    pyte.ByteStream(screen).feed(without_unknown(b"".join(data for _, data in session.chunks[:until])))
    return list(screen.display)


def screens(session: PtySession, first: int) -> Iterator[tuple[float, list[str]]]:
    """The screen after each chunk from ``first`` on, and when it was there."""
    for index in range(first, len(session.chunks)):
        yield session.chunks[index][0], rows_of(session, index + 1)


def _word_before(rows: list[str], word: str) -> str:
    words = " ".join(rows).split()
    return words[words.index(word) - 1] if word in words else ""


def _first(rows: list[str], letter: str) -> str:
    """The run of ``letter`` that was typed into the first field."""
    return str(sum(row.count(letter) for row in rows[:8]))


def told(name: str, value: float, unit: str = "B") -> None:
    print(f"    {name:<62} {value:9,.0f} {unit}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="80x24,120x40")
    parser.add_argument("--stores", default="10,10000")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--keys", type=int, default=20)
    parser.add_argument("--only", default="starts,moving,resting,thin")
    arguments = parser.parse_args()
    parts = arguments.only.split(",")
    for columns, rows in (map(int, size.split("x")) for size in arguments.sizes.split(",")):
        size = columns, rows
        print(f"{columns}x{rows}")
        if "starts" in parts:
            starts(size, [int(word) for word in arguments.stores.split(",")])
        with tempfile.TemporaryDirectory() as name, moving_stores(Path(name)) as stores:
            if "moving" in parts:
                moving(size, arguments.seconds, stores)
            if "thin" in parts:
                thin(size, arguments.keys, stores)
        with tempfile.TemporaryDirectory() as name, moving_stores(Path(name), moving=False) as stores:
            if "resting" in parts:
                resting(size, arguments.seconds, arguments.keys, stores)
    if "thin" in parts:
        print(f"    ({statistics.fmean((DELAY, DELAY)) * 2e3:.0f} ms of each echo are the line's own)")


if __name__ == "__main__":
    main()
