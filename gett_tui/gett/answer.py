"""What an HTTP answer of Gett means: a model, a problem, or something that cannot be read.

Nothing in an answer is taken for granted; whatever it holds, reading it ends in a value or in a GettError.
"""

from __future__ import annotations

import contextlib
import json
import math
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from gett_tui.gett.errors import Outcome, Problem, ProblemError, ProblemItem, UnreadableAnswerError
from gett_tui.gett.json_reading import read_json
from gett_tui.gett.secret import HIDDEN
from gett_tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gett_tui.gett.errors import GettError

BODY_LIMIT = 1024 * 1024
"""The most that is kept of an answer's body, in bytes, as received and as decoded."""

_SHOWN = 2_000
_MAX_ITEMS = 50
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What an answer says about the organisation's quota; None where it does not, or says nonsense."""

    remaining: int | None
    reset_at: float | None
    """Unix seconds (``RATE_LIMITED`` page, D; that the unit is seconds is I)."""
    status: int
    """The HTTP status of that answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or as much of it as arrived."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    cut: str = ""
    """Why ``body`` is not the whole body, in words; empty when it is."""
    kind: str = "write"
    """``read`` or ``write``: what was asked for."""

    @property
    def text(self) -> str:
        """The body as text, whatever its bytes."""
        return self.body.decode("utf-8", "replace")

    @property
    def is_html(self) -> bool:
        """Whether the body is a web page: something in between made it, not Gett."""
        return "html" in self.headers.get("content-type", "").lower() or self.body.lstrip().startswith(b"<")

    def rate_limits(self) -> RateLimits:
        """The ``X-RateLimit-*`` headers (``RATE_LIMITED`` page, D)."""
        remaining = _seconds(self.headers.get("x-ratelimit-remaining"))
        return RateLimits(
            remaining=int(remaining) if remaining is not None else None,
            reset_at=_seconds(self.headers.get("x-ratelimit-reset")),
            status=self.status,
        )

    @property
    def request_id(self) -> str | None:
        """What support can find this exchange by: ``requestId`` of a problem (2.2, D), or a header (U)."""
        told = None if 200 <= self.status < 300 else _text(self._members().get("requestId"))
        return told or _text(self.headers.get("x-request-id"))

    def unreadable(self, text: str) -> UnreadableAnswerError:
        """The error that keeps this answer's body."""
        return UnreadableAnswerError(
            f"{text} ({self.status})",
            status=self.status,
            body=self.text,
            facts={"kind": self.kind, "reason": text},
        )

    def failure(self) -> GettError | None:
        """ProblemError for a 4xx or 5xx, UnreadableAnswerError for all else that is not a 2xx; None for a 2xx."""
        if 200 <= self.status < 300:
            return None
        if 400 <= self.status < 600:
            problem = self._problem()
            return ProblemError(problem, outcome=_outcome(problem), kind=self.kind)
        if 300 <= self.status < 400:
            return self.unreadable(f"a redirect{self._where_to()}, which is not followed")
        return self.unreadable("an answer of an unknown kind")

    def read(self, model: type[M]) -> M:
        """The body as ``model``. A problem, or what lacks an id, proves nothing: anybody in between can say 2xx."""
        if self.cut:
            raise self.unreadable(self.cut)
        data = read_json(self.body)
        if not isinstance(data, dict):
            raise self.unreadable("the answer is no JSON object")
        members = cast("dict[str, object]", data)
        if members.get("errorCode") and not members.get("onboardingId"):
            raise self.unreadable("the answer is a problem")
        try:
            return model.model_validate(data)
        except ValidationError:
            pass
        raise self.unreadable("the answer names no onboarding id that can be used")

    def is_proof_of_cancelling(self, onboarding_id: str) -> bool:
        """Whether a 2xx is what is expected of a cancellation: one that says nothing (1.4, I).

        No members are documented, and anybody in between can say 200: whatever is said proves nothing, the status does.
        Raises UnreadableAnswerError for what Gett would not say: no JSON, a problem, or about another onboarding.
        """
        if self.cut or self.is_html:
            raise self.unreadable(self.cut or "the answer is a web page")
        text = self.body.strip()
        said = read_json(text)
        if text not in (b"", b"null") and said is None:
            raise self.unreadable("the answer is no JSON")
        members = cast("dict[str, object]", said) if isinstance(said, dict) else {}
        if members.get("errorCode"):
            raise self.unreadable("the answer is a problem")
        told = members.get("onboardingId")
        if isinstance(told, str | int) and str(told).strip() not in ("", onboarding_id):
            raise self.unreadable("Gett answered about another onboarding")
        return text in (b"", b"null")

    def _where_to(self) -> str:
        location = self.headers.get("location")
        if not location:
            return ""
        if HIDDEN in location:
            return f" to {HIDDEN}"
        try:
            host = urlsplit(location).hostname
        except ValueError:
            host = None
        return f" to {one_line(host, 80)}" if host else " to another path"

    def _members(self) -> dict[str, object]:
        """The members of the JSON object in the body; none when it is none."""
        kind = self.headers.get("content-type", "json").lower()
        data = read_json(self.body) if "json" in kind and not self.cut else None
        return cast("dict[str, object]", data) if isinstance(data, dict) else {}

    def _problem(self) -> Problem:
        """The RFC 9457 problem (``/errors``, D); only the status is sure (2.2)."""
        members = self._members()
        is_gett = self._is_gett(members)
        header, told = self.headers.get("retry-after"), members.get("retryAfter")
        seconds = _seconds(told)
        retryable = members.get("retryable")
        return Problem(
            status=self.status,
            title=_text(members.get("title")),
            detail=_text(members.get("detail")),
            error_code=_text(members.get("errorCode")),
            error_category=_text(members.get("errorCategory")),
            retryable=retryable if isinstance(retryable, bool) else None,
            retry_after=seconds if seconds is not None else _retry_after(header or ""),
            retry_after_told=_told(header if told is None else told),
            request_id=_text(members.get("requestId")),
            type=_text(members.get("type")),
            errors=_items(members.get("errors")),
            body="" if is_gett else self.text[:_SHOWN],
            is_gett=is_gett,
        )

    def _is_gett(self, members: Mapping[str, object]) -> bool:
        code, status = members.get("errorCode"), members.get("status")
        is_other = isinstance(status, int | float) and status != self.status
        return isinstance(code, str) and bool(code.strip()) and not is_other


def _outcome(problem: Problem) -> Outcome:
    """What an error status proves about a write. The one place of this guess (I: only 2.5's codes are D).

    A 4xx was refused before anything was done, but a 408 may have run out in the middle. Any 5xx may come from
    something in between that had already passed the request on; with Gett's own word, a 503 was not even begun.
    """
    if problem.status < 500:
        return Outcome.UNKNOWN if problem.status == 408 else Outcome.NOT_DONE
    is_refused = problem.status == 503 and problem.is_gett and problem.retryable is not False
    return Outcome.NOT_DONE if is_refused else Outcome.UNKNOWN


def decoded(raw: bytes, encoding: str) -> tuple[bytes, bool]:
    """A body as its ``Content-Encoding`` says, at most BODY_LIMIT of it, and whether that is all.

    None is asked for, so gzip and deflate are read out of kindness, and anything else stays as it came.
    """
    if encoding.strip().lower() in ("gzip", "x-gzip", "deflate"):
        with contextlib.suppress(zlib.error):
            # Bounded, so that a small body cannot grow to gigabytes.
            raw = zlib.decompressobj(_GZIP_OR_ZLIB).decompress(raw, BODY_LIMIT + 1)
    return raw[:BODY_LIMIT], len(raw) <= BODY_LIMIT


def _text(value: object) -> str | None:
    return value[:_SHOWN] if isinstance(value, str) and value else None


def _told(value: object) -> str | None:
    return None if value is None else one_line(str(value), 60)


def _items(value: object) -> tuple[ProblemItem, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(_item(entry) for entry in cast("list[object]", value)[:_MAX_ITEMS])


def _item(entry: object) -> ProblemItem:
    """One of ``errors[]`` (2.4, D; the schema is U)."""
    if not isinstance(entry, dict):
        return ProblemItem(message=_text(entry if isinstance(entry, str) else json.dumps(entry)))
    raw = cast("dict[str, Any]", entry)
    where = next(
        (found for name in ("jsonPath", "itemId", "field", "pointer") if (found := _text(raw.get(name)))), None
    )
    return ProblemItem(_text(raw.get("code")), _text(raw.get("message")), where, raw)


def _seconds(value: object) -> float | None:
    """A finite number that is not negative, also as text; else None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _retry_after(value: str) -> float | None:
    """Seconds from a ``Retry-After`` header, in either of its two forms (whether Gett sends it is U)."""
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    try:
        until = parsedate_to_datetime(value)
        aware = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
        return max(0.0, (aware - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
