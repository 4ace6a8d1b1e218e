"""One exchange with Gett: the key put on, the request sent, what arrived kept, the key taken out of it.

The key goes to the base URL's own host and to no other. Errors are returned, not raised: one raised where the request
is at hand would lead from frame to frame to the key.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, cast

import httpx

from gett_tui import __version__
from gett_tui.errors import Cause
from gett_tui.gett.answer import BODY_LIMIT, Answer, RateLimits, decoded
from gett_tui.gett.errors import GettError, NoAnswerError, NotSentError
from gett_tui.gett.secret import without_key
from gett_tui.gett.transport_errors import Progress, translated

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from gett_tui.gett.models import Registration
    from gett_tui.gett.proxies import Way
    from gett_tui.gett.secret import Secret

_HEADERS = {
    "Accept": "application/json, application/problem+json",
    "Accept-Encoding": "identity",
    "User-Agent": f"gett-tui/{__version__}",
}
_KEPT_HEADERS = (
    "content-type",
    "location",
    "retry-after",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-request-id",
)
"""All that is read of an answer's headers; what is not searched for the key is not kept either."""
_SEARCHED_AT_ONCE = 16 * 1024
"""Bytes of a body from which it is searched for the key in a thread."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each part of an exchange, and for the whole of it."""

    connect: float = 10.0
    read: float = 20.0
    write: float = 20.0
    pool: float = 10.0
    total: float = 45.0


class Exchange(NamedTuple):
    """One exchange as an observer hears of it, when it is over."""

    method: str
    path: str
    """The URL's path, without the base URL's own."""
    kind: str
    """``read`` or ``write``: which of the two quotas it counts for."""
    status: int | None
    """The HTTP status; None when no answer came."""
    seconds: float
    request_id: str | None
    cause: Cause | None
    """Why it failed; None when a 2xx came."""
    limits: RateLimits | None
    """What the answer says about the quota; None when no answer came."""


class Exchanger:
    """Sends requests to ``base`` with ``key``; ``reads`` and ``writes`` carry them. ``observer`` hears of each."""

    def __init__(
        self,
        base: str,
        key: Secret,
        way: Way,
        *,
        reads: httpx.AsyncBaseTransport,
        writes: httpx.AsyncBaseTransport,
        timeouts: Timeouts,
        is_embedded: bool,
        observer: Callable[[Exchange], None],
    ) -> None:
        self._base = base
        self._origin = _origin(httpx.URL(base))
        self._key = key
        self._way = way
        self._transports = {"read": reads, "write": writes}
        self._timeouts = timeouts
        self._timeout = {
            "connect": timeouts.connect,
            "read": timeouts.read,
            "write": timeouts.write,
            "pool": timeouts.pool,
        }
        # An embedded Gett has no connection to tell how far a request got.
        self._is_embedded = is_embedded
        self._observer = observer
        self._is_closed = False

    async def send(self, method: str, path: str, kind: str, body: Registration | None = None) -> Answer | GettError:
        """The 2xx answer to a request, else the error that it ended in, which the caller raises."""
        start = time.monotonic()
        result = await self._sent(method, path, kind, body)
        answer = result if isinstance(result, Answer) else None
        failure = result.failure() if isinstance(result, Answer) else result
        self._observer(
            Exchange(
                method,
                path,
                kind,
                status=answer.status if answer else None,
                seconds=time.monotonic() - start,
                request_id=answer.request_id if answer else None,
                cause=failure.cause if failure else None,
                limits=answer.rate_limits() if answer else None,
            )
        )
        return failure or result

    async def _sent(self, method: str, path: str, kind: str, body: Registration | None) -> Answer | GettError:
        """The answer, or as much of it as came, else the error."""
        progress = Progress(self._origin[1].decode("ascii"), self._way, kind, sent=self._is_embedded)
        if self._is_closed:
            return NotSentError(
                Cause.LOCAL, "the client is closed", facts=progress.facts(reason="the client is closed")
            )
        arrived = _Arrived()
        try:
            async with asyncio.timeout(self._timeouts.total):
                request = self._request(method, self._base + path, body, progress)
                response = await self._transports[kind].handle_async_request(request)
                await arrived.read(response)
        except Exception as error:  # whatever the libraries raise, the caller knows one tree only
            failure = translated(error, progress)
        else:
            failure = NoAnswerError(Cause.BROKEN, "no answer came", facts=progress.facts())
        answer = arrived.answer(kind)
        if answer is None:
            return failure
        if len(answer.body) < _SEARCHED_AT_ONCE:
            return _without_key(answer, self._key)
        return await asyncio.to_thread(_without_key, answer, self._key)

    def _request(self, method: str, url: str, body: Registration | None, progress: Progress) -> httpx.Request:
        extensions = {"timeout": self._timeout, "trace": progress.trace}
        members = None if body is None else body.wire()
        request = httpx.Request(method, _parsed(url), headers=_HEADERS, json=members, extensions=extensions)
        if _origin(request.url) == self._origin:
            request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        return request

    async def aclose(self) -> None:
        """Closes all connections; what is sent afterwards is NotSentError."""
        self._is_closed = True
        for transport in self._transports.values():
            await transport.aclose()


@lru_cache(1_024)
def _parsed(url: str) -> httpx.URL:
    """A URL that is asked again and again is parsed once: that is a third of a request's making."""
    return httpx.URL(url)


def _origin(url: httpx.URL) -> tuple[bytes, bytes, int | None]:
    return url.raw_scheme, url.raw_host, url.port


class _Arrived:
    """What has arrived of an answer."""

    def __init__(self) -> None:
        self._response: httpx.Response | None = None
        self._raw = bytearray()
        self._is_whole = False

    async def read(self, response: httpx.Response) -> None:
        """Reads the body, up to its limit."""
        self._response = response
        # Undecoded, so that it is never larger than what came over the line.
        stream = cast("AsyncGenerator[bytes]", aiter(cast("httpx.AsyncByteStream", response.stream)))
        try:
            async with aclosing(stream) as chunks:
                async for chunk in chunks:
                    self._raw += chunk
                    if len(self._raw) > BODY_LIMIT:
                        return
                    # A body of single bytes would hold everything else up.
                    await asyncio.sleep(0)
            self._is_whole = True
        finally:
            await response.aclose()

    def answer(self, kind: str) -> Answer | None:
        """What has arrived; None when not even the headers have."""
        if self._response is None:
            return None
        headers = {name.lower(): value for name, value in self._response.headers.items()}
        body, fits = decoded(bytes(self._raw), headers.get("content-encoding", ""))
        cut = "" if self._is_whole else "the answer was cut off"
        return Answer(self._response.status_code, headers, body, cut if fits else "the answer is too large", kind)


def _without_key(answer: Answer, key: Secret) -> Answer:
    """``answer`` without the key in anything that is shown or kept: error pages quote the header that they refuse."""
    headers = {
        name: without_key(answer.headers[name].encode("utf-8", "replace"), key).decode("utf-8", "replace")
        for name in _KEPT_HEADERS
        if name in answer.headers
    }
    return replace(answer, headers=headers, body=without_key(answer.body, key))
