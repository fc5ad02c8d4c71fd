"""Who asks and what they may do; the only place that decides it.

A principal is found by whoever authenticates; ``require`` is asked by handlers once they know the
namespace of the thing. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from headrace.errors import NotFound, PermissionDenied

Verb = Literal["read", "write", "manage", "administer"]
"""``manage``: as an admin of a namespace; ``administer``: of the whole installation."""

Role = Literal["viewer", "editor", "admin"]

_VERBS_OF: Mapping[str, frozenset[str]] = {
    "viewer": frozenset({"read"}),
    "editor": frozenset({"read", "write"}),
    "admin": frozenset({"read", "write", "manage"}),
}


@dataclass(frozen=True, slots=True)
class TaskScope:
    """What the credentials of a running task are limited to."""

    run_id: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody whose requests are served.

    Attributes:
        user: Name, as shown and audited; empty in single-user mode.
        admin: Whether they administer the installation.
        roles: Role by namespace.
        scopes: Verbs that their credentials are limited to; None does not limit.
        task: The task that the credentials belong to, if any.
    """

    user: str
    admin: bool = False
    roles: Mapping[str, Role] = field(default_factory=dict[str, Role])
    scopes: frozenset[str] | None = None
    task: TaskScope | None = None

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Namespaces in which they have a role, in order."""
        return tuple(sorted(self.roles))


class Asked(NamedTuple):
    """What a handler asked about: the namespace and the thing."""

    namespace: str
    what: str


_TRAIL: ContextVar[list[Asked] | None] = ContextVar("asked", default=None)
_LONGEST_TRAIL = 200

#: The one user of a server that knows no users.
SINGLE_USER = Principal(user="", admin=True, roles={"": "admin"})


@contextmanager
def trail() -> Generator[list[Asked]]:
    """Yield a list that gets what ``require`` is asked about while it is open, for the audit."""
    asked: list[Asked] = []
    token = _TRAIL.set(asked)
    try:
        yield asked
    finally:
        _TRAIL.reset(token)


def permits(principal: Principal, verb: Verb, namespace: str) -> bool:
    """Say whether they may do this in the namespace; an empty one is that of single-user mode."""
    if principal.scopes is not None and verb not in principal.scopes:
        return False
    if verb == "administer":
        return principal.admin
    if principal.admin:
        return True
    return verb in _VERBS_OF.get(principal.roles.get(namespace, ""), frozenset())


#: What a thing is called that has no name yet.
UNNAMED = "thing"


def require(principal: Principal, verb: Verb, namespace: str, what: str = UNNAMED) -> None:
    """Make sure that they may do this in the namespace.

    Args:
        what: What it is about, for the message: ``run 42``.

    Raises:
        NotFound: They may not even read there: whether the thing exists is not told.
        PermissionDenied: They may read, but not this.
    """
    asked = _TRAIL.get()
    if asked is not None and len(asked) < _LONGEST_TRAIL:
        asked.append(Asked(namespace, what))
    if permits(principal, verb, namespace):
        return
    if verb != "administer" and not permits(principal, "read", namespace):
        raise NotFound(f"there is no {what}", hint="check the name and the namespace")
    where = f" in namespace {namespace}" if namespace else ""
    raise PermissionDenied(
        f"this needs the right to {verb}{where}",
        hint="ask an admin for a role that has it, or use another token",
    )
