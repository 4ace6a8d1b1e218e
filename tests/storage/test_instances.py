"""Who runs: a mark is there as long as its copy lives, and nothing that lies among the marks stops anybody."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.instances import Instances

RUNNING = """
import sys, time
from pathlib import Path
from gett_tui.storage.instances import Instances
instances = Instances(Path(sys.argv[1]))
instances.announce()
print(instances.owner, flush=True)
time.sleep(60)
"""


def bind(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


STRANGE: dict[str, Callable[[Path], None]] = {
    "folder": Path.mkdir,
    "pipe": lambda path: os.mkfifo(path),
    "socket": bind,
    "link": lambda path: path.symlink_to("/nowhere/at/all"),
    "device": lambda path: path.symlink_to("/dev/zero"),
}


def test_a_copy_is_alive_until_it_leaves(tmp_path: Path) -> None:
    one, two = Instances(tmp_path), Instances(tmp_path)
    one.announce()
    two.announce()
    assert two.is_alive(one.owner)
    assert two.is_alive(two.owner)
    one.leave()
    assert not two.is_alive(one.owner)
    two.leave()
    assert list((tmp_path / "running").iterdir()) == []


def test_a_killed_copy_is_dead_at_once_and_a_stopped_one_lives(tmp_path: Path) -> None:
    instances = Instances(tmp_path)
    instances.announce()
    command = [sys.executable, "-c", RUNNING, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        owner = child.stdout.readline().strip()
        child.send_signal(signal.SIGSTOP)
        assert instances.is_alive(owner)
        child.kill()
        child.wait()
        assert not instances.is_alive(owner)
    assert (tmp_path / "running" / owner).exists()
    Instances(tmp_path).announce()
    assert not (tmp_path / "running" / owner).exists(), "the next copy clears it away"
    instances.leave()


@pytest.mark.parametrize("owner", ["", ".", "..", "../etc/passwd", "a/b", "1-\0", "1-\udc80", "x" * 300, "1-é"])
def test_what_can_be_no_copy_s_name_is_of_no_living_copy(tmp_path: Path, owner: str) -> None:
    instances = Instances(tmp_path)
    instances.announce()
    assert not instances.is_alive(owner)
    instances.leave()


@pytest.mark.parametrize("kind", STRANGE)
def test_what_is_no_mark_stops_nobody_and_is_left_alone(tmp_path: Path, kind: str) -> None:
    running = tmp_path / "running"
    running.mkdir()
    STRANGE[kind](running / "12-strange")
    (running / "7-dead").touch()
    one, two = Instances(tmp_path), Instances(tmp_path)
    one.announce()
    two.announce()
    assert one.is_alive(two.owner)
    assert one.is_alive("12-strange"), "it cannot be told"
    assert not (running / "7-dead").exists()
    one.renew()
    one.leave()
    two.leave()
    assert [path.name for path in running.iterdir()] == ["12-strange"]


def test_a_mark_that_may_not_be_opened_counts_as_a_living_copy_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instances = Instances(tmp_path)
    instances.announce()
    mark = tmp_path / "running" / "7-other-user"
    mark.touch()

    def denied(path: Path, *more: object, opened: Callable[..., int] = os.open) -> int:
        if path == mark:
            raise PermissionError(13, "Permission denied")
        return opened(path, *more)

    # Root, which may open all, runs the tests too.
    monkeypatch.setattr(os, "open", denied)
    assert instances.is_alive("7-other-user")
    Instances(tmp_path).announce()
    assert mark.exists()
    instances.leave()


def test_of_a_folder_that_is_not_there_nothing_can_be_told(tmp_path: Path) -> None:
    assert Instances(tmp_path / "away").is_alive("1-abc")


def test_a_copy_that_could_not_announce_itself_anew_tries_until_it_can(tmp_path: Path) -> None:
    one, two = Instances(tmp_path), Instances(tmp_path)
    one.announce()
    running = tmp_path / "running"
    for mark in running.iterdir():
        mark.unlink()
    running.rmdir()
    running.write_text("in the way")
    with pytest.raises(FileTroubleError):
        one.renew()
    running.unlink()
    one.renew()
    two.announce()
    assert two.is_alive(one.owner)
    one.leave()
    one.renew()
    assert not two.is_alive(one.owner)
    two.leave()


def test_a_mark_that_was_replaced_is_made_anew(tmp_path: Path) -> None:
    one, two = Instances(tmp_path), Instances(tmp_path)
    one.announce()
    mark = tmp_path / "running" / one.owner
    mark.unlink()
    mark.touch()
    assert not two.is_alive(one.owner)
    one.renew()
    assert two.is_alive(one.owner)
    one.leave()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files for others")
def test_root_s_marks_belong_to_the_folder_s_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 12_345, 12_345)
    (tmp_path / "running").mkdir()
    os.chown(tmp_path / "running", 12_345, 12_345)
    instances = Instances(tmp_path)
    instances.announce()
    assert (tmp_path / "running" / instances.owner).stat().st_uid == 12_345
    instances.leave()


def test_threads_that_announce_one_copy_at_once_all_come_back_and_it_is_alive(tmp_path: Path) -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for number in range(30):
            ours = Instances(tmp_path / str(number))
            threads = [threading.Thread(target=ours.announce, daemon=True) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)
            assert not any(thread.is_alive() for thread in threads)
            assert ours.is_alive(ours.owner)
            ours.leave()
            assert not Instances(tmp_path / str(number)).is_alive(ours.owner)
            assert list((tmp_path / str(number) / "running").iterdir()) == []
    finally:
        sys.setswitchinterval(interval)
