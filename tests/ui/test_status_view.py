"""What the service's events make of the status line: states that stand until the opposite is heard."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest
from dialog_driver import NOW

from gett_tui.errors import Cause
from gett_tui.gett.errors import NotSentError
from gett_tui.onboarding import events
from gett_tui.onboarding.errors import NotConnectedError
from gett_tui.onboarding.ports import Lead, PollingReport, RecordProblem, StorageError
from gett_tui.ui.status_view import reduce
from gett_tui.ui.widgets.status_line import StatusView

START = StatusView("sandbox", is_production=False)
REFUSED = NotSentError(Cause.REFUSED, "the connection is refused")


def after(*heard: events.Event) -> StatusView:
    view = START
    for event in heard:
        view = reduce(view, event, UTC)
    return view


def test_an_outage_stands_with_its_cause_and_its_next_try_until_gett_answers_again() -> None:
    outage = events.Reachability(REFUSED, NOW, NOW + timedelta(seconds=20))
    view = after(outage, events.Polled(NOW))
    assert view.trouble is not None
    assert view.trouble.startswith("Gett cannot be asked since 14:03: the connection to Gett is refused.")
    assert view.trouble.endswith("Trying again at 14:03:27.")
    assert after(outage, events.Reachability()).trouble is None


def test_the_window_that_follows_says_what_the_one_that_polls_reports_and_not_its_own() -> None:
    report = PollingReport(77, NOW, "the connection is refused", NOW)
    view = after(events.Role(Lead(False, report)), events.Reachability(REFUSED, NOW - timedelta(hours=1)))
    assert (view.leading, view.leader_pid, view.polled_at) == (False, 77, NOW)
    assert view.trouble == "Gett cannot be asked since 14:03: the connection is refused."
    assert after(events.Role(Lead(False, report)), events.Role(Lead(False, PollingReport(77, NOW)))).trouble is None


def test_the_same_cause_is_told_in_the_same_words_in_both_windows() -> None:
    report = PollingReport(77, NOW, str(REFUSED), NOW, REFUSED.cause.value, dict(REFUSED.facts))
    assert after(events.Role(Lead(False, report))).trouble == after(events.Reachability(REFUSED, NOW)).trouble


FULL = StorageError("the disk is full", facts={"errno": 28, "what": "Cannot write", "path": "/srv/state"})


def test_what_the_window_that_polls_cannot_keep_is_told_in_every_window_in_the_same_words() -> None:
    report = PollingReport(77, NOW, files=str(FULL), files_cause=FULL.cause.value, files_facts=dict(FULL.facts))
    view = after(events.Role(Lead(False, report)))
    own = after(events.FilesTrouble(FULL)).files or ""
    assert view.leader_files == own.replace("Nothing can be saved:", "What Gett says is not kept by pid 77:")
    assert view.polled_at == NOW
    assert after(events.Role(Lead(False, report)), events.Role(Lead(False, PollingReport(77)))).leader_files is None
    assert after(events.Role(Lead(False, report)), events.Role(Lead(True))).leader_files is None
    assert after(events.Role(Lead(False, report, silent_since=NOW))).leader_files is None


@pytest.mark.parametrize("cause", [None, "a cause that a newer version knows"])
def test_a_cause_that_is_not_known_is_told_in_the_words_of_who_met_it(cause: str | None) -> None:
    view = after(events.Role(Lead(False, PollingReport(None, files="[b]odd[/b]", files_cause=cause))))
    assert view.leader_files == "What Gett says is not kept by the window that polls: [b]odd[/b]"


def test_why_nobody_can_be_made_to_poll_stands_until_it_is_over() -> None:
    stuck = events.Role(Lead(False), StorageError("the lock cannot be had", cause=Cause.OTHER))
    assert after(stuck).no_lead == "Gett is not asked: the lock cannot be had"
    assert after(stuck, events.Role(Lead(True))).no_lead is None


def test_a_window_that_has_no_way_to_gett_says_so_whoever_polls() -> None:
    no_way = events.Reachability(
        NotConnectedError("HTTPS_PROXY is no URL", cause=Cause.OTHER), NOW, NOW + timedelta(seconds=5)
    )
    follows = events.Role(Lead(False, PollingReport(77, NOW)))
    for view in (after(no_way, follows), after(follows, no_way), after(no_way, events.Role(Lead(True)))):
        assert view.no_way is not None
        assert "HTTPS_PROXY is no URL" in view.no_way
        assert view.trouble is None
        assert reduce(view, events.Reachability(), UTC).no_way is None


def test_whoever_takes_over_finds_out_for_itself() -> None:
    report = PollingReport(77, NOW, "the connection is refused", NOW)
    view = after(events.Role(Lead(False, report)), events.Role(Lead(True)))
    assert (view.leading, view.leader_pid, view.trouble) == (True, None, None)
    outage = events.Reachability(REFUSED, NOW)
    assert after(outage, events.Role(Lead(True))).trouble is not None, "what it met itself stays"


def test_as_long_as_nobody_polls_it_is_starting() -> None:
    assert after(events.Role(Lead(False))) == START


def test_a_window_that_polls_and_falls_silent_is_told_of_and_its_old_words_are_not() -> None:
    report = PollingReport(77, NOW, "the connection is refused", NOW)
    silent = after(events.Role(Lead(False, report, NOW + timedelta(seconds=9))))
    assert (silent.leader_pid, silent.silent_since) == (77, NOW + timedelta(seconds=9))
    assert silent.trouble is None
    assert reduce(silent, events.Role(Lead(False, report)), UTC).silent_since is None
    assert reduce(silent, events.Role(Lead(True)), UTC).silent_since is None


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (events.FilesTrouble(StorageError("the disk is full")), "Nothing can be saved: the disk is full"),
        (events.FilesTrouble(None, (RecordProblem("/x/a.toml", "is no TOML"),)), "a.toml: is no TOML"),
        (
            events.FilesTrouble(None, (RecordProblem("/x/a.toml", "one"), RecordProblem("/x/b.toml", "two"))),
            "a.toml: one (and 1 more)",
        ),
    ],
)
def test_trouble_with_files_stands_until_it_is_over(event: events.Event, words: str) -> None:
    assert after(event).files == words
    assert after(event, events.FilesTrouble()).files is None


def test_a_notice_stands_beside_trouble_with_files() -> None:
    notice = RecordProblem("/srv/state", "is on a network file system: its listings may be stale")
    view = after(events.FilesTrouble(StorageError("the disk is full"), notices=(notice,)))
    assert view.notice == "state: is on a network file system: its listings may be stale"
    assert view.files == "Nothing can be saved: the disk is full"
    assert after(events.FilesTrouble(notices=(notice,)), events.FilesTrouble()).notice is None
