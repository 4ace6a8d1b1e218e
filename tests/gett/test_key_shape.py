"""What may be a key that was pasted in the wrong place, and what is plainly a name."""

from __future__ import annotations

import base64
import secrets

import pytest

from gett_tui.gett.key_shape import doubtful_parts, may_be_key
from gett_tui.gett.secret import shown


@pytest.mark.parametrize(
    "name",
    [
        "sandbox",
        "production-europe-west-1",
        "CornerBakeryProduction",
        "ca-certificates.crt",
        "pos_vendor_staging_2026",
        "site-packages",
        "b2b-production",
        "eu2prod-commerce",
        "k8s-staging-Store24",
        "a1b2c3d4e5f",
        "api-sandbox.gett-tech.com",
    ],
)
def test_a_name_as_people_give_it_is_none(name: str) -> None:
    assert not may_be_key(name)
    assert not doubtful_parts(f"/srv/{name}/state")


@pytest.mark.parametrize(
    "name",
    [
        "7b0d6a3e-0f0e-4c55-9a53-2f1f6b1c0d9e",
        "sk_live_abcdefgh",
        "test-key-planted",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx",
        "123456789012",
        "abcdefghijklmnopqrst",
        "ABCDEFGHIJKLMNOPQRST",
        "vpce-0123456789abcdef0",
    ],
)
def test_what_is_long_and_no_words_may_be_one(name: str) -> None:
    assert may_be_key(name)
    for place in (f"/srv/{name}/state", f"https://{name}.example:1/x", name, f"{name} x"):
        assert name not in shown(place)


def test_random_bytes_in_hex_and_base64_are_one() -> None:
    for _ in range(200):
        data = secrets.token_bytes(24)
        assert may_be_key(data.hex())
        for key in (base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()):
            assert "***" in shown(key), key
