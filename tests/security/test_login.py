"""Logging in at a real OpenID provider, which is started here: codes, sessions, access tokens."""

from __future__ import annotations

import re
import shutil
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from openid_provider import AUDIENCE, openid_provider
from starlette.testclient import TestClient
from tenants_world import World, secret_of

from headrace.server.security.settings import read_auth
from headrace.store import Member

PUBLIC = "http://localhost:8080"
BROWSER = {"User-Agent": "Mozilla/5.0"}
VISIT = {
    **BROWSER,
    "Accept": "text/html",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
}
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def issuer():
    """The provider's address."""
    with openid_provider(PUBLIC) as address:
        yield address


@pytest.fixture
def server(issuer, seeded, tmp_path):
    """A server whose users log in at the provider; ``viewer`` and ``other`` have roles."""
    from headrace.store.sqlite import SqliteStore

    path = tmp_path / "h.db"
    shutil.copy(seeded, path)
    store = SqliteStore.open(path)
    auth = read_auth(
        {
            "issuer": issuer,
            "client_id": "headrace",
            "public_url": PUBLIC,
            "audience": AUDIENCE,
            "admins": ["root"],
        },
        {"HEADRACE_AUTH_CLIENT_SECRET": "client-secret"},
    )
    with World(store, auth=auth) as world:
        world.clock.at = time.time()
        yield world
    store.close()


def _browser(world) -> TestClient:
    return TestClient(
        world.app, base_url=PUBLIC, raise_server_exceptions=False, follow_redirects=False
    )


def _at_provider(url: str, user: str, provider: httpx2.Client) -> str:
    """Log in at the provider with its own pages; return where it sends the browser back to."""
    answer = provider.get(url)
    for _ in range(10):
        if answer.is_redirect:
            target = answer.headers["location"]
            if target.startswith(PUBLIC):
                return target
            answer = provider.get(target)
            continue
        action = re.search(r'action="([^"]+)"', answer.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert action, answer.text[:500]
        assert prompt
        form = {"prompt": prompt[1], "login": user, "password": "x"}
        answer = provider.post(action[1], data=form)
    raise AssertionError(answer.text)


def _logged_in(world, user: str, then: str = "/runs/42?x=1") -> TestClient:
    browser = _browser(world)
    begun = browser.get(then, headers=VISIT)
    assert begun.headers["location"].startswith("/auth/login?next=")
    sent = browser.get(begun.headers["location"], headers=VISIT)
    with httpx2.Client(base_url=world.auth.issuer.url) as provider:
        back = _at_provider(sent.headers["location"], user, provider)
    landed = browser.get(back.removeprefix(PUBLIC), headers=VISIT)
    assert (landed.status_code, landed.headers["location"]) == (302, then), landed.text
    return browser


def test_a_browser_logs_in_and_gets_where_it_wanted_to(server) -> None:
    browser = _logged_in(server, "viewer")
    assert browser.get("/api/v1/me", headers=BROWSER).json()["user"] == "viewer"
    actions = [(one.user, one.action, one.outcome) for one in server.store.find_audit(_all()).items]
    assert ("viewer", "login", "done") in actions


def _all():
    from headrace.store import Query

    return Query(sort="at")


def test_the_session_is_for_the_server_alone(server) -> None:
    browser = _browser(server)
    sent = browser.get("/auth/login", headers=VISIT)
    (kept,) = sent.headers.get_list("set-cookie")
    assert "HttpOnly" in kept
    query = parse_qs(urlsplit(sent.headers["location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [f"{PUBLIC}/auth/callback"]
    assert {"state", "nonce", "code_challenge"} <= set(query)
    assert "client-secret" not in sent.headers["location"]


def test_two_users_do_not_see_each_others_runs(server) -> None:
    one, two = _logged_in(server, "viewer"), _logged_in(server, "other")
    for browser, own, foreign in ((one, "a", "b"), (two, "b", "a")):
        listed = browser.get("/api/v1/runs", headers=BROWSER).json()["items"]
        assert {run["run_id"] for run in listed} == {f"run-{own}", f"live-{own}"}
        assert browser.get(f"/api/v1/runs/run-{foreign}", headers=BROWSER).status_code == 404
        assert browser.get(f"/apis/v2beta1/runs/run-{foreign}", headers=BROWSER).status_code == 404


def test_who_has_no_role_sees_nothing(server) -> None:
    browser = _logged_in(server, "somebody@example.com")
    assert browser.get("/api/v1/me", headers=BROWSER).json()["namespaces"] == []
    assert browser.get("/api/v1/runs/run-a", headers=BROWSER).status_code == 404


def test_another_page_cannot_use_the_session(server) -> None:
    browser = _logged_in(server, "root")
    forged = {**BROWSER, "Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
    for method in ("GET", "POST", "DELETE"):
        answer = browser.request(method, "/api/v1/runs/run-a", headers=forged)
        assert answer.status_code == 403
    assert browser.post("/auth/logout", headers=forged).status_code == 403
    assert browser.get("/api/v1/me", headers=BROWSER).status_code == 200


def test_logging_out_ends_the_session(server) -> None:
    browser = _logged_in(server, "viewer")
    own = {**BROWSER, "Origin": PUBLIC, "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/auth/logout", headers=own).status_code == 204
    assert browser.get("/api/v1/me", headers=BROWSER).status_code == 401


def test_a_session_ends_by_itself(server) -> None:
    browser = _logged_in(server, "viewer")
    server.clock.at += server.auth.session_s + 1
    assert browser.get("/api/v1/me", headers=BROWSER).status_code == 401


def test_a_login_is_finished_by_the_browser_that_began_it_and_once(server) -> None:
    """Nobody is logged in as somebody else by a link to the callback."""
    victim, attacker = _browser(server), _browser(server)
    sent = attacker.get("/auth/login", headers=VISIT).headers["location"]
    with httpx2.Client(base_url=server.auth.issuer.url) as provider:
        back = _at_provider(sent, "viewer", provider).removeprefix(PUBLIC)
    assert victim.get(back, headers=VISIT).status_code == 401
    victim.get("/auth/login", headers=VISIT)  # one of its own, with another state
    assert victim.get(back, headers=VISIT).status_code == 401
    assert not any("session" in name for name in victim.cookies)
    assert attacker.get(back, headers=VISIT).status_code == 302
    assert attacker.get(back, headers=VISIT).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "",
        "code=made-up",
        "error=access_denied",
        "state={state}",
        "code=made-up&state={state}",
        "code=x&state={state}&iss=http://evil.example",
        "error=access_denied&state={state}",
    ],
)
def test_an_answer_that_is_not_of_the_provider_is_refused(query, server) -> None:
    browser = _browser(server)
    sent = browser.get("/auth/login", headers=VISIT).headers["location"]
    state = parse_qs(urlsplit(sent).query)["state"][0]
    answer = browser.get(f"/auth/callback?{query.format(state=state)}", headers=VISIT)
    assert answer.status_code == 401
    assert not any("session" in name for name in browser.cookies)


@pytest.mark.parametrize(
    "then",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/auth/login", "javascript:x"],
)
def test_a_login_leads_nowhere_else(then, server) -> None:
    browser = _browser(server)
    sent = browser.get("/auth/login", params={"next": then}, headers=VISIT).headers["location"]
    with httpx2.Client(base_url=server.auth.issuer.url) as provider:
        back = _at_provider(sent, "viewer", provider)
    answer = browser.get(back.removeprefix(PUBLIC), headers=VISIT)
    assert answer.headers.get("location") == "/", answer.text


def _access_token(issuer: str, audience: str) -> str:
    answer = httpx2.post(
        f"{issuer}/token",
        data={"grant_type": "client_credentials", "resource": audience, "scope": "api"},
        auth=("robot", "robot-secret"),
    )
    return answer.json()["access_token"]


def test_access_tokens_of_the_provider_for_this_server_count(server, issuer) -> None:
    server.store.put_member(Member(namespace="a", user="robot", role="viewer"))
    bearer = {"Authorization": f"Bearer {_access_token(issuer, AUDIENCE)}"}
    assert server.client.get("/api/v1/me", headers=bearer).json()["user"] == "robot"
    assert server.client.get("/apis/v2beta1/runs/run-a", headers=bearer).status_code == 200
    assert server.client.get("/apis/v2beta1/runs/run-b", headers=bearer).status_code == 404
    server.clock.at += 600
    assert server.client.get("/api/v1/me", headers=bearer).status_code == 401


def test_access_tokens_for_others_do_not(server, issuer) -> None:
    bearer = {"Authorization": f"Bearer {_access_token(issuer, 'urn:another')}"}
    assert server.client.get("/api/v1/me", headers=bearer).status_code == 401


def test_tokens_of_ours_count_beside_the_provider(server) -> None:
    bearer = {"Authorization": f"Bearer {secret_of('viewer')}"}
    assert server.client.get("/api/v1/me", headers=bearer).json()["user"] == "viewer"


def test_a_provider_that_is_away_lets_nobody_in(seeded, tmp_path) -> None:
    from headrace.store.sqlite import SqliteStore

    path = tmp_path / "h.db"
    shutil.copy(seeded, path)
    store = SqliteStore.open(path)
    auth = read_auth(
        {"issuer": "http://127.0.0.1:1", "client_id": "headrace", "public_url": PUBLIC}, {}
    )
    with World(store, auth=auth) as world:
        assert _browser(world).get("/auth/login", headers=VISIT).status_code == 503
        bearer = {"Authorization": "Bearer a.b.c"}
        assert world.client.get("/api/v1/me", headers=bearer).status_code in (401, 503)
    store.close()
