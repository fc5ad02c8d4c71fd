"""Whether a request comes from where it says: the host that was called, and who made a browser ask.

A page of anybody's can make the browser of a user send requests to a server that only this user
reaches, and by a name of its own that resolves to this machine even read the answers. So each
request, whatever its method, must call the server by one of its names, and one that a browser
sends must come from the server's own page. Knows nothing of users.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from headrace.errors import PermissionDenied
from headrace.server.errors import error_reply

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
#: What probes ask by the address of a machine; they tell nobody anything.
PROBES = frozenset({"/healthz", "/readyz"})
_API = ("/api/", "/apis/", "/registry", "/metrics")
_OWN_SITE = frozenset({"same-origin", "none"})
_BROWSER_HEADERS = ("origin", "referer", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest")


@dataclass(frozen=True, slots=True)
class Origins:
    """Which hosts the server may be called by, and which origins are its own.

    Attributes:
        hosts: Names without ports.
        public_origin: Origin of its page where a proxy in front of it changes the host, or None.
    """

    hosts: frozenset[str]
    public_origin: str | None = None

    def check(self, scope: Scope) -> None:
        """Make sure that the request calls this server and was not made by a foreign page.

        Raises:
            PermissionDenied: It does not, or was.
        """
        headers = Headers(scope=scope)
        path = str(scope["path"])
        if path in PROBES:
            return
        host = _only(headers, "host")
        if host is None or _name_of(host) not in self.hosts:
            raise PermissionDenied(
                "the server is not known by the host of this request",
                hint="call it by its own name, or add the name to hosts in [server.auth]",
            )
        self._check_origin(headers, host)
        if not _is_from_here(headers) and not _is_visit(scope, headers):
            _refuse()

    def _check_origin(self, headers: Headers, host: str) -> None:
        if "origin" not in headers:
            return
        origin = _only(headers, "origin") or ""
        if self.public_origin is not None and origin == self.public_origin:
            return
        parts = origin.partition("://")
        if parts[0] not in ("http", "https") or parts[2].lower() != host.lower():
            _refuse()


class OriginLayer:
    """Refuses requests by host and origin before anything else looks at them."""

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # there are none
            return
        if scope["type"] == "http":
            try:
                self._origins.check(scope)
            except PermissionDenied as error:
                await error_reply(Request(scope), error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def origins_of(
    hosts: Collection[str] = (), public_url: str | None = None, listening: str | None = None
) -> Origins:
    """Return the origins of a server.

    Args:
        hosts: Names by which it is called beside those of loopback.
        public_url: Where browsers find it.
        listening: The address that it listens on, as a URL.
    """
    names = LOOPBACK_HOSTS | {host.lower().strip("[]") for host in hosts}
    own = urlsplit(listening or "").hostname
    if own and own not in ("0.0.0.0", "::"):  # noqa: S104 - these are no names
        names |= {own}
    origin = None
    if public_url:
        parts = urlsplit(public_url)
        names |= {parts.hostname or ""}
        origin = f"{parts.scheme}://{parts.netloc}".lower()
    return Origins(frozenset(names), origin)


def is_api(path: str) -> bool:
    """Say whether programs read what is there, not people."""
    return path.startswith(_API)


def is_browser(headers: Headers) -> bool:
    """Say whether a browser sends this; none can be made by a page to hide that it is one."""
    return any(name in headers for name in _BROWSER_HEADERS) or headers.get(
        "user-agent", ""
    ).startswith("Mozilla/")


def _is_from_here(headers: Headers) -> bool:
    """Say whether the browser says that our own page, its user or no page made it ask."""
    sites = headers.getlist("sec-fetch-site")
    return all(site in _OWN_SITE for site in sites)


def _is_visit(scope: Scope, headers: Headers) -> bool:
    """Say whether somebody follows a link to the page: it shows, and changes nothing."""
    return (
        scope["method"] in ("GET", "HEAD")
        and not is_api(str(scope["path"]))
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest", "document") == "document"
    )


def _only(headers: Headers, name: str) -> str | None:
    values = headers.getlist(name)
    return values[0] if len(values) == 1 else None


def _name_of(host: str) -> str:
    """Return the host of ``host:port`` in lower case; what cannot be read is the empty name."""
    if host.startswith("["):
        name, bracket, port = host[1:].partition("]")
        is_port = not port or (port[0] == ":" and port[1:].isdecimal())
        return name.lower() if bracket and is_port else ""
    name, colon, port = host.partition(":")
    return name.lower() if not colon or port.isdecimal() else ""


def _refuse() -> None:
    raise PermissionDenied(
        "this request was made by a page of another site",
        hint="open the server's own page, or send the request without a browser",
    )
