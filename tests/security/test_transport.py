"""Who reaches the server, and how: one user on loopback, credentials, cookies, headers, errors."""

from __future__ import annotations

import ipaddress
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tenants_world import NOW, World, secret_of

from headrace.server.security.assembly import secured
from headrace.server.security.settings import AuthSettings, TrustedProxy
from headrace.server.security.tokens import digest_of
from headrace.server.services import Settings
from headrace.server.surface import endpoints
from headrace.store import Token

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BROWSER = {"User-Agent": "Mozilla/5.0", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
VISIT = {
    "User-Agent": "Mozilla/5.0",
    "Accept": "text/html",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}


@pytest.fixture
def alone(world):
    """A server with one user over the same store; its page is one line of text."""
    from dataclasses import replace

    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def page(_request):
        return PlainTextResponse("the page")

    services = replace(world.services, settings=Settings(mode="single"))
    app = secured(
        services,
        endpoints(),
        None,
        listening="http://127.0.0.1:8080",
        routes=[Route("/{path:path}", page)],
    )
    with TestClient(app, base_url="http://127.0.0.1:8080", raise_server_exceptions=False) as client:
        yield client


# ------------------------------------------------------------------ 1: where it listens


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.com"])
def test_without_users_the_command_refuses_to_listen_elsewhere(host, tmp_path) -> None:
    program = Path(sys.executable).with_name("headrace")
    command = [program, "server", "--host", host, "--port", "0"]
    environment = {
        "HEADRACE_HOME": str(tmp_path / "home"),
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "this machine only" in done.stderr
    assert "[server.auth]" in done.stderr
    assert "Traceback" not in done.stderr


# ------------------------------------------------------------------ one user


def test_programs_need_no_token_where_there_is_one_user(alone) -> None:
    assert alone.get("/api/v1/me").json()["mode"] == "single"
    assert (
        alone.get("/apis/v2beta1/runs", headers={"User-Agent": "OpenAPI-Generator"}).status_code
        == 200
    )


def test_a_browser_needs_the_session_that_the_page_hands_it(alone) -> None:
    assert alone.get("/api/v1/me", headers=BROWSER).status_code == 401
    visit = alone.get("/", headers=VISIT)
    (cookie,) = visit.headers.get_list("set-cookie")
    for part in ("HttpOnly", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert alone.get("/api/v1/me", headers=BROWSER).status_code == 200
    assert alone.get("/", headers=VISIT).headers.get_list("set-cookie") == []


def test_two_servers_of_one_host_have_sessions_of_their_own(alone) -> None:
    """Browsers send a cookie to every port of a host."""
    names = set()
    for host in ("127.0.0.1:8080", "127.0.0.1:9090"):
        alone.cookies.clear()
        cookie = alone.get("/", headers={**VISIT, "Host": host}).headers["set-cookie"]
        names.add(cookie.partition("=")[0])
    assert names == {"headrace_session_8080", "headrace_session_9090"}


def test_the_session_is_given_to_nobody_elses_page(alone) -> None:
    for headers in (
        {**VISIT, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"},
        {**BROWSER, "Sec-Fetch-Site": "cross-site"},
        {**VISIT, "Host": "evil.example:8080"},
        {**BROWSER, "Origin": "http://evil.example"},
    ):
        for path in ("/", "/auth/session"):
            answer = alone.get(path, headers=headers)
            assert answer.status_code == 403
            assert "set-cookie" not in answer.headers


def test_the_page_may_ask_for_its_session_again(alone) -> None:
    answer = alone.get("/auth/session", headers=BROWSER)
    assert (answer.status_code, "set-cookie" in answer.headers) == (204, True)
    assert alone.get("/api/v1/me", headers=BROWSER).status_code == 200


@pytest.mark.parametrize("cookie", ["", "x", "eyJ1c2VyIjoiIn0.x", "e30.e30"])
def test_a_made_up_session_is_none(cookie, alone) -> None:
    headers = {**BROWSER, "Cookie": f"headrace_session_8080={cookie}"}
    assert alone.get("/api/v1/me", headers=headers).status_code == 401


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "forged",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8080"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
        {
            "Sec-Fetch-Site": "cross-site",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Dest": "document",
        },
    ],
    ids=range(8),
)
def test_what_another_page_makes_a_browser_ask_is_refused_for_every_method(
    forged, method, alone
) -> None:
    alone.get("/", headers=VISIT)  # the user has a session, which a browser would send along
    for path in ("/api/v1/runs/run-a", "/apis/v2beta1/runs/run-a:terminate", "/api/v1/events"):
        answer = alone.request(method, path, headers={"User-Agent": "Mozilla/5.0", **forged})
        assert answer.status_code == 403, path
        assert not any(name.startswith("access-control") for name in answer.headers)


def test_a_form_of_another_page_starts_nothing(alone, world) -> None:
    alone.get("/", headers=VISIT)
    before = len(world.store.runs().items)
    headers = {
        "User-Agent": "Mozilla/5.0",
        "Origin": "http://evil.example",
        "Sec-Fetch-Site": "cross-site",
        "Content-Type": "text/plain",
    }
    answer = alone.post("/api/v1/runs", content=b'{"version_id": "version-a"}', headers=headers)
    assert answer.status_code == 403
    assert len(world.store.runs().items) == before


# ------------------------------------------------------------------ credentials


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer nothing",
        "bearer hr_",
        "Bearer hr_" + "x" * 43,
        "Bearer  hr_x y",
        "Basic cm9vdDpyb290",
        "Token " + secret_of("root"),
        secret_of("root"),
        "Bearer " + secret_of("root") + "x",
        "Bearer " + secret_of("root")[:-1],
        "Bearer " + secret_of("root").upper(),
        "Bearer null",
        "Bearer undefined",
        "Bearer a.b.c",
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.",
        "Bearer ☃".encode().decode("latin-1"),
    ],
)
def test_wrong_credentials_are_refused(header, world) -> None:
    for path in ("/api/v1/me", "/apis/v2beta1/runs", "/api/v1/openapi.json", "/nowhere"):
        answer = world.client.get(path, headers={"Authorization": header.encode("latin-1")})
        assert answer.status_code == 401, path
        assert secret_of("root")[:20] not in answer.text


def test_two_authorization_headers_are_none(world) -> None:
    headers = [("Authorization", f"Bearer {secret_of('root')}")] * 2
    assert world.client.get("/api/v1/me", headers=headers).status_code == 401


def test_wrong_credentials_do_not_fall_back_to_a_session(world) -> None:
    from headrace.server.security.sessions import Signer, signing_key

    value = Signer(signing_key(world.store), "session").sign({"user": "root"}, expires_at=NOW * 2)
    cookie = {"Cookie": f"headrace_session={value}"}
    assert world.client.get("/api/v1/me", headers=cookie).json()["user"] == "root"
    both = {**cookie, "Authorization": "Bearer nothing"}
    assert world.client.get("/api/v1/me", headers=both).status_code == 401


def test_a_session_expires_and_one_of_a_single_user_counts_for_nobody(world) -> None:
    from headrace.server.security.sessions import Signer, signing_key

    key = signing_key(world.store)
    for purpose, expires in (
        ("session", NOW - 1),
        ("single-user session", NOW * 2),
        ("login", NOW * 2),
    ):
        value = Signer(key, purpose).sign({"user": "root"}, expires_at=expires)
        answer = world.client.get("/api/v1/me", headers={"Cookie": f"headrace_session={value}"})
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"expires_at": NOW},
        {"expires_at": NOW - 1},
        {"revoked_at": NOW - 1},
        {"user": "service:a:x", "namespace": "a"},
        {"user": "service:a:x", "namespace": "b", "role": "admin"},
        {"user": "service:a:x", "role": "admin"},
        {"user": ""},
        {"user": " root"},
        {"user": "root\n"},
    ],
    ids=range(9),
)
def test_a_token_that_does_not_count_any_more_or_never_did(change, world) -> None:
    secret = secret_of("made")
    fields = {"user": "root", "scopes": ("read",), **change}
    world.store.add_token(
        Token(id="made", name="t", digest=digest_of(secret), created_at=1.0, **fields)
    )
    world.clock.at = NOW
    assert world.ask("made", "GET", "/api/v1/me").status_code == 401


def test_too_many_wrong_credentials_have_to_wait_and_lock_nobody_out(world) -> None:
    wrong = {"Authorization": "Bearer x"}
    for _ in range(20):
        assert world.client.get("/api/v1/me", headers=wrong).status_code == 401
    for bearer in ("x", "a.b.c", secret_of("nobody")):
        headers = {"Authorization": f"Bearer {bearer}"}
        answer = world.client.get("/api/v1/me", headers=headers)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1
    assert world.ask("root", "GET", "/api/v1/me").status_code == 200
    assert world.client.get("/healthz").status_code == 200
    world.clock.at += 61
    assert world.client.get("/api/v1/me", headers=wrong).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        {"access_token": secret_of("root")},
        {"token": "x"},
        {"ACCESS_TOKEN": "x"},
        {"id_token": "x"},
        {"authorization": "Bearer x"},
        {"anything": secret_of("root")},
    ],
)
def test_credentials_in_an_address_are_refused(query, world, alone) -> None:
    for client, user in ((world.client, None), (world.client, "root"), (alone, None)):
        headers = {"Authorization": f"Bearer {secret_of(user)}"} if user else {}
        answer = client.get("/api/v1/runs", params=query, headers=headers)
        assert answer.status_code == 400
        assert secret_of("root") not in answer.text
        assert "revoke the token" in answer.text


# ------------------------------------------------------------------ 6: a proxy's word


def _proxied(world, network="10.0.0.0/8", **proxy):
    auth = AuthSettings(
        admins=frozenset({"root"}),
        proxy=TrustedProxy(networks=(ipaddress.ip_network(network),), **proxy),
    )
    return World(world.store, auth=auth)


def _from(address, other):
    return TestClient(
        other.app, base_url="http://localhost", client=(address, 5), raise_server_exceptions=False
    )


def test_the_word_of_a_trusted_proxy_is_taken_and_of_nobody_else(world) -> None:
    other = _proxied(world)
    said = {"kubeflow-userid": "viewer"}
    assert _from("10.2.3.4", other).get("/api/v1/me", headers=said).json()["user"] == "viewer"
    for address in ("11.2.3.4", "127.0.0.1", "testclient"):
        assert _from(address, other).get("/api/v1/me", headers=said).status_code == 401
    forwarded = {
        **said,
        "X-Forwarded-For": "10.2.3.4",
        "Forwarded": "for=10.2.3.4",
        "X-Real-IP": "10.2.3.4",
    }
    assert _from("11.2.3.4", other).get("/api/v1/me", headers=forwarded).status_code == 401


def test_without_a_proxy_the_header_is_nothing(world) -> None:
    answer = world.client.get("/api/v1/me", headers={"kubeflow-userid": "root"})
    assert answer.status_code == 401
    answer = world.ask("viewer", "GET", "/api/v1/me", headers={"kubeflow-userid": "root"})
    assert answer.json()["user"] == "viewer"


def test_a_token_through_the_proxy_gives_no_more_than_it_gives_elsewhere(world) -> None:
    client = _from("10.2.3.4", _proxied(world))
    headers = {"kubeflow-userid": "root", "Authorization": f"Bearer {secret_of('viewer')}"}
    assert client.get("/api/v1/me", headers=headers).json()["user"] == "viewer"


@pytest.mark.parametrize("user", ["service:a:ci", "a\tb", "x" * 300])
def test_a_proxy_cannot_name_what_is_no_user(user, world) -> None:
    client = _from("10.2.3.4", _proxied(world))
    assert client.get("/api/v1/me", headers={"kubeflow-userid": user}).status_code == 401


# ------------------------------------------------------------------ 5, 16, 32: what comes back


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/me",
        "/apis/v2beta1/runs",
        "/healthz",
        "/nowhere",
        "/api/v1/artifacts/artifact-a/content",
    ],
)
@pytest.mark.parametrize("origin", [None, "http://localhost"])
def test_every_answer_says_what_browsers_may_make_of_it(path, origin, world) -> None:
    answer = world.ask("root", "GET", path, headers={"Origin": origin} if origin else {})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy or "sandbox" in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self'" in policy or "default-src 'none'" in policy
    assert not any(name.startswith("access-control") for name in answer.headers)


def test_an_artifact_comes_as_a_file_that_nothing_runs_of(world) -> None:
    for n, body in (("html", b"<script>alert(1)</script>"), ("svg", b"<svg onload='alert(1)'/>")):
        world.artifacts.content["memory://artifact-a"] = body
        answer = world.ask("root", "GET", "/api/v1/artifacts/artifact-a/content")
        assert answer.headers["Content-Disposition"].startswith("attachment"), n
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/api/v1/runs/run-a", "/apis/v2beta1/runs/run-a"])
def test_a_bug_of_ours_tells_nothing_of_itself(path, world, monkeypatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT secret FROM /srv/home/config.toml")

    monkeypatch.setattr(type(world.store), "run", broken)
    answer = world.ask("root", "GET", path)
    assert answer.status_code == 500
    for word in ("SELECT", "secret", "config.toml", "Traceback", "RuntimeError"):
        assert word not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_store_that_is_out_tells_no_path(world, monkeypatch) -> None:
    from headrace.errors import InfrastructureError

    def out(*_: object, **__: object) -> None:
        raise InfrastructureError("the run store failed: /srv/home/headrace.db (disk I/O error)")

    monkeypatch.setattr(type(world.store), "run", out)
    for path in ("/api/v1/runs/run-a", "/apis/v2beta1/runs/run-a"):
        answer = world.ask("root", "GET", path)
        assert answer.status_code == 503
        assert "/srv/home" not in answer.text


def test_settings_and_description_hold_no_secret(world) -> None:
    from headrace.server.security.sessions import signing_key

    key = signing_key(world.store).hex()
    for path in (
        "/api/v1/settings",
        "/api/v1/openapi.json",
        "/healthz",
        "/readyz",
        "/api/v1/tokens",
        "/api/v1/webhooks?namespace=a",
    ):
        text = world.ask("root", "GET", path).text
        assert key not in text
        assert "signing secret" not in text
        assert digest_of(secret_of("root")) not in text


def test_files_of_the_page_are_for_users_too(world, tmp_path) -> None:
    from headrace.server.files import page_routes

    (tmp_path / "assets").mkdir()
    for name in ("index.html", "assets/app.js"):
        (tmp_path / name).write_text("the page")
    app = secured(world.services, world.endpoints, world.auth, routes=page_routes(tmp_path))
    with TestClient(app, base_url="http://localhost") as client:
        for path in ("/", "/index.html", "/assets/app.js", "/runs/42", "/healthz/../assets/app.js"):
            assert client.get(path).status_code == 401
            headers = {"Authorization": f"Bearer {secret_of('viewer')}"}
            assert client.get(path, headers=headers).status_code == 200


def test_the_server_bounds_its_connections(world) -> None:
    """Slow heads and endless rests are cut by the protocol; see its unit tests."""
    from headrace.app.serving import _server
    from headrace.server.security.connections import HEAD_S, BoundedProtocol

    config = _server(world.app).config
    assert config.http is BoundedProtocol
    assert HEAD_S <= 30
    assert (
        config.h11_max_incomplete_event_size is None
        or config.h11_max_incomplete_event_size <= 1 << 16
    )
    assert not config.proxy_headers
