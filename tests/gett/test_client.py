"""What goes over the wire, through which connection, and what is said when no connection comes about."""

from __future__ import annotations

import asyncio
import base64
import errno
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import httpx
import pytest
from hostile_server import (
    Connection,
    HostileServer,
    answering,
    breaking_off,
    falling_silent,
    head,
    hostile_server,
    whole,
)
from hypothesis import given
from hypothesis import strategies as st
from keyless import KEY, assert_keyless, secret, shows_key
from sandbox_server import live_sandbox

from gett_tui import __version__
from gett_tui.error_messages import sentence
from gett_tui.errors import Cause, ConfigError
from gett_tui.gett.client import GettClient, RateLimits, Timeouts
from gett_tui.gett.errors import GettError, NoAnswerError, NotSentError, Outcome
from gett_tui.gett.exchange import Exchanger
from gett_tui.gett.models import STORES_PATH, Registration
from gett_tui.gett.proxies import Way
from gett_tui.gett.secret import Secret

REGISTRATION = Registration(
    partner_store_id="p-1", name="Crêperie", catalog_callback_url="https://c.example/1", webhook_url="https://w.example"
)
ONBOARDING = {"onboardingId": "id-1", "partnerStoreId": "p-1", "status": "pending_catalog"}
PEM = Path(__file__).with_name("throwaway-tls.pem")
"""A certificate for 127.0.0.1 and gett.test that nothing outside these tests trusts, with its key."""


@pytest.fixture
def server() -> Iterator[HostileServer]:
    with hostile_server(answering(whole(200, ONBOARDING))) as running:
        yield running


async def test_the_four_operations_against_the_simulated_gett() -> None:
    with live_sandbox(pending=0, ingesting=0) as gett:
        async with GettClient(gett.url, Secret("test-key-1")) as client:

            async def ready(partner: str) -> str:
                registration = Registration(
                    partner_store_id=partner,
                    name="Corner",
                    catalog_callback_url=gett.catalog(store=partner),
                    webhook_url="https://w.example",
                )
                first = await client.register(registration)
                assert first.partner_store_id == partner
                while (await client.status(first.onboarding_id)).status != "ready_to_activate":
                    await asyncio.sleep(0.02)
                return first.onboarding_id

            one, other = await ready("p-1"), await ready("p-2")
            store = await client.activate(one)
            assert store is not None
            assert store.store_id
            assert store.store_id == (await client.status(one)).store_id
            await client.cancel(other)
            with pytest.raises(GettError, match="404"):
                await client.status(other)


async def test_a_request_says_who_asks_and_what_it_can_read(server: HostileServer) -> None:
    async with GettClient(f"{server.url}/prefix/", secret()) as client:
        await client.register(REGISTRATION)
        await client.activate("id-1")
    register, activate = (request.decode() for request in server.requests)
    top, _, body = register.partition("\r\n\r\n")
    line, *headers = top.lower().split("\r\n")
    assert line == "post /prefix/v1/commerce/onboarding/stores http/1.1"
    assert "accept: application/json, application/problem+json" in headers
    assert "accept-encoding: identity" in headers
    assert f"user-agent: gett-tui/{__version__}" in headers
    assert f"authorization: bearer {KEY}".lower() in headers
    assert json.loads(body) == {
        "partnerStoreId": "p-1",
        "name": "Crêperie",
        "catalogCallbackUrl": "https://c.example/1",
        "webhookUrl": "https://w.example",
    }
    assert activate.endswith("\r\n\r\n")


async def test_reads_share_connections_and_every_write_has_its_own(server: HostileServer) -> None:
    async with GettClient(server.url, secret()) as client:
        for _ in range(3):
            await client.status("id-1")
        assert server.connections == 1
        for _ in range(3):
            await client.cancel("id-1")
        assert server.connections == 4


@pytest.mark.parametrize("elsewhere", ["@gett.example/x", "1/x", "@127.0.0.1/x"])
async def test_the_key_is_added_for_the_base_urls_own_host_alone(elsewhere: str) -> None:
    """Even if a later change let a request go elsewhere."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=ONBOARDING)

    transport = httpx.MockTransport(answer)
    exchanger = Exchanger(
        "http://127.0.0.1:8080",
        secret(),
        Way(None, "loopback"),
        reads=transport,
        writes=transport,
        timeouts=Timeouts(),
        is_embedded=True,
        observer=lambda exchange: None,
    )
    await exchanger.send("GET", "/x", "read")
    await exchanger.send("GET", elsewhere, "read")
    assert shows_key(repr(seen[0].headers.raw))
    assert (seen[1].url.host, seen[1].url.port) != ("127.0.0.1", 8080)
    assert not shows_key(repr(seen[1].headers.raw))


async def test_cookies_are_not_taken(server: HostileServer) -> None:
    server.script = answering(whole(200, ONBOARDING, "Set-Cookie: session=1; Path=/"))
    async with GettClient(server.url, secret()) as client:
        await client.status("id-1")
        await client.status("id-1")
    assert b"cookie" not in server.requests[1].lower()


@pytest.mark.parametrize(
    ("headers", "remaining", "reset_at"),
    [
        (["X-RateLimit-Remaining: 12", "X-RateLimit-Reset: 1800000000"], 12, 1_800_000_000.0),
        (["x-ratelimit-remaining: 0", "x-ratelimit-reset: 1800000000.5"], 0, 1_800_000_000.5),
        (["X-RateLimit-Remaining: -1", "X-RateLimit-Reset: 1e999"], None, None),
        (["X-RateLimit-Remaining: many", "X-RateLimit-Reset: tomorrow"], None, None),
        ([], None, None),
    ],
)
@pytest.mark.parametrize("status", [200, 429, 500])
async def test_every_answer_tells_of_the_quota(
    server: HostileServer, status: int, headers: list[str], remaining: int | None, reset_at: float | None
) -> None:
    server.script = answering(whole(status, ONBOARDING, *headers))
    heard: list[tuple[str, RateLimits]] = []
    async with GettClient(server.url, secret(), on_answer=lambda kind, said: heard.append((kind, said))) as client:
        for operation in (client.status, client.cancel):
            try:
                await operation("id-1")
            except GettError:
                assert status != 200
    said = RateLimits(remaining, reset_at, status)
    assert heard == [("read", said), ("write", said)]


async def test_where_no_answer_came_nothing_is_told_of_the_quota(server: HostileServer) -> None:
    server.script = breaking_off()
    heard: list[object] = []
    async with GettClient(server.url, secret(), on_answer=lambda *said: heard.append(said)) as client:
        with pytest.raises(NoAnswerError):
            await client.status("id-1")
    assert heard == []


async def _path_of(onboarding_id: str) -> httpx.URL | None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204)

    async with GettClient("https://gett.test", secret(), transport=httpx.MockTransport(answer)) as client:
        try:
            await client.cancel(onboarding_id)
        except NotSentError as error:
            assert error.cause is Cause.LOCAL
    return asked[0].url if asked else None


_ODD = st.sampled_from(
    ["/", "\\", "..", ".", "?", "#", "%", "%2e", "@", ":", "//evil.example", "\r\n", "\x00", " ", "é"]
)


_ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@given(st.one_of(_ANY_TEXT, st.lists(_ODD, max_size=5).map("".join)))
def test_an_onboarding_id_stays_one_segment_of_the_path(onboarding_id: str) -> None:
    url = asyncio.run(_path_of(onboarding_id))
    if url is None:
        assert onboarding_id in ("", ".", "..") or any("\ud800" <= char <= "\udfff" for char in onboarding_id)
        return
    start, _, last = url.raw_path.decode("ascii").rpartition("/")
    assert (url.scheme, url.host, start) == ("https", "gett.test", STORES_PATH)
    assert unquote_to_bytes(last) == onboarding_id.encode()


@pytest.mark.parametrize("onboarding_id", ["", ".", "..", "\ud800"])
async def test_what_is_no_onboarding_id_is_not_sent(server: HostileServer, onboarding_id: str) -> None:
    async with GettClient(server.url, secret()) as client:
        for operation in (client.status, client.cancel, client.activate):
            with pytest.raises(NotSentError) as caught:
                await operation(onboarding_id)
            assert (caught.value.cause, caught.value.outcome) == (Cause.LOCAL, Outcome.NOT_DONE)
    assert server.connections == 0


@pytest.mark.parametrize("extra", ["\udcff", float("nan"), object()])
async def test_a_registration_that_is_no_json_is_not_sent(server: HostileServer, extra: object) -> None:
    async with GettClient(server.url, secret()) as client:
        with pytest.raises(NotSentError) as caught:
            await client.register(REGISTRATION.model_copy(update={"name": extra}))
    assert caught.value.cause is Cause.LOCAL
    assert server.connections == 0


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "is empty"),
        ("x" * 4_097, "longer than 4,096 characters"),
        ("two words", "a blank"),
        ("line\r\nX: y", "a line break"),
        ("line\nX: y", "a line break"),
        ("ключ", "not ASCII"),
        ("nul\x00", "NUL"),
        ("bell\x07", "a control character"),
    ],
)
def test_a_key_that_cannot_go_over_http_is_refused_without_naming_it(key: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        GettClient("https://gett.test", Secret(key))
    assert not key or key not in str(caught.value)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "all_proxy", "NO_PROXY", "SSL_CERT_FILE"])
def test_a_variable_on_the_way_that_holds_the_key_is_refused_without_naming_it(name: str) -> None:
    with pytest.raises(ConfigError, match=name) as caught:
        GettClient("https://gett.test", secret(), env={name: f"http://{KEY}.example"})
    assert not shows_key(str(caught.value))


class TestNoConnection:
    """Nothing was sent: each cause has its own words, and the outcome is certain."""

    async def _fails(self, url: str, timeouts: Timeouts | None = None) -> NotSentError:
        async with GettClient(url, secret(), timeouts=timeouts) as client:
            with pytest.raises(NotSentError) as caught:
                await client.register(REGISTRATION)
        assert caught.value.outcome is Outcome.NOT_DONE
        assert_keyless(caught.value)
        return caught.value

    async def test_nobody_listens(self) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            error = await self._fails(f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert (error.cause, str(error)) == (Cause.REFUSED, "the connection is refused")
        assert error.facts.keys() == {"outcome", "kind", "host"}

    async def test_the_name_is_unknown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*args: object, **named: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        assert (await self._fails("https://gett.test")).cause is Cause.DNS

    @pytest.mark.parametrize(
        ("number", "cause"),
        [
            (errno.EHOSTUNREACH, Cause.UNREACHABLE),
            (errno.ENETUNREACH, Cause.UNREACHABLE),
            (errno.ENETDOWN, Cause.UNREACHABLE),
            (errno.ETIMEDOUT, Cause.CONNECT_TIMEOUT),
            (errno.EMFILE, Cause.LOCAL),
            (errno.EIO, Cause.REFUSED),
        ],
    )
    async def test_the_network_does_not_let_it_through(
        self, monkeypatch: pytest.MonkeyPatch, number: int, cause: Cause
    ) -> None:
        _connecting(monkeypatch, lambda: _fail(OSError(number, "no")))
        assert (await self._fails("https://127.0.0.1")).cause is cause

    @pytest.mark.parametrize("timeouts", [Timeouts(connect=0.05), Timeouts(total=0.05)])
    async def test_nobody_answers_the_call(self, monkeypatch: pytest.MonkeyPatch, timeouts: Timeouts) -> None:
        _connecting(monkeypatch, lambda: asyncio.sleep(30))
        assert (await self._fails("https://127.0.0.1", timeouts)).cause is Cause.CONNECT_TIMEOUT

    async def test_the_server_falls_silent_in_the_tls_handshake(self) -> None:
        with hostile_server(falling_silent()) as mute:
            error = await self._fails(mute.url.replace("http:", "https:"), Timeouts(connect=0.1))
        assert error.cause is Cause.CONNECT_TIMEOUT

    async def test_the_server_speaks_no_tls(self) -> None:
        with hostile_server(_greeting) as plain:
            error = await self._fails(plain.url.replace("http:", "https:"))
        assert error.cause is Cause.TLS
        assert "version" in str(error.facts["reason"]).lower()

    @pytest.mark.parametrize("reset", [False, True])
    async def test_the_server_hangs_up_in_the_tls_handshake(self, reset: bool) -> None:
        async def script(connection: Connection) -> None:
            await connection.hello()
            if reset:
                connection.reset()

        with hostile_server(script) as plain:
            error = await self._fails(plain.url.replace("http:", "https:"))
        assert error.cause is Cause.TLS

    async def test_the_certificate_is_not_trusted(self) -> None:
        with hostile_server(_over_tls) as server:
            error = await self._fails(server.url.replace("http:", "https:"))
            assert not server.requests
        assert error.cause is Cause.TLS_ISSUER
        assert "certificate" in str(error)

    @pytest.mark.parametrize("name", ["expired", "future"])
    async def test_the_certificate_is_out_of_date(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        pem = PEM.with_name(f"{name}-tls.pem")
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        with hostile_server(partial(_over_tls, pem=pem)) as server:
            error = await self._fails(server.url.replace("http:", "https:"))
            assert not server.requests
        assert error.cause is Cause.TLS_EXPIRED
        assert error.facts["host"] == "127.0.0.1"

    async def test_the_certificate_is_for_another_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
        with hostile_server(_over_tls) as server:
            error = await self._fails(f"https://localhost:{server.port}")
            assert not server.requests
        assert error.cause is Cause.TLS_NAME
        assert "localhost" in str(error)

    async def test_what_is_given_up_in_the_tls_handshake_ends_so(self) -> None:
        with hostile_server(falling_silent()) as mute:
            async with GettClient(mute.url.replace("http:", "https:"), secret()) as client:
                task = asyncio.create_task(client.cancel("id-1"))
                while not mute.connections:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.02)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

    async def test_all_connections_are_taken(self, server: HostileServer) -> None:
        server.script = falling_silent()
        async with GettClient(server.url, secret(), timeouts=Timeouts(pool=0.1)) as client:
            reads = [asyncio.create_task(client.status("id-1")) for _ in range(10)]
            while len(server.requests) < 10:
                await asyncio.sleep(0.01)
            with pytest.raises(NotSentError, match="too many") as caught:
                await client.status("id-1")
            for task in reads:
                task.cancel()
            await asyncio.gather(*reads, return_exceptions=True)
            assert (caught.value.cause, caught.value.facts["reason"]) == (Cause.LOCAL, str(caught.value))
            # What was given up frees its connection.
            server.script = answering(whole(200, ONBOARDING))
            await client.status("id-1")

    async def test_the_client_is_closed(self, server: HostileServer) -> None:
        client = GettClient(server.url, secret())
        await client.aclose()
        with pytest.raises(NotSentError) as caught:
            await client.status("id-1")
        assert caught.value.cause is Cause.LOCAL


async def test_an_embedded_gett_that_crashes_leaves_the_outcome_unknown() -> None:
    def crash(request: httpx.Request) -> httpx.Response:
        raise KeyError(request.headers["Authorization"])

    async with GettClient("https://gett.test", secret(), transport=httpx.MockTransport(crash)) as client:
        with pytest.raises(NoAnswerError) as caught:
            await client.cancel("id-1")
    assert_keyless(caught.value)


LARGE = REGISTRATION.model_copy(update={"name": "x" * 30_000_000})
"""More than the buffers of both ends of a loopback connection can hold."""


async def test_a_server_that_takes_nothing_is_not_waited_for_without_end() -> None:
    async def deaf(connection: Connection) -> None:
        await asyncio.sleep(60)

    with hostile_server(deaf) as server:
        async with GettClient(server.url, secret(), timeouts=Timeouts(write=0.1, read=600, total=600)) as client:
            with pytest.raises(NoAnswerError) as caught:
                await client.register(LARGE)
    assert caught.value.cause is Cause.TIMEOUT


async def test_a_connection_that_is_lost_while_it_is_written_to_leaves_the_outcome_unknown() -> None:
    async def script(connection: Connection) -> None:
        await connection.hello()
        connection.reset()

    with hostile_server(script) as server:
        async with GettClient(server.url, secret()) as client:
            with pytest.raises(NoAnswerError) as caught:
                await client.register(LARGE)
    assert caught.value.cause is Cause.BROKEN


async def test_giving_up_is_passed_on(server: HostileServer) -> None:
    server.script = falling_silent()
    async with GettClient(server.url, secret()) as client:
        task = asyncio.create_task(client.cancel("id-1"))
        while not server.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


class TestEnvironment:
    """Proxies and certificates that the environment names."""

    @pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
    async def test_loopback_never_goes_through_a_proxy(
        self, server: HostileServer, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        with hostile_server(answering(whole(200, ONBOARDING))) as proxy:
            monkeypatch.setenv(name, proxy.url)
            async with GettClient(server.url, secret()) as client:
                await client.status("id-1")
                await client.cancel("id-1")
            assert proxy.connections == 0

    async def test_a_proxy_sees_neither_key_nor_content(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def tunnel(connection: Connection) -> None:
            assert (await connection.request()).startswith(b"CONNECT gett.test:443 ")
            await connection.send(head(200))
            await _over_tls(connection)

        monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
        with hostile_server(tunnel) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
            async with GettClient("https://gett.test", secret()) as client:
                assert (await client.status("id-1")).onboarding_id == "id-1"
            assert not shows_key(proxy.requests[0])
            assert b"proxy-authorization" not in proxy.requests[0].lower()
            assert shows_key(proxy.requests[1])

    @pytest.mark.parametrize(
        ("script", "cause", "status"),
        [
            (breaking_off(whole(407, "Password?", "Proxy-Authenticate: Basic")), Cause.PROXY_STATUS, 407),
            (breaking_off(whole(503)), Cause.PROXY_STATUS, 503),
            (breaking_off(whole(200, "<html>Sign in</html>", "Content-Type: text/html")), Cause.PROXY_TUNNEL, None),
            (breaking_off(head(200) + b"HTTP/1.1 400 Bad Request\r\n\r\n"), Cause.PROXY_TUNNEL, None),
            (breaking_off(head(200)), Cause.PROXY_TUNNEL, None),
            (breaking_off(), Cause.PROXY, None),
            (breaking_off(b"no proxy at all\r\n\r\n"), Cause.PROXY, None),
            (falling_silent(), Cause.PROXY_TIMEOUT, None),
        ],
    )
    @pytest.mark.parametrize("timeouts", [Timeouts(read=0.2), Timeouts(total=0.3)])
    async def test_a_proxy_that_fails_is_named_and_nothing_was_sent(
        self, monkeypatch: pytest.MonkeyPatch, script: Any, cause: Cause, status: int | None, timeouts: Timeouts
    ) -> None:
        with hostile_server(script) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//user:proxy-password@"))
            async with GettClient("https://gett.test", secret(), timeouts=timeouts) as client:
                with pytest.raises(NotSentError) as caught:
                    await client.register(REGISTRATION)
            assert not any(shows_key(request) for request in proxy.requests)
        assert (caught.value.cause, caught.value.facts.get("status")) == (cause, status)
        assert (caught.value.facts["proxy"], caught.value.facts["variable"]) == (proxy.url, "HTTPS_PROXY")
        assert "proxy-password" not in str(caught.value) + str(caught.value.facts)
        assert "proxy" in sentence(caught.value)
        assert_keyless(caught.value)

    async def test_a_proxy_that_is_not_there_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{unused.getsockname()[1]}")
            async with GettClient("https://gett.test", secret()) as client:
                with pytest.raises(NotSentError) as caught:
                    await client.cancel("id-1")
        assert caught.value.cause is Cause.PROXY_REFUSED
        assert "refused" in str(caught.value)

    async def test_a_proxy_whose_name_is_unknown_is_not_taken_for_gett(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*args: object, **named: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        async with GettClient("https://gett.test", secret(), env={"HTTPS_PROXY": "proxy.test:1"}) as client:
            with pytest.raises(NotSentError) as caught:
                await client.cancel("id-1")
        assert (caught.value.cause, caught.value.facts["proxy"]) == (Cause.PROXY_DNS, "http://proxy.test:1")

    @pytest.mark.parametrize(
        ("number", "cause"),
        [(errno.EIO, Cause.PROXY_REFUSED), (errno.EMFILE, Cause.LOCAL), (errno.ENETDOWN, Cause.PROXY_UNREACHABLE)],
    )
    async def test_what_keeps_from_the_proxy_is_told_of_the_proxy_or_of_this_machine(
        self, monkeypatch: pytest.MonkeyPatch, number: int, cause: Cause
    ) -> None:
        _connecting(monkeypatch, lambda: _fail(OSError(number, "no")))
        async with GettClient("https://gett.test", secret(), env={"HTTPS_PROXY": "http://127.0.0.1:1"}) as client:
            with pytest.raises(NotSentError) as caught:
                await client.cancel("id-1")
        assert caught.value.cause is cause

    async def test_a_proxy_over_tls_that_hangs_up_is_not_taken_for_one_without_tls(self) -> None:
        async def hanging_up_later(connection: Connection) -> None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(PEM)
            await connection.start_tls(context)
            await connection.request()

        with hostile_server(hanging_up_later) as proxy:
            env = {"HTTPS_PROXY": proxy.url.replace("http:", "https:"), "SSL_CERT_FILE": str(PEM)}
            async with GettClient("https://gett.test", secret(), env=env) as client:
                with pytest.raises(NotSentError) as caught:
                    await client.status("id-1")
        assert caught.value.cause is Cause.PROXY

    async def test_a_proxy_gets_the_user_and_the_password_of_its_url(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with hostile_server(breaking_off(whole(407))) as proxy:
            url = proxy.url.replace("//", "//us%40er:pass:w%C3%B6rd@")
            async with GettClient("https://gett.test", secret(), env={"HTTPS_PROXY": url}) as client:
                with pytest.raises(NotSentError):
                    await client.cancel("id-1")
        login = base64.b64encode("us@er:pass:wörd".encode()).decode()
        assert f"proxy-authorization: basic {login}".lower() in proxy.requests[0].decode().lower()
        assert b"gett.test:443" in proxy.requests[0]

    async def test_gett_s_certificate_is_checked_behind_a_proxy_too(self) -> None:
        async def tunnel(connection: Connection) -> None:
            await connection.request()
            await connection.send(head(200))
            await _over_tls(connection)

        with hostile_server(tunnel) as proxy:
            async with GettClient("https://gett.test", secret(), env={"HTTPS_PROXY": proxy.url}) as client:
                with pytest.raises(NotSentError) as caught:
                    await client.status("id-1")
            assert len(proxy.requests) == 1
        assert caught.value.cause is Cause.TLS_ISSUER

    @pytest.mark.parametrize("trusted", [True, False])
    async def test_a_proxy_over_tls_is_checked_and_named(self, trusted: bool) -> None:
        async def refusing(connection: Connection) -> None:
            await _over_tls(connection, answer=whole(403))

        with hostile_server(refusing) as proxy:
            env = {"HTTPS_PROXY": proxy.url.replace("http:", "https:"), "SSL_CERT_FILE": str(PEM) if trusted else ""}
            async with GettClient("https://gett.test", secret(), env=env) as client:
                with pytest.raises(NotSentError) as caught:
                    await client.status("id-1")
            assert len(proxy.requests) == trusted
        assert caught.value.cause is (Cause.PROXY_STATUS if trusted else Cause.PROXY_TLS)

    @pytest.mark.parametrize(
        "proxy", ["socks5://user:proxy-password@127.0.0.1:1", "ftp://127.0.0.1", "http://[::1", "http://h:port"]
    )
    def test_a_proxy_that_cannot_be_used_is_explained(self, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
        monkeypatch.setenv("ALL_PROXY", proxy)
        with pytest.raises(ConfigError, match="proxy in ALL_PROXY") as caught:
            GettClient("https://gett.test", secret())
        assert "proxy-password" not in str(caught.value)

    async def test_certificates_of_the_environment_are_trusted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
        with hostile_server(_over_tls) as server:
            async with GettClient(server.url.replace("http:", "https:"), secret()) as client:
                assert (await client.status("id-1")).status == "pending_catalog"

    @pytest.mark.parametrize("name", ["missing.pem", "garbage.pem"])
    def test_certificates_that_cannot_be_read_are_explained(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
    ) -> None:
        (tmp_path / "garbage.pem").write_text("no certificate")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / name))
        with pytest.raises(ConfigError, match="SSL_CERT_FILE"):
            GettClient("https://gett.test", secret())


async def _over_tls(connection: Connection, *, pem: Path = PEM, answer: bytes = whole(200, ONBOARDING)) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    await connection.start_tls(context)
    await answering(answer)(connection)


async def _greeting(connection: Connection) -> None:
    await connection.send(b"220 mail.example ESMTP\r\n")
    await connection.closed()


async def _fail(error: Exception) -> None:
    raise error


def _connecting(monkeypatch: pytest.MonkeyPatch, instead: Callable[[], Any]) -> None:
    async def connect(*args: object, **named: object) -> None:
        await instead()

    monkeypatch.setattr(asyncio.BaseEventLoop, "create_connection", connect)
