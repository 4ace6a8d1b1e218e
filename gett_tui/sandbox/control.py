"""The routes under ``/_sandbox``, which are not Gett's: a test looks at what happened and steers what comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gett_tui.sandbox.bodies import BodyError, read_object
from gett_tui.sandbox.faults import AFTER, BEFORE
from gett_tui.sandbox.settings import Settings, changed

if TYPE_CHECKING:
    from starlette.requests import Request

    from gett_tui.sandbox.simulation import Sandbox

_PATH = "/_sandbox"


def routes(sandbox: Sandbox) -> list[Route]:
    """GET looks, POST steers; neither asks for a key."""

    async def look(_: Request) -> Response:
        return JSONResponse(_seen(sandbox))

    async def steer(request: Request) -> Response:
        try:
            _checked(sandbox, await read_object(request)).apply(sandbox)
        except (BodyError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({})

    return [Route(_PATH, look, methods=["GET"]), Route(_PATH, steer, methods=["POST"])]


def _seen(sandbox: Sandbox) -> dict[str, Any]:
    known = [
        {**sandbox.state.wire(one, with_null=True), "cancelled": one.cancelled, "sent": one.sent}
        for one in sandbox.state.onboardings.values()
    ]
    return {
        "onboardings": known,
        "journal": sandbox.state.journal,
        "requests": len(sandbox.requests),
        "orders": [] if sandbox.orders is None else [order.as_json() for order in sandbox.orders.results],
    }


@dataclass(frozen=True, slots=True)
class _Steering:
    """What a test wants, checked as a whole before anything of it is done."""

    faults: list[str]
    settings: Settings
    statuses: dict[str, str | None]

    def apply(self, sandbox: Sandbox) -> None:
        sandbox.faults.extend(self.faults)
        sandbox.settings = self.settings
        for identifier, status in self.statuses.items():
            known = sandbox.state.onboardings[identifier]
            known.forced = status
            if status is None and not known.pulled:
                sandbox.pulls.plan(known)


def _checked(sandbox: Sandbox, wanted: dict[str, Any]) -> _Steering:
    """``{"faults": [name], "settings": {name: value}, "status": {onboarding id: any word, or null for its own}}``."""
    unknown = wanted.keys() - {"faults", "settings", "status"}
    if unknown:
        raise ValueError(f"only faults, settings and status can be steered, not {sorted(unknown)[0]!r}")
    settings = changed(sandbox.settings, _object(wanted, "settings"))
    return _Steering(_faults(wanted), settings, _statuses(sandbox, wanted))


def _object(wanted: dict[str, Any], name: str) -> dict[str, Any]:
    value = wanted.get(name, {})
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object")
    return cast("dict[str, Any]", value)


def _faults(wanted: dict[str, Any]) -> list[str]:
    faults = wanted.get("faults", [])
    if not isinstance(faults, list):
        raise ValueError("faults must be a list")
    for name in cast("list[object]", faults):
        if not isinstance(name, str) or (name not in BEFORE and name not in AFTER):
            raise ValueError(f"there is no fault {name!r}; there are {', '.join([*BEFORE, *AFTER])}")
    return cast("list[str]", faults)


def _statuses(sandbox: Sandbox, wanted: dict[str, Any]) -> dict[str, str | None]:
    statuses = _object(wanted, "status")
    for identifier, status in statuses.items():
        if identifier not in sandbox.state.onboardings:
            raise ValueError(f"there is no onboarding {identifier!r}")
        if status is not None and not isinstance(status, str):
            raise ValueError("a status must be text, or null for the onboarding's own")
    return statuses
