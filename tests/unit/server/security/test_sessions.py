"""Signed values of browsers: what is read back, and what never is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.server.security.sessions import Signer, signing_key

KEY = b"k" * 32


def test_a_value_is_read_back_until_it_expires() -> None:
    signer = Signer(KEY, "session")
    text = signer.sign({"user": "ann@example.com"}, expires_at=100.0)
    assert signer.read(text, now=99.9) == {"user": "ann@example.com", "exp": 100.0}
    assert signer.read(text, now=100.0) is None


@pytest.mark.parametrize("other", [Signer(KEY, "login"), Signer(b"j" * 32, "session")])
def test_a_value_of_another_purpose_or_key_is_nothing(other: Signer) -> None:
    text = other.sign({"user": "ann"}, expires_at=100.0)
    assert Signer(KEY, "session").read(text, now=0.0) is None


@given(st.data())
def test_a_changed_value_is_nothing(data: st.DataObject) -> None:
    signer = Signer(KEY, "session")
    text = signer.sign({"user": "ann"}, expires_at=100.0)
    place = data.draw(st.integers(0, len(text) - 1))
    put = data.draw(st.characters(codec="latin-1").filter(lambda char: char != text[place]))
    changed = text[:place] + put + text[place + 1 :]
    # The last character of the mark holds two bits that mean nothing; they are compared all the same.
    assert signer.read(changed, now=0.0) is None


@pytest.mark.parametrize("text", [None, "", ".", "a.b", "a", "é.é", "\ud800.x", "a" * 10_000])
def test_what_is_not_ours_is_nothing(text: str | None) -> None:
    assert Signer(KEY, "session").read(text, now=0.0) is None


def test_the_first_key_that_was_put_holds() -> None:
    class Settings:
        kept: bytes | None = None

        def setting(self, name: str) -> bytes | None:
            return self.kept

        def put_setting(self, name: str, value: bytes) -> bytes:
            self.kept = self.kept or value
            return self.kept

    settings = Settings()
    first = signing_key(settings)
    assert len(first) == 32
    assert signing_key(settings) == first
