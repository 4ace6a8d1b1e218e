"""One use case for several stores of one command line: each has its own end, and none takes another with it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from gett_tui.commands.confirm import DeclinedError, question_of_many
from gett_tui.commands.exit_codes import ExitCode, exit_code
from gett_tui.commands.lookup import NoSuchStoreError, choose, look_up, read_all, require_status_word
from gett_tui.commands.output import ask, print_outcome, say
from gett_tui.commands.running import perform_many
from gett_tui.error_messages import sentence
from gett_tui.errors import Cause, ConfigError
from gett_tui.onboarding.errors import UnconfirmedError
from gett_tui.onboarding.status import word
from gett_tui.text import one_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from gett_tui.commands.access import Access
    from gett_tui.onboarding.batch import End
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.service import Service
    from gett_tui.onboarding.status import State

    Act = Callable[[Service, Record], Awaitable[Record]]

_STDIN = "-"


def names_of(arguments: argparse.Namespace) -> list[str]:
    """The stores that were named, each once; ``-`` stands for those on stdin. None with ``--status``.

    To be asked for before anything that may read stdin. Raises ConfigError for names beside a status, and for neither.
    """
    if bool(arguments.stores) == (arguments.status is not None):
        raise ConfigError("which stores?", cause=Cause.WHICH_STORES)
    named = (name for each in arguments.stores for name in (_typed() if each == _STDIN else [each]))
    return list(dict.fromkeys(named))


def _typed() -> list[str]:
    return [name for line in sys.stdin if (name := line.strip())]


class Several:
    """The stores that a command is about, and how it went with them so far."""

    def __init__(self, action: str, *, as_json: bool) -> None:
        self._action = action
        self._as_json = as_json
        self._done = 0
        self._failed = 0
        self._code = ExitCode.DONE

    def choose(self, folder: Path, names: Sequence[str], status: str | None) -> list[Record]:
        """Those that are named, or that are in a status; one that is not here is told, and the others go on.

        Raises NoSuchStoreError for one that is named alone, NoSuchStatusError, StorageError.
        """
        if status is None and len(names) == 1:
            return [look_up(folder, names[0])]
        store = read_all(folder)
        if status is not None:
            found = [record for record in store.records() if word(record.status) == status]
            if not found:
                require_status_word(status)
                say(f"no store is in the status {one_line(status, 60)}")
            return sorted(found, key=lambda record: record.name.casefold())
        if not names:
            say("no store is named")
        chosen: dict[str, Record] = {}
        for name in names:
            try:
                record = choose(store.records(), name, unreadable=len(store.problems))
            except NoSuchStoreError as error:
                self._miss(error)
            else:
                chosen[record.key] = record
        return list(chosen.values())

    def fitting(self, records: Sequence[Record], why_not: Callable[[State], str | None]) -> list[Record]:
        """Those of ``records`` that it can be done to; of the others it is told why not."""
        left: list[Record] = []
        for record in records:
            reason = why_not(record.status)
            if reason is None:
                left.append(record)
            else:
                self._failed += 1
                self._code = max(self._code, ExitCode.FAILED)
                say(f"{_called(record)}: {reason}")
        return left

    def confirm(self, records: Sequence[Record], access: Access) -> None:
        """Asks whether to do it to all of ``records``. Raises DeclinedError without a ``yes``."""
        if ask(question_of_many(self._action, records, access.profile)) != "yes":
            raise DeclinedError("declined")

    def run(self, access: Access, records: Sequence[Record], act: Act) -> int:
        """Does it, and prints each as it ends; the exit status of the whole. Raises SignalledError."""
        if records:
            perform_many(access, records, act, self._ended)
        total = self._done + self._failed
        if total > 1:
            say(f"{self._action}: {self._done} done, {self._failed} failed, of {total}")
        return self._code

    def _ended(self, end: End[Record]) -> None:
        error = end.error
        record = error.record if isinstance(error, UnconfirmedError) else end.record
        if record is not None:
            print_outcome(record, as_json=self._as_json, on_a_line=True)
        if error is None:
            self._done += 1
        else:
            self._miss(error, _called(end.item))

    def _miss(self, error: Exception, called: str = "") -> None:
        self._failed += 1
        code = ExitCode.UNKNOWN if exit_code(error) == ExitCode.UNKNOWN else ExitCode.FAILED
        self._code = max(self._code, code)
        say(f"{called}: {sentence(error)}" if called else sentence(error))


def _called(record: Record) -> str:
    return one_line(record.partner_store_id or record.name, 100)
