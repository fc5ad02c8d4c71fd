"""A header that names the user counts only where it comes from."""

from __future__ import annotations

import ipaddress

import pytest
from starlette.requests import HTTPConnection

from headrace.errors import Unauthenticated
from headrace.server.security.proxies import address_of, user_by_proxy
from headrace.server.security.settings import TrustedProxy

PROXY = TrustedProxy(
    networks=(ipaddress.ip_network("10.1.2.0/24"), ipaddress.ip_network("fd00::1")),
    prefix="accounts.example:",
)
SAID = ("kubeflow-userid", "accounts.example:ann@example.com")


def _asked(address: str | None, *headers: tuple[str, str]) -> HTTPConnection:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    client = None if address is None else (address, 1234)
    return HTTPConnection({"type": "http", "headers": raw, "client": client})


@pytest.mark.parametrize("address", ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "fd00::1%eth0"])
def test_a_trusted_proxy_is_believed(address: str) -> None:
    assert user_by_proxy(_asked(address, SAID), PROXY) == "ann@example.com"


@pytest.mark.parametrize("address", ["10.1.20.3", "10.1.3.1", "127.0.0.1", "fd00::2", "x", None])
def test_anybody_else_is_not(address: str | None) -> None:
    forwarded = ("x-forwarded-for", "10.1.2.3")
    assert user_by_proxy(_asked(address, SAID, forwarded), PROXY) is None


@pytest.mark.parametrize(
    "said",
    [
        [SAID, SAID],
        [("kubeflow-userid", "ann@example.com")],
        [("kubeflow-userid", "Accounts.example:ann@example.com")],
    ],
)
def test_what_cannot_be_read_is_an_error(said: list[tuple[str, str]]) -> None:
    with pytest.raises(Unauthenticated):
        user_by_proxy(_asked("10.1.2.3", *said), PROXY)


def test_nobody_is_nobody() -> None:
    assert user_by_proxy(_asked("10.1.2.3"), PROXY) is None
    assert (
        user_by_proxy(_asked("10.1.2.3", ("kubeflow-userid", "accounts.example:")), PROXY) is None
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("10.1.2.3", "8.8.8.8, 9.9.9.9", "9.9.9.9"),
        ("10.1.2.3", "evil\r\n", "10.1.2.3"),
        ("10.9.9.9", "8.8.8.8", "10.9.9.9"),
    ],
)
def test_the_address_of_a_request_is_what_the_proxy_saw_last(
    peer: str, forwarded: str, expected: str
) -> None:
    assert address_of(_asked(peer, ("x-forwarded-for", forwarded)), PROXY) == expected
