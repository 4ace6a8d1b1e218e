"""The HTTP client of Gett's onboarding API: four operations, one error tree, and the key added in one place.

The client never sends anything twice by itself: whether that is safe only its caller can know.
"""

from __future__ import annotations

import asyncio
import errno
import json
import math
import socket
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from gett_tui import __version__
from gett_tui.errors import ConfigError
from gett_tui.gett.errors import (
    Cause,
    GettError,
    NoAnswerError,
    NotSentError,
    Outcome,
    Problem,
    ProblemError,
    ProblemItem,
    UnreadableAnswerError,
)
from gett_tui.gett.models import ACTIVATE_PATH, STORE_PATH, STORES_PATH, Onboarding, Registration, Store
from gett_tui.gett.urls import check_base_url, is_loopback
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Mapping

    from gett_tui.gett.secret import Secret

BODY_LIMIT = 1024 * 1024
"""The most that is read of an answer, in bytes."""

_SHOWN = 2_000
_MAX_ITEMS = 50
_MAX_CONNECTIONS = 10

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each part of an exchange, and for the whole of it."""

    connect: float = 10.0
    read: float = 20.0
    write: float = 20.0
    pool: float = 10.0
    total: float = 45.0


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What an answer says about the organisation's quota; None where it does not, or says nonsense."""

    remaining: int | None
    reset_at: float | None
    """Unix seconds (``RATE_LIMITED`` page, D; that the unit is seconds is I)."""
    status: int
    """The HTTP status of that answer."""


class _Bearer(httpx.Auth):
    """Adds the key to requests to the profile's own host, and to no other."""

    def __init__(self, key: Secret, base: httpx.URL) -> None:
        self._key = key
        self._base = base

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        url = request.url
        if (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port):
            request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        yield request


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    """False when the connection broke, or the limit was reached, in the middle of the body."""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


class GettClient:
    """Talks to the Gett at ``base_url`` with ``key``.

    ``transport`` replaces the network (the embedded demo). ``on_answer`` hears of every answer's rate-limit headers,
    with ``"read"`` or ``"write"``. All operations raise GettError and nothing else. Raises ConfigError when the base
    URL or the environment's proxy settings cannot be used.
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
        self._reads = self._http(key, transport, keep_alive=_MAX_CONNECTIONS)
        # A connection that Gett closed while it lay idle would make the outcome of a write unknown: each has its own.
        self._writes = self._http(key, transport, keep_alive=0)

    def _http(self, key: Secret, transport: httpx.AsyncBaseTransport | None, *, keep_alive: int) -> httpx.AsyncClient:
        base = httpx.URL(self._base)
        timeouts = self._timeouts
        try:
            return httpx.AsyncClient(
                auth=_Bearer(key, base),
                headers={
                    "Accept": "application/json, application/problem+json",
                    "Accept-Encoding": "identity",
                    "User-Agent": f"gett-tui/{__version__}",
                },
                timeout=httpx.Timeout(
                    connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=timeouts.pool
                ),
                limits=httpx.Limits(max_connections=_MAX_CONNECTIONS, max_keepalive_connections=keep_alive),
                follow_redirects=False,
                # A proxy in between would see the key in clear when the profile is http to loopback.
                trust_env=not is_loopback(base.host),
                transport=transport,
            )
        except (ImportError, ValueError, httpx.InvalidURL):
            raise ConfigError("A proxy in the environment cannot be used: http:// and https:// proxies can.") from None
        except OSError as error:
            raise ConfigError(f"The certificates cannot be read: {error.strerror}; check SSL_CERT_FILE.") from None

    async def register(self, registration: Registration) -> Onboarding:
        """Register Store. Any 2xx is accepted (the code is U)."""
        answer = await self._exchange("POST", STORES_PATH, "write", registration.wire())
        return _read_onboarding(answer)

    async def status(self, onboarding_id: str) -> Onboarding:
        """Get Onboarding Status. An answer about another onboarding is UnreadableAnswerError."""
        answer = await self._exchange("GET", _path(STORE_PATH, onboarding_id), "read")
        onboarding = _read_onboarding(answer)
        if onboarding.onboarding_id != onboarding_id:
            raise _unreadable(answer, "Gett answered about another onboarding", Outcome.UNKNOWN)
        return onboarding

    async def cancel(self, onboarding_id: str) -> None:
        """Cancel Onboarding. The body, if any (U), is not looked at."""
        await self._exchange("DELETE", _path(STORE_PATH, onboarding_id), "write")

    async def activate(self, onboarding_id: str) -> Store | None:
        """Activate Store. None when a 2xx comes without a body; an unreadable one is UnreadableAnswerError."""
        answer = await self._exchange("POST", _path(ACTIVATE_PATH, onboarding_id), "write")
        if answer.whole and not answer.body.strip():
            return None
        return _read(answer, Store)

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._reads.aclose()
        await self._writes.aclose()

    async def __aenter__(self) -> GettClient:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def _exchange(self, method: str, path: str, kind: str, body: object = None) -> _Answer:
        client = self._reads if kind == "read" else self._writes
        started = _Progress(sent=self._embedded)
        try:
            async with asyncio.timeout(self._timeouts.total), _explained(started):
                request = client.build_request(
                    method, self._base + path, json=body, extensions={"trace": started.trace}
                )
                response = await client.send(request, stream=True)
                answer = await _drained(response, started)
        except TimeoutError:
            if started.answer is None:
                raise _timed_out(started) from None
            answer = started.answer
        if self._on_answer is not None:
            self._on_answer(kind, _rate_limits(answer))
        return _successful(answer)


class _Progress:
    """How far an exchange has come: whether the request began to leave, and what has arrived of the answer."""

    def __init__(self, *, sent: bool) -> None:
        self.sent = sent
        self.answer: _Answer | None = None

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        if "send_request_headers.started" in event:
            self.sent = True


async def _drained(response: httpx.Response, started: _Progress) -> _Answer:
    body = b""
    headers = {name.lower(): value for name, value in response.headers.items()}
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            started.answer = _Answer(response.status_code, headers, body[:BODY_LIMIT], whole=False)
            if len(body) > BODY_LIMIT:
                return started.answer
    except (httpx.HTTPError, httpx.StreamError):
        return _Answer(response.status_code, headers, body[:BODY_LIMIT], whole=False)
    finally:
        await response.aclose()
    return _Answer(response.status_code, headers, body, whole=True)


@asynccontextmanager
async def _explained(started: _Progress) -> AsyncGenerator[None]:
    """Turns the HTTP library's errors into ours. None of them is kept: they hold the request, and so the key."""
    failure: GettError | None = None
    try:
        yield
    except (TimeoutError, GettError):
        raise
    except httpx.HTTPError as error:
        failure = _translated(error)
    except (httpx.InvalidURL, httpx.CookieConflict, OSError, ValueError, RuntimeError) as error:
        text = f"the request could not be made ({type(error).__name__})"
        failure = NoAnswerError(Cause.BROKEN, text) if started.sent else NotSentError(Cause.LOCAL, text)
    if failure is not None:
        raise failure


def _translated(error: httpx.HTTPError) -> GettError:
    if isinstance(error, httpx.PoolTimeout):
        return NotSentError(Cause.LOCAL, "too many requests are under way")
    if isinstance(error, httpx.ProxyError):
        return NotSentError(Cause.PROXY, "the proxy refuses the connection")
    if isinstance(error, httpx.ConnectTimeout):
        return NotSentError(Cause.CONNECT_TIMEOUT, "no connection in time")
    if isinstance(error, httpx.ConnectError | httpx.UnsupportedProtocol):
        return _not_connected(error)
    if isinstance(error, httpx.TimeoutException):
        return NoAnswerError(Cause.TIMEOUT, "no answer in time")
    return NoAnswerError(Cause.BROKEN, "the connection broke off")


_CAUSES = {
    errno.ECONNREFUSED: (Cause.REFUSED, "the connection is refused"),
    errno.ENETUNREACH: (Cause.UNREACHABLE, "the network is unreachable"),
    errno.EHOSTUNREACH: (Cause.UNREACHABLE, "the host is unreachable"),
    errno.ETIMEDOUT: (Cause.CONNECT_TIMEOUT, "no connection in time"),
    errno.EMFILE: (Cause.LOCAL, "too many files are open"),
}


def _not_connected(error: BaseException) -> NotSentError:
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
    for link in chain:
        if isinstance(link, socket.gaierror):
            return NotSentError(Cause.DNS, "the host name is not found")
        if isinstance(link, ssl.SSLError):
            reason = one_line(str(getattr(link, "verify_message", "") or link.reason or "handshake failed"), 100)
            return NotSentError(Cause.TLS, f"the TLS connection failed ({reason})")
        known = _CAUSES.get(link.errno or 0) if isinstance(link, OSError) else None
        if known is not None:
            return NotSentError(*known)
    return NotSentError(Cause.REFUSED, "no connection came about")


def _timed_out(started: _Progress) -> GettError:
    if started.sent:
        return NoAnswerError(Cause.TIMEOUT, "no answer in time")
    return NotSentError(Cause.CONNECT_TIMEOUT, "no connection in time")


def _path(template: str, onboarding_id: str) -> str:
    """The path of one onboarding; whatever the id holds, it stays one segment."""
    quoted = quote(onboarding_id, safe="", errors="replace")
    if quoted in ("", ".", ".."):
        raise NotSentError(Cause.LOCAL, "that is no onboarding id")
    return template.format(onboarding_id=quoted)


# -- reading answers


def _successful(answer: _Answer) -> _Answer:
    """``answer`` when it is a 2xx; anything else is raised."""
    if 200 <= answer.status < 300:
        return answer
    if answer.status >= 400:
        raise _problem_error(answer)
    where = ""
    if location := answer.headers.get("location"):
        where = f" to {one_line(_host_of(location), 80)}"
    raise _unreadable(answer, f"a redirect{where}, which is not followed", Outcome.UNKNOWN)


def _host_of(location: str) -> str:
    try:
        return httpx.URL(location).host or "another path"
    except (httpx.InvalidURL, ValueError):
        return "somewhere"


def _unreadable(answer: _Answer, text: str, outcome: Outcome) -> UnreadableAnswerError:
    return UnreadableAnswerError(f"{text} ({answer.status})", status=answer.status, body=answer.text, outcome=outcome)


def _read_onboarding(answer: _Answer) -> Onboarding:
    return _read(answer, Onboarding)


def _read(answer: _Answer, model: type[M]) -> M:
    """The body as ``model``. A JSON object that lacks what is needed still proves that Gett did it."""
    if not answer.whole:
        raise _unreadable(answer, "the answer was cut off", Outcome.UNKNOWN)
    data = _json(answer.body)
    if not isinstance(data, dict):
        raise _unreadable(answer, "the answer is no JSON object", Outcome.UNKNOWN)
    try:
        return model.model_validate(data)
    except (ValidationError, RecursionError, ValueError):
        pass
    raise _unreadable(answer, "the answer lacks what it should hold", Outcome.DONE)


def _json(body: bytes) -> object:
    """The JSON value in ``body``; None when it is none (or is ``null``)."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _problem_error(answer: _Answer) -> ProblemError:
    problem = _problem(answer)
    explained = answer.status != 503 or problem.documented
    not_done = answer.status < 500 or (answer.status == 503 and explained)
    return ProblemError(problem, outcome=Outcome.NOT_DONE if not_done else Outcome.UNKNOWN)


def _problem(answer: _Answer) -> Problem:
    """The RFC 9457 problem in an error answer; nothing but the status is taken for granted (2.2)."""
    after = _retry_after_header(answer.headers.get("retry-after"))
    data = _json(answer.body) if answer.whole else None
    if not isinstance(data, dict):
        return Problem(answer.status, body=answer.text[:_SHOWN], retry_after=after, documented=False)
    members = cast("dict[str, object]", data)
    documented = any(isinstance(members.get(name), str) for name in ("type", "title", "detail", "errorCode"))
    told = _seconds(members.get("retryAfter"))
    retryable = members.get("retryable")
    return Problem(
        status=answer.status,
        title=_text(members.get("title")),
        detail=_text(members.get("detail")),
        error_code=_text(members.get("errorCode")),
        error_category=_text(members.get("errorCategory")),
        retryable=retryable if isinstance(retryable, bool) else None,
        retry_after=told if told is not None else after,
        request_id=_text(members.get("requestId")),
        type=_text(members.get("type")),
        errors=_items(members.get("errors")),
        body="" if documented else answer.text[:_SHOWN],
        documented=documented,
    )


def _text(value: object) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return value[:_SHOWN].encode("utf-8", "replace").decode("utf-8")


def _items(value: object) -> tuple[ProblemItem, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(_item(entry) for entry in cast("list[object]", value)[:_MAX_ITEMS])


def _item(entry: object) -> ProblemItem:
    if not isinstance(entry, dict):
        return ProblemItem(message=_text(entry if isinstance(entry, str) else json.dumps(entry, default=str)))
    raw = cast("dict[str, Any]", entry)
    where = next((raw[name] for name in ("jsonPath", "itemId", "field", "pointer") if raw.get(name)), None)
    return ProblemItem(_text(raw.get("code")), _text(raw.get("message")), _text(where), raw)


def _seconds(value: object) -> float | None:
    """A finite number of seconds that is not negative, else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _retry_after_header(value: str | None) -> float | None:
    """Seconds from a ``Retry-After`` header, in either of its two forms (whether Gett sends it is U)."""
    if value is None:
        return None
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    try:
        until = parsedate_to_datetime(value)
        aware = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
        return max(0.0, (aware - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def _rate_limits(answer: _Answer) -> RateLimits:
    remaining = _seconds(answer.headers.get("x-ratelimit-remaining"))
    return RateLimits(
        remaining=int(remaining) if remaining is not None else None,
        reset_at=_seconds(answer.headers.get("x-ratelimit-reset")),
        status=answer.status,
    )
