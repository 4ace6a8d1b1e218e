"""How the operator likes the list outlives the program, in a file that nobody else minds and that cannot stop it."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.inspection import inspect
from gett_tui.storage.settings_file import SettingsFile
from gett_tui.ui.list_settings import ListSettings, SettingsKeeper

NAME = "list-settings"
BY_NAME = ListSettings("name", reverse=True, hides_ended=True)


def read(folder: Path) -> ListSettings:
    return SettingsKeeper(SettingsFile(folder)).settings


async def kept(keeper: SettingsKeeper, *settings: ListSettings) -> None:
    for each in settings:
        keeper.keep(each)
    await keeper.close()


async def test_what_was_chosen_is_there_at_the_next_start(tmp_path: Path) -> None:
    keeper = SettingsKeeper(SettingsFile(tmp_path))
    assert keeper.settings == ListSettings()
    await kept(keeper, ListSettings("since"), BY_NAME)
    assert read(tmp_path) == BY_NAME
    await kept(keeper, ListSettings())
    assert read(tmp_path) == ListSettings()


async def test_a_profile_that_has_no_folder_yet_gets_one(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "sandbox"
    await kept(SettingsKeeper(SettingsFile(folder)), BY_NAME)
    assert read(folder) == BY_NAME
    assert (folder / NAME).stat().st_mode & 0o777 == 0o600


def test_looking_writes_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == ListSettings()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        (b"", ListSettings()),
        (b"\xff\xfe", ListSettings()),
        (b"{", ListSettings()),
        (b"[1]", ListSettings()),
        (b'"order"', ListSettings()),
        (b"[" * 4_000, ListSettings()),
        (b'{"order": "none such", "reverse": 1, "hides_ended": "yes"}', ListSettings()),
        (b'{"order": ["name"]}', ListSettings()),
        (b'{"order": "since", "more": {"a": 1}}', ListSettings("since")),
        (b'{"order": "since"}' + b" " * 9_000, ListSettings()),
        (b"1" * 4_000, ListSettings()),
    ],
)
def test_a_damaged_file_is_as_good_as_none_as_far_as_it_is(
    tmp_path: Path, content: bytes, settings: ListSettings
) -> None:
    (tmp_path / NAME).write_bytes(content)
    assert read(tmp_path) == settings


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink(path, path)])
async def test_what_is_no_file_waits_for_nobody(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / NAME)
    assert read(tmp_path) == ListSettings()


async def test_it_is_no_record_and_the_doctor_has_nothing_to_say_of_it(tmp_path: Path) -> None:
    await kept(SettingsKeeper(SettingsFile(tmp_path)), BY_NAME)
    assert inspect(tmp_path).remarks == ()
    assert json.loads((tmp_path / NAME).read_text())["order"] == "name"
    assert {path.name for path in tmp_path.iterdir()} == {NAME, "locks"}


async def test_a_disk_that_refuses_is_told_of_once_and_tried_again(tmp_path: Path) -> None:
    errors: list[Exception] = []
    keeper = SettingsKeeper(SettingsFile(tmp_path))
    keeper.on_error = errors.append
    (tmp_path / NAME).mkdir()
    await kept(keeper, ListSettings("name"))
    await kept(keeper, ListSettings("since"))
    assert [type(error) for error in errors] == [FileTroubleError]
    assert keeper.settings == ListSettings("since")
    (tmp_path / NAME).rmdir()
    await kept(keeper, BY_NAME)
    assert read(tmp_path) == BY_NAME


async def test_a_disk_that_hangs_does_not_hold_up_the_loop_and_closing_waits_a_moment_only() -> None:
    hangs = threading.Event()
    written: list[Mapping[str, object]] = []

    class Slow:
        def read(self) -> Mapping[str, object]:
            return {}

        def write(self, facts: Mapping[str, object]) -> None:
            hangs.wait(20)
            written.append(facts)

    keeper = SettingsKeeper(Slow())
    try:
        for order in ("name", "since", "status"):
            keeper.keep(ListSettings(order))
            await asyncio.sleep(0.01)
        await keeper.close()
        assert written == []
    finally:
        hangs.set()
    await keeper.close()
    assert [facts["order"] for facts in written] == ["name", "status"], "what was overtaken is not written"


async def test_without_a_place_it_is_remembered_while_the_program_runs() -> None:
    keeper = SettingsKeeper()
    await kept(keeper, BY_NAME)
    assert keeper.settings == BY_NAME
