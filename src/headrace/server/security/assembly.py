"""Puts the layers in their order around the endpoints: what a server is without users, and with.

From the outside in: headers, limits, hosts and origins, who asks, nobody, streams, audit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import BaseRoute

from headrace.errors import InvalidRequest
from headrace.server.application import Authenticate, application
from headrace.server.routing import Endpoint
from headrace.server.security.audit import AuditLayer
from headrace.server.security.authentication import ManyUsers, SingleUser, UserOfAccessToken
from headrace.server.security.cookies import Cookies
from headrace.server.security.gate import GateLayer, SessionLayer
from headrace.server.security.headers import HeaderLayer
from headrace.server.security.limits import LimitLayer, Limits
from headrace.server.security.members import Members
from headrace.server.security.origins import OriginLayer, origins_of
from headrace.server.security.pages import LoginPages, SingleUserPages
from headrace.server.security.proxies import address_of
from headrace.server.security.quotas import Admission, bounded
from headrace.server.security.rates import Failures
from headrace.server.security.sessions import Signer, signing_key
from headrace.server.security.settings import AuthSettings
from headrace.server.security.streams import StreamLayer
from headrace.server.services import Services

_SINGLE_SESSION_S = 30 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class _Guard:
    """How a server knows who asks."""

    authenticate: Authenticate
    endpoints: tuple[Endpoint, ...]
    layers: tuple[Middleware, ...]


def secured(
    services: Services,
    endpoints: Sequence[Endpoint],
    auth: AuthSettings | None,
    *,
    limits: Limits | None = None,
    listening: str | None = None,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """Return the application with all that protects it.

    Args:
        endpoints: What is served; those of logins are added.
        auth: How users are known; None: there is one.
        listening: The address that the server listens on, as a URL.
        routes: What comes after the endpoints, such as the files of the page.

    Raises:
        InvalidRequest: The settings say that there is one user and ``auth`` knows others, or the
            other way round; or what logins need is not installed.
    """
    if (services.settings.mode == "multi") != (auth is not None):
        raise InvalidRequest("the server's mode and its authentication do not fit together")
    bounds = limits or Limits()
    guard = _single(services) if auth is None else _many(services, auth)
    proxy = auth.proxy if auth else None
    hosts = auth.allowed_hosts if auth else frozenset[str]()
    origins = origins_of(hosts, auth.public_url if auth else None, listening)

    def seen_address(request: Request) -> str:
        return address_of(request, proxy)

    now = services.clock.now
    return application(
        replace(services, runs=bounded(services.runs, Admission(services.store, now))),
        [*endpoints, *guard.endpoints],
        authenticate=guard.authenticate,
        before=[
            Middleware(HeaderLayer),
            Middleware(LimitLayer, bounds),
            Middleware(OriginLayer, origins),
        ],
        after=[
            *guard.layers,
            Middleware(
                StreamLayer,
                most=bounds.streams_per_user,
                most_in_all=bounds.streams,
                longest_s=None if auth is None else bounds.stream_s,
            ),
            Middleware(AuditLayer, store=services.store, now=now, address_of=seen_address),
        ],
        routes=routes,
    )


def _single(services: Services) -> _Guard:
    key = signing_key(services.store)
    cookies = Cookies(
        sessions=Signer(key, "single-user session"),
        logins=Signer(key, "unused"),
        now=services.clock.now,
        is_secure=False,
        same_site="strict",
        session_s=_SINGLE_SESSION_S,
    )
    return _Guard(
        authenticate=SingleUser(cookies),
        endpoints=SingleUserPages(cookies).endpoints(),
        layers=(
            Middleware(GateLayer, has_login=False),
            Middleware(SessionLayer, cookies),
        ),
    )


def _many(services: Services, auth: AuthSettings) -> _Guard:
    now = services.clock.now
    key = signing_key(services.store)
    cookies = Cookies(
        sessions=Signer(key, "session"),
        logins=Signer(key, "login"),
        now=now,
        is_secure=(auth.public_url or "").startswith("https://"),
        same_site="lax",
        session_s=auth.session_s,
    )
    members = Members(services.store, auth.admins)
    failures = Failures(now)
    user_of_access_token: UserOfAccessToken | None = None
    pages: tuple[Endpoint, ...] = ()
    if auth.issuer is not None and auth.public_url is not None:
        user_of_access_token, pages = _by_issuer(auth, members, cookies, failures, services)
    return _Guard(
        authenticate=ManyUsers(auth, members, cookies, failures, now, user_of_access_token),
        endpoints=pages,
        layers=(Middleware(GateLayer, has_login=bool(pages)),),
    )


def _by_issuer(
    auth: AuthSettings,
    members: Members,
    cookies: Cookies,
    failures: Failures,
    services: Services,
) -> tuple[UserOfAccessToken, tuple[Endpoint, ...]]:
    """Return what reads access tokens of the provider, and the addresses of its login."""
    try:
        from headrace.server.security.bearer import user_of_access_token
        from headrace.server.security.issuers import Discovery
        from headrace.server.security.oidc import Login
    except ImportError as error:
        hint = "pip install 'headrace[auth]'"
        raise InvalidRequest("logging in with a provider is not installed", hint=hint) from error
    issuer, now = auth.issuer, services.clock.now
    assert issuer is not None
    assert auth.public_url is not None
    providers = Discovery(issuer, now)
    login = Login(issuer, auth.public_url, providers)
    pages = LoginPages(auth, members, cookies, failures, now, login)

    def user_of(text: str) -> str:
        return user_of_access_token(text, issuer, providers, now=now())

    return user_of, pages.endpoints()
