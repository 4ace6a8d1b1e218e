"""What keeps a registration from being sent, and what is only doubted."""

from __future__ import annotations

import pytest

from gett_tui.onboarding.registration import FIELDS, field_hint, field_problem, field_problems

GOOD = {
    "partnerStoreId": "cb-12",
    "name": "Bäckerei 一番",
    "catalogCallbackUrl": "https://cdn.example/cb-12.json?v=1",
    "webhookUrl": "https://hooks.example:8443/cb-12",
}


def test_good_values_have_no_problem_and_no_doubt() -> None:
    assert field_problems(GOOD) == {}
    assert [field_hint(name, GOOD[name], is_production=True) for name in FIELDS] == [None] * 4


def test_every_field_must_be_given() -> None:
    assert set(field_problems({})) == set(FIELDS)
    assert set(field_problems(dict.fromkeys(FIELDS, " \t"))) == set(FIELDS)


@pytest.mark.parametrize("name", ["catalogCallbackUrl", "webhookUrl"])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("cdn.example/x.json", "must begin with https://"),
        ("/x.json", "must begin with https://"),
        ("ftp://cdn.example/x", "must begin with https://"),
        ("https://", "must begin with https://"),
        ("https:///x", "must begin with https://"),
        ("https://cdn.example/a b", "blank"),
        ("https://cdn.example/\xa0b", "control character"),
        ("https://cdn.example/\x00", "control character"),
        ("https://cdn.example/\nx", "control character"),
        ("https://user:secret@cdn.example/x", "user name"),
        ("https://[::1/x", "not a URL"),
        ("https://cdn.example:99999/", "not a URL"),
    ],
)
def test_a_url_is_refused(name: str, url: str, words: str) -> None:
    assert words in (field_problem(name, url) or "")


@pytest.mark.parametrize("text", ["a\x1b[31m", "a\u202eb", "a\nb"])
def test_a_control_character_is_refused(text: str) -> None:
    assert field_problem("name", text) == "holds a control character"


def test_blanks_around_a_value_are_no_problem() -> None:
    assert field_problems({name: f"  {value} " for name, value in GOOD.items()}) == {}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("webhookUrl", "https://hooks.example/x/", "//validate"),
        ("catalogCallbackUrl", "http://cdn.example/x", "not https"),
        ("webhookUrl", "http://hooks.example/x", "not https"),
    ],
)
def test_an_odd_value_is_doubted_and_may_be_sent(name: str, value: str, words: str) -> None:
    assert field_problem(name, value) is None
    assert words in (field_hint(name, value) or "")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "127.8.9.1", "[::1]", "a.localhost"])
def test_this_machine_is_doubted_on_production_alone(host: str) -> None:
    url = f"https://{host}/x"
    assert "cannot reach" in (field_hint("catalogCallbackUrl", url, is_production=True) or "")
    assert field_hint("catalogCallbackUrl", url) is None


def test_a_slash_behind_the_catalog_url_is_not_doubted() -> None:
    assert field_hint("catalogCallbackUrl", "https://cdn.example/x/") is None
