"""A copy that is stopped in the middle of something is named by whoever waits for it."""

from __future__ import annotations

import itertools
import json
import os
import time
from pathlib import Path

import pytest
from stopped_process import locking, stopped
from store_driver import AT, attempt, opened

from gett_tui.error_messages import sentence
from gett_tui.onboarding.ports import DuplicateError, Lead, PollingReport
from gett_tui.onboarding.record import Pending
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.leadership import Leadership, polling_copy

OLD_LINE = {"polled_at": None, "trouble": None, "trouble_since": None}


def registering(folder: Path) -> str:
    """A script that holds the lock of p-1, as in the middle of a Register."""
    return (
        "from pathlib import Path\nfrom gett_tui.storage.locks import Locks\n"
        f"held = Locks(Path({str(folder)!r})).hold_partner('p-1')\nheld.__enter__()\n"
    )


def test_who_holds_the_lock_of_a_register_is_named_when_the_wait_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(tmp_path)
    with stopped(registering(tmp_path)) as pid:
        with monkeypatch.context() as patch:
            seconds = itertools.count()
            patch.setattr(time, "monotonic", lambda: float(next(seconds)))
            patch.setattr(time, "sleep", lambda _: None)
            with pytest.raises(FileTroubleError) as caught:
                store.begin_attempt(attempt())
        assert f"(pid {pid}, which is stopped: kill -CONT {pid} lets it go on)" in str(caught.value)
        assert f"pid {pid}" in sentence(caught.value)
    assert store.begin_attempt(attempt()).key == "a1", "a dead one holds nothing"


def test_who_is_registering_the_store_already_is_named(tmp_path: Path) -> None:
    with stopped("") as pid:
        for number, (owner, said) in enumerate(
            [
                (f"{pid}-abc", f"(pid {pid}, which is stopped"),
                (f"{os.getpid()}-abc", f"(pid {os.getpid()}) since 12:00:00Z"),
                ("somebody", "another copy of the program since"),
            ]
        ):
            store = opened(tmp_path / owner)
            begun = attempt(f"a{number}")
            store.begin_attempt(begun._replace(pending=Pending("register", AT, owner)))
            with pytest.raises(DuplicateError) as caught:
                store.begin_attempt(attempt("b"))
            assert said in sentence(caught.value)


@pytest.mark.parametrize("line", [None, "", "{}", "\0\0"])
def test_a_stopped_copy_of_the_released_version_is_seen(tmp_path: Path, line: str | None) -> None:
    """It never renews anything: that it stands still is all that can be told."""
    script = locking(tmp_path / "poller.lock", line or "")
    if line is None:
        script += f"import json\nos.pwrite(handle, json.dumps({{'pid': os.getpid(), **{OLD_LINE!r}}}).encode(), 0)\n"
    assert polling_copy(tmp_path) is None
    with stopped(script) as pid:
        seen = polling_copy(tmp_path)
        assert seen is not None
        assert (seen.pid, seen.age, seen.is_silent) == (pid, None, True)
        lead = Leadership(tmp_path).lead(PollingReport())
        assert not lead.is_ours
        assert (lead.silent_since is not None) is (line is None)
    assert polling_copy(tmp_path) is None


def test_one_of_the_released_version_that_runs_is_not_silent(tmp_path: Path) -> None:
    (tmp_path / "poller.lock").write_text(json.dumps({"pid": os.getpid(), **OLD_LINE}))
    with stopped(locking(tmp_path / "poller.lock")):
        lead = Leadership(tmp_path).lead(PollingReport())
        assert lead == Lead(is_ours=False, report=PollingReport(os.getpid()))
