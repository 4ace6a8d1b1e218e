"""Which base URLs are taken, and in what form."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gett_tui.errors import ConfigError
from gett_tui.gett.urls import check_base_url, is_loopback


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://api.gett-tech.com", "https://api.gett-tech.com"),
        ("https://api.gett-tech.com/", "https://api.gett-tech.com"),
        ("HTTPS://API.Gett-Tech.com//", "https://api.gett-tech.com"),
        ("https://order-gateway", "https://order-gateway"),
        ("https://vpce-0123456789abcdef0.gateway.example", "https://vpce-0123456789abcdef0.gateway.example"),
        ("https://gateway.example:8443/gett/", "https://gateway.example:8443/gett"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
        ("http://127.1.2.3", "http://127.1.2.3"),
        ("http://localhost:80/", "http://localhost:80"),
        ("http://[::1]:8787/", "http://[::1]:8787"),
    ],
)
def test_a_usable_base_url_is_brought_into_normal_form(url: str, normal: str) -> None:
    assert check_base_url(url) == normal


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://api.gett-tech.com", "in clear"),
        ("http://127.0.0.1.evil.example", "in clear"),
        ("http://localhost.evil.example", "in clear"),
        ("http://2130706433", "proper host"),
        ("http://0.0.0.0", "in clear"),
        ("http://127.0.0.1%2eevil.example", "proper host"),
        ("http://127.0.0.1\\.evil.example", "proper host"),
        ("ftp://api.gett-tech.com", "begin with https://"),
        ("api.gett-tech.com", "begin with https://"),
        ("", "begin with https://"),
        ("https://", "begin with https://"),
        ("https:///path", "begin with https://"),
        ("https://user:pass-word@api.gett-tech.com", "user name or password"),
        ("https://api.gett-tech.com\\@evil.example", "user name or password"),
        ("https://us er:pass-word@api.gett-tech.com", "user name or password"),
        ("https://api.gett-tech.com?key=pass-word", "query or a fragment"),
        ("https://api.gett-tech.com/#pass-word", "query or a fragment"),
        ("https://api.gett-tech.com/?", "query or a fragment"),
        (" https://api.gett-tech.com", "blanks"),
        ("https://api.gett-tech.com\r\nX: y", "blanks"),
        ("https://api.gett-tech.com\x07", "blanks"),
        ("https://api.gett-tech.com/\n", "blanks"),
        ("https://аpi.gett-tech.com", "blanks or characters"),
        ("https://api.gett-tech.com:99999", "not a URL"),
        ("https://[::1", "not a URL"),
        ("https://[fe80::1%25eth0]", "proper host"),
        ("https://256.1.1.1", "proper host"),
        ("https://a..b", "proper host"),
        ("https://pass-word-0123", "proper host"),
        ("https://pass-word-pass-word-", "proper host"),
        (f"https://{'a' * 64}.example", "proper host"),
        ("https://api.gett-tech.com/{x}", "proper host and path"),
    ],
)
def test_a_base_url_that_the_key_must_not_go_to_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        check_base_url(url)
    assert words in str(refusal.value)
    assert "pass-word" not in str(refusal.value)
    assert str(refusal.value).isprintable()


_PIECES = st.one_of(
    st.sampled_from(["https", "http", "://", "//", "/", "\\", "@", ":", "?", "#", "%2f", "%", " ", "\t", "é", "80"]),
    st.sampled_from(["[", "]", "::1", "127.0.0.1", "localhost", "evil.example", "api.gett-tech.com", "1.2.3.400"]),
    st.sampled_from([".", "..", "xn--", "x" * 70]),
)


@given(st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=8).map("".join)))
def test_what_is_taken_is_the_same_host_for_the_http_library(url: str) -> None:
    try:
        normal = check_base_url(url)
    except ConfigError:
        return
    seen = httpx.URL(normal + "/v1/commerce")
    assert seen.scheme == "https" or is_loopback(seen.raw_host.decode())
    assert not seen.userinfo
    assert not seen.query
    assert normal == check_base_url(normal)
