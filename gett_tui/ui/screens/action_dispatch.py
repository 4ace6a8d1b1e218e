"""Which stores a key is for, and whether anything can be done yet.

Its invariant: no key waits in silence. One that needs what is not there yet says so (invariant 7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.ui.commands import command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.screen import Screen

    from gett_tui.onboarding.record import Record
    from gett_tui.ui.environment import Environment
    from gett_tui.ui.notifications import Notifications
    from gett_tui.ui.screens.runtime_host import RuntimeHost
    from gett_tui.ui.screens.store_actions import StoreActions
    from gett_tui.ui.widgets.store_list import StoreList


class ActionDispatch:
    """Hands the commands on to ``StoreActions``, which is made when the first one comes."""

    def __init__(
        self,
        screen: Screen[None],
        host: RuntimeHost,
        stores: StoreList,
        environment: Environment,
        notifications: Notifications,
    ) -> None:
        self._screen = screen
        self._host = host
        self._stores = stores
        self._environment = environment
        self._notifications = notifications
        self._actions: StoreActions | None = None

    def act(self, command_id: str, chosen: Sequence[Record] | None = None) -> None:
        """Does what a command is for, with ``chosen`` or with what it is for by itself; says why when it cannot."""
        runtime, not_yet = self._host.runtime, self._host.why_not_yet()
        if runtime is None or not_yet is not None:
            self._notifications.warn(not_yet or "")
            return
        if self._actions is None:
            from gett_tui.ui.screens.store_actions import StoreActions
            from gett_tui.ui.screens.store_dialogs import StoreDialogs

            dialogs = StoreDialogs(self._screen, self._stores, runtime, self._environment, self._notifications)
            self._actions = StoreActions(self._screen, self._stores, runtime.service, dialogs, self._notifications)
        if chosen is None and command(command_id).for_one and self._stores.mark_count:
            self._notifications.say(f"One store at a time: the one under the cursor. {self._left_alone()}")
        self._actions.run(command_id, self._meant(command_id) if chosen is None else chosen)

    def _left_alone(self) -> str:
        marked = self._stores.mark_count
        return "The marked one stays marked." if marked == 1 else f"The {marked} marked ones stay marked."

    def _meant(self, command_id: str) -> list[Record]:
        if not command(command_id).for_one:
            return self.selected()
        under_cursor = self.under_cursor()
        return [] if under_cursor is None else [under_cursor]

    def under_cursor(self) -> Record | None:
        """The store under the cursor."""
        key = self._stores.cursor_key
        return self._stores.record(key) if key else None

    def selected(self) -> list[Record]:
        """The marked stores, or the one under the cursor when none is marked."""
        found = (self._stores.record(key) for key in self._stores.selected_keys())
        return [record for record in found if record is not None]
