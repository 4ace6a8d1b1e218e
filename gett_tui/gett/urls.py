"""Gett's hosts, and which base URLs the API key may be sent to."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from gett_tui.errors import ConfigError

PRODUCTION_HOST = "api.gett-tech.com"
"""Where real stores stand (``shared-guides/authentication``, D)."""
SANDBOX_HOST = "api-sandbox.gett-tech.com"
"""``shared-guides/authentication``, D."""

# So narrow that no two libraries can take one URL for two hosts.
_HOST = re.compile(r"(?!.{254})[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_LIKE_A_KEY = re.compile(r"(?=.*[0-9])[^.:]{12,}|[^.:]{20,}")
"""A host of a single word that is long, or less long with a digit: probably a key that was pasted there."""
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:/%-]*")


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine and nothing else."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_base_url(url: str) -> str:
    """``url`` in normal form, without a trailing slash, when the key may go there: https, or http to loopback alone.

    Raises ConfigError with what is wrong. The text repeats nothing of ``url``: a key may have been pasted there.
    """
    if "@" in url:
        raise ConfigError("The base URL must not hold a user name or password.")
    if "?" in url or "#" in url:
        raise ConfigError("The base URL must not hold a query or a fragment.")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ConfigError("The base URL holds blanks or characters that a URL cannot have.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ConfigError("The base URL is not a URL.") from None
    if parts.scheme not in ("https", "http") or not host:
        raise ConfigError("The base URL must begin with https:// and name a host.")
    if not _is_host(host) or _looks_like_key(host) or not _PATH.fullmatch(parts.path):
        raise ConfigError("The base URL does not name a proper host and path.")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError("The base URL must begin with https://: the API key would go over the line in clear.")
    name = f"[{host}]" if ":" in host else host
    place = name if port is None else f"{name}:{port}"
    return f"{parts.scheme}://{place}{parts.path}".rstrip("/")


def _looks_like_key(host: str) -> bool:
    """Whether ``host`` would better not be shown on screen and asked of name servers."""
    return _LIKE_A_KEY.fullmatch(host) is not None


def _is_host(host: str) -> bool:
    if ":" not in host and not host.rpartition(".")[2].isdigit():
        return _HOST.fullmatch(host) is not None
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host
