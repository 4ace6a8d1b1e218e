"""What keeps a registration from being sent, what is only doubted, and that what was checked is what is sent."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gett_tui.onboarding.registration import (
    FIELDS,
    NAMES,
    cleaned,
    field_hint,
    field_problem,
    field_problems,
    near_alike,
    same_text,
    sent_as,
)

GOOD = {
    "partnerStoreId": "cb-12",
    "name": "Bäckerei 一番",
    "catalogCallbackUrl": "https://cdn.example/cb-12.json?v=1",
    "webhookUrl": "https://hooks.example:8443/cb-12",
}
TEXTS = ("partnerStoreId", "name")
URLS = ("catalogCallbackUrl", "webhookUrl")


def test_good_values_have_no_problem_and_no_doubt_and_go_out_as_they_are() -> None:
    assert field_problems(GOOD) == {}
    assert [field_hint(name, GOOD[name], is_production=True) for name in FIELDS] == [None] * 4
    assert cleaned(GOOD) == GOOD


def test_every_field_must_be_given() -> None:
    assert set(field_problems({})) == set(FIELDS)
    assert set(field_problems(dict.fromkeys(FIELDS, " \t\ufeff\u200b"))) == set(FIELDS)


def test_no_two_fields_have_an_option_or_a_column_in_common() -> None:
    options = [field.option for field in FIELDS.values()]
    columns = [column for field in FIELDS.values() for column in field.columns]
    assert len(set(options)) == len(options) == len(NAMES)
    assert len(set(columns)) == len(columns)
    assert [field.argument for field in FIELDS.values()] == [
        "partner_store_id",
        "name",
        "catalog_url",
        "webhook_url",
    ]


def test_members_that_are_no_field_pass_through_and_a_field_must_be_text() -> None:
    assert cleaned({"partnerStoreId": " 1 ", "menuVersion": " 2 ", "deliveryAllowed": None}) == {
        "partnerStoreId": "1",
        "menuVersion": " 2 ",
        "deliveryAllowed": None,
    }
    assert field_problems({**GOOD, "name": 42}) == {"name": "must be text"}
    assert cleaned({**GOOD, "name": 42})["name"] == 42


# -- ids and names


@pytest.mark.parametrize(
    "typed", ["42", "42 ", " 42", "\t42\n", "\xa042\u3000", "\ufeff42", "\u200b 42 \u200d", "42\u2028"]
)
@pytest.mark.parametrize("name", TEXTS)
def test_one_store_stays_one_whatever_blanks_are_around_its_id(name: str, typed: str) -> None:
    assert cleaned({name: typed}) == {name: "42"}
    assert field_problem(name, typed) is None


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",
        "👩\u200d🍳 Küche",
        "Café\xa0Nord",
        "a  b",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "שלום\u200f!",
        "Zoe\u0308",
        "x\u00ady",
    ],
)
def test_what_names_are_written_with_is_kept(text: str) -> None:
    assert field_problem("name", text) is None
    assert cleaned({"name": text}) == {"name": text}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\x1b[31m", "a control character (U+001B)"),
        ("a\tb", "a control character (U+0009)"),
        ("a\x00b", "a control character (U+0000)"),
        ("a\x7fb", "a control character (U+007F)"),
        ("a\nb", "a line break (U+000A)"),
        ("a\u2028b", "a line break (U+2028)"),
        ("a\x85b", "a line break (U+0085)"),
        ("a\u202eb", "a direction override (U+202E)"),
        ("\u2066a", "a direction override (U+2066)"),
        ("a\ud800", "half a character (U+D800)"),
        ("a\u0378", "an unassigned character (U+0378)"),
        ("a\U0010ffff", "an unassigned character (U+10FFFF)"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_what_no_text_may_hold_is_named_by_its_code_point(name: str, text: str, said: str) -> None:
    if name in URLS:
        text = "https://c.example/" + text
    assert field_problem(name, text) == f"holds {said}"


@pytest.mark.parametrize(("name", "limit"), [("partnerStoreId", 512), ("name", 1_000), *((url, 4_000) for url in URLS)])
def test_the_length_that_is_sent_is_bounded(name: str, limit: int) -> None:
    start = "https://c.example/" if name in URLS else ""
    fits = start + "x" * (limit - len(start))
    assert field_problem(name, f"  {fits}  ") is None
    assert field_problem(name, fits + "x") == f"is longer than {limit:,} characters"
    if name in URLS:
        assert field_problem(name, start + "é" * 1_000) == "is longer than 4,000 characters"


def test_many_blanks_and_invisible_characters_around_a_text_are_no_trouble() -> None:
    assert cleaned({"name": " \u200b" * 50_000 + "x" + "\ufeff " * 50_000}) == {"name": "x"}


def test_an_invisible_character_in_a_plain_text_is_doubted() -> None:
    for text in ("shop\u200b1", "shop\u200b\u200d1", "ш\u200bп", "a\u200b\u202fb"):
        assert "U+200B" in (field_hint("partnerStoreId", text) or "")
    assert "U+200D" in (field_hint("partnerStoreId", "shop\u200d1") or "")
    assert field_hint("name", "می\u200cخواهم") is None
    assert field_hint("name", "👩\u200d🍳 Cook") is None


# -- URLs


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("cdn.example/x.json", "must begin with https://"),
        ("/x.json", "must begin with https://"),
        ("ftp://cdn.example/x", "must begin with https://"),
        ("https:cdn.example", "must begin with https://"),
        ("https://", "must begin with https://"),
        ("https:///x", "must begin with https://"),
        ("https://?x", "must begin with https://"),
        ("https://cdn.example/a b", "blank"),
        ("https://cdn.example/\xa0b", "blank"),
        ("https://cdn .example/", "blank"),
        ("https://user:secret@cdn.example/x", "user name"),
        ("https://cdn.example@evil.example/x", "user name"),
        ("https://[::1/x", "not a URL"),
        ("https://[::1]x/", "not a URL"),
        ("https://[v1.x]/", "not a URL"),
        ("https://[fe80::1%25eth0]/", "own network"),
        ("https://[fe80::1%eth0]/", "own network"),
        ("https://cdn.example:99999/", "not a URL"),
        ("https://cdn.example:0/", "not a URL"),
        ("https://cdn.example:8x/", "not a URL"),
        ("https://cdn.example:٨٠/", "not a URL"),
        ("https://:80/", "proper host"),
        ("https://a..b/", "proper host"),
        ("https://.example/", "proper host"),
        ("https://a%41.example/", "proper host"),
        ("https://2130706433/", "proper host"),
        ("https://127.1/", "proper host"),
        ("https://256.1.1.1/", "proper host"),
        (f"https://{'a' * 64}.example/", "proper host"),
        (f"https://{'é' * 300}.example/", "proper host"),
        ("https://💩.example/", "IDNA"),
        ("https://a\u200bé_.example/", "IDNA"),
        ("https://{host}/x", "proper host"),
        ("https://cdn.example/{shop}.json", "template"),
        ("https://cdn.example/${shop}.json", "template"),
        ("https://cdn.example/<shop>.json", "template"),
        ("https://cdn.example/x?id={id}", "template"),
        ("https://cdn.example/100%.json", "stray %"),
        ("https://cdn.example/%zz", "stray %"),
        ("https://cdn.example/%SHOP%", "stray %"),
        ("https://cdn.example/x?a=%", "stray %"),
        ("https://cdn.example/x%4", "stray %"),
        ("https://cdn.example/x#part", "# part"),
        ("https://cdn.example#", "# part"),
        ("https://cdn.example\\@evil.example", "backslash"),
        ("https://cdn.example/a\\b", "backslash"),
        ('https://cdn.example/"x"', "quotation mark"),
    ],
)
def test_a_url_that_could_mean_two_things_is_refused(name: str, url: str, words: str) -> None:
    assert words in (field_problem(name, url) or "")
    assert field_hint(name, url) is None


@pytest.mark.parametrize("name", URLS)
@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("https://cdn.example/café.json", "https://cdn.example/caf%C3%A9.json"),
        ("https://cdn.example/x?name=Bäckerei", "https://cdn.example/x?name=B%C3%A4ckerei"),
        ("https://cdn.example/一番", "https://cdn.example/%E4%B8%80%E7%95%AA"),
        ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
        ("https://BÜCHER.example:8443", "https://xn--bcher-kva.example:8443"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://例え。example/", "https://xn--r8jz45g.example/"),
        ("https://xn--bcher-kva.example/x", None),
        ("HTTPS://CDN.Example/Path", "https://cdn.example/Path"),
        ("  https://cdn.example/x\n", None),
        ("https://cdn.example/caf%C3%A9 ".strip(), None),
        ("https://cdn.example/a%2fb%2Fc", None),
        ("https://cdn.example/a|b^c`d[1]", "https://cdn.example/a%7Cb%5Ec%60d%5B1%5D"),
        ("https://cdn.example/x?a[]=1&b=it's", "https://cdn.example/x?a%5B%5D=1&b=it's"),
        ("https://cdn.example:0443/x", "https://cdn.example:443/x"),
        ("https://cdn.example:/x", "https://cdn.example/x"),
        ("https://[2001:DB8::0:1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ("https://192.0.2.1/x", None),
        ("https://cdn.example./x", None),
        ("https://my_cdn.example/~x;a=1,b!(c)*$", None),
        ("https://cdn.example?x=1", None),
        ("https://cdn.example/می\u200cخ", "https://cdn.example/%D9%85%DB%8C%E2%80%8C%D8%AE"),
    ],
)
def test_a_url_is_sent_as_a_uri_and_what_is_sent_is_shown(name: str, typed: str, sent: str | None) -> None:
    assert field_problem(name, typed) is None
    assert cleaned({name: typed}) == {name: sent or typed.strip()}
    assert sent_as(name, typed) == sent
    assert (f"sent as {sent}" in (field_hint(name, typed) or "")) is (sent is not None)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("webhookUrl", "https://hooks.example/x/", "//validate"),
        ("webhookUrl", "https://hooks.example/x?shop=1", "query"),
        ("catalogCallbackUrl", "http://cdn.example/x", "not https"),
        ("webhookUrl", "HTTP://hooks.example/x", "not https"),
        ("webhookUrl", "http://bücher.example/x", "sent as http://xn--bcher-kva.example/x; is not https"),
    ],
)
def test_an_odd_value_is_doubted_and_may_be_sent(name: str, value: str, words: str) -> None:
    assert field_problem(name, value) is None
    assert words in (field_hint(name, value) or "")


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1:8080", "127.8.9.1", "[::1]", "[::1]:80", "a.localhost", "LOCALHOST.", "１２７.0.0.1"],
)
def test_this_machine_is_doubted_on_production_alone(host: str) -> None:
    url = f"https://{host}/x"
    assert "cannot reach" in (field_hint("catalogCallbackUrl", url, is_production=True) or "")
    assert "cannot reach" not in (field_hint("catalogCallbackUrl", url) or "")


def test_a_slash_or_query_behind_the_catalog_url_is_not_doubted() -> None:
    assert field_hint("catalogCallbackUrl", "https://cdn.example/x/") is None
    assert field_hint("catalogCallbackUrl", "https://cdn.example/x?y=1") is None


URI = re.compile(
    r"https?://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[1-9][0-9]{0,4})?"
    r"([/?](?:[A-Za-z0-9/?:@!$&'()*+,;=._~-]|%[0-9A-Fa-f]{2})*)?"
)
PIECES = st.one_of(
    st.sampled_from(["https", "http", "HTTPS", "://", "//", "/", "\\", "@", ":", "?", "#", "%2f", "%", " ", "é", "80"]),
    st.sampled_from(["[", "]", "::1", "127.0.0.1", "localhost", "cdn.example", "bücher", "1.2.3.400", "{", "\u200c"]),
    st.sampled_from([".", "..", "xn--", "x" * 70, "ß", "。", "\ufeff", "℀", "ﬁ", "İ", "\u0301"]),
)
TYPED_URL = st.one_of(
    st.text(max_size=40),
    st.lists(PIECES, max_size=8).map("".join),
    st.lists(PIECES, max_size=8).map(lambda parts: "https://cdn.example/" + "".join(parts)),
    st.lists(PIECES, max_size=5).map(lambda parts: "https://" + "".join(parts)),
    st.text(max_size=20).map("https://cdn.example/".__add__),
    st.text(max_size=20).map(lambda host: f"https://{host}.example/x"),
)


@settings(deadline=None)
@given(TYPED_URL)
def test_every_url_that_passes_is_sent_as_an_ascii_uri_that_every_reader_takes_alike(typed: str) -> None:
    sent = cleaned({"webhookUrl": typed})["webhookUrl"]
    assert cleaned({"webhookUrl": sent})["webhookUrl"] == sent
    assert field_problem("webhookUrl", typed) == field_problem("webhookUrl", sent)
    if field_problem("webhookUrl", typed) is not None:
        return
    assert URI.fullmatch(sent), sent
    seen = httpx.URL(sent)
    assert seen.raw_host.decode() == (urlsplit(sent).hostname or "")
    assert not seen.userinfo
    assert not seen.fragment
    assert "/." in sent or unquote(seen.raw_path.decode()) == unquote(_path(sent))


def _path(url: str) -> str:
    """Path and query as they go over the line."""
    tail = re.sub(r"^https?://[^/?]*", "", url)
    return tail if tail.startswith("/") else f"/{tail}"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(), max_size=40), st.sampled_from(TEXTS))
def test_every_text_that_passes_is_sent_as_it_was_checked(typed: str, name: str) -> None:
    sent = cleaned({name: typed})[name]
    assert cleaned({name: sent})[name] == sent
    assert sent in typed
    assert field_problem(name, typed) == field_problem(name, sent)
    if field_problem(name, typed) is None:
        sent.encode()
        assert not {unicodedata.category(char) for char in sent} & {"Cc", "Cs", "Cn", "Zl", "Zp"}


# -- likeness


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("shop-017", "shop-017", "same"),
        ("Shop-017", "shop-017", "alike"),
        ("shop 1", " shop  1\n", "alike"),
        ("Zoë", "Zoe\u0308", "alike"),
        ("ＳＨＯＰ", "shop", "alike"),
        ("straße", "STRASSE", "alike"),
        ("a\u200bb", "ab", "alike"),
        ("shop\xa01", "shop 1", "alike"),
        ("shop-1", "shop-2", "different"),
        ("shop-1", "shop1", "different"),
        ("shop 1", "shop1", "different"),
        ("", "x", "different"),
    ],
)
def test_texts_that_differ_in_form_alone_are_alike(one: str, other: str, likeness: str) -> None:
    assert same_text(one, other) == same_text(other, one) == likeness


def test_near_alike_ids_are_found_and_the_id_itself_is_not_among_them() -> None:
    assert near_alike("shop-1", ["shop-1", "SHOP-1", "shop-2", "shop-1\u200b"]) == ["SHOP-1", "shop-1\u200b"]


def test_two_addresses_that_have_run_together_are_doubted_and_an_encoded_one_is_not() -> None:
    twice = "https://a.example/shop?id=7https://b.example/shop"
    assert "second address" in (field_hint("catalogCallbackUrl", twice) or "")
    assert field_hint("catalogCallbackUrl", "https://a.example/shop?from=https%3A%2F%2Fb.example") is None
