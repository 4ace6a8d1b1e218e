"""Which files of a folder have to be read again since the last scan, and whether the folder is still the same one.

A folder's own stamp tells which names came and went, not which files were changed in place: of those a part is looked
at in each scan, in turn, so that ten thousand cost no more than a hundred. Who must be certain asks for everything.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.storage import files
from gett_tui.storage.record_file import is_record_name, name_before

if TYPE_CHECKING:
    from pathlib import Path

_PORTION = 100
"""Files of an unchanged folder that one scan looks at."""


class Listing(NamedTuple):
    """What one scan found."""

    names: list[str]
    """Record files to look at."""
    asides: list[str] | None
    """Files that were set aside; None when only a part of the folder was looked at."""

    @property
    def is_complete(self) -> bool:
        """Whether these are all names that there are."""
        return self.asides is not None


class FolderScan:
    """The scans of the folder at ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._identity: tuple[int, int] | None = None
        self._seen: files.Seen | None = None
        self._names: list[str] = []
        self._next = 0

    def is_replaced(self) -> bool:
        """Whether the folder that was scanned is gone, or another one in its place. Raises FileTroubleError."""
        if self._identity is None:
            return False
        status = self._status()
        return status is None or (status.st_dev, status.st_ino) != self._identity

    def scan(self, *, everything: bool = False, accept: bool = False) -> Listing | None:
        """The names to look at; all of them when the folder has changed, or for ``everything``.

        None when the folder is not the one of the last scan, unless ``accept``: nobody has removed what is missing
        there. Raises FileTroubleError.
        """
        status = self._status()
        identity = (status.st_dev, status.st_ino) if status is not None else None
        if self._identity not in (None, identity) and not accept:
            return None
        if status is None:
            self._identity, self._seen, self._names = None, None, []
            return Listing([], [])
        seen, known = files.seen(files.signature_of(status)), self._seen
        is_same = known is not None and known.is_settled and known.signature == seen.signature
        if is_same and not everything and identity == self._identity:
            return Listing(self._portion(), None)
        self._identity, self._seen = identity, seen
        return self._listed()

    def _status(self) -> os.stat_result | None:
        try:
            return os.stat(self.path)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise files.FileTroubleError("Cannot read the folder", self.path, error) from error

    def _listed(self) -> Listing:
        with files.explained("Cannot read the folder", self.path):
            names = os.listdir(self.path)
        self._names = [name for name in names if is_record_name(name)]
        return Listing(self._names, [name for name in names if name_before(name) is not None])

    def _portion(self) -> list[str]:
        portion = self._names[self._next : self._next + _PORTION]
        self._next = self._next + _PORTION if self._next + _PORTION < len(self._names) else 0
        return portion
