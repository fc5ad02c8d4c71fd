"""From who somebody is to what they may do: roles of users, and what a token takes away.

Names are compared whole. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from headrace.errors import Unauthenticated
from headrace.server.access import Principal, Role
from headrace.server.security.tokens import SERVICE, Scope, service_namespace
from headrace.store import Store, Token

_RANK: Mapping[Role, int] = {"viewer": 0, "editor": 1, "admin": 2}
_LONGEST_USER = 256
#: A token's time of use is written at most this often, in seconds.
_TOUCH_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Members:
    """Finds the principal of a user or of a token in the store.

    Attributes:
        admins: Users who administer the installation.
    """

    store: Store
    admins: frozenset[str]

    def of_user(self, user: str) -> Principal:
        """Return a user with their roles.

        Raises:
            Unauthenticated: The name is none that a user can have.
        """
        _check_user(user)
        roles: dict[str, Role] = {
            member.namespace: member.role for member in self.store.members(user=user)
        }
        return Principal(user=user, admin=user in self.admins, roles=roles)

    def of_token(self, token: Token, *, now: float) -> Principal:
        """Return whom a token stands for, with no more than the token gives.

        Raises:
            Unauthenticated: It has expired or was revoked.
        """
        if token.revoked_at is not None or (token.expires_at or now + 1) <= now:
            raise Unauthenticated("this token has expired or was revoked", hint="make a new one")
        if token.last_used_at is None or token.last_used_at + _TOUCH_EVERY_S <= now:
            self.store.touch_token(token.id, now)
        if token.user.startswith(SERVICE):
            return _service(token)
        return limited(self.of_user(token.user), token)


def limited(owner: Principal, token: Token) -> Principal:
    """Return the owner of a token, limited to what the token gives."""
    scopes = frozenset(token.scopes)
    roles: dict[str, Role] = dict(owner.roles)
    if token.namespace is not None:
        own: Role | None = "admin" if owner.admin else roles.get(token.namespace)
        roles = {} if own is None else {token.namespace: own}
    if token.role is not None:
        most = token.role
        roles = {namespace: _lesser(role, most) for namespace, role in roles.items()}
    whole = token.namespace is None and token.role is None
    return replace(owner, admin=owner.admin and whole, roles=roles, scopes=scopes)


def _service(token: Token) -> Principal:
    """Return the principal of a service token, whose role is its own."""
    namespace = service_namespace(token.user)
    if token.role is None or token.namespace != namespace:
        raise Unauthenticated("this token is of no use", hint="make a new one")
    roles: dict[str, Role] = {namespace: token.role}
    return Principal(user=token.user, roles=roles, scopes=frozenset[str](token.scopes))


def _lesser(one: Role, other: Role) -> Role:
    return one if _RANK[one] <= _RANK[other] else other


def _check_user(user: str) -> None:
    """Refuse names that could be taken for something else, such as those of service tokens."""
    is_plain = user.isprintable() and user == user.strip() and 0 < len(user) <= _LONGEST_USER
    if not is_plain or user.startswith(SERVICE):
        raise Unauthenticated("the name of this user cannot be used", hint="ask an administrator")


def expanded(scopes: Collection[Scope]) -> tuple[Scope, ...]:
    """Return the scopes with those that each of them includes."""
    order: tuple[Scope, ...] = ("read", "write", "manage", "administer")
    highest = max((order.index(scope) for scope in scopes), default=-1)
    return order[: highest + 1]
