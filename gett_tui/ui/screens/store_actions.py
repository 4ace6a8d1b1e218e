"""What each key that acts on stores does: asks first where it must, has the service do it, and says how it ended.

Imported when the runtime is: nothing of it is on the first frame.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gett_tui.error_messages import sentence
from gett_tui.onboarding.batch import Batch
from gett_tui.onboarding.status import can_change
from gett_tui.text import count
from gett_tui.ui.commands import command
from gett_tui.ui.screens.batch_words import AIMS, arrival, told

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.screen import Screen

    from gett_tui.onboarding.batch import End, Summary
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.service import Service
    from gett_tui.ui.notifications import Notifications
    from gett_tui.ui.screens.batch_words import Aim
    from gett_tui.ui.screens.store_dialogs import StoreDialogs
    from gett_tui.ui.widgets.store_list import StoreList

    UseCase = Callable[[Record], Awaitable[Record]]

_SILENT = 2.0
"""Seconds after which a person is told that what a key has begun still goes on."""


class StoreActions:
    """The actions by the ids of their commands (``run``). Each gets the stores that it is for."""

    def __init__(
        self,
        screen: Screen[None],
        stores: StoreList,
        service: Service,
        dialogs: StoreDialogs,
        notifications: Notifications,
    ) -> None:
        self._screen = screen
        self._stores = stores
        self._service = service
        self._dialogs = dialogs
        self._notifications = notifications
        self._actions: Mapping[str, Callable[[Sequence[Record]], None]] = {
            "register": lambda _chosen: self._dialogs.register(),
            "activate": partial(self._change, "activate", "activate", self._activate),
            "cancel_onboarding": partial(self._change, "cancel_onboarding", "cancel", self._cancel),
            "fix": self._fix,
            "resolve": self._resolve,
            "track": lambda _chosen: self._dialogs.track(),
            "refresh": self._refresh,
            "refresh_all": lambda _chosen: self._refresh_all(),
        }

    def run(self, command_id: str, chosen: Sequence[Record]) -> None:
        """Does what the command ``command_id`` is for with ``chosen``. Raises KeyError for a command that is none."""
        self._actions[command_id](chosen)

    # -- asking Gett

    def _refresh(self, chosen: Sequence[Record]) -> None:
        if not chosen:
            self._notifications.warn("There is no store here.")
        self._run_each("refresh", chosen, lambda record: self._service.refresh(record.key))

    def _refresh_all(self) -> None:
        records = [record for record in self._service.records() if record.onboarding_id and can_change(record.status)]
        if not records:
            self._notifications.warn("There is no store to ask Gett about.")
            return
        self._notifications.say(f"Asking Gett about {count(len(records), 'store')}.")
        self._run_each("refresh", records, lambda record: self._service.refresh(record.key, urgent=False), is_told=True)

    def _run_each(self, aim: str, records: Sequence[Record], use_case: UseCase, *, is_told: bool = False) -> None:
        """``is_told``: the person knows that Gett is being asked."""
        if records:
            self._screen.run_worker(self._each(AIMS[aim], records, use_case, is_told=is_told), exit_on_error=False)

    async def _each(self, aim: Aim, records: Sequence[Record], use_case: UseCase, *, is_told: bool) -> None:
        batch = Batch(records, use_case)
        timer = None if is_told else self._screen.set_timer(_SILENT, self._tell_waiting)
        try:
            summary = await batch.run()
        finally:
            if timer is not None:
                timer.stop()
        if len(records) == 1:
            self._tell_one(*summary.done, *summary.failed)
        else:
            self._tell_many(aim, summary)

    def _tell_waiting(self) -> None:
        # Why it is not asked yet, and until when, stands on the status line.
        is_out = self._service.outage.next_try is not None
        self._notifications.say("Gett is asked later: see above." if is_out else "Gett is being asked; no answer yet.")

    def _tell_one(self, end: End[Record]) -> None:
        if end.error is not None:
            self._notifications.fail(sentence(end.error), about=end.item)
        elif words := arrival(end):
            self._notifications.say(words)

    def _tell_many(self, aim: Aim, summary: Summary[Record]) -> None:
        words = told(aim, summary)
        tell = self._notifications.fail if words.is_bad else self._notifications.say
        tell(words.text, details=words.details)

    # -- changing the world

    async def _activate(self, asked_about: Record) -> Record:
        return await self._service.activate(asked_about.key, asked_about)

    async def _cancel(self, asked_about: Record) -> Record:
        return await self._service.cancel(asked_about.key, asked_about)

    def _change(self, command_id: str, action: str, use_case: UseCase, chosen: Sequence[Record]) -> None:
        """Activates or cancels those of ``chosen`` that can be, after a confirmation."""
        why_not = command(command_id).why_not
        able = [record for record in chosen if why_not(record) is None]
        if not able:
            self._notifications.warn((why_not(chosen[0]) if chosen else None) or "There is no store here.")
            return

        def answered(confirmed: object) -> None:
            if confirmed:
                self._stores.clear_marks()
                self._run_each(action, able, use_case)

        self._dialogs.confirm(action, able, answered, left_out=len(chosen) - len(able))

    # -- one store

    def _fix(self, chosen: Sequence[Record]) -> None:
        """Cancels a failed store and registers it again, with the old values filled in and the reason on top."""
        record = self._the_one("fix", chosen)
        if record is not None:
            self._dialogs.fix(record)

    def _resolve(self, chosen: Sequence[Record]) -> None:
        """Resolves an unconfirmed store: the id is known, send it again, or give it up."""
        record = self._the_one("resolve", chosen)
        if record is None:
            return
        from gett_tui.ui.screens.resolve import ResolveScreen

        self._dialogs.ask(ResolveScreen(record), partial(self._resolved, record))

    def _resolved(self, record: Record, choice: str | None) -> None:
        if choice == "attach":
            self._dialogs.attach(record)
        elif choice in ("again", "drop"):
            use_case = self._service.try_again if choice == "again" else self._service.drop

            def answered(confirmed: object) -> None:
                if confirmed:
                    self._run_each(choice, [record], lambda asked_about: use_case(asked_about.key, asked_about))

            self._dialogs.confirm(choice, [record], answered)

    def _the_one(self, command_id: str, chosen: Sequence[Record]) -> Record | None:
        """The one store that a key for one store is for; None, with a word, when it cannot be."""
        why_not = command(command_id).why_not(chosen[0]) if chosen else "There is no store here."
        if why_not is not None:
            self._notifications.warn(why_not)
            return None
        return chosen[0]
