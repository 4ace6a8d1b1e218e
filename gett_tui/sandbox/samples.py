"""Sample CatalogSets that the simulated Gett serves for trying things out."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

SLOW_SECONDS = 8.0


def catalog_set(partner_store_id: str, *, dangling: bool = False) -> dict[str, Any]:
    """A small CatalogSet; ``dangling`` makes its section name an item that is not there."""
    days = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    return {
        "catalogSetId": "7b0d6a3e-0f0e-4c55-9a53-2b6f7f3c9d10",
        "storeId": partner_store_id,
        "catalogs": {
            "all-day": {
                "catalogId": "all-day",
                "sectionIds": ["bread"],
                "availability": [{"dayOfWeek": day, "start": "08:00:00", "end": "20:00:00"} for day in days],
            }
        },
        "sections": {
            "bread": {
                "sectionId": "bread",
                "itemIds": ["loaf", "croissant"] if dangling else ["loaf"],
                "sectionIds": [],
            }
        },
        "items": {
            "loaf": {"itemId": "loaf", "basePrice": 4.5, "modifierGroupIds": ["cut"]},
            "sliced": {"itemId": "sliced", "basePrice": 0.2, "modifierGroupIds": []},
        },
        "modifierGroups": {
            "cut": {"modifierGroupId": "cut", "minimumAllowed": 0, "maximumAllowed": 1, "itemIds": ["sliced"]}
        },
    }


async def _serve(request: Any) -> Response:
    kind = request.path_params["kind"]
    partner_store_id = request.query_params.get("store", "sample-store")
    if kind == "not-json":
        return Response("<html><body>This is no catalog.</body></html>", media_type="text/html")
    if kind == "wrong-shape":
        return Response('{"catalogs": []}', media_type="application/json")
    if kind == "slow":
        await asyncio.sleep(SLOW_SECONDS)
    elif kind not in ("good", "dangling"):
        return PlainTextResponse("no such sample", status_code=404)
    body = json.dumps(catalog_set(partner_store_id, dangling=kind == "dangling"))
    return Response(body, media_type="application/json")


NAMES = ("good", "dangling", "not-json", "wrong-shape", "slow")
ROUTES = [Route("/catalogs/{kind}.json", _serve)]
