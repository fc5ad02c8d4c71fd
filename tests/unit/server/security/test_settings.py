"""How users are configured: what is accepted, what is refused, and that secrets do not show."""

from __future__ import annotations

import pytest

from headrace.errors import InvalidRequest
from headrace.server.security.settings import check_listening, read_auth

ISSUER = {
    "issuer": "https://id.example.com/",
    "client_id": "headrace",
    "public_url": "https://headrace.example.com",
}


def test_nothing_configured_is_one_user() -> None:
    assert read_auth({}, {"PATH": "/bin"}) is None


def test_an_issuer_is_read_with_what_follows_from_it() -> None:
    auth = read_auth(ISSUER, {"HEADRACE_AUTH_CLIENT_SECRET": "hush"})
    assert auth is not None
    assert auth.issuer is not None
    assert (auth.issuer.url, auth.issuer.audience) == ("https://id.example.com", "headrace")
    assert auth.issuer.client_secret == "hush"
    assert auth.issuer.scope == "openid email profile"
    assert "hush" not in repr(auth)
    assert auth.allowed_hosts == {"headrace.example.com"}


def test_the_environment_wins_over_the_file() -> None:
    auth = read_auth(
        {"admins": ["ann"], "proxies": ["10.0.0.1"]},
        {"HEADRACE_AUTH_ADMINS": "bob, cem", "HEADRACE_AUTH_SESSION_HOURS": "1"},
    )
    assert auth is not None
    assert auth.admins == {"bob", "cem"}
    assert auth.session_s == 3600
    assert auth.proxy is not None
    assert auth.proxy.header == "kubeflow-userid"


def test_the_client_secret_comes_from_a_file(tmp_path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    auth = read_auth({**ISSUER, "client_secret_file": str(tmp_path / "secret")}, {})
    assert auth is not None
    assert auth.issuer is not None
    assert auth.issuer.client_secret == "hush"


@pytest.mark.parametrize(
    ("table", "environment", "message"),
    [
        ({"isuer": "x"}, {}, "isuer"),
        ({**ISSUER, "client_secret": "hush"}, {}, "holds the client secret itself"),
        ({**ISSUER, "client_secret_file": "/nowhere"}, {}, "cannot be read"),
        ({**ISSUER, "issuer": "http://id.example.com"}, {}, "https"),
        ({**ISSUER, "issuer": "https://user@id.example.com"}, {}, "https"),
        ({**ISSUER, "public_url": "https://headrace.example.com/path"}, {}, "without a path"),
        ({"issuer": "https://a.example", "client_id": "x"}, {}, "where browsers find"),
        ({"issuer": "https://a.example", "public_url": "https://b.example"}, {}, "client_id"),
        ({"proxies": ["everywhere"]}, {}, "addresses or networks"),
        ({"proxies": ["0.0.0.0/0"]}, {}, "addresses or networks"),
        ({"proxies": ["::/0"]}, {}, "addresses or networks"),
        ({"proxies": "10.0.0.1"}, {}, "list"),
        ({"proxies": ["10.0.0.1"], "proxy_header": "x y"}, {}, "header"),
        ({"proxy_header": "x-user"}, {}, "no proxy"),
        ({"admins": [""]}, {}, "users"),
        ({"admins": []}, {}, "nobody could ever log in"),
        ({**ISSUER, "session_hours": 0}, {}, "hours"),
        ({**ISSUER, "session_hours": True}, {}, "hours"),
        ({"hosts": ["a:80"], "admins": ["x"]}, {}, "without ports"),
        ({}, {"HEADRACE_AUTH_ISUER": "x"}, "HEADRACE_AUTH_ISUER"),
        ({}, {"HEADRACE_AUTH_SESSION_HOURS": "soon"}, "hours"),
    ],
    ids=range(21),
)
def test_wrong_settings_are_refused(table, environment, message) -> None:
    with pytest.raises(InvalidRequest, match=message) as refused:
        read_auth(table, environment)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.4", "example.com", ""])
def test_without_users_others_are_not_listened_to(host: str) -> None:
    with pytest.raises(InvalidRequest, match="this machine only"):
        check_listening(host, None)
    check_listening(host, read_auth(ISSUER, {}))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.9.1"])
def test_loopback_needs_no_users(host: str) -> None:
    check_listening(host, None)
