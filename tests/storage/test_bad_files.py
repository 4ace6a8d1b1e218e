"""One bad file takes no other away, nothing waits for it, and a read changes nothing (invariant 10)."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from store_driver import AT, attempt, opened, records, settle, stored, tree
from test_guard import a_folder, a_loop, a_pipe, cut_off, misnamed, newer, sent_alone, set_aside, zeroed

from gett_tui.onboarding.ports import StorageError
from gett_tui.storage import index
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.inspection import inspect, repair
from gett_tui.storage.record_store import RecordStore

Make = Callable[[Path], object]


def a_socket(path: Path) -> None:
    path.unlink(missing_ok=True)
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's name is short
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.chdir(here)


def a_device(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


def a_link_to_nothing(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("nothing-here")


def too_large(path: Path) -> None:
    path.unlink(missing_ok=True)
    with path.open("wb") as stream:
        stream.truncate(17 * 1024 * 1024)


def text(content: str | bytes) -> Make:
    def write(path: Path) -> None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    return write


HEAD = 'format = 1\nkey = "bad"\nonboarding_id = "bad"\nstatus = "active"\n'
BAD: dict[str, Make] = {
    "folder": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "socket": a_socket,
    "device": a_device,
    "loop": lambda path: path.symlink_to(path.name),
    "link to nothing": a_link_to_nothing,
    "too large": too_large,
    "empty": text(""),
    "zeros": text(bytes(4096)),
    "cut off": text(HEAD[:30]),
    "not text": text(b"\xff\xfe\x00"),
    "nested": text("a = " + "[" * 50_000),
    "year 1": text(HEAD + "[[history]]\nstatus = 's'\nat = 0001-01-01T00:00:00+01:00\n"),
    "year 9999": text(HEAD + "[[history]]\nstatus = 's'\nat = 9999-12-31T23:59:59-01:00\n"),
    "date alone": text(HEAD + "[[history]]\nstatus = 's'\nat = 2026-01-01\n"),
    "time alone": text(HEAD + "[trouble]\naction = 'a'\ntext = 't'\nat = 12:00:00\n"),
    "pending of year 1": text(HEAD + "[pending]\naction = 'a'\nowner = 'o'\nat = 0001-01-01T00:00:00\n"),
    "newer": text("format = 99\n"),
    "misnamed": text(HEAD.replace("bad", "other")),
    "a record among attempts": text(HEAD),
    "huge number": text(HEAD + "x = " + "9" * 5000 + "\n"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("folder", ["onboardings", "attempts"])
def test_a_bad_file_is_reported_alone(tmp_path: Path, name: str, folder: str) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    store.begin_attempt(attempt("a1", "p-2"))
    settle(store)
    BAD[name](tmp_path / folder / "bad.toml")
    is_record = name == "a record among attempts" and folder == "onboardings"
    shown = {"o-1", "a1"} | ({"bad"} if is_record else set())
    reported = [] if is_record else [str(tmp_path / folder / "bad.toml")]
    fresh = RecordStore(tmp_path, "2-new")
    for _ in fresh.load():
        pass
    for reader in (store, fresh):
        for _ in range(2):
            reader.sync()
        assert records(reader).keys() == shown
        assert [problem.place for problem in reader.problems] == reported
        assert reader.update("o-1", lambda now: now.moved("active", AT)).status == "active"
        reader.save_index()
    assert any(str(remark.path) in reported for remark in inspect(tmp_path).remarks) is not is_record
    store.discard_attempt("a1")
    (tmp_path / folder / "bad.toml").rename(tmp_path / "elsewhere")
    store.sync()
    lost = [str(tmp_path / folder / "bad.toml")] if is_record else []
    assert [problem.place for problem in store.problems] == lost, "only of a sound record it is missed"


@pytest.mark.parametrize("name", ["folder", "pipe", "socket", "device", "loop", "zeros", "too large"])
def test_something_else_in_the_index_s_place_costs_nothing(tmp_path: Path, name: str) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    BAD[name](tmp_path / "index")
    assert index.first(tmp_path, 5) == []
    fresh = opened(tmp_path, "2-new")
    assert records(fresh).keys() == {"o-1"}


def test_a_byte_order_mark_is_no_damage(tmp_path: Path) -> None:
    store = opened(tmp_path)
    (tmp_path / "onboardings" / "bad.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    store.sync()
    assert records(store).keys() == {"bad"}


def test_a_lock_that_is_no_file_is_told_and_waits_for_nobody(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    for lock in (tmp_path / "locks").iterdir():
        lock.unlink()
        os.mkfifo(lock)
    with pytest.raises(FileTroubleError, match="no regular file"):
        store.update("o-1", lambda now: now.moved("active", AT))


@pytest.mark.parametrize("harm", [cut_off, zeroed, newer, sent_alone, set_aside, misnamed, a_pipe, a_folder, a_loop])
def test_a_read_changes_nothing(tmp_path: Path, harm: Make) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    store.add(stored("o-2", "p-2"))
    (tmp_path / "onboardings" / "hand.toml").write_text('onboarding_id = "hand"\n')
    (tmp_path / "onboardings" / ".o-1.toml.9-dead.ab12.tmp").write_text("half")
    harm(tmp_path / "onboardings" / "o-1.toml")
    before = tree(tmp_path)
    reader = RecordStore(tmp_path, "0-list")
    for _ in reader.load():
        pass
    for _ in range(3):
        reader.sync()
    assert reader.find("o-2") is not None
    assert records(reader).keys() == {"o-2", "hand"}
    inspect(tmp_path)
    index.first(tmp_path, 9)
    assert tree(tmp_path) == before


def test_a_missing_folder_lists_nothing_and_is_not_made(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    reader = RecordStore(folder, "0-list")
    assert [batch for batch in reader.load() if batch] == []
    assert reader.find("o-1") is None
    assert not reader.sync()
    assert inspect(folder).records == 0
    assert not folder.exists()


def test_a_damaged_file_is_set_aside_when_it_looked_the_same_for_two_repairs(tmp_path: Path) -> None:
    store = opened(tmp_path)
    path = tmp_path / "onboardings" / "bad.toml"
    path.write_bytes(b"one")
    store.sync()
    store.repair(lambda owner: False)
    path.write_bytes(b"two, still being saved")
    store.sync()
    store.repair(lambda owner: False)
    assert path.read_bytes() == b"two, still being saved"
    store.repair(lambda owner: False)
    assert not path.exists()
    assert (tmp_path / "onboardings" / "bad.toml.damaged").read_bytes() == b"two, still being saved"
    store.sync()
    assert [Path(problem.place).name for problem in store.problems] == ["bad.toml.damaged"]
    path.write_bytes(b"three")
    for _ in range(2):
        store.sync()
        store.repair(lambda owner: False)
    kept = {aside.read_bytes() for aside in (tmp_path / "onboardings").glob("*.damaged")}
    assert kept == {b"two, still being saved", b"three"}


def test_a_file_damaged_while_running_is_written_again_from_memory(tmp_path: Path) -> None:
    store = opened(tmp_path)
    known = store.add(stored("o-1"))
    path = tmp_path / "onboardings" / "o-1.toml"
    path.write_bytes(b"half a fi")
    for _ in range(2):
        store.sync()
        store.repair(lambda owner: False)
    assert records(opened(tmp_path))["o-1"]._replace(revision=1, token=known.token) == known
    assert (tmp_path / "onboardings" / "o-1.toml.damaged").read_bytes() == b"half a fi"


def test_a_file_mended_by_hand_between_two_repairs_stays(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    path = tmp_path / "onboardings" / "o-1.toml"
    whole = path.read_bytes()
    path.write_bytes(b"half")
    store.sync()
    store.repair(lambda owner: False)
    path.write_bytes(whole.replace(b"p-1", b"p-5"))
    store.repair(lambda owner: False)
    store.sync()
    assert path.read_bytes() == whole.replace(b"p-1", b"p-5")
    assert records(store)["o-1"].partner_store_id == "p-5"


def test_repairs_leave_what_is_no_damaged_file(tmp_path: Path) -> None:
    opened(tmp_path)
    for name in ("folder", "pipe", "device", "loop", "newer", "misnamed"):
        BAD[name](tmp_path / "onboardings" / f"{name}.toml")
    before = sorted(path.name for path in (tmp_path / "onboardings").iterdir())
    repair(tmp_path, wait=0)
    assert sorted(path.name for path in (tmp_path / "onboardings").iterdir()) == before


def test_a_repair_on_demand_sets_damage_aside_and_clears_what_dead_programs_left(tmp_path: Path) -> None:
    opened(tmp_path).add(stored("o-1"))
    (tmp_path / "onboardings" / "bad.toml").write_bytes(b"half")
    for place in ("onboardings/.o-1.toml.9-dead.ab12.tmp", ".index.9-dead.ab12.tmp"):
        (tmp_path / place).write_text("half")
    (tmp_path / "onboardings" / "o-1.toml").chmod(0o644)
    repair(tmp_path, wait=0)
    left = inspect(tmp_path)
    assert [remark.path.name for remark in left.remarks] == ["bad.toml.damaged"]
    assert left.records == 1


def test_a_file_that_cannot_be_set_aside_hinders_no_other_repair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(tmp_path)
    for name in ("a", "b"):
        (tmp_path / "onboardings" / f"{name}.toml").write_bytes(b"half")
    real = os.rename

    def rename(path: Path, other: Path) -> None:
        if Path(path).name == "a.toml":
            raise PermissionError(1, "Operation not permitted")
        real(path, other)

    monkeypatch.setattr(os, "rename", rename)
    for _ in range(2):
        store.sync()
        store.repair(lambda owner: False)
    store.sync()
    assert [Path(problem.place).name for problem in store.problems] == ["a.toml", "b.toml.damaged"]


def test_a_bad_file_of_a_known_store_is_told_by_find(tmp_path: Path) -> None:
    opened(tmp_path).add(stored("o-1"))
    zeroed(tmp_path / "onboardings" / "o-1.toml")
    with pytest.raises(StorageError, match=r"o-1\.toml: damaged"):
        RecordStore(tmp_path, "2-x").find("o-1")


def test_a_pipe_is_not_even_opened(tmp_path: Path) -> None:
    """Opening it would let go whoever waits at its other end."""
    opened(tmp_path)
    pipe = tmp_path / "onboardings" / "pipe.toml"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.open("wb").close(), daemon=True)
    writer.start()
    assert opened(tmp_path).problems != ()
    writer.join(0.3)
    assert writer.is_alive()
    pipe.open("rb").close()
    writer.join()
