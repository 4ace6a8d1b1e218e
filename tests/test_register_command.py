"""Register without a screen: what was typed, what was checked, what Gett got, and what was said about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sandbox_server import Live

Register = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def register(tmp_path: Path, live: Live) -> Register:
    def run(
        partner: str, catalog: str = "https://c.example/x", webhook: str = "https://w.example", name: str = "A"
    ) -> subprocess.CompletedProcess[str]:
        words = ["register", partner, "--name", name, "--catalog-url", catalog, "--webhook-url", webhook, "--json"]
        env = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "GETT_API_KEY": "test-key-register-1",
            "GETT_BASE_URL": live.url,
            "GETT_STATE_DIR": str(tmp_path / "state"),
        }
        return subprocess.run(
            [sys.executable, "-m", "gett_tui", *words], env=env, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def test_what_is_sent_is_what_was_checked_and_is_told_where_it_differs(live: Live, register: Register) -> None:
    done = register(" 42\t", " https://bücher.example/café.json", "HTTPS://w.example/x/", "\ufeffPersian می\u200cخ ")
    assert done.returncode == 0, done.stderr
    assert "catalogCallbackUrl (--catalog-url): sent as https://xn--bcher-kva.example/caf%C3%A9.json" in done.stderr
    assert "webhookUrl (--webhook-url): sent as https://w.example/x/; ends in a slash" in done.stderr
    assert json.loads(done.stdout)["sent"] == {
        "partnerStoreId": "42",
        "name": "Persian می\u200cخ",
        "catalogCallbackUrl": "https://xn--bcher-kva.example/caf%C3%A9.json",
        "webhookUrl": "https://w.example/x/",
    }
    again = register("42 ")
    assert again.returncode == 1, "one store, however many blanks are around its id"
    assert live.carried_out("register") == 1


def test_an_id_that_looks_like_another_is_told_and_sent(live: Live, register: Register) -> None:
    assert "another store" not in register("Shop-1").stderr
    done = register("SHOP-1")
    assert done.returncode == 0
    assert "another store here is called 'Shop-1'" in done.stderr
    assert live.carried_out("register") == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"catalog": "https://c.example/{shop}.json"}, "catalogCallbackUrl (--catalog-url): looks like a template"),
        ({"catalog": "https://c.example/100%.json"}, "catalogCallbackUrl (--catalog-url): holds a stray %"),
        ({"webhook": "https://w.example/a b"}, "webhookUrl (--webhook-url): holds a blank"),
        ({"name": "two\nlines"}, "name (--name): holds a line break"),
        ({"name": " "}, "name (--name): must be given"),
        ({"partner": "x" * 513}, "partnerStoreId (PARTNER_STORE_ID): is longer than 512 characters"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anybody_is_asked(
    live: Live, register: Register, wrong: dict[str, str], said: str
) -> None:
    done = register(**{"partner": "p-1", **wrong})
    assert done.returncode == 2
    assert said in done.stderr
    assert live.carried_out("register") == 0
