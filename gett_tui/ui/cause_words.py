"""The one place where the screen turns a kept cause into a sentence, so that all windows say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def cause_words(cause: str | None, facts: Mapping[str, object] | None, text: str) -> str:
    """What ``cause`` and its facts mean, else ``text``, which whoever met it made. Not inert yet."""
    del cause, facts
    return text
