"""A disk that takes nothing is tried for a while, and then the command ends with the id told."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from command_driver import as_process, environment, keep, store
from test_signals import NOT_SAVED, STORE, Held, take_nothing

from gett_tui.onboarding.status import Status

pytestmark = pytest.mark.slow

ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"


def test_an_id_that_no_file_takes_is_told_and_is_status_3(tmp_path: Path) -> None:
    with ExitStack() as stack:
        held = Held(tmp_path, stack, "register", "p-1", *STORE)
        held.wait_until_sent()
        take_nothing(tmp_path)
        held.answer()
        status, out, err = held.ended()
    assert (status, out) == (3, "")
    assert err.count(NOT_SAVED) == 1
    assert "no reason is told" not in err
    assert "/onboardings" in err.partition(NOT_SAVED)[2], "it is told where and why"
    assert "Traceback" not in err


def test_a_folder_that_takes_no_mark_ends_a_command_with_its_reason(tmp_path: Path) -> None:
    folder = keep(tmp_path, store(ONE, "p-1", Status.PENDING_CATALOG))
    (folder / "running").write_text("in the folder's place")
    done = as_process(environment(tmp_path, "http://127.0.0.1:1"), "cancel", ONE, "--yes")
    assert (done.status, done.out) == (1, "")
    assert "running" in done.err
