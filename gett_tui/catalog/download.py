"""Downloads a CatalogSet from wherever its URL points, bounded in time and size; the API key has no part in it.

Whoever serves the file may be slow, huge or hostile: the whole download ends within ``SECONDS``, nothing over
``LIMIT`` is kept, redirects are not followed (whether Gett follows them is U), and the way there is decided by
``gett.proxies`` alone.
"""

from __future__ import annotations

import asyncio
import functools
import os
import socket
import ssl
import zlib
from typing import TYPE_CHECKING

from gett_tui.errors import Cause, ConfigError, GettTuiError
from gett_tui.gett.proxies import certificates, way_to
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    import httpx

    Fetch = Callable[[str], Awaitable[bytes]]

LIMIT = 10 * 1024 * 1024
"""Bytes, unpacked. Gett's own limit is U."""
SECONDS = 30.0
"""For the whole download. Gett's own limit is U."""

_ANY_ZLIB_OR_GZIP_HEADER = 47
_OK = 200


class DownloadError(GettTuiError):
    """What is at the URL cannot be had from here. Facts: ``status`` and ``location``, ``seconds``, or ``limit``."""


async def fetch(url: str, seconds: float = SECONDS) -> bytes:
    """The body at ``url``, within ``seconds``. Raises DownloadError."""
    try:
        async with asyncio.timeout(seconds), await client_to(url, seconds) as client:
            return await read_body(client, url)
    except TimeoutError:
        raise late(seconds) from None


async def client_to(url: str, seconds: float) -> httpx.AsyncClient:
    """A client for requests to the host of ``url``, each wait in it at most ``seconds``. Raises DownloadError."""
    # In a thread: the library is slow to import, and certificates are files.
    try:
        return await asyncio.to_thread(_client, url, seconds)
    except ConfigError as error:
        raise DownloadError(str(error), cause=error.cause, facts=error.facts) from None


def _client(url: str, seconds: float) -> httpx.AsyncClient:
    import httpx

    way = way_to(url, os.environ)
    context = _tls(_reads_certificates(url, way.proxy))
    return httpx.AsyncClient(
        verify=context,
        proxy=way.proxy and httpx.Proxy(way.proxy, ssl_context=context if way.proxy.startswith("https:") else None),
        trust_env=False,
        follow_redirects=False,
        timeout=seconds,
        headers={"Accept-Encoding": "gzip"},
    )


def _reads_certificates(url: str, proxy: str | None) -> bool:
    return any(place.lower().startswith("https:") for place in (url, proxy or ""))


def _tls(reads_certificates: bool) -> ssl.SSLContext:
    """The certificates to trust; none at all, which trusts nobody, where TLS is not spoken."""
    if not reads_certificates:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return _trusted(*(os.environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")))


@functools.lru_cache(maxsize=4)
def _trusted(*_: str | None) -> ssl.SSLContext:
    return certificates(os.environ)


async def read_body(client: httpx.AsyncClient, url: str) -> bytes:
    """The body at ``url``, asked for with ``client``. Raises DownloadError; a total time-out is the caller's."""
    import httpx

    try:
        async with client.stream("GET", url) as response:
            if response.status_code != _OK:
                raise _refused(response)
            return await _bounded(response)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, zlib.error) as error:
        raise explained(error) from None


def _refused(response: httpx.Response) -> DownloadError:
    facts: dict[str, object] = {"status": response.status_code}
    text = f"HTTP status {response.status_code}"
    if response.has_redirect_location:
        facts["location"] = one_line(response.headers["location"], 200)
        text += f" to {facts['location']}: redirects are not followed"
    return DownloadError(text, cause=Cause.PROBLEM, facts=facts)


async def _bounded(response: httpx.Response) -> bytes:
    """The body, unpacked no further than the limit: a small file can be packed so that it fills the memory."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "deflate", ""):
        raise DownloadError(f"its content encoding {one_line(packing, 40)} cannot be read", cause=Cause.UNREADABLE)
    unpacker = zlib.decompressobj(_ANY_ZLIB_OR_GZIP_HEADER) if packing in ("gzip", "deflate") else None
    data = bytearray()
    async for chunk in response.aiter_raw():
        data += chunk if unpacker is None else unpacker.decompress(chunk, LIMIT + 1 - len(data))
        if len(data) > LIMIT:
            text = f"it is larger than {LIMIT // 1024**2} MiB"
            raise DownloadError(text, cause=Cause.TOO_LARGE, facts={"limit": LIMIT})
    if unpacker is not None and data and not unpacker.eof:
        raise DownloadError("the packed file is cut off", cause=Cause.BROKEN)
    return bytes(data)


def late(seconds: float) -> DownloadError:
    """The error for a download, or another exchange, that was not over within ``seconds``."""
    return DownloadError(f"no answer within {seconds:g} s", cause=Cause.TIMEOUT, facts={"seconds": seconds})


def explained(error: BaseException) -> DownloadError:
    """What the HTTP library raised, with its cause."""
    import httpx

    for kind, cause, text in (
        (httpx.ConnectTimeout, Cause.CONNECT_TIMEOUT, "no connection in time"),
        (httpx.TimeoutException, Cause.TIMEOUT, "no answer in time"),
        (httpx.ProxyError, Cause.PROXY, "the proxy refuses"),
        (httpx.UnsupportedProtocol, Cause.LOCAL, "it begins with neither http:// nor https://"),
        (httpx.InvalidURL, Cause.LOCAL, "it is not a URL"),
    ):
        if isinstance(error, kind):
            return DownloadError(text, cause=cause)
    if isinstance(error, httpx.ConnectError):
        return _not_connected(error)
    if isinstance(error, zlib.error):
        return DownloadError("it cannot be unpacked", cause=Cause.UNREADABLE)
    if isinstance(error, httpx.HTTPError):
        return DownloadError("the connection broke off", cause=Cause.BROKEN)
    return DownloadError(f"it could not be asked for ({type(error).__name__})", cause=Cause.LOCAL)


def _not_connected(error: BaseException) -> DownloadError:
    for link in _chain(error):
        if isinstance(link, ssl.SSLError):
            reason = one_line(str(getattr(link, "verify_message", "") or link.reason or "handshake failed"), 100)
            return DownloadError(f"the TLS connection failed ({reason})", cause=Cause.TLS)
        if isinstance(link, socket.gaierror):
            return DownloadError("the host name is not found", cause=Cause.DNS)
        if isinstance(link, ConnectionRefusedError):
            return DownloadError("no connection: it is refused", cause=Cause.REFUSED)
    return DownloadError("no connection came about", cause=Cause.UNREACHABLE)


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__
