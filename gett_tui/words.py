"""Errors in words for people: what happened, and what to do about it. Both faces use the same words."""

from __future__ import annotations

from gett_tui.errors import Cause, GettTuiError
from gett_tui.gett.errors import (
    GettError,
    NoAnswerError,
    NotSentError,
    Outcome,
    ProblemError,
    UnreadableAnswerError,
)
from gett_tui.text import one_line

_LIMIT = 300

_CAUSES: dict[Cause, tuple[str, str]] = {
    Cause.DNS: ("the host name is not found (DNS)", "Check the base URL and this machine's name server."),
    Cause.REFUSED: ("the connection is refused", "Check the base URL and port; a firewall may be in between."),
    Cause.CONNECT_TIMEOUT: ("no connection in time", "Check the network and the firewall."),
    Cause.UNREACHABLE: ("the network is unreachable", "Check this machine's network."),
    Cause.TLS: ("the TLS connection failed", "Check the clock and SSL_CERT_FILE: a proxy may use its own certificate."),
    Cause.PROXY: ("the proxy refuses", "Check HTTPS_PROXY and NO_PROXY."),
    Cause.LOCAL: ("the request was not sent", ""),
    Cause.TIMEOUT: ("no answer in time", "Gett or the network is slow."),
    Cause.BROKEN: ("the connection broke off", "The network or a proxy cut it."),
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


def reason(error: BaseException) -> str:
    """Why Gett cannot be asked, as the end of "Gett cannot be reached: …"; one inert line."""
    what, todo = _reason(error)
    return one_line(f"{what}. {todo}" if todo else f"{what}.", _LIMIT)


def _reason(error: BaseException) -> tuple[str, str]:
    if isinstance(error, NotSentError | NoAnswerError):
        what, todo = _CAUSES[error.cause]
        return (str(error), todo) if error.cause is Cause.LOCAL else (what, todo)
    if isinstance(error, ProblemError):
        known = _STATUSES.get(error.status)
        what, todo = known or (f"it answers {error}", "")
        if not error.problem.documented:
            todo = f"The answer is not Gett's: something in between may have sent it. {todo}".strip()
        return what, todo
    if isinstance(error, UnreadableAnswerError):
        return f"its answer makes no sense: {error}".rstrip("."), "Something in between may be answering."
    return sentence(error).rstrip("."), ""


def sentence(error: BaseException) -> str:
    """What happened, in one inert line. An error that nobody foresaw is named by its type alone."""
    if isinstance(error, ProblemError):
        items = "; ".join(item.message or item.code or "" for item in error.problem.errors[:5])
        request = f" (request id {error.problem.request_id})" if error.problem.request_id else ""
        return one_line(f"Gett says {error}{' – ' + items if items else ''}{request}", _LIMIT * 2)
    if isinstance(error, NotSentError):
        return one_line(f"Nothing was sent: {reason(error)}", _LIMIT)
    if isinstance(error, GettError):
        known = "it was carried out" if error.outcome is Outcome.DONE else "whether it was carried out is unknown"
        return one_line(f"{reason(error)} So {known}.", _LIMIT)
    if isinstance(error, GettTuiError):
        return one_line(str(error), _LIMIT)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return one_line(f"{place}{error.strerror or type(error).__name__}.", _LIMIT)
    return f"An unforeseen error ({type(error).__name__}); --debug writes the details to a file."
