"""Records of every kind, for property tests."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from gett_tui.onboarding.record import Change, Pending, Record, Trouble
from gett_tui.onboarding.status import OwnState

TIMES = st.datetimes(
    min_value=datetime(2000, 1, 1),
    max_value=datetime(2100, 1, 1),
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
SCALARS = st.one_of(TEXTS, st.integers(-(2**63), 2**63 - 1), st.booleans(), st.floats(allow_nan=False))
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(TEXTS, v, max_size=3), max_leaves=8)
TABLES = st.dictionaries(TEXTS.filter(bool), VALUES, max_size=4)
EXTRA = st.dictionaries(TEXTS.map("x_".__add__), VALUES, max_size=2)
"""Keys that a later version, or a person, may have added."""
STATES = TEXTS | st.sampled_from(OwnState) | st.sampled_from([state.value for state in OwnState])
"""Our states, and words of Gett's, some of them the same ones."""
REVISIONS = st.integers(0, 10**9)


def _with_token(record: Record, mark: str | None) -> Record:
    return record if mark is None else record._replace(token=f"{record.revision}-{mark}")


_PLAIN = st.builds(
    Record,
    key=TEXTS.filter(bool),
    status=STATES,
    onboarding_id=st.none() | TEXTS,
    partner_store_id=TEXTS,
    store_id=st.none() | TEXTS,
    error=st.none() | TEXTS,
    created_at=st.none() | TEXTS,
    revision=REVISIONS,
    sent=TABLES,
    store=TABLES,
    more=TABLES,
    history=st.lists(st.builds(Change, STATES, TIMES, st.integers(0, 9), EXTRA), max_size=4).map(tuple),
    trouble=st.none()
    | st.builds(
        Trouble,
        at=TIMES,
        action=TEXTS,
        text=TEXTS,
        code=st.none() | TEXTS,
        request_id=st.none() | TEXTS,
        items=st.lists(TEXTS).map(tuple),
        cause=st.none() | TEXTS,
        facts=TABLES,
        extra=EXTRA,
    ),
    pending=st.none() | st.builds(Pending, action=TEXTS, at=TIMES, owner=TEXTS, extra=EXTRA),
    label=TEXTS,
    answer=st.none() | TEXTS,
    extra=EXTRA,
)
RECORDS = st.builds(_with_token, _PLAIN, st.none() | st.text("0123456789abcdef", min_size=1, max_size=12))
