"""The end of a write is kept whatever has become of the files meanwhile (invariant 4)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from store_driver import AT, attempt, made, opened, record_at, records, stored, tree
from test_guard import Harm, a_folder, a_loop, a_pipe, cut_off, misnamed, newer, zeroed

from gett_tui.onboarding.ports import StorageError, UnkeepableError
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.record_store import RecordStore


def place(folder: Path, name: str = "o-1") -> Path:
    return folder / "onboardings" / f"{name}.toml"


def removed(path: Path) -> None:
    path.unlink()


def active(now: Record) -> Record:
    return now.moved("active", AT)._replace(pending=None)


@pytest.mark.parametrize("harm", [removed, zeroed, cut_off, a_pipe, a_folder, a_loop])
@pytest.mark.parametrize("remembers", [True, False])
def test_an_end_is_kept_from_memory(tmp_path: Path, harm: Harm, remembers: bool) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    harm(place(tmp_path))
    kept = (store if remembers else RecordStore(tmp_path, "2-new")).finish(known, active)
    assert (kept.status, kept.onboarding_id, kept.partner_store_id) == ("active", "o-1", "p-1")
    assert record_at(place(tmp_path)) == kept
    asides = [path.name for path in (tmp_path / "onboardings").glob("*.damaged")]
    assert asides == ([] if harm is removed else ["o-1.toml.damaged"])


def test_an_end_goes_on_from_what_another_wrote(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    opened(tmp_path, "2-b").update("o-1", lambda now: now._replace(store_id="s"))
    assert store.finish(known, active).store_id == "s"


def test_an_end_that_changes_nothing_brings_a_lost_record_back(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    place(tmp_path).unlink()
    assert store.finish(known, lambda now: now).onboarding_id == "o-1"
    assert place(tmp_path).exists()


def test_the_end_of_an_attempt_whose_file_is_gone_is_kept(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.begin_attempt(attempt())
    (tmp_path / "attempts" / "a1.toml").unlink()
    store.finish(known, lambda now: now.moved(OwnState.UNCONFIRMED, AT))
    assert [record.status for record in opened(tmp_path).records()] == [OwnState.UNCONFIRMED]


def test_the_end_of_an_attempt_that_became_a_record_elsewhere_is_that_record_s(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.begin_attempt(attempt())
    opened(tmp_path, "2-b").confirm_attempt(known, "o-1", made)
    seen: list[str | None] = []

    def note(now: Record) -> Record:
        seen.append(now.onboarding_id)
        return now

    store.finish(known, note)
    assert seen == ["o-1"]
    assert not (tmp_path / "attempts" / "a1.toml").exists()


def test_an_end_never_replaces_a_newer_program_s_file(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    newer(place(tmp_path))
    before = place(tmp_path).read_bytes()
    with pytest.raises(UnkeepableError, match=r"onboardings/o-1\.toml"):
        store.finish(known, active)
    assert place(tmp_path).read_bytes() == before


def test_an_end_that_a_place_refuses_for_good_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    zeroed(place(tmp_path))

    def forbidden(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", forbidden)
    with pytest.raises(UnkeepableError, match="permission denied"):
        store.finish(known, active)


def test_an_end_that_a_disk_refuses_for_now_may_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    zeroed(place(tmp_path))

    def failing(*_: object, **__: object) -> int:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(os, "open", failing)
    for _ in range(2):
        with pytest.raises(StorageError) as caught:
            store.finish(known, active)
        assert not isinstance(caught.value, UnkeepableError)
    monkeypatch.undo()
    assert store.finish(known, active).status == "active"


def test_running_out_of_handles_sets_no_sound_file_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    real = os.open

    def failing(path: object, *arguments: object, **named: object) -> int:
        if str(path).endswith(".toml"):
            raise OSError(24, "Too many open files")
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", failing)
    with pytest.raises(StorageError, match="too many files"):
        store.finish(known, active)
    assert store.sync().removed == ()
    monkeypatch.undo()
    assert record_at(place(tmp_path)) == known


@pytest.mark.parametrize("harm", [removed, zeroed, cut_off, misnamed, newer, a_pipe, a_folder, a_loop])
def test_an_id_is_kept_whatever_has_become_of_its_attempt(tmp_path: Path, harm: Harm) -> None:
    store = opened(tmp_path)
    known = store.begin_attempt(attempt())
    harm(tmp_path / "attempts" / "a1.toml")
    kept = store.confirm_attempt(known, "o-1", made)
    assert (kept.key, kept.partner_store_id, kept.onboarding_id) == ("a1", "p-1", "o-1")
    assert record_at(place(tmp_path)) == kept
    if harm in (removed, zeroed, cut_off):
        assert not list((tmp_path / "attempts").iterdir()), "nothing is left of what has ended"


@pytest.mark.parametrize("harm", [newer, a_folder])
def test_an_id_whose_place_is_another_s_is_told_and_both_stay(tmp_path: Path, harm: Harm) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1", "p-2"))
    harm(place(tmp_path))
    known = store.begin_attempt(attempt(), allow_duplicate=True)
    before = tree(tmp_path)
    with pytest.raises(UnkeepableError, match=r"onboardings/o-1\.toml"):
        store.confirm_attempt(known, "o-1", made)
    assert {name: before[name] for name in before if "/" in name and "locks" not in name} == {
        name: found for name, found in tree(tmp_path).items() if "/" in name and "locks" not in name
    }


@pytest.mark.parametrize("harm", [zeroed, a_pipe, a_loop])
def test_an_id_whose_place_is_damaged_is_kept_there_on_what_memory_knows(tmp_path: Path, harm: Harm) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1", "p-1", "catalog_failed"))
    known = store.begin_attempt(attempt(), allow_duplicate=True)
    harm(place(tmp_path))
    kept = store.confirm_attempt(known, "o-1", lambda begun, standing: (standing or begun).moved("active", AT))
    assert kept.history[0].status == "active"
    assert record_at(place(tmp_path)) == kept
    assert [path.name for path in (tmp_path / "onboardings").glob("*.damaged")] == ["o-1.toml.damaged"]


def test_a_refused_decision_leaves_both_as_they_are(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.begin_attempt(attempt())
    zeroed(tmp_path / "attempts" / "a1.toml")
    place(tmp_path).write_bytes(b"half")

    def refuse(begun: Record, standing: Record | None) -> Record:
        raise ValueError("another store")

    with pytest.raises(ValueError, match="another store"):
        store.confirm_attempt(known, "o-1", refuse)
    assert place(tmp_path).read_bytes() == b"half"
    assert (tmp_path / "attempts" / "a1.toml").exists()


def test_a_second_id_for_one_attempt_gets_a_row_of_its_own(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.begin_attempt(attempt())
    store.confirm_attempt(known, "o-1", made)
    again = store.confirm_attempt(known, "o-2", made)
    assert again.key == "o-2"
    assert {record.key: record.onboarding_id for record in opened(tmp_path).records()} == {"a1": "o-1", "o-2": "o-2"}


def test_an_id_that_no_file_can_hold_is_told(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.begin_attempt(attempt())
    with pytest.raises(UnkeepableError):
        store.confirm_attempt(known, "o-\ud800", made)
    assert records(store).keys() == {"a1"}


@pytest.mark.parametrize("harm", [removed, zeroed, a_folder, None])
def test_an_attempt_that_gett_has_not_carried_out_goes(tmp_path: Path, harm: Callable[[Path], None] | None) -> None:
    store = opened(tmp_path)
    store.begin_attempt(attempt())
    path = tmp_path / "attempts" / "a1.toml"
    if harm is not None:
        harm(path)
    store.discard_attempt("a1")
    assert path.is_dir() is (harm is a_folder)
    assert not path.is_file()


def test_a_tracked_store_takes_the_place_of_what_is_damaged_there(tmp_path: Path) -> None:
    store = opened(tmp_path)
    place(tmp_path).write_bytes(b"half")
    store.add(stored("o-1"))
    assert record_at(place(tmp_path)).onboarding_id == "o-1"
    newer_file = place(tmp_path, "o-2")
    newer_file.write_text("format = 99\n")
    with pytest.raises(UnkeepableError):
        store.add(stored("o-2"))
