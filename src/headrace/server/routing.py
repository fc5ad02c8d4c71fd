"""Endpoints: a table of them, and how one is served.

Each module of handlers lists its ``ENDPOINTS``. A handler is a plain function, which runs in a
thread, since stores block; or a coroutine function where it has to await (streams, uploads), which
must not touch the store itself. Access is decided here before a handler runs: whoever asks is
known, and their credentials allow the verb at all. For which namespace, the handler asks
``access.require`` once it knows it.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from dataclasses import dataclass
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from headrace.errors import PermissionDenied, Unauthenticated
from headrace.server.access import Principal, Verb
from headrace.server.reading import read_body
from headrace.server.services import Services

Handler = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path.

    Attributes:
        path: As Starlette writes it: ``/api/v1/runs/{run_id}``.
        verb: What whoever asks must be allowed to do.
        kind: What it is about: ``run``, ``pipeline`` …; the audit log groups by it.
        exempt: Served to anybody, also without credentials.
        streams: The handler reads the body itself, in bounded pieces.
    """

    method: str
    path: str
    handler: Handler
    verb: Verb
    kind: str
    exempt: bool = False
    streams: bool = False


def services_of(request: Request) -> Services:
    """Return what the server is given."""
    return cast("Services", request.app.state.services)


def principal_of(request: Request) -> Principal:
    """Return who asks.

    Raises:
        Unauthenticated: Nobody knows.
    """
    principal = getattr(request.state, "principal", None)
    if principal is None:
        raise Unauthenticated(
            "this needs credentials", hint="send a token: Authorization: Bearer TOKEN"
        )
    return cast("Principal", principal)


def route_of(endpoint: Endpoint) -> Route:
    """Return the endpoint as Starlette serves it; ``GET`` also answers ``HEAD``."""

    async def serve(request: Request) -> Response:
        request.state.endpoint = endpoint
        if not endpoint.exempt:
            _check(principal_of(request), endpoint.verb)
        if endpoint.method in ("POST", "PUT", "PATCH", "DELETE") and not endpoint.streams:
            request.state.body = await read_body(request, services_of(request).settings.body_bytes)
        if inspect.iscoroutinefunction(endpoint.handler):
            return await cast("Callable[[Request], Awaitable[Response]]", endpoint.handler)(request)
        handler = cast("Callable[[Request], Response]", endpoint.handler)
        if endpoint.verb == "read":
            return await run_in_threadpool(handler, request)
        loop = asyncio.get_running_loop()
        context = copy_context()  # through which the audit log follows what the handler asks for

        def work() -> Response:
            return context.run(handler, request)

        return await loop.run_in_executor(request.app.state.writers, work)

    return Route(endpoint.path, serve, methods=[endpoint.method], name=_name(endpoint))


def _check(principal: Principal, verb: Verb) -> None:
    """Refuse what the credentials do not allow in any namespace.

    Raises:
        PermissionDenied: They allow less.
    """
    if principal.scopes is not None and verb not in principal.scopes:
        hint = "use a token with more scopes"
        raise PermissionDenied(f"these credentials do not allow to {verb}", hint=hint)
    if verb == "administer" and not principal.admin:
        raise PermissionDenied("this is for those who administer the server", hint="ask one")


def _name(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"
