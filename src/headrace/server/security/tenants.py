"""Namespaces and their members in the native API.

A namespace is seen by its members and by administrators; an admin of it manages its members, an
administrator makes and removes namespaces and sets quotas.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

from headrace.errors import InvalidRequest, NotFound
from headrace.server.access import Principal, Role, permits, require
from headrace.server.native.operations import Answer, Asked, Body, NoQuery, Plain, operation
from headrace.server.routing import services_of
from headrace.server.security.tokens import SERVICE
from headrace.store import Member, Namespace, NamespaceUsage, Quota

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST_TEXT = 4096
_LONGEST_USER = 256
_MOST_ACCOUNTS = 200
_MINUTE_S = 60.0

Text = Annotated[str, msgspec.Meta(max_length=_LONGEST_TEXT)]
Accounts = Annotated[
    tuple[Annotated[str, msgspec.Meta(max_length=253)], ...],
    msgspec.Meta(max_length=_MOST_ACCOUNTS),
]


class QuotaBody(Body, frozen=True):
    """The most that a namespace may have at once; what is left out or null has no limit."""

    max_runs: Annotated[int, msgspec.Meta(ge=0, le=10**9)] | None = None
    cpu: Annotated[float, msgspec.Meta(ge=0, le=10**9)] | None = None
    memory_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**62)] | None = None
    gpus: Annotated[int, msgspec.Meta(ge=0, le=10**9)] | None = None
    runs_per_minute: Annotated[int, msgspec.Meta(ge=0, le=10**9)] | None = None


class NewNamespace(Body, frozen=True):
    """A namespace to make."""

    name: str
    description: Text = ""
    quota: QuotaBody = QuotaBody()
    service_accounts: Accounts = ()


class NamespaceChange(Body, frozen=True):
    """What to change of a namespace; what is left out stays."""

    description: Text | None = None
    quota: QuotaBody | None = None
    service_accounts: Accounts | None = None


class SeenNamespace(Answer, frozen=True):
    """A namespace with the role of whoever asks."""

    namespace: Namespace
    role: Role | None = None
    usage: NamespaceUsage | None = None


class Namespaces(Answer, frozen=True):
    """The namespaces that whoever asks may see."""

    items: list[SeenNamespace]


class Members(Answer, frozen=True):
    """The members of a namespace."""

    items: list[Member]


class Membership(Body, frozen=True):
    """The role of a member."""

    role: Role


def list_namespaces(asked: Plain) -> Namespaces:
    """Return the namespaces that whoever asks has a role in; administrators see all."""
    _need_users(asked)
    seen = [one for one in asked.store.namespaces() if permits(asked.principal, "read", one.name)]
    return Namespaces(items=[_seen(asked.principal, one) for one in seen])


def create_namespace(asked: Asked[NoQuery, NewNamespace]) -> SeenNamespace:
    """Make a namespace."""
    _need_users(asked)
    require(asked.principal, "administer", asked.body.name)
    if not _NAME.fullmatch(asked.body.name):
        raise InvalidRequest(
            "the name of a namespace cannot be used",
            hint="use 1 to 63 of a-z, 0-9 and -, not at the ends",
        )
    made = Namespace(
        name=asked.body.name,
        created_at=asked.services.clock.now(),
        description=asked.body.description,
        quota=_quota(asked.body.quota),
        service_accounts=asked.body.service_accounts,
    )
    asked.store.add_namespace(made)
    return _seen(asked.principal, made)


def get_namespace(asked: Plain) -> SeenNamespace:
    """Return a namespace with what it uses of its quota."""
    name = _named(asked, "read")
    found = asked.store.namespace(name)
    since = asked.services.clock.now() - _MINUTE_S
    usage = asked.store.usage(name, since=since)
    return msgspec.structs.replace(_seen(asked.principal, found), usage=usage)


def update_namespace(asked: Asked[NoQuery, NamespaceChange]) -> SeenNamespace:
    """Change a namespace; quota and service accounts are for administrators."""
    name = _named(asked, "manage")
    body = asked.body
    if body.quota is not None or body.service_accounts is not None:
        require(asked.principal, "administer", name)
    changed = asked.store.update_namespace(
        name,
        description=body.description,
        quota=None if body.quota is None else _quota(body.quota),
        service_accounts=body.service_accounts,
    )
    return _seen(asked.principal, changed)


def delete_namespace(asked: Plain) -> None:
    """Remove an empty namespace with its members, tokens and webhooks."""
    asked.store.remove_namespace(_named(asked, "administer"))


def list_members(asked: Plain) -> Members:
    """Return the members of a namespace."""
    name = _named(asked, "read")
    return Members(items=asked.store.members(namespace=name))


def put_member(asked: Asked[NoQuery, Membership]) -> Member:
    """Give a user a role in a namespace, in place of an earlier one."""
    name = _named(asked, "manage")
    user = asked.named("user")
    is_plain = user.isprintable() and user == user.strip() and 0 < len(user) <= _LONGEST_USER
    if not is_plain or user.startswith(SERVICE):
        raise InvalidRequest("the name of this user cannot be used")
    member = Member(namespace=name, user=user, role=asked.body.role)
    asked.store.put_member(member)
    return member


def remove_member(asked: Plain) -> None:
    """Take a user out of a namespace."""
    asked.store.remove_member(_named(asked, "manage"), asked.named("user"))


def _need_users(asked: Plain | Asked[NoQuery, NewNamespace]) -> None:
    if services_of(asked.request).settings.mode == "single":
        raise NotFound("this server has one user and no namespaces", hint="configure [server.auth]")


def _named(
    asked: Plain | Asked[NoQuery, NamespaceChange] | Asked[NoQuery, Membership], verb: str
) -> str:
    """Return the namespace in the path, in which whoever asks may do this, and which exists."""
    name = asked.named("namespace")
    what = f"namespace {name[:80]}"
    require(asked.principal, "read", name, what)
    asked.store.namespace(name)
    if verb == "administer":
        require(asked.principal, "administer", name, what)
    elif verb == "manage":
        require(asked.principal, "manage", name, what)
    return name


def _seen(principal: Principal, namespace: Namespace) -> SeenNamespace:
    role = "admin" if principal.admin else principal.roles.get(namespace.name)
    return SeenNamespace(namespace=namespace, role=role)


def _quota(body: QuotaBody) -> Quota:
    return Quota(**msgspec.structs.asdict(body))


OPERATIONS = (
    operation("GET", "/namespaces", list_namespaces, kind="namespace", answer=Namespaces),
    operation(
        "POST",
        "/namespaces",
        create_namespace,
        kind="namespace",
        verb="administer",
        body=NewNamespace,
        answer=SeenNamespace,
        status=201,
    ),
    operation(
        "GET", "/namespaces/{namespace}", get_namespace, kind="namespace", answer=SeenNamespace
    ),
    operation(
        "PATCH",
        "/namespaces/{namespace}",
        update_namespace,
        kind="namespace",
        verb="manage",
        body=NamespaceChange,
        answer=SeenNamespace,
    ),
    operation(
        "DELETE",
        "/namespaces/{namespace}",
        delete_namespace,
        kind="namespace",
        verb="administer",
        status=204,
    ),
    operation(
        "GET", "/namespaces/{namespace}/members", list_members, kind="member", answer=Members
    ),
    operation(
        "PUT",
        "/namespaces/{namespace}/members/{user}",
        put_member,
        kind="member",
        verb="manage",
        body=Membership,
        answer=Member,
    ),
    operation(
        "DELETE",
        "/namespaces/{namespace}/members/{user}",
        remove_member,
        kind="member",
        verb="manage",
        status=204,
    ),
)
