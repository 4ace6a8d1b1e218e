"""One sentence for what was done to many stores."""

from __future__ import annotations

from dialog_driver import record, sent

from gett_tui.onboarding.batch import End, Summary
from gett_tui.onboarding.ports import StorageError
from gett_tui.onboarding.record import Record
from gett_tui.ui.screens.batch_words import AIMS, told


def store(number: int, status: str = "ready_to_activate") -> Record:
    return record((status, 60), key=f"k-{number}", sent=sent(f"Store {number}"), store_id=f"s-{number}")


def done(*numbers: int, status: str = "active") -> tuple[End[Record], ...]:
    return tuple(End(store(number), record=store(number, status)) for number in numbers)


def failed(*numbers: int, why: str = "the disk is full") -> tuple[End[Record], ...]:
    return tuple(End(store(number), error=StorageError(why)) for number in numbers)


def text(aim: str, summary: Summary[Record]) -> str:
    return told(AIMS[aim], summary).text


def test_all_went_well() -> None:
    words = told(AIMS["activate"], Summary(done=done(*range(20))))
    assert words.text == "Put 20 stores live."
    assert not words.is_bad
    assert words.details[0] == "Store 0 is active: storeId s-0"


def test_of_asking_it_is_told_what_has_changed() -> None:
    assert text("refresh", Summary(done=done(1, 2, status="ready_to_activate"))) == (
        "Asked Gett about 2 stores: nothing changed."
    )
    words = told(AIMS["refresh"], Summary(done=(*done(1, 2, status="ready_to_activate"), *done(3))))
    assert (words.text, words.is_bad) == ("Asked Gett about 3 stores: 1 changed.", False)
    assert words.details == ("Store 3 is active: storeId s-3",)


def test_what_failed_is_counted_and_its_reason_told_once() -> None:
    assert text("activate", Summary(done(*range(18)), failed(18, 19))) == (
        "Put 18 stores live, 2 not: the disk is full."
    )


def test_of_several_reasons_the_first_is_told_with_its_store_and_all_stand_below() -> None:
    summary = Summary(done(1), (*failed(2), *failed(3, why="the disk is gone")))
    words = told(AIMS["activate"], summary)
    assert words.text == "Put 1 store live, 2 not: Store 2: the disk is full."
    assert words.details == ("Store 2: the disk is full", "Store 3: the disk is gone")
    assert words.is_bad


def test_when_none_went_well_it_says_none() -> None:
    assert text("cancel", Summary((), failed(1, 2))) == "Cancelled none of 2 stores: the disk is full."
    assert text("activate", Summary((), failed(1, 2))) == "Put none of 2 stores live: the disk is full."


def test_a_store_that_did_not_get_there_is_not_counted_as_live() -> None:
    summary = Summary(done=(*done(1), *done(2, status="ready_to_activate")))
    assert text("activate", summary) == "Put 1 store live, 1 not: it is ready to activate."
