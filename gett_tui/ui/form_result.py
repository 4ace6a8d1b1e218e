"""What a submitted form can come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    Submit = Callable[[dict[str, str], bool], Awaitable["Submitted"]]
    CheckCatalog = Callable[[str, str], Awaitable[Sequence[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class Accepted:
    """It was done; ``key`` names the record."""

    key: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not: words for fields by wire name, words for the whole, and whether a person may insist."""

    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    general: str | None = None
    can_override: bool = False


Submitted = Accepted | Refused
