"""The exit statuses, which scripts rely on, and which error means which."""

from __future__ import annotations

from enum import IntEnum

from gett_tui.errors import ConfigError, GettTuiError

_BY_SIGNAL = 128


class ExitCode(IntEnum):
    """What a command ends with when no signal ended it."""

    DONE = 0
    FAILED = 1
    """The operation failed."""
    USAGE = 2
    """Wrong usage or configuration."""
    UNKNOWN = 3
    """The outcome is unknown: the answer to a write is lost, or what it said could not be kept."""
    INTERRUPTED = 130


class SignalledError(GettTuiError):
    """A signal ended the command; what was under way has had its time, and what is to be told has been told."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Ended by signal {number}.")
        self.exit_code = _BY_SIGNAL + number


def exit_code(error: BaseException) -> int:
    """The exit status that ``error`` means."""
    from gett_tui.onboarding.errors import UnconfirmedError, UnkeptError

    if isinstance(error, SignalledError):
        return error.exit_code
    if isinstance(error, ConfigError):
        return ExitCode.USAGE
    if isinstance(error, UnconfirmedError | UnkeptError):
        return ExitCode.UNKNOWN
    return ExitCode.FAILED
