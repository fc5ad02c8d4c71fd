"""Logging a browser in at the OpenID provider: authorization code with PKCE.

What the standards say is done by authlib and joserfc; here it is joined to our own way of asking
other servers, and to what is kept in the browser meanwhile. Blocking.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlencode

import msgspec
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc.errors import JoseError

from headrace.errors import InfrastructureError, Unauthenticated
from headrace.server import fetching
from headrace.server.security.bearer import Providers, signed_claims, user_in
from headrace.server.security.sessions import Pending
from headrace.server.security.settings import Issuer

CALLBACK = "/auth/callback"
_LEEWAY_S = 30
_LIMIT_BYTES = 1 << 20
_TIMEOUT_S = 10.0


class Login:
    """Sends browsers to the provider and reads with what they come back."""

    def __init__(self, issuer: Issuer, public_url: str, providers: Providers) -> None:
        self._issuer = issuer
        self._redirect = public_url.rstrip("/") + CALLBACK
        self._providers = providers

    def begin(self) -> tuple[str, Pending]:
        """Return where to send the browser, and what to keep until it is back.

        Raises:
            InfrastructureError: The provider cannot be reached.
        """
        pending = Pending(*(secrets.token_urlsafe(32) for _ in range(3)))
        url, _ = self._client().create_authorization_url(
            self._providers.provider().authorization_endpoint,
            state=pending.state,
            nonce=pending.nonce,
            code_verifier=pending.verifier,
        )
        return str(url), pending

    def finish(self, query: Mapping[str, str], pending: Pending, *, now: float) -> str:
        """Return the user who has logged in.

        Args:
            query: What the provider sent the browser back with.

        Raises:
            Unauthenticated: The provider refused, or the answer is not to this login.
            InfrastructureError: The provider cannot be reached.
        """
        if not secrets.compare_digest(query.get("state", "").encode(), pending.state.encode()):
            raise Unauthenticated("this login was not begun by this browser", hint="log in again")
        if query.get("iss", self._issuer.url).rstrip("/") != self._issuer.url:
            raise Unauthenticated("another provider has answered", hint="log in again")
        if not query.get("code"):
            raise Unauthenticated("the provider has not let this user in", hint="log in again")
        token = self._exchange(query["code"], pending)
        return self._user(token, pending, now)

    def _exchange(self, code: str, pending: Pending) -> Mapping[str, Any]:
        client: Any = self._client()
        try:
            return cast(
                "Mapping[str, Any]",
                client.fetch_token(
                    self._providers.provider().token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=pending.verifier,
                ),
            )
        except AuthlibBaseError as error:
            raise Unauthenticated(
                "the provider took the login back", hint="log in again"
            ) from error
        except ValueError as error:
            message = "the provider answers what cannot be read"
            raise InfrastructureError(message, retryable=True) from error

    def _user(self, token: Mapping[str, Any], pending: Pending, now: float) -> str:
        text = token.get("id_token")
        if not isinstance(text, str):
            raise Unauthenticated("the provider does not say who has logged in")
        claims = signed_claims(text, self._providers)
        issued_by = str(claims.get("iss", "")).rstrip("/")
        statement: Any = CodeIDToken(
            {**claims, "iss": issued_by},
            {"alg": "RS256"},
            options={
                "iss": {"essential": True, "value": self._issuer.url},
                "aud": {"essential": True, "value": self._issuer.client_id},
                "nonce": {"essential": True, "value": pending.nonce},
            },
            params={"nonce": pending.nonce, "client_id": self._issuer.client_id},
        )
        try:
            statement.validate(now=int(now), leeway=_LEEWAY_S)
        except (JoseError, AuthlibBaseError, TypeError, ValueError) as error:
            message = "what the provider says of this user is not for this login"
            raise Unauthenticated(message, hint="log in again") from error
        return user_in(claims, self._issuer)

    def _client(self) -> Any:  # authlib has no types
        secret = self._issuer.client_secret
        return OAuth2Client(
            _Session(),
            client_id=self._issuer.client_id,
            client_secret=secret,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._issuer.scope,
            redirect_uri=self._redirect,
            code_challenge_method="S256",
        )


class _Session:
    """What authlib asks the provider through."""

    def post(self, url: str, *, data: Mapping[str, str], headers: Any, auth: Any) -> _Reply:
        sent: dict[str, str] = dict(headers)
        url, sent, body = auth.prepare("POST", url, sent, urlencode(data))
        answer = fetching.request(
            "POST",
            url,
            body=str(body).encode(),
            headers=sent,
            limit_bytes=_LIMIT_BYTES,
            timeout_s=_TIMEOUT_S,
            allow_private=True,
        )
        return _Reply(answer)


class _Reply:
    """An answer as authlib reads it."""

    def __init__(self, answer: fetching.Answer) -> None:
        self.status_code = answer.status
        self._body = answer.body

    def json(self) -> Any:
        return msgspec.json.decode(self._body)

    def raise_for_status(self) -> None:
        if self.status_code >= 400:  # noqa: PLR2004
            message = f"the provider answered {self.status_code}"
            raise InfrastructureError(message, retryable=self.status_code >= 500)  # noqa: PLR2004
