"""Whose things a request is about: the namespace that it names, and the rights in it.

In single-user mode there is one namespace, the empty one, and what requests name is ignored, as
KFP's server does.
"""

from __future__ import annotations

from starlette.requests import Request

from headrace.errors import InvalidRequest
from headrace.server.access import Verb, require
from headrace.server.routing import principal_of, services_of

LONGEST = 63


def is_multi_user(request: Request) -> bool:
    """Say whether the server has namespaces and users."""
    return services_of(request).settings.mode == "multi"


def named_namespace(request: Request, given: str | None, verb: Verb) -> str:
    """Return the namespace that a request is about, in which whoever asks may do this.

    Args:
        given: What the request names; who has a role in one namespace alone need name none.

    Raises:
        InvalidRequest: It names none, and there are several or none.
        NotFound: They may not even read there.
        PermissionDenied: They may read there, but not this.
    """
    if not is_multi_user(request):
        require(principal_of(request), verb, "")
        return ""
    principal = principal_of(request)
    if not given:
        if len(principal.namespaces) != 1:
            names = ", ".join(principal.namespaces) or "none is yours"
            raise InvalidRequest("this needs a namespace", hint=f"name one: {names}")
        given = principal.namespaces[0]
    if len(given) > LONGEST:
        raise InvalidRequest(f"the namespace is longer than {LONGEST} characters")
    require(principal, verb, given, f"namespace {given}")
    return given


def allow(request: Request, verb: Verb, namespace: str, what: str) -> None:
    """Make sure that whoever asks may do this with a thing of the namespace.

    Args:
        what: The thing, for the message: ``run 42``.

    Raises:
        NotFound: They may not even read there: whether the thing exists is not told.
        PermissionDenied: They may read there, but not this.
    """
    require(principal_of(request), verb, namespace, what)
