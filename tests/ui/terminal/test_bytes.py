"""What reaches the terminal, in bytes, which are the same on any machine; ``bench_line.py`` prints them beside others'.

Stores are asked all in a row, and then rest: what moves is counted over whole rounds.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from app_driver import plant_many
from moving_stores import COMMAND, DIALOGS, Moving, moving_stores
from pty_session import PtySession, Size

_STORES = 100
_NOWHERE = "http://127.0.0.1:9"
_SIZES = [(80, 24), (120, 40)]
_LONG = [pytest.mark.long, pytest.mark.timeout(1_200)]


def moved(moving: Moving, session: PtySession, rounds: int) -> int:
    """Bytes while every store is asked about so many times, and each answer is another status."""
    session.read_until_quiet(1.0)
    before = len(session.output)
    moving.wait_for_questions(_STORES * rounds, session)
    session.read_until_quiet(0.5)
    return len(session.output) - before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "dialogs", "rounds"),
    [
        ((80, 24), ("form",), 1),
        pytest.param((80, 24), ("form", "help", "palette", "confirmation"), 3, marks=_LONG),
        pytest.param((120, 40), ("form", "help", "palette", "confirmation"), 3, marks=_LONG),
    ],
)
def test_a_dialog_over_moving_stores_costs_no_more_than_the_list(
    tmp_path: Path, size: Size, dialogs: tuple[str, ...], rounds: int
) -> None:
    with moving_stores(tmp_path, _STORES) as moving, moving.start(size) as session:
        moving.wait_for_questions(_STORES, session)
        alone = moved(moving, session, rounds)
        for dialog in dialogs:
            moving.open(session, dialog)
            under_dialog = moved(moving, session, rounds)
            session.send("escape")
            session.wait_until_gone(DIALOGS[dialog][1])
            assert under_dialog <= alone, dialog


@pytest.mark.few(1)
@pytest.mark.parametrize(("size", "most"), [((80, 24), 4_500), ((120, 40), 9_000)])
def test_the_start_is_about_one_picture(tmp_path: Path, size: Size, most: int) -> None:
    with moving_stores(tmp_path, 10, moving=False) as resting:
        with PtySession(COMMAND, size, resting.env) as session:
            session.wait_for("10 stores")
            session.read_for(3.0)
            assert len(session.output) <= most


@pytest.mark.slow
@pytest.mark.parametrize(("size", "most"), [((80, 24), 5_500), ((120, 40), 12_000)])
def test_the_start_with_many_stores_is_a_few_rows_more(tmp_path: Path, size: Size, most: int) -> None:
    plant_many(tmp_path / "sandbox", 10_000)
    env = {"GETT_API_KEY": "test-key-line-2", "GETT_BASE_URL": _NOWHERE, "GETT_STATE_DIR": str(tmp_path)}
    for _ in ("without an index", "with the index"):
        with PtySession(COMMAND, size, env | {"HOME": str(tmp_path)}) as session:
            session.wait_for("10000 stores", 120)
            session.read_for(3.0)
            assert len(session.output) <= most
            session.send("q")
            session.wait_for_exit()


@pytest.mark.few(1)
@pytest.mark.parametrize("size", _SIZES)
@pytest.mark.parametrize("dialog", ["form", "help", "palette"])
def test_opening_and_closing_a_dialog_is_one_picture_each(tmp_path: Path, size: Size, dialog: str) -> None:
    columns, rows = size
    with moving_stores(tmp_path, 10, moving=False) as resting, resting.start(size) as session:
        session.read_until_quiet(1.5)
        for act in ("open", "close"):
            before = len(session.output)
            if act == "open":
                resting.open(session, dialog)
            else:
                session.send("escape")
                session.wait_until_gone(DIALOGS[dialog][1])
            session.read_until_quiet(0.6)
            assert len(session.output) - before <= 3 * columns * rows


@pytest.mark.slow
@pytest.mark.parametrize("size", _SIZES)
def test_a_step_down_the_list_is_small(tmp_path: Path, size: Size) -> None:
    with moving_stores(tmp_path, 30, moving=False) as resting, resting.start(size) as session:
        session.read_until_quiet(1.5)
        before = len(session.output)
        for _ in range(20):
            session.send("j")
            session.read_for(0.15)
        session.read_until_quiet(1.0)
        assert (len(session.output) - before) / 20 <= 300
