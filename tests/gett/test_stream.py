"""An answer belongs to the question that it follows, and nothing that comes over a connection holds the others up."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import ssl
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpcore
import pytest
from hostile_server import Connection, Script, answering, falling_silent, head, hostile_server, whole, without_end
from keyless import secret

from gett_tui.errors import Cause
from gett_tui.gett.client import GettClient, Timeouts
from gett_tui.gett.errors import NoAnswerError, UnreadableAnswerError
from gett_tui.gett.secret import without_key
from gett_tui.gett.stream import Network

PEM = Path(__file__).with_name("throwaway-tls.pem")
ENV = {"SSL_CERT_FILE": str(PEM)}
FRESH, STALE = {"onboardingId": "id-1", "status": "active"}, {"onboardingId": "id-1", "status": "catalog_failed"}


def chunked(body: bytes, *, size: int = 7, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces)
    return head(200, "Transfer-Encoding: chunked") + chunks + b"0\r\n" + trailer + b"\r\n"


BODY = b'{"onboardingId": "id-1", "status": "active"}'
FORMS: dict[str, bytes] = {
    "with a length": whole(200, FRESH),
    "in chunks": chunked(BODY),
    "in chunks with extensions": chunked(BODY, extension=b";a=b"),
    "in chunks with a trailer": chunked(BODY, trailer=b"X: y\r\n"),
    "after a 100": head(100) + whole(200, FRESH),
    "without CR": whole(200, FRESH).replace(b"\r\n\r\n", b"\n\n"),
}
LEFT_OVER = {
    "a whole answer": whole(200, STALE),
    "an answer that ends like the one before": whole(200, {**STALE, **FRESH}),
    "the start of an answer": whole(200, STALE)[:20],
    "a line end": b"\r\n",
    "a single byte": b"H",
}


def _with_left_overs(form: bytes, rest: bytes, pause: float, *, first: Callable[[], bool]) -> Script:
    """The first answer is followed by ``rest``, at once or a little later."""

    async def script(connection: Connection) -> None:
        while await connection.request():
            is_first = first()
            await connection.send(form + (rest if is_first and not pause else b""))
            if is_first and pause:
                await asyncio.sleep(pause)
                await connection.send(rest)

    return script


async def _asked_twice(form: bytes, rest: bytes, pause: float, *, tls: bool) -> int:
    """How many connections two questions needed; both must be answered with the answer to each."""
    served: list[int] = []

    def first() -> bool:
        served.append(1)
        return len(served) == 1

    script = _with_left_overs(form, rest, pause, first=first)
    with hostile_server(_over_tls(script) if tls else script) as server:
        url = server.url.replace("http:", "https:") if tls else server.url
        async with GettClient(url, secret(), env=ENV) as client:
            assert (await client.status("id-1")).status == "active"
            # So long that what the server sends later is there before the next question.
            await asyncio.sleep(pause * 4)
            assert (await client.status("id-1")).status == "active"
        return server.connections


def _over_tls(script: Script) -> Script:
    async def wrapped(connection: Connection) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM)
        await connection.start_tls(context)
        await script(connection)

    return wrapped


@pytest.mark.few(10)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("pause", [0.0, 0.05], ids=["at once", "later"])
@pytest.mark.parametrize("rest", LEFT_OVER.values(), ids=LEFT_OVER)
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_an_answer_that_waits_on_the_connection_answers_nothing(
    form: bytes, rest: bytes, pause: float, tls: bool
) -> None:
    assert await _asked_twice(form, rest, pause, tls=tls) == 2


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("form", ["with a length", "in chunks", "in chunks with extensions", "after a 100"])
async def test_a_connection_with_nothing_left_over_is_used_again(form: str, tls: bool) -> None:
    assert await _asked_twice(FORMS[form], b"", 0.0, tls=tls) == 1


async def test_nothing_is_asked_over_a_connection_on_which_somebody_has_spoken() -> None:
    with hostile_server(_greeting) as server:
        stream = await Network().connect_tcp("127.0.0.1", server.port)
        while not stream.get_extra_info("is_readable"):
            await asyncio.sleep(0.01)
        with pytest.raises(httpcore.RemoteProtocolError):
            await stream.write(b"GET / HTTP/1.1\r\n\r\n")
        await stream.aclose()


async def _greeting(connection: Connection) -> None:
    await connection.send(whole(200, STALE))
    await connection.closed()


async def test_an_answer_may_come_while_its_question_is_still_being_asked() -> None:
    with hostile_server(_greeting_after_the_first_byte) as server:
        stream = await Network().connect_tcp("127.0.0.1", server.port)
        await stream.write(b"POST / HTTP/1.1\r\n\r\n")
        while not stream.get_extra_info("is_readable"):
            await asyncio.sleep(0.01)
        await stream.write(b"the body")
        assert b" 200 " in await stream.read(4_096)
        await stream.aclose()
        assert stream.get_extra_info("socket").fileno() == -1


async def _greeting_after_the_first_byte(connection: Connection) -> None:
    await connection.hello()
    await connection.send(whole(200, FRESH))
    await connection.closed()


async def test_what_is_not_read_is_not_taken_from_the_line() -> None:
    everything = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def script(connection: Connection) -> None:
        for _ in range(12):
            await connection.send(bytes(1_048_576))
        loop.call_soon_threadsafe(everything.set)

    with hostile_server(script) as server:
        stream = await Network().connect_tcp("127.0.0.1", server.port)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(everything.wait(), 0.15)
        await stream.aclose()


async def test_a_connection_that_the_server_has_closed_meanwhile_is_not_used_again() -> None:
    async def once(connection: Connection) -> None:
        await connection.request()
        await connection.send(whole(200, FRESH))
        await asyncio.sleep(0.02)

    with hostile_server(once) as server:
        async with GettClient(server.url, secret(), env=ENV) as client:
            for _ in range(2):
                assert (await client.status("id-1")).status == "active"
                await asyncio.sleep(0.1)
        assert server.connections == 2


async def _reset_after(connection: Connection, answer: bytes, pause: float) -> None:
    await connection.request()
    await connection.send(answer)
    await asyncio.sleep(pause)
    connection.reset()


async def test_an_answer_without_a_length_that_ends_with_a_reset_was_cut_off() -> None:
    with hostile_server(partial(_reset_after, answer=head(200) + BODY, pause=0.05)) as server:
        async with GettClient(server.url, secret(), env=ENV) as client:
            with pytest.raises(UnreadableAnswerError, match="cut off"):
                await client.status("id-1")


async def test_the_end_of_a_connection_is_known_however_often_it_is_asked_for() -> None:
    async def script(connection: Connection) -> None:
        await connection.hello()
        await connection.send(head(200) + b"ab")

    with hostile_server(script) as server:
        stream = await Network().connect_tcp("127.0.0.1", server.port)
        await stream.write(b"G")
        read = b"".join([await stream.read(4_096, timeout=5) for _ in range(2)])
        assert read == head(200) + b"ab"
        for _ in range(3):
            assert await stream.read(4_096, timeout=0.5) == b""
        await stream.aclose()


async def test_an_answer_that_was_there_whole_before_a_reset_counts() -> None:
    with hostile_server(partial(_reset_after, answer=whole(200, FRESH), pause=0)) as server:
        async with GettClient(server.url, secret(), env=ENV) as client:
            assert (await client.status("id-1")).status == "active"


async def test_an_address_that_does_not_answer_holds_up_no_other_of_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    with hostile_server(answering(whole(200, FRESH))) as server, socket.socket() as full, socket.socket() as first:
        full.bind(("127.0.0.2", server.port))
        full.listen(0)
        first.connect(full.getsockname())
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, server.port)) for host in ("127.0.0.2", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: found)
        stream = await Network().connect_tcp("gett.test", server.port, timeout=2)
        await stream.write(b"GET / HTTP/1.1\r\n\r\n")
        assert b" 200 " in await stream.read(4_096)
        await stream.aclose()


@pytest.mark.parametrize("length", [60_000, 70_000])
async def test_a_head_has_an_end(length: int) -> None:
    with hostile_server(answering(whole(200, FRESH, f"X: {'y' * length}"))) as server:
        async with GettClient(server.url, secret(), env=ENV) as client:
            if length < 65_536:
                assert (await client.status("id-1")).status == "active"
                return
            with pytest.raises(NoAnswerError):
                await client.status("id-1")


async def test_what_stands_between_the_chunks_of_an_answer_takes_no_memory() -> None:
    chunks = (b"1;" + b"x" * 8_000 + b"\r\n \r\n") * 8

    async def script(connection: Connection) -> None:
        await connection.request()
        await connection.send(head(200, "Transfer-Encoding: chunked"))
        for _ in range(130):
            await connection.send(chunks)
        await connection.send(b"2\r\n{}\r\n0\r\n\r\n")

    with hostile_server(script) as server:
        async with GettClient(server.url, secret(), env=ENV) as client:
            tracemalloc.start()
            try:
                with pytest.raises(UnreadableAnswerError):
                    await client.status("id-1")
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
    assert peak < 7_000_000


async def test_a_few_answers_before_the_answer_are_read_over() -> None:
    early = head(100) + head(103, "Link: </x>") + head(102)
    with hostile_server(answering(early + whole(200, FRESH))) as server:
        async with GettClient(server.url, secret(), env=ENV) as client:
            assert (await client.status("id-1")).status == "active"


@pytest.mark.parametrize("piece", [head(100) * 3_000, head(103, "Link: </x>"), whole(200, FRESH, *["X: y"] * 1_000)])
async def test_answers_before_the_answer_have_an_end(piece: bytes) -> None:
    with hostile_server(without_end(b"", piece)) as server:
        async with GettClient(server.url, secret(), env=ENV) as client:
            with pytest.raises(NoAnswerError) as caught:
                await client.cancel("id-1")
    assert caught.value.cause is Cause.BROKEN


@pytest.mark.parametrize("flood", [head(100) * 50_000, chunked(b" " * 50_000, size=1)], ids=["1xx", "chunks"])
async def test_others_run_while_a_flood_is_read(flood: bytes) -> None:
    """Measured in the processor's time between two turns of the event loop: the whole flood takes far more."""
    with hostile_server(falling_silent(flood)) as server:
        async with GettClient(server.url, secret(), env=ENV, timeouts=Timeouts(read=0.5)) as client:
            async with _turns() as turns:
                with pytest.raises((NoAnswerError, UnreadableAnswerError)):
                    await client.status("id-1")
    assert max(turns) < 0.3


async def test_others_run_while_a_large_answer_is_searched_for_the_key() -> None:
    body = json.dumps({**FRESH, "more": "%41" * 80_000}).encode()
    begun = time.thread_time()
    without_key(body, secret())
    alone = time.thread_time() - begun
    with hostile_server(answering(whole(200, body))) as server:
        async with GettClient(server.url, secret(), env=ENV) as client, _turns() as turns:
            assert (await client.status("id-1")).status == "active"
    assert max(turns) < alone / 2


@asynccontextmanager
async def _turns() -> AsyncIterator[list[float]]:
    """How long each turn of the event loop takes meanwhile, in seconds of this thread's own work."""
    taken: list[float] = []

    async def others() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            taken.append(time.thread_time() - before)

    task = asyncio.create_task(others())
    # A collection of what other tests left would be counted too.
    gc.disable()
    try:
        yield taken
    finally:
        gc.enable()
        task.cancel()
