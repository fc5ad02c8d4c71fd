"""Signed values that a browser keeps: sessions, and what a login needs until it comes back.

A value is JSON with an expiry, signed with a key of the installation; the purpose is part of what
is signed, so that one kind of value is never taken for another. Nothing is stored.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import msgspec

KEY_SETTING = "session_key"
_KEY_BYTES = 32
_MAX_TEXT = 4096


class _Settings(Protocol):
    def setting(self, name: str) -> bytes | None: ...

    def put_setting(self, name: str, value: bytes) -> bytes: ...


def signing_key(store: _Settings) -> bytes:
    """Return the key of this installation, made when it is first needed; the first maker wins."""
    known = store.setting(KEY_SETTING)
    return known if known is not None else store.put_setting(KEY_SETTING, _new_key())


def _new_key() -> bytes:
    return secrets.token_bytes(_KEY_BYTES)


@dataclass(frozen=True, slots=True)
class Pending:
    """What a login at a provider needs when the browser comes back.

    Attributes:
        state: Ties the answer to this browser.
        nonce: Ties the provider's statement to this login.
        verifier: Proves that whoever brings the code also asked for it.
    """

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


class Signer:
    """Signs and reads values of one purpose."""

    def __init__(self, key: bytes, purpose: str) -> None:
        self._key = hmac.digest(key, purpose.encode(), hashlib.sha256)

    def sign(self, value: dict[str, Any], *, expires_at: float) -> str:
        """Return the value as text that fits into a cookie."""
        body = _text(msgspec.json.encode({**value, "exp": expires_at}))
        return f"{body}.{_text(self._mark(body))}"

    def read(self, text: str | None, *, now: float) -> dict[str, Any] | None:
        """Return the value, or None when it is not one of ours or its time is over."""
        if not text or len(text) > _MAX_TEXT:
            return None
        body, _, mark = text.partition(".")
        if not hmac.compare_digest(_text(self._mark(body)).encode(), mark.encode()):
            return None
        try:
            value = cast("dict[str, Any]", msgspec.json.decode(_bytes(body)))
        except (binascii.Error, ValueError):
            return None
        return value if value["exp"] > now else None

    def _mark(self, body: str) -> bytes:
        return hmac.digest(self._key, body.encode("utf-8", "replace"), hashlib.sha256)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
