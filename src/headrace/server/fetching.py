"""Requests to addresses that a user names: package URLs and webhooks; blocking.

A server that fetches what it is told can be sent against its own network. Here a name is resolved
once, every address that it has is judged, and the connection goes to an address that was judged;
the same again for each redirect. Proxies of the environment are not used, since behind them nobody
knows where a connection ends. May not know what the bytes are for.
"""

from __future__ import annotations

import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import NoReturn
from urllib.parse import quote, urljoin, urlsplit

from headrace.errors import InfrastructureError, InvalidRequest

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_URL = 4096
MAX_REDIRECTS = 5
_CHUNK = 1 << 16
_AGENT = "headrace"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = range(200, 300)
_PORTS = {"http": 80, "https": 443}

#: Where clouds tell machines their credentials; some of them look like any other address.
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?")
_NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Target:
    """A URL that was taken apart and found harmless as text; its address is not judged yet."""

    scheme: str
    host: str
    port: int
    resource: str

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.resource}"


def fetch(url: str, *, limit_bytes: int, timeout_s: float, allow_private: bool = False) -> bytes:
    """Return what a URL names.

    Args:
        url: An ``http`` or ``https`` URL without credentials.
        limit_bytes: The most bytes to take.
        timeout_s: For everything together, redirects and all.
        allow_private: Whether addresses of this machine and of private networks may be asked.
            Link-local addresses and those of cloud metadata never are.

    Raises:
        InvalidRequest: The URL, or what it redirects to, is not to be asked; the answer is too
            large, or says that there is no such thing.
        InfrastructureError: Nobody answers, or not in time.
    """
    until = time.monotonic() + timeout_s
    target = _target(url)
    for _ in range(MAX_REDIRECTS + 1):
        answer = _exchange("GET", target, None, {}, limit_bytes, until, allow_private)
        if answer.status not in _REDIRECTS:
            return _body_of(answer, target)
        target = _redirected(target, answer)
    message = f"{target.host} redirects more than {MAX_REDIRECTS} times"
    raise InvalidRequest(message, hint="give the URL that it ends at")


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout_s: float,
    allow_private: bool = False,
) -> int:
    """Send a body to a URL and return the status; redirects are not followed.

    Raises:
        InvalidRequest: The URL or a header is not to be sent.
        InfrastructureError: Nobody answers, or not in time.
    """
    return request(
        "POST",
        url,
        body=body,
        headers=headers,
        limit_bytes=0,
        timeout_s=timeout_s,
        allow_private=allow_private,
    ).status


def request(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    limit_bytes: int,
    timeout_s: float,
    allow_private: bool = False,
) -> Answer:
    """Ask once and return the whole answer; redirects are not followed.

    Args:
        limit_bytes: The most bytes to take; zero leaves the body unread.

    Raises:
        InvalidRequest: The URL is not to be asked, or the answer is too large.
        InfrastructureError: Nobody answers, or not in time.
    """
    until = time.monotonic() + timeout_s
    return _exchange(method, _target(url), body, headers or {}, limit_bytes, until, allow_private)


def check_url(url: str) -> None:
    """Check a URL as far as its text goes; what its name resolves to is judged when it is asked.

    Raises:
        InvalidRequest: No request would ever go there.
    """
    target = _target(url)
    try:
        address = ipaddress.ip_address(target.host)
    except ValueError:
        return
    if not _is_allowed(address, allow_private=True):
        _refuse_address(target.host)


# ------------------------------------------------------------------ reading URLs


def _target(url: str) -> _Target:
    """Take a URL apart; what two readers could read differently is refused."""
    if len(url) > MAX_URL or re.search(r"[\x00-\x20\x7f\\]", url):
        _refuse("the URL is too long, or has spaces, backslashes or control characters in it")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        _refuse("the URL cannot be read")
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        _refuse("the URL must begin with http:// or https://")
    if "@" in parts.netloc:
        _refuse("the URL has credentials in it", hint="leave out the part before the @")
    if port == 0:
        _refuse("the URL names port 0")
    path = quote(parts.path or "/", safe="/%:=~+!$&,;'@()*-._")
    query = quote(parts.query, safe="/%:=~+!$&,;'@()*-._?")
    return _Target(scheme, _host(host), port or _PORTS[scheme], path + (query and f"?{query}"))


def _host(host: str) -> str:
    if ":" in host:
        try:  # a zone names an interface of this machine
            return str(ipaddress.IPv6Address("" if "%" in host else host))
        except ValueError:
            _refuse("the URL's IPv6 address cannot be read")
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        _refuse("the URL's host name cannot be read")
    if not _HOST.fullmatch(name):
        _refuse("the URL's host name cannot be read")
    if _NUMERIC_LABEL.fullmatch(name.rstrip(".").rpartition(".")[2]):
        try:  # 2130706433, 0177.0.0.1 and 127.1 are addresses to some and names to others
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            _refuse("the URL's address must be four decimal numbers")
    return name


def _redirected(target: _Target, answer: Answer) -> _Target:
    location = answer.headers.get("location", "")
    if not location:
        message = f"{target.host} redirects to nowhere"
        raise InvalidRequest(message)
    following = _target(urljoin(target.url, location))
    if target.scheme == "https" and following.scheme != "https":
        _refuse(f"{target.host} redirects from https to http")
    return following


def _body_of(answer: Answer, target: _Target) -> bytes:
    if answer.status in _OK:
        return answer.body
    message = f"{target.host} answered {answer.status} instead of what the URL names"
    if answer.status >= 500 or answer.status == 429:  # noqa: PLR2004
        raise InfrastructureError(message, retryable=True)
    raise InvalidRequest(message, hint="check the URL")


# ------------------------------------------------------------------ judging addresses


def _addresses(target: _Target, *, allow_private: bool) -> list[_Address]:
    """Resolve the name, once, and return its addresses; one bad address spoils the name."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        message = f"the name {target.host} cannot be resolved"
        raise InfrastructureError(message, retryable=True) from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(
        _is_allowed(address, allow_private=allow_private) for address in addresses
    ):
        _refuse_address(target.host)
    return addresses


def _is_allowed(address: _Address, *, allow_private: bool) -> bool:
    """Say whether a request may go to this address, also where it is wrapped in another."""
    forms = [address, *_embedded(address)]
    if any(form in _METADATA or form.is_link_local for form in forms):
        return False
    if any(form.is_multicast or form.is_unspecified for form in forms):
        return False
    if allow_private:
        return not any(form.version == 4 and form.is_reserved for form in forms)  # noqa: PLR2004
    return all(form.is_global for form in forms)


def _embedded(address: _Address) -> list[_Address]:
    """Return the IPv4 addresses that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    if address.is_loopback or address.is_unspecified:
        return []
    found = [address.ipv4_mapped, address.sixtofour]
    found.extend(address.teredo or ())
    if address in _NAT64 or address in _COMPATIBLE:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [form for form in found if form is not None]


# ------------------------------------------------------------------ asking


def _exchange(
    method: str,
    target: _Target,
    body: bytes | None,
    headers: Mapping[str, str],
    limit_bytes: int,
    until: float,
    allow_private: bool,
) -> Answer:
    addresses = _addresses(target, allow_private=allow_private)
    connection = http.client.HTTPConnection(target.host, target.port)
    try:
        raw = _connect(addresses, target.port, until)
    except OSError as error:
        _unreachable(target, error)
    watch = _Deadline(raw, until)
    try:
        connection.sock = _secured(raw, target) if target.scheme == "https" else raw
        sent = {"Host": target.netloc, "User-Agent": _AGENT, "Accept-Encoding": "identity"}
        _send(connection, method, target.resource, body, {**sent, **headers})
        response = connection.getresponse()
        content = _read(response, limit_bytes, target)
        if watch.has_passed:
            raise TimeoutError
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, content)
    except (OSError, http.client.HTTPException) as error:
        _unreachable(target, TimeoutError() if watch.has_passed else error)
    finally:
        watch.end()
        connection.close()
        raw.close()


def _send(
    connection: http.client.HTTPConnection,
    method: str,
    resource: str,
    body: bytes | None,
    headers: Mapping[str, str],
) -> None:
    try:
        connection.request(method, resource, body, headers)
    except ValueError as error:
        message = "a header of the request cannot be sent"
        raise InvalidRequest(message) from error


def _connect(addresses: list[_Address], port: int, until: float) -> socket.socket:
    problem: OSError = TimeoutError()
    for address in addresses:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            return socket.create_connection((str(address), port), timeout=left)
        except OSError as error:
            problem = error
    raise problem


def _secured(raw: socket.socket, target: _Target) -> ssl.SSLSocket:
    return _tls().wrap_socket(raw, server_hostname=target.host)


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _read(response: http.client.HTTPResponse, limit_bytes: int, target: _Target) -> bytes:
    if not limit_bytes:
        return b""
    found = bytearray()
    while chunk := response.read(min(_CHUNK, limit_bytes + 1 - len(found))):
        found += chunk
        if len(found) > limit_bytes:
            message = f"{target.host} sends more than {limit_bytes} bytes"
            raise InvalidRequest(message, hint="name something smaller")
    return bytes(found)


class _Deadline:
    """Ends a connection when its time is over: a timeout of the socket starts anew at each byte."""

    def __init__(self, raw: socket.socket, until: float) -> None:
        self.has_passed = False
        self._descriptor = raw.dup()  # TLS takes the socket over, and leaves an empty one behind
        self._timer = threading.Timer(max(0.0, until - time.monotonic()), self._pass)
        self._timer.daemon = True
        self._timer.start()

    def _pass(self) -> None:
        self.has_passed = True
        try:
            self._descriptor.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it is closed already

    def end(self) -> None:
        """Let go of the connection."""
        self._timer.cancel()
        self._descriptor.close()


def _unreachable(target: _Target, error: Exception) -> NoReturn:
    if isinstance(error, TimeoutError):
        message = f"{target.host} does not answer in time"
    elif isinstance(error, ssl.SSLError):
        message = f"the certificate of {target.host} cannot be trusted, or it does not speak TLS"
    else:
        message = f"{target.host} cannot be reached"
    raise InfrastructureError(message, retryable=True) from error


def _refuse(message: str, *, hint: str | None = None) -> NoReturn:
    raise InvalidRequest(message, hint=hint)


def _refuse_address(host: str) -> NoReturn:
    # What a name resolves to is not said: it would map the network for whoever asks.
    message = f"{host} is not an address that this server may ask"
    raise InvalidRequest(message, hint="addresses of private networks have to be allowed")
