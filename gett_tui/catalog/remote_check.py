"""Checks the CatalogSet at a URL as Gett will, before the store is registered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from gett_tui.catalog.checker import check
from gett_tui.errors import GettTuiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gett_tui.catalog.download import Fetch


async def check_remote(fetch: Fetch, url: str, partner_store_id: str) -> Sequence[tuple[str, str]]:
    """What is wrong with the catalog at ``url``: (severity, words), worst first; one ``ok`` row when nothing is."""
    try:
        data = await fetch(url)
    except GettTuiError as error:
        return [("error", f"it cannot be downloaded from this machine: {error}")]
    found = await asyncio.to_thread(check, data, partner_store_id)
    return [(finding.severity.value, str(finding)) for finding in found] or [("ok", "nothing is wrong with it")]
