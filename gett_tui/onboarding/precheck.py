"""Looks at a catalog as Gett will, before the store is registered; the API key has no part in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gett_tui.catalog.checker import check
from gett_tui.errors import GettTuiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import httpx

    Fetch = Callable[[str], Awaitable[bytes]]

_LIMIT = 10 * 1024 * 1024
_TIMEOUT = 30.0


class DownloadError(GettTuiError):
    """The catalog cannot be downloaded from here; the text says why."""


async def fetch(url: str) -> bytes:
    """The body at ``url``. Redirects are not followed: whether Gett does is U. Raises DownloadError."""
    import httpx

    try:
        async with asyncio.timeout(_TIMEOUT), httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
            return await _read(client, url)
    except TimeoutError:
        raise DownloadError(f"no answer within {_TIMEOUT:.0f} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, ImportError, OSError, ValueError) as error:
        raise DownloadError(str(error) or type(error).__name__) from None


async def _read(client: httpx.AsyncClient, url: str) -> bytes:
    async with client.stream("GET", url) as response:
        if response.status_code != 200:
            raise DownloadError(f"HTTP status {response.status_code}")
        data = bytearray()
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > _LIMIT:
                raise DownloadError("it is larger than 10 MiB")
        return bytes(data)


async def look_at(fetch: Fetch, url: str, partner_store_id: str) -> Sequence[tuple[str, str]]:
    """What is wrong with the catalog at ``url``: (severity, words), worst first; one ``ok`` row when nothing is."""
    try:
        data = await fetch(url)
    except (GettTuiError, ValueError) as error:
        return [("error", f"it cannot be downloaded from this machine: {error}")]
    found = await asyncio.to_thread(check, data, partner_store_id)
    return [(finding.severity.value, str(finding)) for finding in found] or [("ok", "nothing is wrong with it")]
