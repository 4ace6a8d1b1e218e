"""A CatalogSet is downloaded within a time and a size, by the way that applies to its host, whoever serves it."""

from __future__ import annotations

import gzip
import json
import socket
import tracemalloc
import zlib

import pytest
from hostile_server import (
    Connection,
    Script,
    answering,
    breaking_off,
    falling_silent,
    hanging_up,
    head,
    hostile_server,
    whole,
    without_end,
)

from gett_tui.catalog.download import LIMIT, DownloadError, fetch
from gett_tui.catalog.remote_check import check_remote
from gett_tui.errors import Cause
from gett_tui.sandbox.samples import catalog_set

CATALOG = b'{"catalogs": {}}'
CHUNKED = "Transfer-Encoding: chunked"
GZIP = "Content-Encoding: gzip"
MEGABYTE = b"100000\r\n" + b"x" * 2**20 + b"\r\n"


async def failure(url: str, seconds: float = 30.0) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        await fetch(url, seconds)
    return caught.value


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (CATALOG, []),
        (b"", []),
        (gzip.compress(CATALOG), [GZIP]),
        (zlib.compress(CATALOG), ["Content-Encoding: deflate"]),
        (b"x" * LIMIT, []),
    ],
)
async def test_a_file_is_taken_as_it_is_and_unpacked(body: bytes, headers: list[str]) -> None:
    with hostile_server(answering(whole(200, body, *headers))) as server:
        assert await fetch(f"{server.url}/x") in (CATALOG, b"", body)


@pytest.mark.parametrize(
    "script",
    [
        falling_silent(),
        falling_silent(head(200, "Content-Length: 10") + b"1"),
        without_end(head(200, CHUNKED), b"1\r\nx\r\n", 0.02),
        without_end(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", 0.02),
        without_end(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01),
    ],
    ids=["silent", "silent body", "dripping body", "dripping head", "1xx without end"],
)
async def test_a_download_that_does_not_end_is_ended(script: Script) -> None:
    with hostile_server(script) as server:
        error = await failure(f"{server.url}/x", seconds=0.4)
    assert (error.cause, str(error)) == (Cause.TIMEOUT, "no answer within 0.4 s")


@pytest.mark.parametrize(
    "script",
    [
        answering(whole(200, b"x" * (LIMIT + 1))),
        without_end(head(200, CHUNKED), MEGABYTE),
        answering(whole(200, gzip.compress(b"x" * (LIMIT + 1)), GZIP)),
    ],
    ids=["told", "without end", "packed"],
)
async def test_a_file_over_the_limit_is_not_kept(script: Script) -> None:
    with hostile_server(script) as server:
        error = await failure(f"{server.url}/x")
    assert (error.cause, error.facts) == (Cause.TOO_LARGE, {"limit": LIMIT})


async def test_a_file_that_is_packed_a_thousand_times_over_is_unpacked_to_the_limit_only() -> None:
    packed = gzip.compress(b"\0" * 2**28)
    with hostile_server(answering(whole(200, packed, GZIP))) as server:
        await failure(f"{server.url}/x")
        tracemalloc.start()
        try:
            assert (await failure(f"{server.url}/x")).cause is Cause.TOO_LARGE
            assert tracemalloc.get_traced_memory()[1] < 4 * LIMIT
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (hanging_up, Cause.BROKEN),
        (breaking_off(head(200, "Content-Length: 10") + b"1"), Cause.BROKEN),
        (breaking_off(b"SSH-2.0-OpenSSH\r\n"), Cause.BROKEN),
        (breaking_off(head(200), reset=True), Cause.BROKEN),
        (answering(whole(200, gzip.compress(CATALOG)[:-9], GZIP)), Cause.BROKEN),
        (answering(whole(200, CATALOG, GZIP)), Cause.UNREADABLE),
        (answering(whole(200, CATALOG, "Content-Encoding: br")), Cause.UNREADABLE),
        (answering(whole(404, b"no")), Cause.PROBLEM),
        (answering(whole(204)), Cause.PROBLEM),
    ],
)
async def test_a_broken_answer_has_its_cause(script: Script, cause: Cause) -> None:
    with hostile_server(script) as server:
        assert (await failure(f"{server.url}/x")).cause is cause


async def test_a_redirect_is_told_and_not_followed() -> None:
    with hostile_server(answering(whole(302, b"", "Location: /elsewhere"), whole(200, CATALOG))) as server:
        error = await failure(f"{server.url}/x")
        assert len(server.requests) == 1
    assert error.facts == {"status": 302, "location": "/elsewhere"}


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://127.0.0.1:9/x", Cause.REFUSED),
        ("http://nowhere.invalid/x", Cause.DNS),
        ("ftp://127.0.0.1/x", Cause.LOCAL),
        ("http://[::1", Cause.OTHER),
        ("no url", Cause.LOCAL),
        ("", Cause.LOCAL),
        ("http://\ud800/", Cause.LOCAL),
        ("http://a:99999999/", Cause.OTHER),
    ],
)
async def test_where_nothing_can_be_asked_the_cause_says_why(
    url: str, cause: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: object, *_: object, **__: object) -> object:
        if host == "127.0.0.1":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9))]
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert (await failure(url)).cause is cause


async def test_a_stranger_s_certificate_is_a_tls_error() -> None:
    async def not_tls(connection: Connection) -> None:
        await connection.hello()
        await connection.send(b"HTTP/1.1 400 X\r\n\r\n")

    with hostile_server(not_tls) as server:
        assert (await failure(server.url.replace("http:", "https:"))).cause is Cause.TLS


async def test_loopback_is_asked_directly_and_others_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        hostile_server(answering(whole(200, b"proxy"))) as proxy,
        hostile_server(answering(whole(200, CATALOG))) as web,
    ):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert await fetch(f"{web.url}/x") == CATALOG
        assert await fetch("http://c.example/x") == b"proxy"
        assert proxy.requests[0].startswith(b"GET http://c.example/x ")


async def test_an_unused_proxy_that_cannot_be_used_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with hostile_server(answering(whole(200, CATALOG))) as web:
        assert await fetch(f"{web.url}/x") == CATALOG
    assert (await failure("http://c.example/x")).cause is Cause.PROXY_SETTING


async def test_a_remote_catalog_is_checked_or_told_to_be_out_of_reach() -> None:
    good = json.dumps(catalog_set("p-1"))
    bad = json.dumps(catalog_set("p-1", dangling=True))
    with hostile_server(answering(whole(200, good))) as server:
        assert await check_remote(fetch, server.url, "p-1") == [("ok", "nothing is wrong with it")]
        server.script = answering(whole(200, bad))
        ((severity, words), *_) = await check_remote(fetch, server.url, "p-1")
        assert (severity, "croissant" in words) == ("error", True)
        server.script = answering(whole(500))
        assert await check_remote(fetch, server.url, "p-1") == [
            ("error", "it cannot be downloaded from this machine: HTTP status 500")
        ]
