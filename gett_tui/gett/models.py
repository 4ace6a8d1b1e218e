"""Gett's onboarding paths and objects as they go over the wire (``/api/commerce/order-booster-onboarding``).

Models are lenient on the way in: unknown members are kept, values of another type become text; ``null``, blank and
absent mean the same (which of them Gett sends is U).
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic.alias_generators import to_camel

from gett_tui.gett.secret import HIDDEN

STORES_PATH = "/v1/commerce/onboarding/stores"
"""Register Store: ``/api/commerce/order-booster-onboarding``, D."""
STORE_PATH = STORES_PATH + "/{onboarding_id}"
"""Get Onboarding Status (D) and Cancel Onboarding (method D, path I)."""
ACTIVATE_PATH = STORE_PATH + "/activate"
"""Activate Store: method D, the ``/activate`` suffix I."""

ID_LIMIT = 64 * 1024
"""The longest onboarding id that is taken, in bytes. A longer one is refused, never cut; the raw answer is kept."""
_NO_TEXT = "\ufffd"
"""Stands where bytes or half a character stood that are no text."""


def _as_text(value: object) -> object:
    """Text as it is, blank text as none; anything else as its JSON text, so that a wrong type is shown and not lost."""
    if value is None or isinstance(value, str):
        return value if value and value.strip() else None
    return json.dumps(value, ensure_ascii=False, default=str)


def _as_id(value: object) -> object:
    """An id that further calls can be made with: a name, or a number; never one that means another path.

    Nor one that is not whole here: where the key was hidden in it, or what is no text was replaced.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip() or value in (".", "..") or len(value.encode()) > ID_LIMIT:
        raise ValueError("not an id")
    if HIDDEN in value or _NO_TEXT in value:
        raise ValueError("not a whole id")
    return value


Text = Annotated[str | None, BeforeValidator(_as_text)]
Id = Annotated[str, BeforeValidator(_as_id)]


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

    onboarding_id: Id
    partner_store_id: Text = None
    status: Text = None
    store_id: Text = None
    error: Text = None
    created_at: Text = None

    def unknown(self) -> dict[str, Any]:
        """The members that Gett sent and we do not know, under their wire names."""
        return dict(self.model_extra or {})


class Store(_Wire):
    """What Activate answers: the final store with its global id (1.4, 5.1). No member is required (D).

    ``status`` here is ``online`` or ``paused``: another enum than the onboarding status.
    """

    store_id: Text = None
    name: Text = None
    status: Text = None
