"""Gett's onboarding paths and objects as they go over the wire (``/api/commerce/order-booster-onboarding``).

Models are lenient on the way in: unknown members are kept, scalars of another type become text, ``null`` and
absent mean the same (which of the two Gett sends is U).
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

STORES_PATH = "/v1/commerce/onboarding/stores"
"""Register Store: ``/api/commerce/order-booster-onboarding``, D."""
STORE_PATH = STORES_PATH + "/{onboarding_id}"
"""Get Onboarding Status (D) and Cancel Onboarding (method D, path I)."""
ACTIVATE_PATH = STORE_PATH + "/activate"
"""Activate Store: method D, the ``/activate`` suffix I."""


def _as_text(value: object) -> object:
    """Text as it is; anything else as its JSON text, so that a wrong type is shown instead of lost."""
    if value is None:
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text.encode("utf-8", "replace").decode("utf-8")


Text = Annotated[str, BeforeValidator(_as_text)]
RequiredText = Annotated[str, BeforeValidator(_as_text), Field(min_length=1)]


class _Wire(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="allow", frozen=True, hide_input_in_errors=True
    )

    def wire(self) -> dict[str, Any]:
        """The members under their wire names, without those that are null."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class Registration(_Wire):
    """The body of Register Store (1.2). That all four are required is S; further members pass through."""

    partner_store_id: str
    name: str
    catalog_callback_url: str
    webhook_url: str


class Onboarding(_Wire):
    """What Register and Get Onboarding Status answer (1.3)."""

    onboarding_id: RequiredText
    partner_store_id: Text | None = None
    status: Text | None = None
    store_id: Text | None = None
    error: Text | None = None
    created_at: Text | None = None


class Store(_Wire):
    """What Activate answers: the final store with its global id (1.4, 5.1). No member is required (D).

    ``status`` here is ``online`` or ``paused``: another enum than the onboarding status.
    """

    store_id: Text | None = None
    name: Text | None = None
    status: Text | None = None
