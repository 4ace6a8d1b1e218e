"""Makes sentences of errors, by the one table (``error_table``): what happened, and what to do about it.

Keyed by an error's cause, filled from its facts (invariant 9), and knowing nothing else: so screen, commands, doctor
and another window, which has cause and facts from a file, say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from gett_tui.error_table import (
    CAUSES,
    DEFAULTS,
    FILES,
    FOREIGN,
    ON_COMMAND_LINE,
    OUTCOMES,
    PROXY_STATUSES,
    STATUSES,
    UNREADABLE,
    WINDOWS,
)
from gett_tui.errors import Cause, GettTuiError
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    Facts = Mapping[str, object]

_LIMIT = 600
_PART = 200
_ITEMS = 5


def describe(cause: str, facts: Facts) -> str:
    """What happened and what to do, in one inert line; ``cause`` is a Cause, as it is or as a file has kept it."""
    if cause == Cause.PROBLEM:
        return _line(_spoken(facts), STATUSES.get(_status(facts), ("", ""))[1])
    return _line(*_told(cause, facts))


def describe_outage(cause: str, facts: Facts) -> str:
    """The same as the end of "Gett cannot be asked: …", without the details that belong to one store."""
    if cause == Cause.PROBLEM and (known := STATUSES.get(_status(facts))):
        return _line(*known)
    return _line(*_told(cause, facts))


def reason(error: BaseException) -> str:
    """Why Gett cannot be asked, as the end of "Gett cannot be asked: …"; one inert line."""
    if isinstance(error, GettTuiError) and error.cause is not Cause.OTHER:
        return describe_outage(error.cause, error.facts)
    return sentence(error)


def sentence(error: BaseException, *, is_write: bool | None = None, options: Mapping[str, str] | None = None) -> str:
    """What happened and what to do, in one inert line. An error that nobody foresaw is named by its type alone.

    Of a write it is said whether it was carried out; ``is_write`` is what the facts say when it is None. On the
    command line ``options`` says what each field of Gett's is called there, and ways out that it alone has are named.
    """
    if isinstance(error, OSError) and not isinstance(error, GettTuiError):
        return _capital(describe(Cause.FILE, _file_facts(error)))
    if not isinstance(error, GettTuiError):
        told = describe(Cause.UNFORESEEN, {"kind_of": type(error).__name__}).rstrip(".")
        return f"{_capital(told)}; --debug writes the details to a file."
    facts = error.facts if options is None else _with_options(error.facts, options)
    if error.cause is Cause.OTHER or not (facts or _needs_none(error.cause)):
        return one_line(str(error), _LIMIT)
    told = describe(error.cause, facts)
    if options is not None and error.cause in ON_COMMAND_LINE:
        told = f"{told} {ON_COMMAND_LINE[error.cause]}"
    if _text(facts, "outcome") == "not_done" and error.cause not in (Cause.PROBLEM, Cause.FOREIGN):
        return f"Nothing was sent: {told}"
    is_write = facts.get("kind") != "read" if is_write is None else is_write
    end = OUTCOMES.get(_text(facts, "outcome")) if is_write else None
    told = f"{told} {end}" if end else told
    return told if _begins_with_name(error.cause) else _capital(told)


def waiting(error: GettTuiError, until: datetime | None, seconds: float) -> str:
    """Why a store waits, and until when; ``until`` is None where nobody knows."""
    if until is None:
        return sentence(error)
    at = f"at {until.astimezone():%H:%M:%S}, in {seconds:.0f} s."
    if error.cause is Cause.PAUSED:
        return f"{error} Not sent yet: going {at}"
    return one_line(f"{reason(error)} Going again {at}", _LIMIT)


def asked_again(error: GettTuiError, at: datetime) -> str:
    """Why Gett is not asked before ``at``, for whoever waits for it on the command line."""
    return one_line(f"{error} It is asked at {at.astimezone():%H:%M:%S}; ctrl+c ends the waiting.", _LIMIT)


def _begins_with_name(cause: Cause) -> bool:
    """Whether the words of ``cause`` begin with a name, which is spelt as it is: an id or a field of Gett's."""
    return cause in CAUSES and CAUSES[cause][0].startswith(("{partner_store_id}", "{field}", "{wrong}"))


def _needs_none(cause: Cause) -> bool:
    """Whether the words of ``cause`` are whole without any fact."""
    return cause in CAUSES and "{" not in "".join(CAUSES[cause])


def _with_options(facts: Facts, options: Mapping[str, str]) -> Facts:
    """``facts`` in which the option stands beside each field that is named as Gett names it."""

    def named(where: object) -> object:
        last = str(where).rpartition(".")[2].rpartition("/")[2].strip("'\"[]")
        return f"{where} ({options[last]})" if last in options else where

    if not facts:
        return facts
    items = [
        {**cast("dict[str, object]", item), "where": named(cast("dict[str, object]", item).get("where"))}
        for item in cast("list[object]", facts.get("items") or [])
        if isinstance(item, dict)
    ]
    return {**facts, "items": items, "field": named(facts.get("field"))}


def _told(cause: str, facts: Facts) -> tuple[str, str]:
    """What happened and what to do, with the facts filled in."""
    if cause == Cause.PROBLEM:
        return _spoken(facts), STATUSES.get(_status(facts), ("", ""))[1]
    if cause == Cause.FOREIGN:
        return _foreign(facts)
    known = CAUSES.get(Cause(cause)) if cause in set(Cause) else None
    if known is None:
        return _text(facts, "text") or f"an error of the kind {one_line(cause, _PART)}", ""
    what, todo = known
    if cause == Cause.PROXY_STATUS:
        todo = PROXY_STATUSES.get(_status(facts), todo)
    filled = _Filled(facts)
    return what.format_map(filled), todo.format_map(filled)


class _Filled(dict[str, str]):
    """The facts as texts for a template; one that is missing has words of its own."""

    def __init__(self, facts: Facts) -> None:
        super().__init__({name: _text(facts, name) for name, value in facts.items() if value is not None})
        self["file_todo"] = FILES.get(_number(facts, "errno"), "")
        self["unreadable_todo"] = UNREADABLE.format_map(facts) if facts.get("unreadable") else ""
        self["in_which"] = WINDOWS.get(_text(facts, "where"), "").format_map(self)
        self["wrong"] = _items(facts)

    def __missing__(self, name: str) -> str:
        return DEFAULTS.get(name, "?")


def _spoken(facts: Facts) -> str:
    """What Gett says: status and code, in its own words, with the fields and codes it names, and the request's id."""
    said = _text(facts, "detail") or _text(facts, "title") or "no explanation given"
    name = f"{_text(facts, 'status')} {_text(facts, 'error_code')}".strip()
    items = _items(facts)
    request = _text(facts, "request_id")
    text = f"Gett says {name}: {said.rstrip('.') if items or request else said}"
    return text + (f" – {items}" if items else "") + (f" (request id {request})" if request else "")


def _items(facts: Facts) -> str:
    items = facts.get("items")
    items = cast("list[object]", items) if isinstance(items, list) else []
    told = [text for item in items[:_ITEMS] if (text := _item(item))]
    more = [f"and {len(items) - _ITEMS} more"] if len(items) > _ITEMS else []
    return "; ".join(told + more)


def _item(item: object) -> str:
    if not isinstance(item, dict):
        return ""
    parts = (_text(cast("dict[str, object]", item), name) for name in ("where", "code", "message"))
    return ": ".join(filter(None, parts))


def _foreign(facts: Facts) -> tuple[str, str]:
    """An error status that is not Gett's own word: it says nothing about a store."""
    said = _text(facts, "detail") or _text(facts, "title")
    what = f"the answer {_text(facts, 'status')} is not Gett's own" + (f' ("{said}")' if said else "")
    todo = STATUSES.get(_status(facts), ("", ""))[1]
    return what, f"{FOREIGN} {todo}".strip()


def _file_facts(error: OSError) -> dict[str, object]:
    path = error.filename if isinstance(error.filename, str) else None
    why = error.strerror or type(error).__name__
    return {"path": path or "a file", "why": why, "errno": error.errno}


def _text(facts: Facts, name: str) -> str:
    value = facts.get(name)
    if isinstance(value, list):
        parts = [one_line(str(part), _PART) for part in cast("list[object]", value)]
        return ", ".join(parts[:_ITEMS]) + (f" and {len(parts) - _ITEMS} more" if parts[_ITEMS:] else "")
    return "" if value is None else one_line(str(value), _PART)


def _number(facts: Facts, name: str) -> int:
    value = facts.get(name)
    return value if isinstance(value, int) else 0


def _status(facts: Facts) -> int:
    return _number(facts, "status")


def _line(what: str, todo: str) -> str:
    what = what if what.endswith((".", "!", "?", "…")) else f"{what}."
    return one_line(f"{what} {todo}" if todo else what, _LIMIT)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
