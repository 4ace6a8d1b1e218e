"""A machine of two copies on one folder: lost and late answers, kills, and files changed behind their backs.

After each step every store that Gett has is a record, an attempt that a person sees, or a file that is reported; and no
partner store id is registered more often than a person insisted on.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gett_tui.errors import Cause, GettTuiError
from gett_tui.gett.errors import NoAnswerError, Outcome, Problem, ProblemError
from gett_tui.gett.models import Onboarding, Registration, Store
from gett_tui.gett.quota import Limits, Quota
from gett_tui.onboarding.record import Record
from gett_tui.onboarding.service import Service
from gett_tui.onboarding.status import OwnState
from gett_tui.storage.instances import Instances
from gett_tui.storage.record_store import RecordStore

PARTNERS = st.sampled_from(["p-1", "p-2"])
COPIES = st.sampled_from([0, 1])
ENDS = st.sampled_from(["answered", "lost", "never came", "refused", "late"])


class Gett:
    """Gett as the copies' client sees it, in memory: only so can answers be lost and late on command."""

    def __init__(self) -> None:
        self.status_of: dict[str, str] = {}
        self.partner_of: dict[str, str] = {}
        self.end = "answered"
        self.late = asyncio.Event()

    async def register(self, registration: Registration) -> Onboarding:
        end = self.end
        if end == "refused":
            raise ProblemError(Problem(409, error_code="CONFLICT", is_gett=True), outcome=Outcome.NOT_DONE)
        if end == "never came":
            raise NoAnswerError(Cause.BROKEN, "broke off")
        made = str(uuid.uuid4())
        self.status_of[made], self.partner_of[made] = "pending_catalog", registration.partner_store_id
        await self._answer(end)
        return self._onboarding(made)

    async def status(self, onboarding_id: str) -> Onboarding:
        if onboarding_id not in self.status_of:
            problem = Problem(404, error_code="NOT_FOUND", is_gett=True)
            raise ProblemError(problem, outcome=Outcome.NOT_DONE)
        return self._onboarding(onboarding_id)

    async def activate(self, onboarding_id: str) -> Store | None:
        if self.end == "never came":
            raise NoAnswerError(Cause.BROKEN, "broke off")
        self.status_of[onboarding_id] = "active"
        await self._answer(self.end)
        return Store(store_id=f"s-{onboarding_id}")

    async def aclose(self) -> None:
        return None

    async def _answer(self, end: str) -> None:
        if end == "late":
            await self.late.wait()
        if end == "lost":
            raise NoAnswerError(Cause.BROKEN, "broke off")

    def _onboarding(self, onboarding_id: str) -> Onboarding:
        return Onboarding(
            onboarding_id=onboarding_id,
            partner_store_id=self.partner_of[onboarding_id],
            status=self.status_of[onboarding_id],
        )


class Copies(RuleBasedStateMachine):
    """See the module."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = Path(tempfile.mkdtemp(prefix="gett-tui-machine-"))
        self.gett = Gett()
        self.insisted: Counter[str] = Counter()
        self.forgotten: set[str] = set()
        """Onboarding ids whose last trace a person took away by hand."""
        self.held: list[asyncio.Task[object]] = []
        self.backups: dict[Path, bytes] = {}

    @initialize()
    def begin(self) -> None:
        self.copies = [self._copy(), self._copy()]

    def teardown(self) -> None:
        self.gett.late.set()
        self._run(self._gathered())
        for service in getattr(self, "copies", []):
            self._run(service.close())
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()
        shutil.rmtree(self.folder)

    async def _gathered(self) -> None:
        await asyncio.gather(*self.held, return_exceptions=True)
        self.held.clear()

    def _copy(self) -> Service:
        instances = Instances(self.folder)
        store = RecordStore(self.folder, instances.owner)
        service = Service(store, instances, Quota(Limits(10**6, 10**6)), lambda _: None, patience=0.0)
        self._run(service.load())
        service.use(self.gett)
        self._run(service.follow())
        return service

    def _run(self, work: object) -> object:
        return self.loop.run_until_complete(work)

    def _try(self, work: object) -> None:
        with contextlib.suppress(GettTuiError):
            self._run(work)

    def _some(self, copy: int, able: Callable[[Record], bool]) -> Record | None:
        found = [record for record in self.copies[copy].records() if able(record)]
        return min(found, key=lambda record: record.key) if found else None

    # -- what people do

    @rule(copy=COPIES, partner=PARTNERS, end=ENDS)
    def register(self, copy: int, partner: str, end: str) -> None:
        self.gett.end = end
        body = Registration(
            partner_store_id=partner, name="A", catalog_callback_url="https://c", webhook_url="https://w"
        )
        work = self.copies[copy].register(body)
        if end != "late":
            self._try(work)
            return
        self.gett.late.clear()
        task = self.loop.create_task(work)
        self.held.append(task)
        self._run(self._sent(task))

    async def _sent(self, task: asyncio.Task[object]) -> None:
        before = len(self.gett.status_of)
        while not task.done() and len(self.gett.status_of) == before:
            await asyncio.sleep(0.001)

    @rule()
    def late_answers_come(self) -> None:
        self.gett.late.set()
        self._run(self._gathered())

    @rule(copy=COPIES, end=st.sampled_from(["answered", "lost", "never came"]))
    def try_again(self, copy: int, end: str) -> None:
        record = self._some(copy, lambda one: one.status is OwnState.UNCONFIRMED)
        if record is None:
            return
        self.gett.end = end
        known = len(self.gett.status_of)
        self._try(self.copies[copy].try_again(record.key))
        self.insisted[record.partner_store_id] += len(self.gett.status_of) - known

    @rule(copy=COPIES)
    def attach(self, copy: int) -> None:
        record = self._some(copy, lambda one: one.status is OwnState.UNCONFIRMED)
        known = {one.onboarding_id for one in self._on_disk()}
        for made, partner in self.gett.partner_of.items():
            if record is not None and partner == record.partner_store_id and made not in known:
                self._try(self.copies[copy].attach(record.key, made))
                return

    @rule(copy=COPIES, end=st.sampled_from(["answered", "lost", "never came"]))
    def activate(self, copy: int, end: str) -> None:
        record = self._some(copy, lambda one: one.status == "pending_catalog")
        if record is None or record.onboarding_id not in self.gett.status_of:
            return
        self.gett.status_of[record.onboarding_id] = "ready_to_activate"
        self.gett.end = end
        self._try(self.copies[copy].refresh(record.key))
        self._try(self.copies[copy].activate(record.key))

    @rule(copy=COPIES)
    def follow(self, copy: int) -> None:
        self._run(self.copies[copy].follow())

    @rule(copy=COPIES)
    def repair(self, copy: int) -> None:
        self._run(self.copies[copy].repair())

    @rule(copy=COPIES)
    def kill(self, copy: int) -> None:
        """What is under way is cut off anywhere, and another copy starts."""
        for task in self.held:
            task.cancel()
        self._run(self._gathered())
        self.gett.late.set()
        dead = self.copies[copy]
        self.copies[copy] = self._copy()
        self._run(dead.close())

    # -- what happens to files behind their backs

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*/*.toml"))

    @rule(number=st.integers(0, 9))
    def back_up(self, number: int) -> None:
        for path in self._files()[number : number + 1]:
            self.backups[path] = path.read_bytes()

    @precondition(lambda self: self.backups)
    @rule(number=st.integers(0, 9))
    def put_back(self, number: int) -> None:
        path = sorted(self.backups)[number % len(self.backups)]
        # Of an attempt that has become a record, or was resolved, an old file would say that it is still open.
        if path.exists():
            path.write_bytes(self.backups[path])

    @rule(number=st.integers(0, 9), data=st.sampled_from([b"", b"\0" * 40, b"format = 99\n", b"half a fi"]))
    def damage(self, number: int, data: bytes) -> None:
        for path in self._files()[number : number + 1]:
            path.write_bytes(data)

    @rule()
    def replace_the_folder(self) -> None:
        other = self.folder.with_name(self.folder.name + "-other")
        shutil.copytree(self.folder, other)
        shutil.rmtree(self.folder)
        other.rename(self.folder)

    # -- what must hold

    def _fresh(self) -> RecordStore:
        store = RecordStore(self.folder, "0-look")
        for _ in store.load():
            pass
        return store

    def _on_disk(self) -> list[Record]:
        return self._fresh().records()

    @invariant()
    def every_store_is_seen(self) -> None:
        store = self._fresh()
        known = {record.onboarding_id for record in store.records()}
        answers = "".join(record.answer or "" for record in store.records())
        attempts = {record.partner_store_id for record in store.records() if record.is_attempt}
        problems = " ".join(problem.place for problem in store.problems)
        for made, partner in self.gett.partner_of.items():
            # Who has it sent again knows that the first one may stand at Gett, too.
            seen = made in known or made in answers or partner in attempts or self.insisted[partner] > 0
            assert seen or made in problems or "attempts" in problems, f"{made} of {partner} is lost"

    @invariant()
    def no_store_is_registered_twice(self) -> None:
        times = Counter(self.gett.partner_of.values())
        for partner, number in times.items():
            assert number <= 1 + self.insisted[partner], f"{partner} was registered {number} times"

    @invariant()
    def two_copies_say_the_same(self) -> None:
        if not hasattr(self, "copies"):
            return
        for service in self.copies:
            self._run(service.follow())
        store = self._fresh()
        on_disk = {record.key: record.version for record in store.records()}
        for service in self.copies:
            said = {record.key: record.version for record in service.records()}
            # Of a file that cannot be read at present a copy goes on showing what it knew.
            assert said == on_disk or (store.problems and on_disk.items() <= said.items())


def test_whatever_happens_nothing_is_lost_or_doubled() -> None:
    run_state_machine_as_test(
        Copies,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
