"""Downloads of importers over HTTP, within bounds of size, time and place.

The address that is checked is the one that is connected to: names are resolved once, and again
after every redirect.
"""

from __future__ import annotations

import http.client
import ipaddress
import os
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from headrace.artifacts.port import DownloadPolicy
from headrace.errors import HeadraceError, InfrastructureError, InvalidRequest, NotFound

_BLOCK_BYTES = 1 << 20
_GONE = (404, 410)
_TRANSIENT = (408, 425, 429, 500, 502, 503, 504)


def download(url: str, target: Path, policy: DownloadPolicy) -> None:
    """Write what the URL gives to the target, whole or not at all.

    Raises:
        NotFound: The server has nothing there.
        InvalidRequest: The URL, its host or the size is not allowed, or the server refuses.
        InfrastructureError: The server cannot be reached or broke off; trying again may help.
    """
    _check_url(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with _open(url, policy) as response, aside.open("wb") as file:
            _copy(response, file, url, policy)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InvalidRequest(f"{url!r} is not a URL: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise InvalidRequest(f"{url!r} is not an http or https URL")
    if parts.username is not None or parts.password is not None:
        raise InvalidRequest(
            f"the URL for {host} holds a user name or password",
            hint="leave it out: URLs are shown and kept",
        )
    if any(ord(character) <= ord(" ") for character in url):
        raise InvalidRequest(f"{url!r} holds a blank or control character", hint="encode it")


def _open(url: str, policy: DownloadPolicy) -> HTTPResponse:
    handlers: list[urllib.request.BaseHandler] = [_Redirects()]
    if not policy.private_addresses:
        # Without proxies: the address that is checked must be the one that is reached.
        handlers += [urllib.request.ProxyHandler({}), _PublicHTTP(), _PublicHTTPS()]
    request = urllib.request.Request(url, headers={"User-Agent": "headrace"})  # noqa: S310
    try:
        return urllib.request.build_opener(*handlers).open(request, timeout=policy.silence_s)
    except urllib.error.HTTPError as error:
        error.close()
        raise _refused(url, error.code, error.reason) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, _PrivateAddressError):
            raise InvalidRequest(f"cannot download {url}: {error.reason}") from error
        raise _broken(url, str(error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise _broken(url, str(error) or type(error).__name__) from error
    except InvalidRequest:
        raise
    except ValueError as error:
        raise InvalidRequest(f"cannot download {url}: it leads to no URL ({error})") from error


def _copy(response: HTTPResponse, file: IO[bytes], url: str, policy: DownloadPolicy) -> None:
    expected = response.headers.get("Content-Length")
    total = 0
    until = time.monotonic() + policy.total_s
    if expected is not None and int(expected) > policy.max_bytes:
        raise _too_large(url, policy)
    while block := _read(response, url):
        total += len(block)
        if total > policy.max_bytes:
            raise _too_large(url, policy)
        if time.monotonic() > until:
            raise _broken(url, f"it took longer than {policy.total_s:.0f} s")
        file.write(block)
    if expected is not None and total != int(expected):
        raise _broken(url, f"it broke off after {total} of {expected} bytes")


def _read(response: HTTPResponse, url: str) -> bytes:
    try:
        # Whatever has come: a server that sends a byte now and then must not hold the clock.
        return response.read1(_BLOCK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _broken(url, str(error) or type(error).__name__) from error


def _refused(url: str, status: int, reason: str) -> Exception:
    if status in _GONE:
        return NotFound(f"there is nothing at {url} (HTTP {status})")
    if status in _TRANSIENT:
        return _broken(url, f"HTTP {status} {reason}")
    return InvalidRequest(f"cannot download {url}: HTTP {status} {reason}")


def _broken(url: str, why: str) -> InfrastructureError:
    return InfrastructureError(f"cannot download {url}: {why}", retryable=True, code="HR5102")


def _too_large(url: str, policy: DownloadPolicy) -> InvalidRequest:
    return InvalidRequest(
        f"{url} is larger than {policy.max_bytes} bytes",
        hint="import a smaller file, or raise the bound of downloads",
    )


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to URLs that would have been accepted themselves."""

    max_redirections = 5

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the request to go on with."""
        _check_url(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)

    def http_error_302(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> Any:
        """Follow the redirect; the answer that holds it is closed also when it is refused."""
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except (HeadraceError, ValueError):
            fp.close()
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class _PrivateAddressError(OSError):
    """A host that only this machine or its private networks can reach."""


def _connect_publicly(
    address: tuple[str, int], timeout: Any = None, source_address: Any = None
) -> socket.socket:
    """Connect to a host of which every address is public, at the address that was checked."""
    host, port = address
    found = [entry[4] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for place in found:
        checked = ipaddress.ip_address(str(place[0]).partition("%")[0])
        mapped = getattr(checked, "ipv4_mapped", None) or checked
        if not mapped.is_global or mapped.is_multicast:
            message = f"{host} is not on the public internet"
            raise _PrivateAddressError(message)
    return socket.create_connection((str(found[0][0]), port), timeout, source_address)


class _PublicHTTP(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        return self.do_open(_publicly(http.client.HTTPConnection), req)


class _PublicHTTPS(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        context = ssl.create_default_context()
        return self.do_open(_publicly(http.client.HTTPSConnection), req, context=context)


def _publicly(kind: Callable[..., Any]) -> Any:
    def connection(host: str, **options: Any) -> Any:
        made = kind(host, **options)
        # What http.client itself calls to connect; the TLS name stays the host's.
        made._create_connection = _connect_publicly  # noqa: SLF001
        return made

    return connection
