"""Lost records: memory or the index knows that one stood, nobody took it away on purpose, and no file tells of it now.

A folder that went, an older copy of it that was put back, or one file removed by hand look the same: the store may
stand at Gett, and nothing else knows its id. So it stays in sight and refuses a Register of the same store until a
person settles it: puts the file back, has it written again, or has it forgotten.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gett_tui.errors import Cause
from gett_tui.onboarding.ports import DuplicateError, RecordGoneError, RecordProblem
from gett_tui.text import one_line

if TYPE_CHECKING:
    from pathlib import Path

    from gett_tui.onboarding.record import Record
    from gett_tui.storage.mirror import Mirror
    from gett_tui.storage.record_file import Place
    from gett_tui.storage.record_writer import RecordWriter
    from gett_tui.storage.removals import Removals


def way_out(record: Record) -> str:
    """What a person can do about a lost record."""
    return f"gett-tui doctor --repair writes it again, gett-tui doctor --forget {_name(record)} forgets it"


def words(record: Record) -> str:
    """What is to be said of a lost record's file."""
    partner = one_line(record.partner_store_id, 100)
    return f"has gone, and the store {partner} may stand at Gett{_as(record)}: {way_out(record)}"


def refusal(partner_store_id: str, record: Record) -> DuplicateError:
    """Why the store is not registered again."""
    facts = {"partner_store_id": partner_store_id, "as_what": _as(record), "name": _name(record)}
    return DuplicateError(record, Cause.DUPLICATE_LOST, facts)


def _as(record: Record) -> str:
    return f" as {_name(record)}" if record.onboarding_id else " by a Register whose answer is lost"


def _name(record: Record) -> str:
    return one_line(record.onboarding_id or record.key, 200)


class Lost:
    """What is lost of the profile whose state lies in ``folder``."""

    def __init__(self, folder: Path, mirror: Mirror, writer: RecordWriter, removals: Removals) -> None:
        self._folder = folder
        self._mirror = mirror
        self._writer = writer
        self._removals = removals
        self._told: tuple[int, list[RecordProblem]] = (-1, [])

    def problems(self) -> list[RecordProblem]:
        """A problem for each; the disk is not touched, and it costs nothing while nothing changes."""
        edits = self._mirror.edits
        if self._told[0] != edits:
            lost = self._mirror.lost().items()
            self._told = edits, [RecordProblem(str(self._folder.joinpath(*at)), words(record)) for at, record in lost]
        return self._told[1]

    def write_again(self) -> None:
        """Writes again what was known of each. Raises StorageError."""
        for place, record in self._mirror.lost().items():
            with self._writer.hold(place) as held:
                self._writer.put_back(held, place, record)

    def forget(self, name: str) -> list[Record]:
        """Forgets those that go by ``name``: an onboarding id, an attempt's key, or a partner store id.

        Raises RecordGoneError when there is none, FileTroubleError.
        """
        found = {place: record for place, record in self._mirror.lost().items() if name in _names(record)}
        if not found:
            raise RecordGoneError("not lost", cause=Cause.NOT_LOST, facts={"name": one_line(name, 200)})
        for place, record in found.items():
            self._forget(place, record)
        return list(found.values())

    def _forget(self, place: Place, record: Record) -> None:
        with self._writer.hold(place):
            if not os.path.lexists(self._folder.joinpath(*place)):
                self._removals.note(place, record)
                self._mirror.explain(place)


def _names(record: Record) -> tuple[str | None, ...]:
    return (record.onboarding_id, record.key, record.partner_store_id)
