"""One onboarding with its history, as this program knows it: plain typed values that know no file.

Owns invariant 2: a record's version (revision and token) is equal to another or not, never greater. The history is
bounded here; what comes from outside is bounded in ``reconcile``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from gett_tui.errors import GettTuiError
from gett_tui.onboarding.status import OwnState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gett_tui.onboarding.status import State

    Table = Mapping[str, Any]
    Version = tuple[int, str]

NOTHING: Table = MappingProxyType({})
MAX_HISTORY = 100
"""Changes that a history holds at most; what is more is folded."""
_NEWEST_KEPT = 20
_LONGEST_PID = 10
"""Digits."""
_OUR_DOING = (OwnState.REGISTERING, OwnState.UNCONFIRMED, OwnState.CANCELLED, OwnState.DROPPED)


class RecordError(GettTuiError):
    """A record that is none, or cannot be had; the text says why."""


class Change(NamedTuple):
    """A state and when this program first saw it (UTC). Gett's own time of the change is not told (1.3)."""

    status: State
    at: datetime
    folded: int = 0
    """How many changes before this one were left out of the history."""
    extra: Table = NOTHING


class Trouble(NamedTuple):
    """The last thing that went wrong with this store."""

    at: datetime
    action: str
    """``register``, ``refresh``, ``activate`` or ``cancel``."""
    text: str
    """In one plain sentence, for copies of the program that do not know ``cause``."""
    code: str | None = None
    request_id: str | None = None
    items: tuple[str, ...] = ()
    """The entries of ``errors[]``, a line each."""
    cause: str | None = None
    """The code of ``errors.Cause``, which ``error_messages`` has the words for; None in older records."""
    facts: Table = NOTHING
    extra: Table = NOTHING


class Pending(NamedTuple):
    """A write on its way to Gett: on disk before the request leaves, gone when its end is known."""

    action: str
    """``register``, ``activate`` or ``cancel``."""
    at: datetime
    owner: str
    """The running program that sent it; when that is dead, the outcome is unknown."""
    extra: Table = NOTHING

    @property
    def pid(self) -> int | None:
        """The process id that stands in front of the owner's name."""
        number = self.owner.partition("-")[0]
        return int(number) if number.isascii() and number.isdecimal() and len(number) < _LONGEST_PID else None


class Record(NamedTuple):
    """One onboarding, or one attempt at one while ``onboarding_id`` is None.

    ``key`` names the row for ever: the attempt's id for a store registered here, the onboarding id for one that
    was made elsewhere and tracked.
    """

    key: str
    status: State
    onboarding_id: str | None = None
    partner_store_id: str = ""
    store_id: str | None = None
    error: str | None = None
    """Gett's text on why the catalog failed (1.3, D)."""
    created_at: str | None = None
    """Gett's own creation time, as sent."""
    revision: int = 0
    """Grows by one with every write; alone it identifies nothing, since a file may be put back (see ``version``)."""
    token: str = ""
    """Random, new with every write; empty when an older program or a person wrote last."""
    sent: Table = NOTHING
    """The body of Register under its wire names; empty for a store registered elsewhere."""
    store: Table = NOTHING
    """The Store that Activate answered, as received."""
    more: Table = NOTHING
    """Members of Gett's last answer that this program does not know, as received."""
    history: tuple[Change, ...] = ()
    trouble: Trouble | None = None
    pending: Pending | None = None
    label: str = ""
    """What a person here calls a store that was registered elsewhere: Gett does not tell its name before it is live."""
    answer: str | None = None
    """The raw answer to Register when it could not be used: the onboarding id is in there."""
    extra: Table = NOTHING

    @property
    def version(self) -> Version:
        """Names this state of the record: equal or not equal, never greater (invariant 2)."""
        return self.revision, self.token

    @property
    def is_attempt(self) -> bool:
        """Whether no onboarding id is known."""
        return self.onboarding_id is None

    @property
    def name(self) -> str:
        """The store's name: as a person here calls it, as sent, as the activated store has it, else an id."""
        named = self.label or self.sent.get("name") or self.store.get("name") or self.partner_store_id
        return str(named or self.onboarding_id or self.key)

    @property
    def catalog_callback_url(self) -> str:
        """Where Gett pulls the CatalogSet, as sent; empty when unknown."""
        return str(self.sent.get("catalogCallbackUrl") or "")

    @property
    def webhook_url(self) -> str:
        """The base address of the order webhooks, as sent; empty when unknown."""
        return str(self.sent.get("webhookUrl") or "")

    @property
    def since(self) -> datetime | None:
        """When the present status was first seen (UTC)."""
        return self.history[-1].at if self.history else None

    def moved(self, status: State, at: datetime) -> Record:
        """This record in ``status``, with the change noted if it is one."""
        if self.history and self.history[-1].status == status:
            return self._replace(status=status)
        return self._replace(status=status, history=folded((*self.history, Change(status, at))))


def folded(history: tuple[Change, ...]) -> tuple[Change, ...]:
    """``history`` with at most ``MAX_HISTORY`` changes: the oldest of Gett's repeats go first, then Gett's oldest.

    Never the first, the newest, or what was done here. Each change counts what was left
    out before it.
    """
    while len(history) > MAX_HISTORY:
        place = _least_worth(history)
        if place is None:
            return history
        gone, after = history[place], history[place + 1]
        after = after._replace(folded=after.folded + gone.folded + 1)
        history = (*history[:place], after, *history[place + 2 :])
    return history


def _least_worth(history: tuple[Change, ...]) -> int | None:
    able = [place for place in range(1, len(history) - _NEWEST_KEPT) if history[place].status not in _OUR_DOING]
    seen = {history[0].status}
    for place in able:
        if history[place].status in seen:
            return place
        seen.add(history[place].status)
    return able[0] if able else None
