"""The rows of the store list: order, filter, marks and the frozen order, against plain sorting and filtering."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gett_tui.onboarding.record import Change, Record
from gett_tui.onboarding.status import CLOSED, OwnState, Status, meaning
from gett_tui.ui.columns import ORDERS
from gett_tui.ui.sort_keys import ATTENTION
from gett_tui.ui.widgets.store_table import StoreTable

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def store(key: str, name: str = "", status: str = "pending_catalog", minutes: int = 0, **fields: Any) -> Record:
    history = (Change(status, NOON + timedelta(minutes=minutes)),)
    return Record(key=key, status=status, sent={"name": name or key}, history=history, **fields)


def table_of(*records: Record) -> StoreTable:
    table = StoreTable()
    table.upsert(records)
    return table


# Order


def test_what_needs_a_person_comes_first_and_the_newest_change_before_older_ones() -> None:
    table = table_of(
        store("live", status="active", minutes=9),
        store("failed-early", status="catalog_failed", minutes=1),
        store("lost", status=OwnState.UNCONFIRMED),
        store("failed-late", status="catalog_failed", minutes=2),
        store("ready", status="ready_to_activate"),
        store("waits", status="catalog_ingesting", minutes=9),
        store("odd", status="some_new_status"),
    )
    assert table.order() == ["lost", "failed-late", "failed-early", "ready", "odd", "waits", "live"]


def test_names_sort_by_their_numbers_and_whatever_their_case() -> None:
    names = ["shop 10", "Shop 9", "shop 1", "Apple", "shop 009b", "SHOP 9", "banana", "10", "9", ""]
    table = table_of(*(store(f"k{index}", name) for index, name in enumerate(names)))
    table.set_sort("name")
    shown = [table.get(key) for key in table.order()]
    assert [record.name for record in shown if record] == [
        "9", "10", "Apple", "banana", "k9", "shop 1", "Shop 9", "SHOP 9", "shop 009b", "shop 10",
    ]  # fmt: skip


def test_a_name_of_many_digits_sorts_like_any_other() -> None:
    table = table_of(store("long", "9" * 1_000_000), store("short", "8"))
    table.set_sort("name")
    assert table.order() == ["short", "long"]


def test_partner_ids_statuses_and_times_can_be_sorted_by() -> None:
    table = table_of(
        store("a", status="active", minutes=3, partner_store_id="p-10"),
        store("b", status="catalog_failed", minutes=1, partner_store_id="p-9"),
        store("c", status="active", minutes=2, partner_store_id="P-11"),
        Record(key="d", status="pending_catalog"),
    )
    orders = {"partner id": "dbac", "status": "bdac", "since": "acbd"}
    for sort, order in orders.items():
        table.set_sort(sort)
        assert "".join(table.order()) == order
        table.set_sort(sort, reverse=True)
        assert "".join(table.order()) == order[::-1]


def test_equals_stand_in_the_order_of_their_keys_however_they_came() -> None:
    table = table_of(store("c", "Same"), store("a", "Same"))
    table.set_sort("name")
    table.upsert([store("b", "Same")])
    assert table.order() == ["a", "b", "c"]


# Filter


@pytest.fixture
def town() -> StoreTable:
    return table_of(
        store("k1", "Harbour Sushi", "catalog_failed", partner_store_id="hs-004", onboarding_id="7b0d-AA"),
        store("k2", "Pizza Süd", "active", partner_store_id="pn-2", store_id="GETT-77"),
        store("k3", "Pizza Nord", "pending_catalog", partner_store_id="pn-1"),
    )


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("", "k1 k3 k2"),
        ("   ", "k1 k3 k2"),
        ("sushi", "k1"),
        ("SÜD", "k2"),
        ("su\u0308d", "k2"),
        ("hs-0", "k1"),
        ("7b0d-aa", "k1"),
        ("gett-77", "k2"),
        ("failed", "k1"),
        ("pizza pn", "k3 k2"),
        ("pn pizza 1", "k3"),
        ("!pizza", "k1"),
        ("pizza !active", "k3"),
        ("!", "k1 k3 k2"),
        ("pizza sushi", ""),
        ("k1", ""),
    ],
)
def test_every_word_of_the_filter_must_be_found(town: StoreTable, text: str, keys: str) -> None:
    town.set_filter(text)
    assert town.order() == keys.split()
    assert (len(town), town.shown) == (3, len(keys.split()))


def test_typing_and_deleting_a_filter_shows_what_setting_it_at_once_shows(town: StoreTable) -> None:
    for text in (
        "p",
        "pi",
        "pizza",
        "pizza !",
        "pizza !a",
        "pizza !active",
        "pizza",
        "p",
        "pn",
        "n p",
        "",
        "!p",
        "!pi",
    ):
        fresh = table_of(*(record for key in ("k1", "k2", "k3") if (record := town.get(key))))
        fresh.set_filter(text)
        town.set_filter(text)
        assert town.order() == fresh.order(), text


def test_a_change_lets_a_row_through_the_filter_or_shuts_it_out(town: StoreTable) -> None:
    town.set_filter("active")
    town.upsert([store("k3", "Pizza Nord", "active", minutes=5), store("k2", "Pizza Süd", OwnState.CANCELLED)])
    assert town.order() == ["k3"]
    assert town.line_of("k2") is None


# Changes


def test_the_same_values_again_are_no_change() -> None:
    table = table_of(store("a"), store("b"))
    assert not table.upsert([store("a"), store("b")])
    assert not table.remove(["nobody"])
    assert table.upsert([store("a", revision=1)])
    assert table.remove(["a"])


def test_counts_follow_the_statuses() -> None:
    table = table_of(store("a"), store("b"), store("c", status="active"))
    table.upsert([store("a", status="active")])
    table.remove(["b"])
    assert {status: count for status, count in table.counts.items() if count} == {"active": 2}


def test_many_rows_that_change_at_once_stand_as_if_they_had_come_one_by_one() -> None:
    records = [store(f"k{index}", minutes=index) for index in range(500)]
    moved = [store(f"k{index}", minutes=-index) for index in range(500)]
    at_once, one_by_one = table_of(*records), table_of(*records)
    for table in (at_once, one_by_one):
        table.set_filter("1")
    at_once.upsert(moved[:400])
    for record in moved[:400]:
        one_by_one.upsert([record])
    assert at_once.order() == one_by_one.order()


# The frozen order


def test_held_rows_stay_where_they_are_and_show_their_new_values() -> None:
    table = table_of(store("a", minutes=3), store("b", minutes=2), store("c", minutes=1))
    table.set_filter("pending")
    table.hold()
    table.upsert([store("c", status="catalog_failed"), store("new", minutes=9), store("came and went")])
    assert table.order() == ["a", "b", "c"]
    changed = table.get("c")
    assert changed is not None
    assert changed.status == "catalog_failed"
    table.remove(["b", "came and went"])
    assert table.order() == ["a", "c"]
    table.release()
    assert table.order() == ["new", "a"]
    table.set_filter("")
    assert table.order() == ["c", "new", "a"]


def test_the_order_thaws_with_the_last_of_nested_holds() -> None:
    table = table_of(store("a", minutes=1))
    table.hold()
    table.hold()
    table.upsert([store("b", minutes=2)])
    table.release()
    assert table.order() == ["a"]
    table.release()
    table.release()
    assert table.order() == ["b", "a"]


# What is over


def test_what_a_person_has_ended_can_be_hidden_and_what_gett_lost_can_not() -> None:
    table = table_of(*(store(f"k{number}", status=state) for number, state in enumerate((*Status, *OwnState))))
    everything = table.order()
    table.hide_closed(True)
    left_out = set(everything) - set(table.order())
    assert {table.get(key).status for key in left_out if table.get(key)} == {OwnState.CANCELLED, OwnState.DROPPED}
    assert table.hidden == 2
    table.set_filter("cancelled")
    assert table.order() == []
    table.set_filter("")
    table.hide_closed(False)
    assert table.order() == everything
    assert table.hidden == 0


@pytest.mark.parametrize(
    ("sort", "word", "hides", "leaves"),
    [
        (ATTENTION, "", False, True),
        ("since", "", False, True),
        ("name", "", False, False),
        ("partner id", "", False, False),
        ("name", "failed", False, True),
        ("name", "", True, True),
    ],
)
def test_a_store_that_is_cancelled_leaves_its_place_where_the_order_or_the_choice_has_it_so(
    sort: str, word: str, hides: bool, leaves: bool
) -> None:
    table = table_of(store("a", status="catalog_failed"))
    table.set_sort(sort)
    table.set_filter(word)
    table.hide_closed(hides)
    assert table.would_leave("a", OwnState.CANCELLED) is leaves
    assert not table.would_leave("nobody", OwnState.CANCELLED)


# Marks


def test_marks_outlive_sort_and_filter_and_go_with_their_row() -> None:
    table = table_of(store("a", minutes=3), store("b", minutes=2), store("c", minutes=1))
    for key in ("c", "a", "nobody"):
        table.mark(key)
    table.set_filter("zzz")
    assert table.marked() == ["a", "c"]
    table.set_sort("name", reverse=True)
    assert table.marked() == ["c", "a"]
    table.remove(["a"])
    assert (table.marked(), table.mark_count) == (["c"], 1)
    table.clear_marks()
    assert table.marked() == []


# Everything at once


STATUSES = [OwnState.UNCONFIRMED, "catalog_failed", "pending_catalog", "catalog_ingesting", "active", "brand_new"]
STATUSES += [OwnState.CANCELLED, OwnState.DROPPED]


class Model(RuleBasedStateMachine):
    """The table does what sorting and filtering everything afresh would do."""

    def __init__(self) -> None:
        super().__init__()
        self.table = StoreTable()
        self.records: dict[str, Record] = {}
        self.sort, self.reverse, self.word = ATTENTION, False, ""
        self.hides, self.pinned = False, ""

    @rule(hides=st.booleans())
    def hide_closed(self, hides: bool) -> None:
        self.table.hide_closed(hides)
        self.hides, self.pinned = hides, ""

    @rule(line=st.integers(0, 30))
    def pin(self, line: int) -> None:
        order = self.table.order()
        self.pinned = order[line % len(order)] if order else ""
        self.table.pin(self.pinned or None)

    @rule(
        changes=st.lists(
            st.tuples(
                st.integers(0, 30), st.sampled_from("abcABC"), st.sampled_from(STATUSES), st.integers(-9_000, 9_000)
            ),
            max_size=70,
        )
    )
    def upsert(self, changes: list[tuple[int, str, str, int]]) -> None:
        records = [store(f"k{number:02}", *rest) for number, *rest in changes]
        self.table.upsert(records)
        self.records |= {record.key: record for record in records}

    @rule(numbers=st.lists(st.integers(0, 30), max_size=4))
    def remove(self, numbers: list[int]) -> None:
        self.table.remove(f"k{number:02}" for number in numbers)
        for number in numbers:
            self.records.pop(f"k{number:02}", None)

    @rule(sort=st.sampled_from([ATTENTION, "name", "since"]), reverse=st.booleans())
    def set_sort(self, sort: str, reverse: bool) -> None:
        self.table.set_sort(sort, reverse)
        self.sort, self.reverse = sort, reverse

    @rule(word=st.sampled_from(["", "a", "ac", "act", "active", "b", "catalog", "!a", "!act"]))
    def set_filter(self, word: str) -> None:
        self.table.set_filter(word)
        self.word, self.pinned = word, ""

    @rule(changed=st.integers(0, 30), status=st.sampled_from(STATUSES))
    def hold_change_and_release(self, changed: int, status: str) -> None:
        order = self.table.order()
        self.table.hold()
        self.upsert([(changed, "held", status, 0)])
        assert self.table.order() == order
        self.table.release()

    def expected(self) -> list[str]:
        def place(record: Record) -> tuple[Any, ...]:
            assert record.since is not None
            newest = (NOON - record.since).total_seconds()
            if self.sort == "name":
                return (record.name.casefold(), record.key)
            return (meaning(record.status).group if self.sort == ATTENTION else 0, newest, record.key)

        word = self.word.removeprefix("!")
        shown = [
            record for record in self.records.values() if record.key == self.pinned or self.is_wanted(record, word)
        ]
        return [record.key for record in sorted(shown, key=place, reverse=self.reverse)]

    def is_wanted(self, record: Record, word: str) -> bool:
        if self.hides and record.status in CLOSED:
            return False
        return not word or (word in f"{record.name}\n{meaning(record.status).words}".casefold()) != (word != self.word)

    @invariant()
    def what_is_hidden_is_counted(self) -> None:
        over = [record.key for record in self.records.values() if record.status in CLOSED and self.hides]
        assert self.table.hidden == len([key for key in over if key != self.pinned])

    @invariant()
    def order_lines_and_neighbours_agree(self) -> None:
        keys = self.expected()
        assert self.table.order() == keys
        assert self.table.shown == len(keys)
        for line, key in enumerate(keys):
            assert self.table.key_at(line) == key
            assert self.table.line_of(key) == line
            place = self.table.place_of(key)
            assert place is not None
            assert self.table.line_near(place) == line

    @invariant()
    def a_gone_row_leaves_its_line_to_the_next_one(self) -> None:
        keys = self.expected()
        for line in {0, len(keys) // 2, len(keys) - 1} if keys else set[int]():
            key, record = keys[line], self.records[keys[line]]
            place = self.table.place_of(key)
            assert place is not None
            self.table.remove([key])
            heir = line if line < len(keys) - 1 else line - 1
            assert self.table.line_near(place) == (heir if len(keys) > 1 else None)
            self.table.upsert([record])


Model.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestAgainstPlainSorting = Model.TestCase


@given(st.lists(st.text(max_size=20)))
def test_any_names_at_all_can_be_sorted_and_searched(names: list[str]) -> None:
    table = table_of(*(store(f"k{index}", name) for index, name in enumerate(names)))
    for sort in ORDERS:
        table.set_sort(sort)
        assert sorted(table.order()) == sorted(f"k{index}" for index in range(len(names)))
    for name in names:
        table.set_filter(" ".join(word.lstrip("!") for word in name.split()))
        assert name in {record.sent["name"] for key in table.order() if (record := table.get(key))} or not name
