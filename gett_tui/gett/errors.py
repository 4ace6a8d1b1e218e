"""What can go wrong with a call to Gett, and whether the request was carried out.

    GettTuiError
    └── GettError                 outcome
        ├── NotSentError          never left this machine, or no connection came about   NOT_DONE
        ├── NoAnswerError         broke off or timed out after the request began         UNKNOWN
        ├── UnreadableAnswerError a 2xx whose body makes no sense, or a 3xx              DONE or UNKNOWN
        └── ProblemError          Gett said no (RFC 9457 or a bare status)               NOT_DONE or UNKNOWN

For a read the outcome does not matter; for a write it decides whether sending again could do it twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from gett_tui.errors import Cause, GettTuiError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Outcome(StrEnum):
    """What is known about a request that did not end well."""

    NOT_DONE = "not_done"
    """Certainly not carried out: sending it again is safe."""
    DONE = "done"
    """Certainly carried out, but the answer could not be used."""
    UNKNOWN = "unknown"
    """May have been carried out."""


class GettError(GettTuiError):
    """A call to Gett that did not end well."""

    def __init__(self, text: str, *, outcome: Outcome, cause: Cause, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(text, cause=cause, facts=facts)
        self.outcome = outcome


class NotSentError(GettError):
    """The request never began: no connection came about, or it was refused on this side."""

    def __init__(self, cause: Cause, text: str) -> None:
        super().__init__(text, outcome=Outcome.NOT_DONE, cause=cause)


class NoAnswerError(GettError):
    """The exchange began and then broke off or ran out of time."""

    def __init__(self, cause: Cause, text: str) -> None:
        super().__init__(text, outcome=Outcome.UNKNOWN, cause=cause)


class UnreadableAnswerError(GettError):
    """An answer that is neither a readable success nor an error: ``status`` and the raw ``body`` are kept.

    ``body`` is text from outside, cut to the client's size limit.
    """

    def __init__(self, text: str, *, status: int, body: str, outcome: Outcome) -> None:
        super().__init__(text, outcome=outcome, cause=Cause.UNREADABLE)
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class ProblemItem:
    """One entry of ``errors[]`` (``/errors``, D: the entry schema is U, so unknown members are kept)."""

    code: str | None = None
    message: str | None = None
    where: str | None = None
    """``jsonPath``, ``itemId``, ``field`` or ``pointer``: whichever is there, in that order."""
    raw: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Problem:
    """An RFC 9457 problem as Gett sends it (``/errors``, D). Only ``status`` is sure to be there."""

    status: int
    title: str | None = None
    detail: str | None = None
    error_code: str | None = None
    error_category: str | None = None
    retryable: bool | None = None
    retry_after: float | None = None
    """Seconds. From the member ``retryAfter`` (D) or, failing that, a ``Retry-After`` header (U)."""
    request_id: str | None = None
    type: str | None = None
    errors: tuple[ProblemItem, ...] = ()
    body: str = ""
    """The start of the raw body when it was not a problem document (HTML from a proxy, say)."""

    @property
    def is_gett(self) -> bool:
        """Whether it is Gett's own."""
        return bool(self.error_code)

    documented: bool = True
    """False when the body was no problem document and everything but ``status`` is unknown."""


class ProblemError(GettError):
    """Gett, or something in between, answered with an error status."""

    def __init__(self, problem: Problem, *, outcome: Outcome) -> None:
        said = problem.detail or problem.title or "no explanation given"
        name = f"{problem.status} {problem.error_code}" if problem.error_code else str(problem.status)
        super().__init__(f"{name}: {said}", outcome=outcome, cause=Cause.PROBLEM)
        self.problem = problem

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def says_gone(self) -> bool:
        """Whether this is Gett's own NOT_FOUND."""
        return self.status == 404 and self.problem.error_code == "NOT_FOUND"

    @property
    def may_go_again(self) -> bool:
        """Whether Gett itself says that it was not done and may be sent again."""
        problem = self.problem
        own = bool(problem.error_code) and problem.retryable is not False
        return own and self.status in (429, 503) and self.outcome is Outcome.NOT_DONE
