"""Opens the dialogs that the keys for stores need, and puts the cursor where their answer leads.

Its invariant: while a dialog is open the list behind it stays as it is, and gets none of its keys.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from gett_tui.onboarding.registration import values_of
from gett_tui.onboarding.status import ENDED, OwnState, Status
from gett_tui.text import one_line
from gett_tui.ui import form_handlers, register_anew
from gett_tui.ui.commands import with_keys
from gett_tui.ui.form_purpose import REGISTER, Purpose
from gett_tui.ui.production import place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from textual.screen import Screen

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State
    from gett_tui.runtime import Runtime
    from gett_tui.ui.app import GettApp
    from gett_tui.ui.environment import Environment
    from gett_tui.ui.form_result import Submit
    from gett_tui.ui.notifications import Notifications
    from gett_tui.ui.widgets.store_list import StoreList

_LEADS_TO: Mapping[str, State] = {
    "activate": Status.ACTIVE,
    "cancel": OwnState.CANCELLED,
    "drop": OwnState.DROPPED,
    "again": Status.PENDING_CATALOG,
}
"""What the store is to come to by an action that is asked about, so that the cursor can go on at once."""


class StoreDialogs:
    """The dialogs over ``stores`` on ``screen``. Each is imported when it is needed: none is on the first frame."""

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

    def confirm(
        self, action: str, records: Sequence[Record], then: Callable[[object], None], *, left_out: int = 0
    ) -> None:
        """Asks before ``action`` is done to ``records``; ``left_out`` of those that were chosen cannot be."""
        from gett_tui.ui.screens.confirm import ConfirmScreen

        screen = ConfirmScreen(action, records, self._environment, left_out=left_out)
        self.ask(screen, then, leaving=records, status=_LEADS_TO[action])

    def ask(
        self,
        screen: Screen[Any],
        then: Callable[[Any], None],
        *,
        leaving: Sequence[Record] = (),
        status: State = OwnState.CANCELLED,
    ) -> None:
        """Shows a dialog; the list keeps its order meanwhile.

        Those that are ``leaving`` for ``status`` when the answer is yes leave the cursor to the next one at once (see
        ``StoreList.step_past``). The dialog is there before this returns: keys that come in a burst must not act on
        the list behind it.
        """

        def answered(answer: object) -> None:
            if answer:
                self._stores.step_past([record.key for record in leaving], status)
            self._stores.release()
            then(answer)

        self._stores.hold()
        self._screen.app.push_screen(screen, answered)

    def register(self) -> None:
        """The form for a store that is new here."""
        self._form(partial(form_handlers.register, self._service))

    def _form(
        self,
        submit: Submit,
        purpose: Purpose = REGISTER,
        *,
        initial: Mapping[str, str] | None = None,
        replaced: Record | None = None,
    ) -> None:
        from gett_tui.ui.screens.register import RegisterScreen

        form = RegisterScreen(
            self._environment,
            submit=submit,
            check_catalog=self._runtime.check_catalog,
            known_ids=lambda: [record.partner_store_id for record in self._service.records()],
            initial=initial,
            purpose=purpose,
        )
        leaving = [replaced] if replaced is not None else []
        self.ask(form, partial(self._registered, replaced), leaving=leaving)

    def _registered(self, replaced: Record | None, key: str | None) -> None:
        if key is None:
            return
        record = self._stores.record(key)
        is_lost = record is not None and record.status == OwnState.UNCONFIRMED
        self._go_to(key, None if is_lost else replaced)
        if record is not None and is_lost:
            settle = with_keys("{resolve} settles it.")
            self._notifications.fail(f"unconfirmed, the answer is lost. {settle}", about=record)
        elif record is not None:
            is_instead = replaced is not None and replaced.status not in ENDED
            more = "; the old onboarding is cancelled" if is_instead else ""
            self._notifications.say(f"Registered {record.name}{more}")

    def _go_to(self, key: str, replaced: Record | None) -> None:
        """Puts the cursor on a store, unless it has gone on in the queue from the one that this store replaces.

        The full screen of another one, from where this was begun, is over.
        """
        from gett_tui.ui.screens.detail import DetailScreen

        top = self._screen.app.screen
        if isinstance(top, DetailScreen) and top.key != key:
            top.action_leave()
        if replaced is None or self._stores.cursor_key == replaced.key:
            self._stores.move_to(key)

    def fix(self, record: Record) -> None:
        """The form that registers a failed store again, with the old values filled in and the reason on top."""
        purpose = register_anew.purpose(record, cast("GettApp", self._screen.app).now())
        submit = partial(form_handlers.register_anew, self._service, record)
        self._form(submit, purpose, initial=values_of(record), replaced=record)

    def track(self) -> None:
        """Asks for an onboarding that was made elsewhere."""
        from gett_tui.ui.screens.ask import AskScreen

        where = place(self._environment.profile, is_production=self._environment.is_production)
        ask = AskScreen(
            f"Track an onboarding on {where} ({one_line(self._environment.host, 60)})",
            "The onboarding id, as Gett gave it to whoever registered the store.",
            submit=partial(form_handlers.track, self._service),
            name="What to call it here (may stay empty; Gett tells no name before the store is live)",
            is_production=self._environment.is_production,
        )
        self.ask(ask, lambda key: self._tracked(None, key))

    def attach(self, record: Record) -> None:
        """Asks for the onboarding id of an unconfirmed store."""
        from gett_tui.ui.screens.ask import AskScreen

        explain = f"The onboarding id of {one_line(record.name, 60)}: Gett is asked whether it fits."
        ask = AskScreen("I have the id", explain, submit=partial(form_handlers.attach, self._service, record))
        self.ask(ask, partial(self._tracked, record), leaving=[record], status=Status.PENDING_CATALOG)

    def _tracked(self, settled: Record | None, key: str | None) -> None:
        if key is not None:
            self._go_to(key, settled)
