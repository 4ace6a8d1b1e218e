"""Faults that a test orders for the next operation: some strike before it is carried out, some lose its answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from gett_tui.sandbox.problems import problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from gett_tui.sandbox.simulation import Sandbox

    Fault = Callable[[Sandbox, Request], Awaitable[Response]]

_HANGING_SECONDS = 3_600


async def _internal(sandbox: Sandbox, request: Request) -> Response:
    return problem(sandbox, request, 500, "Something went wrong.")


async def _unavailable(sandbox: Sandbox, request: Request) -> Response:
    return problem(sandbox, request, 503, "Not available.", retry_after=1)


async def _rate_limited(sandbox: Sandbox, request: Request) -> Response:
    return problem(sandbox, request, 429, "Too many requests.", retry_after=1)


async def _html(sandbox: Sandbox, request: Request) -> Response:
    return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", 502)


async def _garbled(sandbox: Sandbox, request: Request) -> Response:
    known = next(reversed(sandbox.state.onboardings.values()), None)
    return Response(f'{{"onboardingId": "{known.onboarding_id if known else ""}", "st', 200)


async def _empty(sandbox: Sandbox, request: Request) -> Response:
    return Response(status_code=200)


async def _hang(sandbox: Sandbox, request: Request) -> Response:
    await asyncio.sleep(_HANGING_SECONDS)
    return Response(status_code=500)


BEFORE: dict[str, Fault] = {
    "500-before": _internal,
    "503": _unavailable,
    "429": _rate_limited,
    "html-before": _html,
    "hang-before": _hang,
}
"""The operation is not carried out."""
AFTER: dict[str, Fault] = {
    "500-after": _internal,
    "html-after": _html,
    "garbled": _garbled,
    "empty": _empty,
    "hang-after": _hang,
}
"""The operation is carried out, and its answer is replaced."""
