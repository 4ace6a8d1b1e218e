"""Record stores on a folder, and what may happen to files behind their backs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

from gett_tui.onboarding.record import Change, Record
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.record_file import Found, read
from gett_tui.storage.record_store import RecordStore

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def opened(folder: Path, owner: str = "1-test") -> RecordStore:
    """A store that has read everything."""
    store = RecordStore(folder, owner)
    store.open()
    for _ in store.load():
        pass
    return store


def attempt(key: str = "a1", partner: str = "p-1") -> Record:
    """What is about to be registered."""
    return Record(key, OwnState.REGISTERING, partner_store_id=partner, history=(Change(OwnState.REGISTERING, AT),))


def stored(identifier: str, partner: str = "p-1", status: object = "pending_catalog") -> Record:
    """A record of an onboarding."""
    return Record(identifier, status, onboarding_id=identifier, partner_store_id=partner)


def record_at(path: Path) -> Record:
    """The record that stands in a file."""
    found = read(path)
    assert isinstance(found, Found)
    return found.record


def records(store: RecordStore) -> dict[str, Record]:
    """The mirror's records by key."""
    return {record.key: record for record in store.records()}


def made(attempt: Record, standing: Record | None) -> Record:
    """What a plain answer to Register makes of an attempt."""
    return standing or attempt.moved("pending_catalog", AT)


def tree(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Everything below ``folder``, for "nothing was changed"."""
    found: dict[str, tuple[int, int, int, bytes]] = {}
    for path in [folder, *folder.rglob("*")]:
        status = os.lstat(path)
        data = path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(folder))] = (status.st_ino, status.st_mode, status.st_mtime_ns, data)
    return found


@contextmanager
def an_hour_later() -> Iterator[None]:
    """Lets the clock show an hour more: all files were changed long ago."""
    real = time.time_ns

    def later() -> int:
        return real() + 3_600 * 10**9

    with mock.patch("time.time_ns", later):
        yield


def settle(store: RecordStore) -> None:
    """Lets ``store`` look again when all stamps are old: from now on a look from outside is enough."""
    with an_hour_later():
        store.sync()
