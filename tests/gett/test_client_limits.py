"""However much a server sends, the client takes no more than its limit and hangs up."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hostile_server import Connection, answering, head, hostile_server, whole
from keyless import secret

from gett_tui.gett.client import GettClient, Timeouts
from gett_tui.gett.errors import GettError, UnreadableAnswerError

pytestmark = pytest.mark.usefixtures("few_certificates")

MIB = 1024 * 1024
PIECE = b" " * 65536
ON_THE_WAY = 12 * MIB
"""More than the buffers of both ends of a loopback connection can hold."""


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (head(200), PIECE),
        (head(200, f"Content-Length: {1024 * MIB}"), PIECE),
        (head(200, "Transfer-Encoding: chunked"), b"10000\r\n" + PIECE + b"\r\n"),
        (head(500), PIECE),
        (b"HTTP/1.1 200 OK\r\n", b"X: " + PIECE + b"\r\n"),
    ],
    ids=["body", "length", "chunks", "error", "headers"],
)
async def test_the_client_hangs_up_on_what_has_no_end(start: bytes, piece: bytes) -> None:
    sent = 0

    async def script(connection: Connection) -> None:
        nonlocal sent
        await connection.request()
        await connection.send(start)
        while True:
            await connection.send(piece)
            sent += len(piece)

    with hostile_server(script) as server:
        # So long that without a limit far more would have come.
        async with GettClient(server.url, secret(), timeouts=Timeouts(total=2)) as client:
            with pytest.raises(GettError):
                await client.status("id-1")
    assert sent < ON_THE_WAY


async def test_a_small_body_that_unpacks_to_a_large_one_takes_little_memory() -> None:
    bomb = gzip.compress(b" " * (100 * MIB), 1)
    with hostile_server(answering(whole(200, bomb, "Content-Encoding: gzip"))) as server:
        async with GettClient(server.url, secret()) as client:
            tracemalloc.start()
            try:
                with pytest.raises(UnreadableAnswerError, match="too large") as caught:
                    await client.status("id-1")
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert len(caught.value.body) == MIB
    assert peak < 20 * MIB
