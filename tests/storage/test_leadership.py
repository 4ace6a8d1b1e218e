"""Who polls: never two at once, whoever is stopped, killed or late; a silent one is told of and replaced."""

from __future__ import annotations

import fcntl
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gett_tui.onboarding.ports import Lead, PollingReport
from gett_tui.storage import small_files
from gett_tui.storage.files import FileTroubleError
from gett_tui.storage.leadership import Leadership

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CALM = PollingReport()


class Clock:
    """A clock that tests move; ``meanwhile`` happens when it is looked at next, as to one that is stopped then."""

    def __init__(self) -> None:
        self.now = 5_000.0
        self.meanwhile: list[Callable[[], None]] = []

    def __call__(self) -> float:
        now = self.now
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return now


class OldCopy:
    """Does with ``poller.lock`` what version 0.1.0 does."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "poller.lock"
        self.handle: int | None = None

    def lead(self, **report: object) -> bool:
        if self.handle is None:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return False
            self.handle = handle
        line = {"pid": 4_711, "polled_at": None, "trouble": None, "trouble_since": None, **report}
        data = json.dumps(line).encode() + b"\n"
        os.pwrite(self.handle, data, 0)
        os.ftruncate(self.handle, len(data))
        return True

    def leader(self) -> PollingReport:
        table = json.loads(self.path.read_bytes().split(b"\n", 1)[0])
        at, since = table["polled_at"], table["trouble_since"]
        return PollingReport(
            table["pid"],
            datetime.fromisoformat(at) if at else None,
            table["trouble"],
            datetime.fromisoformat(since) if since else None,
        )

    def leave(self) -> None:
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


def copies(folder: Path, clock: Callable[[], float], count: int = 2) -> list[Leadership]:
    return [Leadership(folder, clock, lambda: NOW) for _ in range(count)]


def replaced(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes the line of JSON in a lease, and the sum behind it."""
    table = json.loads(path.read_bytes().split(b"\n", 1)[0])
    change(table)
    line = json.dumps(table).encode() + b"\n"
    path.write_bytes(line + b"%08x\n" % zlib.crc32(line))


@pytest.mark.parametrize("digits", [1, 8, 11, 12, 13, 15, 16, 40, 99, 100, 200])
def test_a_file_of_nines_among_the_leases_holds_nobody_up(tmp_path: Path, digits: int) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)
    (tmp_path / "lease").mkdir()
    (tmp_path / "lease" / ("9" * digits)).write_bytes(b"by hand")
    assert one.lead(CALM).is_ours
    assert not two.lead(CALM).is_ours
    for _ in range(3):
        clock.now += 3.0
        assert one.lead(CALM).is_ours
        assert one.holds()
    one.resign()
    assert two.lead(CALM).is_ours
    clock.now += 3.0
    assert two.lead(CALM).is_ours
    assert two.holds()


# -- taking, renewing, giving up


def test_of_two_copies_one_leads_and_the_other_takes_over_when_it_resigns(tmp_path: Path) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)
    assert one.lead(CALM) == Lead(is_ours=True)
    facts = {"host": "h", "tries": 3, "places": ["a", "b"]}
    trouble = PollingReport(None, NOW, "no answer", NOW, "timeout", facts, "the disk is full", "file", {"errno": 28})
    assert one.lead(trouble).is_ours
    assert two.lead(CALM) == Lead(is_ours=False, report=trouble._replace(pid=os.getpid()))
    assert (one.holds(), two.holds()) == (True, False)
    one.resign()
    assert not one.holds()
    assert two.lead(CALM).is_ours
    assert two.fence > one.fence
    two.resign()


def test_a_renewed_lease_lasts_and_an_unrenewed_one_ends_for_its_holder_before_it_does_for_others(
    tmp_path: Path,
) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)
    for _ in range(20):
        assert one.lead(CALM).is_ours
        clock.now += 2
        assert not two.lead(CALM).is_ours
    assert one.holds()
    clock.now += 5.1
    assert not one.holds()
    assert not two.lead(CALM).is_ours
    clock.now += 0.4
    assert two.lead(CALM).is_ours
    assert one.lead(CALM) == Lead(is_ours=False, report=PollingReport(os.getpid()))
    two.resign()


def test_the_holder_that_nobody_replaced_takes_a_new_lease(tmp_path: Path) -> None:
    clock = Clock()
    (one,) = copies(tmp_path, clock, 1)
    one.lead(CALM)
    before = one.fence
    clock.now += 100
    assert not one.holds()
    assert one.lead(CALM).is_ours
    assert one.fence > before
    one.resign()


def test_of_a_silent_holder_is_told_who_it_is_and_since_when(tmp_path: Path) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)
    one.lead(CALM)
    clock.now += 3
    assert two.lead(CALM).silent_since is None
    clock.now += 2
    assert two.lead(CALM) == Lead(is_ours=False, report=PollingReport(os.getpid()), silent_since=NOW)
    one.resign()


def test_a_new_lease_leaves_few_files(tmp_path: Path) -> None:
    one, two = copies(tmp_path, Clock())
    for _ in range(20):
        for copy in (one, two):
            assert copy.lead(CALM).is_ours
            copy.resign()
    assert len(list((tmp_path / "lease").iterdir())) <= 3


# -- stopped at a bad moment


def test_a_renewal_that_comes_too_late_is_none(tmp_path: Path) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)
    one.lead(CALM)
    clock.now += 6.9
    seen: list[bool] = []

    def stopped() -> None:
        """The holder was stopped right after it had read its clock."""
        clock.now += 2
        seen.append(two.lead(CALM).is_ours)

    clock.meanwhile = [stopped]
    assert not one.lead(CALM).is_ours
    assert seen == [True]
    assert (one.holds(), two.holds()) == (False, True)
    two.resign()


def test_a_renewal_that_is_written_too_late_is_none(tmp_path: Path) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)
    moments: list[Callable[[], object]] = []
    slow = Leadership(tmp_path, clock, lambda: (moments.pop()() if moments else None, NOW)[1])
    slow.lead(CALM)
    clock.now += 6

    def stopped() -> None:
        clock.now += 3
        assert two.lead(CALM).is_ours

    moments = [stopped]
    assert not slow.lead(CALM).is_ours
    assert (slow.holds(), two.holds()) == (False, True)
    assert not one.lead(CALM).is_ours
    two.resign()


def test_a_copy_that_is_stopped_while_it_takes_the_lease_finds_that_another_has_it(tmp_path: Path) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)
    moments: list[Callable[[], object]] = [lambda: two.lead(CALM)]
    slow = Leadership(tmp_path, clock, lambda: (moments.pop()() if moments else None, NOW)[1])
    assert not slow.lead(CALM).is_ours
    assert (slow.holds(), two.holds()) == (False, True)
    assert not one.lead(CALM).is_ours
    two.resign()


def test_a_number_that_was_used_and_removed_gives_no_lease(tmp_path: Path) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)

    def many() -> None:
        for _ in range(6):
            two.resign()
            assert two.lead(CALM).is_ours

    moments = [many]
    slow = Leadership(tmp_path, clock, lambda: (moments.pop()() if moments else None, NOW)[1])
    assert not slow.lead(CALM).is_ours
    assert two.holds()
    assert not one.lead(CALM).is_ours
    two.resign()


# -- what lies in the folder


@pytest.mark.parametrize("name", ["lease", "poller.lock"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/nowhere/at/all")])
def test_what_is_no_lease_is_trouble_that_names_the_place_and_no_wait(
    tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    make(tmp_path / name)
    (one,) = copies(tmp_path, Clock(), 1)
    with pytest.raises(FileTroubleError) as caught:
        one.lead(CALM)
    assert name in str(caught.value)
    assert not one.holds()


def test_a_strange_file_among_the_leases_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "lease").mkdir()
    for name in ("notes", "-3", "²", "9" * 30, ".left"):
        (tmp_path / "lease" / name).write_text("x")
    (one,) = copies(tmp_path, Clock(), 1)
    assert one.lead(CALM).is_ours
    one.resign()


def test_what_is_no_file_under_a_lease_s_number_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "lease").mkdir()
    os.mkfifo(tmp_path / "lease" / "1")
    (tmp_path / "lease" / "7").mkdir()
    (tmp_path / "lease" / ("8" * 17)).write_text("x")
    first, second = copies(tmp_path, Clock(), 2)
    assert first.lead(CALM).is_ours
    assert not second.lead(CALM).is_ours
    first.resign()
    assert second.lead(CALM).is_ours
    second.resign()


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.update(boot="another", until=0.0),
        lambda table: table.update(until=1e9),
        lambda table: table.update(until=math.nan),
        lambda table: table.clear(),
    ],
)
def test_a_living_holder_s_lease_that_cannot_be_compared_is_waited_out(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)
    one.lead(CALM)
    replaced(tmp_path / "lease" / str(one.fence), change)
    assert not two.lead(CALM).is_ours
    clock.now += 7.4
    assert not two.lead(CALM).is_ours
    clock.now += 0.2
    assert two.lead(CALM).is_ours
    two.resign()


def test_a_lease_from_before_the_machine_s_start_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late, early = Clock(), Clock()
    late.now = 9_000_000.0
    monkeypatch.setattr(small_files, "boot_id", lambda: "before")
    (old,) = copies(tmp_path, late, 1)
    old.lead(CALM)
    data = (tmp_path / "lease" / str(old.fence)).read_bytes()
    old.resign()
    monkeypatch.undo()
    (tmp_path / "lease" / str(old.fence)).write_bytes(data)
    (fresh,) = copies(tmp_path, early, 1)
    assert fresh.lead(CALM).is_ours
    fresh.resign()


def test_a_living_holder_s_lease_that_cannot_be_read_is_waited_out(tmp_path: Path) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)
    one.lead(CALM)
    lease = tmp_path / "lease" / str(one.fence)
    lease.write_bytes(lease.read_bytes().replace(b"500", b"400"))
    assert not two.lead(CALM).is_ours
    clock.now += 7.6
    assert two.lead(CALM).is_ours
    two.resign()


def test_a_holder_whose_number_another_has_since_all_was_removed_finds_that_out(tmp_path: Path) -> None:
    one, fresh = copies(tmp_path, Clock())
    one.lead(CALM)
    shutil.rmtree(tmp_path / "lease")
    assert fresh.lead(CALM).is_ours
    assert fresh.fence == one.fence
    assert not one.lead(CALM).is_ours
    assert not one.holds()
    fresh.resign()


@pytest.mark.parametrize("victim", ["lease", "lock", "both"])
def test_a_lease_that_is_removed_under_its_holder_makes_no_two(tmp_path: Path, victim: str) -> None:
    clock = Clock()
    one, two = copies(tmp_path, clock)
    one.lead(CALM)
    two.lead(CALM)
    if victim != "lock":
        (tmp_path / "lease" / str(one.fence)).unlink()
    if victim != "lease":
        (tmp_path / "poller.lock").unlink()
    for _ in range(12):
        two.lead(CALM)
        assert not (one.holds() and two.holds())
        one.lead(CALM)
        assert not (one.holds() and two.holds())
        clock.now += 1
    assert one.holds() or two.holds()
    one.resign()
    two.resign()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files for others")
def test_what_root_makes_belongs_to_the_folder_s_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 12_345, 12_345)
    (one,) = copies(tmp_path, Clock(), 1)
    one.lead(CALM)
    made = [tmp_path / "lease", tmp_path / "lease" / "1", tmp_path / "poller.lock"]
    assert [path.stat().st_uid for path in made] == [12_345] * 3
    one.resign()


# -- beside version 0.1.0


def test_an_old_copy_that_polls_is_followed_and_shown(tmp_path: Path) -> None:
    clock = Clock()
    old, (one, two) = OldCopy(tmp_path), copies(tmp_path, clock)
    assert old.lead(polled_at=NOW.isoformat(), trouble="no answer in time", trouble_since=NOW.isoformat())
    shown = PollingReport(4_711, NOW, "no answer in time", NOW)
    for _ in range(20):
        assert one.lead(CALM) == two.lead(CALM) == Lead(is_ours=False, report=shown)
        clock.now += 1
    old.leave()
    assert one.lead(CALM).is_ours
    assert not old.lead()
    one.resign()


def test_an_old_copy_follows_a_new_one_and_reads_what_it_says(tmp_path: Path) -> None:
    clock = Clock()
    old, (one,) = OldCopy(tmp_path), copies(tmp_path, clock, 1)
    assert one.lead(PollingReport(None, NOW, "a long text " * 20, NOW, "timeout", {"a": 1})).is_ours
    assert one.lead(PollingReport(None, NOW, "no answer", NOW)).is_ours
    for _ in range(20):
        assert not old.lead()
        assert one.lead(PollingReport(None, NOW, "no answer", NOW)).is_ours
        clock.now += 1
    assert old.leader() == PollingReport(os.getpid(), NOW, "no answer", NOW)
    one.resign()
    assert old.lead()
    old.leave()


def test_an_old_copy_that_got_the_lock_after_all_is_left_the_polling(tmp_path: Path) -> None:
    clock = Clock()
    old, (stopped, one) = OldCopy(tmp_path), copies(tmp_path, clock)
    stopped.lead(CALM)
    clock.now += 8
    assert one.lead(CALM).is_ours, "without the lock, which the stopped one has"
    stopped.resign()
    assert old.lead()
    assert one.lead(CALM) == Lead(is_ours=False, report=PollingReport(4_711))
    assert not one.holds()
    old.leave()


def test_the_lock_is_taken_up_as_soon_as_a_stopped_copy_lets_it_go(tmp_path: Path) -> None:
    clock = Clock()
    old, (stopped, one) = OldCopy(tmp_path), copies(tmp_path, clock)
    stopped.lead(CALM)
    clock.now += 8
    one.lead(CALM)
    assert not stopped.lead(CALM).is_ours
    assert one.lead(CALM).is_ours
    assert not old.lead()
    one.resign()


LINES = [b"", b"{}", b"null", b"[1]", b"\xff\xfe", b"{" * 5_000, b'{"pid": "x", "polled_at": 3}', b"\0" * 100]


@pytest.mark.parametrize("line", LINES)
def test_an_old_copy_s_line_that_makes_no_sense_still_stands_for_one_that_polls(tmp_path: Path, line: bytes) -> None:
    old, (one,) = OldCopy(tmp_path), copies(tmp_path, Clock(), 1)
    old.lead()
    (tmp_path / "poller.lock").write_bytes(line)
    assert one.lead(CALM) == Lead(is_ours=False, report=PollingReport())
    old.leave()


def test_what_a_longer_line_left_behind_the_first_is_not_read(tmp_path: Path) -> None:
    old, (one,) = OldCopy(tmp_path), copies(tmp_path, Clock(), 1)
    old.lead(trouble="x")
    with (tmp_path / "poller.lock").open("ab") as lock:
        lock.write(b"what a longer line left")
    assert one.lead(CALM).report == PollingReport(4_711, None, "x")
    old.leave()


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00", "yesterday", "9999-12-31T23:59:59-01:00", 7, None])
def test_times_without_a_zone_or_sense_are_none(tmp_path: Path, at: object) -> None:
    old, (one,) = OldCopy(tmp_path), copies(tmp_path, Clock(), 1)
    old.lead(polled_at=at)
    report = one.lead(CALM).report
    assert report is not None
    assert report.polled_at is None or report.polled_at.tzinfo is not None
    old.leave()


# -- real processes

HOLDER = """
import sys, time
from pathlib import Path
from gett_tui.onboarding.ports import PollingReport
from gett_tui.storage.leadership import Leadership
leadership = Leadership(Path(sys.argv[1]))
while True:
    print(leadership.lead(PollingReport()).is_ours, leadership.holds(), flush=True)
    time.sleep(0.2)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that leads, and says after each renewal whether it does."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "True True\n"
        yield child
        child.kill()


def until(true: Callable[[], object]) -> None:
    """Waits until ``true()``."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)


def test_a_killed_holder_is_replaced_at_the_next_look(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    leadership = Leadership(tmp_path)
    lead = leadership.lead(CALM)
    assert lead.report is not None
    assert (lead.is_ours, lead.report.pid) == (False, holder.pid)
    holder.kill()
    holder.wait()
    assert leadership.lead(CALM).is_ours
    leadership.resign()


@pytest.mark.slow
def test_a_stopped_holder_is_told_of_and_replaced_and_finds_that_out_when_it_goes_on(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    leadership = Leadership(tmp_path)
    assert holder.stdout is not None
    holder.send_signal(signal.SIGSTOP)
    told = list[Lead]()

    def taken() -> bool:
        told.append(leadership.lead(CALM))
        return told[-1].is_ours

    until(taken)
    with pytest.raises(BlockingIOError), (tmp_path / "poller.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert told[-2].report == PollingReport(holder.pid)
    assert told[-2].silent_since is not None
    holder.send_signal(signal.SIGCONT)
    seen: list[str] = []
    reader = threading.Thread(target=lambda: seen.extend(holder.stdout or ()), daemon=True)
    reader.start()
    until(lambda: leadership.lead(CALM).is_ours and "False False\n" in seen)
    assert "True False\n" not in seen
    assert leadership.holds()
    holder.kill()
    reader.join()
    leadership.resign()


# -- any order of things


SPANS = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 5.0, 6.5, 7.2, 8.0, 20.0])


class Copies(RuleBasedStateMachine):
    """Three copies that lead, are stopped anywhere, resign, die silently; a clock that goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(os.environ["LEASE_TEST_FOLDER"]) / os.urandom(8).hex()
        self.folder.mkdir()
        self.clock = Clock()
        self.all = [Leadership(self.folder, self.clock, self._now) for _ in range(3)]
        self.old = OldCopy(self.folder)
        self.busy: set[int] = set()
        self.inside: list[Callable[[], None]] = []
        self.fences: list[int] = []

    def _now(self) -> datetime:
        """Looked at in the middle of taking and renewing: what is to happen to one that is stopped there, happens."""
        if self.inside:
            self.inside.pop()()
        return NOW

    def _lead(self, number: int) -> None:
        if number in self.busy:
            return
        self.busy.add(number)
        copy, before = self.all[number], self.all[number].fence if self.all[number].holds() else 0
        if copy.lead(CALM).is_ours and copy.fence != before:
            self.fences.append(copy.fence)
        self.busy.discard(number)
        self.never_two()

    @rule(number=st.integers(0, 2))
    def leads(self, number: int) -> None:
        self._lead(number)

    @rule(number=st.integers(0, 2), others=st.lists(st.integers(0, 2), max_size=3), seconds=SPANS)
    def leads_and_is_stopped_at_its_clock(self, number: int, others: list[int], seconds: float) -> None:
        def meanwhile() -> None:
            self.clock.now += seconds
            for other in others:
                self._lead(other)

        self.clock.meanwhile = [meanwhile]
        self._lead(number)
        self.clock.meanwhile = []

    @rule(number=st.integers(0, 2), others=st.lists(st.integers(0, 2), max_size=3), seconds=SPANS)
    def leads_and_is_stopped_in_the_middle(self, number: int, others: list[int], seconds: float) -> None:
        def meanwhile() -> None:
            self.clock.now += seconds
            for other in others:
                self._lead(other)

        self.inside = [meanwhile]
        self._lead(number)
        self.inside = []

    @rule(seconds=SPANS)
    def time_passes(self, seconds: float) -> None:
        self.clock.now += seconds

    @rule(number=st.integers(0, 2))
    def resigns(self, number: int) -> None:
        self.all[number].resign()

    @rule(number=st.integers(0, 2))
    def is_stopped_for_ever_and_another_starts(self, number: int) -> None:
        self.all.append(self.all[number])
        self.all[number] = Leadership(self.folder, self.clock, self._now)

    @invariant()
    def never_two(self) -> None:
        assert sum(copy.holds() for copy in self.all) <= 1

    @invariant()
    def fences_grow(self) -> None:
        assert self.fences == sorted(set(self.fences))

    def teardown(self) -> None:
        # Whoever comes when all are stopped has the lease within ten seconds.
        self.clock.meanwhile = self.inside = []
        last = Leadership(self.folder, self.clock, self._now)
        leads = []
        for _ in range(11):
            leads.append(last.lead(CALM).is_ours)
            self.clock.now += 1
        assert leads[-1]
        for copy in (*self.all, last):
            copy.resign()


def test_never_do_two_hold_the_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    monkeypatch.setenv("LEASE_TEST_FOLDER", str(tmp_path))
    run_state_machine_as_test(Copies, settings=settings(max_examples=150, stateful_step_count=25, deadline=None))
