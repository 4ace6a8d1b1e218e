"""The words of ``error_messages``: for each cause what happened, and what to do about it.

A template's names are facts of the error (``errors.Cause`` says which); a sentence begins small and has no full stop,
since it may stand behind a colon.
"""

from __future__ import annotations

import errno

from gett_tui.errors import Cause

_CERTIFICATE = "Check SSL_CERT_FILE: a proxy may use its own certificate."

CAUSES: dict[Cause, tuple[str, str]] = {
    Cause.UNFORESEEN: ("an unforeseen error ({kind_of})", ""),
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
    Cause.NO_ID: ("Gett cannot be asked: this store has no onboarding id yet", ""),
    Cause.ENDED: ("this onboarding was cancelled: there is nothing left to ask Gett", ""),
    Cause.NOT_BELIEVED: ("Gett says that it does not know this onboarding; that is not believed yet", ""),
    Cause.KNOWN_AGAIN: ("Gett knows this onboarding again: it is {state}", ""),
    Cause.WRONG_STATUS: ("{reason}", ""),
    Cause.BUSY: ("{action} is under way for this store{in_which}", ""),
    Cause.CLOSING: ("the program is closing", ""),
    Cause.NO_TURN: ("no turn came within {minutes} minutes: Gett asked for a pause", ""),
    Cause.REPLACED: ("another store's record stands in this one's place by now: look again", ""),
    Cause.CHANGED: ("this store was changed meanwhile, by another window or by hand: look at it again", ""),
    Cause.RESOLVED: ("this store was resolved meanwhile: it is {state}", ""),
    Cause.NOTHING_TO_RESOLVE: ("nothing to resolve: this store is {state}", ""),
    Cause.OTHER_ONBOARDING: ("that onboarding belongs to the partner store id {found}, not to {expected}", ""),
    Cause.NOT_ALL_KEPT: ("the record does not hold all that was sent: give the store up, and register it anew", ""),
    Cause.RECORD_GONE: ("this store is not in the list any more: it was resolved meanwhile, or its file is gone", ""),
    Cause.DUPLICATE: ("{partner_store_id} stands in this profile already", ""),
    Cause.DUPLICATE_LOST: (
        "{partner_store_id} may stand at Gett{as_what}, though its file here has gone",
        "gett-tui doctor --repair writes it again, gett-tui doctor --forget {name} forgets it.",
    ),
    Cause.BEING_REGISTERED: (
        "{partner_store_id} is being registered by another copy of the program{who} since {at}",
        "",
    ),
    Cause.NOT_LOST: ("nothing that is lost is called {name}", ""),
    Cause.CANNOT_LOOK: (
        "whether {partner_store_id} is registered already cannot be told: {places} cannot be read, or names no "
        "partner store id",
        "",
    ),
    Cause.NOT_SAVED_YET: ("Gett has it as {onboarding_id}, but that is not saved yet: {why}", "Trying again."),
    Cause.KEY_IN_FIELD: ("{field} holds the API key, which would be sent, kept and shown", ""),
    Cause.FIELDS: ("{wrong}", ""),
    Cause.KEY_MISPLACED: ("what was given as {argument} holds the API key: it belongs elsewhere", ""),
    Cause.NO_PERSON: ("{action} changes the real world: give --yes when nobody can be asked", ""),
    Cause.DECLINED: ("nothing was done", ""),
    Cause.NO_SUCH_STORE: (
        "no store here is called {called}; gett-tui list shows them, gett-tui track ID adds one",
        "{unreadable_todo}",
    ),
    Cause.SEVERAL_STORES: ("{count} stores are called {called}: name one by its id ({ids})", ""),
    Cause.NO_SUCH_STATUS: ("there is no status {status} here", "Known are {known}."),
    Cause.NO_TERMINAL: (
        "the dashboard needs a terminal on stdin and stderr; gett-tui --help lists the commands",
        "",
    ),
    Cause.DUMB_TERMINAL: ("the dashboard needs a terminal that can move its cursor: TERM is unset or dumb", ""),
    Cause.PORT: ("port {port} of {host} cannot be used; choose another with --port", ""),
    Cause.NOT_COME_TRUE: ("{count} of {total} did not come to be {goal}: {which}", ""),
    Cause.WHICH_STORES: ("name the stores by their ids, or give --status: one of the two", ""),
    Cause.FIRST_PROFILE: ("the first profile is {known}; others are added to the file by hand", ""),
    Cause.NO_VARIABLE: (
        "that is no name of a variable for a key, such as GETT_SANDBOX_API_KEY; nothing was written",
        "",
    ),
    Cause.FILE_THERE: ("{path} is there already, and is left as it is", ""),
    Cause.FILE: ("{action} {path}: {why}", "{file_todo}"),
}

DEFAULTS = {
    "host": "Gett",
    "proxy": "that is set",
    "variable": "HTTPS_PROXY and NO_PROXY",
    "reason": "no reason is told",
    "why": "no reason is told",
    "status": "without a status",
    "action": "Cannot use",
    "path": "a file",
}

PROXY_STATUSES = {
    403: "It does not allow this host: ask who runs it, or name {host} in NO_PROXY.",
    407: "It wants a user and a password: put them into {variable}.",
    502: "It does not reach {host} itself.",
    503: "It does not reach {host} itself, or has too much to do.",
    504: "It does not reach {host} itself in time.",
}

STATUSES: dict[int, tuple[str, str]] = {
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
FILES = {
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

FOREIGN = "Something in between may have sent it: check the base URL, and proxies and gateways on the way."
OUTCOMES = {"unknown": "So whether it was carried out is unknown."}

WINDOWS = {
    "here": "",
    "elsewhere": " in another window",
    "copy": " in another copy of the program (pid {pid})",
}
"""Where a write is under way, behind "for this store"."""

UNREADABLE = "Not all files here are readable ({unreadable}): gett-tui doctor names them."

ON_COMMAND_LINE = {
    Cause.DUPLICATE: "--allow-duplicate sends it all the same.",
    Cause.DUPLICATE_LOST: "--allow-duplicate sends it all the same.",
    Cause.BEING_REGISTERED: "--allow-duplicate sends it all the same.",
    Cause.CANNOT_LOOK: "Mend the file (gett-tui doctor), or send it all the same with --allow-duplicate.",
}
"""What else can be done, on the command line alone; a form has choices of its own."""
