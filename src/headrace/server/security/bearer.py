"""Access tokens of the OpenID provider: who they are of, when everything about them is right.

A token counts when the provider signed it with one of its keys, for this server, and it has not
expired. What kind of signature a token claims to have is never believed.
"""

from __future__ import annotations

from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import JWTClaimsRegistry

from headrace.errors import Unauthenticated
from headrace.server.security.issuers import ALGORITHMS, Provider
from headrace.server.security.settings import Issuer

_LEEWAY_S = 30
_LONGEST = 16384
_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)


class Providers(Protocol):
    """Where the provider's keys come from."""

    def provider(self, *, anew: bool = False) -> Provider:
        """Return the provider; anew when a key is not known."""
        ...


def user_of_access_token(text: str, issuer: Issuer, providers: Providers, *, now: float) -> str:
    """Return the user that an access token is of.

    Raises:
        Unauthenticated: It is not one of the provider's, not for this server, or has expired.
        InfrastructureError: The provider's keys cannot be had.
    """
    claims = signed_claims(text, providers)
    checks = JWTClaimsRegistry(
        now=int(now),
        leeway=_LEEWAY_S,
        iss={"essential": True, "value": issuer.url},
        aud={"essential": True, "value": issuer.audience},
        exp={"essential": True},
        sub={"essential": True},
    )
    try:
        checks.validate({**claims, "iss": str(claims.get("iss", "")).rstrip("/")})
    except (JoseError, TypeError, ValueError) as error:
        raise _wrong() from error
    return user_in(claims, issuer)


def signed_claims(text: str, providers: Providers) -> dict[str, Any]:
    """Return the claims of a token that the provider has signed; nothing else is checked.

    Raises:
        Unauthenticated: It has not.
    """
    if len(text) > _LONGEST or text.count(".") != 2:  # noqa: PLR2004
        raise _wrong()
    try:
        try:
            token = jwt.decode(text, providers.provider().keys, registry=_REGISTRY)
        except InvalidKeyIdError:
            token = jwt.decode(text, providers.provider(anew=True).keys, registry=_REGISTRY)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise _wrong() from error
    return token.claims


def user_in(claims: dict[str, Any], issuer: Issuer) -> str:
    """Return the user that claims name.

    Raises:
        Unauthenticated: They name none, or by an address that nobody has verified.
    """
    user = claims.get(issuer.user_claim)
    if not isinstance(user, str) or not user:
        message = f"the token has no {issuer.user_claim}, which names users here"
        raise Unauthenticated(message, hint="ask an administrator")
    if issuer.user_claim == "email" and claims.get("email_verified") is not True:
        raise Unauthenticated("the provider has not verified this user's e-mail address")
    return user


def _wrong() -> Unauthenticated:
    return Unauthenticated(
        "this token is not valid here", hint="log in again, or use a token of this server"
    )
