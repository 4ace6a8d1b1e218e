"""The HTTP library's errors as ours: what failed, at whose end, and so whether anything was sent.

No error of the library is kept: it refers to the request, and so to the key. Whether the proxy or Gett's host is
meant, and which certificate trouble it is, are causes of their own, with host, proxy and reason as facts.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpcore

from gett_tui.errors import Cause
from gett_tui.gett.errors import GettError, NoAnswerError, NotSentError
from gett_tui.gett.secret import redacted
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gett_tui.gett.proxies import Way


@dataclass(slots=True)
class Progress:
    """How far one exchange has come: whom it is talking to, and whether the request has left."""

    host: str
    way: Way
    kind: str
    """``read`` or ``write``."""
    sent: bool = False
    at_proxy: bool = False
    in_tls: bool = False

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Hears from the HTTP library what it is doing."""
        if event.endswith("connect_tcp.started"):
            self.at_proxy = self.way.proxy is not None
        elif event.endswith("start_tls.started"):
            self.in_tls = True
            self.at_proxy = self.way.proxy is not None and info["server_hostname"] != self.host
        elif event.endswith("start_tls.complete"):
            self.in_tls = False
        elif event.endswith("send_request_headers.started"):
            self.at_proxy = info["request"].method == b"CONNECT"
            self.sent = not self.at_proxy

    def facts(self, **more: object) -> dict[str, object]:
        """What belongs to any error of this exchange."""
        facts: dict[str, object] = {"kind": self.kind, "host": redacted(self.host), **more}
        if self.way.proxy is not None:
            facts |= {"proxy": redacted(self.way.shown), "variable": self.way.reason}
        return facts


_ERRNOS = {
    errno.ECONNREFUSED: (Cause.REFUSED, "the connection is refused"),
    errno.ENETUNREACH: (Cause.UNREACHABLE, "the network is unreachable"),
    errno.ENETDOWN: (Cause.UNREACHABLE, "the network is down"),
    errno.EHOSTUNREACH: (Cause.UNREACHABLE, "the host is unreachable"),
    errno.ETIMEDOUT: (Cause.CONNECT_TIMEOUT, "no connection in time"),
    errno.EMFILE: (Cause.LOCAL, "too many files are open"),
    errno.ENFILE: (Cause.LOCAL, "too many files are open"),
}

_AT_PROXY = {
    Cause.DNS: Cause.PROXY_DNS,
    Cause.REFUSED: Cause.PROXY_REFUSED,
    Cause.CONNECT_TIMEOUT: Cause.PROXY_TIMEOUT,
    Cause.UNREACHABLE: Cause.PROXY_UNREACHABLE,
    Cause.TLS: Cause.PROXY_TLS,
    Cause.TLS_NAME: Cause.PROXY_TLS,
    Cause.TLS_EXPIRED: Cause.PROXY_TLS,
    Cause.TLS_ISSUER: Cause.PROXY_TLS,
}

# X509_V_ERR_* of OpenSSL's x509_vfy.h.
_VERIFY_CODES = {
    **dict.fromkeys((62, 64), Cause.TLS_NAME),
    **dict.fromkeys((9, 10), Cause.TLS_EXPIRED),
    **dict.fromkeys((2, 18, 19, 20, 21, 27), Cause.TLS_ISSUER),
}


def translated(error: Exception, progress: Progress) -> GettError:
    """``error``, of the HTTP library or of whatever is in its place, as ours."""
    if progress.sent:
        return _broken_off(error, progress)
    if isinstance(error, httpcore.PoolTimeout):
        return _not_sent(Cause.LOCAL, "too many requests are under way", progress)
    if isinstance(error, httpcore.ProxyError):
        return _proxy_status(int(str(error)[:3]), progress)
    if isinstance(error, TimeoutError | httpcore.TimeoutException):
        return _not_connected(Cause.CONNECT_TIMEOUT, "no connection in time", progress)
    for link in _chain(error):
        if (known := _known(link, progress)) is not None:
            return known
    if progress.in_tls:
        return _no_tls("broken off", progress)
    # Before the request is sent nobody but a proxy is talked to.
    if isinstance(error, httpcore.ReadError | httpcore.RemoteProtocolError | httpcore.WriteError):
        return _not_sent(Cause.PROXY, "the proxy broke off", progress)
    if isinstance(error, httpcore.NetworkError | httpcore.ProtocolError):
        return _not_connected(Cause.REFUSED, "no connection came about", progress)
    return _not_sent(Cause.LOCAL, f"the request could not be made ({type(error).__name__})", progress)


def _broken_off(error: Exception, progress: Progress) -> GettError:
    if isinstance(error, TimeoutError | httpcore.TimeoutException):
        return NoAnswerError(Cause.TIMEOUT, "no answer in time", facts=progress.facts())
    return NoAnswerError(Cause.BROKEN, "the connection broke off", facts=progress.facts())


def _proxy_status(status: int, progress: Progress) -> NotSentError:
    return _not_sent(Cause.PROXY_STATUS, f"the proxy refuses the connection ({status})", progress, status=status)


def _known(link: BaseException, progress: Progress) -> NotSentError | None:
    if isinstance(link, ssl.SSLCertVerificationError):
        reason = one_line(link.verify_message or "not trusted", 150)
        cause = _VERIFY_CODES.get(link.verify_code, Cause.TLS)
        return _not_connected(cause, f"the TLS connection failed ({reason})", progress, reason=reason)
    if isinstance(link, ssl.SSLError):
        reason = one_line(link.reason or "handshake failed", 150)
        return _no_tls(reason, progress)
    if isinstance(link, socket.gaierror):
        return _not_connected(Cause.DNS, "the host name is not found", progress)
    for number in _errnos(link):
        if number in _ERRNOS:
            return _not_connected(*_ERRNOS[number], progress)
    return None


def _errnos(link: BaseException) -> list[int]:
    """The error numbers of ``link``, by its text: when all addresses of a host fail, asyncio keeps them there alone."""
    if not isinstance(link, OSError):
        return []
    return [int(number) for number in re.findall(r"\[Errno (\d+)\]", str(link)[:2_000])]


def _no_tls(reason: str, progress: Progress) -> NotSentError:
    """The error for what is no TLS at all: behind a proxy it is that one's, which said that it leads there."""
    is_tunnel = progress.way.proxy is not None and not progress.at_proxy
    cause = Cause.PROXY_TUNNEL if is_tunnel else Cause.TLS
    return _not_connected(cause, f"the TLS connection failed ({reason})", progress, reason=reason)


def _not_connected(cause: Cause, text: str, progress: Progress, **more: object) -> NotSentError:
    """The error, or the proxy's when it is the proxy that was being talked to."""
    if progress.at_proxy and cause in _AT_PROXY:
        return _not_sent(_AT_PROXY[cause], f"the proxy: {text}", progress, **more)
    return _not_sent(cause, text, progress, **more)


def _not_sent(cause: Cause, text: str, progress: Progress, **more: object) -> NotSentError:
    more = {"reason": text, **more} if cause is Cause.LOCAL else more
    return NotSentError(cause, text, facts=progress.facts(**more))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what led to it."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__
