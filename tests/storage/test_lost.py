"""What the index or memory knows and no file tells stays in sight, and is not registered again, until it is settled."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from store_driver import AT, attempt, made, opened, records, settle, stored

from gett_tui.error_messages import sentence
from gett_tui.onboarding.ports import CannotLookError, DuplicateError, RecordGoneError
from gett_tui.onboarding.record import Pending, Record
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.inspection import forget, inspect, repair
from gett_tui.storage.instances import Instances
from gett_tui.storage.record_store import RecordStore

Harm = Callable[[Path], None]


def unconfirmed(key: str, partner: str) -> Record:
    return attempt(key, partner).moved(OwnState.UNCONFIRMED, AT)


def filled(folder: Path) -> RecordStore:
    """A store of o-0, o-1, o-2, the cancelled o-9 and the unconfirmed a-5, whose index is saved."""
    store = opened(folder)
    for number in range(3):
        store.add(stored(f"o-{number}", f"p-{number}"))
    store.add(stored("o-9", "p-9", OwnState.CANCELLED))
    store.begin_attempt(unconfirmed("a-5", "p-5"))
    settle(store)
    store.save_index()
    return store


def lost(store: RecordStore) -> set[str]:
    return {Path(problem.place).name.removesuffix(".toml") for problem in store.problems}


def ids(store: RecordStore) -> set[str]:
    return {record.onboarding_id or record.key for record in store.records()}


def onboardings_gone(folder: Path) -> None:
    shutil.rmtree(folder / "onboardings")


def onboardings_emptied(folder: Path) -> None:
    for path in (folder / "onboardings").iterdir():
        path.unlink()


def older_onboardings(folder: Path) -> None:
    """As from a backup of when only o-0 was there."""
    older = folder / "older"
    older.mkdir()
    shutil.copy(folder / "onboardings" / "o-0.toml", older)
    shutil.rmtree(folder / "onboardings")
    older.rename(folder / "onboardings")


def one_file(folder: Path) -> None:
    (folder / "onboardings" / "o-1.toml").unlink()


def attempts_gone(folder: Path) -> None:
    shutil.rmtree(folder / "attempts")


def one_attempt(folder: Path) -> None:
    (folder / "attempts" / "a-5.toml").unlink()


HARMS: list[tuple[Harm, set[str]]] = [
    (onboardings_gone, {"o-0", "o-1", "o-2"}),
    (onboardings_emptied, {"o-0", "o-1", "o-2"}),
    (older_onboardings, {"o-1", "o-2"}),
    (one_file, {"o-1"}),
    (attempts_gone, {"a-5"}),
    (one_attempt, {"a-5"}),
]


@pytest.mark.parametrize(("harm", "gone"), HARMS)
def test_what_no_file_tells_any_more_stays_in_sight_and_refuses_start_after_start(
    tmp_path: Path, harm: Harm, gone: set[str]
) -> None:
    filled(tmp_path)
    harm(tmp_path)
    for turn in range(3):
        store = opened(tmp_path, f"{turn}-new")
        assert lost(store) == gone
        assert not ids(store) & gone
        for name in gone:
            partner = name.replace("o-", "p-").replace("a-", "p-")
            with pytest.raises(DuplicateError) as caught:
                store.begin_attempt(attempt("a2", partner))
            assert f"gett-tui doctor --forget {name} forgets it" in sentence(caught.value)
        assert store.begin_attempt(attempt(f"b{turn}", f"p-9{turn}")).key == f"b{turn}", "nobody knows of that one"
        settle(store)
        store.save_index()  # it must not forget what it alone knows
    assert opened(tmp_path, "9-new").begin_attempt(attempt("a9", "p-9")).key == "a9", "that one had ended"
    told = [remark for remark in inspect(tmp_path).remarks if "--forget" in remark.text]
    assert {remark.path.stem for remark in told} == gone
    assert all(remark.is_bad for remark in told)


@pytest.mark.parametrize(
    ("harm", "gone"), [(older_onboardings, {"o-1", "o-2"}), (one_file, {"o-1"}), (one_attempt, {"a-5"})]
)
def test_a_copy_that_sees_files_go_says_the_same_as_one_that_starts_later(
    tmp_path: Path, harm: Harm, gone: set[str]
) -> None:
    running = filled(tmp_path)
    if harm is older_onboardings:
        for name in gone:  # as "rsync --delete" brings an older copy back: a replaced folder is filled again
            (tmp_path / "onboardings" / f"{name}.toml").unlink()
    else:
        harm(tmp_path)
    running.sync()
    assert lost(running) == gone
    assert not ids(running) & gone
    running.save_index()
    assert lost(opened(tmp_path, "2-new")) == gone


def test_a_repair_writes_again_what_was_lost_as_it_was(tmp_path: Path) -> None:
    before = records(filled(tmp_path))
    onboardings_gone(tmp_path)
    attempts_gone(tmp_path)
    repair(tmp_path, wait=0.0)
    after = opened(tmp_path, "2-new")
    assert after.problems == ()
    assert ids(after) == {"o-0", "o-1", "o-2", "a-5"}
    for key, record in records(after).items():
        assert record._replace(revision=0, token="") == before[key]._replace(revision=0, token="")


@pytest.mark.parametrize("name", ["o-1", "p-1"])
def test_what_a_person_forgets_is_forgotten_by_all_copies_until_it_stands_again(tmp_path: Path, name: str) -> None:
    running = filled(tmp_path)
    one_file(tmp_path)
    running.sync()
    assert [record.onboarding_id for record in forget(tmp_path, name)] == ["o-1"]
    running.sync()
    for store in (running, opened(tmp_path, "2-new")):
        assert lost(store) == set()
        settle(store)
        store.save_index()
    running.add(stored("o-1", "p-1"))
    settle(running)
    running.save_index()
    one_file(tmp_path)
    assert lost(opened(tmp_path, "3-new")) == {"o-1"}, "it stood again since"
    running.sync()
    running.add(stored("o-1", "p-1"))
    assert lost(running) == set()


def test_only_what_is_lost_can_be_forgotten(tmp_path: Path) -> None:
    filled(tmp_path)
    for name in ("o-0", "a-5", "nobody"):
        with pytest.raises(RecordGoneError) as caught:
            forget(tmp_path, name)
        assert name in sentence(caught.value)
    assert ids(opened(tmp_path, "2-new")) == {"o-0", "o-1", "o-2", "o-9", "a-5"}


def test_what_came_to_its_end_is_not_lost_whoever_ended_it_and_however_old_the_index_is(tmp_path: Path) -> None:
    running = filled(tmp_path)
    running.begin_attempt(attempt("a-6", "p-6"))
    settle(running)
    running.save_index()
    other = opened(tmp_path, "2-other")
    known = other.get("a-5")
    assert known is not None
    other.add(stored("o-5", "p-5"))
    other.confirm_attempt(known, "o-5", made)  # the record that stood keeps its own name
    other.discard_attempt("a-6")
    (tmp_path / "onboardings" / "o-5.toml").unlink()
    assert lost(opened(tmp_path, "3-new")) == set(), "the index never knew of o-5"
    running.sync()
    assert lost(running) == set()
    assert running.begin_attempt(attempt("a-7", "p-6")).key == "a-7"


def test_an_index_that_another_copy_writes_keeps_what_it_did_not_know(tmp_path: Path) -> None:
    filled(tmp_path)
    late = opened(tmp_path, "2-late")
    early = opened(tmp_path, "3-early")
    early.add(stored("o-7", "p-7"))
    early.save_index()
    (tmp_path / "onboardings" / "o-7.toml").unlink()  # before the other one looks
    late.add(stored("o-8", "p-8"))
    late.save_index()
    assert lost(opened(tmp_path, "4-new")) == {"o-7"}


@pytest.mark.parametrize("is_settled", [False, True])
def test_what_was_written_a_moment_ago_is_known_and_what_no_line_holds(tmp_path: Path, is_settled: bool) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1", "p-1"))
    path = tmp_path / "onboardings" / "o-2.toml"
    path.write_text('onboarding_id = "o-2"\npartner_store_id = "p-2"\nstatus = "active"\n[store]\nopens = 2026-04-01\n')
    if is_settled:
        settle(store)
    store.sync()
    store.save_index()
    onboardings_gone(tmp_path)
    assert lost(opened(tmp_path, "2-new")) == {"o-1", "o-2"}


def test_one_that_looked_at_the_files_alone_does_not_overwrite_what_the_index_knows(tmp_path: Path) -> None:
    filled(tmp_path)
    older_onboardings(tmp_path)
    hasty = RecordStore(tmp_path, "2-hasty")
    hasty.sync()
    hasty.save_index()
    with pytest.raises(DuplicateError):
        hasty.begin_attempt(attempt("a2", "p-2"))
    assert lost(opened(tmp_path, "3-new")) == {"o-1", "o-2"}


def test_a_lost_store_that_does_not_say_whose_it_is_refuses_each_register(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1", ""))
    store.save_index()
    onboardings_gone(tmp_path)
    with pytest.raises(CannotLookError, match=r"o-1\.toml"):
        opened(tmp_path, "2-new").begin_attempt(attempt("a2", "p-2"))
    forget(tmp_path, "o-1")
    assert opened(tmp_path, "3-new").begin_attempt(attempt("a2", "p-2")).key == "a2"


def test_a_file_that_comes_back_is_not_lost_any_more(tmp_path: Path) -> None:
    filled(tmp_path)
    path = tmp_path / "onboardings" / "o-1.toml"
    path.rename(tmp_path / "elsewhere")
    store = opened(tmp_path, "2-new")
    assert lost(store) == {"o-1"}
    (tmp_path / "elsewhere").rename(path)
    store.sync()
    assert lost(store) == set()
    assert "o-1" in ids(store)


@pytest.mark.parametrize("harm", ["folder", "pipe", "nonsense"])
def test_what_stands_in_the_way_of_notes_of_removals_costs_a_false_alarm_and_no_end(tmp_path: Path, harm: str) -> None:
    store = filled(tmp_path)
    store.begin_attempt(attempt("a-6", "p-6"))
    store.save_index()
    path = tmp_path / "removed"
    if harm == "folder":
        path.mkdir()
    elif harm == "pipe":
        os.mkfifo(path)
    else:
        path.write_bytes(b"\xff[\n{}\n" + b"[" * 5_000 + b"\n")
    store.discard_attempt("a-6")
    store.sync()
    assert lost(store) == set(), "who ended it knows"
    assert not (tmp_path / "attempts" / "a-6.toml").exists()
    assert lost(opened(tmp_path, "2-new")) == ({"a-6"} if harm != "nonsense" else set())


def test_notes_of_removals_do_not_grow_for_ever(tmp_path: Path) -> None:
    store = filled(tmp_path)
    path = tmp_path / "removed"
    path.write_text('["attempts", "a-old.toml"]\n' * 50_000)
    store.begin_attempt(attempt("a-6", "p-6"))
    settle(store)
    store.save_index()
    store.discard_attempt("a-6")
    store.repair(lambda owner: False)
    assert 0 < path.stat().st_size < 1024 * 1024
    assert lost(opened(tmp_path, "2-new")) == set()


def test_what_is_forgotten_here_is_so_at_once(tmp_path: Path) -> None:
    filled(tmp_path)
    one_file(tmp_path)
    store = opened(tmp_path, "2-new")
    store.lost.forget("o-1")
    assert store.problems == ()
    assert store.begin_attempt(attempt("a2", "p-1")).key == "a2"


def test_a_file_that_was_set_aside_is_told_once(tmp_path: Path) -> None:
    filled(tmp_path)
    path = tmp_path / "onboardings" / "o-1.toml"
    path.rename(path.with_name("o-1.toml.damaged"))
    assert [Path(problem.place).name for problem in opened(tmp_path, "2-new").problems] == ["o-1.toml.damaged"]


def test_an_attempt_that_the_released_version_made_a_record_of_is_not_lost(tmp_path: Path) -> None:
    """It notes no removals: the record that has the attempt's key tells."""
    running = filled(tmp_path)
    known = running.get("a-5")
    assert known is not None
    elsewhere = opened(tmp_path / "elsewhere", "2-old")
    elsewhere.add(known._replace(onboarding_id="o-5", status="active"))
    shutil.copy(tmp_path / "elsewhere" / "onboardings" / "o-5.toml", tmp_path / "onboardings")
    one_attempt(tmp_path)
    running.sync()
    for store in (running, opened(tmp_path, "3-new")):
        assert lost(store) == set()
        assert ids(store) == {"o-0", "o-1", "o-2", "o-9", "o-5"}


def test_an_attempt_that_a_living_copy_of_the_released_version_takes_away_is_not_lost(tmp_path: Path) -> None:
    """It notes no removals: what was refused just goes."""
    running = filled(tmp_path)
    old = Instances(tmp_path)
    old.announce()
    known = running.get("a-5")
    assert known is not None
    pending = Pending("register", AT, old.owner)
    running.update("a-5", lambda now: now._replace(pending=pending))
    settle(running)
    running.save_index()
    one_attempt(tmp_path)
    running.sync()
    assert lost(running) == set()
    running.save_index()
    old.leave()
    for store in (running, opened(tmp_path, "3-new")):
        assert lost(store) == set()


def test_an_index_that_the_system_does_not_let_be_read_is_not_taken_for_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    running = opened(tmp_path, "2-new")
    one_file(tmp_path)
    late = opened(tmp_path, "3-new")
    late.save_index()
    (tmp_path / "onboardings" / "o-2.toml").unlink()
    running.add(stored("o-7", "p-7"))
    real = os.open

    def refusing(path: Any, *arguments: Any, **named: Any) -> int:
        if str(path).endswith("/index"):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return real(path, *arguments, **named)

    before = (tmp_path / "index").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refusing)
        with pytest.raises(FileTroubleError):
            running.save_index()
    assert (tmp_path / "index").read_bytes() == before


def test_two_copies_that_renew_the_index_at_once_forget_nothing(tmp_path: Path) -> None:
    filled(tmp_path)
    copies = [opened(tmp_path, f"{number}-new") for number in range(2, 6)]
    for number, copy in enumerate(copies):
        copy.add(stored(f"n-{number}", f"q-{number}"))
    one_file(tmp_path)
    settle(copies[0])
    with ThreadPoolExecutor() as pool:
        for turn in range(20):
            for number, copy in enumerate(copies):
                known = copy.get(f"n-{number}")
                assert known is not None
                copy.update(known.key, lambda now, turn=turn: now._replace(label=str(turn)))
            list(pool.map(RecordStore.save_index, copies))
            assert lost(opened(tmp_path, "9-new")) == {"o-1"}
