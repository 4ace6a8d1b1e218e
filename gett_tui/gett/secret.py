"""A value that must never be shown: the API key's wrapper."""

from __future__ import annotations

import base64
from urllib.parse import quote
from weakref import WeakSet


class Secret:
    """Holds a secret so that ``str``, ``repr``, formatting and pickling never show it."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        _KNOWN.add(self)

    def reveal(self) -> str:
        """The value itself; call it only where it goes onto the wire."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        raise TypeError("a secret is not pickled")

    def __bool__(self) -> bool:
        return bool(self._value)


_KNOWN: WeakSet[Secret] = WeakSet()


def redacted(text: str) -> str:
    """``text`` without any secret that this program holds: the last net below what should never happen."""
    for secret in _KNOWN:
        value = secret.reveal()
        encoded = base64.b64encode(value.encode()).decode().rstrip("=")
        for form in {value, encoded, quote(value, safe="")} - {""}:
            text = text.replace(form, "***")
    return text
