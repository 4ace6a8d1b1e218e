"""A state folder belongs to one host, and says when it lies on a network."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from store_driver import opened

from gett_tui.errors import ConfigError, GettTuiError
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.state_folder import claim_folder, network_notices


def test_a_folder_s_records_belong_to_one_host(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "sandbox"
    claim_folder(folder, "one.example", "sandbox")
    claim_folder(folder, "one.example", "sandbox")
    assert (folder / "host").read_text() == "one.example\n"
    with pytest.raises(ConfigError, match=r"one\.example, not at two\.example.*GETT_PROFILE"):
        claim_folder(folder, "two.example", "sandbox")


def test_of_two_hosts_that_claim_at_once_one_is_refused(tmp_path: Path) -> None:
    ends: list[str] = []
    barrier = threading.Barrier(8)

    def claim(number: int) -> None:
        barrier.wait()
        try:
            claim_folder(tmp_path / "sandbox", f"h{number % 2}.example", "sandbox")
            ends.append(f"h{number % 2}")
        except ConfigError:
            ends.append("refused")

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends.count("refused") == 4
    assert len(set(ends)) == 2


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: os.symlink("host", path)])
def test_a_stamp_that_is_no_file_is_told_and_waits_for_nobody(tmp_path: Path, make: object) -> None:
    make(tmp_path / "host")
    with pytest.raises(FileTroubleError, match="host"):
        claim_folder(tmp_path, "one.example", "sandbox")


@pytest.mark.parametrize("content", [b"", bytes(20), b"\xff\xff"])
def test_a_stamp_that_names_no_host_refuses(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "host").write_bytes(content)
    with pytest.raises(GettTuiError, match="not at one"):
        claim_folder(tmp_path, "one.example", "sandbox")
    assert (tmp_path / "host").read_bytes() == content


MOUNTS = """22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:40 / {folder} rw,relatime shared:2 master:1 - {kind} server:/export rw,addr=10.0.0.1
garbage
40 22 0:41 / {folder}-beside rw - nfs4 server:/other rw
"""


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "ceph"])
def test_a_folder_on_the_network_is_told(tmp_path: Path, kind: str) -> None:
    share = tmp_path / "a share"
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(folder=str(share).replace(" ", "\\040"), kind=kind))
    (notice,) = network_notices(share / "state" / "sandbox", mounts)
    assert kind in notice.text
    assert network_notices(tmp_path / "elsewhere", mounts) == ()


@pytest.mark.parametrize("kind", ["ext4", "tmpfs", "fuse.portal"])
def test_a_folder_on_this_machine_is_not(tmp_path: Path, kind: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTS.format(folder=tmp_path, kind=kind))
    assert network_notices(tmp_path, mounts) == ()
    assert network_notices(tmp_path, tmp_path / "none") == ()


def test_a_store_knows_where_it_lies_once_it_was_opened(tmp_path: Path) -> None:
    assert opened(tmp_path).notices == network_notices(tmp_path)
