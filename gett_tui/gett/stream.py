"""One connection to Gett, so that an answer is never older than its question, and never without a bound.

The HTTP library reuses a connection on which bytes are left over, and takes them for the answer to the next question.
Here every byte is accounted for: only a connection whose last answer ended exactly where the bytes ended is used
again. Answers before the answer (1xx) and headers are bounded in number, so that reading them holds nothing up.
"""

# ruff: noqa: ASYNC109 (the signatures are the HTTP library's)

from __future__ import annotations

import asyncio
import ipaddress
import re
from typing import TYPE_CHECKING, Any, cast

import httpcore

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

_MAX_INFORMATIONAL = 20
_HEAD_LIMIT = 64 * 1024
_MAX_HEAD_LINES = 200
_BUFFERED = 256 * 1024
_ACCOUNTED = 4 * 1024 * 1024
_NEXT_ADDRESS_AFTER = 0.25
# As h11 ends a head, so that it and we never take one answer for two different ones.
_BLANK_LINE = re.compile(rb"\n\r?\n")


class _Inbox(asyncio.Protocol):
    """What has arrived on one connection and was not read yet."""

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.data = bytearray()
        self.ended = False
        self.error: Exception | None = None
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.data += data
        if len(self.data) > _BUFFERED:
            self.transport.pause_reading()
        self._arrived.set()

    def eof_received(self) -> bool:
        self.ended = True
        self._arrived.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended, self.error = True, exc
        for event in (self._arrived, self._writable, self._lost):
            event.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    async def more(self) -> None:
        """Waits until something has arrived, or nothing will. Raises OSError when the connection broke."""
        self._arrived.clear()
        if not self.ended:
            self.transport.resume_reading()
            await self._arrived.wait()
        if self.error is not None and not self.data:
            raise ConnectionError("the connection broke off") from self.error

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes at most."""
        taken = bytes(self.data[:size])
        del self.data[:size]
        return taken

    async def drained(self) -> None:
        """Waits until what was written is on its way, or the connection is lost, which the next look for more tells."""
        await self._writable.wait()

    async def close(self) -> None:
        """Ends the connection at once."""
        self.transport.abort()
        await self._lost.wait()


class Stream(httpcore.AsyncNetworkStream):
    """One connection: questions out, answers in, each answer's head by itself."""

    def __init__(self, inbox: _Inbox) -> None:
        self._inbox = inbox
        self._is_asking = False
        self._in_head = True
        self._informational = 0
        self._body = bytearray()
        self._is_proved = True

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See ``AsyncNetworkStream`` of httpcore; no answer but the one that was asked for is waited for."""
        self._is_asking = self._is_proved = False
        try:
            async with asyncio.timeout(timeout):
                return await (self._head() if self._in_head else self._piece(max_bytes))
        except TimeoutError:
            raise httpcore.ReadTimeout from None
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def _head(self) -> bytes:
        """The next head, whole; with an end of the connection, what there is."""
        inbox, seen = self._inbox, 0
        while not (found := _BLANK_LINE.search(inbox.data, max(0, seen - 2))) and not inbox.ended:
            seen = len(inbox.data)
            if seen > _HEAD_LIMIT:
                raise httpcore.RemoteProtocolError("the headers have no end")
            await inbox.more()
        head = inbox.take(found.end() if found else len(inbox.data))
        if len(head) > _HEAD_LIMIT or head.count(b"\n") > _MAX_HEAD_LINES:
            raise httpcore.RemoteProtocolError("too many headers")
        self._in_head = head[9:10] == b"1"
        self._informational += self._in_head
        if self._informational > _MAX_INFORMATIONAL:
            raise httpcore.RemoteProtocolError("nothing but answers before the answer")
        return head

    async def _piece(self, max_bytes: int) -> bytes:
        if not self._inbox.data:
            await self._inbox.more()
        piece = self._inbox.take(max_bytes)
        if len(self._body) <= _ACCOUNTED:
            self._body += piece
        return piece

    def answered(self, *, is_chunked: bool, length: int) -> None:
        """The answer is there, whole, with a body of ``length`` bytes: nothing else may have come with it."""
        body = self._body
        self._is_proved = _ends_with_chunks(body) if is_chunked else len(body) == length

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See ``AsyncNetworkStream`` of httpcore."""
        if not self._is_asking:
            self._ask()
        self._inbox.transport.write(buffer)
        try:
            async with asyncio.timeout(timeout):
                await self._inbox.drained()
        except TimeoutError:
            raise httpcore.WriteTimeout from None

    def _ask(self) -> None:
        if self._inbox.data:
            raise httpcore.RemoteProtocolError("an answer was there before its question")
        self._is_asking = self._in_head = True
        self._informational = 0
        self._body.clear()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """See ``AsyncNetworkStream`` of httpcore."""
        inner = _Inbox()
        # From here on the inner one hears of the connection, its end too.
        self._inbox.connection_lost(None)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport = await loop.start_tls(
                    self._inbox.transport, inner, ssl_context, server_hostname=server_hostname
                )
        except BaseException as error:
            self._inbox.transport.abort()
            if isinstance(error, OSError):
                raise _no_connection(error) from error
            raise
        inner.transport = cast("asyncio.Transport", transport)
        return Stream(inner)

    async def aclose(self) -> None:
        """See ``AsyncNetworkStream`` of httpcore."""
        await self._inbox.close()

    def get_extra_info(self, info: str) -> Any:
        """See ``AsyncNetworkStream`` of httpcore."""
        # The library asks this before it uses an idle connection again.
        if info == "is_readable":
            return bool(self._inbox.data) or self._inbox.ended or not self._is_proved
        return self._inbox.transport.get_extra_info(info)


def _ends_with_chunks(body: bytearray) -> bool:
    """Whether ``body`` is chunks to its end, and nothing more."""
    at = 0
    while (end := body.find(b"\r\n", at)) >= 0:
        try:
            size = int(bytes(body[at:end]).split(b";")[0], 16)
        except ValueError:
            return False
        if size == 0:
            return bytes(body[end:]) == b"\r\n\r\n"
        at = end + 2 + size + 2
    return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _no_connection(error: OSError) -> Exception:
    """The library's error for a connection that did not come about."""
    return httpcore.ConnectTimeout() if isinstance(error, TimeoutError) else httpcore.ConnectError(str(error))


class Network(httpcore.AsyncNetworkBackend):
    """Makes connections; the addresses of a host are tried side by side, each a little later than the one before."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """See ``AsyncNetworkBackend`` of httpcore."""
        loop = asyncio.get_running_loop()
        # A race of one would only leave its socket open when it is given up as it is won.
        delay = None if _is_address(host) else _NEXT_ADDRESS_AFTER
        try:
            async with asyncio.timeout(timeout):
                _, inbox = await loop.create_connection(_Inbox, host, port, happy_eyeballs_delay=delay)
        except OSError as error:
            raise _no_connection(error) from error
        return Stream(inbox)
