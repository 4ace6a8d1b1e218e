"""The root of the one error tree; each package raises its own branch where the fault is known.

Errors carry facts. A face (``ui.words`` for the screen, ``cli`` for the commands) turns them into words.
"""

from __future__ import annotations


class GettTuiError(Exception):
    """Anything this program knows how to explain. ``str()`` is one sentence, free of secrets."""


class ConfigError(GettTuiError):
    """The configuration or the environment is unusable; the text says what to set (exit status 2)."""
