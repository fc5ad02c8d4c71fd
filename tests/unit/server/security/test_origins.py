"""Who made a browser ask: hosts, origins and what browsers say of a request, for every method."""

from __future__ import annotations

import asyncio

import pytest
from starlette.datastructures import Headers

from headrace.errors import PermissionDenied
from headrace.server.security.origins import OriginLayer, Origins, is_browser, origins_of

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ORIGINS = origins_of(["headrace.svc"], "https://headrace.example.com")


def _scope(
    headers: dict[str, str] | list[tuple[str, str]], method: str = "GET", path: str = "/api/v1/me"
) -> dict:
    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in pairs]
    return {"type": "http", "method": method, "path": path, "headers": raw, "query_string": b""}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8080",
        "localhost:8080",
        "[::1]:8080",
        "LOCALHOST",
        "headrace.svc:8888",
        "headrace.example.com",
    ],
)
def test_the_server_answers_to_its_own_names(host: str, method: str) -> None:
    ORIGINS.check(_scope({"Host": host}, method))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "evil.example@127.0.0.1",
        "127.0.0.1:8080@evil.example",
        "localhost.",
        "127.0.0.1:port",
        "[::1",
        "[::1]x",
        "::1",
        "headrace.svc.evil.example",
        "xheadrace.svc",
        "0.0.0.0:8080",
        "",
    ],
)
def test_a_foreign_host_is_refused_whatever_the_method(host: str, method: str) -> None:
    """A name of somebody else's that resolves to this machine does not make it theirs."""
    with pytest.raises(PermissionDenied, match="not known by the host"):
        ORIGINS.check(_scope({"Host": host}, method))


@pytest.mark.parametrize("headers", [[], [("Host", "localhost"), ("Host", "evil.example")]])
def test_no_host_or_two_are_refused(headers: list[tuple[str, str]]) -> None:
    with pytest.raises(PermissionDenied):
        ORIGINS.check(_scope(headers))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://localhost:8080.evil.example",
        "http://localhost:9999",
        "http://127.0.0.1:8080",
        "null",
        "",
        "file://localhost:8080",
        "http://localhost:8080/",
        "http://headrace.example.com",
    ],
)
def test_a_foreign_origin_is_refused_whatever_the_method(origin: str, method: str) -> None:
    with pytest.raises(PermissionDenied, match="page of another site"):
        ORIGINS.check(_scope({"Host": "localhost:8080", "Origin": origin}, method))


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("localhost:8080", "http://localhost:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("headrace.svc:8888", "https://headrace.example.com"),
    ],
)
def test_its_own_origin_is_let_in(host: str, origin: str) -> None:
    ORIGINS.check(_scope({"Host": host, "Origin": origin}, "POST"))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "bogus"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/api/v1/events", "/apis/v2beta1/runs", "/metrics"])
def test_what_another_site_made_a_browser_ask_of_the_api_is_refused(
    site: str, method: str, path: str
) -> None:
    for mode in ("cors", "no-cors", "navigate", "websocket"):
        sent = {"Host": "localhost", "Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
        with pytest.raises(PermissionDenied):
            ORIGINS.check(_scope(sent, method, path))


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_the_page_or_its_user_asks_is_let_in(site: str) -> None:
    ORIGINS.check(_scope({"Host": "localhost", "Sec-Fetch-Site": site}, "POST"))


@pytest.mark.parametrize(
    ("method", "mode", "dest", "is_let_in"),
    [
        ("GET", "navigate", "document", True),
        ("POST", "navigate", "document", False),
        ("GET", "navigate", "iframe", False),
        ("GET", "no-cors", "script", False),
        ("GET", "cors", "empty", False),
    ],
)
def test_a_link_from_elsewhere_opens_the_page_and_does_nothing_else(
    method: str, mode: str, dest: str, is_let_in: bool
) -> None:
    sent = {
        "Host": "localhost",
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": mode,
        "Sec-Fetch-Dest": dest,
    }
    scope = _scope(sent, method, "/runs/42")
    if is_let_in:
        ORIGINS.check(scope)
    else:
        with pytest.raises(PermissionDenied):
            ORIGINS.check(scope)


def test_probes_may_ask_by_address_and_nothing_that_is_named_alike() -> None:
    ORIGINS.check(_scope({"Host": "10.1.2.3:8080"}, path="/healthz"))
    for path in ("/healthz/", "/api/v1/runs/healthz", "/x/readyz", "//healthz"):
        with pytest.raises(PermissionDenied):
            ORIGINS.check(_scope({"Host": "10.1.2.3:8080"}, path=path))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"User-Agent": "Mozilla/5.0 (X11)"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Referer": "http://localhost/"}, True),
        ({"User-Agent": "OpenAPI-Generator/2.17.0/python"}, False),
        ({"User-Agent": "curl/8"}, False),
        ({}, False),
    ],
)
def test_browsers_are_known(headers: dict[str, str], expected: bool) -> None:
    assert is_browser(Headers(headers)) is expected


def test_the_address_that_is_listened_on_is_a_name_unless_it_is_all_of_them() -> None:
    assert "127.0.0.2" in origins_of(listening="http://127.0.0.2:80").hosts
    assert "0.0.0.0" not in origins_of(listening="http://0.0.0.0:80").hosts


def test_web_sockets_are_closed_before_anybody_sees_them() -> None:
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    async def unseen(*_: object) -> None:
        raise AssertionError

    layer = OriginLayer(unseen, Origins(frozenset({"localhost"})))
    asyncio.run(layer({"type": "websocket", "path": "/", "headers": []}, unseen, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]
