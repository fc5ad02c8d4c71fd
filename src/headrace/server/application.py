"""Builds the ASGI application from services, endpoints and the layers around them.

Order of the layers, outermost first: limits, host and origin (``before``); authentication; quotas
and audit (``after``); the endpoint.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from headrace.errors import HeadraceError
from headrace.server.access import SINGLE_USER, Principal
from headrace.server.errors import error_reply, http_error_reply, unexpected_reply
from headrace.server.routing import Endpoint, route_of
from headrace.server.services import Services

#: Threads of requests that change something. Resolving packages may take minutes; requests that
#: read have threads of their own, so that they are answered meanwhile.
_WRITERS = 16

Authenticate = Callable[[HTTPConnection], Awaitable[Principal | None]]
"""Says who asks; None when there are no credentials; raises ``Unauthenticated`` for wrong ones."""


async def single_user(_connection: HTTPConnection) -> Principal | None:
    """Say that it is the one user of a server that knows no users."""
    return SINGLE_USER


class Authentication:
    """Puts who asks into ``request.state.principal``.

    Wrong credentials are refused, but for paths that answer anybody: clients ask there first, with
    whatever they have.
    """

    def __init__(
        self, app: ASGIApp, authenticate: Authenticate, exempt: frozenset[str] = frozenset()
    ) -> None:
        self._app = app
        self._authenticate = authenticate
        self._exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            connection = Request(scope)
            try:
                connection.state.principal = await self._authenticate(connection)
            except HeadraceError as error:
                if scope["path"] not in self._exempt:
                    await error_reply(connection, error)(scope, receive, send)
                    return
                connection.state.principal = None
        await self._app(scope, receive, send)


def application(
    services: Services,
    endpoints: Sequence[Endpoint],
    *,
    authenticate: Authenticate = single_user,
    before: Sequence[Middleware] = (),
    after: Sequence[Middleware] = (),
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """Return the application.

    Args:
        endpoints: What is served; the first that fits a request takes it.
        authenticate: Says who asks.
        before: Layers around authentication, outermost first.
        after: Layers between authentication and the endpoint.
        routes: What comes after the endpoints, such as the files of the page.
    """
    exempt = frozenset(endpoint.path for endpoint in endpoints if endpoint.exempt)
    app = Starlette(
        routes=[*(route_of(endpoint) for endpoint in endpoints), *routes],
        middleware=[*before, Middleware(Authentication, authenticate, exempt), *after],
        exception_handlers={
            HeadraceError: _on_error,
            HTTPException: _on_http_error,
            Exception: _on_unexpected,
        },
    )
    app.state.services = services
    app.state.writers = ThreadPoolExecutor(_WRITERS, "headrace-writer")
    return app


async def _on_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HeadraceError)
    return error_reply(request, error)


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return http_error_reply(request, error)


async def _on_unexpected(request: Request, error: Exception) -> Response:
    return unexpected_reply(request, error)
