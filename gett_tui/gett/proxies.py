"""The way to one host: direct or through which proxy, decided here and nowhere else, and which certificates count.

The HTTP library trusts no environment; whoever asks over HTTP asks here first. Only the variables that apply to the
URL are looked at, a loopback host is always direct (a proxy would see the key in clear), and no text of ours holds a
proxy's user or password.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import ssl
import stat
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from gett_tui.errors import Cause, ConfigError
from gett_tui.gett.urls import is_loopback
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

WAY_VARIABLES = (
    *("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
"""The variables of which the way to a host depends."""
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_.-]+")
_BRACKETED = re.compile(r"\[([^\]]*)\](?::(\d+))?")
_WITH_PORT = re.compile(r"([^:]*):(\d+)")


class Way(NamedTuple):
    """How one URL is reached."""

    proxy: str | None
    """The proxy's URL, with user and password when it has them; None when the way is direct."""
    reason: str
    """What decided it: ``loopback``, ``no proxy set``, or the variable, with the entry of a NO_PROXY that fits."""

    @property
    def shown(self) -> str:
        """The proxy without user and password, to be shown; ``direct`` when there is none."""
        if self.proxy is None:
            return "direct"
        scheme, _, rest = self.proxy.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}"


class _Target(NamedTuple):
    scheme: str
    host: str
    port: int


def way_to(url: str, env: Mapping[str, str]) -> Way:
    """The way to ``url``, an http or https URL, in the environment ``env``; an empty variable is an unset one.

    Raises ConfigError, with the variable's name, when the proxy that applies to this URL cannot be used.
    """
    target = _target(url)
    if is_loopback(target.host):
        return Way(None, "loopback")
    name, value = _proxy_setting(target.scheme, env)
    if not value:
        return Way(None, "no proxy set")
    exempt, entries = _first_set(("no_proxy", "NO_PROXY"), env)
    for entry in re.split(r"[,\s]+", entries):
        if _fits(entry, target):
            return Way(None, one_line(f"{exempt} {entry}", 100))
    return Way(_usable(value, name), name)


def _target(url: str) -> _Target:
    try:
        parts = urlsplit(url)
        return _Target(parts.scheme, _plain_host(parts.hostname or ""), parts.port or _PORTS.get(parts.scheme, 0))
    except ValueError:
        raise ConfigError("There is no way to what is not a URL.") from None


def _plain_host(host: str) -> str:
    """``host`` as names are compared: lower case, in its ASCII form, an IPv4 address never dressed as IPv6."""
    host = host.lower().rstrip(".")
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
        return str(mapped or address)
    with contextlib.suppress(UnicodeError):
        return host.encode("idna").decode("ascii")
    return host


def _first_set(names: tuple[str, ...], env: Mapping[str, str]) -> tuple[str, str]:
    """The first variable of ``names`` that is not empty, and its value."""
    return next(((name, value) for name in names if (value := env.get(name, "").strip())), ("", ""))


def _proxy_setting(scheme: str, env: Mapping[str, str]) -> tuple[str, str]:
    """The variable that applies to ``scheme``, and its value."""
    names = [f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"]
    # In a CGI program HTTP_PROXY is what the client sent as the header "Proxy".
    if "REQUEST_METHOD" in env and "HTTP_PROXY" in names:
        names.remove("HTTP_PROXY")
    return _first_set(tuple(names), env)


# -- NO_PROXY


def _fits(entry: str, target: _Target) -> bool:
    """Whether a NO_PROXY entry means ``target``: a name with all below it, an address, a network, or ``*``."""
    if entry == "*":
        return True
    host, port = _split_port(entry.partition("://")[2].rstrip("/") if "://" in entry else entry)
    if port and int(port) != target.port:
        return False
    if (network := _network(host)) is not None:
        return _is_within(target.host, network)
    name = _plain_host(host.removeprefix("*").lstrip("."))
    is_below = target.host.endswith(f".{name}") and _network(target.host) is None
    return bool(name) and (target.host == name or is_below)


def _split_port(entry: str) -> tuple[str, str]:
    """``host:port``, ``[address]:port`` or either without a port; an IPv6 address without brackets has no port."""
    found = _BRACKETED.fullmatch(entry) or _WITH_PORT.fullmatch(entry)
    return (found[1], found[2] or "") if found else (entry.replace("[", "").replace("]", ""), "")


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_network(text, strict=False)
    return None


def _is_within(host: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host) in network
    return False


# -- the proxy


def _usable(value: str, variable: str) -> str:
    """A proxy's URL in normal form. Raises ConfigError for one that cannot be used."""
    url = value if "://" in value else f"http://{value}"
    scheme = url.partition("://")[0].lower()
    if scheme not in _PORTS:
        why = f"{one_line(scheme, 20)}:// proxies cannot be used, only http:// and https://"
        raise _unusable(variable, why)
    try:
        parts = urlsplit(url)
        place, port = _place(parts.hostname or ""), parts.port
    except ValueError:
        raise _unusable(variable, "it does not name a host and a port") from None
    login, at, _ = parts.netloc.rpartition("@")
    user, colon, password = login.partition(":")
    # A password may hold an @ of its own: quoted anew, no library can take it for the host's.
    login = _quoted(user) + colon + _quoted(password) + at
    return f"{scheme}://{login}{place}" + (f":{port}" if port is not None else "")


def _place(host: str) -> str:
    """``host`` as it stands in a URL. Raises ValueError."""
    host = _plain_host(host)
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host)}]"
    if not _HOST.fullmatch(host):
        raise ValueError("not a host")
    return host


def _quoted(text: str) -> str:
    return quote(unquote(text), safe="")


def _unusable(variable: str, why: str) -> ConfigError:
    # The value is not told: a password may stand anywhere in one that cannot be read.
    return ConfigError(
        f"The proxy in {variable} cannot be used: {why}.",
        cause=Cause.PROXY_SETTING,
        facts={"variable": variable, "why": why},
    )


# -- TLS


def certificates(env: Mapping[str, str]) -> ssl.SSLContext:
    """Trusts what SSL_CERT_FILE and SSL_CERT_DIR name, and certifi's certificates when neither is set.

    Reads files: not for the event loop. Raises ConfigError with the variable's name.
    """
    # Not ssl.create_default_context(): it would write TLS keys to where the environment says, for anyone to read.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    file, folders = env.get("SSL_CERT_FILE", ""), env.get("SSL_CERT_DIR", "")
    if file:
        _trust_file(context, file)
    _trust_folders(context, folders)
    if not file and not folders:
        import certifi

        context.load_verify_locations(certifi.where())
    if _is_private_log(env.get("SSLKEYLOGFILE", "")):
        context.keylog_filename = env["SSLKEYLOGFILE"]
    return context


def _trust_file(context: ssl.SSLContext, file: str) -> None:
    try:
        # A pipe would be waited for.
        if not stat.S_ISREG(os.stat(file).st_mode):
            raise _no_certificates("SSL_CERT_FILE", file, "it is not a file")
        context.load_verify_locations(file)
    except ssl.SSLError:
        raise _no_certificates("SSL_CERT_FILE", file, "it holds no certificates") from None
    except (OSError, ValueError) as error:
        raise _no_certificates("SSL_CERT_FILE", file, _why(error)) from None


def _trust_folders(context: ssl.SSLContext, folders: str) -> None:
    for folder in filter(None, folders.split(os.pathsep)):
        # OpenSSL itself would find nothing in a folder that is not there, and say so in each handshake only.
        try:
            os.listdir(folder)
            context.load_verify_locations(capath=folder)
        except (OSError, ValueError) as error:
            raise _no_certificates("SSL_CERT_DIR", folder, _why(error)) from None


def _why(error: OSError | ValueError) -> str:
    text = error.strerror if isinstance(error, OSError) else None
    return one_line(text or type(error).__name__, 100)


def _no_certificates(variable: str, path: str, why: str) -> ConfigError:
    path = one_line(path, 200)
    return ConfigError(
        f"The certificates to trust cannot be read from {path} ({why}): check {variable}.",
        cause=Cause.CERTIFICATES,
        facts={"variable": variable, "path": path, "why": why},
    )


def _is_private_log(path: str) -> bool:
    """Whether TLS keys may be written to ``path``: a file that its owner alone can read; made when it is missing."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(path, flags, 0o600)
    except (OSError, ValueError):
        return False
    try:
        status = os.fstat(handle)
    finally:
        os.close(handle)
    is_own = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
    return is_own and not stat.S_IMODE(status.st_mode) & 0o077
