"""Which store is meant, from the files alone: reading writes, makes and locks nothing (invariant 10)."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from gett_tui.errors import Cause, ConfigError, GettTuiError
from gett_tui.gett.key_shape import may_be_key
from gett_tui.onboarding.status import ENDED, known_words
from gett_tui.storage.record_store import RecordStore
from gett_tui.storage.state_folder import is_there
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gett_tui.onboarding.record import Record

_NAMES = ("onboarding_id", "key", "store_id", "partner_store_id")
"""What a store may be called by; the first that fits counts."""
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SHOWN = 200


class NoSuchStoreError(GettTuiError):
    """No store here, or more than one, goes by the name that was given; the cause says which."""


class NoSuchStatusError(ConfigError):
    """A status that Gett is not known to have, that is none of ours, and that no store here is in (exit status 2)."""

    cause = Cause.NO_SUCH_STATUS


def require_status_word(wanted: str) -> None:
    """Raises NoSuchStatusError where no store can be in the status ``wanted``, as far as is known."""
    if wanted not in known_words():
        shown = "of that name" if may_be_key(wanted) else one_line(wanted, 100)
        raise NoSuchStatusError("no such status", facts={"status": shown, "known": ", ".join(known_words())})


def read_all(folder: Path) -> RecordStore:
    """All records of the profile whose state lies in ``folder``. Raises StorageError."""
    store = _store(folder)
    if is_there(folder):
        for _ in store.load():
            pass
    return store


def look_up(folder: Path, wanted: str) -> Record:
    """The one record that ``wanted`` names. Raises NoSuchStoreError, StorageError.

    A whole onboarding id is looked up by the file's name, so it costs the same however many stores there are.
    """
    found = _store(folder).find(wanted)
    if found is not None:
        return found
    store = read_all(folder)
    return choose(store.records(), wanted, unreadable=len(store.problems))


def _store(folder: Path) -> RecordStore:
    return RecordStore(folder, f"{os.getpid()}-reader")


def _called(wanted: str) -> str:
    """What was typed, unless it may be a key: ids of Gett's are told, and those that look like names."""
    if may_be_key(wanted) and not _UUID.fullmatch(wanted):
        return "what was given as its id"
    return one_line(wanted, _SHOWN)


def choose(records: Sequence[Record], wanted: str, *, unreadable: int) -> Record:
    """The one of ``records`` that ``wanted`` names; ``unreadable`` files may hold others. Raises NoSuchStoreError."""
    called = _called(wanted)
    for name in _NAMES:
        found = [record for record in records if getattr(record, name) == wanted]
        # An ended one counts only where no other is called so.
        found = [record for record in found if record.status not in ENDED] or found
        if len(found) > 1:
            ids = [record.onboarding_id or record.key for record in found]
            facts = {"called": called, "count": len(found), "ids": ids}
            raise NoSuchStoreError("more than one", cause=Cause.SEVERAL_STORES, facts=facts)
        if found:
            return found[0]
    facts = {"called": called, "unreadable": unreadable}
    raise NoSuchStoreError("none", cause=Cause.NO_SUCH_STORE, facts=facts)
