"""The simulated Gett over HTTP: the four onboarding operations, and every guess about them as a switch.

What the fact sheet documents is fixed; what it marks U is a member of ``Settings``. The routes under ``/_sandbox``
and ``/catalogs`` are not Gett's: they let a test look and steer, and serve sample catalogs.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import httpx
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from gett_tui.catalog.checker import check, errors
from gett_tui.gett.models import ACTIVATE_PATH, STORE_PATH, STORES_PATH
from gett_tui.sandbox import samples
from gett_tui.sandbox.state import READY, State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from gett_tui.sandbox.state import Onboarding

    Download = Callable[[str], Awaitable[bytes]]
    Operation = Callable[[Request], Awaitable[Response]]

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FIELDS = ("partnerStoreId", "name", "catalogCallbackUrl", "webhookUrl")
_CATALOG_LIMIT = 10 * 1024 * 1024
_CATALOG_TIMEOUT = 30.0
_DOWNLOADS = 16
_WINDOW = 60.0

_PHRASES = {
    400: ("INVALID_REQUEST", "validation", "Bad Request"),
    401: ("UNAUTHENTICATED", "authentication", "Unauthorized"),
    403: ("FORBIDDEN", "authorization", "Forbidden"),
    404: ("NOT_FOUND", "not_found", "Not Found"),
    409: ("CONFLICT", "conflict", "Conflict"),
    422: ("VALIDATION_FAILED", "validation", "Unprocessable Content"),
    429: ("RATE_LIMITED", "rate_limit", "Too Many Requests"),
    500: ("INTERNAL_ERROR", "server_error", "Internal Server Error"),
    503: ("SERVICE_UNAVAILABLE", "availability", "Service Unavailable"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """The switches. The defaults are the fact sheet's mock-server profile (section 12, S)."""

    keys: frozenset[str] | None = None
    """Accepted API keys; None accepts any."""
    register_code: int = 201
    """Success code of Register (U: 200, 201 or 202)."""
    cancel_code: int = 204
    """Success code of Cancel (U: 200, 202 or 204); with 204 the body is empty."""
    activate_code: int = 200
    """Success code of Activate (U)."""
    activate_empty: bool = False
    """Whether Activate answers without a body (against D, but a client should survive it)."""
    wrong_state_code: int = 409
    """Code of activate or cancel in the wrong status (U: 409, 400 or 422)."""
    with_null: bool = False
    """Whether storeId and error are null before they apply, instead of absent (U)."""
    record_after_cancel: bool = False
    """Whether GET after Cancel still answers a record, instead of 404 (U)."""
    refuse_duplicates: bool = False
    """Whether a second live registration of a partnerStoreId is a 409 (U)."""
    bare_problems: bool = False
    """Whether problems hold only type, title and status (the only members that look required, I)."""
    reads_per_minute: int = 5_000
    """The read limit of the fixed window (D for the sandbox; that the window is fixed is U)."""
    writes_per_minute: int = 500
    """The write limit of the fixed window (likewise)."""
    delay: float = 0.0
    """Seconds that every answer waits."""


@dataclass(slots=True)
class _Window:
    start: float = 0.0
    used: int = 0


@dataclass(slots=True)
class Sandbox:
    """One simulated Gett: its state, its switches, and the faults that wait for the next operation."""

    state: State
    settings: Settings
    download: Download
    faults: deque[str] = field(default_factory=deque[str])
    """Names of faults, each taken by the next operation: see ``_FAULTS``."""
    requests: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(method, path) of every operation that was asked for."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    windows: dict[str, _Window] = field(default_factory=dict[str, _Window])
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_DOWNLOADS))
    serial: int = 0

    async def aclose(self) -> None:
        """Ends the downloads under way."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    # -- the operations

    async def register(self, request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except (ValueError, RecursionError):
            return self._problem(request, 400, "The body is not JSON.")
        if not isinstance(body, dict):
            return self._problem(request, 400, "The body is no JSON object.")
        sent = cast("dict[str, Any]", body)
        missing = [name for name in _FIELDS if not isinstance(sent.get(name), str) or not sent[name].strip()]
        wrong = [
            name
            for name in ("catalogCallbackUrl", "webhookUrl")
            if name not in missing and not sent[name].startswith(("http://", "https://"))
        ]
        if missing or wrong:
            items = [{"code": "REQUIRED", "message": "must be given", "jsonPath": f"$.{name}"} for name in missing]
            items += [{"code": "INVALID_URL", "message": "must be a URL", "jsonPath": f"$.{name}"} for name in wrong]
            return self._problem(request, 422, "Some fields are not valid.", items)
        if self.settings.refuse_duplicates and self.state.live_with_partner_id(sent["partnerStoreId"]):
            return self._problem(request, 409, "This partnerStoreId is registered already.")
        made = self.state.register(sent)
        return self._onboarding(made, self.settings.register_code)

    async def status(self, request: Request) -> Response:
        known = self._known(request)
        if isinstance(known, Response):
            return known
        if self.state.wants_catalog(known):
            task = asyncio.ensure_future(self._pull(known))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return self._onboarding(known, 200)

    async def cancel(self, request: Request) -> Response:
        known = self._known(request)
        if isinstance(known, Response):
            return known
        if known.cancelled or known.store_id is not None:
            return self._problem(request, self.settings.wrong_state_code, "The onboarding is not in progress.")
        self.state.cancel(known)
        code = self.settings.cancel_code
        return Response(status_code=204) if code == 204 else JSONResponse({"cancelled": True}, code)

    async def activate(self, request: Request) -> Response:
        known = self._known(request)
        if isinstance(known, Response):
            return known
        status = self.state.status(known)
        if known.cancelled or status != READY:
            code = self.settings.wrong_state_code
            return self._problem(request, code, f"Only ready_to_activate can be activated; this is {status}.")
        store = self.state.activate(known)
        if self.settings.activate_empty:
            return Response(status_code=self.settings.activate_code)
        return JSONResponse(store, self.settings.activate_code)

    async def _pull(self, known: Onboarding) -> None:
        """Downloads and checks the catalog, as Gett does after Register (1.5, D)."""
        url = str(known.sent.get("catalogCallbackUrl", ""))
        try:
            async with self.gate:
                data = await self.download(url)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            self.state.catalog_checked(known, f"The catalog cannot be downloaded from {url}: {_short(error)}")
            return
        found = errors(await asyncio.to_thread(check, data, known.partner_store_id))
        self.state.catalog_checked(known, _as_error(found) if found else None)

    # -- what surrounds them

    def handled(self, operation: Operation, kind: str) -> Operation:
        """``operation`` behind the key check, the rate limit and the faults."""

        async def handle(request: Request) -> Response:
            self.requests.append((request.method, request.url.path))
            if self.settings.delay:
                await asyncio.sleep(self.settings.delay)
            refused = self._refused(request, kind)
            if refused is not None:
                return self._limited(refused, kind)
            fault = self.faults.popleft() if self.faults else ""
            if fault in _BEFORE:
                return self._limited(await _BEFORE[fault](self, request), kind)
            response = await operation(request)
            return self._limited(await _AFTER[fault](self, request) if fault in _AFTER else response, kind)

        return handle

    def _refused(self, request: Request, kind: str) -> Response | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        keys = self.settings.keys
        if scheme != "Bearer" or not key or (keys is not None and key not in keys):
            return self._problem(request, 401, "The API key is missing or not valid.")
        window = self._window(kind)
        window.used += 1
        if window.used > self._limit(kind):
            after = max(1, round(window.start + _WINDOW - self.state.now()))
            return self._problem(request, 429, "Too many requests.", retry_after=after)
        return None

    def _limit(self, kind: str) -> int:
        return self.settings.reads_per_minute if kind == "read" else self.settings.writes_per_minute

    def _window(self, kind: str) -> _Window:
        window = self.windows.setdefault(kind, _Window())
        now = self.state.now()
        if now - window.start >= _WINDOW:
            window.start, window.used = now, 0
        return window

    def _limited(self, response: Response, kind: str) -> Response:
        window = self._window(kind)
        response.headers["X-RateLimit-Remaining"] = str(max(0, self._limit(kind) - window.used))
        response.headers["X-RateLimit-Reset"] = str(int(window.start + _WINDOW))
        return response

    def _known(self, request: Request) -> Onboarding | Response:
        identifier = request.path_params["onboarding_id"]
        if not _UUID.fullmatch(identifier):
            # As on the Marketfront store route: a malformed id is a 404 with no body (2.6).
            return Response(status_code=404)
        known = self.state.onboardings.get(identifier)
        hidden = known is not None and known.cancelled and not self.settings.record_after_cancel
        if known is None or hidden:
            return self._problem(request, 404, "There is no such onboarding.")
        return known

    def _onboarding(self, known: Onboarding, code: int) -> Response:
        return JSONResponse(self.state.wire(known, with_null=self.settings.with_null), code)

    def _problem(
        self,
        request: Request,
        code: int,
        detail: str,
        items: list[dict[str, str]] | None = None,
        retry_after: float | None = None,
    ) -> Response:
        slug, category, title = _PHRASES[code]
        body: dict[str, Any] = {
            "type": f"https://developer.gett-tech.com/errors/{slug}",
            "title": title,
            "status": code,
        }
        if not self.settings.bare_problems:
            self.serial += 1
            now = datetime.fromtimestamp(self.state.now(), UTC)
            body |= {
                "detail": detail,
                "instance": request.url.path,
                "requestId": f"req_{self.serial:06d}",
                "timestamp": now.isoformat(timespec="milliseconds")[:-6] + "Z",
                "errorCode": slug,
                "errorCategory": category,
                "retryable": code in (429, 500, 503),
            }
            if items:
                body["errors"] = items
        if retry_after is not None:
            body["retryAfter"] = retry_after
        return JSONResponse(body, code, media_type="application/problem+json")

    # -- faults

    async def fault_500(self, request: Request) -> Response:
        return self._problem(request, 500, "Something went wrong.")

    async def fault_503(self, request: Request) -> Response:
        return self._problem(request, 503, "Not available.", retry_after=1)

    async def fault_429(self, request: Request) -> Response:
        return self._problem(request, 429, "Too many requests.", retry_after=1)

    async def fault_html(self, request: Request) -> Response:
        return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", 502)

    async def fault_garbled(self, request: Request) -> Response:
        known = next(reversed(self.state.onboardings.values()), None)
        return Response(f'{{"onboardingId": "{known.onboarding_id if known else ""}", "st', 200)

    async def fault_empty(self, request: Request) -> Response:
        return Response(status_code=200)

    async def fault_hang(self, request: Request) -> Response:
        await asyncio.sleep(3_600)
        return Response(status_code=500)

    # -- looking and steering, for tests

    async def look(self, request: Request) -> Response:
        known = [
            {**self.state.wire(one, with_null=True), "cancelled": one.cancelled, "sent": one.sent}
            for one in self.state.onboardings.values()
        ]
        return JSONResponse({"onboardings": known, "journal": self.state.journal, "requests": len(self.requests)})

    async def steer(self, request: Request) -> Response:
        """Queues ``faults``, changes ``settings``, and sets statuses (``{"status": {id: status}}``)."""
        wanted = cast("dict[str, Any]", json.loads(await request.body()))
        self.faults.extend(wanted.get("faults", []))
        known = {one.name for one in fields(Settings)} - {"keys"}
        self.settings = replace(
            self.settings, **{name: value for name, value in wanted.get("settings", {}).items() if name in known}
        )
        for identifier, status in wanted.get("status", {}).items():
            self.state.onboardings[identifier].forced = status
        return JSONResponse({})


_BEFORE: dict[str, Callable[[Sandbox, Request], Awaitable[Response]]] = {
    "500-before": Sandbox.fault_500,
    "503": Sandbox.fault_503,
    "429": Sandbox.fault_429,
    "html-before": Sandbox.fault_html,
    "hang-before": Sandbox.fault_hang,
}
_AFTER: dict[str, Callable[[Sandbox, Request], Awaitable[Response]]] = {
    "500-after": Sandbox.fault_500,
    "html-after": Sandbox.fault_html,
    "garbled": Sandbox.fault_garbled,
    "empty": Sandbox.fault_empty,
    "hang-after": Sandbox.fault_hang,
}
"""Faults by name: those that strike before the operation is carried out, and those that lose its answer."""


def create_app(sandbox: Sandbox) -> Starlette:
    """The ASGI app of ``sandbox``."""
    app = Starlette(
        routes=[
            Route(STORES_PATH, sandbox.handled(sandbox.register, "write"), methods=["POST"]),
            Route(STORE_PATH, sandbox.handled(sandbox.status, "read"), methods=["GET"]),
            Route(STORE_PATH, sandbox.handled(sandbox.cancel, "write"), methods=["DELETE"]),
            Route(ACTIVATE_PATH, sandbox.handled(sandbox.activate, "write"), methods=["POST"]),
            Route("/_sandbox", sandbox.look, methods=["GET"]),
            Route("/_sandbox", sandbox.steer, methods=["POST"]),
            *samples.ROUTES,
        ]
    )
    app.state.sandbox = sandbox
    return app


async def fetch(url: str) -> bytes:
    """Downloads a catalog over the network. Raises httpx.HTTPError, ValueError."""
    async with httpx.AsyncClient(timeout=_CATALOG_TIMEOUT, follow_redirects=False) as client:
        return await read_catalog(client, url)


async def read_catalog(client: httpx.AsyncClient, url: str) -> bytes:
    """The body at ``url``, at most 10 MiB. Raises httpx.HTTPError, ValueError."""
    async with client.stream("GET", url) as response:
        if response.status_code != 200:
            raise ValueError(f"HTTP status {response.status_code}")
        data = b""
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > _CATALOG_LIMIT:
                raise ValueError("larger than 10 MiB")
        return data


def _short(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return str(error) or type(error).__name__


def _as_error(found: list[Any]) -> str:
    shown = "; ".join(str(finding) for finding in found[:3])
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    return f"The catalog has {len(found)} error{'s' if len(found) > 1 else ''}: {shown}{more}"
