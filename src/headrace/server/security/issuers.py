"""What the OpenID provider says of itself: its endpoints and its keys, asked for and kept.

Blocking. Keys are asked for again when a token names one that is not known, which happens after
the provider changed them, and not more often than every few seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from headrace.errors import InfrastructureError
from headrace.server import fetching
from headrace.server.security.settings import Issuer, is_loopback

_KEEP_S = 3600.0
_AGAIN_S = 15.0
_LIMIT_BYTES = 1 << 20
_TIMEOUT_S = 10.0
#: Signatures that only the provider can make. None of them is made with a shared secret: a public
#: key of the provider must never be taken for one.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
_PUBLIC_KINDS = frozenset({"RSA", "EC", "OKP"})


@dataclass(frozen=True, slots=True)
class Provider:
    """Where the provider is asked for what, and with which keys it signs."""

    authorization_endpoint: str
    token_endpoint: str
    keys: KeySet


class Discovery:
    """Finds the provider's endpoints and keys, and remembers them."""

    def __init__(self, issuer: Issuer, clock: Callable[[], float]) -> None:
        self._issuer = issuer
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Provider | None = None
        self._asked_at = float("-inf")

    def provider(self, *, anew: bool = False) -> Provider:
        """Return the provider.

        Args:
            anew: Ask again, unless that was done a moment ago.

        Raises:
            InfrastructureError: It cannot be reached, or says what cannot be used.
        """
        with self._lock:
            age = self._clock() - self._asked_at
            if self._known is not None and age < (_AGAIN_S if anew else _KEEP_S):
                return self._known
            if self._known is None or age >= _AGAIN_S:
                self._known = self._ask()
                self._asked_at = self._clock()
            return self._known

    def _ask(self) -> Provider:
        url = f"{self._issuer.url}/.well-known/openid-configuration"
        found = _json_at(url)
        if str(found.get("issuer", "")).rstrip("/") != self._issuer.url:
            message = f"the provider at {self._issuer.url} gives itself another name"
            raise InfrastructureError(message, hint="set issuer to exactly what it calls itself")
        keys = _json_at(_endpoint(found, "jwks_uri"))
        return Provider(
            authorization_endpoint=_endpoint(found, "authorization_endpoint"),
            token_endpoint=_endpoint(found, "token_endpoint"),
            keys=_keys(keys),
        )


def _json_at(url: str) -> Mapping[str, Any]:
    # Who configured the provider may have it on a private network; users cannot say where it is.
    answer = fetching.request(
        "GET", url, limit_bytes=_LIMIT_BYTES, timeout_s=_TIMEOUT_S, allow_private=True
    )
    try:
        value = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InfrastructureError(f"{url} is no JSON", retryable=True) from error
    if answer.status != 200 or not isinstance(value, dict):  # noqa: PLR2004
        raise InfrastructureError(f"{url} answered {answer.status}", retryable=True)
    return cast("dict[str, Any]", value)


def _endpoint(found: Mapping[str, Any], name: str) -> str:
    url = found.get(name)
    parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return str(url)
    raise InfrastructureError(f"the provider's {name} is missing, or not encrypted")


def _keys(found: Mapping[str, Any]) -> KeySet:
    listed = found.get("keys")
    entries = cast("list[Any]", listed) if isinstance(listed, list) else []
    public = [key for key in entries if isinstance(key, dict) and key.get("kty") in _PUBLIC_KINDS]  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    try:
        return KeySet.import_key_set({"keys": cast("list[Any]", public)})
    except (JoseError, ValueError, TypeError) as error:
        raise InfrastructureError("the provider's keys cannot be read") from error
