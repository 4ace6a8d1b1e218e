"""Reads a JSON body so that nothing in it can break what is done with it later.

Gett's own limits are U. What cannot be written again as JSON (half a surrogate pair, NaN, infinity), what is said twice
(a member of that name is there already), what is nested too deeply, too long, or no object, is refused (S).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

_LIMIT = 1024 * 1024
_DEPTH = 64


class BodyError(ValueError):
    """The body cannot be used; the text says why."""


async def read_object(request: Request) -> dict[str, Any]:
    """The JSON object in the body of ``request``. Raises BodyError."""
    value = _parsed(await _read(request))
    if not isinstance(value, dict):
        raise BodyError("The body is no JSON object.")
    return cast("dict[str, Any]", value)


async def _read(request: Request) -> bytes:
    data = bytearray()
    try:
        async for chunk in request.stream():
            data += chunk
            if len(data) > _LIMIT:
                raise BodyError("The body is larger than 1 MiB.")
    except ClientDisconnect:
        raise BodyError("The body is cut off.") from None
    return bytes(data)


def _parsed(data: bytes) -> object:
    try:
        value = json.loads(data.decode(), object_pairs_hook=_members)
        if max(_depths(value)) > _DEPTH:
            raise BodyError("The body is nested too deeply.")
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except BodyError:
        raise
    except (ValueError, RecursionError):
        raise BodyError("The body is not JSON.") from None
    return value


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise BodyError("The body has a member twice.")
    return members


def _depths(value: object) -> Iterator[int]:
    """The depth of every value within ``value``."""
    todo: list[tuple[object, int]] = [(value, 0)]
    while todo:
        one, depth = todo.pop()
        yield depth
        todo += [(inner, depth + 1) for inner in _inner(one)]


def _inner(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(cast("dict[str, object]", value).values())
    return cast("list[object]", value) if isinstance(value, list) else []
