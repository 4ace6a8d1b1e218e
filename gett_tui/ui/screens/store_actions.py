"""What each key that acts on stores does: asks first where it must, has the service do it, and says how it ended.

Imported when the runtime is: nothing of it is on the first frame.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from gett_tui.error_messages import sentence
from gett_tui.onboarding.batch import Batch
from gett_tui.onboarding.status import OwnState, Status, can_change, meaning
from gett_tui.text import count, one_line
from gett_tui.ui import form_handlers, register_anew
from gett_tui.ui.commands import command, with_keys
from gett_tui.ui.screens.ask import AskScreen
from gett_tui.ui.widgets.status_line import place

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from textual.screen import Screen

    from gett_tui.onboarding.batch import End, Summary
    from gett_tui.onboarding.record import Record
    from gett_tui.runtime import Runtime
    from gett_tui.ui.app import GettApp
    from gett_tui.ui.environment import Environment
    from gett_tui.ui.notifications import Notifications
    from gett_tui.ui.screens.register import Purpose, Submit
    from gett_tui.ui.widgets.store_list import StoreList

    UseCase = Callable[[str], Awaitable[Record]]

_ASKED = "Asked Gett about {}"
"""Goes without a word where nothing failed: what came of it is seen."""
_DONE = {
    "activate": "Put {} live",
    "cancel": "Cancelled the onboarding of {}",
    "again": "Registered {} again",
    "drop": "Dropped {}",
}
"""What was done, by the action: with how many stores in place of the brackets."""
_SILENT = 2.0
"""Seconds after which a person is told that what a key has begun still goes on."""
_TOLD = (Status.ACTIVE, OwnState.CANCELLED)
"""States that an action leads to: arriving there is said."""


class StoreActions:
    """The actions by the ids of their commands (``run``). Each gets the stores that it is for."""

    def __init__(
        self,
        screen: Screen[None],
        stores: StoreList,
        runtime: Runtime,
        environment: Environment,
        notifications: Notifications,
    ) -> None:
        self._screen = screen
        self._stores = stores
        self._runtime = runtime
        self._service = runtime.service
        self._environment = environment
        self._notifications = notifications
        self._actions: Mapping[str, Callable[[Sequence[Record]], None]] = {
            "register": lambda _chosen: self._register(),
            "activate": partial(self._change, "activate", "activate", self._service.activate),
            "cancel_onboarding": partial(self._change, "cancel_onboarding", "cancel", self._service.cancel),
            "fix": self._fix,
            "resolve": self._resolve,
            "track": lambda _chosen: self._track(),
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
        self._run_each(chosen, self._service.refresh, _ASKED)

    def _refresh_all(self) -> None:
        records = [record for record in self._service.records() if record.onboarding_id and can_change(record.status)]
        asked = (
            f"Asking Gett about {count(len(records), 'store')}." if records else "There is no store to ask Gett about."
        )
        self._notifications.say(asked)
        self._run_each(records, partial(self._service.refresh, urgent=False), _ASKED, is_told=True)

    def _run_each(self, records: Sequence[Record], use_case: UseCase, done: str, *, is_told: bool = False) -> None:
        """``done``: what was done with how many. ``is_told``: the person knows that Gett is being asked."""
        if records:
            self._screen.run_worker(self._each(records, use_case, done, is_told=is_told), exit_on_error=False)

    async def _each(self, records: Sequence[Record], use_case: UseCase, done: str, *, is_told: bool) -> None:
        batch = Batch(records, lambda record: use_case(record.key))
        timer = None if is_told else self._screen.set_timer(_SILENT, self._tell_waiting)
        try:
            summary = await batch.run()
        finally:
            if timer is not None:
                timer.stop()
        self._tell(summary, done)

    def _tell_waiting(self) -> None:
        # Why it is not asked yet, and until when, stands on the status line.
        is_out = self._service.outage.next_try is not None
        self._notifications.say("Gett is asked later: see above." if is_out else "Gett is being asked; no answer yet.")

    def _tell(self, summary: Summary[Record], done: str) -> None:
        """One sentence, however many stores it was for; each store that failed shows why itself."""
        total = len(summary.done) + len(summary.failed)
        if total == 1:
            self._tell_one(*summary.done, *summary.failed)
        elif summary.failed:
            stores = f"{len(summary.done)} of {count(total, 'store')}"
            self._notifications.fail(f"{done.format(stores)}; {_failed_words(summary.failed)}")
        elif done != _ASKED:
            self._notifications.say(f"{done.format(count(total, 'store'))}.")

    def _tell_one(self, end: End[Record]) -> None:
        before, after = end.item, end.record
        if end.error is not None:
            self._notifications.fail(f"{before.name}: {sentence(end.error)}")
        elif after is not None and after.status != before.status and after.status in _TOLD:
            told = f": storeId {after.store_id}" if after.status == Status.ACTIVE and after.store_id else ""
            self._notifications.say(f"{after.name} is {meaning(after.status).words}{told}")

    # -- changing the world

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
                self._run_each(able, use_case, _DONE[action])

        self._confirm(action, able, answered, left_out=len(chosen) - len(able))

    def _confirm(
        self, action: str, records: Sequence[Record], then: Callable[[object], None], *, left_out: int = 0
    ) -> None:
        # The dialogs are imported when they are needed: none of them is on the first frame.
        from gett_tui.ui.screens.confirm import ConfirmScreen

        self._ask(ConfirmScreen(action, records, self._environment, left_out=left_out), then)

    def _ask(self, screen: Screen[Any], then: Callable[[Any], None]) -> None:
        """Shows a dialog; the list keeps its order meanwhile.

        The dialog is there before this returns: keys that come in a burst must not act on the list behind it.
        """

        def answered(answer: object) -> None:
            self._stores.release()
            then(answer)

        self._stores.hold()
        self._screen.app.push_screen(screen, answered)

    # -- forms

    def _register(self) -> None:
        self._form(partial(form_handlers.register, self._service))

    def _form(self, submit: Submit, initial: Mapping[str, str] | None = None, purpose: Purpose | None = None) -> None:
        from gett_tui.ui.screens.register import Purpose, RegisterScreen

        form = RegisterScreen(
            self._environment,
            submit=submit,
            check_catalog=self._runtime.check_catalog,
            known_ids=lambda: [record.partner_store_id for record in self._service.records()],
            initial=initial,
            purpose=purpose or Purpose(),
        )
        self._ask(form, self._registered)

    def _registered(self, key: str | None) -> None:
        if key is None:
            return
        self._go_to(key)
        record = self._stores.record(key)
        if record is not None and record.status == OwnState.UNCONFIRMED:
            settle = with_keys("{resolve} settles it.")
            self._notifications.fail(f"{record.name} is unconfirmed: the answer is lost. {settle}")
        elif record is not None:
            self._notifications.say(f"Registered {record.name}")

    def _go_to(self, key: str) -> None:
        """Puts the cursor on a store; the full screen of another one, from where this was begun, is over."""
        from gett_tui.ui.screens.detail import DetailScreen

        top = self._screen.app.screen
        if isinstance(top, DetailScreen) and top.key != key:
            top.action_leave()
        self._stores.move_to(key)

    def _fix(self, chosen: Sequence[Record]) -> None:
        """Cancels a failed store and registers it again, with the old values filled in and the reason on top."""
        record = self._the_one("fix", chosen)
        if record is None:
            return
        from gett_tui.ui.screens.register import Purpose

        now = cast("GettApp", self._screen.app).now()
        purpose = Purpose(
            "Register anew",
            register_anew.button_words(record),
            register_anew.field_to_change(record),
            tuple(register_anew.why_rows(record, now)),
        )
        submit = partial(form_handlers.register_anew, self._service, record.key)
        self._form(submit, register_anew.old_values(record), purpose)

    def _track(self) -> None:
        where = place(self._environment.profile, is_production=self._environment.is_production)
        ask = AskScreen(
            f"Track an onboarding on {where} ({one_line(self._environment.host, 60)})",
            "The onboarding id, as Gett gave it to whoever registered the store.",
            submit=partial(form_handlers.track, self._service),
            name="What to call it here (may stay empty; Gett tells no name before the store is live)",
            is_production=self._environment.is_production,
        )
        self._ask(ask, self._tracked)

    def _tracked(self, key: str | None) -> None:
        if key is not None:
            self._go_to(key)

    # -- what is unconfirmed

    def _resolve(self, chosen: Sequence[Record]) -> None:
        """Resolves an unconfirmed store: the id is known, send it again, or give it up."""
        record = self._the_one("resolve", chosen)
        if record is None:
            return
        from gett_tui.ui.screens.resolve import ResolveScreen

        self._ask(ResolveScreen(record), partial(self._resolved, record))

    def _resolved(self, record: Record, choice: str | None) -> None:
        if choice == "attach":
            explain = f"The onboarding id of {one_line(record.name, 60)}: Gett is asked whether it fits."
            submit = partial(form_handlers.attach, self._service, record.key)
            self._ask(AskScreen("I have the id", explain, submit=submit), self._tracked)
        elif choice in ("again", "drop"):
            use_case = self._service.try_again if choice == "again" else self._service.drop

            def answered(confirmed: object) -> None:
                if confirmed:
                    self._run_each([record], use_case, _DONE[choice])

            self._confirm(choice, [record], answered)

    def _the_one(self, command_id: str, chosen: Sequence[Record]) -> Record | None:
        """The one store that a key for one store is for; None, with a word, when it cannot be."""
        why_not = command(command_id).why_not(chosen[0]) if chosen else "There is no store here."
        if why_not is not None:
            self._notifications.warn(why_not)
            return None
        return chosen[0]


def _failed_words(failed: Sequence[End[Record]]) -> str:
    """How many failed and why: of different reasons the first."""
    reasons = [(end.item.name, sentence(end.error)) for end in failed if end.error is not None]
    name, reason = reasons[0]
    is_one = all(other == reason for _, other in reasons)
    return f"{len(failed)} failed{'' if is_one else f', the first {name}'}: {reason}"
