"""Which base URLs the API key may be sent to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from gett_tui.errors import ConfigError
from gett_tui.text import one_line


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine and nothing else."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_base_url(url: str) -> str:
    """``url`` without a trailing slash, when the key may go there: https, or http to loopback alone.

    Raises ConfigError with what is wrong.
    """
    shown = one_line(url, 100)
    if url != url.strip() or not url.isascii() or not url.isprintable():
        raise ConfigError(f"The base URL {shown} holds blanks or characters that a URL cannot have.")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(f"The base URL {shown} is not a URL.") from None
    if parts.scheme not in ("https", "http") or not host:
        raise ConfigError(f"The base URL {shown} must begin with https:// and name a host.")
    if "@" in parts.netloc:
        raise ConfigError("The base URL must not hold a user name or password.")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise ConfigError(f"The base URL {shown} must not hold a query or a fragment.")
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigError(
            f"The base URL {shown} must begin with https://: the API key would go over the line in clear."
        )
    return url.rstrip("/")
