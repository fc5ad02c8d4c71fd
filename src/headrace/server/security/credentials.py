"""Personal and service tokens in the native API: made, listed and revoked; shown once.

Nobody gets a token that gives more than they may do themselves with what they ask with.
"""

from __future__ import annotations

import re
import secrets
from typing import Annotated, Literal

import msgspec

from headrace.errors import InvalidRequest, NotFound, PermissionDenied
from headrace.server.access import Principal, Role, permits, require
from headrace.server.native.operations import Answer, Asked, Body, NoQuery, Plain, operation
from headrace.server.security.members import expanded
from headrace.server.security.tokens import SERVICE, Scope, digest_of, new_secret, service_user
from headrace.store import Store, Token

_SERVICE_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_MOST_TOKENS = 200
_YEAR_S = 366 * 24 * 3600

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Lifetime = Annotated[float, msgspec.Meta(ge=60, le=_YEAR_S)]


class NewToken(Body, frozen=True):
    """A token to make.

    Attributes:
        kind: ``personal`` stands for whoever asks, ``service`` for a service of the namespace.
        scopes: What may be done with it; each includes those before it.
        namespace: The only namespace in which it counts; needed for a service.
        role: The most that it may do there; needed for a service.
        expires_in_s: Seconds from now; 90 days unless said otherwise, a year at the most.
    """

    name: Name
    kind: Literal["personal", "service"] = "personal"
    scopes: tuple[Scope, ...] = ("write",)
    namespace: str | None = None
    role: Role | None = None
    expires_in_s: Lifetime = 90 * 24 * 3600


class SeenToken(Answer, frozen=True):
    """A token without what is kept of it."""

    id: str
    name: str
    user: str
    scopes: tuple[str, ...]
    created_at: float
    namespace: str | None = None
    role: Role | None = None
    expires_at: float | None = None
    last_used_at: float | None = None
    revoked_at: float | None = None


class MadeToken(Answer, frozen=True):
    """A new token; ``secret`` is shown now and never again."""

    token: SeenToken
    secret: str


class Tokens(Answer, frozen=True):
    """Tokens, the newest first."""

    items: list[SeenToken]


def list_tokens(asked: Plain) -> Tokens:
    """Return one's own tokens, and those of the services of namespaces that one manages."""
    principal = asked.principal
    found = {token.id: token for token in asked.store.tokens(user=principal.user)}
    managed = [name for name in _namespaces(asked) if permits(principal, "manage", name)]
    for name in managed:
        for token in asked.store.tokens(namespace=name):
            if token.user.startswith(SERVICE):
                found[token.id] = token
    newest = sorted(found.values(), key=lambda token: (-token.created_at, token.id))
    return Tokens(items=[_seen(token) for token in newest])


def create_token(asked: Asked[NoQuery, NewToken]) -> MadeToken:
    """Make a token; its secret is in this answer only."""
    body, principal, store = asked.body, asked.principal, asked.store
    if asked.services.settings.mode == "single":
        raise InvalidRequest("this server has one user, who needs no token")
    if not body.name.isprintable():
        raise InvalidRequest("the name of a token is one line of text")
    scopes = expanded(body.scopes)
    if not scopes:
        raise InvalidRequest("a token without scopes is of no use", hint="such as: read")
    _check_scopes(principal, scopes)
    user = _service(asked) if body.kind == "service" else _person(asked)
    now = asked.services.clock.now()
    _check_number(store, user, now)
    secret = new_secret()
    token = Token(
        id=secrets.token_hex(8),
        name=body.name,
        user=user,
        digest=digest_of(secret),
        created_at=now,
        scopes=scopes,
        namespace=body.namespace,
        role=body.role,
        expires_at=now + body.expires_in_s,
    )
    store.add_token(token)
    return MadeToken(token=_seen(token), secret=secret)


def revoke_token(asked: Plain) -> SeenToken:
    """Make a token useless."""
    token_id = asked.named("token_id")
    token = asked.store.token(token_id)
    _check_mine(asked.principal, token)
    return _seen(asked.store.revoke_token(token.id, asked.services.clock.now()))


def _person(asked: Asked[NoQuery, NewToken]) -> str:
    """Return the user of a personal token; a service makes none."""
    principal, namespace = asked.principal, asked.body.namespace
    if principal.user.startswith(SERVICE):
        raise PermissionDenied("a service makes no tokens")
    if namespace is not None:
        require(principal, "read", namespace, f"namespace {namespace[:80]}")
        asked.store.namespace(namespace)
    if principal.scopes is not None:
        # What was limited to a namespace or a role must not make what is not.
        raise PermissionDenied(
            "a token makes no other personal token", hint="log in with a browser for it"
        )
    return principal.user


def _service(asked: Asked[NoQuery, NewToken]) -> str:
    """Return the user of a service token, which only admins of the namespace make."""
    body = asked.body
    if body.namespace is None or body.role is None:
        raise InvalidRequest("the token of a service needs a namespace and a role")
    if not _SERVICE_NAME.fullmatch(body.name):
        raise InvalidRequest("the name of a service is of a-z, 0-9 and -, not at the ends")
    require(asked.principal, "manage", body.namespace, f"namespace {body.namespace[:80]}")
    asked.store.namespace(body.namespace)
    return service_user(body.namespace, body.name)


def _check_scopes(principal: Principal, scopes: tuple[Scope, ...]) -> None:
    if principal.scopes is not None and not principal.scopes >= set(scopes):
        raise PermissionDenied("these credentials do not reach as far as that token would")
    if "administer" in scopes and not principal.admin:
        raise PermissionDenied("only who administers the server may make such a token")


def _check_number(store: Store, user: str, now: float) -> None:
    """Bound the tokens of a user that count: a loop must not fill the store."""
    alive = [
        token
        for token in store.tokens(user=user)
        if token.revoked_at is None and (token.expires_at or now + 1) > now
    ]
    if len(alive) >= _MOST_TOKENS:
        raise InvalidRequest(f"there are {_MOST_TOKENS} tokens already", hint="revoke some")


def _check_mine(principal: Principal, token: Token) -> None:
    """Refuse tokens of others as if they were not there."""
    what = f"token {token.id}"
    if token.user.startswith(SERVICE):
        if token.namespace is None or not permits(principal, "manage", token.namespace):
            raise NotFound(f"there is no {what}")
        require(principal, "manage", token.namespace, what)
    elif token.user != principal.user and not permits(principal, "administer", ""):
        raise NotFound(f"there is no {what}")


def _namespaces(asked: Plain) -> list[str]:
    if asked.principal.admin:
        return [namespace.name for namespace in asked.store.namespaces()]
    return list(asked.principal.namespaces)


def _seen(token: Token) -> SeenToken:
    fields = msgspec.structs.asdict(token)
    del fields["digest"]
    return SeenToken(**fields)


OPERATIONS = (
    operation("GET", "/tokens", list_tokens, kind="token", answer=Tokens),
    operation(
        "POST", "/tokens", create_token, kind="token", body=NewToken, answer=MadeToken, status=201
    ),
    operation("DELETE", "/tokens/{token_id}", revoke_token, kind="token", answer=SeenToken),
)
