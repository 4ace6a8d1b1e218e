"""The root of the one error tree, and the codes of what can go wrong; each package raises its branch where it is known.

Errors carry facts: a cause and what belongs to this case (places, codes, ids). ``error_messages`` alone makes the
sentences, keyed by the cause (invariant 9).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class Cause(StrEnum):
    """What is wrong. Files and other windows keep these words, so one that is here once never means another thing."""

    OTHER = "other"
    """None of the others: the text alone says it."""

    UNFORESEEN = "unforeseen"
    """An error that nobody foresaw; the fact ``kind_of`` is its type."""

    DNS = "dns"
    REFUSED = "refused"
    CONNECT_TIMEOUT = "connect_timeout"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    """Another TLS trouble than the three below; the fact ``reason`` is OpenSSL's."""
    TLS_NAME = "tls_name"
    """The certificate is for another host."""
    TLS_EXPIRED = "tls_expired"
    """The certificate, or one above it, is not valid any more, or not yet."""
    TLS_ISSUER = "tls_issuer"
    """Nobody that is trusted has signed the certificate."""
    PROXY = "proxy"
    """The proxy broke off; for all of the proxy's, the facts name ``proxy`` and the ``variable`` that set it."""
    PROXY_DNS = "proxy_dns"
    PROXY_REFUSED = "proxy_refused"
    PROXY_TIMEOUT = "proxy_timeout"
    PROXY_UNREACHABLE = "proxy_unreachable"
    PROXY_TLS = "proxy_tls"
    PROXY_STATUS = "proxy_status"
    """The proxy answered, and does not let it through: the fact ``status`` says why."""
    PROXY_TUNNEL = "proxy_tunnel"
    """The proxy said that it leads to Gett's host, and what came through it is no TLS; ``reason`` is OpenSSL's."""
    LOCAL = "local"
    """Refused on this side: a bad value, a full connection pool, no file handles."""
    TIMEOUT = "timeout"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    """An answer came and makes no sense."""
    TOO_LARGE = "too_large"
    """An answer came and is over our bound; the fact ``limit`` says which (bytes)."""
    PROBLEM = "problem"
    """An error status came, with Gett's own word: a problem that has an ``errorCode``."""
    FOREIGN = "foreign"
    """An error status came without Gett's own word: something in between may have sent it."""

    OTHER_STORE = "other_store"
    """Gett's answer is about another store than the one asked about."""
    ID_TAKEN = "id_taken"
    """Gett answered Register with the onboarding id of another store here."""
    NO_STATUS = "no_status"
    UNPROVED = "unproved"
    """A 2xx without what it should hold, and a status that does not show the end; the fact ``action`` says of what."""
    INTERRUPTED = "interrupted"
    """The program ended before the answer came."""
    NOT_CONNECTED = "not_connected"
    """The way to Gett is not made (yet)."""
    NOT_KEPT = "not_kept"
    """Gett answered, and what it said could be kept nowhere."""

    PROXY_SETTING = "proxy_setting"
    """The proxy that a variable of the environment names cannot be used; the facts name the variable and why."""
    CERTIFICATES = "certificates"
    """The certificates that a variable of the environment names cannot be read; the facts name variable and path."""
    PAUSED = "paused"
    """Nothing may be sent for a while: Gett, or its count of requests, told this copy or another one so."""
    STORES_UNKNOWN = "stores_unknown"
    """Gett does not know store after store that it knew before."""

    NO_ID = "no_id"
    """Gett cannot be asked about a store that has no onboarding id yet."""
    ENDED = "ended"
    """Nothing is left to ask Gett: the onboarding was cancelled."""
    NOT_BELIEVED = "not_believed"
    """Gett said that it does not know an onboarding, and that alone proves nothing."""
    KNOWN_AGAIN = "known_again"
    """Gett knows an onboarding again that was taken for gone."""
    WRONG_STATUS = "wrong_status"
    """The status does not allow it; the fact ``reason`` is what ``onboarding.status`` says of it."""
    BUSY = "busy"
    """A write to this store is under way; the fact ``where`` says "here", "elsewhere" or "copy" (and ``pid`` which)."""
    CLOSING = "closing"
    NO_TURN = "no_turn"
    """A person's request got no turn for too long: Gett asked for a pause."""
    REPLACED = "replaced"
    """Another store's record stands where the one that was meant stood."""
    CHANGED = "changed"
    """The record was changed after a person had looked at it."""
    RESOLVED = "resolved"
    """Somebody else has resolved an unconfirmed store."""
    NOTHING_TO_RESOLVE = "nothing_to_resolve"
    OTHER_ONBOARDING = "other_onboarding"
    """The onboarding id that a person gave is of another store."""
    NOT_ALL_KEPT = "not_all_kept"
    """A record does not hold all that was sent, so that it cannot be sent again."""
    RECORD_GONE = "record_gone"
    DUPLICATE = "duplicate"
    """A live store of this partner store id stands here."""
    DUPLICATE_LOST = "duplicate_lost"
    """One may stand at Gett that no file here tells of any more; the fact ``name`` is what it goes by."""
    BEING_REGISTERED = "being_registered"
    """Another copy registers it at this moment; the fact ``who`` says which, ``at`` since when."""
    NOT_LOST = "not_lost"
    """Nothing that is lost goes by ``name``."""
    CANNOT_LOOK = "cannot_look"
    """What a guard must compare with cannot be read; the fact ``places`` names it."""
    NOT_SAVED_YET = "not_saved_yet"
    """Gett gave an onboarding id that no file takes so far."""
    KEY_IN_FIELD = "key_in_field"
    """The API key was given as a field of Register; the fact ``field`` names it as Gett does."""
    FIELDS = "fields"
    """Values that cannot be sent: ``items`` of ``where`` (Gett's name of the field) and ``message``."""

    KEY_MISPLACED = "key_misplaced"
    """The API key was typed as something else on the command line."""
    NO_PERSON = "no_person"
    """Nobody can be asked before what changes the real world."""
    DECLINED = "declined"
    NO_SUCH_STORE = "no_such_store"
    SEVERAL_STORES = "several_stores"
    NO_SUCH_STATUS = "no_such_status"
    NO_TERMINAL = "no_terminal"
    DUMB_TERMINAL = "dumb_terminal"
    PORT = "port"

    NOT_COME_TRUE = "not_come_true"
    """What was waited for did not come about in time, or cannot any more."""
    WHICH_STORES = "which_stores"
    """Neither stores nor a status were named, or both."""
    FIRST_PROFILE = "first_profile"
    """What a configuration file cannot begin with."""
    NO_VARIABLE = "no_variable"
    """What was given as the name of a variable for a key is none, or may be the key."""
    FILE_THERE = "file_there"
    """A file stands where a new one was to be made."""
    FILE = "file"
    """A file or folder could not be used; the fact ``errno`` says why."""


class GettTuiError(Exception):
    """Anything this program knows how to explain.

    ``cause`` and ``facts`` say what happened, free of secrets; ``str()`` is the same in one plain sentence, for logs.
    """

    cause: Cause = Cause.OTHER
    NO_FACTS: ClassVar[Mapping[str, object]] = {}

    def __init__(self, text: str, *, cause: Cause | None = None, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(text)
        if cause is not None:
            self.cause = cause
        self.facts: Mapping[str, object] = facts or self.NO_FACTS


class ConfigError(GettTuiError):
    """The configuration or the environment is unusable; the text says what to set (exit status 2)."""
