"""The index: never anything but a quick copy of the files, whatever happens to them or to it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_strategies import RECORDS
from store_driver import settle

from gett_tui.errors import GettTuiError
from gett_tui.onboarding.events import StoresChanged
from gett_tui.onboarding.record import Change, Record
from gett_tui.onboarding.status import OwnState
from gett_tui.storage import index
from gett_tui.storage.files import FileTroubleError, signature
from gett_tui.storage.record_file import Place, file_name
from gett_tui.storage.record_store import RecordStore

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def opened(folder: Path) -> tuple[RecordStore, list[StoresChanged]]:
    cache = RecordStore(folder, "1-test")
    cache.open()
    return cache, list(cache.load())


def known(cache: RecordStore) -> dict[str, Record]:
    return {record.key: record for record in cache.records()}


def stored(number: int, status: str = "pending_catalog") -> Record:
    name = f"o-{number}"
    return Record(name, status, name, f"p-{number}", history=(Change(status, AT + timedelta(minutes=number)),))


def indexed(folder: Path, *stores: Record) -> RecordStore:
    """A state folder with ``stores`` and an index that knows them."""
    cache, _ = opened(folder)
    for store in stores:
        cache.add(store)
    settle(cache)
    cache.save_index()
    return cache


def current(folder: Path) -> list[index.Entry]:
    return [entry for entry in index.read(folder) if index.is_current(folder, entry)]


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def guarded(path: Any, *arguments: Any, **named: Any) -> int:
        assert not str(path).endswith(".toml"), f"{path} was read"
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", guarded)


@pytest.mark.slow
@given(st.lists(RECORDS, max_size=4, unique_by=lambda record: record.onboarding_id))
@settings(max_examples=200, deadline=None)
def test_what_is_written_is_what_is_read(records: list[Record]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "onboardings").mkdir()
        entries: list[index.Entry] = []
        for number, record in enumerate(records):
            path = folder / "onboardings" / f"{number}.toml"
            path.write_bytes(b"x" * number)
            seen = signature(path)
            assert seen is not None
            entries.append(index.Entry(Place("onboardings", path.name), seen, record))
        lost = {Place("attempts", "lost.toml"): record for record in records[:1]}
        index.write(folder, entries, lost, "1-test")
        assert sorted(current(folder), key=lambda entry: entry.place) == entries
        lost = [entry.record for entry in index.read(folder) if entry not in current(folder)]
        assert lost == records[:1]


def test_a_start_reads_no_file_that_the_index_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = known(indexed(tmp_path, *(stored(number) for number in range(250))))
    forbid_reading(monkeypatch)
    cache, batches = opened(tmp_path)
    assert known(cache) == before
    assert sum(len(changes.changed) for changes in batches) == 250


def test_what_wants_a_person_comes_first_then_what_is_new(tmp_path: Path) -> None:
    indexed(tmp_path, stored(1, "active"), stored(2), stored(3, "catalog_failed"), stored(4, "catalog_failed"))
    assert [record.key for record in index.first(tmp_path, 3)] == ["o-4", "o-3", "o-2"]


def test_the_index_is_for_its_owner_alone(tmp_path: Path) -> None:
    indexed(tmp_path, stored(1))
    assert stat.S_IMODE((tmp_path / "index").stat().st_mode) == 0o600


def test_an_unchanged_index_is_not_written_again(tmp_path: Path) -> None:
    cache = indexed(tmp_path, stored(1))
    before = signature(tmp_path / "index")
    cache.save_index()
    again, _ = opened(tmp_path)
    again.save_index()
    assert signature(tmp_path / "index") == before
    again.update("o-1", lambda now: now._replace(store_id="s"))
    again.save_index()
    assert signature(tmp_path / "index") != before


def test_a_file_changed_a_moment_ago_is_read_itself(tmp_path: Path) -> None:
    cache = indexed(tmp_path, stored(1), stored(2))
    cache.update("o-2", lambda now: now._replace(store_id="s"))
    cache.save_index()
    assert {entry.record.key for entry in index.read(tmp_path)} == {"o-1", "o-2"}, "it is known that it stands"
    assert [entry.record.key for entry in current(tmp_path)] == ["o-1"]
    settle(cache)
    cache.save_index()
    assert {entry.record.key for entry in current(tmp_path)} == {"o-1", "o-2"}


def test_a_file_with_a_date_of_a_persons_own_is_read_itself(tmp_path: Path) -> None:
    indexed(tmp_path, stored(1))
    path = tmp_path / "onboardings" / file_name("o-1")
    path.write_text(path.read_text() + "\n[store]\nopens = 2026-04-01\n")
    cache, _ = opened(tmp_path)
    settle(cache)
    cache.save_index()
    assert not current(tmp_path)
    again, _ = opened(tmp_path)
    assert known(again) == known(cache)


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def another_version(data: bytes) -> bytes:
    return data.replace(b"gett-tui ", b"gett-tui 9", 1)


def nonsense(data: bytes) -> bytes:
    head, _, rest = data.partition(b"\n")
    lines = [b"", b"{}", b"[1]", b"\xff\xfe", b'["onboardings", "o-1.toml", [1, 2, 3], []]', b"[" * 100_000]
    return b"\n".join([head, *lines, rest])


def one_byte(data: bytes) -> bytes:
    return data.replace(b"p-1", b"p-9").replace(b"p-2", b"p-8")


@pytest.mark.parametrize("damage", [cut, another_version, nonsense, one_byte, lambda data: b""])
def test_a_damaged_index_costs_time_and_nothing_else(tmp_path: Path, damage: Any) -> None:
    before = known(indexed(tmp_path, *(stored(number) for number in range(5))))
    path = tmp_path / "index"
    path.write_bytes(damage(path.read_bytes()))
    cache, _ = opened(tmp_path)
    assert known(cache) == before
    assert all(record in before.values() for record in index.first(tmp_path, 9))


def test_something_else_in_its_place_costs_time_and_nothing_else(tmp_path: Path) -> None:
    before = known(indexed(tmp_path, stored(1)))
    (tmp_path / "index").unlink()
    (tmp_path / "index").mkdir()
    cache, _ = opened(tmp_path)
    assert known(cache) == before
    assert index.first(tmp_path, 9) == []
    cache.update("o-1", lambda now: now._replace(store_id="s"))
    for _ in range(2):
        # It stays due until it is written.
        with pytest.raises(FileTroubleError):
            cache.save_index()


def test_a_file_that_goes_while_the_records_are_read_leaves_no_ghost(tmp_path: Path) -> None:
    indexed(tmp_path, *(stored(number) for number in range(150)))
    cache = RecordStore(tmp_path, "1-test")
    batches = cache.load()
    shown = {record.key for record in next(batches).changed}
    gone = sorted(shown)[0]
    (tmp_path / "onboardings" / file_name(gone)).unlink()
    assert gone in {key for changes in batches for key in changes.removed}
    assert gone not in known(cache)
    assert not cache.sync()


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["add", "update", "begin", "confirm", "discard", "edit", "delete", "damage", "settle", "save"]),
        st.integers(0, 3),
    ),
    max_size=14,
)


@given(OPERATIONS)
@settings(max_examples=150, deadline=None)
def test_a_start_with_the_index_brings_what_a_start_without_it_brings(operations: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name) / "with"
        cache, _ = opened(folder)
        for turn, (operation, number) in enumerate(operations):
            with contextlib.suppress(GettTuiError):
                _do(cache, folder, operation, number, turn)
        bare = Path(name) / "without"
        shutil.copytree(folder, bare)
        (bare / "index").unlink(missing_ok=True)
        assert known(opened(folder)[0]) == known(opened(bare)[0])


def _do(cache: RecordStore, folder: Path, operation: str, number: int, turn: int) -> None:
    key, path = f"o-{number}", folder / "onboardings" / f"o-{number}.toml"
    attempt = f"a-{number}"
    match operation:
        case "add":
            cache.add(stored(number))
        case "update" if path.exists():
            cache.update(key, lambda now: now.moved(f"status-{turn}", AT))
        case "begin" if cache.get(attempt) is None:
            begun = Record(attempt, OwnState.REGISTERING, partner_store_id=f"p-{attempt}")
            cache.begin_attempt(begun, allow_duplicate=True)
        case "confirm" if (known_ := cache.get(attempt)) is not None and known_.is_attempt:
            cache.confirm_attempt(cache.get(attempt), f"made-{number}", lambda now, standing: now.moved("active", AT))
        case "discard" if (known_ := cache.get(attempt)) is not None and known_.is_attempt:
            cache.discard_attempt(attempt)
        case "edit" if path.exists():
            path.write_text(path.read_text().replace("p-", "q-"))
            cache.sync()
        case "delete":
            path.unlink(missing_ok=True)
            cache.sync()
        case "damage" if path.exists():
            path.write_text("= nonsense")
        case "settle":
            settle(cache)
        case "save":
            cache.save_index()
        case _:
            pass
