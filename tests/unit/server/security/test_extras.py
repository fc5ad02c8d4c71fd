"""Where users log in, what that needs is named when it is missing."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from headrace.errors import InvalidRequest
from headrace.server.security import assembly
from headrace.server.security.settings import read_auth


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "headrace.server.security.oidc", None)
    auth = read_auth(
        {
            "issuer": "https://id.example.com",
            "client_id": "x",
            "public_url": "https://headrace.example.com",
        },
        {},
    )
    assert auth is not None

    services = SimpleNamespace(clock=SimpleNamespace(now=lambda: 0.0))
    with pytest.raises(InvalidRequest, match="not installed") as refused:
        assembly._by_issuer(auth, None, None, None, services)
    assert "headrace[auth]" in str(refused.value)
