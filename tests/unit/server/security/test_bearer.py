"""Access tokens of a provider: which are taken, and that a claimed kind of signature is not."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from headrace.errors import Unauthenticated
from headrace.server.security.bearer import user_of_access_token
from headrace.server.security.issuers import Provider, _keys
from headrace.server.security.settings import Issuer

NOW = 1_800_000_000.0
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
ISSUER = Issuer(url="https://id.example.com", client_id="headrace", audience="headrace-api")
CLAIMS = {
    "iss": "https://id.example.com",
    "aud": "headrace-api",
    "sub": "ann",
    "exp": NOW + 60,
    "iat": NOW - 10,
}


class Known:
    """A provider whose keys are known; ``anew`` brings the second one."""

    def __init__(self, *later: RSAKey) -> None:
        self.keys = [KEY]
        self.later = later
        self.asked_anew = 0

    def provider(self, *, anew: bool = False) -> Provider:
        if anew:
            self.asked_anew += 1
            self.keys = [*self.keys, *self.later]
        public = [key.as_dict(private=False) for key in self.keys]
        return Provider("", "", KeySet.import_key_set({"keys": public}))


def _token(claims: dict, key: RSAKey = KEY, **header: object) -> str:
    return jwt.encode({"alg": "RS256", "kid": key.kid, **header}, claims, key)


def _user(text: str, issuer: Issuer = ISSUER, providers: Known | None = None) -> str:
    return user_of_access_token(text, issuer, providers or Known(), now=NOW)


def test_a_token_of_the_provider_for_this_server_names_its_user() -> None:
    assert _user(_token(CLAIMS)) == "ann"
    assert _user(_token({**CLAIMS, "aud": ["x", "headrace-api"]}, typ="at+jwt")) == "ann"


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": None},
        {"aud": ""},
        {"aud": "headrace-api2"},
        {"aud": {"headrace-api": 1}},
        {"iss": "https://evil.example"},
        {"iss": "https://id.example.com.evil.example"},
        {"iss": None},
        {"exp": NOW - 60},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": NOW + 600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=range(16),
)
def test_wrong_claims_are_refused(change: dict) -> None:
    claims = {name: value for name, value in {**CLAIMS, **change}.items() if value is not None}
    with pytest.raises(Unauthenticated):
        _user(_token(claims))


@pytest.mark.parametrize("missing", ["aud", "iss", "exp", "sub"])
def test_missing_claims_are_refused(missing: str) -> None:
    with pytest.raises(Unauthenticated):
        _user(_token({name: value for name, value in CLAIMS.items() if name != missing}))


def test_the_signature_of_somebody_else_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        _user(_token(CLAIMS, OTHER))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_no_signature_is_refused(algorithm: str) -> None:
    text = ".".join([_part({"alg": algorithm, "kid": "one"}), _part(CLAIMS), ""])
    with pytest.raises(Unauthenticated):
        _user(text)


@pytest.mark.parametrize("form", ["pem", "der", "json"])
def test_the_providers_public_key_is_no_shared_secret(form: str) -> None:
    secret = {
        "pem": KEY.as_pem(private=False),
        "der": KEY.as_der(private=False),
        "json": json.dumps(KEY.as_dict(private=False)).encode(),
    }[form]
    signed = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(CLAIMS)}"
    mark = hmac.digest(secret, signed.encode(), "sha256")
    text = f"{signed}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"
    with pytest.raises(Unauthenticated):
        _user(text)


def test_a_key_that_the_token_brings_along_is_not_believed() -> None:
    for header in (
        {"jwk": OTHER.as_dict(private=False)},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
    ):
        with pytest.raises(Unauthenticated):
            _user(_token_with(header))


def _token_with(header: dict) -> str:
    from joserfc.jws import JWSRegistry

    loose = JWSRegistry(strict_check_header=False)
    return jwt.encode({"alg": "RS256", "kid": "one", **header}, CLAIMS, OTHER, registry=loose)


def test_a_changed_token_is_refused() -> None:
    head, _, mark = _token(CLAIMS).split(".")
    with pytest.raises(Unauthenticated):
        _user(f"{head}.{_part({**CLAIMS, 'sub': 'root'})}.{mark}")


@pytest.mark.parametrize(
    "text", ["", "nothing", "a.b", "..", "a.b.c", "a.b.c.d.e", "é.é.é", "x" * 20_000 + ".a.b"]
)
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        _user(text)


def test_new_keys_are_asked_for_once_when_a_token_names_one() -> None:
    new = RSAKey.generate_key(2048, {"kid": "two"})
    known = Known(new)
    assert _user(_token(CLAIMS, new), providers=known) == "ann"
    assert known.asked_anew == 1


def test_shared_secrets_among_the_providers_keys_are_left_out() -> None:
    keys = _keys(
        {"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "s"}, KEY.as_dict(private=False)]}
    )
    assert [key.kid for key in keys.keys] == ["one"]


def test_an_email_names_a_user_only_when_it_is_verified() -> None:
    issuer = replace(ISSUER, user_claim="email")
    claims = {**CLAIMS, "email": "ann@example.com"}
    assert _user(_token({**claims, "email_verified": True}), issuer) == "ann@example.com"
    for verified in ({}, {"email_verified": False}, {"email_verified": "true"}):
        with pytest.raises(Unauthenticated, match="verified"):
            _user(_token({**claims, **verified}), issuer)


def test_refusals_do_not_repeat_the_token() -> None:
    text = _token({**CLAIMS, "aud": "another"})
    with pytest.raises(Unauthenticated) as refused:
        _user(text)
    assert text[:20] not in str(refused.value)


def _part(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
