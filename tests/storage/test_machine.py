"""Two copies on one folder while files are put back, damaged, removed and edited, and the folder itself is replaced.

After each step: no id is lost from sight, what memory shows is what the disk holds, and one version names one content.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from store_driver import AT, an_hour_later, attempt, made, opened, records, settle

from gett_tui.onboarding.ports import RecordGoneError, StorageError, UnkeepableError
from gett_tui.onboarding.record import Record, RecordError
from gett_tui.storage.record_store import RecordStore

COPIES = st.integers(0, 1)
NUMBERS = st.integers(0, 3)
FOLDERS = st.sampled_from(["onboardings", "attempts"])
HARMS: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda data: data[: len(data) // 2],
    "zeroed": lambda data: bytes(len(data)),
    "newer": lambda data: data.replace(b"format = 1\n", b"format = 99\n"),
    "empty": lambda data: b"",
}


def damaged(store: RecordStore) -> set[str]:
    """The names of the files that are no usable records.

    What is lost is no file: a start knows it from the index, as old as that may be, and who saw it go from memory.
    """
    lost = {problem.place for problem in store.lost.problems()}
    assert not [place for place in lost if Path(place).exists()]
    return {Path(problem.place).name for problem in store.problems if problem.place not in lost}


class Copies(RuleBasedStateMachine):
    """The files, the copies, and which ids must be in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(mkdtemp(prefix="gett-machine-"))
        self.folder = self.root / "state"
        self.copies = [opened(self.folder, f"{number}-copy") for number in range(2)]
        self.backups: dict[Path, bytes] = {}
        self.known: list[Record] = []
        self.in_sight: set[str] = set()
        """Names of files whose onboarding id or intent must be found."""
        self.contents: dict[tuple[str, tuple[int, str]], Record] = {}
        self.edited = False
        self.begun: set[str] = set()
        self.turn = 0

    def teardown(self) -> None:
        self.no_id_is_lost_from_sight()
        self.memory_is_what_the_disk_holds([0, 1])
        shutil.rmtree(self.root)

    def path(self, folder: str, number: int) -> Path:
        return self.folder / folder / f"{'o' if folder == 'onboardings' else 'a'}-{number}.toml"

    def kept(self, record: Record) -> None:
        self.known.append(record)
        self.in_sight.add(f"{record.onboarding_id or record.key}.toml")
        if not self.edited and record.token:
            name = (record.onboarding_id or record.key, record.version)
            assert self.contents.setdefault(name, record) == record, "one version names two contents"

    def moved(self, now: Record) -> Record:
        self.turn += 1
        return now.moved(f"status-{self.turn}", AT)

    # -- what the program does

    @rule(copy=COPIES, number=NUMBERS)
    def registers(self, copy: int, number: int) -> None:
        if f"a-{number}" not in self.begun:
            self.begun.add(f"a-{number}")  # a key is a new uuid each time
            with contextlib.suppress(RecordError):
                self.kept(self.copies[copy].begin_attempt(attempt(f"a-{number}", f"p-{number}")))

    @rule(copy=COPIES, number=NUMBERS, other=NUMBERS)
    def hears_an_id(self, copy: int, number: int, other: int) -> None:
        begun = [record for record in self.known if record.key == f"a-{number}" and record.is_attempt]
        if begun:
            with contextlib.suppress(UnkeepableError):
                self.kept(self.copies[copy].confirm_attempt(begun[-1], f"o-{other}", made))
                self.in_sight.discard(f"a-{number}.toml")

    @rule(copy=COPIES, number=NUMBERS)
    def was_refused(self, copy: int, number: int) -> None:
        self.copies[copy].discard_attempt(f"a-{number}")
        self.in_sight.discard(f"a-{number}.toml")

    @rule(copy=COPIES, data=st.data())
    def changes(self, copy: int, data: st.DataObject) -> None:
        shown = self.copies[copy].records()
        if shown:
            key = data.draw(st.sampled_from(sorted(record.key for record in shown)))
            with contextlib.suppress(RecordGoneError, StorageError):
                self.kept(self.copies[copy].update(key, self.moved))

    @precondition(lambda self: self.known)
    @rule(copy=COPIES, data=st.data(), news=st.booleans())
    def is_answered(self, copy: int, data: st.DataObject, news: bool) -> None:
        known = data.draw(st.sampled_from(self.known))
        with contextlib.suppress(RecordGoneError, StorageError):
            after = self.copies[copy].observe(known, self.moved if news else lambda now: now)
            self.kept(after)
            shown = self.copies[copy].get(after.key)
            assert shown == after

    @precondition(lambda self: self.known)
    @rule(copy=COPIES, data=st.data())
    def ends_a_write(self, copy: int, data: st.DataObject) -> None:
        known = data.draw(st.sampled_from(self.known))
        with contextlib.suppress(UnkeepableError):
            kept = self.copies[copy].finish(known, self.moved)
            self.kept(kept)
            assert kept.status == f"status-{self.turn}"

    @rule(copy=COPIES)
    def repairs(self, copy: int) -> None:
        self.copies[copy].sync()
        for _ in range(2):
            self.copies[copy].repair(lambda owner: not owner.endswith("dead"))

    @rule(copy=COPIES)
    def saves_its_index(self, copy: int) -> None:
        settle(self.copies[copy])
        self.copies[copy].save_index()

    @rule(copy=COPIES)
    def starts_anew(self, copy: int) -> None:
        self.copies[copy] = opened(self.folder, f"{copy}-again")

    # -- what is done behind its back

    @rule(folder=FOLDERS, number=NUMBERS)
    def is_backed_up(self, folder: str, number: int) -> None:
        path = self.path(folder, number)
        if path.is_file():
            self.backups[path] = path.read_bytes()

    @rule(folder=FOLDERS, number=NUMBERS, in_place=st.booleans())
    def is_put_back(self, folder: str, number: int, in_place: bool) -> None:
        path = self.path(folder, number)
        if path not in self.backups:
            return
        if in_place:
            path.write_bytes(self.backups[path])
        else:
            (self.root / "new").write_bytes(self.backups[path])
            os.replace(self.root / "new", path)
        # An attempt put back beside its record is that record's.
        self.in_sight |= {path.name} if folder == "onboardings" else set()

    @rule(folder=FOLDERS, number=NUMBERS, harm=st.sampled_from(sorted(HARMS)))
    def is_damaged(self, folder: str, number: int, harm: str) -> None:
        path = self.path(folder, number)
        if path.is_file():
            path.write_bytes(HARMS[harm](path.read_bytes()))

    @rule(folder=FOLDERS, number=NUMBERS)
    def is_removed(self, folder: str, number: int) -> None:
        path = self.path(folder, number)
        path.unlink(missing_ok=True)
        self.in_sight.discard(path.name)

    @rule(number=NUMBERS)
    def is_edited(self, number: int) -> None:
        path = self.path("onboardings", number)
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b'"p-', b'"q-'))
            self.edited = True

    @rule(number=NUMBERS)
    def is_written_down_by_hand(self, number: int) -> None:
        path = self.path("onboardings", number)
        if not path.exists():
            path.write_text(f'onboarding_id = "o-{number}"\npartner_store_id = "h-{number}"\n')
            self.in_sight.add(path.name)

    @rule(number=NUMBERS)
    def is_copied_under_another_name(self, number: int) -> None:
        path = self.path("onboardings", number)
        if path.is_file():
            shutil.copy(path, path.with_name("copy.toml"))

    @rule(folder=FOLDERS, number=NUMBERS)
    def a_program_is_killed_while_it_writes(self, folder: str, number: int) -> None:
        path = self.path(folder, number)
        path.with_name(f".{path.name}.9-dead.ab12.tmp").write_bytes(b"format = 1\nkey")

    @rule(first=COPIES)
    def the_folder_is_replaced(self, first: int) -> None:
        for copy in self.copies:
            copy.sync()
        elsewhere = self.root / f"elsewhere-{len(list(self.root.iterdir()))}"
        os.rename(self.folder, elsewhere)
        for number in (first, 1 - first):
            self.copies[number].sync()
        # What no copy could read is nobody's memory; it lies where it was moved to.
        seen = {f"{record.onboarding_id or record.key}.toml" for copy in self.copies for record in copy.records()}
        self.in_sight &= seen

    # -- what must hold

    @invariant()
    def no_id_is_lost_from_sight(self) -> None:
        fresh = RecordStore(self.folder, "9-look")
        for _ in fresh.load():
            pass
        seen = {f"{record.onboarding_id or record.key}.toml" for record in fresh.records()}
        seen |= {Path(problem.place).name.split(".toml")[0] + ".toml" for problem in fresh.problems}
        assert self.in_sight <= seen

    @rule(copies=st.permutations(range(2)))
    def memory_is_what_the_disk_holds(self, copies: list[int]) -> None:
        fresh = RecordStore(self.folder, "9-look")
        for _ in fresh.load():
            pass
        held = records(fresh)
        for copy in (self.copies[number] for number in copies):
            with an_hour_later():
                copy.sync()
            shown = {record.onboarding_id or record.key: record for record in copy.records()}
            unreadable = damaged(copy)
            for record in held.values():
                assert shown.pop(record.onboarding_id or record.key)._replace(key=record.key) == record
            assert {f"{name}.toml" for name in shown} <= unreadable, "a row that no file stands for"
            assert unreadable == damaged(fresh)


Copies.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestCopies = Copies.TestCase
