"""The word of a trusted proxy about who asks; from anywhere else the same header is nothing."""

from __future__ import annotations

import ipaddress

from starlette.requests import HTTPConnection

from headrace.errors import Unauthenticated
from headrace.server.security.settings import TrustedProxy


def user_by_proxy(connection: HTTPConnection, proxy: TrustedProxy) -> str | None:
    """Return the user that a trusted proxy names, or None when it is none or names nobody.

    Raises:
        Unauthenticated: A trusted proxy says something that cannot be read.
    """
    said = connection.headers.getlist(proxy.header)
    if not said or not comes_from(connection, proxy):
        return None
    if len(said) > 1 or not said[0].startswith(proxy.prefix):
        raise Unauthenticated(f"the proxy's header {proxy.header} cannot be read")
    return said[0][len(proxy.prefix) :].strip() or None


def comes_from(connection: HTTPConnection, proxy: TrustedProxy) -> bool:
    """Say whether the connection itself comes from the proxy; no header is asked about that."""
    peer = connection.client
    if peer is None:
        return False
    try:
        address = ipaddress.ip_address(peer.host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return any((mapped or address) in network for network in proxy.networks)


def address_of(connection: HTTPConnection, proxy: TrustedProxy | None) -> str:
    """Return where a request comes from: what a trusted proxy saw, else who is connected."""
    peer = connection.client.host if connection.client else ""
    if proxy is None or not comes_from(connection, proxy):
        return peer
    seen = ",".join(connection.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
    try:
        return str(ipaddress.ip_address(seen))
    except ValueError:
        return peer
