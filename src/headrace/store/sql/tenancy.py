"""Namespaces, members, tokens, audit and the server's own settings in the SQL store."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from headrace.errors import AlreadyExists, Conflict, NotFound
from headrace.store.query import Page, Query
from headrace.store.records import (
    AuditEntry,
    Member,
    Namespace,
    NamespaceUsage,
    Quota,
    Token,
)
from headrace.store.sql import listings
from headrace.store.sql.catalog_rows import values_of
from headrace.store.sql.connection import Connection, Database, reads, writes
from headrace.store.sql.finding import find
from headrace.store.sql.queries import load
from headrace.store.sql.values import Column

_SQL = load("tenancy")
_QUOTA: Column[Quota] = Column(Quota)
_NAMES: Column[tuple[str, ...]] = Column(tuple[str, ...])


class SqlTenancy:
    """``TenancyStore`` over a database."""

    _db: Database

    @reads
    def setting(self, connection: Connection, name: str) -> bytes | None:
        """Return a value that the server keeps for itself, such as a signing key."""
        return _setting(connection, name)

    @writes
    def put_setting(self, connection: Connection, name: str, value: bytes) -> bytes:
        """Keep a value unless there is one already; return the one that holds."""
        connection.execute(_SQL["put_setting"], (name, value))
        kept = _setting(connection, name)
        assert kept is not None
        return kept

    # ------------------------------------------------------------------ namespaces

    @writes
    def add_namespace(self, connection: Connection, namespace: Namespace) -> None:
        """Add a namespace."""
        values = values_of(namespace, "quota", "service_accounts")
        if not connection.execute(_SQL["add_namespace"], values).rowcount:
            raise AlreadyExists(f"there is already a namespace {namespace.name}")

    @reads
    def namespace(self, connection: Connection, name: str) -> Namespace:
        """Return the namespace."""
        return _namespace(connection, name)

    @reads
    def namespaces(self, connection: Connection) -> list[Namespace]:
        """Return the namespaces by name."""
        return _namespaces(connection, None)

    @writes
    def update_namespace(
        self,
        connection: Connection,
        name: str,
        *,
        description: str | None = None,
        quota: Quota | None = None,
        service_accounts: Collection[str] | None = None,
    ) -> Namespace:
        """Change what is given; return the namespace as it is then."""
        old = _namespace(connection, name)
        accounts = old.service_accounts if service_accounts is None else tuple(service_accounts)
        new = msgspec.structs.replace(
            old,
            description=old.description if description is None else description,
            quota=old.quota if quota is None else quota,
            service_accounts=accounts,
        )
        values = values_of(new, "quota", "service_accounts")
        del values["created_at"]
        connection.execute(_SQL["update_namespace"], values)
        return new

    @writes
    def remove_namespace(self, connection: Connection, name: str) -> None:
        """Remove a namespace with its members, tokens and webhooks."""
        _namespace(connection, name)
        rows = connection.execute(_SQL["what_is_in_namespace"], {"name": name}).fetchall()
        if rows:
            there = ", ".join(what for (what,) in rows)
            raise Conflict(f"namespace {name} still has {there}", hint="remove those first")
        for block in ("remove_experiments_of", "remove_tokens_of", "remove_webhooks_of"):
            connection.execute(_SQL[block], (name,))
        connection.execute(_SQL["remove_namespace"], (name,))

    @reads
    def usage(self, connection: Connection, namespace: str, *, since: float) -> NamespaceUsage:
        """Return what the namespace uses of its quota."""
        (active,) = connection.execute(_SQL["count_active"], (namespace,)).fetchone()
        (created,) = connection.execute(_SQL["count_created"], (namespace, since)).fetchone()
        return NamespaceUsage(active_runs=active, created_runs=created)

    # ------------------------------------------------------------------ members

    @writes
    def put_member(self, connection: Connection, member: Member) -> None:
        """Give a user a role in a namespace, in place of an earlier one."""
        _namespace(connection, member.namespace)
        row = (member.namespace, member.user, member.role)
        connection.execute(_SQL["put_member"], row)

    @reads
    def members(
        self, connection: Connection, *, namespace: str | None = None, user: str | None = None
    ) -> list[Member]:
        """Return the members of a namespace, or the memberships of a user, or both."""
        named = {"namespace": namespace, "user": user}
        return [
            Member(namespace=space, user=name, role=role)
            for space, name, role in connection.execute(_SQL["members"], named)
        ]

    @writes
    def remove_member(self, connection: Connection, namespace: str, user: str) -> None:
        """Take a user out of a namespace."""
        if not connection.execute(_SQL["remove_member"], (namespace, user)).rowcount:
            raise NotFound(f"{user} is no member of namespace {namespace}")

    # ------------------------------------------------------------------ tokens

    @writes
    def add_token(self, connection: Connection, token: Token) -> None:
        """Add a token."""
        if not connection.execute(_SQL["add_token"], values_of(token, "scopes")).rowcount:
            raise AlreadyExists(f"there is already a token {token.id}")

    @reads
    def token(self, connection: Connection, token_id: str) -> Token:
        """Return the token with this id, also one that was revoked."""
        return _token(connection, token_id)

    @reads
    def token_by_digest(self, connection: Connection, digest: str) -> Token | None:
        """Return the token with this digest, also one that has expired or was revoked."""
        return next(iter(_tokens(connection, digest=digest)), None)

    @reads
    def tokens(
        self, connection: Connection, *, user: str | None = None, namespace: str | None = None
    ) -> list[Token]:
        """Return tokens, the newest first."""
        return _tokens(connection, user=user, namespace=namespace)

    @writes
    def touch_token(self, connection: Connection, token_id: str, at: float) -> None:
        """Note that a token was used."""
        connection.execute(_SQL["touch_token"], (at, token_id))

    @writes
    def revoke_token(self, connection: Connection, token_id: str, at: float) -> Token:
        """Make a token useless; the first revocation counts."""
        connection.execute(_SQL["revoke_token"], (at, token_id))
        return _token(connection, token_id)

    # ------------------------------------------------------------------ audit

    @writes
    def add_audit(self, connection: Connection, entry: AuditEntry) -> int:
        """Add an entry; return the id that it got."""
        values = values_of(entry)
        del values["id"]
        return connection.execute(_SQL["add_audit"], values).fetchone()[0]

    @reads
    def find_audit(self, connection: Connection, query: Query) -> Page[AuditEntry]:
        """Return the entries that fit, in the order asked for."""
        return find(connection, listings.AUDIT, query)


def _setting(connection: Connection, name: str) -> bytes | None:
    row = connection.execute(_SQL["setting"], (name,)).fetchone()
    return None if row is None else bytes(row[0])


def _namespace(connection: Connection, name: str) -> Namespace:
    found = _namespaces(connection, name)
    if not found:
        raise NotFound(f"there is no namespace {name}")
    return found[0]


def _namespaces(connection: Connection, name: str | None) -> list[Namespace]:
    return [
        Namespace(
            name=row[0],
            created_at=row[1],
            description=row[2],
            quota=_QUOTA.read(row[3], connection),
            service_accounts=_NAMES.read(row[4], connection),
        )
        for row in connection.execute(_SQL["namespaces"], {"name": name}).fetchall()
    ]


def _token(connection: Connection, token_id: str) -> Token:
    found = _tokens(connection, id=token_id)
    if not found:
        raise NotFound(f"there is no token {token_id}")
    return found[0]


def _tokens(connection: Connection, **given: Any) -> list[Token]:
    named = {"id": None, "digest": None, "user": None, "namespace": None} | given
    return [
        Token(
            id=row[0],
            name=row[1],
            user=row[2],
            digest=row[3],
            created_at=row[4],
            scopes=_NAMES.read(row[5], connection),
            namespace=row[6],
            role=row[7],
            expires_at=row[8],
            last_used_at=row[9],
            revoked_at=row[10],
        )
        for row in connection.execute(_SQL["tokens"], named).fetchall()
    ]
