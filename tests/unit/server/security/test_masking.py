"""What error texts keep and what they lose."""

from __future__ import annotations

import pytest

from headrace.server.security.masking import without_places, without_secrets


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("token hr_" + "x" * 43 + " is wrong", "token hr_… is wrong"),
        ("postgresql://me:secret@db:5432/x failed", "postgresql://…@db:5432/x failed"),
        ("HTTPS://me@host/a", "HTTPS://…@host/a"),
        ("sent Bearer abcdefgh.ijk", "sent Bearer …"),
        ("mail me@example.com about it", "mail me@example.com about it"),
        ("run hr_short is there", "run hr_short is there"),
    ],
)
def test_secrets_are_masked(text: str, masked: str) -> None:
    assert without_secrets(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("the store /srv/home/headrace.db is full", "the store … is full"),
        ("(/var/lib/x/y)", "(…)"),
        ("https://example.com/a/b cannot be reached", "https://example.com/a/b cannot be reached"),
        ("GET /healthz", "GET /healthz"),
        ("3/4 of a and/or b", "3/4 of a and/or b"),
        ("at C:\\Users\\me\\x.db", "at …"),
    ],
)
def test_places_are_masked(text: str, masked: str) -> None:
    assert without_places(text) == masked
