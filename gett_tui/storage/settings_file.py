"""Keeps how the operator likes the list, in a small file of the program's own beside the records.

Worth nothing to anybody else: it may be deleted at any time, and a damaged one counts as none. Never TOML: an older
version of the program must not take it for a record.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, cast

from gett_tui.storage import files
from gett_tui.storage.locks import Locks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NAME = "list-settings"
_MOST = 4_096
"""Bytes; a larger file is none of ours."""


class SettingsFile:
    """The settings of the profile whose state folder is ``folder``; see ``ui.list_settings.SettingsStore``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    def read(self) -> Mapping[str, object]:
        """What was written last; empty when there is nothing, or nothing that can be read."""
        try:
            with files.open_regular(self._path) as stream:
                data = stream.read(_MOST + 1)
            found: object = json.loads(data) if len(data) <= _MOST else None
        except (OSError, ValueError, RecursionError):
            return {}
        return cast("Mapping[str, object]", found) if isinstance(found, dict) else {}

    def write(self, facts: Mapping[str, object]) -> None:
        """Replaces the file. Raises FileTroubleError."""
        folder = self._path.parent
        files.make_folder(folder)
        # Who writes has no name here that others know; as long as this is held they clear nothing of it away.
        with Locks(folder).hold(folder / "host"):
            files.write_atomic(self._path, f"{json.dumps(dict(facts))}\n".encode(), str(os.getpid()))
