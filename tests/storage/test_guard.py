"""No store is registered twice because a file could not be read (invariant 6)."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from store_driver import AT, attempt, made, opened, records, settle, stored

from gett_tui.onboarding.ports import CannotLookError, DuplicateError
from gett_tui.onboarding.record import RecordError
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.inspection import inspect
from gett_tui.storage.record_store import RecordStore

Harm = Callable[[Path], object]


def place(folder: Path, name: str = "o-1") -> Path:
    return folder / "onboardings" / f"{name}.toml"


def cut_off(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"\n", data.index(b"partner_store_id")) + 5])


def cut_before_the_id(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"partner_store_id") + 22])


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def newer(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"format = 1\n", b"format = 99\n"))


def sent_alone(path: Path) -> None:
    path.write_text('format = 99\nstrange = true\n[sent]\nname = "A"\npartnerStoreId = "p-1"\n')


def set_aside(path: Path) -> None:
    cut_off(path)
    path.rename(path.with_name(path.name + ".damaged"))


def set_aside_twice(path: Path) -> None:
    cut_off(path)
    path.rename(path.with_name(path.name + ".2.damaged"))


def misnamed(path: Path) -> None:
    path.rename(path.with_name("copy.toml"))


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


READABLE = [cut_off, newer, sent_alone, set_aside, set_aside_twice, misnamed]
UNREADABLE = [cut_before_the_id, zeroed, a_pipe, a_folder, a_loop]


@pytest.mark.parametrize("harm", READABLE)
@pytest.mark.parametrize("is_attempt", [False, True])
def test_what_can_be_read_of_a_file_decides(tmp_path: Path, harm: Harm, is_attempt: bool) -> None:
    before = opened(tmp_path)
    before.begin_attempt(attempt())
    if not is_attempt:
        before.confirm_attempt(attempt(), "o-1", made)
    harm(place(tmp_path) if not is_attempt else tmp_path / "attempts" / "a1.toml")
    store = RecordStore(tmp_path, "2-new")
    with pytest.raises(DuplicateError) as caught:
        store.begin_attempt(attempt("a2"))
    assert caught.value.existing.partner_store_id == "p-1"
    assert store.begin_attempt(attempt("a3", "p-2")).key == "a3", "another store is none of its business"
    assert store.begin_attempt(attempt("a4"), allow_duplicate=True).key == "a4"


@pytest.mark.parametrize("harm", UNREADABLE)
def test_where_nothing_can_be_read_the_index_decides(tmp_path: Path, harm: Harm) -> None:
    before = opened(tmp_path)
    before.add(stored("o-1"))
    settle(before)
    before.save_index()
    harm(place(tmp_path))
    for _ in range(2):
        store = opened(tmp_path, "2-new")
        with pytest.raises(DuplicateError):
            store.begin_attempt(attempt("a2"))
        store.discard_attempt("a3")
        store.begin_attempt(attempt("a3", "p-2"))
        settle(store)
        store.save_index()  # it must not forget what it alone knows


@pytest.mark.parametrize("harm", UNREADABLE)
def test_where_the_index_knows_nothing_memory_decides(tmp_path: Path, harm: Harm) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    harm(place(tmp_path))
    with pytest.raises(DuplicateError):
        store.begin_attempt(attempt("a2"))
    assert store.begin_attempt(attempt("a3", "p-2")).key == "a3"


@pytest.mark.parametrize("harm", UNREADABLE)
def test_where_nobody_knows_each_register_is_refused_and_names_the_file(tmp_path: Path, harm: Harm) -> None:
    opened(tmp_path).add(stored("o-1"))
    harm(place(tmp_path))
    store = RecordStore(tmp_path, "2-new")
    for partner in ("p-1", "p-2"):
        with pytest.raises(CannotLookError) as caught:
            store.begin_attempt(attempt("a2", partner))
        assert caught.value.places == (str(place(tmp_path)),)
    assert not list((tmp_path / "attempts").iterdir())
    assert store.begin_attempt(attempt("a2"), allow_duplicate=True).key == "a2"


def test_a_file_that_nobody_here_may_read_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path).add(stored("o-1"))
    real = os.open

    def forbidden(path: object, *arguments: object, **named: object) -> int:
        if str(path).endswith("o-1.toml"):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **named)

    monkeypatch.setattr(os, "open", forbidden)  # the tests may run as root, whom no mode keeps out
    store = RecordStore(tmp_path, "2-new")
    with pytest.raises(CannotLookError, match=r"o-1\.toml"):
        store.begin_attempt(attempt("a2", "p-2"))
    assert "permission denied" in store.problems[0].text


def test_a_folder_that_cannot_be_listed_refuses(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    shutil.rmtree(tmp_path / "onboardings")
    (tmp_path / "onboardings").write_text("in the way")
    fresh = RecordStore(tmp_path, "2-new")
    with pytest.raises(Exception, match="onboardings"):
        fresh.begin_attempt(attempt("a2"))
    assert not list((tmp_path / "attempts").iterdir())


def test_an_ended_store_s_damage_hinders_nobody_once_it_stands_again(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1", status=OwnState.CANCELLED))
    zeroed(place(tmp_path))
    for _ in range(2):
        store.sync()
        store.repair(lambda owner: False)
    assert [path.name for path in (tmp_path / "onboardings").glob("*.damaged")] == ["o-1.toml.damaged"]
    assert RecordStore(tmp_path, "2-new").begin_attempt(attempt("a2")).key == "a2"


def test_a_whole_copy_of_an_ended_or_standing_store_hinders_nobody(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1", status=OwnState.CANCELLED))
    shutil.copy(place(tmp_path), place(tmp_path, "copy"))
    assert store.begin_attempt(attempt("a2")).key == "a2"
    place(tmp_path).unlink()
    assert store.begin_attempt(attempt("a3", "p-3")).key == "a3"


def test_a_written_down_onboarding_of_an_unknown_store_refuses_until_it_was_asked(tmp_path: Path) -> None:
    store = opened(tmp_path)
    place(tmp_path).write_text('onboarding_id = "o-1"\n')
    with pytest.raises(CannotLookError, match=r"o-1\.toml"):
        store.begin_attempt(attempt("a2"))
    store.update("o-1", lambda now: now.moved("active", AT)._replace(partner_store_id="p-9"))
    assert store.begin_attempt(attempt("a2")).key == "a2"


def _without_names(path: Path) -> None:
    """As a person may leave it, or a file cut off just there: sound TOML that says no word of whose it is."""
    kept = [line for line in path.read_text().splitlines() if "artner" not in line]
    path.write_text("\n".join(kept) + "\n")


@pytest.mark.parametrize("status", ["pending_catalog", "active", "catalog_failed", "a word of tomorrow"])
def test_a_record_that_does_not_say_whose_it_is_refuses_each_register(tmp_path: Path, status: str) -> None:
    opened(tmp_path).add(stored("o-1", status=status))
    _without_names(place(tmp_path))
    store = RecordStore(tmp_path, "2-new")
    for partner in ("p-1", "p-2"):
        with pytest.raises(CannotLookError, match=r"o-1\.toml"):
            store.begin_attempt(attempt("a2", partner))
    assert store.begin_attempt(attempt("a2"), allow_duplicate=True).key == "a2"
    assert any("partner store id" in remark.text for remark in inspect(tmp_path).remarks)


@pytest.mark.parametrize("blank", ['partner_store_id = ""', 'partner_store_id = "  "', ""])
def test_an_attempt_that_does_not_say_whose_it_is_refuses_each_register(tmp_path: Path, blank: str) -> None:
    opened(tmp_path).begin_attempt(attempt())
    path = tmp_path / "attempts" / "a1.toml"
    path.write_text(path.read_text().replace('partner_store_id = "p-1"', blank))
    with pytest.raises(CannotLookError, match=r"a1\.toml"):
        opened(tmp_path, "2-new").begin_attempt(attempt("a2", "p-2"))


def test_an_ended_store_that_says_nothing_hinders_nobody(tmp_path: Path) -> None:
    opened(tmp_path).add(stored("o-1", partner="", status=OwnState.CANCELLED))
    assert opened(tmp_path, "2-new").begin_attempt(attempt()).key == "a1"


def test_whose_a_record_was_is_known_from_the_index_or_from_memory(tmp_path: Path) -> None:
    before = opened(tmp_path)
    before.add(stored("o-1"))
    settle(before)
    before.save_index()
    _without_names(place(tmp_path))
    after = opened(tmp_path, "2-new")
    before.sync()
    for number, store in enumerate((before, after, after)):
        with pytest.raises(DuplicateError):
            store.begin_attempt(attempt("a2"))
        assert store.begin_attempt(attempt(f"b{number}", f"p-2{number}")).key == f"b{number}"
        settle(store)
        store.save_index()  # it must not forget what it alone knows
    with pytest.raises(DuplicateError):
        opened(tmp_path, "3-new").begin_attempt(attempt("a2"))


def test_what_gett_calls_the_store_counts_too(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1")._replace(partner_store_id="", more={"partnerStoreId": "p-1"}))
    with pytest.raises(DuplicateError):
        store.begin_attempt(attempt("a2"))
    assert store.begin_attempt(attempt("a3", "p-2")).key == "a3"


def test_a_file_in_the_folder_s_place_refuses_and_is_told(tmp_path: Path) -> None:
    opened(tmp_path).add(stored("o-1"))
    shutil.rmtree(tmp_path / "onboardings")
    (tmp_path / "onboardings").touch()
    with pytest.raises(FileTroubleError, match="there is a file in the folder's place"):
        RecordStore(tmp_path, "2-new").begin_attempt(attempt("a2"))


def test_under_the_lock_everything_is_looked_at_whatever_the_stamps_say(tmp_path: Path) -> None:
    """Whole-second stamps: another copy's write, a moment after the last scan, shows in none."""
    one, two = opened(tmp_path, "1-a"), opened(tmp_path, "2-b")
    one.sync()
    folder = tmp_path / "attempts"
    before = folder.stat()
    two.begin_attempt(attempt())
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(DuplicateError):
        one.begin_attempt(attempt("a2"))
    assert records(one).keys() == {"a1"}
    assert [record.key for record in one.sync().changed] == ["a1"], "the rows hear of it"


def test_of_many_copies_registering_one_store_exactly_one_may_send_while_a_file_is_harmed(tmp_path: Path) -> None:
    opened(tmp_path).add(stored("o-1", "p-9"))
    newer(place(tmp_path))
    ends: list[str] = []
    barrier = threading.Barrier(6)

    def register(number: int) -> None:
        store = RecordStore(tmp_path, f"{number}-x")
        barrier.wait()
        try:
            ends.append(store.begin_attempt(attempt(f"a{number}")).key)
        except RecordError as error:
            ends.append(type(error).__name__)

    threads = [threading.Thread(target=register, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(end for end in ends if end.startswith("a")) != []
    assert ends.count("DuplicateError") == 5


@pytest.mark.parametrize("now", ["", "p-9", "P-1 "])
def test_a_store_still_stands_under_the_id_that_it_was_registered_as(tmp_path: Path, now: str) -> None:
    """A person has changed the one in the file, or cut the line out."""
    store = opened(tmp_path)
    store.add(stored("o-1", now)._replace(sent={"partnerStoreId": "p-1"}))
    with pytest.raises(DuplicateError):
        store.begin_attempt(attempt("a2"))
