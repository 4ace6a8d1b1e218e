"""An HTTP server on a free loopback port that does exactly what its script says, however wrong that is.

A script is a coroutine function that gets the Connection of each client; what comes in is recorded for the test.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from typing import Any

Script = Callable[["Connection"], Awaitable[None]]


class Connection:
    """One client's connection, from the server's side."""

    def __init__(self, server: HostileServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer

    async def request(self) -> bytes:
        """The next request, head and body, recorded; empty when the client has closed."""
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""
        length = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
        )
        whole = head + await self._reader.readexactly(length)
        self._server.requests.append(whole)
        return whole

    async def hello(self) -> None:
        """Waits for the first byte, of whatever protocol it is."""
        await self._reader.read(1)

    async def send(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        await self._writer.start_tls(context)

    async def closed(self) -> None:
        """Waits until the client hangs up, and ignores what it says."""
        while await self._reader.read(65536):
            pass

    def reset(self) -> None:
        """Breaks the connection with a TCP reset instead of an orderly end."""
        sock: socket.socket = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class HostileServer:
    """``script`` may be changed between connections."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.connections = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> HostileServer:
        self._thread.start()
        self._server = self._in_loop(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20))
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(self, *exc: object) -> None:
        self._in_loop(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _in_loop(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = self._loop.create_task(self._play(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The client may hang up at any moment; that is the client's good right.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self.script(Connection(self, reader, writer))
        writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()


def head(status: int | str, *headers: str) -> bytes:
    """A status line and headers, as bytes; nothing is added."""
    return "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status} X", *headers, "")).encode("latin-1")


def whole(status: int | str, body: bytes | str | object = b"", *headers: str) -> bytes:
    """A well-formed answer; a body that is neither bytes nor text goes out as JSON."""
    if not isinstance(body, bytes | str):
        body = json.dumps(body)
    data = body.encode() if isinstance(body, str) else body
    return head(status, f"Content-Length: {len(data)}", *headers) + data


def answering(*answers: bytes) -> Script:
    """Answers each request with the next of ``answers`` (the last for ever), and keeps the connection."""

    async def script(connection: Connection) -> None:
        for answer in itertools.chain(answers[:-1], itertools.repeat(answers[-1])):
            if not await connection.request():
                return
            await connection.send(answer)

    return script


def breaking_off(data: bytes = b"", *, reset: bool = False) -> Script:
    """Reads the request, sends ``data`` and ends the connection."""

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(data)
        if reset:
            connection.reset()

    return script


async def hanging_up(connection: Connection) -> None:
    """Ends the connection before it has read anything."""


def falling_silent(data: bytes = b"") -> Script:
    """Reads the request, sends ``data`` and then nothing more."""

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(data)
        await connection.closed()

    return script


def without_end(data: bytes, more: bytes | Iterable[bytes], pause: float = 0.0) -> Script:
    """Sends ``data`` and then ``more`` again and again, with a pause (seconds) in between."""

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(data)
        while True:
            for piece in [more] if isinstance(more, bytes) else more:
                await connection.send(piece)
                await asyncio.sleep(pause)

    return script


@contextlib.contextmanager
def hostile_server(script: Script) -> Iterator[HostileServer]:
    """Serves ``script`` until the block ends."""
    with HostileServer(script) as server:
        yield server
