"""Reads the JSON of an answer so that whatever is in it can be kept in files and printed as JSON again."""

from __future__ import annotations

import json
import math
import re
from typing import cast

_MAX_DEPTH = 50
_MAX_DIGITS = 100
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair; a whole one is a character by now."""
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(body: bytes) -> object:
    """The JSON value in ``body``; None when it is none, is ``null``, or is nested beyond reason.

    Bytes and escapes that are no text become replacement characters; numbers of absurd length or size, and what
    only JavaScript takes for a number, become text: no other reader of JSON could read them from us.
    """
    text = body.decode("utf-8-sig", "replace")
    try:
        data: object = json.loads(text, parse_int=_integer, parse_float=_float, parse_constant=str)
        if _SURROGATE_ESCAPE.search(text):
            data = json.loads(_HALF.sub("\ufffd", json.dumps(data, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None
    return None if _is_too_deep(data) else data


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


def _float(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _is_too_deep(data: object) -> bool:
    level: list[object] = [data]
    for _ in range(_MAX_DEPTH):
        level = [child for value in level for child in _children(value)]
        if not level:
            return False
    return True


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(cast("dict[str, object]", value).values())
    return cast("list[object]", value) if isinstance(value, list) else []
