"""Checks a CatalogSet: its shape, its references, and what would keep it from ever being sold from.

The rules are those of the fact sheet, section 4.5: an *error* is documented (or follows from a documented rule) to
fail ingestion, a *warning* is very likely a mistake, a *note* is odd. Every finding names its place by JSON path.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DAYS = frozenset({"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"})
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d")
_END_OF_DAY = "00:00:00"
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAX_FINDINGS = 1_000


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: how bad, where (JSON path), and what."""

    severity: Severity
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


Table = dict[str, object]

_ID_FIELDS = {
    "catalogs": "catalogId",
    "sections": "sectionId",
    "items": "itemId",
    "modifierGroups": "modifierGroupId",
}
_REFERENCES = {
    "catalogs": {"sectionIds": "sections"},
    "sections": {"sectionIds": "sections", "itemIds": "items"},
    "items": {"modifierGroupIds": "modifierGroups"},
    "modifierGroups": {"itemIds": "items"},
}


def check(data: bytes, partner_store_id: str | None = None) -> list[Finding]:
    """All findings in a CatalogSet file, errors first; at most 1,000.

    ``partner_store_id`` is what the file's ``storeId`` should be at onboarding (4.1, I).
    """
    try:
        root = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return [Finding(Severity.ERROR, "$", "the file is not UTF-8")]
    except RecursionError:
        return [Finding(Severity.ERROR, "$", "the file is nested too deeply")]
    except ValueError as error:
        return [Finding(Severity.ERROR, "$", f"the file is not JSON: {error}")]
    if not isinstance(root, dict):
        return [Finding(Severity.ERROR, "$", "the file is no JSON object")]
    found = list(_Checker(cast("Table", root)).findings(partner_store_id))
    order = list(Severity)
    return sorted(found, key=lambda finding: order.index(finding.severity))[:_MAX_FINDINGS]


def errors(findings: list[Finding]) -> list[Finding]:
    """Those findings that make ingestion fail."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


class _Checker:
    def __init__(self, root: Table) -> None:
        self._root = root
        self._entities: dict[str, dict[str, Table]] = {}

    def findings(self, partner_store_id: str | None) -> Iterator[Finding]:
        yield from self._dictionaries()
        yield from self._store_id(partner_store_id)
        for kind, entities in self._entities.items():
            for key, entity in entities.items():
                path = _path("$", kind, key)
                yield from self._identity(kind, key, entity, path)
                yield from self._references(kind, entity, path)
        for key, entity in self._entities["catalogs"].items():
            yield from _availability(entity, _path("$", "catalogs", key))
        for key, entity in self._entities["items"].items():
            yield from _price(entity, _path("$", "items", key))
        for key, entity in self._entities["modifierGroups"].items():
            yield from _bounds(entity, _path("$", "modifierGroups", key))
        yield from self._cycles()
        yield from self._unreachable()

    def _dictionaries(self) -> Iterator[Finding]:
        for kind in _ID_FIELDS:
            self._entities[kind] = {}
            value = self._root.get(kind)
            if not isinstance(value, dict):
                said = "is missing" if value is None else "is no object"
                yield Finding(Severity.ERROR, f"$.{kind}", f"the dictionary {said}")
                continue
            for key, entity in cast("Table", value).items():
                if isinstance(entity, dict):
                    self._entities[kind][key] = cast("Table", entity)
                else:
                    yield Finding(Severity.ERROR, _path("$", kind, key), "is no object")
        if self._root.get("catalogs") == {}:
            yield Finding(Severity.NOTE, "$.catalogs", "there is no catalog, so nothing is on sale")

    def _store_id(self, partner_store_id: str | None) -> Iterator[Finding]:
        store_id = self._root.get("storeId")
        if partner_store_id and store_id is not None and store_id != partner_store_id:
            yield Finding(Severity.NOTE, "$.storeId", f"is {store_id!r}, the partner store id is {partner_store_id!r}")

    def _identity(self, kind: str, key: str, entity: Mapping[str, object], path: str) -> Iterator[Finding]:
        name = _ID_FIELDS[kind]
        if entity.get(name) != key:
            yield Finding(Severity.ERROR, f"{path}.{name}", f"must be the key it stands under, {key!r}")

    def _references(self, kind: str, entity: Mapping[str, object], path: str) -> Iterator[Finding]:
        for name, target in _REFERENCES[kind].items():
            value = entity.get(name)
            if value is None:
                continue
            if not isinstance(value, list):
                yield Finding(Severity.ERROR, f"{path}.{name}", "is no list")
                continue
            seen: set[object] = set()
            for number, reference in enumerate(cast("list[object]", value)):
                where = f"{path}.{name}[{number}]"
                if not isinstance(reference, str):
                    yield Finding(Severity.ERROR, where, "is no text")
                elif reference not in self._entities[target]:
                    yield Finding(Severity.ERROR, where, f"{reference!r} is not in {target}")
                elif reference in seen:
                    yield Finding(Severity.NOTE, where, f"{reference!r} stands here twice")
                if isinstance(reference, str):
                    seen.add(reference)

    def _targets(self, node: tuple[str, str]) -> list[tuple[str, str]]:
        kind, key = node
        entity = self._entities[kind][key]
        found: list[tuple[str, str]] = []
        for name, target in _REFERENCES[kind].items():
            value = entity.get(name)
            if isinstance(value, list):
                known = self._entities[target]
                found += [
                    (target, reference)
                    for reference in cast("list[object]", value)
                    if isinstance(reference, str) and reference in known
                ]
        return found

    def _cycles(self) -> Iterator[Finding]:
        done: set[tuple[str, str]] = set()
        for kind, entities in self._entities.items():
            for key in entities:
                yield from self._cycles_from((kind, key), done)

    def _cycles_from(self, start: tuple[str, str], done: set[tuple[str, str]]) -> Iterator[Finding]:
        # Depth first without recursion: options are items, so groups can nest without limit.
        if start in done:
            return
        open_now = {start}
        stack = [(start, iter(self._targets(start)))]
        while stack:
            node, targets = stack[-1]
            for target in targets:
                if target in open_now:
                    yield Finding(Severity.WARNING, _path("$", *node), f"leads back to itself by {target[1]!r}")
                elif target not in done:
                    open_now.add(target)
                    stack.append((target, iter(self._targets(target))))
                    break
            else:
                stack.pop()
                open_now.discard(node)
                done.add(node)

    def _unreachable(self) -> Iterator[Finding]:
        reached: set[tuple[str, str]] = {("catalogs", key) for key in self._entities["catalogs"]}
        todo = list(reached)
        while todo:
            for target in self._targets(todo.pop()):
                if target not in reached:
                    reached.add(target)
                    todo.append(target)
        for kind, entities in self._entities.items():
            for key in entities:
                if (kind, key) not in reached:
                    yield Finding(Severity.WARNING, _path("$", kind, key), "no catalog leads to it")


def _availability(catalog: Mapping[str, object], path: str) -> Iterator[Finding]:
    windows = catalog.get("availability")
    where = f"{path}.availability"
    if windows is None or windows == []:
        yield Finding(Severity.WARNING, where, "is empty, which means never open")
        return
    if not isinstance(windows, list):
        yield Finding(Severity.ERROR, where, "is no list")
        return
    for number, window in enumerate(cast("list[object]", windows)):
        yield from _window(window, f"{where}[{number}]")


def _window(window: object, path: str) -> Iterator[Finding]:
    if not isinstance(window, dict):
        yield Finding(Severity.ERROR, path, "is no object")
        return
    table = cast("Table", window)
    if table.get("dayOfWeek") not in _DAYS:
        yield Finding(Severity.ERROR, f"{path}.dayOfWeek", "must be Sunday to Saturday")
    times = [table.get(name) for name in ("start", "end")]
    for name, value in zip(("start", "end"), times, strict=True):
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            yield Finding(Severity.ERROR, f"{path}.{name}", "must be a time like 18:00:00")
            return
    start, end = (str(value) for value in times)
    if end != _END_OF_DAY and end <= start:
        yield Finding(Severity.WARNING, path, "ends before it begins; split a window over midnight in two")


def _price(item: Mapping[str, object], path: str) -> Iterator[Finding]:
    price = item.get("basePrice")
    if price is None:
        return
    if isinstance(price, bool) or not isinstance(price, int | float):
        yield Finding(Severity.ERROR, f"{path}.basePrice", "is no number")
    elif price < 0:
        yield Finding(Severity.WARNING, f"{path}.basePrice", "is negative")


def _bounds(group: Mapping[str, object], path: str) -> Iterator[Finding]:
    if "minSelections" in group:
        yield Finding(Severity.WARNING, f"{path}.minSelections", "the documented name is minimumAllowed")
    values: list[int] = []
    for name in ("minimumAllowed", "maximumAllowed"):
        value = group.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int):
            yield Finding(Severity.ERROR, f"{path}.{name}", "is no whole number")
            return
        values.append(value)
    if len(values) == 2 and values[0] > values[1]:
        yield Finding(Severity.WARNING, f"{path}.minimumAllowed", "is more than maximumAllowed")
    options = group.get("itemIds")
    if len(values) == 2 and isinstance(options, list) and values[1] > len(cast("list[object]", options)):
        yield Finding(Severity.NOTE, f"{path}.maximumAllowed", "is more than there are options")


def _path(root: str, *parts: str) -> str:
    path = root
    for part in parts:
        path += f".{part}" if _PLAIN.fullmatch(part) else f"[{json.dumps(part)}]"
    return path
