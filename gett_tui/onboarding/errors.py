"""How a use case can end other than well, beside what Gett's client and the ports raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui.errors import Cause, GettTuiError
from gett_tui.onboarding.status import meaning

if TYPE_CHECKING:
    from gett_tui.onboarding.record import Pending, Record


class NotPossibleError(GettTuiError):
    """The operation makes no sense for the store as it stands; cause and facts say why. Nothing was sent."""


class NotConnectedError(GettTuiError):
    """There is no way to Gett; cause and facts say why. Nothing was sent."""

    cause = Cause.NOT_CONNECTED


class PausedError(GettTuiError):
    """Nothing may be sent for a while, since the rate limit was reached. It is waited out."""

    cause = Cause.PAUSED

    def __init__(self) -> None:
        super().__init__("Gett's rate limit was reached, by this copy or another one.")


class NotUsedError(GettTuiError):
    """Gett's answer was not used, since it is about another store or says nothing.

    ``record`` is the one that was asked about, with the trouble on it; None where there is none.
    """

    record: Record | None = None


class NotKnownError(GettTuiError):
    """Gett says that it does not know an onboarding, for the first time or of many in a row: that proves nothing."""

    cause = Cause.NOT_BELIEVED

    def __init__(self, record: Record, *, is_wave: bool = False) -> None:
        super().__init__("NOT_FOUND, which is not believed yet", cause=Cause.STORES_UNKNOWN if is_wave else None)
        self.record = record


class UnconfirmedError(GettTuiError):
    """A write was sent and its outcome is unknown (exit status 3). ``lost`` says what happened to the answer."""

    def __init__(self, record: Record, lost: GettTuiError) -> None:
        super().__init__(f"{meaning(record.status).words}: {lost}", cause=lost.cause, facts=lost.facts)
        self.record = record
        self.lost = lost


class UnkeptError(GettTuiError):
    """Gett answered and nothing would keep it: whoever reads this must write the id down (exit status 3)."""

    cause = Cause.NOT_KEPT

    def __init__(self, partner_store_id: str, onboarding_id: str, why: str = "the program ended before") -> None:
        super().__init__(
            f"NOT SAVED: {partner_store_id} is {onboarding_id} at Gett ({why}).",
            facts={"partner_store_id": partner_store_id, "onboarding_id": onboarding_id, "why": why},
        )
        self.partner_store_id = partner_store_id
        self.onboarding_id = onboarding_id


def busy_here(action: str) -> NotPossibleError:
    """``action`` is under way for the store in this copy of the program."""
    return NotPossibleError(f"{action} is under way", cause=Cause.BUSY, facts={"action": action, "where": "here"})


def busy_elsewhere(pending: Pending) -> NotPossibleError:
    """``pending`` is under way for the store in another copy of the program."""
    where = "elsewhere" if pending.pid is None else "copy"
    facts = {"action": pending.action, "where": where, "pid": pending.pid}
    return NotPossibleError(f"{pending.action} is under way", cause=Cause.BUSY, facts=facts)
