"""What a person types to register a store, and what is wrong with it before anything is sent."""

from __future__ import annotations

import unicodedata
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS = ("partnerStoreId", "name", "catalogCallbackUrl", "webhookUrl")
"""The fields of Register under their wire names (1.2; that all four are required is S)."""
_URLS = ("catalogCallbackUrl", "webhookUrl")


def field_problems(values: Mapping[str, str]) -> dict[str, str]:
    """What keeps each field from being sent, by wire name; empty when nothing does."""
    problems = {name: field_problem(name, values.get(name, "")) for name in FIELDS}
    return {name: text for name, text in problems.items() if text is not None}


def field_problem(name: str, value: str) -> str | None:
    """What is wrong with one field's value, or None."""
    if not value.strip():
        return "must be given"
    if not value.isprintable():
        return "holds a control character"
    return _url_problem(value.strip()) if name in _URLS else None


def field_hint(name: str, value: str, *, is_production: bool = False) -> str | None:
    """What looks odd about a value that may still be sent; the weightiest alone."""
    url = value.strip()
    if name not in _URLS or field_problem(name, value) is not None:
        return None
    if is_production and _is_own_machine(urlsplit(url).hostname or ""):
        return "names this machine: Gett cannot reach it"
    if name == "webhookUrl" and url.endswith("/"):
        # Gett appends /validate and /place (6.1, D-old), so a trailing slash may double (I).
        return "ends in a slash: Gett may call //validate"
    if url.startswith("http://"):
        return "is not https: Gett may refuse it"
    return None


def _is_own_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _url_problem(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme not in ("http", "https") or not host:
        return "must begin with https:// and name a host"
    if any(char.isspace() for char in url):
        return "holds a blank"
    if "@" in parts.netloc:
        return "must not hold a user name or password"
    return None


def same_text(one: str, other: str) -> str:
    """``same``, ``alike`` (another case, blanks, Unicode form) or ``different``."""
    if one == other:
        return "same"
    return "alike" if _normal(one) == _normal(other) else "different"


def _normal(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
