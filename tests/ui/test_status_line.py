"""The line on top: which Gett, how the stores stand, and what is wrong, at every width."""

from __future__ import annotations

import re
from typing import Any

import pytest
from dialog_driver import FORBIDDEN, HOSTILE, NOW, DialogApp
from rich.cells import cell_len

from gett_tui.onboarding.status import OwnState, State
from gett_tui.ui.status_style import STYLES
from gett_tui.ui.widgets.status_line import StatusLine, StatusView

COUNTS = {
    OwnState.UNCONFIRMED: 1,
    "catalog_failed": 1,
    "ready_to_activate": 2,
    "pending_catalog": 3,
    "catalog_ingesting": 1,
    "menu_review": 1,
    "active": 5,
    OwnState.CANCELLED: 1,
}


async def line(width: int, **more: Any) -> list[str]:
    view = StatusView(**{"profile": "sandbox", "is_production": False, "counts": COUNTS, "polled_at": NOW, **more})
    app = DialogApp(StatusLine(view, clock=lambda: NOW))
    async with app.run_test(size=(width, 10)) as pilot:
        await pilot.pause()
        return [row.rstrip() for row in app.text().splitlines() if row.strip()]


def numbers(row: str) -> tuple[int, list[int]]:
    """The total that a line tells, and what it tells of it in parts."""
    found = re.search(r"(\d+) stores?(.*?)(polled|$)", row)
    assert found, row
    return int(found[1]), [int(part) for part in re.findall(r"\d+", found[2])]


async def test_a_wide_line_shows_all_but_those_that_a_person_has_ended() -> None:
    (row,) = await line(140)
    counts = "14 stores · 1 unconfirmed · 1 failed · 2 ready · 5 waiting · 5 active"
    assert row.startswith(" Gett onboarding  SANDBOX ")
    assert counts in row
    assert row.endswith("polled 14:03:07")


@pytest.mark.parametrize("width", [30, 40, 60, 80, 100])
@pytest.mark.parametrize("production", [True, False])
async def test_the_profile_is_there_at_every_width_and_the_line_never_runs_over(width: int, production: bool) -> None:
    (row,) = await line(width, is_production=production, profile="eu" if production else "sandbox")
    assert ("EU PRODUCTION" if production else "SANDBOX") in row
    assert "14 stores" in row or "10 others" in row or width < 40
    assert len(row) <= width


@pytest.mark.few(20)
@pytest.mark.parametrize("width", range(20, 140, 3))
@pytest.mark.parametrize("production", [True, False])
async def test_at_every_width_the_parts_add_up_and_no_word_is_cut(width: int, production: bool) -> None:
    rows = await line(width, is_production=production, profile="eu" if production else "sandbox", leading=False)
    assert len(rows) == 1
    assert cell_len(rows[0]) <= width
    if "store" in rows[0]:
        total, parts = numbers(rows[0])
        assert sum(parts) == total or not parts
    known = "Gett onboarding SANDBOX EU PRODUCTION · stores unconfirmed failed ready waiting active others"
    words = {*known.split(), *["polled", "by", "another", "window"]}
    assert {word for word in rows[0].split() if not re.search(r"\d", word)} <= words


async def test_the_word_production_outlives_a_long_name() -> None:
    (row,) = await line(24, is_production=True, profile="the-far-east-of-the-world")
    assert row.endswith("… PRODUCTION")


async def test_who_asks_gives_way_before_when_gett_was_asked() -> None:
    more = {"leading": False, "leader_pid": 4_194_304}
    (wide,) = await line(130, **more)
    assert wide.endswith("polled 14:03:07 by pid 4194304")
    (narrow,) = await line(104, **more)
    assert narrow.endswith("5 active  polled 14:03:07")


async def test_in_fifty_columns_each_count_stands_with_its_sign() -> None:
    (row,) = await line(50)
    assert row == " Gett  SANDBOX   14 stores · ?1 !1 ▸2 …5 ✓5"


@pytest.mark.parametrize("state", [*STYLES, "menu_review"], ids=str)
async def test_a_store_in_any_state_is_counted_once_unless_a_person_has_ended_it(state: State) -> None:
    (row,) = await line(140, counts={state: 3})
    is_over = state in (OwnState.CANCELLED, OwnState.DROPPED)
    assert numbers(row) == ((0, []) if is_over else (3, [3]))


async def test_what_waits_for_a_person_and_when_gett_was_asked_stand_before_all_else() -> None:
    (row,) = await line(80, is_production=True, profile="production")
    assert row.startswith(" PRODUCTION   1 unconfirmed · 1 failed · 2 ready · 10 others")
    assert row.endswith("polled 14:03:07")
    (row,) = await line(72, is_production=True, profile="production")
    assert row == " Gett  PRODUCTION   14 stores · ?1 !1 ▸2 …5 ✓5          polled 14:03:07"
    (row,) = await line(80)
    assert "2 ready" in row
    assert "polled 14:03:07" in row


async def test_a_count_of_nothing_is_left_out_and_one_store_is_no_stores() -> None:
    (row,) = await line(100, counts={"active": 1, "catalog_failed": 0})
    assert "1 store · 1 active" in row
    assert "failed" not in row


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"polled_at": None}, "starting…"),
        ({"polled_at": None, "leading": True}, "not polled yet"),
        ({"polled_at": None, "leading": False}, "not polled yet by another window"),
        ({"leading": False}, "polled 14:03:07 by another window"),
        ({"leading": False, "leader_pid": 77, "polled_at": None}, "not polled yet by pid 77"),
        ({"leading": True}, "polled 14:03:07"),
    ],
)
async def test_who_polls_is_said(more: dict[str, Any], words: str) -> None:
    (row,) = await line(130, **more)
    assert row.endswith(words)


async def test_a_window_that_polls_and_does_not_answer_is_named_for_as_long_as_it_is_silent() -> None:
    first, second = await line(120, leading=False, leader_pid=77, silent_since=NOW)
    assert first.endswith("not polled since 14:03:07")
    assert second == " ! Not polled since 14:03:07, pid 77 does not answer."
    _, unknown = await line(120, leading=False, silent_since=NOW)
    assert unknown == " ! Not polled since 14:03:07, the window that polls does not answer."


async def test_a_window_without_a_way_to_gett_is_told_apart_from_the_one_that_polls() -> None:
    (_, alone) = await line(80, no_way="Gett cannot be asked: no proxy.", leading=True)
    assert alone == " ! Gett cannot be asked: no proxy."
    (_, follows) = await line(80, no_way="Gett cannot be asked: no proxy.", leading=False)
    assert follows == " ! This window: Gett cannot be asked: no proxy."


async def test_what_is_worth_knowing_stands_below_all_trouble() -> None:
    rows = await line(80, trouble="Gett is away", notice="the state folder is on a network")
    assert rows[1:] == [" ! Gett is away", " i the state folder is on a network"]


@pytest.mark.parametrize("width", [40, 60, 80])
async def test_trouble_stands_below_in_at_most_three_rows(width: int) -> None:
    rows = await line(width, trouble="Gett cannot be asked since 14:01: " + "the name is not found " * 20)
    assert len(rows) == 4
    assert rows[1].startswith(" ! Gett cannot be asked since 14:01:")
    assert rows[3].endswith("…")


async def test_trouble_with_files_stands_beside_trouble_with_gett() -> None:
    rows = await line(80, trouble="Gett is away", files="Nothing can be saved: the disk is full")
    assert rows[1:] == [" ! Gett is away", " ! Nothing can be saved: the disk is full"]


async def test_the_same_view_again_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def view(trouble: str | None = None) -> StatusView:
        return StatusView("sandbox", is_production=False, counts=dict(COUNTS), polled_at=NOW, trouble=trouble)

    status = StatusLine(view(), clock=lambda: NOW)
    async with DialogApp(status).run_test(size=(80, 10)) as pilot:
        await pilot.pause()
        written: list[object] = []
        monkeypatch.setattr(status, "refresh", lambda **how: written.append(how))
        status.show(view())
        assert not written
        status.show(view("Gett is away"))
        assert written == [{"layout": True}]
        status.show(view("Gett is gone"))
        assert written[1:] == [{"layout": False}]


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "escapes", "bidi", "newlines", "long"])
async def test_hostile_text_is_shown_inert(text: str) -> None:
    rows = await line(80, profile=text, trouble=text, files=text, notice=text, counts={text: 3})
    assert not FORBIDDEN & set("".join(rows))
    assert "stores" in rows[0]
