"""Which copies of this program run on a profile, and which of them polls.

Each copy holds a kernel lock on a file of its own for as long as it lives, and the polling one on ``poller.lock``
besides. A killed copy frees both at once, so what it left half done is recognised by its dead owner.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from gett_tui.onboarding.ports import PollingReport
from gett_tui.storage import files

if TYPE_CHECKING:
    from pathlib import Path


class Instances:
    """This running copy of the program on the profile whose state lies in ``folder``.

    ``owner`` is its name in files. Raises FileTroubleError from ``announce`` and the questions.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "running"
        self._leader = folder / "poller.lock"
        self._handle: int | None = None
        self._leading: int | None = None
        self._announced = False
        self._reported: PollingReport | None = None
        self.owner = f"{os.getpid()}-{secrets.token_hex(8)}"

    def announce(self) -> None:
        """Makes this copy visible to the others, and clears the marks of dead ones away."""
        self._announced = True
        files.make_folder(self._folder)
        self._clear_dead()
        path = self._folder / self.owner
        while self._handle is None:
            handle = files.try_lock(path)
            # Another copy may have taken the file for a dead one's between its creation and its lock.
            if handle is not None and path.exists():
                self._handle = handle
            elif handle is not None:
                os.close(handle)

    def renew(self) -> None:
        """Announces this copy anew when its mark is lost, as when the state folder was replaced.

        A role whose lock file is lost is given up: another copy may have taken it by a new file.
        """
        if self._leading is not None and not _is_open(self._leading, self._leader):
            os.close(self._leading)
            self._leading = None
        if self._announced and (self._handle is None or not (self._folder / self.owner).exists()):
            self._give_up()
            self.announce()

    def is_alive(self, owner: str) -> bool:
        """Whether the copy that called itself ``owner`` still runs."""
        if owner == self.owner:
            return self._handle is not None
        path = self._folder / owner
        if not owner or "/" in owner or not path.is_file():
            return False
        handle = files.try_lock(path, shared=True)
        if handle is None:
            return True
        os.close(handle)
        return False

    @property
    def is_leading(self) -> bool:
        """Whether this copy polls already."""
        return self._leading is not None

    def lead(self) -> bool:
        """Whether this copy polls; takes the role over when it is free."""
        if self._leading is None:
            self._leading = files.try_lock(self._leader)
            self._reported = None
            self.report(PollingReport())
        return self._leading is not None

    def report(self, leader: PollingReport) -> None:
        """Writes down how the polling goes, if it is this copy that polls."""
        leader = leader._replace(pid=os.getpid())
        if self._leading is None or leader == self._reported:
            return
        table = leader._asdict()
        for name in ("polled_at", "trouble_since"):
            table[name] = table[name] and table[name].isoformat()
        data = json.dumps(table).encode() + b"\n"
        # It is news of the moment, not a record: when it cannot be written, the others show what was there before.
        with contextlib.suppress(OSError):
            os.pwrite(self._leading, data, 0)
            os.ftruncate(self._leading, len(data))
            self._reported = leader

    def leader(self) -> PollingReport:
        """What the copy that polls has written down; nothing of what cannot be read."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            # Behind the first line may stand what a longer one left, until the file is cut.
            line = self._leader.read_bytes().split(b"\n", 1)[0]
            table = cast("dict[str, Any]", json.loads(line))
            at, since = table["polled_at"], table["trouble_since"]
            return PollingReport(
                table["pid"],
                datetime.fromisoformat(at) if at else None,
                table["trouble"],
                datetime.fromisoformat(since) if since else None,
            )
        return PollingReport()

    def leave(self) -> None:
        """Gives the role and the presence up."""
        self._announced = False
        self._give_up()

    def _give_up(self) -> None:
        for handle in (self._leading, self._handle):
            if handle is not None:
                os.close(handle)
        if self._handle is not None:
            with contextlib.suppress(OSError):
                (self._folder / self.owner).unlink()
        self._leading = self._handle = None

    def _clear_dead(self) -> None:
        with files.explained("Cannot read the folder", self._folder):
            names = os.listdir(self._folder)
        for name in names:
            handle = files.try_lock(self._folder / name)
            if handle is None:
                continue
            with contextlib.suppress(OSError):
                (self._folder / name).unlink()
            os.close(handle)


def _is_open(handle: int, path: Path) -> bool:
    """Whether ``handle`` is of the file that stands at ``path`` now."""
    with contextlib.suppress(OSError):
        return os.path.samestat(os.fstat(handle), path.stat())
    return False
