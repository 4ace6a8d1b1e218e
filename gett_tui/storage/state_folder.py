"""The state folder of a profile as a whole: which host its records stand at, and what it lies on.

Records of one Gett must never be asked about at another: it would answer that it does not know them.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from gett_tui.errors import ConfigError
from gett_tui.gett.secret import shown
from gett_tui.onboarding.ports import RecordProblem
from gett_tui.storage import files
from gett_tui.storage.locks import Locks

_HOST = "host"
_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPE = re.compile(r"\\([0-7]{3})")
_NETWORK = frozenset(("afs", "beegfs", "ceph", "cifs", "davfs", "gfs2", "glusterfs", "gpfs", "lustre", "ncpfs")) | {
    *("nfs", "nfs4", "ocfs2", "smb3", "smbfs"),
    *("fuse.cephfs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
}


def claim_folder(folder: Path, host: str, profile: str) -> None:
    """Ties ``folder`` to the ``host`` that its records stand at. ``profile`` is its name, for words.

    Raises ConfigError when they stand at another, FileTroubleError.
    """
    files.make_folder(folder)
    known = known_host(folder)
    if known is None:
        with Locks(folder).hold(folder / _HOST):
            known = known_host(folder)
            if known is None:
                files.write_atomic(folder / _HOST, f"{host}\n".encode(), str(os.getpid()))
                return
    if known != host:
        stands = shown(known) or "no host that can be read"
        raise ConfigError(
            f"The stores of profile {profile} stand at {stands}, not at {shown(host)}. "
            "Use another profile for this host: GETT_PROFILE=NAME."
        )


def is_there(folder: Path) -> bool:
    """Whether the state folder has been made. Raises FileTroubleError: what cannot be looked at is not empty."""
    with files.explained("Cannot read the folder", folder):
        try:
            if stat.S_ISDIR(os.stat(folder).st_mode):
                return True
        except FileNotFoundError:
            return False
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def known_host(folder: Path) -> str | None:
    """The host that the records in ``folder`` stand at; None while nothing ties them to one. Raises StorageError."""
    with files.explained("Cannot read", folder / _HOST):
        try:
            return files.read(folder / _HOST)[0].decode("utf-8", "replace").strip()
        except FileNotFoundError:
            return None


class Mount(NamedTuple):
    """A mounted file system."""

    point: str
    kind: str


def network_notices(folder: Path, mounts: Path = _MOUNTS) -> tuple[RecordProblem, ...]:
    """What must be known of a ``folder`` on the network: its listings may be old. ``mounts`` is as ``mountinfo``."""
    mount = _mount_of(folder, mounts)
    if mount is None or mount.kind not in _NETWORK:
        return ()
    text = (
        f"lies on a network file system ({mount.kind}): what copies on other machines do may be seen late, "
        "and a store could be registered twice"
    )
    return (RecordProblem(str(folder), text),)


def _mount_of(folder: Path, mounts: Path) -> Mount | None:
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
        where = os.path.realpath(folder)
    except OSError:
        return None
    above = [mount for line in lines if (mount := _mount(line)) is not None and _is_below(where, mount.point)]
    # Of two on one point the later one lies on top.
    return max(reversed(above), key=lambda mount: len(mount.point), default=None)


def _mount(line: str) -> Mount | None:
    front, separator, back = line.partition(" - ")
    fields, kinds = front.split(" "), back.split(" ")
    if not separator or len(fields) < 5:
        return None
    return Mount(_ESCAPE.sub(lambda match: chr(int(match[1], 8)), fields[4]), kinds[0])


def _is_below(path: str, point: str) -> bool:
    return point == "/" or path == point or path.startswith(f"{point}/")
