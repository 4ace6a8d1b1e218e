"""One onboarding with its history, as this program knows it, and its form as a TOML table.

Plain typed values, decoded by hand: the first frame needs records, and importing pydantic would delay it by a
third. Unknown keys are kept and written back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, cast

from gett_tui.errors import GettTuiError

FORMAT = 1
"""The version of the file format that this program writes."""

_NOT_ASKED = "not_asked_yet"

Table = Mapping[str, Any]
T = TypeVar("T")

_NOTHING: Table = MappingProxyType({})


class RecordError(GettTuiError):
    """A table that is no record; the text says which key is wrong."""


class NewerFormatError(RecordError):
    """A file of a later version of this program: it must be left as it is."""


class Change(NamedTuple):
    """A state and when this program first saw it (UTC). Gett's own time of the change is not told (1.3)."""

    status: str
    at: datetime
    extra: Table = _NOTHING


class Trouble(NamedTuple):
    """The last thing that went wrong with this store, in words for a person."""

    at: datetime
    action: str
    """``register``, ``refresh``, ``activate`` or ``cancel``."""
    text: str
    code: str | None = None
    request_id: str | None = None
    items: tuple[str, ...] = ()
    """The entries of ``errors[]``, a line each."""
    extra: Table = _NOTHING


class Pending(NamedTuple):
    """A write on its way to Gett: on disk before the request leaves, gone when its end is known."""

    action: str
    """``register``, ``activate`` or ``cancel``."""
    at: datetime
    owner: str
    """The running program that sent it (see ``presence``); when that is dead, the outcome is unknown."""
    extra: Table = _NOTHING


class Record(NamedTuple):
    """One onboarding, or one attempt at one while ``onboarding_id`` is None.

    ``key`` names the row for ever: the attempt's id for a store registered here, the onboarding id for one that
    was made elsewhere and tracked.
    """

    key: str
    status: str
    onboarding_id: str | None = None
    partner_store_id: str = ""
    store_id: str | None = None
    error: str | None = None
    """Gett's text on why the catalog failed (1.3, D)."""
    created_at: str | None = None
    """Gett's own creation time, as sent."""
    revision: int = 0
    """Grows by one with every write of the file: tells an answer that was overtaken by another from a fresh one."""
    sent: Table = _NOTHING
    """The body of Register under its wire names; empty for a store registered elsewhere."""
    store: Table = _NOTHING
    """The Store that Activate answered, as received."""
    history: tuple[Change, ...] = ()
    trouble: Trouble | None = None
    pending: Pending | None = None
    answer: str | None = None
    """The raw answer to Register when it could not be read: the onboarding id is in there."""
    extra: Table = _NOTHING

    @property
    def is_attempt(self) -> bool:
        """Whether no onboarding id is known."""
        return self.onboarding_id is None

    @property
    def name(self) -> str:
        """The store's name: as sent, else as the activated store has it, else the partner store id."""
        return str(self.sent.get("name") or self.store.get("name") or self.partner_store_id)

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

    def moved(self, status: str, at: datetime) -> Record:
        """This record in ``status``, with the change noted if it is one."""
        if self.history and self.history[-1].status == status:
            return self._replace(status=status)
        return self._replace(status=status, history=(*self.history, Change(status, at)))


def format_of(table: Table) -> int:
    """The version of a table's format; 0 when it names none, as in a file written by hand."""
    return _typed(table, "format", int) or 0


def decode(table: Table) -> Record:
    """The record in a table of this or an older format. Raises RecordError; NewerFormatError for a later one."""
    version = format_of(table)
    if version < 1:
        table = _from_hand(table)
    if version > FORMAT:
        raise NewerFormatError(f"format {version} was written by a newer gett-tui (this one knows {FORMAT})")
    key, status = _typed(table, "key", str), _typed(table, "status", str)
    if not key:
        raise RecordError("key: missing")
    if status is None:
        raise RecordError("status: missing")
    return Record(
        key=key,
        status=status,
        onboarding_id=_typed(table, "onboarding_id", str),
        partner_store_id=_typed(table, "partner_store_id", str) or "",
        store_id=_typed(table, "store_id", str),
        error=_typed(table, "error", str),
        created_at=_typed(table, "created_at", str),
        revision=_typed(table, "revision", int) or 0,
        sent=_table(table, "sent"),
        store=_table(table, "store"),
        history=_history(table),
        trouble=_trouble(_table(table, "trouble")),
        pending=_pending(_table(table, "pending")),
        answer=_typed(table, "answer", str),
        extra=_unknown(table, _RECORD_KEYS),
    )


def _from_hand(table: Table) -> Table:
    """Format 0: an onboarding id, and whatever else is known, written down by a person."""
    onboarding_id = _typed(table, "onboarding_id", str)
    if not onboarding_id:
        raise RecordError("onboarding_id: missing")
    return {"key": onboarding_id, "status": _NOT_ASKED, **table}


def encode(record: Record) -> dict[str, Any]:
    """The TOML table of ``record``; what is None or empty is left out, since TOML has no null."""
    tables: dict[str, Any] = {
        "sent": _without_null(record.sent),
        "trouble": _encode_part(record.trouble),
        "pending": _encode_part(record.pending),
        "store": _without_null(record.store),
        "history": [_encode_part(change) for change in record.history],
    }
    scalars: dict[str, Any] = {
        "format": FORMAT,
        "key": record.key,
        "status": record.status,
        "onboarding_id": record.onboarding_id,
        "partner_store_id": record.partner_store_id,
        "store_id": record.store_id,
        "error": record.error,
        "created_at": record.created_at,
        "revision": record.revision,
        "answer": record.answer,
    }
    known = {name: value for name, value in scalars.items() if value is not None}
    return {**known, **record.extra, **{name: value for name, value in tables.items() if value}}


def _encode_part(part: Change | Trouble | Pending | None) -> dict[str, Any]:
    if part is None:
        return {}
    known = {name: getattr(part, name) for name in part._fields if name != "extra"}
    if "items" in known:
        known["items"] = list(known["items"])
    return {**{name: value for name, value in known.items() if value not in (None, [])}, **part.extra}


_RECORD_KEYS = frozenset({"format", *Record._fields}) - {"extra"}
_CHANGE_KEYS = frozenset(Change._fields)
_TROUBLE_KEYS = frozenset(Trouble._fields)
_PENDING_KEYS = frozenset(Pending._fields)


def _history(table: Table) -> tuple[Change, ...]:
    rows = table.get("history", [])
    if not isinstance(rows, list):
        raise RecordError("history: not a list of tables")
    return tuple(_change(row) for row in cast("list[object]", rows))


def _change(row: object) -> Change:
    if not isinstance(row, Mapping):
        raise RecordError("history: not a list of tables")
    entry = cast("Table", row)
    status = _typed(entry, "status", str)
    if status is None:
        raise RecordError("history.status: missing")
    return Change(status, _time(entry, "at"), _unknown(entry, _CHANGE_KEYS))


def _trouble(table: Table) -> Trouble | None:
    if not table:
        return None
    items = table.get("items", [])
    if not isinstance(items, Sequence) or isinstance(items, str):
        raise RecordError("trouble.items: not a list")
    return Trouble(
        at=_time(table, "at"),
        action=_typed(table, "action", str) or "",
        text=_typed(table, "text", str) or "",
        code=_typed(table, "code", str),
        request_id=_typed(table, "request_id", str),
        items=tuple(str(item) for item in cast("Sequence[object]", items)),
        extra=_unknown(table, _TROUBLE_KEYS),
    )


def _pending(table: Table) -> Pending | None:
    if not table:
        return None
    return Pending(
        action=_typed(table, "action", str) or "",
        at=_time(table, "at"),
        owner=_typed(table, "owner", str) or "",
        extra=_unknown(table, _PENDING_KEYS),
    )


def _typed(table: Table, name: str, kind: type[T]) -> T | None:
    value = table.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise RecordError(f"{name}: expected {kind.__name__}, found {type(value).__name__}")
    return value


def _time(table: Table, name: str) -> datetime:
    value = _typed(table, name, datetime)
    if value is None:
        raise RecordError(f"{name}: missing")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _table(table: Table, name: str) -> Table:
    value = table.get(name, {})
    if not isinstance(value, Mapping):
        raise RecordError(f"{name}: not a table")
    return cast("Table", value)


def _unknown(table: Table, known: frozenset[str]) -> Table:
    return {name: value for name, value in table.items() if name not in known}


def _without_null(value: Any) -> Any:
    if isinstance(value, Mapping):
        table = cast("Mapping[object, Any]", value)
        return {str(name): _without_null(item) for name, item in table.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_without_null(item) for item in cast("Sequence[Any]", value) if item is not None]
    return value
