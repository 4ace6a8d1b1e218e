"""A URL as a person writes it, made the URI that is sent: ASCII alone, so that every reader means the same address.

RFC 3986 for the characters, IDNA 2008 (with UTS 46) for the host. What could mean two things is refused, never guessed.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import quote

_SCHEMES = ("https", "http")
_AUTHORITY_END = re.compile(r"[/?#\\]")
_HOST = re.compile(r"(?!.{254})[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_LONGEST_HOST = 253
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_KEPT = "/?:@!$&'()*+,;=-._~%"
"""What stands in a path or query as it is; all else is percent-encoded as UTF-8."""
_REFUSED = {
    "{": "looks like a template: { } must be filled in",
    "}": "looks like a template: { } must be filled in",
    "<": "looks like a template: < > must be filled in",
    ">": "looks like a template: < > must be filled in",
    "#": "holds a # part, which no server is sent",
    "\\": "holds a backslash",
    '"': "holds a quotation mark",
}


class NoUriError(ValueError):
    """Why a text is no URL that can be sent, as the end of "the URL …"."""


def uri(url: str) -> str:
    """``url`` as a URI: what is not ASCII is encoded, what is encoded is kept. Raises NoUriError.

    A URI of this function's comes out as it went in. Control characters and half characters are the caller's to refuse.
    """
    scheme, _, rest = url.partition("://")
    if any(char.isspace() for char in url):
        raise NoUriError("holds a blank")
    end = _AUTHORITY_END.search(rest)
    authority, tail = (rest, "") if end is None else (rest[: end.start()], rest[end.start() :])
    if scheme.lower() not in _SCHEMES or not authority:
        raise NoUriError("must begin with https:// and name a host")
    if "@" in authority:
        raise NoUriError("must not hold a user name or password")
    return f"{scheme.lower()}://{_authority(authority)}{_tail(tail)}"


def host_of(text: str) -> str:
    """The host of a URI that ``uri`` made, without brackets."""
    authority = re.split(r"[/?]", text.partition("://")[2], maxsplit=1)[0]
    return authority[1 : authority.index("]")] if authority.startswith("[") else authority.partition(":")[0]


def _authority(text: str) -> str:
    if text.startswith("["):
        address, bracket, port = text[1:].partition("]")
        if not bracket:
            raise NoUriError("is not a URL: its [ is not closed")
        return f"[{_ipv6(address)}]{_port(port)}"
    name, colon, number = text.partition(":")
    return _host(name) + _port(colon + number)


def _port(text: str) -> str:
    """``:`` and the port, or nothing."""
    if text in ("", ":"):
        return ""
    number = text[1:]
    if text[0] != ":" or not (number.isascii() and number.isdigit()) or len(number) > 5 or not 0 < int(number) < 65536:
        raise NoUriError("is not a URL: its port is none")
    return f":{int(number)}"


def _ipv6(text: str) -> str:
    try:
        address = IPv6Address(text)
    except ValueError:
        raise NoUriError("is not a URL: its address in brackets is none") from None
    if address.scope_id is not None:
        raise NoUriError("names an address of one machine's own network alone")
    return str(address)


def _host(name: str) -> str:
    host = name.lower() if name.isascii() else _idna(name)
    if not _HOST.fullmatch(host):
        raise NoUriError("does not name a proper host")
    if host.rstrip(".").rpartition(".")[2].isdigit():
        _check_ipv4(host)
    return host


def _check_ipv4(host: str) -> None:
    # Some readers take 2130706433 or 127.1 for an address, others for a name.
    try:
        ip_address(host)
    except ValueError:
        raise NoUriError("does not name a proper host") from None


def _idna(name: str) -> str:
    # The standard library knows the IDNA of 2003 alone, which sends ß and others to another host. This one comes with
    # the HTTP library and is slow to import. A host is never so long, and the library's time grows with the square.
    import idna

    if len(name) > _LONGEST_HOST:
        raise NoUriError("does not name a proper host")
    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise NoUriError("names a host that cannot be written in ASCII (IDNA)") from None


def _tail(text: str) -> str:
    """Path and query."""
    for char in text:
        if char in _REFUSED:
            raise NoUriError(_REFUSED[char])
    if _STRAY_PERCENT.search(text):
        raise NoUriError("holds a stray %: write %25")
    return quote(text, safe=_KEPT)
