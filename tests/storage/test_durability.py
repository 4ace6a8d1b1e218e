"""Each write reaches the disk in the order that survives a power cut, and a failed one changes nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from store_driver import AT, attempt, made, opened, record_at, records, settle, stored

from gett_tui.onboarding.ports import StorageError
from gett_tui.storage.record_store import RecordStore


class Recorder:
    """What is asked of the disk, in order: ``(call, path)``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, most: int | None = None) -> None:
        self.calls: list[tuple[str, str]] = []
        self._paths: dict[int, str] = {}
        self._most = most
        self._real = {name: getattr(os, name) for name in ("open", "write", "fsync", "close")}
        for name in ("open", "write", "fsync", "close"):
            monkeypatch.setattr(os, name, getattr(self, name))
        for name in ("rename", "replace", "unlink", "remove", "mkdir"):
            monkeypatch.setattr(os, name, self._noting(name, getattr(os, name)))

    def open(self, path: object, *arguments: object, **named: object) -> int:
        handle = self._real["open"](path, *arguments, **named)
        self._paths[handle] = str(path)
        return handle

    def write(self, handle: int, data: bytes) -> int:
        self.calls.append(("write", self._paths.get(handle, "")))
        return self._real["write"](handle, bytes(data)[: self._most])

    def fsync(self, handle: int) -> None:
        self.calls.append(("fsync", self._paths.get(handle, "")))
        self._real["fsync"](handle)

    def close(self, handle: int) -> None:
        self._paths.pop(handle, None)
        self._real["close"](handle)

    def _noting(self, name: str, real: Callable[..., None]) -> Callable[..., None]:
        def noted(path: object, *arguments: object, **named: object) -> None:
            self.calls.append((name, str(arguments[0] if arguments and name != "mkdir" else path)))
            if name in ("rename", "replace"):
                self.calls[-1] = (name, f"{path} -> {arguments[0]}")
            real(path, *arguments, **named)

        return noted

    def of(self, folder: Path) -> list[str]:
        """The calls that concern ``folder`` and what lies in it, told shortly."""
        told: list[str] = []
        for call, path in self.calls:
            if not any(part.startswith(str(folder)) for part in path.split(" -> ")):
                continue
            if call in ("rename", "replace"):
                told.append("rename")
            elif path == str(folder):
                told.append(f"{call} folder")
            else:
                told.append("remove" if call in ("unlink", "remove") else call)
        return told


WRITTEN = ["write", "fsync", "rename", "fsync folder"]
REMOVED = ["remove", "fsync folder"]


@pytest.fixture
def store(tmp_path: Path) -> RecordStore:
    store = opened(tmp_path)
    store.add(stored("o-1"))
    store.begin_attempt(attempt("a9", "p-9"))
    return store


def test_a_record_is_on_the_disk_before_its_name_and_its_name_before_anyone_hears(
    tmp_path: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Recorder(monkeypatch)
    store.update("o-1", lambda now: now.moved("active", AT))
    assert disk.of(tmp_path / "onboardings") == WRITTEN


def test_an_intent_is_on_the_disk(tmp_path: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Recorder(monkeypatch)
    store.begin_attempt(attempt("a1", "p-2"))
    assert disk.of(tmp_path / "attempts") == WRITTEN


def test_a_record_is_durable_before_its_attempt_goes(
    tmp_path: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Recorder(monkeypatch)
    store.confirm_attempt(attempt("a9", "p-9"), "o-9", made)
    assert disk.of(tmp_path) == [*["write", "fsync", "rename", "fsync"], "write", *["remove", "fsync"]]
    assert disk.of(tmp_path / "onboardings") == WRITTEN
    assert disk.of(tmp_path / "attempts") == REMOVED


def test_a_discarded_attempt_is_gone_for_good(
    tmp_path: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Recorder(monkeypatch)
    store.discard_attempt("a9")
    assert disk.of(tmp_path / "attempts") == REMOVED


def test_what_is_set_aside_is_so_for_good_before_the_new_one_is_written(
    tmp_path: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = store.get("o-1")
    assert known is not None
    (tmp_path / "onboardings" / "o-1.toml").write_bytes(b"half")
    disk = Recorder(monkeypatch)
    store.finish(known, lambda now: now.moved("active", AT))
    assert disk.of(tmp_path / "onboardings") == ["rename", "fsync folder", *WRITTEN]


def test_an_original_of_an_older_format_is_durable_before_it_is_replaced(
    tmp_path: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "onboardings" / "o-2.toml").write_text('onboarding_id = "o-2"\n')
    store.sync()
    disk = Recorder(monkeypatch)
    store.update("o-2", lambda now: now.moved("active", AT))
    assert disk.of(tmp_path / "onboardings") == WRITTEN * 2
    renamed = [path for call, path in disk.calls if call == "replace"]
    assert renamed[0].endswith("o-2.toml.format0")


def test_a_new_folder_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Recorder(monkeypatch)
    RecordStore(tmp_path / "a" / "b", "1-x").open()
    made_folders = [path for call, path in disk.calls if call == "mkdir"]
    assert len(made_folders) == 5
    for folder in made_folders:
        place = disk.calls.index(("mkdir", folder))
        assert ("fsync", str(Path(folder).parent)) in disk.calls[place:]


def test_short_writes_are_continued(tmp_path: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Recorder(monkeypatch, most=7)
    kept = store.update("o-1", lambda now: now._replace(error="long " * 50))
    assert disk.of(tmp_path / "onboardings").count("write") > 10
    assert record_at(tmp_path / "onboardings" / "o-1.toml") == kept


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_failed_write_leaves_the_file_and_memory_as_they_were(
    tmp_path: Path, store: RecordStore, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "onboardings" / "o-1.toml"
    before, known = path.read_bytes(), records(store)

    def failing(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(StorageError, match="read or write error"):
        store.update("o-1", lambda now: now.moved("active", AT))
    with pytest.raises(StorageError):
        store.begin_attempt(attempt("a1", "p-2"))
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert records(store) == known
    assert [name.name for name in (tmp_path / "onboardings").iterdir()] == ["o-1.toml"]
    assert [name.name for name in (tmp_path / "attempts").iterdir()] == ["a9.toml"]


LIMITED = """
import resource, signal, sys
from pathlib import Path
from gett_tui.storage.record_store import RecordStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
store = RecordStore(Path(sys.argv[1]), "2-limited")
for _ in store.load():
    pass
try:
    store.update("o-1", lambda now: now._replace(error="long " * 500))
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_real_limit_on_files_breaks_a_write_off_and_harms_nothing(tmp_path: Path, store: RecordStore) -> None:
    before = (tmp_path / "onboardings" / "o-1.toml").read_bytes()
    done = subprocess.run([sys.executable, "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "FileTroubleError" in done.stdout
    assert "may write" in done.stdout
    assert (tmp_path / "onboardings" / "o-1.toml").read_bytes() == before
    assert [name.name for name in (tmp_path / "onboardings").iterdir()] == ["o-1.toml"]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> object:
    """A real file system of 64 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_refuses_and_harms_nothing(tiny_disk: Path) -> None:
    store = opened(tiny_disk)
    store.add(stored("o-1"))
    (tiny_disk / "filler").write_bytes(b"")
    with contextlib.suppress(OSError):
        for _ in range(64):
            with (tiny_disk / "filler").open("ab", buffering=0) as filler:
                filler.write(bytes(4096))
    known = records(store)
    with pytest.raises(StorageError, match="the disk is full"):
        store.update("o-1", lambda now: now._replace(error="x" * 9000))
    with pytest.raises(StorageError, match="the disk is full"):
        store.begin_attempt(attempt("a1", "p-2"))
    assert records(store) == known
    assert not list(tiny_disk.rglob("*.tmp"))
    (tiny_disk / "filler").unlink()
    assert store.update("o-1", lambda now: now.moved("active", AT)).status == "active"


def test_a_read_only_disk_lists_and_refuses_writes(tiny_disk: Path) -> None:
    store = opened(tiny_disk)
    store.add(stored("o-1"))
    settle(store)
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    reader = RecordStore(tiny_disk, "0-list")
    for _ in reader.load():
        pass
    assert records(reader).keys() == {"o-1"}
    for write in (
        lambda: store.update("o-1", lambda now: now.moved("active", AT)),
        lambda: store.begin_attempt(attempt("a1", "p-2")),
        lambda: store.finish(reader.records()[0], lambda now: now.moved("active", AT)),
    ):
        with pytest.raises(StorageError, match="read-only"):
            write()
