"""The files of the page: what browsers keep, what the page answers itself, what is not served."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from headrace.server.files import page_routes


@pytest.fixture
def client(tmp_path):
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>page")
    (page / "mark.svg").write_text("<svg/>")
    (page / "assets" / "main-abc123.js").write_text("code")
    (page / ".hidden").write_text("secret")
    (tmp_path / "secret").write_text("secret")
    (page / "link").symlink_to(tmp_path / "secret")
    return TestClient(Starlette(routes=list(page_routes(page))))


@pytest.mark.parametrize("path", ["/", "/runs", "/runs/42", "/pipelines/x/versions/y", "/link"])
def test_paths_of_the_page_are_answered_with_the_page(client, path):
    found = client.get(path)
    assert found.text == "<!doctype html>page"
    assert found.headers["content-type"].startswith("text/html")
    assert found.headers["cache-control"] == "no-cache"


def test_files_with_a_digest_are_kept_for_ever(client):
    found = client.get("/assets/main-abc123.js")
    assert found.headers["content-type"].startswith("text/javascript")
    assert "immutable" in found.headers["cache-control"]
    assert client.get("/mark.svg").headers["content-type"] == "image/svg+xml"
    assert client.get("/mark.svg").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/assets/gone-1.js", "/api/v1/nope", "/apis/v2beta1/nope", "/registry/x", "/auth/x"]
)
def test_what_is_not_the_pages_is_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/.hidden", "/..%2fsecret", "/assets/..%2f..%2fsecret", "/%2e%2e/secret", "/a%00b"]
)
def test_nothing_outside_is_served(client, path):
    assert "secret" not in client.get(path).text


def test_nothing_is_changed_here(client):
    assert client.post("/").status_code == 405
    assert client.head("/").status_code == 200


def test_a_page_that_was_not_built_says_how_to_get_it(tmp_path):
    client = TestClient(Starlette(routes=list(page_routes(tmp_path / "none"))))
    found = client.get("/")
    assert found.status_code == 200
    assert "npm run build" in found.text
    assert client.get("/runs").status_code == 404
