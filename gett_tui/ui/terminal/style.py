"""How a cell looks, as a value, and the two ways between that and the terminal's ``SGR``: reading it and stepping it.

Invariant: ``worn(before, parameters)`` of what ``step(before, after)`` says is ``after``, whatever the two are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Style(NamedTuple):
    """How a cell looks. Colours are ``SGR`` parameters (``31``, ``38;5;208``); empty is the terminal's own."""

    foreground: str = ""
    background: str = ""
    attributes: frozenset[str] = frozenset()
    """The ``SGR`` numbers that are on, as bold's ``1``."""
    link: str = ""
    """Where an OSC 8 link leads. Its id is left out: cells with the same target next to each other are one link."""


PLAIN = Style()
_OFF_TOGETHER = {
    "22": ("1", "2"),
    "23": ("3",),
    "24": ("4", "21"),
    "25": ("5", "6"),
    "27": ("7",),
    "28": ("8",),
    "29": ("9",),
    "54": ("51", "52"),
    "55": ("53",),
}
"""What each *off* ends: dim and bold share one, and so do the two underlines, the two blinks and the two frames."""
_ON = frozenset(code for codes in _OFF_TOGETHER.values() for code in codes)
_SEEN_ON_BLANKS = frozenset({"4", "21", "7", "9", "51", "52", "53"})
_EXTENDED = {"38", "48", "58"}
_FOREGROUND = frozenset(str(code) for code in (*range(30, 38), *range(90, 98)))
_BACKGROUND = frozenset(str(code) for code in (*range(40, 48), *range(100, 108)))


@lru_cache(4096)
def as_blank(style: Style) -> Style:
    """All that can be seen of ``style`` on a blank: its background, unless a line or the reverse shows the rest too."""
    if style.attributes & _SEEN_ON_BLANKS:
        return style
    return Style(background=style.background, link=style.link)


@lru_cache(4096)
def worn(style: Style, parameters: str) -> Style:
    """``style`` after the terminal read ``SGR`` with these parameters (``1;38;5;208``). Unknown ones change nothing."""
    codes = _codes(parameters)
    for code in codes:
        style = _coloured(style, code, _colour(codes)) if code in _EXTENDED else _after(style, code)
    return style


def _codes(parameters: str) -> Iterator[str]:
    """The numbers, without needless zeros; sub-parameters (``4:3``, ``38:2::1:2:3``) as the old form of the same."""
    for parameter in parameters.split(";"):
        first, *more = parameter.split(":")
        if first == "4" and more:
            yield {"0": "24", "2": "21"}.get(more[0], "4")
        elif first in _EXTENDED and more[:1] == ["2"]:
            yield from (first, "2", *more[-3:])
        else:
            yield from (number.lstrip("0") or "0" for number in (first, *more))


def _colour(codes: Iterator[str]) -> str | None:
    """The rest of an extended colour, in its own words; None if it is none."""
    form = next(codes, "")
    length = {"5": 1, "2": 3}.get(form, 0)
    numbers = [number for _, number in zip(range(length), codes, strict=False)]
    return ";".join((form, *numbers)) if length and len(numbers) == length else None


def _coloured(style: Style, code: str, colour: str | None) -> Style:
    if colour is None or code == "58":  # 58 is the colour of the underline alone, which is not kept
        return style
    if code == "38":
        return style._replace(foreground=f"38;{colour}")
    return style._replace(background=f"48;{colour}")


def _after(style: Style, code: str) -> Style:
    """``style`` after one ``SGR`` number that stands alone."""
    if code == "0":
        return Style(link=style.link)
    if code in _ON:
        return style._replace(attributes=style.attributes | {code})
    if code in _OFF_TOGETHER:
        return style._replace(attributes=style.attributes.difference(_OFF_TOGETHER[code]))
    if code in _FOREGROUND or code == "39":
        return style._replace(foreground="" if code == "39" else code)
    if code in _BACKGROUND or code == "49":
        return style._replace(background="" if code == "49" else code)
    return style


@lru_cache(4096)
def step(before: Style | None, after: Style) -> str:
    """The shortest that turns one style into the other. ``before`` is None where it is not known; nothing if equal."""
    if before == after:
        return ""
    whole = "\x1b[" + ";".join(["0", *_on(after)]) + "m" if _on(after) else "\x1b[m"
    if before is None:
        return whole + (_link(after.link) if after.link else "")
    link = _link(after.link) if after.link != before.link else ""
    if before._replace(link="") == after._replace(link=""):
        return link
    stepped = "\x1b[" + ";".join(_changes(before, after)) + "m"
    return min(stepped, whole, key=len) + link


def _on(style: Style) -> list[str]:
    return [*sorted(style.attributes), *filter(None, (style.foreground, style.background))]


def _changes(before: Style, after: Style) -> Iterator[str]:
    for off, codes in _OFF_TOGETHER.items():
        was, to_be = before.attributes.intersection(codes), after.attributes.intersection(codes)
        if was - to_be:
            yield off
            was = frozenset[str]()
        yield from sorted(to_be - was)
    if before.foreground != after.foreground:
        yield after.foreground or "39"
    if before.background != after.background:
        yield after.background or "49"


def _link(target: str) -> str:
    return f"\x1b]8;;{target}\x1b\\"
