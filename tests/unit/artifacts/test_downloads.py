"""What importers download: whole, bounded, and only from where it is allowed."""

from __future__ import annotations

import http.server
import socket
import threading
from pathlib import Path

import pytest

from headrace.artifacts import DownloadPolicy, LocalArtifactStore, downloads
from headrace.errors import InfrastructureError, InvalidRequest, NotFound
from headrace.types.digests import digest_path

BODY = b"0123456789" * 1000


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.close_connection = True
        kind, _, rest = self.path.lstrip("/").partition("/")
        if kind == "status":
            self.send_error(int(rest))
        elif kind == "to":
            self.send_response(302)
            self.send_header("Location", rest)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif kind == "chunked":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY))
        elif kind == "silent":
            self.send_response(200)
            self.send_header("Content-Length", "10")
            self.end_headers()
            self.server.released.wait(10)
        else:
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY[:100] if kind == "broken" else BODY)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.released = threading.Event()
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.released.set()
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def fetch(url, tmp_path, **policy) -> Path:
    try:
        downloads.download(url, tmp_path / "d" / "x", DownloadPolicy(**policy))
        return tmp_path / "d" / "x"
    finally:
        left = list((tmp_path / "d").iterdir()) if (tmp_path / "d").exists() else []
        assert [p.name for p in left] in ([], ["x"])


@pytest.mark.parametrize("path", ["file", "chunked", "to/{server}/file", "to//to//file"])
def test_what_the_server_gives_is_there_whole(server, tmp_path, path):
    path = path.format(server=server)
    assert fetch(f"{server}/{path}", tmp_path).read_bytes() == BODY


@pytest.mark.parametrize(
    ("path", "kind", "message"),
    [
        ("status/404", NotFound, "nothing at .*HTTP 404"),
        ("status/410", NotFound, "HTTP 410"),
        ("status/403", InvalidRequest, "HTTP 403"),
        ("status/401", InvalidRequest, "HTTP 401"),
        ("status/500", InfrastructureError, "HTTP 500"),
        ("status/429", InfrastructureError, "HTTP 429"),
        ("broken", InfrastructureError, "broke off after 100 of 10000"),
        ("to/file:///etc/passwd", InvalidRequest, "not allowed"),
        ("to/ftp://host/x", InvalidRequest, "not an http or https URL"),
        ("to/http://user:secret@host/x", InvalidRequest, "user name or password"),
        ("to/http://[::1", InvalidRequest, "leads to no URL"),
    ],
)
def test_what_goes_wrong_is_told_apart(server, tmp_path, path, kind, message):
    with pytest.raises(kind, match=message) as caught:
        fetch(f"{server}/{path}", tmp_path)
    assert "secret" not in str(caught.value)
    if kind is InfrastructureError:
        assert caught.value.retryable


def test_a_circle_of_redirects_ends(server, tmp_path):
    with pytest.raises(InvalidRequest, match="HTTP 302"):
        fetch(f"{server}/" + "to//" * 8 + "file", tmp_path)


@pytest.mark.parametrize("path", ["file", "chunked"])
def test_more_than_the_bound_is_refused(server, tmp_path, path):
    with pytest.raises(InvalidRequest, match="larger than 9999 bytes"):
        fetch(f"{server}/{path}", tmp_path, max_bytes=9999)
    assert fetch(f"{server}/{path}", tmp_path, max_bytes=10_000).stat().st_size == 10_000


def test_a_server_that_falls_silent_is_given_up(server, tmp_path):
    with pytest.raises(InfrastructureError, match="timed out"):
        fetch(f"{server}/silent", tmp_path, silence_s=0.05)


def test_a_server_that_takes_too_long_is_given_up(server, tmp_path):
    with pytest.raises(InfrastructureError, match="longer than"):
        fetch(f"{server}/file", tmp_path, total_s=-1.0)


def test_a_server_that_is_not_there_may_be_tried_again(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(InfrastructureError, match="refused") as caught:
        fetch(f"http://127.0.0.1:{port}/x", tmp_path)
    assert caught.value.retryable


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@host/x",
        "http://user@host/x",
        "http:///x",
        "http://host:99999/x",
        "http://host/a b",
        "http://host/\r\nX: y",
        "http://[x/",
        "https:/x",
    ],
)
def test_a_url_that_is_none_or_holds_a_password_is_refused(tmp_path, url):
    with pytest.raises(InvalidRequest) as caught:
        fetch(url, tmp_path)
    assert "secret" not in str(caught.value)
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "[fe80::1]",
        "[fd00::1]",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_imports_nothing_from_private_networks(server, tmp_path, host, scheme):
    port = server.rpartition(":")[2]
    with pytest.raises(InvalidRequest, match="not on the public internet"):
        fetch(f"{scheme}://{host}:{port}/file", tmp_path, private_addresses=False)


def test_the_address_that_was_checked_is_the_one_that_is_reached(tmp_path, monkeypatch):
    answers = iter(["93.184.216.34", "127.0.0.1"])
    reached = []

    def resolve(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address, *_):
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(InfrastructureError):
        fetch("http://rebinding.example/x", tmp_path, private_addresses=False)
    assert reached == [("93.184.216.34", 80)]


def test_an_importer_gets_a_sealed_copy_with_its_digest(server, tmp_path):
    store = LocalArtifactStore(tmp_path / "artifacts")
    target = f"file://{tmp_path}/artifacts/import/1/artifact"
    imported = store.import_uri(f"{server}/file", target)
    path = store.local_path(imported.uri)
    assert (imported.uri, imported.digest, imported.size) == (target, *digest_path(path))
    assert path.stat().st_mode & 0o222 == 0
    assert store.import_uri(f"{server}/file", target) == imported
