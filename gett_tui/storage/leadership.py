"""Which of all copies on a profile polls: a lease that only one that is at work renews (invariant 7: every wait ends).

The lease lasts 7.5 seconds of the machine's monotonic clock from before it was renewed; its holder counts only 7 of
them, so it has stopped before another may begin. A renewal counts only if it was written within those 7 seconds: who
looks later than 7.5 sees it, and one that comes later is never relied on. Who finds the lease run out takes the next
number, which can be had once (``lease_files``). A dead holder's lease is free at once.

Copies of version 0.1.0 know the kernel's lock on ``poller.lock`` alone. A holder keeps that too whenever it can get
it, so that none of them begins; where one of them has it, it polls, and the others follow. A copy of this version that
is stopped may go on having it: then its lease has run out, and the next holder polls without.
"""

from __future__ import annotations

import contextlib
import math
import os
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.onboarding.ports import Lead, PollingReport
from gett_tui.storage import files, lease_files, lock_holders, small_files
from gett_tui.storage.lease_files import Lease

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TERM = 7.5
"""Seconds for which others respect a lease."""
HOLDERS_TERM = 7.0
"""Seconds for which its holder relies on it."""
_LEASES = "lease"
_LOCK = "poller.lock"
_RENEW_AFTER = 2.0
_SILENT_AFTER = 4.0


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PollingCopy(NamedTuple):
    """The copy that has the lease, as its file tells."""

    pid: int | None
    age: float | None
    """Seconds since it last renewed the lease; None for one of version 0.1.0, which has the lock alone."""

    @property
    def is_silent(self) -> bool:
        """Whether it is stopped or stuck: it should have renewed its lease long ago, if it has one."""
        if self.age is not None:
            return self.age >= _SILENT_AFTER
        return self.pid is not None and lock_holders.is_stopped(self.pid)


def polling_copy(folder: Path, clock: Callable[[], float] = time.monotonic) -> PollingCopy | None:
    """Who polls for the profile in ``folder``; None when nobody does, or it cannot be told. Changes nothing.

    Raises FileTroubleError.
    """
    leases = folder / _LEASES
    with files.explained("Cannot tell which copy polls by", leases), contextlib.suppress(FileNotFoundError):
        newest = lease_files.newest(leases)
        found = lease_files.read(leases, newest) if newest else None
        lease = found.lease if found is not None and found.alive else None
        if lease is not None and lease.boot == small_files.boot_id():
            return PollingCopy(lease.report.pid, max(0.0, clock() - (lease.until - TERM)))
    return _old_copy(folder / _LOCK)


def _old_copy(lock: Path) -> PollingCopy | None:
    """The copy of version 0.1.0 that has ``lock``. One of this version that has it no lease has lost the lead."""
    line = lease_files.read_plain(lock)
    if line is not None and line.fence != 0:
        return None
    with files.explained("Cannot tell which copy polls by", lock), contextlib.suppress(FileNotFoundError):
        handle = small_files.open_plain(lock, os.O_RDONLY)
        try:
            if not files.lock_at_once(handle, shared=True):
                return PollingCopy(lock_holders.holder_of(lock) or (line.report.pid if line else None), None)
        finally:
            os.close(handle)
    return None


class Leadership:
    """This copy's part in who polls on the profile whose state lies in ``folder``.

    ``clock`` is the machine's monotonic clock, the same for all copies. ``lead`` and ``resign`` wait for the disk and
    raise FileTroubleError; ``holds`` waits for nothing.
    """

    def __init__(
        self, folder: Path, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._leases = folder / _LEASES
        self._lock_path = folder / _LOCK
        self._clock = clock
        self._now = now
        self._boot = small_files.boot_id()
        self._one_at_a_time = threading.Lock()
        self._until = -math.inf
        self._renewed = -math.inf
        self._said: PollingReport | None = None
        self._handle: int | None = None
        self._lock: int | None = None
        self._fence = 0
        self._stopped_since: datetime | None = None
        self._others: tuple[Lease | None, float] = (None, -math.inf)
        """The last lease of another that was seen, and when it ends by this clock."""
        self._strange: tuple[bytes, float] = (b"", -math.inf)
        """A lease whose end cannot be compared with this clock, and when it has been seen unchanged for a term."""

    @property
    def fence(self) -> int:
        """The number of the lease that this copy has, or had last; it grows with each new holder."""
        return self._fence

    def holds(self) -> bool:
        """Whether the lease is surely still this copy's; nothing but arithmetic."""
        return self._clock() < self._until

    def lead(self, report: PollingReport) -> Lead:
        """Takes or renews the lease, if it is free or ours, and says who has it. Call it only when at work.

        Raises FileTroubleError when that cannot be told: then nothing is taken, and what is held runs out.
        """
        with self._one_at_a_time, files.explained("Cannot tell which copy polls by", self._leases):
            asked = self._clock()
            return self._lead(asked, report._replace(pid=os.getpid()))

    def resign(self) -> None:
        """Gives the lease up; the next one to ask has it."""
        with self._one_at_a_time:
            self._give_up()

    def _lead(self, asked: float, report: PollingReport) -> Lead:
        newest = lease_files.newest(self._leases)
        if self._handle is not None:
            if self._is_ours(asked) and not self._old_copy_polls() and self._renew(asked, report):
                return Lead(is_ours=True)
            self._give_up()
            newest = lease_files.newest(self._leases)
        other = self._in_force(newest, asked)
        if other is not None:
            return other
        self._fence = lease_files.free_after(self._leases, newest)
        if self._old_copy_polls():
            return self._old_lead()
        if self._take(asked, report):
            return Lead(is_ours=True)
        self._give_up()
        return Lead(is_ours=False, report=PollingReport())

    # -- the lease

    def _is_ours(self, asked: float) -> bool:
        handle, path = self._handle, self._leases / str(self._fence)
        if handle is None or asked >= self._until or not small_files.stands_at(handle, path):
            return False
        return lease_files.newest(self._leases) == self._fence

    def _renew(self, asked: float, report: PollingReport) -> bool:
        if report == self._said and asked < self._renewed + _RENEW_AFTER:
            return True
        if self._handle is None:
            return False
        lease_files.write(self._handle, self._lease(asked, report))
        # Stopped while writing? Then others may have seen the old end, and this renewal is none.
        if self._clock() >= self._until:
            return False
        self._begun(asked, report)
        return True

    def _take(self, asked: float, report: PollingReport) -> bool:
        self._handle = lease_files.claim(self._leases, self._lease(asked, report))
        # A number that was used and removed meanwhile could be had again: the newest tells.
        if self._handle is None or lease_files.newest(self._leases) != self._fence:
            return False
        self._begun(asked, report)
        lease_files.clear(self._leases, self._fence)
        return True

    def _lease(self, asked: float, report: PollingReport) -> Lease:
        return Lease(self._fence, asked + TERM, self._boot, self._now(), report)

    def _begun(self, asked: float, report: PollingReport) -> None:
        self._until, self._renewed = asked + HOLDERS_TERM, asked
        if report != self._said:
            self._said = report
            self._write_into_lock()

    def _in_force(self, newest: int, asked: float) -> Lead | None:
        """The lead of another, unless it is over."""
        if newest == 0:
            # Removed under its holder, perhaps: what was seen of it holds until its end.
            lease, until = self._others
        else:
            try:
                found = lease_files.read(self._leases, newest)
            except FileNotFoundError:
                return Lead(is_ours=False, report=PollingReport())
            if not found.alive:
                return None
            lease, until = found.lease, self._end_of(found, asked)
            self._others = lease, until
        if asked >= until:
            return None
        return Lead(
            is_ours=False,
            report=PollingReport() if lease is None else lease.report,
            silent_since=None if lease is None or asked < until - TERM + _SILENT_AFTER else lease.renewed_at,
        )

    def _end_of(self, found: lease_files.Found, asked: float) -> float:
        lease = found.lease
        if lease is not None and lease.boot == self._boot and lease.until <= asked + TERM:
            return lease.until
        # Of another boot, or unreadable: a living holder changes it in time.
        if found.data != self._strange[0]:
            self._strange = found.data, asked + TERM
        return self._strange[1]

    def _give_up(self) -> None:
        self._until = -math.inf
        self._said = None
        for handle in (self._handle, self._lock):
            if handle is not None:
                os.close(handle)
        self._handle = self._lock = None

    # -- the lock that copies of version 0.1.0 know

    def _get_lock(self) -> bool:
        """Whether this copy has the lock; takes it when it is free."""
        with files.explained("Cannot lock", self._lock_path):
            return self._has_lock() or self._take_lock()

    def _has_lock(self) -> bool:
        if self._lock is not None and small_files.stands_at(self._lock, self._lock_path):
            return True
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        return False

    def _take_lock(self) -> bool:
        handle = small_files.open_plain(self._lock_path, os.O_RDWR | os.O_CREAT)
        if files.lock_at_once(handle):
            self._lock = handle
            self._write_into_lock()
            return True
        os.close(handle)
        return False

    def _old_copy_polls(self) -> bool:
        """Whether one of version 0.1.0 has the lock: its line has no fence."""
        if self._get_lock():
            return False
        lease = self._read_lock()
        return lease is None or lease.fence == 0

    def _old_lead(self) -> Lead:
        """The lead of one of version 0.1.0: it renews nothing, so that it is stopped is all that can be told."""
        lease = self._read_lock()
        report = PollingReport() if lease is None else lease.report
        is_stopped = report.pid is not None and lock_holders.is_stopped(report.pid)
        self._stopped_since = (self._stopped_since or self._now()) if is_stopped else None
        return Lead(is_ours=False, report=report, silent_since=self._stopped_since)

    def _read_lock(self) -> Lease | None:
        return lease_files.read_plain(self._lock_path)

    def _write_into_lock(self) -> None:
        """Tells copies of version 0.1.0 how the polling goes, if it is this copy that has their lock."""
        if self._lock is None:
            return
        said = self._said or PollingReport(os.getpid())
        line = lease_files.line_of(Lease(self._fence, 0.0, self._boot, None, said))
        # It is news of the moment, not a record: when it cannot be written, they show what was there before.
        with contextlib.suppress(OSError):
            os.pwrite(self._lock, line, 0)
            os.ftruncate(self._lock, len(line))
