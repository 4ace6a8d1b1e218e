"""The guard against registering a store twice: what it cannot read refuses (invariant 6).

A file that is no usable record may still be the record of the store that is to be registered. What can be read of it
decides, else what the index or memory last knew of it; where nothing can, nobody may say that the store is not there.
"""

from __future__ import annotations

import contextlib
import re
import tomllib
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.errors import Cause
from gett_tui.onboarding.ports import CannotLookError, DuplicateError
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.status import is_live
from gett_tui.storage import files, lock_holders, lost
from gett_tui.storage.record_file import ONBOARDINGS, SUFFIX, Kind, Place, name_before

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from gett_tui.storage.mirror import Mirror

_UNREADABLE = "unreadable_file"
"""Stands for the status of a store whose record cannot be read."""
_PARTNER_ID = re.compile(
    r"""(?:^|[\s{,])["']?(?:partner_store_id|partnerStoreId)["']?[ \t]*=[ \t]*"""
    r"""("(?!"")(?:[^"\\\n]|\\.)*"|'(?!'')[^'\n]*')""",
)


class Suspect(NamedTuple):
    """A file that may be a record and cannot be used as one."""

    path: Path
    place: Place
    """Where the record stands, or stood before it was set aside."""
    record: Record | None = None
    """The record in it, when it has the wrong name and is whole."""


def refuse_duplicate(partner_store_id: str, mirror: Mirror, folder: Path) -> None:
    """Raises DuplicateError when a store of this partner id is there, CannotLookError when that cannot be told.

    ``mirror`` must have looked at everything a moment ago, under the lock of the partner id.
    """
    records = mirror.records()
    for record in records:
        if partner_store_id in _names(record) and is_live(record.status):
            raise _is_here(partner_store_id, record)
    blind: list[Path] = []
    for place, record in mirror.lost().items():
        if partner_store_id in _names(record):
            raise lost.refusal(partner_store_id, record)
        if not _names(record):
            blind.append(folder.joinpath(*place))
    for record in filter(is_nameless, records):
        known = mirror.recalled().get(Place.of(record))
        if known is not None and partner_store_id in _names(known):
            raise DuplicateError(record)
        if known is None:
            blind.append(folder.joinpath(*Place.of(record)))
    for suspect in _suspects(mirror, folder):
        known = _partner_ids(suspect, mirror)
        if partner_store_id in known:
            raise DuplicateError(_stand_in(suspect, partner_store_id, mirror))
        if not known:
            blind.append(suspect.path)
    if blind:
        raise CannotLookError(partner_store_id, tuple(str(path) for path in blind))


def _is_here(partner_store_id: str, record: Record) -> DuplicateError:
    """Why ``record`` is in the way; one that is being registered at this moment may never come to an end."""
    pending = record.pending
    if pending is None or not record.is_attempt:
        return DuplicateError(record)
    who = lock_holders.named(pending.pid)
    facts = {"partner_store_id": partner_store_id, "who": who, "at": f"{pending.at:%H:%M:%SZ}"}
    return DuplicateError(record, Cause.BEING_REGISTERED, facts)


def is_nameless(record: Record) -> bool:
    """Whether a store that may stand says nothing of whose it is: cut off, edited, or not asked about yet."""
    return is_live(record.status) and not _names(record)


def _names(record: Record) -> set[str]:
    """What the store is called, was registered as, and is called by Gett: a person may have changed one in the file."""
    told = (record.partner_store_id, record.sent.get("partnerStoreId"), record.more.get("partnerStoreId"))
    return {str(name) for name in told if name is not None and str(name).strip()}


def _suspects(mirror: Mirror, folder: Path) -> Iterator[Suspect]:
    for place, unusable in mirror.unusable():
        suspect = Suspect(folder.joinpath(*place), place, unusable.record)
        if unusable.kind is not Kind.MISNAMED or not _is_copy(suspect, mirror):
            yield suspect
    for aside in mirror.asides():
        place = Place(aside.folder, name_before(aside.name) or aside.name)
        if not _stands_again(place, mirror):
            yield Suspect(folder.joinpath(*aside), place)


def _is_copy(suspect: Suspect, mirror: Mirror) -> bool:
    """Whether a file with the wrong name is of a store whose own file is sound, or of one that stands no more."""
    record = suspect.record
    return record is not None and (_is_sound(Place.of(record), mirror) or not is_live(record.status))


def _stands_again(place: Place, mirror: Mirror) -> bool:
    """Whether what was set aside has been written anew, or was an attempt that has become a record."""
    return _is_sound(place, mirror) or mirror.get(place.name.removesuffix(SUFFIX)) is not None


def _is_sound(place: Place, mirror: Mirror) -> bool:
    entry = mirror.entry(place)
    return entry is not None and entry.unusable is None


def _partner_ids(suspect: Suspect, mirror: Mirror) -> set[str]:
    """The partner store ids that a file names, or that were known of it; none when it cannot be told."""
    found: set[str] = set()
    with contextlib.suppress(OSError):
        found = set(partner_ids_in(files.read(suspect.path)[0]))
    remembered = mirror.remembered(suspect.place)
    if not found and remembered is not None:
        found = _names(remembered)
    return found - {""}


def partner_ids_in(data: bytes) -> Iterable[str]:
    """The partner store ids that stand whole in a file, whatever else is wrong with it."""
    for match in _PARTNER_ID.finditer(data.decode("utf-8", "replace")):
        with contextlib.suppress(ValueError):
            yield tomllib.loads(f"id = {match[1]}")["id"]


def _stand_in(suspect: Suspect, partner_store_id: str, mirror: Mirror) -> Record:
    known = suspect.record or mirror.remembered(suspect.place)
    if known is not None and known.partner_store_id == partner_store_id:
        return known
    name = suspect.place.name.removesuffix(SUFFIX)
    onboarding_id = name if suspect.place.folder == ONBOARDINGS else None
    return Record(name, _UNREADABLE, onboarding_id=onboarding_id, partner_store_id=partner_store_id)
