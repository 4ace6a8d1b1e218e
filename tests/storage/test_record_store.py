"""The TOML cache on real files: durable, private, shared, and never losing a record."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_driver import AT, attempt, opened, record_at, stored

from gett_tui.onboarding.ports import DuplicateError, RecordGoneError
from gett_tui.onboarding.record import Change
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.record_file import file_name
from gett_tui.storage.record_store import RecordStore
from gett_tui.storage.toml_codec import to_toml


def test_files_and_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    os.umask(0o000)
    try:
        cache = opened(tmp_path / "state" / "sandbox")
        cache.add(stored("o-1"))
        cache.begin_attempt(attempt(partner="p-2"))
    finally:
        os.umask(0o022)
    for folder, _, names in os.walk(tmp_path / "state"):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
        for name in names:
            assert stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode) == 0o600


def test_a_record_is_there_after_a_new_start(tmp_path: Path) -> None:
    opened(tmp_path).add(stored("o-1"))
    assert [record.onboarding_id for record in opened(tmp_path).records()] == ["o-1"]


def test_an_attempt_becomes_a_record_under_the_same_key(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.begin_attempt(attempt())
    assert [path.name for path in (tmp_path / "attempts").iterdir()] == ["a1.toml"]
    cache.confirm_attempt(cache.get("a1"), "o-1", lambda now, standing: standing or now.moved("pending_catalog", AT))
    assert not list((tmp_path / "attempts").iterdir())
    again = opened(tmp_path)
    assert again.get("a1") == cache.get("a1")
    assert record_at(tmp_path / "onboardings" / "o-1.toml").onboarding_id == "o-1"


def test_an_attempt_left_beside_its_record_is_cleared_at_the_next_start(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.begin_attempt(attempt())
    left = (tmp_path / "attempts" / "a1.toml").read_bytes()
    cache.confirm_attempt(cache.get("a1"), "o-1", lambda now, standing: standing or now.moved("active", AT))
    (tmp_path / "attempts" / "a1.toml").write_bytes(left)
    again = opened(tmp_path)
    again.repair(lambda owner: False)
    assert [record.status for record in again.records()] == ["active"]
    assert not list((tmp_path / "attempts").iterdir())


def test_an_onboarding_id_that_is_there_already_keeps_its_record(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.add(stored("o-1")._replace(history=(Change("active", AT),), status="active"))
    cache.begin_attempt(attempt(), allow_duplicate=True)
    kept = cache.confirm_attempt(
        cache.get("a1"), "o-1", lambda now, standing: standing or now.moved("pending_catalog", AT)
    )
    assert kept.status == "active"
    assert [record.key for record in opened(tmp_path).records()] == ["o-1"]


def test_a_second_live_registration_of_a_partner_id_is_refused(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.begin_attempt(attempt())
    with pytest.raises(DuplicateError):
        cache.begin_attempt(attempt("a2"))
    assert cache.begin_attempt(attempt("a3"), allow_duplicate=True).key == "a3"


def test_a_cancelled_store_may_be_registered_again(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.add(stored("o-1", status=OwnState.CANCELLED))
    assert cache.begin_attempt(attempt()).key == "a1"


def test_another_copy_s_registration_counts_as_a_duplicate_at_once(tmp_path: Path) -> None:
    one, two = opened(tmp_path, "1-a"), opened(tmp_path, "2-b")
    one.begin_attempt(attempt())
    with pytest.raises(DuplicateError):
        two.begin_attempt(attempt("a2"))


def test_of_many_copies_registering_one_store_exactly_one_may_send(tmp_path: Path) -> None:
    opened(tmp_path)
    won: list[str] = []
    barrier = threading.Barrier(8)

    def register(number: int) -> None:
        cache = opened(tmp_path, f"{number}-x")
        barrier.wait()
        try:
            won.append(cache.begin_attempt(attempt(f"a{number}")).key)
        except DuplicateError:
            return

    threads = [threading.Thread(target=register, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_no_update_of_concurrent_copies_is_lost(tmp_path: Path) -> None:
    opened(tmp_path).add(stored("o-1"))

    def note(number: int) -> None:
        cache = opened(tmp_path, f"{number}-x")
        for turn in range(10):
            cache.update(
                "o-1", lambda now, what=f"{number}.{turn}": now._replace(history=(*now.history, Change(what, AT)))
            )

    threads = [threading.Thread(target=note, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    final = record_at(tmp_path / "onboardings" / "o-1.toml")
    assert sorted(change.status for change in final.history) == sorted(f"{n}.{t}" for n in range(6) for t in range(10))
    assert final.revision == 61


def test_changes_of_one_copy_reach_another_by_sync(tmp_path: Path) -> None:
    one, two = opened(tmp_path, "1-a"), opened(tmp_path, "2-b")
    one.add(stored("o-1"))
    assert [record.key for record in two.sync().changed] == ["o-1"]
    one.update("o-1", lambda now: now.moved("active", AT))
    one.begin_attempt(attempt("a1", "p-9"))
    changes = two.sync()
    assert {record.key: record.status for record in changes.changed} == {"o-1": "active", "a1": OwnState.REGISTERING}
    one.confirm_attempt(one.get("a1"), "o-2", lambda now, standing: standing or now.moved("pending_catalog", AT))
    two.sync()
    assert {record.key: record.onboarding_id for record in two.records()} == {"o-1": "o-1", "a1": "o-2"}


def test_a_sync_with_nothing_new_says_nothing(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.add(stored("o-1"))
    cache.update("o-1", lambda now: now.moved("active", AT))
    assert [bool(cache.sync()) for _ in range(3)] == [False, False, False]


def test_an_update_reads_what_others_wrote_before_it_changes_it(tmp_path: Path) -> None:
    one, two = opened(tmp_path, "1-a"), opened(tmp_path, "2-b")
    one.add(stored("o-1"))
    two.sync()
    one.update("o-1", lambda now: now._replace(store_id="s-1"))
    assert two.update("o-1", lambda now: now.moved("active", AT)).store_id == "s-1"


def test_an_unchanged_record_is_not_written_again(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.add(stored("o-1"))
    before = (tmp_path / "onboardings" / "o-1.toml").stat().st_ino
    cache.update("o-1", lambda now: now)
    assert (tmp_path / "onboardings" / "o-1.toml").stat().st_ino == before


def test_a_record_removed_by_hand_leaves_the_list(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    cache.add(stored("o-1"))
    (tmp_path / "onboardings" / "o-1.toml").unlink()
    assert cache.sync().removed == ("o-1",)
    with pytest.raises(RecordGoneError):
        cache.update("o-1", lambda now: now.moved("active", AT))


def test_a_file_of_a_later_version_is_left_as_it_is(tmp_path: Path) -> None:
    opened(tmp_path)
    path = tmp_path / "onboardings" / "o-1.toml"
    path.write_text('format = 99\nkey = "o-1"\n')
    cache = opened(tmp_path)
    for _ in range(3):
        cache.repair(lambda owner: False)
    assert path.read_text() == 'format = 99\nkey = "o-1"\n'
    assert "newer" in cache.problems[0].text


def test_a_file_of_an_older_format_is_shown_and_rewritten_by_its_next_write_with_the_original_kept(
    tmp_path: Path,
) -> None:
    cache = opened(tmp_path)
    path = tmp_path / "onboardings" / "o-1.toml"
    original = b'onboarding_id = "o-1"\npartner_store_id = "p-1"\nnote = "by hand"\n'
    path.write_bytes(original)
    (record,) = cache.sync().changed
    assert (record.key, record.status, record.extra) == ("o-1", OwnState.NOT_ASKED, {"note": "by hand"})
    assert path.read_bytes() == original
    cache.observe(record, lambda now: now.moved("active", AT))
    assert path.read_bytes().startswith(b"format = 1")
    assert (tmp_path / "onboardings" / "o-1.toml.format0").read_bytes() == original
    assert [(known.status, known.extra) for known in opened(tmp_path).records()] == [("active", {"note": "by hand"})]


def test_records_are_written_again_when_the_state_folder_vanishes(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    cache = opened(folder)
    cache.add(stored("o-1"))
    cache.begin_attempt(attempt("a1", "p-2"))
    os.rename(folder, tmp_path / "elsewhere")
    cache.sync()
    assert {record.key for record in opened(folder).records()} == {"o-1", "a1"}


def test_a_failed_write_leaves_the_file_as_it_was_and_no_temporary(tmp_path: Path, monkeypatch: object) -> None:
    cache = opened(tmp_path)
    cache.add(stored("o-1"))
    path = tmp_path / "onboardings" / "o-1.toml"
    before = path.read_bytes()
    real = os.write

    def full(handle: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    os.write = full
    try:
        with pytest.raises(FileTroubleError, match="the disk is full"):
            cache.update("o-1", lambda now: now.moved("active", AT))
    finally:
        os.write = real
    assert path.read_bytes() == before
    assert [name.name for name in (tmp_path / "onboardings").iterdir()] == ["o-1.toml"]
    assert cache.get("o-1") is not None
    assert cache.get("o-1").status == "pending_catalog"


def test_temporary_files_of_dead_copies_are_cleared_and_of_live_ones_kept(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    dead, live = (tmp_path / "onboardings" / f".o-1.toml.{owner}.ab12.tmp" for owner in ("9-dead", "8-live"))
    for path in (dead, live):
        path.write_text("half")
    cache.repair(lambda owner: owner == "8-live")
    assert not dead.exists()
    assert live.exists()


@given(st.text(max_size=300))
@settings(max_examples=500, deadline=None)
def test_no_identifier_leads_out_of_the_folder(identifier: str) -> None:
    name = file_name(identifier)
    assert "/" not in name
    assert not name.startswith(".")
    assert len(name.encode()) < 200
    assert name.endswith(".toml")


@given(st.lists(st.text(max_size=20), unique=True, max_size=20))
@settings(max_examples=200, deadline=None)
def test_different_identifiers_have_different_files(identifiers: list[str]) -> None:
    assert len({file_name(identifier) for identifier in identifiers}) == len(identifiers)


@pytest.mark.slow
def test_ten_thousand_records_come_in_batches_and_a_sync_finds_the_one_that_changed(tmp_path: Path) -> None:
    one = opened(tmp_path, "1-a")
    for number in range(10_000):
        made = stored(f"o-{number}", f"p-{number}")
        (tmp_path / "onboardings" / f"o-{number}.toml").write_bytes(to_toml(made))
    two = RecordStore(tmp_path, "2-b")
    sizes = [len(changes.changed) for changes in two.load()]
    assert sum(sizes) == 10_000
    assert max(sizes) <= 100
    one.sync()
    one.update("o-77", lambda now: now.moved("active", AT))
    assert [record.key for record in two.sync().changed] == ["o-77"]
