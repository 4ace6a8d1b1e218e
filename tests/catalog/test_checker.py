"""What the CatalogSet checker finds, how bad it says it is, and where it says it stands."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gett_tui.catalog.checker import Severity, check, errors
from gett_tui.sandbox.samples import catalog_set

Change = Callable[[dict[str, Any]], object]


def checked(change: Change) -> list[tuple[str, str]]:
    data = copy.deepcopy(catalog_set("p-1"))
    change(data)
    return [(finding.severity.value, finding.path) for finding in check(json.dumps(data).encode(), "p-1")]


def test_a_good_catalog_has_no_findings() -> None:
    assert check(json.dumps(catalog_set("p-1")).encode(), "p-1") == []


@pytest.mark.parametrize(
    ("change", "severity", "path"),
    [
        (lambda c: c["sections"]["bread"]["itemIds"].append("no"), "error", "$.sections.bread.itemIds[1]"),
        (lambda c: c["items"]["loaf"]["modifierGroupIds"].append("no"), "error", "$.items.loaf.modifierGroupIds[1]"),
        (lambda c: c.pop("items"), "error", "$.items"),
        (lambda c: c.update(sections=[]), "error", "$.sections"),
        (lambda c: c["items"].update(loaf=3), "error", "$.items.loaf"),
        (lambda c: c["items"]["loaf"].update(itemId="other"), "error", "$.items.loaf.itemId"),
        (lambda c: c["items"].update({"a b": {"itemId": "x"}}), "error", '$.items["a b"].itemId'),
        (lambda c: c["items"]["loaf"].update(basePrice="4.5"), "error", "$.items.loaf.basePrice"),
        (lambda c: c["items"]["loaf"].update(basePrice=-1), "warning", "$.items.loaf.basePrice"),
        (
            lambda c: c["modifierGroups"]["cut"].update(minimumAllowed=2),
            "warning",
            "$.modifierGroups.cut.minimumAllowed",
        ),
        (lambda c: c["modifierGroups"]["cut"].update(maximumAllowed=9), "note", "$.modifierGroups.cut.maximumAllowed"),
        (lambda c: c["modifierGroups"]["cut"].update(minSelections=1), "warning", "$.modifierGroups.cut.minSelections"),
        (lambda c: c["sections"]["bread"]["itemIds"].append("loaf"), "note", "$.sections.bread.itemIds[1]"),
        (lambda c: c.update(storeId="other"), "note", "$.storeId"),
        (lambda c: c["sections"]["bread"]["sectionIds"].append("bread"), "warning", "$.sections.bread"),
        (lambda c: c["items"].update(x={"itemId": "x"}), "warning", "$.items.x"),
    ],
)
def test_each_mistake_is_found_where_it_stands(change: Change, severity: str, path: str) -> None:
    assert (severity, path) in checked(change)


@pytest.mark.parametrize(
    ("window", "severity"),
    [
        ({"dayOfWeek": "Fri", "start": "08:00:00", "end": "20:00:00"}, "error"),
        ({"dayOfWeek": "Friday", "start": "8:00", "end": "20:00:00"}, "error"),
        ({"dayOfWeek": "Friday", "start": "24:00:00", "end": "20:00:00"}, "error"),
        ({"dayOfWeek": "Friday", "start": "18:00:00", "end": "02:00:00"}, "warning"),
        ({"dayOfWeek": "Friday", "start": "18:00:00", "end": "00:00:00"}, None),
        ({"dayOfWeek": "Friday", "start": "00:00:00", "end": "00:00:00"}, None),
        (None, "error"),
    ],
)
def test_an_availability_window_is_checked(window: object, severity: str | None) -> None:
    found = checked(lambda c: c["catalogs"]["all-day"].update(availability=[window]))
    assert [kind for kind, _ in found] == ([severity] if severity else [])


@pytest.mark.parametrize("value", [None, []])
def test_no_availability_means_never_open_and_is_warned_of(value: object) -> None:
    found = checked(lambda c: c["catalogs"]["all-day"].update(availability=value))
    assert found == [("warning", '$.catalogs["all-day"].availability')]


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"<html>", b"[]", b"null", b"[" * 100_000, b"{}"])
def test_what_is_no_catalog_is_an_error_and_no_crash(data: bytes) -> None:
    assert errors(check(data))


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand_sections_is_walked() -> None:
    data = catalog_set("p-1")
    names = [f"s{number}" for number in range(100_000)]
    data["sections"] = {
        name: {"sectionId": name, "sectionIds": [after] if after else [], "itemIds": ["loaf"]}
        for name, after in zip(names, [*names[1:], ""], strict=True)
    }
    data["catalogs"]["all-day"]["sectionIds"] = [names[0]]
    assert check(json.dumps(data).encode()) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.slow
@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: JSON | st.dictionaries(st.sampled_from("abc"), JSON, max_size=3)
            for name in ("catalogs", "sections", "items", "modifierGroups", "storeId")
        },
    )
)
@settings(max_examples=400, deadline=None)
def test_any_json_is_checked_without_a_crash(data: object) -> None:
    for finding in check(json.dumps(data).encode(), "p"):
        assert finding.path.startswith("$")
        assert finding.severity in Severity
