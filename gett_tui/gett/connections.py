"""Carries requests over connections of our own making: direct or through one proxy, whatever the environment says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_to_bytes, urlsplit

import httpcore
import httpx

from gett_tui.gett.stream import Network

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Mapping

    from gett_tui.gett.stream import Stream

MAX_CONNECTIONS = 10
KEEP_ALIVE = 5.0
"""How long an idle connection is kept, in seconds."""


class _Body(httpx.AsyncByteStream):
    """An answer's body as it comes, undecoded; its end is told to the connection."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        async for chunk in self._response.aiter_stream():
            length += len(chunk)
            yield chunk
        stream = cast("Mapping[str, Stream]", self._response.extensions)["network_stream"]
        is_chunked = any(name.lower() == b"transfer-encoding" for name, _ in self._response.headers)
        stream.answered(is_chunked=is_chunked, length=length)

    async def aclose(self) -> None:
        await self._response.aclose()


class Connections(httpx.AsyncBaseTransport):
    """Carries requests over connections of its own, direct or through ``proxy`` (its URL, with user and password)."""

    def __init__(self, context: ssl.SSLContext, proxy: str | None, *, keep_alive: bool) -> None:
        common: dict[str, Any] = {
            "ssl_context": context,
            "max_connections": MAX_CONNECTIONS,
            "max_keepalive_connections": MAX_CONNECTIONS if keep_alive else 0,
            "keepalive_expiry": KEEP_ALIVE,
            "network_backend": Network(),
        }
        if proxy is None:
            self._pool = httpcore.AsyncConnectionPool(**common)
            return
        url, login = _without_login(proxy)
        # Its own certificate is checked like Gett's; the library would look into the environment for the others.
        proxy_context = context if url.startswith("https:") else None
        self._pool = httpcore.AsyncHTTPProxy(url, proxy_auth=login, proxy_ssl_context=proxy_context, **common)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends ``request``. Raises the errors of httpcore."""
        url = request.url
        response = await self._pool.handle_async_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._pool.aclose()


def _without_login(proxy: str) -> tuple[str, tuple[bytes, bytes] | None]:
    parts = urlsplit(proxy)
    login, at, place = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    return f"{parts.scheme}://{place}", (unquote_to_bytes(user), unquote_to_bytes(password)) if at else None
