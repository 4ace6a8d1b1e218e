"""THE list of Register's fields: what a person types, what is wrong with it, and what is sent.

Its invariant: what was checked is what is sent. ``cleaned`` makes what is sent, and the rules look at nothing else.
"""

from __future__ import annotations

import unicodedata
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from gett_tui.onboarding.uri import NoUriError, host_of, uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gett_tui.onboarding.record import Record

_INVISIBLE_ENDS = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Zero-width characters and the byte order mark: at the ends of a text they come from copying, not from a person."""
_NO_LETTERS = frozenset("\u00ad\u200b\u2060\ufeff")
"""Invisible characters that no script is written with."""
_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = frozenset("\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029")
_UNUSABLE = {"Cc": "a control character", "Cs": "half a character", "Cn": "an unassigned character"}


def clean_text(text: str) -> str:
    """``text`` without blanks and invisible characters around it; what is inside is kept."""
    start, end = 0, len(text)
    while start < end and _is_edge(text[start]):
        start += 1
    while end > start and _is_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_edge(char: str) -> bool:
    return char.isspace() or char in _INVISIBLE_ENDS


def clean_url(text: str) -> str:
    """``text`` as the URI that is sent; a text that is none is only stripped."""
    bare = clean_text(text)
    try:
        return uri(bare) if text_problem(bare) is None else bare
    except NoUriError:
        return bare


def text_problem(text: str) -> str | None:
    """The first character that no text may hold. Joiners, half-spaces and no-break blanks inside are fine."""
    for char in text:
        kind = _kind(char)
        if kind is not None:
            return f"holds {kind} (U+{ord(char):04X})"
    return None


def _kind(char: str) -> str | None:
    if char in _BREAKS:
        return "a line break"
    if char in _OVERRIDES:
        return "a direction override"
    return _UNUSABLE.get(unicodedata.category(char))


def _url_problem(text: str) -> str | None:
    problem = text_problem(text)
    if problem is not None:
        return problem
    try:
        uri(text)
    except NoUriError as error:
        return str(error)
    return None


LONGEST_ID = 512
"""Characters of an id, of ours as of Gett's (S: Gett documents none)."""


class Field(NamedTuple):
    """One field of Register: how it is asked for, cleaned and checked."""

    name: str
    """On the wire."""
    label: str
    placeholder: str
    option: str
    """Of the command: an option, or a position when it has no dashes."""
    columns: tuple[str, ...]
    """What a spreadsheet may call it, beside the name on the wire; small letters, blanks between words."""
    limit: int
    """Characters as sent (S: Gett documents none)."""
    clean: Callable[[str], str] = clean_text
    problem: Callable[[str], str | None] = text_problem
    """The rule for a cleaned value that is not empty and not too long."""
    has_blanks: bool = False
    """Whether blanks make sense in it; where they do not, what was wrapped in a text is joined when it is pasted."""

    @property
    def argument(self) -> str:
        """The name that the parsed command line has it under."""
        return self.option.lstrip("-").replace("-", "_")

    @property
    def typed(self) -> str:
        """What it is called on the command line: the option, or the position's name in capitals."""
        return self.option if self.option.startswith("-") else self.option.upper()


_ROWS = (
    Field(
        "partnerStoreId",
        "Partner store id",
        "your own id for the store",
        "partner_store_id",
        ("partner store id", "store id", "id"),
        LONGEST_ID,
    ),
    Field("name", "Name", "as customers read it", "--name", ("store name", "store"), 1_000, has_blanks=True),
    Field(
        "catalogCallbackUrl",
        "Catalog URL",
        "https://… where Gett pulls the CatalogSet",
        "--catalog-url",
        ("catalog callback url", "catalog url", "catalog"),
        4_000,
        clean_url,
        _url_problem,
    ),
    Field(
        "webhookUrl",
        "Webhook URL",
        "https://… base address for order webhooks",
        "--webhook-url",
        ("webhook url", "webhook"),
        4_000,
        clean_url,
        _url_problem,
    ),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in _ROWS}
"""The fields by their wire names, in the order of the form (1.2; that all four are required is S)."""
NAMES = tuple(FIELDS)
OPTIONS: Mapping[str, str] = {field.name: field.typed for field in _ROWS}
"""What each field is called on the command line."""


def values_of(record: Record) -> dict[str, str]:
    """What ``record`` was registered with, by wire name; of a store registered elsewhere, what is known."""
    known = {"partnerStoreId": record.partner_store_id, "name": record.label}
    return {name: str(record.sent.get(name) or known.get(name, "")) for name in FIELDS}


def cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent for ``values``. Members that are no field of the form pass through as they are."""
    return {name: _cleaned(name, value) for name, value in values.items()}


def _cleaned(name: str, value: Any) -> Any:
    return FIELDS[name].clean(value) if name in FIELDS and isinstance(value, str) else value


def field_problems(values: Mapping[str, Any]) -> dict[str, str]:
    """What keeps each field from being sent, by wire name; empty when nothing does."""
    problems = {name: field_problem(name, values.get(name, "")) for name in FIELDS}
    return {name: text for name, text in problems.items() if text is not None}


def field_problem(name: str, value: object) -> str | None:
    """What is wrong with one field's value as it would be sent, or None."""
    field = FIELDS[name]
    if not isinstance(value, str):
        return "must be text"
    bare = clean_text(value)
    if not bare:
        return "must be given"
    # Before the rest, which would take long for what was pasted by mistake, and after it: encoding makes longer.
    if len(bare) > field.limit or len(sent := field.clean(bare)) > field.limit:
        return f"is longer than {field.limit:,} characters"
    return field.problem(sent)


def sent_as(name: str, value: str) -> str | None:
    """What is sent for ``value`` when it looks different, not counting blanks around it; None when it does not."""
    sent = FIELDS[name].clean(value)
    return None if sent == clean_text(value) else sent


def field_hint(name: str, value: str, *, is_production: bool = False) -> str | None:
    """What a person should know about a value that may be sent: what it is sent as, and the weightiest doubt."""
    if field_problem(name, value) is not None:
        return None
    sent = FIELDS[name].clean(value)
    shown = sent_as(name, value)
    doubt = _text_doubt(sent) if FIELDS[name].clean is clean_text else _url_doubt(name, sent, is_production)
    return "; ".join(part for part in (f"sent as {shown}" if shown else None, doubt) if part) or None


def _text_doubt(text: str) -> str | None:
    hidden = [char for char in text if unicodedata.category(char) == "Cf"]
    # Among other letters than ours they join and direct; among plain ones they are an accident of copying.
    is_plain = all(char.isascii() or char in hidden for char in text)
    stray = next((char for char in hidden if is_plain or char in _NO_LETTERS), None)
    return f"holds an invisible character (U+{ord(stray):04X})" if stray else None


def _url_doubt(name: str, url: str, is_production: bool) -> str | None:
    if "://" in url.partition("://")[2]:
        return "holds a second address: two may have run together"
    if is_production and _is_own_machine(host_of(url)):
        return "names this machine: Gett cannot reach it"
    # Gett appends /validate and /place (6.1, D-old), so a trailing slash may double (I), and a query be in between.
    if name == "webhookUrl" and "?" in url:
        return "holds a query: Gett may append /validate behind it"
    if name == "webhookUrl" and url.endswith("/"):
        return "ends in a slash: Gett may call //validate"
    return "is not https: Gett may refuse it" if url.startswith("http://") else None


def _is_own_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        name = host.rstrip(".")
        return name == "localhost" or name.endswith(".localhost")


def same_text(one: str, other: str) -> Literal["same", "alike", "different"]:
    """Whether two texts are one; ``alike`` when only case, blanks, invisible characters or Unicode forms differ."""
    if one == other:
        return "same"
    return "alike" if _folded(one) == _folded(other) else "different"


def near_alike(partner_store_id: str, others: Iterable[str]) -> list[str]:
    """Those of ``others`` that a person may take for ``partner_store_id`` although they are other ids."""
    folded = _folded(partner_store_id)
    return [other for other in others if other != partner_store_id and _folded(other) == folded]


def _folded(text: str) -> str:
    """The form that Unicode compares by without regard to case (NFKC_Casefold), blanks made one."""
    if not text.isascii():
        visible = "".join(char for char in text if unicodedata.category(char) != "Cf")
        # Twice: what folding takes apart may fold once more.
        for _ in range(2):
            visible = unicodedata.normalize("NFKC", visible).casefold()
        text = unicodedata.normalize("NFKC", visible)
    return " ".join(text.casefold().split())
