"""What copies of the program that died have left, told and never touched: clearing up is for the dashboard to do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gett_tui.onboarding.ports import StorageError
from gett_tui.storage import files
from gett_tui.storage.instances import Instances
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from gett_tui.onboarding.record import Record

_FOLDERS = (".", "attempts", "onboardings")


def left_by_dead_copies(folder: Path, records: Iterable[Record]) -> list[str]:
    """What dead copies have left in ``folder``, in a sentence each."""
    instances = Instances(folder)
    return [*_unfinished(instances, records), *_half_written(instances, folder)]


def _unfinished(instances: Instances, records: Iterable[Record]) -> Iterator[str]:
    for record in records:
        pending = record.pending
        if pending is not None and not _is_alive(instances, pending.owner):
            yield (
                f"{one_line(record.partner_store_id or record.key, 100)}: the copy that sent "
                f"{one_line(pending.action, 20)} at {pending.at:%Y-%m-%d %H:%M:%SZ} has ended, so how it ended is not "
                "known; the dashboard resolves it."
            )


def _half_written(instances: Instances, folder: Path) -> Iterator[str]:
    for place in _FOLDERS:
        for name in _names(folder / place):
            owner = files.temporary_owner(name)
            if owner is not None and not _is_alive(instances, owner):
                yield f"{one_line(name, 200)} was left half written by a copy that has ended; the dashboard removes it."


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        # Whoever reads the records has told of a folder that cannot be read.
        return []


def _is_alive(instances: Instances, owner: str) -> bool:
    try:
        return instances.is_alive(owner)
    except StorageError:
        # It cannot be told, as on a read-only disk: nothing is claimed.
        return True
