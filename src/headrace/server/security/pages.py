"""Logging browsers in and out: the few addresses that people come to before they are anybody.

``/auth/login`` sends the browser to the provider, ``/auth/callback`` takes it back and
``/auth/logout`` ends the session; ``/auth/session`` hands the page one where there is one user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from headrace.errors import NotFound, Unauthenticated
from headrace.server.routing import Endpoint
from headrace.server.security.audit import write
from headrace.server.security.cookies import Cookies
from headrace.server.security.members import Members
from headrace.server.security.proxies import address_of
from headrace.server.security.rates import Failures
from headrace.server.security.sessions import Pending
from headrace.server.security.settings import AuthSettings
from headrace.store import AuditEntry

_LONGEST_NEXT = 2000


class ProviderLogin(Protocol):
    """A login at a provider: ``oidc.Login``, which needs the extra ``auth``."""

    def begin(self) -> tuple[str, Pending]:
        """Return where to send the browser, and what to keep until it is back."""
        ...

    def finish(self, query: Mapping[str, str], pending: Pending, *, now: float) -> str:
        """Return the user who has logged in."""
        ...


@dataclass(frozen=True, slots=True)
class LoginPages:
    """Handlers where users log in with a provider."""

    settings: AuthSettings
    members: Members
    cookies: Cookies
    failures: Failures
    now: Callable[[], float]
    login: ProviderLogin

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the addresses of a login."""
        return (
            Endpoint("GET", "/auth/login", self.begin, "read", "login", exempt=True),
            Endpoint("GET", "/auth/callback", self.finish, "read", "login", exempt=True),
            Endpoint("POST", "/auth/logout", self.end, "write", "login", exempt=True),
        )

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider."""
        url, pending = await run_in_threadpool(self.login.begin)
        response = RedirectResponse(url, status_code=302)
        self.cookies.keep_login(response, pending, local_path(request.query_params.get("next")))
        response.headers["Cache-Control"] = "no-store"
        return response

    async def finish(self, request: Request) -> Response:
        """Take the browser back from the provider and begin its session."""
        return await run_in_threadpool(self._finish, request)

    async def end(self, request: Request) -> Response:
        """End the session of the browser."""
        user = self.cookies.session(request)
        if user is not None:
            await run_in_threadpool(self._note, request, user, "logout", "done")
        response = Response(status_code=204)
        self.cookies.end_session(response, request)
        return response

    def _finish(self, request: Request) -> Response:
        address = address_of(request, self.settings.proxy)
        self.failures.check(address)
        try:
            user, then = self._user(request)
        except Unauthenticated:
            self.failures.add(address)
            self._note(request, "", "login", "refused")
            raise
        self._note(request, user, "login", "done")
        response = RedirectResponse(then, status_code=302)
        response.headers["Cache-Control"] = "no-store"
        self.cookies.forget_login(response)
        self.cookies.begin_session(response, request, user)
        return response

    def _user(self, request: Request) -> tuple[str, str]:
        kept = self.cookies.login(request)
        if kept is None:
            raise Unauthenticated("this login took too long", hint="open the page again")
        pending, then = kept
        user = self.login.finish(request.query_params, pending, now=self.now())
        self.members.of_user(user)  # whose name cannot be used gets no session
        return user, then

    def _note(self, request: Request, user: str, action: str, outcome: str) -> None:
        entry = AuditEntry(
            at=self.now(),
            user=user,
            action=action,
            kind="session",
            outcome=outcome,
            address=address_of(request, self.settings.proxy),
        )
        write(self.members.store, entry)


@dataclass(frozen=True, slots=True)
class SingleUserPages:
    """The handler where there is one user."""

    cookies: Cookies

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the address where the page gets its session."""
        return (Endpoint("GET", "/auth/session", self.session, "read", "session", exempt=True),)

    async def session(self, request: Request) -> Response:
        """Hand a session to the page, when it is the page that asks."""
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise NotFound("there is nothing here for others than the page")
        response = Response(status_code=204)
        self.cookies.begin_session(response, request, "")
        return response


def local_path(text: str | None) -> str:
    """Return where a login leads: a path of this server, or its beginning.

    Whatever a browser could read as another server's address leads to the beginning.
    """
    path = text or "/"
    is_local = path.startswith("/") and not path.startswith(("//", "/\\", "/auth/"))
    is_plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if is_local and is_plain and len(path) <= _LONGEST_NEXT else "/"
