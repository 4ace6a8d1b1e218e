"""What can go wrong with a call to Gett, and whether the request was carried out.

    GettTuiError
    └── GettError                 outcome
        ├── NotSentError          never left this machine, or no connection came about   NOT_DONE
        ├── NoAnswerError         broke off or timed out after the request began         UNKNOWN
        ├── UnreadableAnswerError a 2xx whose body makes no sense, or a 3xx              UNKNOWN
        └── ProblemError          Gett, or something in between, said no                 NOT_DONE or UNKNOWN

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
    UNKNOWN = "unknown"
    """May have been carried out."""


class GettError(GettTuiError):
    """A call to Gett that did not end well.

    ``facts`` are JSON values. Always there: ``outcome``; where known: ``kind`` (``read`` or ``write``), ``host``.
    """

    def __init__(self, text: str, *, outcome: Outcome, cause: Cause, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(text, cause=cause, facts={"outcome": outcome.value, **(facts or {})})
        self.outcome = outcome

    @property
    def may_go_again(self) -> bool:
        """Whether a write that ended so may be sent again without a person: only with Gett's own word for it."""
        return False


class NotSentError(GettError):
    """The request never began: no connection came about, or it was refused on this side."""

    def __init__(self, cause: Cause, text: str, *, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(text, outcome=Outcome.NOT_DONE, cause=cause, facts=facts)


class NoAnswerError(GettError):
    """The exchange began and then broke off or ran out of time."""

    def __init__(self, cause: Cause, text: str, *, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(text, outcome=Outcome.UNKNOWN, cause=cause, facts=facts)


class UnreadableAnswerError(GettError):
    """An answer that is neither a readable success nor an error: ``status`` and the raw ``body`` are kept.

    ``body`` is text from outside, cut to the client's size limit.
    """

    def __init__(self, text: str, *, status: int, body: str, facts: Mapping[str, object] | None = None) -> None:
        facts = {"status": status, "reason": text, **(facts or {})}
        super().__init__(text, outcome=Outcome.UNKNOWN, cause=Cause.UNREADABLE, facts=facts)
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
    """Seconds, finite and not negative. From the member ``retryAfter`` (D) or, failing that, a ``Retry-After`` header
    (U). May be 0, and then means nothing: floor and growth of a wait are the caller's."""
    retry_after_told: str | None = None
    """The same as it was told, readable or not."""
    request_id: str | None = None
    type: str | None = None
    errors: tuple[ProblemItem, ...] = ()
    body: str = ""
    """The start of the raw body when it is not Gett's own word (HTML from a proxy, say)."""
    is_gett: bool = False
    """Whether it is Gett's own word: a JSON object with an ``errorCode``, which the portal says gateway and domain
    errors alike carry (2.2, D), and with no other ``status`` than the answer's. A proxy or a framework in between
    can make up everything else."""


class ProblemError(GettError):
    """Gett, or something in between, answered with an error status."""

    def __init__(self, problem: Problem, *, outcome: Outcome, kind: str = "write") -> None:
        said = problem.detail or problem.title or "no explanation given"
        name = f"{problem.status} {problem.error_code}" if problem.error_code else str(problem.status)
        cause = Cause.PROBLEM if problem.is_gett else Cause.FOREIGN
        super().__init__(f"{name}: {said}", outcome=outcome, cause=cause, facts=_problem_facts(problem, kind))
        self.problem = problem

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def says_gone(self) -> bool:
        """Whether Gett itself says that it does not know the onboarding (``NOT_FOUND``, D)."""
        return self.problem.is_gett and self.status == 404 and self.problem.error_code == "NOT_FOUND"

    @property
    def may_go_again(self) -> bool:
        """Gett's own 429 or 503 (D: ``retryable``), unless it says that going again is no use."""
        problem = self.problem
        is_asked_to_wait = problem.is_gett and self.status in (429, 503) and problem.retryable is not False
        return is_asked_to_wait and self.outcome is Outcome.NOT_DONE


def _problem_facts(problem: Problem, kind: str) -> dict[str, object]:
    return {
        "kind": kind,
        "status": problem.status,
        "error_code": problem.error_code,
        "title": problem.title,
        "detail": problem.detail,
        "request_id": problem.request_id,
        "retryable": problem.retryable,
        "retry_after": problem.retry_after,
        "retry_after_told": problem.retry_after_told,
        "items": [{"where": item.where, "code": item.code, "message": item.message} for item in problem.errors],
        "is_gett": problem.is_gett,
    }
