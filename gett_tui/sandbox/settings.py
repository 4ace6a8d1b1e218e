"""The switches of the simulated Gett: every guess about Gett is one, and a test may turn it.

What the fact sheet documents is fixed; what it marks U is a member of ``Settings``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Settings:
    """The switches. The defaults are the fact sheet's mock-server profile (section 12, S)."""

    keys: frozenset[str] | None = field(default=None, repr=False)
    """Accepted API keys; None accepts any."""
    register_code: int = 201
    """Success code of Register (U: 200, 201 or 202)."""
    cancel_code: int = 204
    """Success code of Cancel (U: 200, 202 or 204); with 204 the body is empty."""
    activate_code: int = 200
    """Success code of Activate (U)."""
    activate_empty: bool = False
    """Whether Activate answers without a body (against D, but a client should survive it)."""
    wrong_state_code: int = 409
    """Code of activate or cancel in the wrong status (U: 409, 400 or 422)."""
    with_null: bool = False
    """Whether storeId and error are null before they apply, instead of absent (U)."""
    record_after_cancel: bool = False
    """Whether GET after Cancel still answers a record, instead of 404 (U)."""
    refuse_duplicates: bool = False
    """Whether a second live registration of a partnerStoreId is a 409 (U)."""
    https_webhook: bool = False
    """Whether a webhookUrl of http is a 422 (U)."""
    bare_problems: bool = False
    """Whether problems hold only type, title and status (the only members that look required, I)."""
    reads_per_minute: int = 5_000
    """The read limit of the fixed window (D for the sandbox; that the window is fixed is U)."""
    writes_per_minute: int = 500
    """The write limit of the fixed window (likewise)."""
    delay: float = 0.0
    """Seconds that every answer waits."""
    pull_seconds: float = 30.0
    """Seconds for the whole download of a catalog (U); then the onboarding fails."""
    extra_members: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Members that every onboarding answer has besides, or instead of, its own (whether Gett has more is U)."""
    echo_partner_store_id: str | None = None
    """What answers say for partnerStoreId; None echoes what was sent (D)."""


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_status(first: int, last: int) -> Callable[[object], bool]:
    return lambda value: _is_count(value) and value in {code for code in HTTPStatus if first <= code <= last}


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10**9


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _is_text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


_FLAG = (_is_flag, "true or false")
_COUNT = (_is_count, "a whole number from 0 to a thousand million")
_SUCCESS = (_is_status(200, 299), "a status of the 200s")
_SECONDS = (_is_seconds, "a number of seconds")

_RULES: dict[str, tuple[Callable[[object], bool], str]] = {
    "register_code": _SUCCESS,
    "cancel_code": _SUCCESS,
    "activate_code": _SUCCESS,
    "activate_empty": _FLAG,
    "wrong_state_code": (_is_status(400, 599), "a status of the 400s or 500s"),
    "with_null": _FLAG,
    "record_after_cancel": _FLAG,
    "refuse_duplicates": _FLAG,
    "https_webhook": _FLAG,
    "bare_problems": _FLAG,
    "reads_per_minute": _COUNT,
    "writes_per_minute": _COUNT,
    "delay": _SECONDS,
    "pull_seconds": _SECONDS,
    "extra_members": (lambda value: isinstance(value, dict), "an object"),
    "echo_partner_store_id": (_is_text_or_none, "text or null"),
}
"""What may be steered from outside: everything but the keys."""


def changed(settings: Settings, wanted: Mapping[str, Any]) -> Settings:
    """``settings`` with the members of ``wanted``, which come from outside. Raises ValueError with what is wrong."""
    for name, value in wanted.items():
        if name not in _RULES:
            raise ValueError(f"there is no setting {name!r} to steer")
        fits, words = _RULES[name]
        if not fits(value):
            raise ValueError(f"the setting {name} must be {words}")
    return replace(settings, **wanted)
