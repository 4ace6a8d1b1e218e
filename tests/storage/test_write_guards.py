"""What keeps a write from going wrong when others change things at the same moment: each guard, provoked."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from store_driver import AT, attempt, made, opened, record_at, settle, stored

from gett_tui.gett.quota import SANDBOX, Pace, Quota
from gett_tui.storage import files, locks
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.instances import Instances
from gett_tui.storage.locks import Locks
from gett_tui.storage.shared_pace import SharedPace


def nobody(owner: str) -> bool:
    """No copy is alive."""
    return False


# -- locks


def test_a_lock_covers_what_it_was_taken_for_and_no_longer_than_it_is_held(tmp_path: Path) -> None:
    with Locks(tmp_path).hold(tmp_path / "a") as held:
        held.check(tmp_path / "a")
        with pytest.raises(RuntimeError, match="without its lock"):
            held.check(tmp_path / "b")
    with pytest.raises(RuntimeError, match="without its lock"):
        held.check(tmp_path / "a")


def test_a_lock_that_another_never_gives_back_is_waited_for_ten_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    # The wait itself is not lived through.
    clock = SimpleNamespace(monotonic=lambda: sum(slept), sleep=lambda seconds: slept.append(seconds or 20.0))
    monkeypatch.setattr(locks, "time", clock)
    with (
        Locks(tmp_path).hold(tmp_path / "a"),
        pytest.raises(FileTroubleError, match="another program holds its lock"),
        Locks(tmp_path).hold(tmp_path / "a"),
    ):
        pass
    assert 10 <= sum(slept) < 10.1
    with Locks(tmp_path).hold(tmp_path / "a"):
        pass


def test_a_lock_on_the_file_of_a_folder_that_was_replaced_keeps_nobody_out_and_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Path] = []
    really = files.try_lock

    def replaced_as_it_is_taken(path: Path, *, shared: bool = False) -> int | None:
        handle = really(path, shared=shared)
        if not taken:
            path.parent.rename(tmp_path / "before")
            path.parent.mkdir()
        taken.append(path)
        return handle

    monkeypatch.setattr(files, "try_lock", replaced_as_it_is_taken)
    before = len(os.listdir("/proc/self/fd"))
    with Locks(tmp_path).hold(tmp_path / "a"):
        assert really(taken[0]) is None, "what stands there now is locked"
    assert len(os.listdir("/proc/self/fd")) == before


# -- marks of living copies


@pytest.mark.parametrize("lost", ["the file", "the lock"])
def test_a_copy_whose_mark_is_taken_for_a_dead_one_s_as_it_is_made_makes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    copy, tries = Instances(tmp_path), list[int]()
    really = files.lock_at_once

    def interrupted(handle: int, *, shared: bool = False) -> bool:
        tries.append(handle)
        if len(tries) > 1 or shared:
            return really(handle, shared=shared)
        if lost == "the file":
            (tmp_path / "running" / copy.owner).unlink()
            return really(handle)
        return False

    monkeypatch.setattr(files, "lock_at_once", interrupted)
    copy.announce()
    assert Instances(tmp_path).is_alive(copy.owner)
    copy.leave()
    assert not Instances(tmp_path).is_alive(copy.owner)


# -- the pace


def test_a_pace_that_another_has_locked_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "quota"
    shared = SharedPace(path)
    shared.change(0, lambda _: Pace(1.0, 2.0, 3.0))
    before = path.read_bytes()
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert shared.change(0, lambda pace: Pace(pace.next_any + 1)) == Pace(2.0)
    assert path.read_bytes() == before


def test_a_pace_file_that_is_cut_short_or_not_listened_to_is_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "quota"
    path.write_bytes(b"short")
    assert Quota(SANDBOX, store=SharedPace(path)).reads.reserve(urgent=True).wait == 0
    (tmp_path / "folder").mkdir()
    assert Quota(SANDBOX, store=SharedPace(tmp_path / "folder")).reads.reserve(urgent=True).wait == 0


# -- repairs


def _gone(path: Path) -> None:
    path.unlink()


def _mended(path: Path) -> None:
    path.write_bytes((path.parent.parent / "saved").read_bytes())


def _damaged_anew(path: Path) -> None:
    path.write_bytes(b"[other damage")


@pytest.mark.parametrize("meanwhile", [_gone, _mended, _damaged_anew])
def test_a_damaged_file_that_changes_just_before_it_is_set_aside_stays_as_it_is(
    tmp_path: Path, meanwhile: Callable[[Path], None]
) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    path = tmp_path / "onboardings" / "o-1.toml"
    shutil.copy(path, tmp_path / "saved")
    path.write_bytes(b"[damage")
    settle(store)
    store.repair(nobody)
    meanwhile(path)
    there = path.read_bytes() if path.exists() else None
    store.repair(nobody)
    assert (path.read_bytes() if path.exists() else None) == there
    assert [name for name in os.listdir(path.parent) if name != path.name] == []


def _left_behind(folder: Path) -> tuple[Path, Path]:
    """The file of an attempt that has become a record, as a killed copy leaves it, and the record's."""
    store = opened(folder)
    begun = store.begin_attempt(attempt())
    path = folder / "attempts" / "a1.toml"
    data = path.read_bytes()
    store.confirm_attempt(begun, "o-1", made)
    path.write_bytes(data)
    return path, folder / "onboardings" / "o-1.toml"


def test_an_attempt_that_has_become_a_record_is_removed(tmp_path: Path) -> None:
    left, record = _left_behind(tmp_path)
    opened(tmp_path).repair(nobody)
    assert not left.exists()
    assert record_at(record).key == "a1"


@pytest.mark.parametrize("change", [(b'"p-1"', b'"p-2"'), (b"key", b"[key")])
def test_an_attempt_stays_when_its_record_is_of_another_store_or_cannot_be_read_any_more(
    tmp_path: Path, change: tuple[bytes, bytes]
) -> None:
    left, record = _left_behind(tmp_path)
    store = opened(tmp_path)
    assert change[0] in record.read_bytes()
    record.write_bytes(record.read_bytes().replace(*change))
    store.repair(nobody)
    assert left.exists()


def test_an_attempt_that_cannot_be_read_any_more_stays(tmp_path: Path) -> None:
    left, _ = _left_behind(tmp_path)
    store = opened(tmp_path)
    left.write_bytes(b"[damage")
    store.repair(nobody)
    assert left.read_bytes() == b"[damage"


def test_attempts_that_are_under_way_stay(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.begin_attempt(attempt())
    store.add(stored("o-1"))
    store.repair(nobody)
    assert (tmp_path / "attempts" / "a1.toml").exists()
    assert (tmp_path / "onboardings" / "o-1.toml").exists()


# -- ends of attempts


def test_an_attempt_s_end_removes_no_newer_program_s_file_and_no_folder(tmp_path: Path) -> None:
    store = opened(tmp_path)
    path = tmp_path / "attempts" / "a1.toml"
    path.write_text("format = 999\n")
    store.discard_attempt("a1")
    assert path.read_text() == "format = 999\n"
    path.unlink()
    path.mkdir()
    store.discard_attempt("a1")
    assert path.is_dir()


def test_an_attempt_s_end_removes_its_damaged_file(tmp_path: Path) -> None:
    store = opened(tmp_path)
    path = tmp_path / "attempts" / "a1.toml"
    path.write_bytes(b"[damage")
    store.discard_attempt("a1")
    assert not path.exists()


# -- answers without news


def test_an_answer_with_news_is_kept_however_long_the_file_has_not_changed(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    settle(store)
    store.observe(known, lambda record: record.moved("active", AT))
    assert record_at(tmp_path / "onboardings" / "o-1.toml").status == "active"


def test_an_answer_without_news_finds_what_another_copy_has_written(tmp_path: Path) -> None:
    one = opened(tmp_path)
    known = one.add(stored("o-1"))
    settle(one)
    opened(tmp_path, "2-test").update("o-1", lambda record: record._replace(error="of another copy"))
    assert one.observe(known, lambda record: record).error == "of another copy"


def test_an_answer_about_a_state_that_is_over_changes_nothing(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    store.update("o-1", lambda record: record.moved("active", AT))
    settle(store)
    assert store.observe(known, lambda record: record.moved("catalog_failed", AT)).status == "active"
    assert record_at(tmp_path / "onboardings" / "o-1.toml").status == "active"
