"""The pipeline panel: where a store stands, for how long, and what to do about it."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest
from dialog_driver import FORBIDDEN, HOSTILE, NOTHING, NOW, DialogApp, record, until
from textual.events import MouseScrollDown
from textual.geometry import Region
from textual_inside import turn_wheel

from gett_tui.onboarding.record import Pending, Record, Trouble
from gett_tui.onboarding.status import OwnState
from gett_tui.ui.screens.detail import DetailScreen
from gett_tui.ui.screens.help import HelpScreen
from gett_tui.ui.widgets.pipeline_panel import PipelinePanel

WAY = (
    (OwnState.REGISTERING, 1.0),
    ("pending_catalog", 12.0),
    ("catalog_ingesting", 100.0),
    ("ready_to_activate", 120.0),
)
READY = record(*WAY)
FAILED = record(*WAY[:3], ("catalog_failed", 60.0), error="$.items.loaf: no price\n$.sections.bread: empty")


def nothing(_command_id: str, _record: Record) -> None:
    """Stands for what the dashboard does."""


async def shown(what: Record | None, note: str | None = None, *, width: int = 60, **more: Any) -> str:
    more.setdefault("clock", lambda: NOW)
    more.setdefault("ascii_only", False)
    panel = PipelinePanel(**more)
    app = DialogApp(panel)
    async with app.run_test(size=(width, 60)) as pilot:
        panel.show(what, note)
        await pilot.pause()
        return app.text()


async def bar(what: Record, *, width: int = 60, **more: Any) -> list[str]:
    text = await shown(what, width=width, **more)
    return [row.rstrip() for row in text.splitlines()[:3]]


async def test_the_bar_shows_the_stages_and_the_time_spent_in_each() -> None:
    assert await bar(READY) == [
        "●━━━━━━━━━━━━━●━━━━━━━━━━━━━◉╌╌╌╌╌╌╌╌╌╌╌╌╌○",
        "pending       ingesting     ready         active",
        "12 s          1 m 40 s      since 14:01",
    ]


async def test_the_bar_in_ascii() -> None:
    text = await shown(READY, ascii_only=True)
    assert text.splitlines()[0].startswith("*-------------*-------------@.............o")
    assert text.isascii()


@pytest.mark.parametrize(
    ("made", "first"),
    [
        (record(), "○╌"),
        (record((OwnState.REGISTERING, 5)), "○╌"),
        (record((OwnState.REGISTERING, 5), (OwnState.UNCONFIRMED, 5)), "○╌"),
        (record(*WAY[:2]), "◉╌"),
        (record(*WAY, ("active", 5)), "●━━━━━━━━━━━━━●━━━━━━━━━━━━━●━━━━━━━━━━━━━●"),
        (FAILED, "●━━━━━━━━━━━━━✗╌"),
        (record(("catalog_failed", 5)), "○╌"),
        (record(*WAY[:3], ("menu_review", 60)), "●━━━━━━━━━━━━━○╌"),
        (record(*WAY[:3], (OwnState.CANCELLED, 60)), "●━━━━━━━━━━━━━■╌╌╌╌╌╌╌╌╌╌╌╌╌○"),
        (record(*WAY[:2], (OwnState.GONE, 60)), "■╌"),
        (record(*WAY[:2], ("menu_review", 9), (OwnState.CANCELLED, 60)), "■╌"),
        (record(*WAY, ("active", 5), (OwnState.GONE, 60)), "●━━━━━━━━━━━━━●━━━━━━━━━━━━━●━━━━━━━━━━━━━■"),
        (record(*WAY[:3], ("catalog_failed", 60), (OwnState.CANCELLED, 60)), "●━━━━━━━━━━━━━✗╌"),
        (record((OwnState.REGISTERING, 5), (OwnState.UNCONFIRMED, 5), (OwnState.DROPPED, 5)), "○╌"),
        (record(*WAY[:3], (OwnState.CANCELLED, 60), ("pending_catalog", 5)), "◉╌"),
        (record(*WAY[:3], (OwnState.CANCELLED, 60), ("pending_catalog", 5), (OwnState.GONE, 5)), "■╌"),
    ],
    ids=[
        "none",
        "registering",
        "unconfirmed",
        "pending",
        "active",
        "failed",
        "failed unseen",
        "unknown",
        "cancelled",
        "gone",
        "cancelled in an unknown status",
        "gone when active",
        "cancelled after it failed",
        "dropped",
        "live again",
        "gone after it was live again",
    ],
)
async def test_the_bar_says_no_more_than_is_known(made: Record, first: str) -> None:
    assert (await bar(made))[0].startswith(first)


@pytest.mark.few(18)
@pytest.mark.parametrize("width", range(26, 62, 4))
@pytest.mark.parametrize("ingesting", [7, 100, 754, 7_380, 90_000, 900_000])
async def test_no_time_in_the_bar_is_ever_cut_to_another_one(width: int, ingesting: int) -> None:
    way = (*WAY[:2], ("catalog_ingesting", float(ingesting)), WAY[3])
    names, times = (await bar(record(*way), width=width))[1:]
    written = {
        7: ("7 s",),
        100: ("1 m 40 s", "1m40s", "1m"),
        754: ("12 m 34 s", "12m34s", "12m"),
        7_380: ("2 h 03 m", "2h03m", "2h"),
        90_000: ("1 d 1 h", "1d1h", "1d"),
        900_000: ("10 d 10 h", "10d10h", "10d"),
    }[ingesting]
    allowed = [f"12 s {time} {since}" for time in written for since in ("since 14:01", "14:01")]
    assert " ".join(times.split()) in allowed
    assert len(names.split()) == 4, "the names of the stages stand apart"


async def test_a_stay_that_began_on_another_day_shows_the_day() -> None:
    old = record(*WAY[:3], ("ready_to_activate", 3 * 86_400.0))
    text = await shown(old)
    assert "since 11 Mar" in text.splitlines()[2]
    assert "ready to activate since 11 Mar 14:03:07" in text
    assert "2025" in await shown(record(("pending_catalog", 300 * 86_400.0)))


async def test_times_are_shown_in_the_zone_of_the_clock() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    text = await shown(READY, clock=lambda: NOW.astimezone(zone))
    assert "since 19:31" in text


async def test_a_clock_that_was_set_back_shows_no_negative_time() -> None:
    back = record(("pending_catalog", -500), ("catalog_ingesting", 10))
    assert (await bar(back))[2].startswith("0 s ")


async def test_a_failed_store_shows_its_error_in_full_and_the_way_out() -> None:
    words = " ".join((await shown(FAILED, width=34)).split())
    assert "! catalog failed since" in words
    assert "$.items.loaf: no price $.sections.bread: empty" in words
    assert "press e: it cancels the onboarding and registers it again" in words


async def test_trouble_shows_all_that_support_needs() -> None:
    trouble = Trouble(
        NOW, "activate", "409 CONFLICT: not ready", code="CONFLICT", request_id="req-77", items=("name: no",)
    )
    text = await shown(record(*WAY, trouble=trouble))
    for words in ("activate at 14:03:07: 409 CONFLICT: not ready", "name: no", "request id req-77"):
        assert words in text


async def test_trouble_is_told_by_its_cause_and_its_items_and_id_once() -> None:
    facts = {
        "status": 422,
        "error_code": "INVALID",
        "detail": "bad menu",
        "items": [{"message": "x"}],
        "request_id": "r7",
    }
    trouble = Trouble(NOW, "register", "old words", request_id="r7", items=("x",), cause="problem", facts=facts)
    text = await shown(record(*WAY, trouble=trouble), width=100)
    assert "register at 14:03:07: Gett says 422 INVALID: bad menu" in text
    assert "old words" not in text
    assert text.count("r7") == 1


async def test_a_write_on_its_way_and_the_note_of_the_moment_are_shown() -> None:
    text = await shown(record(*WAY, pending=Pending("activate", NOW, "me")), "waiting 12 s: rate limit")
    assert "activate sent 14:03:07, no answer yet" in text
    assert "waiting 12 s: rate limit" in text


async def test_an_unconfirmed_store_names_its_choices_and_keeps_the_raw_answer() -> None:
    lost = record(
        (OwnState.REGISTERING, 5),
        (OwnState.UNCONFIRMED, 5),
        onboarding_id=None,
        answer='{"onboardingId": "7b0d"\n<html>',
    )
    text = await shown(lost)
    for words in ("Press u to settle it", "could not be read", '{"onboardingId": "7b0d"', "<html>"):
        assert words in text


async def test_urls_and_ids_are_shown_in_full_at_any_width() -> None:
    url = "https://cdn.example/" + "abcdefghij" * 12
    made = record(*WAY, sent={"catalogCallbackUrl": url, "name": "x"}, store_id="s" * 50, created_at="2026-03-14")
    text = await shown(made, width=34)
    cells = "".join(row[14:].strip() for row in text.splitlines()[4:])
    assert url in cells
    assert "s" * 50 in cells
    assert str(made.onboarding_id) in cells


async def test_what_else_was_sent_or_received_is_shown_and_hides_nothing_of_ours() -> None:
    made = record(
        *WAY,
        sent={"name": "x", "onboarding id": "forged"},
        store={"storeId": "s-1", "address": {"city": "Ulm", "street": None}, "hours": [9, 18], "phone": None},
    )
    text = await shown(made)
    assert "city: Ulm" in text
    assert "9, 18" in text
    assert "None" not in text
    assert str(made.onboarding_id) in text
    assert "forged" in text
    assert "Ulm" in text


async def test_the_history_is_newest_first() -> None:
    rows = (await shown(READY)).split("webhook")[1]
    assert rows.index("ready to activate") < rows.index("catalog ingesting") < rows.index("registered")


async def test_what_gett_tells_beyond_what_is_known_of_it_is_shown() -> None:
    text = await shown(record(*WAY, more={"reviewUrl": "https://gett.example/r/7", "reviewers": ["Ann", "Bo"]}))
    words = " ".join(text.split())
    assert "https://gett.example/r/7" in words
    assert "Ann, Bo" in words
    assert "answer" in words


async def test_a_folded_history_says_how_much_is_left_out_and_tells_no_time_that_is_not_known() -> None:
    first, second, *rest = READY.history
    made = READY._replace(history=(first, second, rest[0]._replace(folded=12), rest[1]._replace(folded=1)))
    rows = [row.strip() for row in (await shown(made)).splitlines()]
    assert [row for row in rows if "left out" in row] == ["… 1 change left out", "… 12 changes left out"]
    assert rows.index("… 12 changes left out") == 1 + next(
        number for number, row in enumerate(rows) if row.endswith("catalog ingesting")
    ), "they stand before the change that counts them: the newest is on top"
    assert rows[2].split() == ["since", "14:01"]
    assert "... 12 changes left out" in await shown(made, ascii_only=True)


async def test_a_history_that_ran_backwards_is_marked_where_it_did() -> None:
    text = await shown(record(("pending_catalog", -500), ("catalog_ingesting", 10), ("ready_to_activate", 1)))
    marked = [row for row in text.splitlines() if "clock set back" in row]
    assert len(marked) == 1
    assert "catalog ingesting (clock set back)" in marked[0]


async def test_without_a_store_it_says_so() -> None:
    assert "No store under the cursor" in await shown(None)


async def test_only_lines_that_differ_are_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = PipelinePanel(clock=lambda: NOW, ascii_only=False)
    app = DialogApp(panel)
    async with app.run_test(size=(60, 30)) as pilot:
        panel.show(READY)
        await pilot.pause()
        painted: list[int] = []
        refresh = panel.refresh

        def count(*regions: Region, **how: Any) -> Any:
            painted.extend([region.y for region in regions] or [0])
            return refresh(*regions, **how)

        monkeypatch.setattr(panel, "refresh", count)
        panel.show(record(*WAY))
        await pilot.pause()
        assert not painted
        panel.show(record(*WAY, store_id="s-1"))
        await pilot.pause()
        first = next(y for y, row in enumerate(app.text().splitlines()) if "storeId" in row)
        assert first > 5
        assert min(painted) == first


@pytest.mark.parametrize(
    ("keys", "first"),
    [
        (["down", "j", "up"], "pending"),
        (["pagedown"], "onboarding id"),
        (["end"], "catalog"),
        (["G", "home"], "●━"),
        (["pagedown", "pagedown", "pageup", "g"], "●━"),
    ],
)
async def test_a_text_that_is_longer_than_the_panel_scrolls(keys: list[str], first: str) -> None:
    panel = PipelinePanel(clock=lambda: NOW, ascii_only=False)
    app = DialogApp(panel)
    async with app.run_test(size=(60, 7)) as pilot:
        panel.show(READY)
        panel.focus()
        await pilot.press(*keys)
        await pilot.pause()
        rows = app.text().splitlines()
        assert rows[0].startswith(first), app.text()
        assert sum(row.endswith("█") for row in rows) >= 1


async def test_the_wheel_and_the_bar_scroll_and_another_store_starts_at_the_top() -> None:
    panel = PipelinePanel(clock=lambda: NOW, ascii_only=False)
    app = DialogApp(panel)
    async with app.run_test(size=(60, 7)) as pilot:
        panel.show(READY)
        await pilot.pause()
        await turn_wheel(pilot, MouseScrollDown, panel)
        await pilot.pause()
        assert not app.text().startswith("●"), app.text()
        await pilot.mouse_down(panel, offset=(59, 6))
        await pilot.mouse_up(panel, offset=(59, 6))
        await pilot.pause()
        assert "registered" in app.text().splitlines()[-1]
        panel.show(record(*WAY, store_id="s-1"))
        await pilot.pause()
        assert not app.text().startswith("●"), "news of the same store does not scroll"
        panel.show(record(*WAY, key="another"))
        await pilot.pause()
        assert app.text().startswith("●")


@pytest.mark.parametrize("text", HOSTILE, ids=["markup", "escapes", "bidi", "newlines", "long"])
async def test_a_hostile_record_is_shown_inert(text: str) -> None:
    made = Record(
        key="k-1",
        status=text[:500],
        onboarding_id=text,
        partner_store_id=text,
        store_id=text,
        error=text,
        created_at=text,
        sent={"name": text, "catalogCallbackUrl": text, "webhookUrl": text, text[:500]: text},
        store={text: {text: text}},
        more={text: [text]},
        history=READY.history,
        trouble=Trouble(NOW, "refresh", text, code=text, request_id=text, items=(text,)),
        pending=Pending("activate", NOW, "me"),
        answer=text,
    )
    panel = PipelinePanel(clock=lambda: NOW, ascii_only=False)
    app = DialogApp(panel)
    async with app.run_test(size=(50, 60)) as pilot:
        panel.show(made, text)
        await pilot.pause()
        assert not FORBIDDEN & set(app.text())
        for row, words in enumerate(app.text().splitlines()):
            if "click=" in words:
                await pilot.click(offset=(words.index("click=") + 3, row))
        assert app.rung == 0


async def test_a_panel_that_grows_shows_what_was_scrolled_away() -> None:
    panel = PipelinePanel(clock=lambda: NOW, ascii_only=False)
    app = DialogApp(panel)
    async with app.run_test(size=(60, 7)) as pilot:
        panel.show(READY)
        panel.focus()
        await pilot.press("end")
        await pilot.resize_terminal(60, 30)
        await pilot.pause()
        assert app.text().startswith("●")
        assert "registered" in app.text()
        assert "█" not in app.text()


async def test_a_drag_that_a_dialog_cuts_short_does_not_go_on_by_itself() -> None:
    panel = PipelinePanel(clock=lambda: NOW, ascii_only=False)
    app = DialogApp(panel)
    async with app.run_test(size=(60, 7)) as pilot:
        panel.show(READY)
        await pilot.pause()
        await pilot.mouse_down(panel, offset=(59, 6))
        await app.push_screen(DetailScreen(READY, None, act=nothing, clock=lambda: NOW, ascii_only=False))
        await pilot.mouse_up(offset=(1, 1))
        app.pop_screen()
        await pilot.pause()
        seen = app.text()
        await pilot.hover(panel, offset=(3, 1))
        await pilot.pause()
        assert app.text() == seen


async def test_what_was_today_shows_its_day_when_the_day_is_over() -> None:
    now = NOW
    panel = PipelinePanel(clock=lambda: now, ascii_only=False)
    app = DialogApp(panel)
    async with app.run_test(size=(60, 30)) as pilot:
        panel.show(READY)
        await pilot.pause()
        assert "since 14:01" in app.text()
        now += timedelta(days=1)
        panel.show(READY)
        await pilot.pause()
        assert "since 14 Mar" in app.text()
        assert "since 14:01" not in app.text()


# -- on the full screen


async def test_the_details_survive_a_terminal_of_hardly_any_width() -> None:
    app = DialogApp(DetailScreen(FAILED, None, act=nothing, clock=lambda: NOW, ascii_only=False))
    async with app.run_test(size=(80, 24)) as pilot:
        for width in (5, 4, 3, 2, 1, 80):
            await pilot.resize_terminal(width, 24)
            await pilot.pause()
        assert "catalog failed since" in app.text()


async def test_the_details_follow_their_own_record_only_and_close_again() -> None:
    screen = DetailScreen(READY, None, act=nothing, clock=lambda: NOW, ascii_only=False)
    app = DialogApp(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        screen.show(record(*WAY, ("active", 1.0)), None)
        screen.show(record((OwnState.CANCELLED, 1.0), key="another"), None)
        await pilot.pause()
        assert "✓ active since" in app.text()
        await pilot.press("enter")
        await pilot.pause()
        assert app.answer is None


async def test_the_details_hand_every_command_on_with_their_own_record() -> None:
    done: list[tuple[str, str]] = []
    made = record(("catalog_failed", 60.0))
    screen = DetailScreen(
        made, None, act=lambda name, it: done.append((name, it.key)), clock=lambda: NOW, ascii_only=False
    )
    app = DialogApp(screen)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a", "x", "e", "u", "r", "y")
        await pilot.pause()
        assert app.answer is NOTHING
    names = ("activate", "cancel_onboarding", "fix", "resolve", "refresh", "copy_id")
    assert done == [(name, "k-1") for name in names]


@pytest.mark.parametrize("size", [(80, 24), (50, 15), (120, 40)])
async def test_the_keys_of_the_details_follow_the_status(size: tuple[int, int]) -> None:
    screen = DetailScreen(READY, None, act=nothing, clock=lambda: NOW, ascii_only=False)
    app = DialogApp(screen)

    def keys() -> str:
        return " ".join(" ".join(app.text().splitlines()[-2:]).split())

    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "a activate x cancel" in keys()
        assert "e fix" not in keys()
        screen.show(FAILED, None)
        await pilot.pause()
        assert "a activate" not in keys()
        assert "x cancel e fix" in keys()
        screen.show(record(*WAY, ("active", 1.0)), None)
        await pilot.pause()
        assert "x cancel" not in keys()
        for words in ("escape back", "? help", "r refresh", "y copy id"):
            assert words in keys()


async def test_the_details_have_the_help_and_a_palette_of_what_can_be_done_there() -> None:
    app = DialogApp(DetailScreen(READY, None, act=nothing, clock=lambda: NOW, ascii_only=False))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        assert app.answer is NOTHING


async def test_a_time_of_gett_is_local_and_in_the_details_as_it_was_sent_too() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    told = "2026-03-14T13:58:00.000Z"
    made = record(
        *WAY,
        created_at=told,
        more={"reviewedAt": "2026-03-14T10:00:00+02:00", "due": "2026-03-14", "odd": "0001-01-01T00:00:00+14:00"},
        store={"opened": [{"at": "2026-01-02T03:04:05Z"}]},
        partner_store_id="2026-03-14T13:58:00Z",
    )
    words = " ".join((await shown(made, width=100, clock=lambda: NOW.astimezone(zone))).split())
    assert "created 19:28:00" in words
    assert told not in words
    assert " 13:30:00 " in words
    assert "10:00:00+02:00" not in words
    assert "due 2026-03-14" in words
    assert "0001-01-01T00:00:00+14:00" in words
    assert "at: 02 Jan 08:34:05" in words
    assert "partner id 2026-03-14T13:58:00Z" in words, "an id is no time, whatever it looks like"
    app = DialogApp(DetailScreen(made, None, act=nothing, clock=lambda: NOW.astimezone(zone), ascii_only=False))
    async with app.run_test(size=(100, 50)) as pilot:
        await pilot.pause()
        assert f"created 19:28:00 ({told})" in app.words()
        assert "13:30:00 (2026-03-14T10:00:00+02:00)" in app.words()


async def test_a_store_without_a_partner_id_is_called_by_its_onboarding_id() -> None:
    bare = Record(key="k-1", status="pending_catalog", onboarding_id="ob-77")
    assert bare.name == "ob-77"
    assert "partner id    not known" in await shown(bare)


async def test_the_stage_in_which_a_store_stopped_tells_how_long_it_was_there() -> None:
    rows = await bar(record(*WAY[:3], (OwnState.CANCELLED, 60)))
    assert rows[2].split() == ["12", "s", "1", "m", "40", "s"]
    text = await shown(record(*WAY[:3], (OwnState.CANCELLED, 60)), ascii_only=True)
    assert text.splitlines()[0].startswith("*-------------#......")
