"""What root makes or rewrites in another user's folder is that user's, or the next start could not use it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from store_driver import AT, attempt, made, opened, settle, stored

from gett_tui.storage.inspection import repair
from gett_tui.storage.record_store import RecordStore
from gett_tui.storage.state_folder import claim_folder

USER = (54_321, 54_322)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def owners(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path.relative_to(folder)): (path.stat().st_uid, path.stat().st_gid) for path in folder.rglob("*")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder of a user's."""
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, *USER)
    return folder


def test_all_that_root_makes_is_the_user_s(folder: Path) -> None:
    profile = folder / "sandbox"
    claim_folder(profile, "gett.example", "sandbox")
    store = opened(profile)
    store.add(stored("o-1"))
    known = store.begin_attempt(attempt("a1", "p-2"))
    store.begin_attempt(attempt("a2", "p-3"))
    store.confirm_attempt(known, "o-2", made)
    (profile / "onboardings" / "hand.toml").write_text('onboarding_id = "hand"\n')
    store.sync()
    store.update("hand", lambda now: now.moved("active", AT))
    settle(store)
    store.save_index()
    found = owners(folder)
    del found["sandbox/onboardings/hand.toml.format0"]
    assert {name for name, owner in found.items() if owner != USER} == set()
    assert {"sandbox/index", "sandbox/host", "sandbox/attempts/a2.toml"} <= found.keys()
    assert any(name.startswith("sandbox/locks/partner-") for name in found)


def test_a_rewrite_keeps_its_file_s_owner_and_gives_root_s_back(folder: Path) -> None:
    store = opened(folder)
    store.add(stored("o-1"))
    store.add(stored("o-2", "p-2"))
    os.chown(folder / "onboardings" / "o-1.toml", 60_001, 60_001)
    os.chown(folder / "onboardings" / "o-2.toml", 0, 0)
    for key in ("o-1", "o-2"):
        store.update(key, lambda now: now.moved("active", AT))
    assert owners(folder)["onboardings/o-1.toml"] == (60_001, 60_001)
    assert owners(folder)["onboardings/o-2.toml"] == USER


def test_a_restore_and_a_repair_are_the_user_s_too(folder: Path, tmp_path: Path) -> None:
    profile = folder / "sandbox"
    store = opened(profile)
    store.add(stored("o-1"))
    os.rename(profile, tmp_path / "elsewhere")
    store.sync()
    (profile / "onboardings" / "o-1.toml").write_bytes(b"half")
    for _ in range(2):
        store.sync()
        store.repair(lambda owner: False)
    os.chown(profile / "onboardings" / "o-1.toml.damaged", *USER)
    assert {name for name, owner in owners(folder).items() if owner != USER} == set()


def test_in_root_s_own_folder_root_s_files_stay_root_s(tmp_path: Path) -> None:
    RecordStore(tmp_path, "1-x").open()
    opened(tmp_path).add(stored("o-1"))
    repair(tmp_path, wait=0)
    assert set(owners(tmp_path).values()) == {(0, os.getegid())}
