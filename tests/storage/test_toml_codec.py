"""A record survives the way to a file and back, whatever it holds."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_strategies import RECORDS, TEXTS, VALUES

from gett_tui.onboarding.record import Record, RecordError
from gett_tui.storage.toml_codec import NewerFormatError, decode, to_toml


@pytest.mark.slow
@given(RECORDS)
@settings(max_examples=300, deadline=None)
def test_what_is_written_is_what_is_read(record: Record) -> None:
    assert decode(tomllib.loads(to_toml(record).decode())) == record


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
@settings(max_examples=300, deadline=None)
def test_any_table_is_a_record_or_says_why_not(table: dict[str, Any]) -> None:
    for version in ({}, {"format": 1}, {"format": 1, "key": "k", "status": "s"}):
        try:
            assert isinstance(decode({**version, **table}), Record)
        except RecordError as error:
            assert str(error)


def test_unknown_keys_survive_a_rewrite_at_every_level() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    table = {
        "format": 1,
        "key": "k",
        "status": "active",
        "note": "ours",
        "history": [{"status": "active", "at": at, "by": "me"}],
        "pending": {"action": "activate", "at": at, "owner": "o", "why": "x"},
        "trouble": {"action": "activate", "at": at, "text": "t", "more": 1},
    }
    again = tomllib.loads(to_toml(decode(table)).decode())
    assert again["note"] == "ours"
    assert again["history"][0]["by"] == "me"
    assert again["pending"]["why"] == "x"
    assert again["trouble"]["more"] == 1


def test_null_members_are_left_out_because_toml_has_none() -> None:
    record = Record("k", "active", store={"phone": None, "tags": [None, "a"], "address": {"street": None}})
    assert decode(tomllib.loads(to_toml(record).decode())).store == {"tags": ["a"], "address": {}}


def test_a_lone_surrogate_does_not_keep_a_record_from_being_saved() -> None:
    text = to_toml(Record("k", "active", sent={"name": "caf\ud800"}))
    assert decode(tomllib.loads(text.decode())).name == "caf?"


def test_a_later_format_is_recognised() -> None:
    with pytest.raises(NewerFormatError, match="format 99"):
        decode({"format": 99, "key": "k", "status": "s", "anything": True})


@pytest.mark.parametrize(
    "table",
    [
        {"key": "k", "status": "s"},
        {"format": "1", "key": "k", "status": "s"},
        {"format": 1, "status": "s"},
        {"format": 1, "key": "k"},
        {"format": 1, "key": 5, "status": "s"},
        {"format": 1, "key": "k", "status": "s", "history": "no"},
        {"format": 1, "key": "k", "status": "s", "history": [{"status": "s"}]},
        {"format": 1, "key": "k", "status": "s", "sent": []},
        {"format": 1, "key": "k", "status": "s", "revision": True},
    ],
)
def test_a_wrong_type_is_named(table: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match=r"\w+: "):
        decode(table)


def test_a_state_is_noted_once_however_often_it_is_seen() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    record = Record("k", "", history=()).moved("pending_catalog", at)
    record = record.moved("pending_catalog", at + timedelta(seconds=5)).moved("active", at + timedelta(seconds=9))
    assert [(change.status, change.at) for change in record.history] == [
        ("pending_catalog", at),
        ("active", at + timedelta(seconds=9)),
    ]
    assert record.since == at + timedelta(seconds=9)
