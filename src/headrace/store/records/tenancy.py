"""Records of who may do what: namespaces, members, tokens, and what was done."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["viewer", "editor", "admin"]


class _Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Base of the records; JSON keys are the field names."""


class Quota(_Record, frozen=True):
    """The most that a namespace may have at once; None is no limit.

    Attributes:
        max_runs: Runs that have not ended.
        cpu: Processors that running tasks have asked for.
        memory_bytes: Memory that they have asked for.
        gpus: Accelerators that they have asked for.
        runs_per_minute: Runs submitted within sixty seconds.
    """

    max_runs: int | None = None
    cpu: float | None = None
    memory_bytes: int | None = None
    gpus: int | None = None
    runs_per_minute: int | None = None


class Namespace(_Record, frozen=True):
    """A tenant boundary.

    Attributes:
        service_accounts: The service accounts that its runs may name.
    """

    name: str
    created_at: float
    description: str = ""
    quota: Quota = Quota()
    service_accounts: tuple[str, ...] = ()


class Member(_Record, frozen=True):
    """What a user may do in a namespace."""

    namespace: str
    user: str
    role: Role


class Token(_Record, frozen=True):
    """A personal or service token; what it is itself is not stored, only its digest.

    Attributes:
        scopes: What may be done with it.
        namespace: The only namespace in which it holds; None is all of its user's.
        role: The most that it may do there; None is what its user may.
    """

    id: str
    name: str
    user: str
    digest: str
    created_at: float
    scopes: tuple[str, ...] = ()
    namespace: str | None = None
    role: Role | None = None
    expires_at: float | None = None
    last_used_at: float | None = None
    revoked_at: float | None = None


class AuditEntry(_Record, frozen=True):
    """Something that a user did or was refused; entries are added and never changed.

    Attributes:
        id: Grows with each entry; the store gives it.
        action: The verb, such as ``create``.
        kind: Of what, such as ``run``.
        resource: Id of it.
        outcome: How it ended, such as ``done`` or ``refused``.
        address: Where the request came from.
    """

    at: float
    user: str
    action: str
    kind: str
    id: int = 0
    resource: str = ""
    namespace: str = ""
    outcome: str = ""
    detail: str = ""
    address: str = ""


class NamespaceUsage(_Record, frozen=True):
    """What a namespace uses of its quota.

    Attributes:
        active_runs: Runs that have not ended.
        created_runs: Runs created since the time asked for.
    """

    active_runs: int
    created_runs: int
