"""What the tests of the HTTP client share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def few_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests over plain HTTP: reading all that the machine trusts takes longer than the tests themselves."""
    monkeypatch.setenv("SSL_CERT_FILE", str(Path(__file__).with_name("throwaway-tls.pem")))
