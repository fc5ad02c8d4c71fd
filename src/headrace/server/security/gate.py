"""Nothing is served to nobody: what is not on the list of exceptions needs a principal.

Endpoints check again for themselves; this holds for whatever else is mounted, such as the files of
the page. The list is of whole paths.
"""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headrace.errors import Unauthenticated
from headrace.server.errors import error_reply
from headrace.server.security.cookies import Cookies
from headrace.server.security.origins import is_api

LOGIN = "/auth/login"
#: What anybody may ask: whether the server lives, and to be logged in.
EXEMPT = frozenset(
    {
        "/healthz",
        "/readyz",
        "/apis/v1beta1/healthz",
        "/apis/v2beta1/healthz",
        "/auth/callback",
        "/auth/login",
        "/auth/logout",
        "/auth/session",
    }
)


class GateLayer:
    """Refuses whatever comes from nobody, or sends people to where they log in."""

    def __init__(self, app: ASGIApp, *, has_login: bool) -> None:
        self._app = app
        self._has_login = has_login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] in EXEMPT or _principal(scope) is not None:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if self._has_login and _is_visit(scope):
            then = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            response = RedirectResponse(f"{LOGIN}?{urlencode({'next': then})}", status_code=302)
            await response(scope, receive, send)
            return
        error = Unauthenticated("this needs credentials", hint=_hint(scope))
        await error_reply(request, error)(scope, receive, send)


class SessionLayer:
    """Hands a session to the browser that opens the page, where there is one user.

    The cookie is given to visits of the page and to requests that the page itself makes; other
    sites can cause the first and read neither.
    """

    def __init__(self, app: ASGIApp, cookies: Cookies) -> None:
        self._app = app
        self._cookies = cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not _is_visit(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if not self._cookies.needs_renewal(request):
            await self._app(scope, receive, send)
            return

        async def send_with_session(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    *self._cookies.session_headers(request, ""),
                ]
            await send(message)

        await self._app(scope, receive, send_with_session)


def _principal(scope: Scope) -> object | None:
    return scope.get("state", {}).get("principal")


def _is_visit(scope: Scope) -> bool:
    """Say whether somebody opens the page with a browser."""
    headers = Headers(scope=scope)
    return (
        scope["method"] == "GET"
        and not is_api(str(scope["path"]))
        and (
            "text/html" in headers.get("accept", "") or headers.get("sec-fetch-dest") == "document"
        )
    )


def _hint(scope: Scope) -> str:
    if is_api(str(scope["path"])):
        return "send a token: Authorization: Bearer TOKEN; in a browser, open the page again"
    return "log in"
