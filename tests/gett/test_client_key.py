"""A server that quotes the refused key, in whatever form its software writes it, cannot get it into an error."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from hostile_server import HostileServer, answering, hanging_up, hostile_server, whole
from keyless import KEY, assert_keyless, secret, shows_key

from gett_tui.gett.client import GettClient
from gett_tui.gett.errors import GettError, ProblemError, UnreadableAnswerError
from gett_tui.gett.models import Registration
from gett_tui.gett.secret import Secret

pytestmark = pytest.mark.usefixtures("few_certificates")

REGISTRATION = Registration(
    partner_store_id="p-1", name="Corner", catalog_callback_url="https://c.example/1", webhook_url="https://w.example"
)
FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "with escaped slashes": lambda key: key.replace("/", "\\/"),
    "with + as an escape": lambda key: key.replace("+", "\\u002B"),
    "with every letter as an escape": lambda key: "".join(f"\\u{ord(char):04x}" for char in key),
    "URL-encoded": lambda key: quote(key, safe=""),
    "URL-encoded in small letters": lambda key: quote(key, safe="").lower(),
    "in base64": lambda key: base64.b64encode(key.encode()).decode().rstrip("="),
    "as the whole header in base64": lambda key: base64.b64encode(f"Bearer {key}".encode()).decode(),
    "in base64 for URLs, further in": lambda key: base64.urlsafe_b64encode(f"xx{key}".encode()).decode(),
    "in hex": lambda key: key.encode().hex(),
    "in hex with colons": lambda key: key.encode().hex(":").upper(),
    "URL-encoded twice": lambda key: quote(quote(key, safe=""), safe=""),
    "URL-encoded twice, every letter": lambda key: "".join(f"%25{ord(char):02X}" for char in key),
    "with every letter in HTML": lambda key: "".join(f"&#{ord(char)};" for char in key),
    "in capitals": str.upper,
    "cut off": lambda key: key[:16],
    "without its start": lambda key: key[6:],
}


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with hostile_server(hanging_up) as running:
        yield running


async def _refused(server: HostileServer, answer: bytes, key: Secret | None = None) -> GettError:
    server.script = answering(answer)
    async with GettClient(server.url, key or secret()) as client:
        with pytest.raises(GettError) as caught:
            await client.register(REGISTRATION)
    return caught.value


@pytest.mark.parametrize("form", FORMS)
async def test_a_problem_that_quotes_the_key_is_shown_without_it(server: HostileServer, form: str) -> None:
    said = f"the key {FORMS[form](KEY)} is not known"
    body = f'{{"title": "{said}", "detail": "{said}", "errors": [{{"code": "{said}", "x": "{said}"}}, "{said}"]}}'
    error = await _refused(server, whole(401, body))
    assert isinstance(error, ProblemError)
    assert str(error) == "401: the key *** is not known"
    assert not shows_key(repr(error.problem).lower() + repr(error.facts))
    assert KEY.lower() not in repr(error.problem).lower()
    assert_keyless(error)


@pytest.mark.parametrize("form", FORMS)
async def test_an_unreadable_success_keeps_its_body_without_the_key(server: HostileServer, form: str) -> None:
    """It goes into a file, for the id that is in it."""
    written = FORMS[form](KEY)
    error = await _refused(server, whole(200, f'{{"onboardingId": "id-1", "by": "{written}", "cut'))
    assert isinstance(error, UnreadableAnswerError)
    assert error.body == '{"onboardingId": "id-1", "by": "***", "cut'


async def test_a_web_page_and_json_within_json_are_no_way_out(server: HostileServer) -> None:
    page = "".join(f"&#x{ord(char):X};" if char in "+/=~" else char for char in KEY)
    for written in (page, html.escape(KEY), json.dumps(json.dumps(KEY.replace("/", "\\/"))), KEY.replace("/", "&#47;")):
        error = await _refused(server, whole(403, f"<p>{written}</p>", "Content-Type: text/html"))
        assert isinstance(error, ProblemError)
        assert "planted" not in error.problem.body, written
        assert "***" in error.problem.body


async def test_what_only_resembles_the_key_stays(server: HostileServer) -> None:
    error = await _refused(server, whole(400, {"detail": f"{KEY[:11]} and u0074 and \\\\ stay"}))
    assert str(error) == f"400: {KEY[:11]} and u0074 and \\\\ stay"


async def test_a_key_of_a_few_letters_is_hidden_where_it_is_a_word_of_its_own(server: HostileServer) -> None:
    error = await _refused(server, whole(400, {"detail": "the store of stores, partnerStoreId"}), Secret("store"))
    assert str(error) == "400: the *** of stores, partnerStoreId"


@pytest.mark.parametrize("key", ["test-key-(a|b)*[c]{9}^$.?", "test-key-\\d+\\", "test-key-%41&#x41;"])
async def test_no_letter_of_a_key_has_a_meaning_of_its_own(server: HostileServer, key: str) -> None:
    error = await _refused(server, whole(401, {"detail": f"<{key}>"}), Secret(key))
    assert str(error) == "401: <***>"
