"""Problem answers as the fact sheet documents them (section 2.2 and 2.5, D): RFC 9457 with Gett's own members."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from gett_tui.sandbox.state import utc

if TYPE_CHECKING:
    from starlette.requests import Request

    from gett_tui.sandbox.simulation import Sandbox

_CODES = {
    400: ("INVALID_REQUEST", "validation"),
    401: ("UNAUTHENTICATED", "authentication"),
    403: ("FORBIDDEN", "authorization"),
    404: ("NOT_FOUND", "not_found"),
    409: ("CONFLICT", "conflict"),
    422: ("VALIDATION_FAILED", "validation"),
    429: ("RATE_LIMITED", "rate_limit"),
    500: ("INTERNAL_ERROR", "server_error"),
    503: ("SERVICE_UNAVAILABLE", "availability"),
}
"""errorCode and errorCategory of each status; of others the sheet knows none (2.5)."""
_RETRYABLE = (429, 500, 503)
_TITLES = {422: "Unprocessable Content"}
"""Status phrases that RFC 9110 has renamed since."""


def problem(
    sandbox: Sandbox,
    request: Request,
    code: int,
    detail: str,
    *,
    items: list[dict[str, str]] | None = None,
    retry_after: float | None = None,
) -> Response:
    """The answer that says no with HTTP status ``code``; ``retry_after`` is in seconds."""
    slug, category = _CODES.get(code, _CODES[400] if code < 500 else _CODES[500])
    body: dict[str, Any] = {
        "type": f"https://developer.gett-tech.com/errors/{slug}",
        "title": _TITLES.get(code) or HTTPStatus(code).phrase,
        "status": code,
    }
    if not sandbox.settings.bare_problems:
        sandbox.serial += 1
        body |= {
            "detail": detail,
            "instance": request.url.path,
            "requestId": f"req_{sandbox.serial:06d}",
            "timestamp": utc(sandbox.state.now()),
            "errorCode": slug,
            "errorCategory": category,
            "retryable": code in _RETRYABLE,
        }
        if items:
            body["errors"] = items
    if retry_after is not None:
        body["retryAfter"] = retry_after
    return JSONResponse(body, code, media_type="application/problem+json")
