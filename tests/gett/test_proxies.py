"""For one URL it is decided which way goes to it, by nothing but the variables that apply to it."""

from __future__ import annotations

import os
import ssl
import stat
from pathlib import Path

import pytest

from gett_tui.errors import Cause, ConfigError
from gett_tui.gett.proxies import certificates, way_to

GETT = "https://api.gett-tech.com/v1"
PROXY = "http://proxy.example:3128"
CERTIFICATE = Path(__file__).with_name("throwaway-tls.pem")


@pytest.mark.parametrize(
    ("url", "env", "proxy", "reason"),
    [
        (GETT, {}, None, "no proxy set"),
        (GETT, {"HTTPS_PROXY": PROXY}, PROXY, "HTTPS_PROXY"),
        (GETT, {"https_proxy": PROXY, "HTTPS_PROXY": "http://other.example"}, PROXY, "https_proxy"),
        (GETT, {"https_proxy": "", "HTTPS_PROXY": PROXY}, PROXY, "HTTPS_PROXY"),
        (GETT, {"HTTP_PROXY": PROXY}, None, "no proxy set"),
        (GETT, {"HTTP_PROXY": "http://other.example", "ALL_PROXY": PROXY}, PROXY, "ALL_PROXY"),
        (GETT, {"all_proxy": PROXY}, PROXY, "all_proxy"),
        (GETT, {"HTTPS_PROXY": PROXY, "all_proxy": "socks5h://socks.example:1080"}, PROXY, "HTTPS_PROXY"),
        (GETT, {"HTTPS_PROXY": "proxy.example:3128"}, PROXY, "HTTPS_PROXY"),
        (GETT, {"HTTPS_PROXY": f" {PROXY}/ "}, PROXY, "HTTPS_PROXY"),
        (GETT, {"HTTPS_PROXY": "HTTPS://Proxy.Example"}, "https://proxy.example", "HTTPS_PROXY"),
        (GETT, {"HTTPS_PROXY": "http://[2001:db8::1]:8080"}, "http://[2001:db8::1]:8080", "HTTPS_PROXY"),
        (
            GETT,
            {"HTTPS_PROXY": "http://u:p@q%2Fr@proxy.example:1"},
            "http://u:p%40q%2Fr@proxy.example:1",
            "HTTPS_PROXY",
        ),
        ("http://c.example/x", {"HTTP_PROXY": PROXY}, PROXY, "HTTP_PROXY"),
        ("http://c.example/x", {"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, None, "no proxy set"),
        ("http://c.example/x", {"http_proxy": PROXY, "REQUEST_METHOD": "GET"}, PROXY, "http_proxy"),
        (GETT, {"HTTPS_PROXY": PROXY, "REQUEST_METHOD": "GET"}, PROXY, "HTTPS_PROXY"),
        ("http://127.0.0.1:1", {"HTTP_PROXY": PROXY, "ALL_PROXY": "socks5://x"}, None, "loopback"),
        ("http://127.8.9.1:1", {"HTTP_PROXY": PROXY}, None, "loopback"),
        ("http://[::1]:1", {"HTTP_PROXY": PROXY}, None, "loopback"),
        ("http://[::ffff:127.0.0.1]:1", {"HTTP_PROXY": PROXY}, None, "loopback"),
        ("http://LocalHost.", {"HTTP_PROXY": PROXY}, None, "loopback"),
    ],
)
def test_only_the_variable_that_applies_counts(url: str, env: dict[str, str], proxy: str | None, reason: str) -> None:
    assert way_to(url, env) == (proxy, reason)


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        (GETT, "*"),
        (GETT, "api.gett-tech.com"),
        (GETT, "API.Gett-Tech.com."),
        (GETT, "gett-tech.com"),
        (GETT, ".gett-tech.com"),
        (GETT, "*.gett-tech.com"),
        (GETT, "api.gett-tech.com:443"),
        (GETT, "https://api.gett-tech.com/"),
        ("http://c.example:8080", "c.example:8080"),
        ("https://10.1.2.3/", "10.1.2.3"),
        ("https://10.1.2.3/", "10.0.0.0/8"),
        ("https://10.1.2.3/", "10.1.2.3/8"),
        ("https://10.1.2.3:8443/", "10.1.2.3:8443"),
        ("https://[::ffff:10.1.2.3]/", "10.0.0.0/8"),
        ("https://[fd00::7]/", "fd00::/8"),
        ("https://[fd00::7]/", "[fd00::]/8"),
        ("https://[fd00::7]/", "[fd00::7]"),
        ("https://[fd00::7]/", "fd00:0::7"),
        ("https://[fd00::7]:444/", "[fd00::7]:444"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/", "bücher.example"),
    ],
)
@pytest.mark.parametrize("variable", ["no_proxy", "NO_PROXY"])
def test_an_exempt_host_is_direct_whatever_stands_beside_it(url: str, entry: str, variable: str) -> None:
    others = "[::1], [broken , 300.1.1.1/99,,::/x \t other.example:port "
    env = {"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY, variable: f"{others},{entry}"}
    assert way_to(url, env) == (None, f"{variable} {entry}")


@pytest.mark.parametrize(
    ("url", "entries"),
    [
        (GETT, "api.gett-tech.com:8443"),
        (GETT, "tt-tech.com"),
        (GETT, "api.gett-tech.com.example"),
        (GETT, "com.example, ., *., :443, [], 10.0.0.0/8, ::/0"),
        ("https://10.1.2.3/", "11.0.0.0/8 2.3 .3 0.1.2.3 fd00::/8"),
        ("https://[fd00::7]/", "10.0.0.0/8 fe80::/10 [fd00::7]:444"),
    ],
)
def test_another_host_s_exemption_does_not_count(url: str, entries: str) -> None:
    assert way_to(url, {"HTTPS_PROXY": PROXY, "NO_PROXY": entries}) == (PROXY, "HTTPS_PROXY")


@pytest.mark.parametrize(
    "value",
    [
        "socks5://user:test-key-pass@socks.example:1080",
        "socks4a://test-key-pass@x",
        "ftp://test-key-pass@x",
        "http://user:test-key-pass@",
        "http://user:test-key-pass",
        "http://user:test-key-pass/x@host:1",
        "http://user:test-key-pass@[::1",
        "http://user:test-key-pass@host:99999",
        "http://user:test-key-pass@ho st",
        "http://",
    ],
)
def test_a_proxy_that_applies_and_cannot_be_used_is_told_by_its_variable_alone(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        way_to(GETT, {"all_proxy": value})
    assert "all_proxy" in str(caught.value)
    assert "test-key" not in str(caught.value) + str(caught.value.facts)
    assert (caught.value.cause, caught.value.facts["variable"]) == (Cause.PROXY_SETTING, "all_proxy")
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert way_to(GETT, {"all_proxy": value, "NO_PROXY": "gett-tech.com"}).proxy is None


def test_what_is_no_url_has_no_way() -> None:
    with pytest.raises(ConfigError):
        way_to("http://[", {})


@pytest.mark.parametrize("login", ["", "user@", "user:test-key-pass@", "user:p%40test-key@"])
def test_a_proxy_is_shown_without_user_and_password(login: str) -> None:
    way = way_to(GETT, {"HTTPS_PROXY": f"http://{login}proxy.example:3128"})
    assert way.shown == PROXY
    assert way_to(GETT, {}).shown == "direct"


# -- certificates


def test_the_certificates_of_the_environment_are_trusted_and_no_others(tmp_path: Path) -> None:
    assert len(certificates({}).get_ca_certs()) > 50
    assert len(certificates({"SSL_CERT_FILE": str(CERTIFICATE)}).get_ca_certs()) <= 1
    assert certificates({"SSL_CERT_DIR": str(tmp_path)}).get_ca_certs() == []
    context = certificates({"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""})
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("kind", ["missing", "empty", "pipe", "nul"])
def test_unusable_certificates_are_told_by_their_variable(tmp_path: Path, variable: str, kind: str) -> None:
    path = tmp_path / "it"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "pipe":
        os.mkfifo(path)
    with pytest.raises(ConfigError, match=variable) as caught:
        certificates({variable: "a\0b" if kind == "nul" else str(path)})
    assert (caught.value.cause, caught.value.facts["variable"]) == (Cause.CERTIFICATES, variable)
    assert kind != "missing" or caught.value.facts["why"] == "No such file or directory"


def test_tls_keys_are_logged_for_the_owner_alone_or_not_at_all(tmp_path: Path) -> None:
    fresh, loose, link = tmp_path / "fresh", tmp_path / "loose", tmp_path / "link"
    assert certificates({"SSLKEYLOGFILE": str(fresh)}).keylog_filename == str(fresh)
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o600
    loose.write_text("")
    loose.chmod(0o644)
    link.symlink_to(fresh)
    for refused in (str(loose), str(link), str(tmp_path), str(tmp_path / "no" / "such"), "", "a\0b"):
        assert certificates({"SSLKEYLOGFILE": refused}).keylog_filename is None


def test_the_process_s_own_environment_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing"))
    assert certificates({}).keylog_filename is None
    assert not (tmp_path / "keys").exists()
