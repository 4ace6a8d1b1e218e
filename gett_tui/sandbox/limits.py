"""Who is let in, and how often: the API key and the rate limits of the simulated Gett (section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gett_tui.sandbox.problems import problem

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from gett_tui.sandbox.simulation import Sandbox

_PERIOD = 60.0


@dataclass(slots=True)
class Window:
    """One fixed window of a minute (that it is fixed is U); ``start`` is in seconds of the state's clock."""

    start: float = 0.0
    used: int = 0


def refusal(sandbox: Sandbox, request: Request, kind: str) -> Response | None:
    """Counts a request of ``kind`` (read or write) and says no to one without a right key, or over the limit."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    keys = sandbox.settings.keys
    if scheme != "Bearer" or not key or (keys is not None and key not in keys):
        return problem(sandbox, request, 401, "The API key is missing or not valid.")
    window = _window(sandbox, kind)
    window.used += 1
    if window.used > _limit(sandbox, kind):
        after = max(1, round(window.start + _PERIOD - sandbox.state.now()))
        return problem(sandbox, request, 429, "Too many requests.", retry_after=after)
    return None


def with_limits(sandbox: Sandbox, response: Response, kind: str) -> Response:
    """``response`` with the two documented headers (D; that they come with every answer is U)."""
    window = _window(sandbox, kind)
    response.headers["X-RateLimit-Remaining"] = str(max(0, _limit(sandbox, kind) - window.used))
    response.headers["X-RateLimit-Reset"] = str(int(window.start + _PERIOD))
    return response


def _limit(sandbox: Sandbox, kind: str) -> int:
    return sandbox.settings.reads_per_minute if kind == "read" else sandbox.settings.writes_per_minute


def _window(sandbox: Sandbox, kind: str) -> Window:
    window = sandbox.windows.setdefault(kind, Window())
    now = sandbox.state.now()
    # A clock that was put back would else hold the window open for as long.
    if not 0 <= now - window.start < _PERIOD:
        window.start, window.used = now, 0
    return window
