"""Tokens made at the home itself: how the first user of a server gets in without a provider.

Whoever can write the home may do everything there is, so nobody is asked for rights.
"""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass

from headrace.app.home import Home
from headrace.errors import InvalidRequest
from headrace.server.security.members import expanded
from headrace.server.security.settings import read_auth
from headrace.server.security.tokens import SERVICE, Scope, digest_of, new_secret
from headrace.store import AuditEntry, Token

_DAY_S = 24 * 3600.0
LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class WantedToken:
    """A personal token to make.

    Attributes:
        user: Whose it is, as ``admins`` and members name them.
        days: How long it counts.
    """

    user: str
    name: str = "made at the home"
    scope: Scope = "write"
    days: int = 90


def make_token(home: Home, wanted: WantedToken) -> str:
    """Keep a token for a user of the server over this home, and return it.

    Raises:
        InvalidRequest: The server has one user, or the name is none that a user can have.
    """
    if read_auth(home.config.server.get("auth", {}), os.environ) is None:
        raise InvalidRequest(
            "this home's server has one user, who needs no token",
            hint='configure users first: [server.auth] admins = ["ann"]',
        )
    user = wanted.user
    if not user.isprintable() or user != user.strip() or not user or user.startswith(SERVICE):
        raise InvalidRequest(f"{user!r} cannot be the name of a user")
    now, secret = time.time(), new_secret()
    token = Token(
        id=secrets.token_hex(8),
        name=wanted.name,
        user=user,
        digest=digest_of(secret),
        created_at=now,
        scopes=expanded([wanted.scope]),
        expires_at=now + wanted.days * _DAY_S,
    )
    home.store.add_token(token)
    entry = AuditEntry(
        at=now, user=user, action="create", kind="token", resource=token.id, outcome="done"
    )
    home.store.add_audit(entry)
    return secret
