"""Calls to the simulated Gett that its tests share."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
from sandbox_server import Live

STORES = "/v1/commerce/onboarding/stores"
KEY = {"Authorization": "Bearer test-key-sandbox"}
ELSEWHERE = "https://hooks.example/x"


def body(catalog: str, webhook: str = ELSEWHERE, partner: str = "p-1") -> dict[str, str]:
    return {"partnerStoreId": partner, "name": "Bakery", "catalogCallbackUrl": catalog, "webhookUrl": webhook}


def client(live: Live | str) -> httpx.Client:
    return httpx.Client(base_url=live if isinstance(live, str) else live.url, headers=KEY, trust_env=False)


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.02)
