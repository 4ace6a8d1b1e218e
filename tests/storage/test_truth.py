"""What the disk holds wins over what memory holds, always, whatever was done to the files (invariants 2 and 3)."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from store_driver import AT, an_hour_later, attempt, made, opened, record_at, records, settle, stored

from gett_tui.onboarding.ports import RecordGoneError, StorageError
from gett_tui.onboarding.record import Record
from gett_tui.storage.record_store import RecordStore
from gett_tui.storage.toml_codec import to_toml


def place(folder: Path, name: str = "o-1") -> Path:
    return folder / "onboardings" / f"{name}.toml"


def test_an_older_copy_put_back_is_the_truth_and_answers_go_on_being_kept(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    backup = place(tmp_path).read_bytes()
    for status in ("catalog_ingesting", "ready_to_activate", "active"):
        store.update("o-1", lambda now, status=status: now.moved(status, AT))
    settle(store)
    place(tmp_path).write_bytes(backup)
    known = store.get("o-1")
    assert known is not None
    assert store.observe(known, lambda now: now.moved("gone wrong", AT)).status == "pending_catalog"
    assert records(store)["o-1"] == record_at(place(tmp_path))
    assert [record.status for record in store.sync().changed] == ["pending_catalog"], "the rows hear of it"
    put_back = store.get("o-1")
    assert put_back is not None
    assert store.observe(put_back, lambda now: now.moved("active", AT)).status == "active"


def test_an_older_copy_put_back_shows_at_the_next_sync(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    shutil.copy2(place(tmp_path), tmp_path / "backup")
    store.update("o-1", lambda now: now.moved("active", AT))
    settle(store)
    os.replace(tmp_path / "backup", place(tmp_path))
    assert [record.status for record in store.sync().changed] == ["pending_catalog"]


def test_an_edit_in_place_that_keeps_size_and_time_shows_at_the_next_sync(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    settle(store)
    settle(store)
    before = place(tmp_path).stat()
    place(tmp_path).write_bytes(place(tmp_path).read_bytes().replace(b'"p-1"', b'"p-2"'))
    os.utime(place(tmp_path), ns=(before.st_atime_ns, before.st_mtime_ns))
    with an_hour_later():
        assert [record.partner_store_id for record in store.sync().changed] == ["p-2"]


def test_a_file_put_back_and_written_once_is_not_taken_for_the_one_that_it_replaced(tmp_path: Path) -> None:
    one, two = opened(tmp_path, "1-a"), opened(tmp_path, "2-b")
    one.add(stored("o-1"))
    backup = place(tmp_path).read_bytes()
    asked = one.update("o-1", lambda now: now.moved("active", AT))
    place(tmp_path).write_bytes(backup)
    two.sync()
    again = two.update("o-1", lambda now: now.moved("catalog_failed", AT))
    assert again.revision == asked.revision
    assert again.version != asked.version
    assert one.observe(asked, lambda now: now.moved("wrong", AT)).status == "catalog_failed"


def test_each_write_has_a_version_of_its_own_and_a_read_gives_just_that(tmp_path: Path) -> None:
    store = opened(tmp_path)
    versions = [store.add(stored("o-1")).version]
    versions += [store.update("o-1", lambda now, n=n: now._replace(store_id=str(n))).version for n in range(5)]
    assert len(set(versions)) == 6
    assert record_at(place(tmp_path)).version == versions[-1]
    assert store.get("o-1") == record_at(place(tmp_path)) == opened(tmp_path).get("o-1")


def test_an_answer_without_news_costs_one_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    settle(store)
    known = store.get("o-1")
    assert known is not None
    looked: list[str] = []
    real = os.stat

    def forbidden(*_: object, **__: object) -> int:
        raise AssertionError("a file was opened")

    def counted(path: object, **named: object) -> os.stat_result:
        looked.append(str(path))
        return real(path, **named)

    monkeypatch.setattr(os, "open", forbidden)
    monkeypatch.setattr(os, "stat", counted)
    assert store.observe(known, lambda now: now) is known
    assert looked == [str(place(tmp_path))]


def test_an_answer_soon_after_a_write_reads_the_file(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    status = place(tmp_path).stat()
    # Whole-second stamps: another copy's write within the same second looks the same from outside.
    with place(tmp_path).open("r+b") as stream:
        stream.write(to_toml(known._replace(partner_store_id="p-2")))
    os.utime(place(tmp_path), ns=(status.st_atime_ns, status.st_mtime_ns))
    assert store.observe(known, lambda now: now).partner_store_id == "p-2"


def test_a_record_dropped_in_by_hand_is_found_by_the_next_sync(tmp_path: Path) -> None:
    store = opened(tmp_path)
    settle(store)
    place(tmp_path).write_text('onboarding_id = "o-1"\n')
    assert [record.key for record in store.sync().changed] == ["o-1"]
    assert place(tmp_path).read_text() == 'onboarding_id = "o-1"\n', "a read writes nothing"


def test_a_copy_under_another_name_takes_nothing_off_the_list(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    settle(store)
    shutil.copy(place(tmp_path), place(tmp_path, "copy"))
    store.sync()
    assert list(records(store)) == ["o-1"]
    assert [Path(problem.place).name for problem in store.problems] == ["copy.toml"]
    assert "o-1.toml" in store.problems[0].text
    place(tmp_path, "copy").unlink()
    store.sync()
    assert list(records(store)) == ["o-1"]
    assert store.problems == ()
    assert store.update("o-1", lambda now: now.moved("active", AT)).status == "active"


def test_two_records_with_one_key_are_both_shown_and_changed_apart(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.begin_attempt(attempt())
    store.confirm_attempt(attempt(), "o-1", made)
    copy = place(tmp_path).read_bytes().replace(b'"o-1"', b'"o-2"')
    place(tmp_path, "o-2").write_bytes(copy)
    store.sync()
    both = {record.onboarding_id: record.key for record in store.records()}
    assert both.keys() == {"o-1", "o-2"}
    for onboarding_id, key in both.items():
        assert store.update(key, lambda now: now.moved("active", AT)).onboarding_id == onboarding_id
    assert {record.onboarding_id: record.status for record in opened(tmp_path).records()} == {
        "o-1": "active",
        "o-2": "active",
    }
    place(tmp_path).unlink()
    store.sync()
    assert [record.onboarding_id for record in store.records()] == ["o-2"]


def test_one_key_is_shown_alike_in_whatever_order_the_files_come(tmp_path: Path) -> None:
    for number in range(4):
        record = Record("k", "active", onboarding_id=f"o-{number}", partner_store_id=f"p-{number}")
        folder = tmp_path / "onboardings"
        folder.mkdir(exist_ok=True)
        (folder / f"o-{number}.toml").write_bytes(to_toml(record))
    forward, backward = RecordStore(tmp_path, "1-a"), RecordStore(tmp_path, "1-b")
    for number in range(4):
        forward.find(f"o-{number}")
        backward.find(f"o-{3 - number}")
    assert records(forward) == records(backward)
    assert len(records(forward)) == 4


def test_an_attempt_shows_again_when_the_record_beside_it_goes(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.begin_attempt(attempt())
    left = (tmp_path / "attempts" / "a1.toml").read_bytes()
    store.confirm_attempt(attempt(), "o-1", made)
    (tmp_path / "attempts" / "a1.toml").write_bytes(left)
    store.sync()
    assert [record.onboarding_id for record in store.records()] == ["o-1"]
    place(tmp_path).unlink()
    store.sync()
    assert [record.is_attempt for record in store.records()] == [True]


def test_a_restore_never_undoes_what_another_copy_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    one, two = opened(folder, "1-a"), opened(folder, "2-b")
    one.add(stored("o-1"))
    one.add(stored("o-2", "p-2"))
    two.sync()
    os.rename(folder, tmp_path / "elsewhere")
    one.sync()
    newer = one.update("o-1", lambda now: now.moved("active", AT))
    changes = two.sync()
    assert record_at(place(folder)) == newer
    assert [record.status for record in changes.changed if record.key == "o-1"] == ["active"]
    assert records(one).keys() == records(two).keys() == {"o-1", "o-2"}


def test_a_restore_that_fails_half_way_is_ended_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "sandbox"
    store = opened(folder)
    for number in range(5):
        store.add(stored(f"o-{number}", f"p-{number}"))
    os.rename(folder, tmp_path / "elsewhere")
    real, writes = os.write, iter(range(2))

    def full(handle: int, data: bytes) -> int:
        if next(writes, None) is None:
            raise OSError(28, "No space left on device")
        return real(handle, data)

    monkeypatch.setattr(os, "write", full)
    for _ in range(2):
        with pytest.raises(StorageError, match="the disk is full"):
            store.sync()
    assert len(records(store)) == 5
    with pytest.raises(StorageError):
        store.update("o-4", lambda now: now.moved("active", AT))
    monkeypatch.undo()
    store.sync()
    assert len(records(store)) == len(records(opened(folder))) == 5


def test_a_write_to_a_vanished_folder_finds_its_record_again(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    store = opened(folder)
    known = store.add(stored("o-1"))
    settle(store)
    os.rename(folder, tmp_path / "elsewhere")
    assert store.observe(known, lambda now: now.moved("active", AT)).status == "pending_catalog"
    assert store.update("o-1", lambda now: now.moved("active", AT)).status == "active"
    assert records(opened(folder))["o-1"].status == "active"


def test_a_folder_replaced_by_a_backup_brings_the_backup_and_keeps_what_it_lacks(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    store = opened(folder)
    store.add(stored("o-1"))
    shutil.copytree(folder, tmp_path / "backup")
    store.update("o-1", lambda now: now.moved("active", AT))
    store.add(stored("o-2", "p-2"))
    settle(store)
    os.rename(folder, tmp_path / "elsewhere")
    os.rename(tmp_path / "backup", folder)
    store.sync()
    assert {key: record.status for key, record in records(store).items()} == {
        "o-1": "pending_catalog",
        "o-2": "pending_catalog",
    }
    assert records(opened(folder)) == records(store)


def test_a_change_that_is_refused_has_shown_what_it_read(tmp_path: Path) -> None:
    one, two = opened(tmp_path, "1-a"), opened(tmp_path, "2-b")
    one.add(stored("o-1"))
    two.sync()
    one.update("o-1", lambda now: now.moved("active", AT))

    def refuse(_: Record) -> Record:
        raise ValueError("not in this status")

    with pytest.raises(ValueError, match="status"):
        two.update("o-1", refuse)
    assert records(two)["o-1"].status == "active"
    assert [record.key for record in two.sync().changed] == ["o-1"]


def test_one_record_is_found_and_written_without_reading_the_others(tmp_path: Path) -> None:
    others = opened(tmp_path)
    for number in range(5):
        others.add(stored(f"o-{number}", f"p-{number}"))
    store = RecordStore(tmp_path, "2-one")
    found = store.find("o-3")
    assert found is not None
    assert [record.key for record in store.records()] == ["o-3"]
    assert store.observe(found, lambda now: now.moved("active", AT)).status == "active"
    assert store.update("o-3", lambda now: now._replace(store_id="s")).store_id == "s"
    store.save_index()
    assert not (tmp_path / "index").exists(), "an index of one record would slow the next start"
    assert store.find("o-9") is None
    place(tmp_path, "o-3").unlink()
    assert store.find("o-3") is None
    with pytest.raises(RecordGoneError):
        store.update("o-3", lambda now: now)


def test_a_record_s_damaged_file_refuses_writes_and_keeps_the_row(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    place(tmp_path).write_bytes(b"half a fi")
    for write in (
        lambda: store.update("o-1", lambda now: now.moved("active", AT)),
        lambda: store.observe(known, lambda now: now.moved("active", AT)),
        lambda: store.find("o-1"),
    ):
        with pytest.raises(StorageError, match="damaged"):
            write()
    assert place(tmp_path).read_bytes() == b"half a fi"
    assert records(store) == {"o-1": known}
    assert [Path(problem.place).name for problem in store.problems] == ["o-1.toml"]


def test_what_was_read_before_a_write_of_our_own_never_comes_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan in one thread has the old file open while another thread writes the new one."""
    store = opened(tmp_path)
    store.add(stored("o-1"))
    other = opened(tmp_path, "2-new")
    other.update("o-1", lambda now: now.moved("ready_to_activate", AT))
    real = os.open

    def slow(path: object, *arguments: object, **named: object) -> int:
        handle = real(path, *arguments, **named)
        if str(path).endswith("o-1.toml"):
            monkeypatch.undo()
            store.update("o-1", lambda now: now.moved("active", AT))
        return handle

    monkeypatch.setattr(os, "open", slow)
    store.sync()
    assert records(store)["o-1"].status == "active"


def test_a_folder_that_goes_while_it_is_looked_at_refuses_a_register(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "sandbox"
    store = opened(folder)
    store.add(stored("o-1", "p-9"))
    real, looks = os.stat, iter(range(9))

    def stat(path: object, *arguments: object, **named: object) -> os.stat_result:
        if str(path).endswith("/onboardings") and next(looks) == 1:
            os.rename(folder, tmp_path / "elsewhere")
            shutil.copytree(tmp_path / "elsewhere" / "locks", folder / "locks")
            (folder / "onboardings").mkdir()
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "stat", stat)
    with pytest.raises(StorageError):
        store.begin_attempt(attempt())
    monkeypatch.undo()
    store.sync()
    assert records(opened(folder)).keys() == {"o-1"}


def test_a_file_that_changed_a_moment_ago_is_read_again_when_its_stamp_can_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(tmp_path).add(stored("o-1"))
    store = opened(tmp_path, "2-new")
    read: list[str] = []
    real = os.open

    def counted(path: object, *arguments: object, **named: object) -> int:
        read.append(Path(str(path)).name)
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", counted)
    for _ in range(2):
        store.sync()
    assert read == []
    with an_hour_later():
        for _ in range(3):
            store.sync()
    assert read == ["o-1.toml"]


def test_a_change_that_left_no_sign_is_seen_when_stamps_can_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system whose stamps stand still: what is changed in place soon after a write looks as it did."""
    stamp = 10**18

    def coarse(look: Callable[..., os.stat_result]) -> Callable[..., object]:
        def stat(*arguments: Any, **named: Any) -> object:
            found = look(*arguments, **named)
            members = {name: getattr(found, name) for name in dir(found) if name.startswith("st_")}
            return SimpleNamespace(**{**members, "st_mtime_ns": stamp, "st_ctime_ns": stamp})

        return stat

    for name in ("stat", "fstat"):
        monkeypatch.setattr(os, name, coarse(getattr(os, name)))
    monkeypatch.setattr(time, "time_ns", lambda: stamp)
    store, file = opened(tmp_path), place(tmp_path)
    store.add(stored("o-1"))
    written = store.update("o-1", lambda now: now._replace(error="mine"))
    file.write_bytes(file.read_bytes().replace(b"mine", b"hers"))
    store.sync()
    assert records(store)["o-1"] == written, "nothing tells"
    monkeypatch.setattr(time, "time_ns", lambda: stamp + 5 * 10**9)
    store.sync()
    assert records(store)["o-1"].error == "hers"


def test_a_write_reads_the_file_unless_it_surely_is_as_it_was(tmp_path: Path) -> None:
    store, file = opened(tmp_path), place(tmp_path)
    store.add(stored("o-1"))
    file.write_bytes(file.read_bytes() + b"[by_hand]\nkept = 1\n")
    store.update("o-1", lambda now: now._replace(error="one"))
    assert b"by_hand" in file.read_bytes()
    with an_hour_later():
        store.sync()
        file.write_bytes(file.read_bytes() + b"[once_more]\nkept = 2\n")
        store.update("o-1", lambda now: now._replace(error="two"))
    assert b"by_hand" in file.read_bytes()
    assert b"once_more" in file.read_bytes()
