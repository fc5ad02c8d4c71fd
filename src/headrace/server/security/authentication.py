"""Finds out who asks: by a token of ours, a trusted proxy, an access token or a session.

Credentials that are there and wrong are an error, whatever else is there: nothing falls back to
something weaker. Where there is one user, programs need none, and browsers must have been handed a
session by the server's own page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from headrace.errors import InvalidRequest, Unauthenticated
from headrace.server.access import SINGLE_USER, Principal
from headrace.server.security.cookies import Cookies
from headrace.server.security.members import Members
from headrace.server.security.origins import is_api, is_browser
from headrace.server.security.proxies import address_of, user_by_proxy
from headrace.server.security.rates import Failures
from headrace.server.security.settings import AuthSettings
from headrace.server.security.tokens import digest_of, is_token

UserOfAccessToken = Callable[[str], str]
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]+)", re.IGNORECASE)
#: Names under which others send tokens in addresses, where every log keeps them.
_TOKEN_PARAMETERS = frozenset(
    {"access_token", "token", "id_token", "bearer", "authorization", "api_key", "apikey"}
)


@dataclass(frozen=True, slots=True)
class SingleUser:
    """Where there is one user: programs are let in, browsers by their session."""

    cookies: Cookies

    async def __call__(self, connection: HTTPConnection) -> Principal | None:
        """Return the user, or None for a browser that our page has not let in."""
        refuse_token_in_address(connection)
        if not is_api(connection.url.path) or not is_browser(connection.headers):
            return SINGLE_USER
        return SINGLE_USER if self.cookies.session(connection) is not None else None


@dataclass(frozen=True, slots=True)
class ManyUsers:
    """Where there are users.

    Attributes:
        user_of_access_token: Reads access tokens of the issuer; None when there is no issuer.
        failures: Wrong credentials by address.
    """

    settings: AuthSettings
    members: Members
    cookies: Cookies
    failures: Failures
    now: Callable[[], float]
    user_of_access_token: UserOfAccessToken | None = None

    async def __call__(self, connection: HTTPConnection) -> Principal | None:
        """Return who asks, or None when there are no credentials.

        Raises:
            Unauthenticated: There are wrong ones.
            TooManyRequests: There were too many wrong ones.
        """
        refuse_token_in_address(connection)
        return await run_in_threadpool(self._find, connection)

    def _find(self, connection: HTTPConnection) -> Principal | None:
        """Return who asks; wrong credentials are counted by where they come from.

        Right ones are let in from there all the same, and so is whoever shows none: others at the
        same address must not be able to lock them out.
        """
        address = address_of(connection, self.settings.proxy)
        try:
            return self._principal(connection, address)
        except Unauthenticated:
            self.failures.check(address)
            self.failures.add(address)
            raise

    def _principal(self, connection: HTTPConnection, address: str) -> Principal | None:
        bearer = _bearer_of(connection)
        if bearer is not None and is_token(bearer):
            return self._by_token(bearer)
        proxy = self.settings.proxy
        if proxy is not None and (user := user_by_proxy(connection, proxy)) is not None:
            return self.members.of_user(user)
        if bearer is not None:
            self.failures.check(address)  # before signatures are computed
            if self.user_of_access_token is None:
                raise Unauthenticated("this token is not valid here", hint="use one of this server")
            return self.members.of_user(self.user_of_access_token(bearer))
        user = self.cookies.session(connection)
        return None if user is None else self.members.of_user(user)

    def _by_token(self, secret: str) -> Principal:
        token = self.members.store.token_by_digest(digest_of(secret))
        if token is None:
            raise Unauthenticated("this token is not known here", hint="make a new one")
        return self.members.of_token(token, now=self.now())


def refuse_token_in_address(connection: HTTPConnection) -> None:
    """Refuse credentials in an address, valid or not.

    Raises:
        InvalidRequest: There are some.
    """
    for name, value in connection.query_params.multi_items():
        if name.lower() in _TOKEN_PARAMETERS or is_token(value):
            raise InvalidRequest(
                "credentials in an address end up in logs, so they are not read there",
                hint="revoke the token, and send another one: Authorization: Bearer TOKEN",
            )


def _bearer_of(connection: HTTPConnection) -> str | None:
    """Return the bearer token, or None when there is none.

    Raises:
        Unauthenticated: The header is there and is anything else.
    """
    given = connection.headers.getlist("authorization")
    if not given:
        return None
    found = _BEARER.fullmatch(given[0].strip()) if len(given) == 1 else None
    if found is None:
        hint = "send: Authorization: Bearer TOKEN"
        raise Unauthenticated("the Authorization header cannot be read", hint=hint)
    return found[1]
