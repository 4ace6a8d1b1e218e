"""The HTTP client of Gett's onboarding API: its four operations, and what their answers must hold.

The client never sends anything twice by itself: whether that is safe only its caller can know.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote

from gett_tui.errors import Cause, ConfigError
from gett_tui.gett.answer import Answer, RateLimits
from gett_tui.gett.connections import Connections
from gett_tui.gett.errors import GettError, NotSentError
from gett_tui.gett.exchange import Exchange, Exchanger, Timeouts
from gett_tui.gett.key_shape import key_problem
from gett_tui.gett.models import ACTIVATE_PATH, STORE_PATH, STORES_PATH, Onboarding, Registration, Store
from gett_tui.gett.proxies import WAY_VARIABLES, Way, certificates, way_to
from gett_tui.gett.secret import without_key
from gett_tui.gett.urls import check_base_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from gett_tui.gett.secret import Secret

__all__ = ["Exchange", "GettClient", "RateLimits", "Timeouts"]


class GettClient:
    """Talks to the Gett at ``base_url`` with ``key``.

    ``transport`` replaces the network (the embedded demo). ``on_answer`` hears of every answer's rate-limit headers,
    with ``"read"`` or ``"write"``; ``on_exchange`` of every exchange, answered or not. ``env`` names proxies and
    certificates (the process's own environment when it is None). All operations raise GettError and nothing else.
    Raises ConfigError when the base URL, the key or the environment's proxies or certificates cannot be used. Reads
    files, so it is not made in the event loop.
    """

    def __init__(
        self,
        base_url: str,
        key: Secret,
        *,
        timeouts: Timeouts | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        on_answer: Callable[[str, RateLimits], None] | None = None,
        on_exchange: Callable[[Exchange], None] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        base = check_base_url(base_url)
        _check_key(key)
        env = os.environ if env is None else env
        _check_environment(key, env)
        self._on_answer = on_answer
        self._on_exchange = on_exchange
        way, reads, writes = _lines(base, transport, env)
        self._exchanger = Exchanger(
            base,
            key,
            way,
            reads=reads,
            writes=writes,
            timeouts=timeouts or Timeouts(),
            is_embedded=transport is not None,
            observer=self._heard,
        )

    async def register(self, registration: Registration) -> Onboarding:
        """Register Store. Any 2xx is accepted (the code is U). Whose store the answer names, the caller judges."""
        answer = await self._exchange("POST", STORES_PATH, "write", registration)
        return answer.read(Onboarding)

    async def status(self, onboarding_id: str) -> Onboarding:
        """Get Onboarding Status. An answer about another onboarding is UnreadableAnswerError."""
        answer = await self._exchange("GET", _path(STORE_PATH, onboarding_id), "read")
        onboarding = answer.read(Onboarding)
        if onboarding.onboarding_id != onboarding_id:
            raise answer.unreadable("Gett answered about another onboarding")
        return onboarding

    async def cancel(self, onboarding_id: str) -> None:
        """Cancel Onboarding. What the body holds is U; what is surely not of this is UnreadableAnswerError."""
        answer = await self._exchange("DELETE", _path(STORE_PATH, onboarding_id), "write")
        answer.check_done(onboarding_id)

    async def activate(self, onboarding_id: str) -> Store | None:
        """Activate Store. None when a 2xx comes without a body; an unreadable one is UnreadableAnswerError."""
        answer = await self._exchange("POST", _path(ACTIVATE_PATH, onboarding_id), "write")
        if not answer.cut and answer.body.strip() in (b"", b"null"):
            return None
        return answer.read(Store)

    async def aclose(self) -> None:
        """Closes all connections."""
        await self._exchanger.aclose()

    async def __aenter__(self) -> GettClient:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def _exchange(self, method: str, path: str, kind: str, body: Registration | None = None) -> Answer:
        """A 2xx answer. Errors are raised here, where no frame holds the request and so the key."""
        result = await self._exchanger.send(method, path, kind, body)
        if isinstance(result, GettError):
            raise result
        return result

    def _heard(self, exchange: Exchange) -> None:
        if self._on_answer is not None and exchange.limits is not None:
            self._on_answer(exchange.kind, exchange.limits)
        if self._on_exchange is not None:
            self._on_exchange(exchange)


def _lines(
    base: str, transport: httpx.AsyncBaseTransport | None, env: Mapping[str, str]
) -> tuple[Way, httpx.AsyncBaseTransport, httpx.AsyncBaseTransport]:
    """The way to ``base``, and what carries reads and writes."""
    if transport is not None:
        return Way(None, "embedded"), transport, transport
    way, context = way_to(base, env), certificates(env)
    # A connection that Gett closed while it lay idle would make the outcome of a write unknown: each has its own.
    return (
        way,
        Connections(context, way.proxy, keep_alive=True),
        Connections(context, way.proxy, keep_alive=False),
    )


def _check_key(key: Secret) -> None:
    problem = key_problem(key.reveal())
    if problem is not None:
        raise ConfigError(f"The API key {problem}.")


def _check_environment(key: Secret, env: Mapping[str, str]) -> None:
    """Raises ConfigError when a variable that says how Gett is reached holds the key: its words would show it."""
    for name in WAY_VARIABLES:
        value = env.get(name, "").encode("utf-8", "surrogateescape")
        if without_key(value, key) is not value:
            raise ConfigError(f"{name} holds the API key, which would be sent elsewhere and shown.")


def _path(template: str, onboarding_id: str) -> str:
    """The path of one onboarding; whatever the id holds, it stays one segment."""
    try:
        quoted = quote(onboarding_id, safe="")
    except UnicodeEncodeError:
        quoted = ""
    if quoted in ("", ".", ".."):
        why = "that is no onboarding id"
        raise NotSentError(Cause.LOCAL, why, facts={"reason": why})
    return template.format(onboarding_id=quoted)
