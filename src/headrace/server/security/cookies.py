"""The cookies of browsers: the session, and what a login needs until it comes back.

Scripts cannot read them. Where there is one user the session is sent for requests of our own page
only; where users log in it is also sent when somebody follows a link from elsewhere to the page,
and ``origins`` keeps such visits from reaching the API.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from starlette.requests import HTTPConnection
from starlette.responses import Response

from headrace.server.security.sessions import Pending, Signer

LOGIN_S = 600.0


@dataclass(frozen=True, slots=True)
class Cookies:
    """Writes and reads the cookies.

    Attributes:
        is_secure: Browsers reach the server by TLS only.
        same_site: Whether links from elsewhere bring the session with them.
        session_s: How long a session lasts, in seconds.
    """

    sessions: Signer
    logins: Signer
    now: Callable[[], float]
    is_secure: bool
    same_site: Literal["strict", "lax"]
    session_s: float

    def session_name(self, connection: HTTPConnection) -> str:
        """Return the name of the session's cookie.

        The prefix keeps other hosts from setting it. Without TLS it has the port in it, since
        browsers send cookies to all ports of a host, and another server may be at the next.
        """
        if self.is_secure:
            return "__Host-headrace_session"
        port = connection.headers.get("host", "").rpartition(":")[2]
        return f"headrace_session_{port}" if port.isdecimal() else "headrace_session"

    @property
    def login_name(self) -> str:
        """Name of the cookie of a login that has begun."""
        return "__Host-headrace_login" if self.is_secure else "headrace_login"

    def session(self, connection: HTTPConnection) -> str | None:
        """Return the user of the session, which is empty where there is one user; else None."""
        found = self.sessions.read(
            connection.cookies.get(self.session_name(connection)), now=self.now()
        )
        return None if found is None else str(found["user"])

    def needs_renewal(self, connection: HTTPConnection) -> bool:
        """Say whether the session is missing or in its second half."""
        text = connection.cookies.get(self.session_name(connection))
        return self.sessions.read(text, now=self.now() + self.session_s / 2) is None

    def begin_session(self, response: Response, connection: HTTPConnection, user: str) -> None:
        """Hand a session to the browser."""
        value = self.sessions.sign({"user": user}, expires_at=self.now() + self.session_s)
        name = self.session_name(connection)
        self._set(response, name, value, self.session_s, self.same_site)

    def session_headers(self, connection: HTTPConnection, user: str) -> list[tuple[bytes, bytes]]:
        """Return the header that hands a session to the browser, for an answer already made."""
        response = Response()
        self.begin_session(response, connection, user)
        return [(name, value) for name, value in response.raw_headers if name == b"set-cookie"]

    def end_session(self, response: Response, connection: HTTPConnection) -> None:
        """Take the session from the browser."""
        self._set(response, self.session_name(connection), "", 0, self.same_site)

    def keep_login(self, response: Response, pending: Pending, then: str) -> None:
        """Keep what a login needs; the provider's page sends the browser back with it."""
        value = self.logins.sign(
            {
                "state": pending.state,
                "nonce": pending.nonce,
                "verifier": pending.verifier,
                "then": then,
            },
            expires_at=self.now() + LOGIN_S,
        )
        self._set(response, self.login_name, value, LOGIN_S, "lax")

    def login(self, connection: HTTPConnection) -> tuple[Pending, str] | None:
        """Return what was kept of the login, and where it is to lead."""
        found = self.logins.read(connection.cookies.get(self.login_name), now=self.now())
        if found is None:
            return None
        pending = Pending(str(found["state"]), str(found["nonce"]), str(found["verifier"]))
        return pending, str(found["then"])

    def forget_login(self, response: Response) -> None:
        """Take what was kept of the login from the browser: it is good for one answer."""
        self._set(response, self.login_name, "", 0, "lax")

    def _set(
        self,
        response: Response,
        name: str,
        value: str,
        seconds: float,
        same_site: Literal["strict", "lax"],
    ) -> None:
        response.set_cookie(
            name,
            value,
            max_age=int(seconds),
            path="/",
            secure=self.is_secure,
            httponly=True,
            samesite=same_site,
        )
