"""Making a token at the home."""

from __future__ import annotations

import pytest

from headrace.app.home import Home
from headrace.cli.main import run_command
from headrace.server.security.tokens import digest_of, is_token


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HEADRACE_HOME", str(tmp_path))
    (tmp_path / "config.toml").write_text('[server.auth]\nadmins = ["ann"]\n', "utf-8")
    return tmp_path


def test_a_token_is_printed_once_and_kept_as_its_digest(home, capsys):
    assert run_command(["token", "ann", "--scope", "administer", "--days", "1"]) == 0
    secret = capsys.readouterr().out.strip()
    assert is_token(secret)
    store = Home.find().store
    kept = store.token_by_digest(digest_of(secret))
    store.close()
    assert kept is not None
    assert (kept.user, kept.scopes) == ("ann", ("read", "write", "manage", "administer"))
    assert kept.expires_at == pytest.approx(kept.created_at + 24 * 3600)


def test_where_there_is_one_user_there_are_no_tokens(home, capsys):
    (home / "config.toml").unlink()
    assert run_command(["token", "ann"]) == 2
    assert "[server.auth]" in capsys.readouterr().err


@pytest.mark.parametrize("user", ["service:a:ci", " ann", ""])
def test_names_that_are_none_are_refused(user, home, capsys):
    assert run_command(["token", user]) == 2
    assert "cannot be the name of a user" in capsys.readouterr().err
