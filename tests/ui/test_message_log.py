"""What stands and what is remembered of all that is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from dialog_driver import FORBIDDEN, HOSTILE, record, sent

from gett_tui.onboarding.record import Record
from gett_tui.ui.message_log import KEPT, Level, MessageLog

START = datetime(2026, 3, 14, 14, 3, 7, tzinfo=UTC)


class Ticking:
    """A clock that goes on by a second each time it is asked."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def log() -> MessageLog:
    return MessageLog(Ticking())


def store(number: int, name: str | None = None) -> Record:
    return record(("catalog_failed", 60), key=f"k-{number}", sent=sent(name or f"Store {number}"))


def texts(log: MessageLog) -> list[str]:
    return [standing.text for standing in log.standing]


def test_the_newest_stands_first_whatever_it_is(log: MessageLog) -> None:
    log.add(Level.FAILED, "the disk is full")
    log.add(Level.DONE, "Copied")
    assert texts(log) == ["Copied", "the disk is full"]
    log.add(Level.FAILED, "the disk is full")
    assert texts(log) == ["the disk is full (2 times)", "Copied"]


def test_news_covers_no_answer_that_is_being_read_and_the_answers_stand_newest_first(log: MessageLog) -> None:
    log.add(Level.FAILED, "the disk is full")
    copied = log.add(Level.DONE, "Copied")
    log.add(Level.FAILED, "catalog failed", about=store(1), is_news=True)
    log.add(Level.DONE, "ready to activate", about=store(2), is_news=True)
    assert texts(log)[:2] == ["Copied", "Store 2: ready to activate"]
    log.add(Level.FAILED, "no answer from Gett")
    assert texts(log)[:2] == ["no answer from Gett", "Copied"]
    log.leave(copied, copied.said_at)
    assert texts(log) == [
        "no answer from Gett",
        "Store 2: ready to activate",
        "Store 1: catalog failed",
        "the disk is full",
    ]


def test_the_same_about_several_stores_is_told_together_and_each_stands_in_the_log(log: MessageLog) -> None:
    for number in (1, 2, 3, 2):
        log.add(Level.FAILED, "catalog failed", about=store(number))
    assert texts(log) == ["3 stores: catalog failed"]
    assert [entry.text for entry in log.entries[:2]] == ["Store 2: catalog failed", "Store 3: catalog failed"]


def test_stores_of_one_name_are_several(log: MessageLog) -> None:
    for number in (1, 2):
        log.add(Level.FAILED, "catalog failed", about=store(number, "Pizza"))
    assert texts(log) == ["2 stores: catalog failed"]


def test_one_store_is_named(log: MessageLog) -> None:
    log.add(Level.FAILED, "catalog failed", about=store(1))
    assert texts(log) == ["Store 1: catalog failed"]


def test_what_left_the_line_stays_in_the_log(log: MessageLog) -> None:
    said = log.add(Level.DONE, "Copied")
    log.leave(said, said.said_at)
    assert texts(log) == []
    assert [entry.text for entry in log.entries] == ["Copied"]


def test_what_was_said_again_does_not_leave_with_the_first(log: MessageLog) -> None:
    said = log.add(Level.DONE, "Copied")
    first = said.said_at
    log.add(Level.DONE, "Copied")
    log.leave(said, first)
    assert texts(log) == ["Copied"]


def test_reading_takes_one_after_the_other(log: MessageLog) -> None:
    log.add(Level.FAILED, "one")
    log.add(Level.FAILED, "two")
    assert log.read()
    assert texts(log) == ["one"]
    assert log.read()
    assert not log.read()


def test_after_reading_it_begins_anew(log: MessageLog) -> None:
    log.add(Level.FAILED, "catalog failed", about=store(1))
    log.read_all()
    log.add(Level.FAILED, "catalog failed", about=store(2))
    assert texts(log) == ["Store 2: catalog failed"]


def test_what_is_said_again_and_again_is_one_entry_with_the_last_time(log: MessageLog) -> None:
    for _ in range(3):
        log.add(Level.REFUSED, "There is no store here.")
    (entry,) = log.entries
    assert (entry.times, entry.at) == (3, START + timedelta(seconds=3))


def test_neither_the_log_nor_the_line_grows_without_end(log: MessageLog) -> None:
    for number in range(3 * KEPT):
        log.add(Level.FAILED, f"error {number}", details=["why"] * 1_000)
    assert len(log.entries) == len(log.standing) == KEPT
    assert log.entries[0].text == f"error {3 * KEPT - 1}"
    assert len(log.entries[0].details) == 51
    assert log.entries[0].details[-1] == "… and 950 more"


@pytest.mark.parametrize("text", HOSTILE)
def test_what_comes_from_outside_is_inert(log: MessageLog, text: str) -> None:
    log.add(Level.FAILED, text, about=store(1, text), details=[text])
    entry = log.entries[0]
    shown = texts(log)[0] + entry.text + "".join(entry.details)
    assert not FORBIDDEN & set(shown)
    assert "\n" not in shown
    assert len(shown) < 2_000


def test_listeners_hear_of_each_change_until_they_leave(log: MessageLog) -> None:
    heard: list[int] = []

    def hear() -> None:
        heard.append(len(log.standing))

    log.listen(hear)
    log.add(Level.FAILED, "one")
    log.read()
    log.read()
    log.unlisten(hear)
    log.add(Level.FAILED, "two")
    assert heard == [1, 0]
