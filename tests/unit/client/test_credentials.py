"""Where tokens are kept, and which addresses are a server's."""

from __future__ import annotations

import pytest

from headrace.client.credentials import find_token, forget_token, normal_address, save_token
from headrace.errors import InvalidRequest


@pytest.fixture(autouse=True)
def _own_directory(monkeypatch, tmp_path):
    monkeypatch.setattr("platformdirs.user_config_dir", lambda _: str(tmp_path / "config"))


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("HTTPS://Headrace.Example/", "https://headrace.example"),
        ("https://example.org/team/", "https://example.org/team"),
    ],
)
def test_addresses_have_one_form(given, address):
    assert normal_address(given) == address


@pytest.mark.parametrize(
    "given", ["", "ftp://x", "http://", "http://u:p@x", "http://x?token=1", "file:///etc/passwd"]
)
def test_what_is_no_address_is_refused(given):
    with pytest.raises(InvalidRequest):
        normal_address(given)


def test_a_token_is_kept_for_its_server_alone_and_for_its_owner_alone():
    path = save_token("http://a", "one")
    save_token("http://b", "two")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [find_token(a, {}) for a in ("http://a", "http://b", "http://c")] == ["one", "two", None]
    assert find_token("http://a", {"HEADRACE_TOKEN": "three"}) == "three"
    assert forget_token("http://a")
    assert not forget_token("http://a")
    assert find_token("http://a", {}) is None


def test_a_damaged_file_is_said_so_without_its_content():
    path = save_token("http://a", "one")
    path.write_text('{"http://a": "one"')
    with pytest.raises(InvalidRequest, match="cannot read") as raised:
        find_token("http://a", {})
    assert "one" not in str(raised.value).replace(str(path), "")
