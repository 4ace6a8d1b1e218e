"""A record as a TOML table and back; the form of a record file, and the steps from older formats to it.

Decoded by hand: the first frame needs records, and importing pydantic would delay it by a third. Unknown keys are kept
and written back, so that older and newer copies of the program may share a folder. ``format`` stays 1 and ``revision``
an integer: a copy of 0.1.0 takes anything else for damage. What came since is new members:

    token         names this state of the file, beside ``revision``; begins with the revision that it belongs to
    gett_status   the status where Gett said a word that is also one of ours
    more          unknown members of Gett's answers
    cause, facts  of ``trouble``: what its text says, for the table of sentences
    folded        of a change in ``history``: how many were left out before it
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from gett_tui.onboarding.record import Change, Pending, Record, RecordError, Trouble
from gett_tui.onboarding.status import OwnState, word

if TYPE_CHECKING:
    from gett_tui.onboarding.record import Table
    from gett_tui.onboarding.status import State

FORMAT = 1
"""The version of the file format that this program writes."""

_YEARS = range(1970, 9999)
"""A time outside of these is damage: it cannot be told in every time zone."""

T = TypeVar("T")


class NewerFormatError(RecordError):
    """A file of a later version of this program: it must be left as it is."""


def to_toml(record: Record) -> bytes:
    """The file of ``record``."""
    import tomli_w  # not needed to show the first frame

    return tomli_w.dumps(encode(record)).encode("utf-8", "replace")


def from_toml(data: bytes) -> tuple[Record, int]:
    """The record in a file and the version of its format. Raises RecordError, NewerFormatError."""
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
        return decode(table), format_of(table)
    except RecursionError:
        raise RecordError("nested too deeply") from None
    except ValueError as error:
        raise RecordError(str(error)) from None


def format_of(table: Table) -> int:
    """The version of a table's format; 0 when it names none, as in a file written by hand. Raises RecordError."""
    return _typed(table, "format", int) or 0


def decode(table: Table) -> Record:
    """The record in a table of this or an older format. Raises RecordError; NewerFormatError for a later one."""
    version = format_of(table)
    if version > FORMAT:
        raise NewerFormatError(f"format {version} was written by a newer gett-tui (this one knows {FORMAT})")
    for step in _STEPS[max(version, 0) :]:
        table = step(table)
    key, status = _typed(table, "key", str), _state(table)
    if not key:
        raise RecordError("key: missing")
    if status is None:
        raise RecordError("status: missing")
    revision = _typed(table, "revision", int) or 0
    return Record(
        key=key,
        status=status,
        onboarding_id=_typed(table, "onboarding_id", str),
        partner_store_id=_typed(table, "partner_store_id", str) or "",
        store_id=_typed(table, "store_id", str),
        error=_typed(table, "error", str),
        created_at=_typed(table, "created_at", str),
        revision=revision,
        token=_token(table, revision),
        sent=_table(table, "sent"),
        store=_table(table, "store"),
        more=_table(table, "more"),
        history=_history(table),
        trouble=_trouble(_table(table, "trouble")),
        pending=_pending(_table(table, "pending")),
        label=_typed(table, "label", str) or "",
        answer=_typed(table, "answer", str),
        extra=_unknown(table, _RECORD_KEYS),
    )


def _from_hand(table: Table) -> Table:
    """Format 0: an onboarding id, and whatever else is known, written down by a person."""
    onboarding_id = _typed(table, "onboarding_id", str)
    if not onboarding_id:
        raise RecordError("onboarding_id: missing")
    return {"key": onboarding_id, "status": OwnState.NOT_ASKED.value, **table}


_STEPS = (_from_hand,)
"""What makes a table of format n one of format n + 1, by n."""


def encode(record: Record) -> dict[str, Any]:
    """The TOML table of ``record``; what is None or empty is left out, since TOML has no null."""
    tables: dict[str, Any] = {
        "sent": _without_null(record.sent),
        "trouble": _encode_part(record.trouble),
        "pending": _encode_part(record.pending),
        "store": _without_null(record.store),
        "more": _without_null(record.more),
        "history": [_encode_part(change) for change in record.history],
    }
    scalars: dict[str, Any] = {
        "format": FORMAT,
        "key": record.key,
        **_encode_state(record.status),
        "onboarding_id": record.onboarding_id,
        "partner_store_id": record.partner_store_id,
        "store_id": record.store_id,
        "error": record.error,
        "created_at": record.created_at,
        "revision": record.revision,
        "token": record.token or None,
        "label": record.label or None,
        "answer": record.answer,
    }
    known = {name: value for name, value in scalars.items() if value is not None}
    return {**known, **record.extra, **{name: value for name, value in tables.items() if value}}


def _encode_part(part: Change | Trouble | Pending | None) -> dict[str, Any]:
    if part is None:
        return {}
    known = {name: getattr(part, name) for name in part._fields if name != "extra"}
    if isinstance(part, Change):
        known = {**_encode_state(part.status), "at": part.at, "folded": part.folded or None}
    if isinstance(part, Trouble):
        known |= {"items": list(part.items), "facts": _without_null(part.facts)}
    return {**{name: value for name, value in known.items() if value not in (None, [], {})}, **part.extra}


def _encode_state(state: State) -> dict[str, str]:
    said = word(state)
    is_ours_too = not isinstance(state, OwnState) and said in _OWN_WORDS
    return {"status": said, **({"gett_status": said} if is_ours_too else {})}


_OWN_WORDS = frozenset(state.value for state in OwnState)
_RECORD_KEYS = frozenset({"format", "gett_status", *Record._fields}) - {"extra"}
_CHANGE_KEYS = frozenset({"gett_status", *Change._fields})
_TROUBLE_KEYS = frozenset(Trouble._fields)
_PENDING_KEYS = frozenset(Pending._fields)


def _state(table: Table) -> State | None:
    """The state that a table names: a word of ours is Gett's where ``gett_status`` says the very same.

    An older program changes ``status`` alone, and so does a person; then the other member means nothing.
    """
    said = _typed(table, "status", str)
    if said not in _OWN_WORDS or table.get("gett_status") == said:
        return said
    return OwnState(said)


def _token(table: Table, revision: int) -> str:
    """The token, if it belongs to this revision: an older program leaves it as it was."""
    token = _typed(table, "token", str) or ""
    return token if token.startswith(f"{revision}-") else ""


def _history(table: Table) -> tuple[Change, ...]:
    rows = table.get("history", [])
    if not isinstance(rows, list):
        raise RecordError("history: not a list of tables")
    return tuple(_change(row) for row in cast("list[object]", rows))


def _change(row: object) -> Change:
    if not isinstance(row, Mapping):
        raise RecordError("history: not a list of tables")
    entry = cast("Table", row)
    status = _state(entry)
    if status is None:
        raise RecordError("history.status: missing")
    return Change(status, _time(entry, "at"), _typed(entry, "folded", int) or 0, _unknown(entry, _CHANGE_KEYS))


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
        cause=_typed(table, "cause", str),
        facts=_table(table, "facts"),
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
    if value.year not in _YEARS:
        raise RecordError(f"{name}: the year {value.year} is beyond reason")
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
