"""The HTTP client of Gett's onboarding API: four operations, one error tree, and the key added in one place.

The client never sends anything twice by itself: whether that is safe only its caller can know.
"""

from __future__ import annotations

import asyncio
import base64
import errno
import re
import socket
import ssl
from contextlib import aclosing
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import httpx

from gett_tui import __version__
from gett_tui.errors import Cause, ConfigError
from gett_tui.gett.answer import BODY_LIMIT, Answer, RateLimits, decoded
from gett_tui.gett.errors import GettError, NoAnswerError, NotSentError
from gett_tui.gett.key_shape import key_problem
from gett_tui.gett.models import ACTIVATE_PATH, STORE_PATH, STORES_PATH, Onboarding, Registration, Store
from gett_tui.gett.urls import check_base_url, is_loopback
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Mapping

    from gett_tui.gett.secret import Secret

_MAX_CONNECTIONS = 10
_SHORTEST_HIDDEN = 8


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each part of an exchange, and for the whole of it."""

    connect: float = 10.0
    read: float = 20.0
    write: float = 20.0
    pool: float = 10.0
    total: float = 45.0


class _Bearer(httpx.Auth):
    """Adds the key to requests to the profile's own host and to no other, and takes it out of what comes back."""

    def __init__(self, key: Secret, base: httpx.URL) -> None:
        self._key = key
        self._base = base
        self._written = _written(key.reveal())

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        url = request.url
        if (url.scheme, url.raw_host, url.port) == (self._base.scheme, self._base.raw_host, self._base.port):
            request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        yield request

    def hide(self, body: bytes) -> bytes:
        """``body`` without the key: error pages quote the header that they refuse. Nobody's key is a few letters."""
        if self._written is None:
            return body
        encoded = base64.b64encode(self._key.reveal().encode()).rstrip(b"=")
        return self._written.sub(b"***", body).replace(encoded, b"***")


def _written(key: str) -> re.Pattern[bytes] | None:
    """Finds ``key`` as it is and as JSON, a URL or HTML may write it; None when it is too short to look for."""
    if len(key) < _SHORTEST_HIDDEN:
        return None
    # At most a few backslashes, so that a body full of them costs no time.
    pattern = "".join(
        rf"\\{{0,4}}(?:{re.escape(char)}|u00{ord(char):02x}|%{ord(char):02x}|&#x{ord(char):x};|&#{ord(char)};)"
        for char in key
    )
    return re.compile(pattern.encode(), re.IGNORECASE)


class _NoCookies(CookieJar):
    """Takes no cookies, without looking for any: that would cost a tenth of an exchange."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Leaves them."""


class GettClient:
    """Talks to the Gett at ``base_url`` with ``key``.

    ``transport`` replaces the network (the embedded demo). ``on_answer`` hears of every answer's rate-limit headers,
    with ``"read"`` or ``"write"``. All operations raise GettError and nothing else. Raises ConfigError when the base
    URL, the key or the environment's proxies or certificates cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        key: Secret,
        *,
        timeouts: Timeouts | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        on_answer: Callable[[str, RateLimits], None] | None = None,
    ) -> None:
        self._base = check_base_url(base_url)
        self._timeouts = timeouts or Timeouts()
        self._on_answer = on_answer
        # An embedded Gett has no connection to tell how far a request got.
        self._embedded = transport is not None
        problem = key_problem(key.reveal())
        if problem is not None:
            raise ConfigError(f"The API key {problem}.")
        url = httpx.URL(self._base)
        self._host = url.raw_host.decode("ascii")
        self._bearer = _Bearer(key, url)
        verify = _certificates() if transport is None else True
        self._reads = self._http(transport, verify, keep_alive=_MAX_CONNECTIONS)
        # A connection that Gett closed while it lay idle would make the outcome of a write unknown: each has its own.
        self._writes = self._http(transport, verify, keep_alive=0)

    def _http(
        self, transport: httpx.AsyncBaseTransport | None, verify: ssl.SSLContext | bool, *, keep_alive: int
    ) -> httpx.AsyncClient:
        timeouts = self._timeouts
        try:
            return httpx.AsyncClient(
                auth=self._bearer,
                headers={
                    "Accept": "application/json, application/problem+json",
                    "Accept-Encoding": "identity",
                    "User-Agent": f"gett-tui/{__version__}",
                },
                cookies=_NoCookies(),
                timeout=httpx.Timeout(
                    connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=timeouts.pool
                ),
                limits=httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=keep_alive),
                follow_redirects=False,
                event_hooks={"response": [_begin_answer]},
                # A proxy in between would see the key in clear when the profile is http to loopback.
                trust_env=not is_loopback(self._host),
                verify=verify,
                transport=transport,
            )
        except (ImportError, ValueError, httpx.InvalidURL):
            raise ConfigError("A proxy in the environment cannot be used: http:// and https:// proxies can.") from None

    async def register(self, registration: Registration) -> Onboarding:
        """Register Store. Any 2xx is accepted (the code is U)."""
        answer = await self._exchange("POST", STORES_PATH, "write", registration)
        return answer.read(Onboarding)

    async def status(self, onboarding_id: str) -> Onboarding:
        """Get Onboarding Status. An answer about another onboarding is UnreadableAnswerError."""
        answer = await self._exchange("GET", _path(STORE_PATH, onboarding_id), "read")
        onboarding = answer.read(Onboarding)
        if onboarding.onboarding_id != onboarding_id:
            raise answer.unreadable("Gett answered about another onboarding")
        return onboarding

    async def cancel(self, onboarding_id: str) -> None:
        """Cancel Onboarding. What the body holds is U, so any is accepted but a web page, which is not Gett's."""
        answer = await self._exchange("DELETE", _path(STORE_PATH, onboarding_id), "write")
        if answer.cut or answer.is_html:
            raise answer.unreadable(answer.cut or "the answer is a web page")

    async def activate(self, onboarding_id: str) -> Store | None:
        """Activate Store. None when a 2xx comes without a body; an unreadable one is UnreadableAnswerError."""
        answer = await self._exchange("POST", _path(ACTIVATE_PATH, onboarding_id), "write")
        if not answer.cut and not answer.body.strip():
            return None
        return answer.read(Store)

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._reads.aclose()
        await self._writes.aclose()

    async def __aenter__(self) -> GettClient:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def _exchange(self, method: str, path: str, kind: str, body: Registration | None = None) -> Answer:
        """A 2xx answer. Errors are raised here, where no frame holds the request and so the key."""
        client = self._reads if kind == "read" else self._writes
        result = await self._sent(client, method, path, body)
        if isinstance(result, GettError):
            raise result
        if self._on_answer is not None:
            self._on_answer(kind, result.rate_limits())
        result.require_success()
        return result

    async def _sent(
        self, client: httpx.AsyncClient, method: str, path: str, body: Registration | None
    ) -> Answer | GettError:
        """The answer, or as much of it as came, else the error.

        The error is returned, not raised: one raised here would refer to the HTTP library's own (as its context),
        and that one to the request with the key.
        """
        progress = _Progress(self._host, sent=self._embedded)
        try:
            async with asyncio.timeout(self._timeouts.total):
                request = client.build_request(
                    method,
                    self._base + path,
                    json=None if body is None else body.wire(),
                    extensions={"trace": progress.trace, "progress": progress},
                )
                response = await client.send(request, stream=True)
                await progress.read(response)
        except httpx.HTTPError as error:
            failure = _translated(error, progress)
        except TimeoutError:
            failure = _timed_out(progress)
        except Exception as error:  # whatever else the libraries raise, the caller knows one tree only
            failure = _unforeseen(error, progress)
        else:
            failure = NoAnswerError(Cause.BROKEN, "no answer came")
        return progress.answer(self._bearer.hide) or failure


class _Progress:
    """How far an exchange has come: what it is connected to, whether the request left, what has arrived."""

    def __init__(self, host: str, *, sent: bool) -> None:
        self._host = host
        self._response: httpx.Response | None = None
        self._raw = bytearray()
        self._ended = False
        self.sent = sent
        self.via_proxy = False
        self.in_tls = False

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Hears from the HTTP library what it is doing."""
        if event.endswith("connect_tcp.started"):
            self.via_proxy = info["host"] != self._host
        elif event.endswith("start_tls.started"):
            self.in_tls = True
        elif event.endswith("send_request_headers.started") and info["request"].method != b"CONNECT":
            self.sent = True

    def begin(self, response: httpx.Response) -> None:
        """The status and the headers are there."""
        self._response = response

    async def read(self, response: httpx.Response) -> None:
        """Reads the body, up to its limit."""
        # Undecoded, so that it is never larger than what came over the line.
        stream = cast("AsyncGenerator[bytes]", aiter(cast("httpx.AsyncByteStream", response.stream)))
        try:
            async with aclosing(stream) as chunks:
                async for chunk in chunks:
                    self._raw += chunk
                    if len(self._raw) > BODY_LIMIT:
                        return
            self._ended = True
        finally:
            await response.aclose()

    def answer(self, hide: Callable[[bytes], bytes]) -> Answer | None:
        """What has arrived; None when not even the headers have."""
        if self._response is None:
            return None
        headers = {name.lower(): value for name, value in self._response.headers.items()}
        body, whole = decoded(bytes(self._raw), headers.get("content-encoding", ""))
        cut = "" if self._ended else "the answer was cut off"
        if not whole:
            cut = "the answer is too large"
        return Answer(self._response.status_code, headers, hide(body), cut)


async def _begin_answer(response: httpx.Response) -> None:
    response.request.extensions["progress"].begin(response)


def _certificates() -> ssl.SSLContext:
    """The certificates to trust: those of SSL_CERT_FILE or SSL_CERT_DIR, else certifi's."""
    try:
        return httpx.create_ssl_context()
    except OSError as error:
        why = one_line(error.strerror or type(error).__name__, 100)
    raise ConfigError(f"The certificates to trust cannot be read ({why}): check SSL_CERT_FILE and SSL_CERT_DIR.")


def _path(template: str, onboarding_id: str) -> str:
    """The path of one onboarding; whatever the id holds, it stays one segment."""
    try:
        quoted = quote(onboarding_id, safe="")
    except UnicodeEncodeError:
        quoted = ""
    if quoted in ("", ".", ".."):
        raise NotSentError(Cause.LOCAL, "that is no onboarding id")
    return template.format(onboarding_id=quoted)


# -- errors on the way


def _translated(error: httpx.HTTPError, progress: _Progress) -> GettError:
    """The HTTP library's error as ours. It is not kept: it holds the request, and so the key."""
    if isinstance(error, httpx.PoolTimeout):
        return NotSentError(Cause.LOCAL, "too many requests are under way")
    if isinstance(error, httpx.ProxyError):
        status = str(error)[:3]
        return NotSentError(Cause.PROXY, f"the proxy refuses the connection ({status if status.isdigit() else '?'})")
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout) or not progress.sent:
        return _not_connected(error, progress)
    if isinstance(error, httpx.TimeoutException):
        return NoAnswerError(Cause.TIMEOUT, "no answer in time")
    return NoAnswerError(Cause.BROKEN, "the connection broke off")


def _timed_out(progress: _Progress) -> GettError:
    if progress.sent:
        return NoAnswerError(Cause.TIMEOUT, "no answer in time")
    return _behind_proxy(Cause.CONNECT_TIMEOUT, "no connection in time", progress)


def _unforeseen(error: Exception, progress: _Progress) -> GettError:
    if progress.sent:
        return NoAnswerError(Cause.BROKEN, f"the exchange broke off ({type(error).__name__})")
    return NotSentError(Cause.LOCAL, f"the request could not be made ({type(error).__name__})")


_CAUSES = {
    errno.ECONNREFUSED: (Cause.REFUSED, "the connection is refused"),
    errno.ENETUNREACH: (Cause.UNREACHABLE, "the network is unreachable"),
    errno.ENETDOWN: (Cause.UNREACHABLE, "the network is down"),
    errno.EHOSTUNREACH: (Cause.UNREACHABLE, "the host is unreachable"),
    errno.ETIMEDOUT: (Cause.CONNECT_TIMEOUT, "no connection in time"),
    errno.EMFILE: (Cause.LOCAL, "too many files are open"),
    errno.ENFILE: (Cause.LOCAL, "too many files are open"),
}


def _not_connected(error: BaseException, progress: _Progress) -> NotSentError:
    if isinstance(error, httpx.ConnectTimeout):
        return _behind_proxy(Cause.CONNECT_TIMEOUT, "no connection in time", progress)
    for link in _chain(error):
        if isinstance(link, ssl.SSLError):
            reason = one_line(str(getattr(link, "verify_message", "") or link.reason or "handshake failed"), 100)
            return NotSentError(Cause.TLS, f"the TLS connection failed ({reason})")
        if isinstance(link, socket.gaierror):
            return _behind_proxy(Cause.DNS, "the host name is not found", progress)
        known = _CAUSES.get(link.errno or 0) if isinstance(link, OSError) else None
        if known is not None:
            return _behind_proxy(*known, progress)
    return _behind_proxy(Cause.REFUSED, "no connection came about", progress)


def _behind_proxy(cause: Cause, text: str, progress: _Progress) -> NotSentError:
    """The error, or the proxy's when it is the proxy that was being connected to."""
    if progress.via_proxy and not progress.in_tls and cause is not Cause.LOCAL:
        return NotSentError(Cause.PROXY, f"the proxy: {text}")
    return NotSentError(cause, text)


def _chain(error: BaseException) -> list[BaseException]:
    """``error`` and all that led to it."""
    chain: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        link = todo.pop(0)
        if link is None or link in chain:
            continue
        chain.append(link)
        todo += [link.__cause__, link.__context__]
        if isinstance(link, BaseExceptionGroup):
            todo += cast("BaseExceptionGroup[BaseException]", link).exceptions
    return chain
