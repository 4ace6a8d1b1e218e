"""A folder that 0.1.0 wrote is used as it is, and what is written there 0.1.0 can read.

``fixtures/written_by_0_1_0`` was made by that version: a registered store, an attempt under way, an unconfirmed one, a
cancelled store with a strange id, a record first written by hand, and one that it set aside as damaged.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest
from store_driver import AT, attempt, made, opened, record_at, records, tree

from gett_tui.onboarding.ports import CannotLookError, DuplicateError
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.record_store import RecordStore

ATTEMPT = "6f1c0f8e-0000-4000-8000-00000000000"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(Path(__file__).parent / "fixtures" / "written_by_0_1_0", tmp_path / "sandbox"))


def test_all_that_it_wrote_is_there_and_nothing_is_touched(folder: Path) -> None:
    before = tree(folder)
    reader = RecordStore(folder, "0-list")
    for _ in reader.load():
        pass
    assert {key: record.status for key, record in records(reader).items()} == {
        f"{ATTEMPT}1": "active",
        f"{ATTEMPT}2": OwnState.REGISTERING,
        f"{ATTEMPT}3": OwnState.UNCONFIRMED,
        "ob/4": OwnState.CANCELLED,
        "ob-5": OwnState.NOT_ASKED,
    }
    assert records(reader)[f"{ATTEMPT}1"].version == (3, "")
    assert [Path(problem.place).name for problem in reader.problems] == ["ob-6.toml.damaged"]
    assert tree(folder) == before


def test_its_stores_count_as_there(folder: Path) -> None:
    store = opened(folder)
    for partner in ("p-1", "p-2", "p-3", "p-5"):
        with pytest.raises(DuplicateError):
            store.begin_attempt(attempt("new", partner))
    with pytest.raises(CannotLookError, match=r"ob-6\.toml\.damaged"):
        store.begin_attempt(attempt("new", "p-4"))
    (folder / "onboardings" / "ob-6.toml.damaged").unlink()
    assert store.begin_attempt(attempt("new", "p-4")).key == "new"


def test_what_is_written_there_keeps_the_form_that_it_reads(folder: Path) -> None:
    store = opened(folder)
    begun = store.get(f"{ATTEMPT}2")
    assert begun is not None
    store.confirm_attempt(begun, "ob-2", made)
    store.update(f"{ATTEMPT}1", lambda now: now.moved("catalog_failed", AT))
    for name, revision in (("ob-1", 4), ("ob-2", 2)):
        table = tomllib.loads((folder / "onboardings" / f"{name}.toml").read_text())
        assert (table["format"], table["revision"]) == (1, revision)
        assert record_at(folder / "onboardings" / f"{name}.toml").token.startswith(f"{revision}-")
    assert {path.suffix for path in folder.rglob("*.*")} <= {".toml", ".damaged", ".format0"}
    assert {path.name for path in folder.iterdir()} == {"onboardings", "attempts", "locks", "host", "index", "removed"}


def test_a_change_by_it_is_another_version(folder: Path) -> None:
    store = opened(folder)
    path = folder / "onboardings" / "ob-1.toml"
    written = store.update(f"{ATTEMPT}1", lambda now: now.moved("catalog_failed", AT))
    # It counts the revision up and carries the token along as a member that it does not know.
    path.write_text(path.read_text().replace("revision = 4\n", "revision = 5\n").replace("catalog_failed", "other"))
    read = record_at(path)
    assert read.version == (5, "")
    assert store.observe(written, lambda now: now.moved("wrong", AT)).status == "other"
