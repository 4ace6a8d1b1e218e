"""Sends sample orders to a store's webhook once it is live, as Gett will (section 6), and keeps what came back.

First ``POST {webhookUrl}/validate``, then, when that is taken with a 2xx, ``POST {webhookUrl}/place`` (D-old; that a
refused order is not placed is I). The addresses are put together as the sheet writes them, by adding the path to the
text: a webhook URL that ends in a slash gives ``//validate`` (I). The members of the order beyond those the sheet names
are S. Signed as the guide for distribution partners says (D there; that it covers these webhooks is I); where a partner
gets the webhook secret from is unknown (U: no answer of the API holds one). How long Gett waits for an answer is U.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import json
import math
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from gett_tui.catalog.download import DownloadError, client_to, explained, late
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from gett_tui.sandbox.state import Onboarding

API_VERSION = "2026-01-30"
_SECONDS = 10.0
_AT_ONCE = 16
_ANSWER_LIMIT = 64 * 1024
_KEPT = 1_000
_LINE = 200


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one sample order; all text is inert."""

    onboarding_id: str
    partner_store_id: str
    step: str
    """``validate`` or ``place``."""
    url: str
    status: int | None
    """The HTTP status of the answer; None without one."""
    answer: str
    """The first line of the answer's body."""
    seconds: float
    """From sending to the end of the answer."""
    trouble: str | None = None
    """Why there is no answer."""

    def as_json(self) -> dict[str, Any]:
        """The members as ``/_sandbox`` shows them."""
        return asdict(self)

    def __str__(self) -> str:
        said = self.trouble or f"{self.status} in {self.seconds * 1000:.0f} ms: {self.answer}"
        return one_line(f"Order {self.step} for {self.partner_store_id} to {self.url}: {said}", 400)


def _say_nothing(_: Result) -> None:
    pass


@dataclass(slots=True)
class Orders:
    """Without a ``secret`` orders go unsigned; to other hosts than this machine they go with ``anywhere`` only."""

    secret: bytes | None = field(default=None, repr=False)
    anywhere: bool = False
    report: Callable[[Result], None] = _say_nothing
    """Hears each result, in the event loop."""
    seconds: float = _SECONDS
    """For one order, all in all."""
    results: deque[Result] = field(default_factory=lambda: deque[Result](maxlen=_KEPT))
    """The last ones."""
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    _under_way: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def send(self, known: Onboarding) -> None:
        """Begins to send the sample orders for ``known``; the caller waits for nothing and hears of no failure."""
        task = asyncio.create_task(self._send(known))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _send(self, known: Onboarding) -> None:
        order = sample_order(known)
        async with self._slots:
            validated = await self._step(known, "validate", order)
            if validated.status is not None and httpx.codes.is_success(validated.status):
                # "where it applies" (6.1); what one looks like is U.
                await self._step(known, "place", {**order, "paymentToken": "sample-payment-token"})

    async def _step(self, known: Onboarding, step: str, order: dict[str, Any]) -> Result:
        url = f"{known.sent.get('webhookUrl', '')}/{step}"
        began = time.monotonic()
        status, answer, trouble = None, "", None
        try:
            status, answer = await self._exchange(url, json.dumps(order, allow_nan=False).encode())
        except DownloadError as error:
            trouble = str(error)
        except Exception as error:  # an order that fails is told, and never hurts the simulation
            trouble = f"it could not be sent ({type(error).__name__})"
        result = Result(
            onboarding_id=known.onboarding_id,
            partner_store_id=one_line(known.partner_store_id, _LINE),
            step=step,
            url=one_line(url, _LINE),
            status=status,
            answer=answer,
            seconds=round(time.monotonic() - began, 3),
            trouble=trouble,
        )
        self.results.append(result)
        self.report(result)
        return result

    async def _exchange(self, url: str, body: bytes) -> tuple[int, str]:
        if not self.anywhere and not _is_on_this_machine(url):
            raise DownloadError("not sent: it is not on this machine; gett-tui sandbox --orders sends anywhere")
        try:
            async with (
                asyncio.timeout(self.seconds),
                await client_to(url, self.seconds) as client,
                client.stream("POST", url, content=body, headers=self._headers(body)) as response,
            ):
                return response.status_code, await _first_line(response)
        except TimeoutError:
            raise late(self.seconds) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise explained(error) from None

    def _headers(self, body: bytes) -> dict[str, str]:
        """6.2: the signature covers the raw body alone."""
        headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": "identity",
            "Timestamp": str(int(time.time())),
            "API-Version": API_VERSION,
        }
        if self.secret is not None:
            headers["Signature"] = hmac.new(self.secret, body, hashlib.sha256).hexdigest()
        return headers


def sample_order(known: Onboarding) -> dict[str, Any]:
    """A small order of one item, of the store's own catalog when that is known (6.1)."""
    item = known.sample_item or {}
    price = item.get("basePrice")
    is_price = isinstance(price, int | float) and not isinstance(price, bool) and 0 <= price < math.inf
    price = price if is_price else 1.0
    return {
        "order": {
            "items": [{"itemId": str(item.get("itemId", "sample-item")), "quantity": 1, "price": price}],
            "subTotal": price,
        },
        "user": {"name": "Sample Customer", "phone": "+10000000000"},
        "deliveryAddress": {
            "street": "1 Sample Street",
            "city": "Sample City",
            "state": "",
            "postalCode": "00000",
            "country": "US",
        },
    }


def _is_on_this_machine(url: str) -> bool:
    """Whether ``url`` leads to loopback, in one of the spellings that nothing can take for another host."""
    try:
        host = httpx.URL(url).host
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except (httpx.InvalidURL, ValueError):
        return False


async def _first_line(response: httpx.Response) -> str:
    data = bytearray()
    async for chunk in response.aiter_raw():
        data += chunk
        if len(data) > _ANSWER_LIMIT:
            break
    text = bytes(data[:_ANSWER_LIMIT]).decode("utf-8", "replace").strip()
    return one_line(text.splitlines()[0] if text else "", _LINE)
