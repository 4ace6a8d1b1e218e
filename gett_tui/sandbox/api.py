"""The simulated Gett over HTTP: the four onboarding operations, stated here by itself from the fact sheet (section 1).

An independent witness: paths, fields, statuses and rules are said anew and nothing is taken from the client, so that a
client that is wrong is contradicted. The routes under ``/_sandbox`` and ``/catalogs`` are not Gett's.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gett_tui.sandbox import control, samples
from gett_tui.sandbox.bodies import BodyError, read_object
from gett_tui.sandbox.faults import AFTER, BEFORE
from gett_tui.sandbox.limits import refusal, with_limits
from gett_tui.sandbox.problems import problem
from gett_tui.sandbox.state import READY

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from gett_tui.sandbox.simulation import Sandbox
    from gett_tui.sandbox.state import Onboarding

    Operation = Callable[[Sandbox, Request], Awaitable[Response]]

_STORES = "/v1/commerce/onboarding/stores"
"""1.1, D."""
_STORE = "/v1/commerce/onboarding/stores/{onboarding_id}"
"""1.1: D for GET, I for DELETE."""
_ACTIVATE = "/v1/commerce/onboarding/stores/{onboarding_id}/activate"
"""1.1: the ``/activate`` is I."""

_URL_FIELDS = ("catalogCallbackUrl", "webhookUrl")
_FIELDS = ("partnerStoreId", "name", *_URL_FIELDS)
"""1.2: the names are D, that all are required is S."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WITHOUT_BODY = (204, 205)


def create_app(sandbox: Sandbox) -> Starlette:
    """The ASGI app of ``sandbox``."""
    app = Starlette(
        routes=[
            Route(_STORES, _handled(sandbox, _register, "write"), methods=["POST"]),
            Route(_STORE, _handled(sandbox, _status, "read"), methods=["GET"]),
            Route(_STORE, _handled(sandbox, _cancel, "write"), methods=["DELETE"]),
            Route(_ACTIVATE, _handled(sandbox, _activate, "write"), methods=["POST"]),
            *control.routes(sandbox),
            *samples.ROUTES,
        ]
    )
    app.state.sandbox = sandbox
    return app


def _handled(sandbox: Sandbox, operation: Operation, kind: str) -> Callable[[Request], Awaitable[Response]]:
    """``operation`` behind the key check, the rate limit and the faults."""

    async def handle(request: Request) -> Response:
        sandbox.pulls.start()
        sandbox.requests.append((request.method, request.url.path))
        if sandbox.settings.delay:
            await asyncio.sleep(sandbox.settings.delay)
        response = refusal(sandbox, request, kind) or await _with_fault(sandbox, operation, request)
        return with_limits(sandbox, response, kind)

    return handle


async def _with_fault(sandbox: Sandbox, operation: Operation, request: Request) -> Response:
    fault = sandbox.faults.popleft() if sandbox.faults else ""
    if fault in BEFORE:
        return await BEFORE[fault](sandbox, request)
    response = await operation(sandbox, request)
    return await AFTER[fault](sandbox, request) if fault in AFTER else response


# -- the operations


async def _register(sandbox: Sandbox, request: Request) -> Response:
    try:
        sent = await read_object(request)
    except BodyError as error:
        return problem(sandbox, request, 400, str(error))
    items = _wrong_fields(sent, https_webhook=sandbox.settings.https_webhook)
    if items:
        return problem(sandbox, request, 422, "Some fields are not valid.", items=items)
    if sandbox.settings.refuse_duplicates and sandbox.state.live_with_partner_id(sent["partnerStoreId"]):
        return problem(sandbox, request, 409, "This partnerStoreId is registered already.")
    made = sandbox.state.register(sent)
    sandbox.pulls.plan(made)
    return _onboarding(sandbox, made, sandbox.settings.register_code)


async def _status(sandbox: Sandbox, request: Request) -> Response:
    known = _known(sandbox, request)
    return known if isinstance(known, Response) else _onboarding(sandbox, known, 200)


async def _cancel(sandbox: Sandbox, request: Request) -> Response:
    known = _known(sandbox, request)
    if isinstance(known, Response):
        return known
    if known.cancelled or known.store_id is not None:
        return problem(sandbox, request, sandbox.settings.wrong_state_code, "The onboarding is not in progress.")
    sandbox.state.cancel(known)
    return _answer({"cancelled": True}, sandbox.settings.cancel_code)


async def _activate(sandbox: Sandbox, request: Request) -> Response:
    known = _known(sandbox, request)
    if isinstance(known, Response):
        return known
    status = sandbox.state.status(known)
    if known.cancelled or status != READY:
        detail = f"Only ready_to_activate can be activated; this is {status}."
        return problem(sandbox, request, sandbox.settings.wrong_state_code, detail)
    store = sandbox.state.activate(known)
    if sandbox.orders is not None:
        sandbox.orders.send(known)
    if sandbox.settings.activate_empty:
        return Response(status_code=sandbox.settings.activate_code)
    return _answer(store, sandbox.settings.activate_code)


# -- what they share


def _known(sandbox: Sandbox, request: Request) -> Onboarding | Response:
    identifier = request.path_params["onboarding_id"]
    if not _UUID.fullmatch(identifier):
        # As on the Marketfront store route: a malformed id is a 404 with no body (2.6).
        return Response(status_code=404)
    known = sandbox.state.onboardings.get(identifier)
    hidden = known is not None and known.cancelled and not sandbox.settings.record_after_cancel
    if known is None or hidden:
        return problem(sandbox, request, 404, "There is no such onboarding.")
    return known


def _onboarding(sandbox: Sandbox, known: Onboarding, code: int) -> Response:
    body = sandbox.state.wire(known, with_null=sandbox.settings.with_null)
    if sandbox.settings.echo_partner_store_id is not None:
        body["partnerStoreId"] = sandbox.settings.echo_partner_store_id
    return _answer(body | dict(sandbox.settings.extra_members), code)


def _answer(body: dict[str, Any], code: int) -> Response:
    return Response(status_code=code) if code in _WITHOUT_BODY else JSONResponse(body, code)


# -- Register's fields


def _wrong_fields(sent: dict[str, Any], *, https_webhook: bool) -> list[dict[str, str]]:
    """The entries of ``errors`` for what is wrong with Register's body (2.4; the codes here are S)."""
    missing = [name for name in _FIELDS if not isinstance(sent.get(name), str) or not sent[name].strip()]
    wrong = [name for name in _URL_FIELDS if name not in missing and not is_web_url(sent[name])]
    if https_webhook and "webhookUrl" not in missing + wrong and urlsplit(sent["webhookUrl"]).scheme != "https":
        wrong.append("webhookUrl")
    return [{"code": "REQUIRED", "message": "must be given", "jsonPath": f"$.{name}"} for name in missing] + [
        {"code": "INVALID_URL", "message": "must be a URL", "jsonPath": f"$.{name}"} for name in wrong
    ]


_URI_CHARACTERS = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
"""RFC 3986: the type of both fields is a URI (1.2, I)."""


def is_web_url(text: str) -> bool:
    """Whether ``text`` is a URI of http or https, in whatever case (RFC 3986, 3.1), with a host."""
    try:
        parts = urlsplit(text)
        is_complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_complete and _URI_CHARACTERS.fullmatch(text) is not None
