"""What the poller needs of the service, and the trouble that it finds out for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from gett_tui.errors import Cause, GettTuiError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from gett_tui.gett.errors import GettError
    from gett_tui.onboarding import events
    from gett_tui.onboarding.missing import MissingStores
    from gett_tui.onboarding.ports import PollingReport
    from gett_tui.onboarding.record import Record


class Onboardings(Protocol):
    """The part of ``Service`` that the poller uses."""

    @property
    def report(self) -> PollingReport:
        """How asking Gett goes."""
        ...

    @property
    def outage(self) -> events.Reachability:
        """Whether Gett can be asked, and since when not."""
        ...

    @property
    def missing(self) -> MissingStores:
        """The doubts about stores that Gett did not know, of whoever asked."""
        ...

    @property
    def is_connected(self) -> bool:
        """Whether there is a way to Gett at all; without one this copy must not lead."""
        ...

    def get(self, key: str) -> Record:
        """The record called ``key``. Raises RecordGoneError."""
        ...

    async def follow(self) -> None:
        """One look at what other copies have changed; trouble with files is told, not raised."""
        ...

    async def repair(self) -> None:
        """Sets damaged files aside and clears up after dead copies; trouble with files is told, not raised."""
        ...

    async def refresh(
        self,
        key: str,
        *,
        urgent: bool = True,
        believe_gone: bool | None = None,
        wanted: Callable[[], bool] | None = None,
    ) -> Record:
        """Asks Gett about a store and keeps what it says. Raises GettError and other GettTuiErrors.

        On Gett's own NOT_FOUND the record becomes gone when ``believe_gone``, else NotKnownError is raised and it
        stays as it is. ``wanted`` is asked when the answer is there: when False, the answer is dropped and the
        record returned as it is.
        """
        ...

    async def note_trouble(self, key: str, action: str, error: GettError) -> None:
        """Leaves what Gett said against one store on its record."""
        ...

    def will_try_again(self, at: datetime) -> None:
        """Tells when (UTC) Gett is asked again after trouble on the way there."""
        ...


class StoresUnknownError(GettTuiError):
    """Gett does not know store after store that it knew before: no store's end is believed until it knows one."""

    cause = Cause.STORES_UNKNOWN

    def __init__(self) -> None:
        super().__init__("Gett does not know store after store: wrong host or key?")
