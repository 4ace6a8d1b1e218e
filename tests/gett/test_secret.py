"""The key is found in any spelling, and what does not hold it comes through as it is."""

from __future__ import annotations

import base64
import html
import json
import pickle
import tracemalloc
from urllib.parse import quote

import pytest
from hostile_server import answering, head, hostile_server
from hypothesis import given, settings
from hypothesis import strategies as st

from gett_tui.gett.client import GettClient
from gett_tui.gett.errors import UnreadableAnswerError
from gett_tui.gett.secret import Secret, redacted, without_key

KEY = "test-key_7Hq2Zr9w/Xb4+Lm8Ck1~Vt6Ny3=="
HELD = Secret(KEY)
SPELLINGS = {
    "plain": KEY,
    "twelve in a row": KEY[9:21],
    "masked in the middle": KEY[:5] + "*" * 9 + KEY[20:35],
    "over two lines": KEY[:18] + "\r\n    " + KEY[18:],
    "over two lines in JSON": KEY[:18] + "\\n" + KEY[18:],
    "in JSON in JSON": json.dumps(json.dumps(KEY.replace("/", "\\/"))),
    "with blanks": " ".join(KEY),
    "with zero-width blanks": "\u200b".join(KEY),
    "in capitals": KEY.upper(),
    "percent": "".join(f"%{ord(char):02x}" for char in KEY),
    "percent twice": quote("".join(f"%{ord(char):02X}" for char in KEY), safe=""),
    "HTML": "".join(f"&#{ord(char)};" for char in KEY),
    "HTML in hex with noughts": "".join(f"&#x000{ord(char):x}" + ";" for char in KEY),
    "HTML twice": html.escape("".join(f"&#{ord(char)};" for char in KEY)),
    "JSON escapes": "".join(f"\\u{ord(char):04X}" for char in KEY),
    "JavaScript escapes": "".join(f"\\x{ord(char):02x}" for char in KEY),
    "hex": KEY.encode().hex(),
    "hex in capitals with colons": KEY.encode().hex(":").upper(),
    "hex with 0x": ", ".join(f"0x{ord(char):02x}" for char in KEY),
    "UTF-16": KEY.encode("utf-16-le").decode(),
}
SPELLINGS |= {
    f"base64 at {lead} for {kind}": coder(b"x" * lead + f"Bearer {KEY}".encode()).decode()
    for lead in range(3)
    for kind, coder in (("text", base64.b64encode), ("URLs", base64.urlsafe_b64encode))
}
SPELLINGS["HTML in HTML by names"] = "".join(f"&amp;&num;{ord(char)}&semi;" for char in KEY)
SPELLINGS["percent in HTML"] = "".join(f"&percnt;{ord(char):x}" for char in KEY)
SPELLINGS["base64 in lines"] = base64.encodebytes(f"Authorization: Bearer {KEY}, once more {KEY}".encode()).decode()
SPELLINGS["base64 in a URL"] = quote(base64.b64encode(KEY.encode()).decode(), safe="")
BEARER = f"Authorization: Bearer {KEY}".encode()
TWICE = {"base64": base64.b64encode, "base32": base64.b32encode, "hex": base64.b16encode}
SPELLINGS |= {
    f"{inner} in {outer}": TWICE[outer](b"debug: " + TWICE[inner](BEARER) + b"; end").decode()
    for inner in TWICE
    for outer in TWICE
}
SPELLINGS["base64 three times"] = base64.b64encode(base64.b64encode(base64.b64encode(BEARER))).decode()
SPELLINGS |= {
    f"{name} at {lead}": coder(b"x" * lead + BEARER).decode()
    for lead in range(5)
    for name, coder in (
        ("base32", base64.b32encode),
        ("base32 with hex digits", base64.b32hexencode),
        ("base85", base64.b85encode),
        ("ascii85", lambda raw: base64.a85encode(raw, adobe=True, wrapcol=20)),
    )
}
SPELLINGS["base32 in small letters, in groups"] = " ".join(
    base64.b32encode(BEARER).decode().lower()[at : at + 4] for at in range(0, 100, 4)
)
SPELLINGS["base85 of capitals"] = base64.b85encode(BEARER.upper()).decode()
SPELLINGS["octal"] = "".join(f"\\{ord(char):03o}" for char in KEY)
SPELLINGS["octal in JSON"] = json.dumps("".join(f"\\{ord(char):03o}" for char in KEY))
SPELLINGS["long escapes"] = "".join(f"\\U{ord(char):08x}" for char in KEY)
SPELLINGS["escapes with braces"] = "".join(f"\\u{{{ord(char):x}}}" for char in KEY)
SPELLINGS["old JavaScript escapes"] = "".join(f"%u{ord(char):04x}" for char in KEY)
SPELLINGS["quoted-printable"] = "".join(f"={ord(char):02X}" for char in KEY)
SPELLINGS["full width"] = "".join(chr(ord(char) + 0xFEE0) for char in KEY)
SPELLINGS["full width in JSON"] = json.dumps("".join(chr(ord(char) + 0xFEE0) for char in KEY))
SPELLINGS["full width in HTML"] = "".join(f"&#{ord(char) + 0xFEE0};" for char in KEY)
SPELLINGS["full width in percent"] = quote("".join(chr(ord(char) + 0xFEE0) for char in KEY))
SPELLINGS["in short lines of JSON"] = "\\n".join(KEY[at : at + 7] for at in range(0, len(KEY), 7))
SPELLINGS["accented"] = "".join(char + "\u0301" for char in KEY)
SPELLINGS["case swapped"] = KEY.swapcase()
SPELLINGS["backwards"] = KEY[::-1]
SPELLINGS["hex in base64 lines"] = "\n".join([KEY.encode().hex()[:30], KEY.encode().hex()[30:]])


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("around", ["{}", '{{"detail": "the key {} is unknown", "id": "id-1"}}', "<p>a1{}b2</p>"])
def test_the_key_is_hidden_in_any_spelling(spelling: str, around: str) -> None:
    told = redacted(around.format(SPELLINGS[spelling]))
    assert "***" in told
    assert SPELLINGS[spelling] not in told
    # Nothing that is left is still the key, in whatever spelling it was.
    assert redacted(told) == told


@pytest.mark.parametrize("spelling", ["plain", "percent", "hex", "HTML", "JSON escapes", "base64 at 0 for text"])
def test_what_stands_around_the_key_is_kept(spelling: str) -> None:
    told = redacted(f'{{"detail": "the key {SPELLINGS[spelling]} is unknown", "id": "id-1"}}')
    assert told == '{"detail": "the key *** is unknown", "id": "id-1"}'


def test_what_cannot_be_told_from_the_key_is_hidden_with_it() -> None:
    assert redacted("the key\n" + "\n".join(KEY[at : at + 7] for at in range(0, len(KEY), 7)) + "\nis unknown") == "***"


@pytest.mark.parametrize("text", ["half a pair \udcff and \ud83d", "&#9999999; &#xffffff; \\Uffffffff \\u{ffffff}"])
def test_a_text_without_the_key_comes_through_whatever_it_holds(text: str) -> None:
    assert redacted(text) == text


def test_no_more_than_the_key_is_hidden_of_the_word_that_it_stands_in() -> None:
    for written in (KEY, base64.b64encode(KEY.encode()).decode().rstrip("=")):
        assert redacted(f"<p>a1_{written}_b2</p>") == "<p>a1_***_b2</p>"


def test_a_part_of_a_key_of_signs_is_found_with_its_slashes_escaped() -> None:
    assert without_key(rb'{"a": "----\/\/\/\/++++", "b": 1}', Secret("----////++++....")) == b'{"a": "***", "b": 1}'


@given(st.integers(0, len(KEY) - 12), st.integers(12, len(KEY)), st.sampled_from(["", " ", "x", "%20", "é", '"', "0"]))
@settings(deadline=None)
def test_twelve_characters_in_a_row_are_the_key(start: int, length: int, beside: str) -> None:
    part = KEY[start : start + length]
    assert part not in redacted(f"a {beside}{part}{beside} z")


_text = st.text(max_size=30)
_answers = st.fixed_dictionaries(
    {"onboardingId": st.uuids().map(str), "status": st.sampled_from(["pending_catalog", "active"])},
    optional={
        "partnerStoreId": _text,
        "name": _text,
        "error": _text,
        "reviewUrl": st.binary(max_size=60).map(lambda raw: "https://x.example/" + quote(base64.b64encode(raw))),
        "digest": st.binary(max_size=64).map(bytes.hex),
        "page": _text.map(html.escape),
    },
)


@given(_answers, st.booleans(), st.sampled_from(["utf-8", "utf-16"]))
@settings(deadline=None)
def test_an_answer_without_the_key_comes_through_byte_for_byte(answer: object, escaped: bool, encoding: str) -> None:
    body = json.dumps(answer, ensure_ascii=escaped).encode(encoding, "replace")
    assert without_key(body, HELD) is body


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_searched(body: bytes) -> None:
    assert without_key(body, HELD) is body
    assert KEY.encode() not in without_key(body + KEY.encode() + body, HELD)


@pytest.mark.parametrize(
    "key", ["abcd", "store", "test-k1", "test-key", "----////++++", "a.b.c.d.e.f.g", "{}[](),;<>|'"]
)
def test_a_short_or_odd_key_is_hidden_whole(key: str) -> None:
    held = Secret(key)
    assert without_key(f"the key {key} is".encode(), held) == b"the key *** is"
    assert without_key(b"the kex is", held) == b"the kex is"


def test_a_secret_is_neither_shown_nor_pickled() -> None:
    assert KEY not in f"{HELD} {HELD!r} {HELD:>40}"
    with pytest.raises(TypeError):
        pickle.dumps(HELD)


def test_less_than_four_characters_are_no_secret() -> None:
    assert without_key(b"abc", Secret("abc")) == b"abc"
    assert without_key(b"text", Secret("")) == b"text"


@pytest.mark.few(2)
@pytest.mark.parametrize(
    "piece",
    [b"a", b"%41", b"\\", b"\\u0041", b"&#65;", b"4a", KEY[:11].encode() + b" ", KEY[:-1].encode(), b"\0", b" "],
)
def test_a_text_that_would_take_long_is_searched_in_linear_work(piece: bytes) -> None:
    """Counted in memory, which grows with the work, and not in seconds."""
    body = piece * (1_000_000 // len(piece))
    tracemalloc.start()
    without_key(body, HELD)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * len(body)


@pytest.mark.few(8)
@pytest.mark.parametrize("mess", ["%41", "\\\\n", "&amp;", "\\\\u0041", "\\\\\\\\", "=41", "\\\\101"])
@pytest.mark.parametrize("spelled", ["plain", "hex", "base64 at 1 for text", "octal in JSON", None])
def test_an_id_in_a_mess_of_escapes_is_kept_and_the_key_is_not(mess: str, spelled: str | None) -> None:
    mess = mess * 30_000
    quoted = "" if spelled is None else SPELLINGS[spelled].strip('"')
    body = f'{{"debug": "{mess}", "key": "{quoted}", "more": "{mess}", "onboardingId": "ob-1"}}'
    told = redacted(body)
    assert json.loads(told)["onboardingId"] == "ob-1"
    assert len(told) > len(body) - 200
    assert ("***" in told) == (spelled is not None)
    assert not quoted or quoted not in told


async def test_the_key_in_a_redirect_s_host_name_is_hidden() -> None:
    key = Secret("test-key-7hq2zr9wxb4")
    for host in ("test-key-7hq2zr9wxb4.evil.example", "TEST-KEY-7HQ2ZR.9WXB4.evil.example", "x.test%2Dkey-7hq2zr9wxb4"):
        with hostile_server(answering(head(302, "Content-Length: 0", f"Location: https://{host}/x"))) as server:
            async with GettClient(server.url, key) as client:
                with pytest.raises(UnreadableAnswerError, match=r"a redirect to \*\*\*,") as caught:
                    await client.status("id-1")
        assert "7hq2" not in (str(caught.value) + str(caught.value.facts)).lower()


@pytest.mark.parametrize(
    "quoted",
    [
        list(KEY.encode()),
        list(KEY),
        [KEY[at : at + 5] for at in range(0, len(KEY), 5)],
        " ".join(KEY),
        KEY.encode().hex(" "),
        ", ".join(f"0x{code:02x}" for code in KEY.encode()),
        ", ".join(map(str, f"Bearer {KEY}".encode())),
        "\n".join(KEY[at : at + 7] for at in range(0, len(KEY), 7)),
        f'a "quoted" {KEY.encode().hex(" ")} \\ end',
    ],
)
async def test_an_id_beside_a_key_in_pieces_is_kept(quoted: object) -> None:
    """The answer to a Register is all that tells the id: no more of it is hidden than must be."""
    body = json.dumps({"a": [1, "x"], "debug": {"header": quoted}, "onboardingId": "ob-1", "status": "new"}).encode()
    answer = head(200, f"Content-Length: {len(body)}", "Content-Type: application/json") + body
    with hostile_server(answering(answer)) as server:
        async with GettClient(server.url, Secret(KEY)) as client:
            onboarding = await client.status("ob-1")
    assert (onboarding.onboarding_id, onboarding.status) == ("ob-1", "new")
    shown = json.dumps(onboarding.unknown())
    assert onboarding.unknown()["debug"] == {"header": ["***"] if isinstance(quoted, list) else "***"}, shown
