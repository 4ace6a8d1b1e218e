"""The one table that makes sentences of errors: what happened, and what to do about it.

Keyed by an error's cause, filled from its facts (invariant 9), and knowing nothing else: so screen, commands, doctor
and another window, which has cause and facts from a file, say the same.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, cast

from gett_tui.errors import Cause, GettTuiError
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    Facts = Mapping[str, object]

_LIMIT = 600
_PART = 200
_ITEMS = 5

_CERTIFICATE = "Check SSL_CERT_FILE: a proxy may use its own certificate."

_CAUSES: dict[Cause, tuple[str, str]] = {
    Cause.DNS: ("the host name {host} is not found (DNS)", "Check the base URL and this machine's name server."),
    Cause.REFUSED: (
        "the connection to {host} is refused",
        "Check the base URL and port; a firewall may be in between.",
    ),
    Cause.CONNECT_TIMEOUT: ("no connection to {host} in time", "Check the network and the firewall."),
    Cause.UNREACHABLE: ("the network to {host} is unreachable", "Check this machine's network."),
    Cause.TLS: ("the TLS connection to {host} failed ({reason})", f"Check the base URL. {_CERTIFICATE}"),
    Cause.TLS_NAME: (
        "the certificate is for another host than {host} ({reason})",
        "Check the base URL; something in between may answer in Gett's place.",
    ),
    Cause.TLS_EXPIRED: (
        "the certificate of {host} is not valid at this time ({reason})",
        "Check this machine's clock; else its owner must renew it.",
    ),
    Cause.TLS_ISSUER: ("nobody that is trusted has signed the certificate of {host} ({reason})", _CERTIFICATE),
    Cause.PROXY: ("the proxy {proxy} broke off", "Check that {variable} names a proxy."),
    Cause.PROXY_DNS: ("the proxy's host name is not found (DNS): {proxy}", "Check {variable}."),
    Cause.PROXY_REFUSED: ("the proxy {proxy} refuses the connection", "Check the port in {variable}; does it run?"),
    Cause.PROXY_TIMEOUT: ("the proxy {proxy} does not answer in time", "Check {variable} and the network."),
    Cause.PROXY_UNREACHABLE: ("the network to the proxy {proxy} is unreachable", "Check {variable} and the network."),
    Cause.PROXY_TLS: (
        "the TLS connection to the proxy {proxy} failed ({reason})",
        f"Check {{variable}}. {_CERTIFICATE}",
    ),
    Cause.PROXY_TUNNEL: (
        "what comes through the proxy {proxy} is no TLS of {host} ({reason})",
        "It may answer in Gett's place: ask who runs it, check {variable}, or name {host} in NO_PROXY.",
    ),
    Cause.PROXY_STATUS: ("the proxy {proxy} answers {status}", "Ask who runs it, or name {host} in NO_PROXY."),
    Cause.PROXY_SETTING: (
        "the proxy in {variable} cannot be used: {why}",
        "Set {variable} anew, or name the host in NO_PROXY.",
    ),
    Cause.CERTIFICATES: ("the certificates to trust cannot be read from {path} ({why})", "Check {variable}."),
    Cause.LOCAL: ("{reason}", ""),
    Cause.TIMEOUT: ("no answer in time", "Gett or the network is slow."),
    Cause.BROKEN: ("the connection broke off", "The network or a proxy cut it."),
    Cause.UNREADABLE: ("its answer makes no sense: {reason} ({status})", "Something in between may be answering."),
    Cause.OTHER_STORE: (
        "Gett's answer is about another store: partner id {found}, not {expected} (onboarding id {onboarding_id})",
        "It was not used; something in between may mix answers up.",
    ),
    Cause.ID_TAKEN: (
        "Gett answered with the onboarding id {onboarding_id}, which {found} has here already, not {expected}",
        "Ask Gett's support which store has it.",
    ),
    Cause.NO_STATUS: ("Gett's answer names no status", "It was not used."),
    Cause.UNPROVED: (
        "Gett accepted {action}, and neither its answer nor the status says that it was carried out",
        "Ask for the status again in a while.",
    ),
    Cause.INTERRUPTED: ("the program ended before the answer to {action} came", "Gett is asked how the store stands."),
    Cause.NOT_CONNECTED: ("the way to Gett is still being made", "Try again in a moment."),
    Cause.NOT_KEPT: ("NOT SAVED: {partner_store_id} is {onboarding_id} at Gett ({why})", "Write it down."),
    Cause.PAUSED: ("Gett's rate limit was reached, by this copy or another one", "It is waited out."),
    Cause.STORES_UNKNOWN: (
        "Gett does not know store after store",
        "Check that base URL and key are of the environment that these stores were registered in.",
    ),
    Cause.TOO_LARGE: ("the answer is larger than {limit} bytes", "Something other than a catalog may be there."),
    Cause.FILE: ("{action} {path}: {why}", "{file_todo}"),
}

_DEFAULTS = {
    "host": "Gett",
    "proxy": "that is set",
    "variable": "HTTPS_PROXY and NO_PROXY",
    "reason": "no reason is told",
    "why": "no reason is told",
    "status": "without a status",
    "action": "Cannot use",
    "path": "a file",
}

_PROXY_STATUSES = {
    403: "It does not allow this host: ask who runs it, or name {host} in NO_PROXY.",
    407: "It wants a user and a password: put them into {variable}.",
    502: "It does not reach {host} itself.",
    503: "It does not reach {host} itself, or has too much to do.",
    504: "It does not reach {host} itself in time.",
}

_STATUSES: dict[int, tuple[str, str]] = {
    401: ("Gett does not accept the API key (401)", "Check that the key is of this environment and not expired."),
    403: (
        "the API key may not do this (403)",
        "The key may be of another environment, or the organisation not enrolled.",
    ),
    407: ("the proxy wants a password (407)", "Put it into HTTPS_PROXY."),
    429: ("Gett's rate limit is reached (429)", "It is waited out."),
    500: ("Gett has an internal error (500)", "If it goes on, give support the request id."),
    502: ("something in front of Gett fails (502)", "It usually passes."),
    503: ("Gett is not available (503)", "See status.gett-tech.com."),
    504: ("something in front of Gett timed out (504)", "It usually passes."),
}

_OWNER = "Check who owns it (ls -l): a copy that ran as root may have made it."
_FULL = "Make room on that disk."
_OPEN = "Raise the limit (ulimit -n), or end other copies."
_FILES = {
    errno.EACCES: _OWNER,
    errno.EPERM: _OWNER,
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EROFS: "Make it writable, or set GETT_STATE_DIR to a folder that is.",
    errno.EIO: "Check the disk.",
    errno.EMFILE: _OPEN,
    errno.ENFILE: _OPEN,
    errno.ENOLCK: "Set GETT_STATE_DIR to a folder on a local disk.",
    errno.ETIMEDOUT: "It may be stuck: end it or let it go on, and try again.",
}

_FOREIGN = "Something in between may have sent it: check the base URL, and proxies and gateways on the way."
_OUTCOMES = {"unknown": "So whether it was carried out is unknown."}


def describe(cause: str, facts: Facts) -> str:
    """What happened and what to do, in one inert line; ``cause`` is a Cause, as it is or as a file has kept it."""
    if cause == Cause.PROBLEM:
        return _line(_spoken(facts), _STATUSES.get(_status(facts), ("", ""))[1])
    return _line(*_told(cause, facts))


def describe_outage(cause: str, facts: Facts) -> str:
    """The same as the end of "Gett cannot be asked: …", without the details that belong to one store."""
    if cause == Cause.PROBLEM and (known := _STATUSES.get(_status(facts))):
        return _line(*known)
    return _line(*_told(cause, facts))


def reason(error: BaseException) -> str:
    """Why Gett cannot be asked, as the end of "Gett cannot be asked: …"; one inert line."""
    if isinstance(error, GettTuiError) and error.cause is not Cause.OTHER:
        return describe_outage(error.cause, error.facts)
    return sentence(error)


def sentence(error: BaseException, *, is_write: bool | None = None) -> str:
    """What happened and what to do, in one inert line. An error that nobody foresaw is named by its type alone.

    Of a write it is said whether it was carried out; ``is_write`` is what the facts say when it is None.
    """
    if isinstance(error, OSError) and not isinstance(error, GettTuiError):
        return _capital(describe(Cause.FILE, _file_facts(error)))
    if not isinstance(error, GettTuiError):
        return f"An unforeseen error ({type(error).__name__}); --debug writes the details to a file."
    facts = error.facts
    if error.cause is Cause.OTHER or not facts:
        return one_line(str(error), _LIMIT)
    told = describe(error.cause, facts)
    if _text(facts, "outcome") == "not_done" and error.cause not in (Cause.PROBLEM, Cause.FOREIGN):
        return f"Nothing was sent: {told}"
    is_write = facts.get("kind") != "read" if is_write is None else is_write
    end = _OUTCOMES.get(_text(facts, "outcome")) if is_write else None
    return _capital(f"{told} {end}" if end else told)


def _told(cause: str, facts: Facts) -> tuple[str, str]:
    """What happened and what to do, with the facts filled in."""
    if cause == Cause.PROBLEM:
        return _spoken(facts), _STATUSES.get(_status(facts), ("", ""))[1]
    if cause == Cause.FOREIGN:
        return _foreign(facts)
    known = _CAUSES.get(Cause(cause)) if cause in set(Cause) else None
    if known is None:
        return _text(facts, "text") or f"an error of the kind {one_line(cause, _PART)}", ""
    what, todo = known
    if cause == Cause.PROXY_STATUS:
        todo = _PROXY_STATUSES.get(_status(facts), todo)
    filled = _Filled(facts)
    return what.format_map(filled), todo.format_map(filled)


class _Filled(dict[str, str]):
    """The facts as texts for a template; one that is missing has words of its own."""

    def __init__(self, facts: Facts) -> None:
        super().__init__({name: _text(facts, name) for name, value in facts.items() if value is not None})
        self["file_todo"] = _FILES.get(_number(facts, "errno"), "")

    def __missing__(self, name: str) -> str:
        return _DEFAULTS.get(name, "?")


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
    todo = _STATUSES.get(_status(facts), ("", ""))[1]
    return what, f"{_FOREIGN} {todo}".strip()


def _file_facts(error: OSError) -> dict[str, object]:
    path = error.filename if isinstance(error.filename, str) else None
    why = error.strerror or type(error).__name__
    return {"path": path or "a file", "why": why, "errno": error.errno}


def _text(facts: Facts, name: str) -> str:
    value = facts.get(name)
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
