"""Reading the audit log in the native API: administrators all of it, admins that of a namespace."""

from __future__ import annotations

from typing import Annotated

import msgspec

from headrace.server.access import require
from headrace.server.native import operations
from headrace.server.native.operations import Answer, Asked, operation
from headrace.store import AuditEntry
from headrace.store.query import Predicate, Query

_MOST = 500


class AuditQuery(operations.Query, frozen=True):
    """Which entries, the newest first."""

    namespace: str | None = None
    user: str | None = None
    action: str | None = None
    kind: str | None = None
    resource: str | None = None
    since: float | None = None
    until: float | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=_MOST)] = 100
    page_token: str | None = None


class AuditPage(Answer, frozen=True):
    """Entries of the audit log."""

    items: list[AuditEntry]
    next_token: str | None = None


def list_audit(asked: Asked[AuditQuery, None]) -> AuditPage:
    """Return what was done and by whom, the newest first."""
    query = asked.query
    if query.namespace is None:
        require(asked.principal, "administer", "")
    else:
        require(asked.principal, "manage", query.namespace, f"namespace {query.namespace[:80]}")
    equal = ("user", "action", "kind", "resource")
    where = [
        Predicate(name, "eq", value)
        for name in equal
        if (value := getattr(query, name)) is not None
    ]
    if query.since is not None:
        where.append(Predicate("at", "ge", query.since))
    if query.until is not None:
        where.append(Predicate("at", "lt", query.until))
    page = asked.store.find_audit(
        Query(
            namespace=query.namespace,
            where=tuple(where),
            sort="at",
            limit=query.limit,
            page_token=query.page_token,
        )
    )
    return AuditPage(items=list(page.items), next_token=page.next_token)


OPERATIONS = (
    operation(
        "GET",
        "/audit",
        list_audit,
        kind="audit",
        verb="manage",
        query=AuditQuery,
        answer=AuditPage,
    ),
)
