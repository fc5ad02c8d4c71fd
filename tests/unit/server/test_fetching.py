"""Fetching what users name: which addresses are asked, and how much is taken for how long."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from headrace.errors import HeadraceError, InfrastructureError, InvalidRequest
from headrace.server import fetching
from headrace.server.fetching import check_url, fetch, post, request

_Handle = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def site() -> Iterator[tuple[str, dict[str, _Handle], list[str]]]:
    """A server on loopback: its URL, what it does for a path, and what it was asked."""
    pages: dict[str, _Handle] = {}
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path} {self.headers['Host']}")
            with contextlib.suppress(OSError):
                pages[self.path.partition("?")[0]](self)

        do_POST = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", pages, asked
    server.shutdown()
    thread.join()
    server.server_close()


def _page(body: bytes = b"ok", status: int = 200, **headers: str) -> _Handle:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def _fetch(url: str, *, limit: int = 1000, timeout: float = 5.0, private: bool = True) -> bytes:
    return fetch(url, limit_bytes=limit, timeout_s=timeout, allow_private=private)


def test_what_a_url_names_is_returned(site) -> None:
    url, pages, asked = site
    pages["/a/b.yaml"] = _page(b"name: x")
    assert _fetch(f"{url}/a/b.yaml?x=1&y=%2F#part") == b"name: x"
    assert asked == [f"GET /a/b.yaml?x=1&y=%2F {url[7:]}"]


PRIVATE = [
    "127.0.0.1",
    "localhost",
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[fc00::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
]
NEVER = [
    "169.254.169.254",
    "169.254.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "[fe80::1]",
    "[fd00:ec2::254]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "224.0.0.1",
    "255.255.255.255",
    "[ff02::1]",
    "0.0.0.0",
    "[::]",
]


@pytest.mark.parametrize("host", PRIVATE + NEVER)
def test_an_address_of_a_private_network_is_not_asked(host: str, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "_connect", _never)
    with pytest.raises(InvalidRequest, match="not an address that this server may ask"):
        _fetch(f"http://{host}/", private=False)


@pytest.mark.parametrize("host", NEVER)
def test_metadata_and_link_local_addresses_are_not_asked_even_when_private_ones_are(
    host: str, monkeypatch
) -> None:
    monkeypatch.setattr(fetching, "_connect", _never)
    with pytest.raises(InvalidRequest, match="not an address that this server may ask"):
        _fetch(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://①②⑦.0.0.1.5/",
        "http://1.2.3/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        "http://user:secret@example.com/",
        "http://user@example.com/",
        "http://@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http://exa mple.com/",
        "http://example.com/\r\nX-Header: 1",
        "http://example.com/\tpath",
        "http:///path",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:http/",
        "http://-example.com/",
        "http://exa%6dple.com/",
        "http://*.example.com/",
        "http://" + "a" * 64 + ".com/",
        "http://example.com/" + "a" * 5000,
        "file:///etc/passwd",
        "ftp://example.com/",
        "gopher://example.com/",
        "//example.com/",
        "example.com",
        "",
    ],
)
def test_a_url_that_could_be_read_in_two_ways_is_refused(url: str, monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _never)
    with pytest.raises(InvalidRequest):
        _fetch(url, private=False)
    with pytest.raises(InvalidRequest):
        check_url(url)


@pytest.mark.parametrize("url", ["https://hooks.example.com/x?y=1", "http://127.0.0.1:9/x"])
def test_a_url_is_checked_by_its_text_without_asking_anybody(url: str, monkeypatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", _never)
    check_url(url)


def test_the_address_that_was_checked_is_the_one_that_is_asked(site, monkeypatch) -> None:
    """A name that resolves to something else the second time gains nothing."""
    url, pages, asked = site
    pages["/"] = _page()
    port = int(url.rpartition(":")[2])
    answers = iter([[_info("127.0.0.1", port)], [_info("10.0.0.1", port)]])
    resolved: list[str] = []

    def resolve(host: str, *_: object, **__: object) -> object:
        if host == "127.0.0.1":  # of the connection itself: a number, not a name
            return [_info(host, port)]
        resolved.append(host)
        return next(answers)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert _fetch(f"http://rebinding.example:{port}/") == b"ok"
    assert resolved == ["rebinding.example"]
    assert asked == [f"GET / rebinding.example:{port}"]


def test_one_private_address_spoils_a_name(monkeypatch) -> None:
    both = [_info("93.184.216.34", 80), _info("10.0.0.1", 80)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    monkeypatch.setattr(fetching, "_connect", _never)
    with pytest.raises(InvalidRequest, match="not an address") as refused:
        _fetch("http://two.example/", private=False)
    assert "10.0.0.1" not in str(refused.value)


def test_redirects_are_followed_and_each_is_checked(site) -> None:
    url, pages, asked = site
    pages["/from"] = _page(status=302, Location="/to")
    pages["/to"] = _page(b"there")
    pages["/out"] = _page(status=307, Location="http://169.254.169.254/latest/meta-data")
    pages["/file"] = _page(status=301, Location="file:///etc/passwd")
    pages["/user"] = _page(status=308, Location="http://me:secret@127.0.0.1/")
    assert _fetch(f"{url}/from") == b"there"
    for path in ("out", "file", "user"):
        with pytest.raises(InvalidRequest):
            _fetch(f"{url}/{path}")
    assert len(asked) == 5


def test_redirects_end(site) -> None:
    url, pages, asked = site
    pages["/round"] = _page(status=302, Location="/round")
    pages["/nowhere"] = _page(status=302)
    with pytest.raises(InvalidRequest, match="redirects more than 5 times"):
        _fetch(f"{url}/round")
    with pytest.raises(InvalidRequest, match="redirects to nowhere"):
        _fetch(f"{url}/nowhere")
    assert len(asked) == 7


def test_a_redirect_must_keep_the_encryption() -> None:
    target = fetching._target("https://example.com/a")
    to = fetching.Answer(302, {"location": "http://example.com/b"}, b"")
    with pytest.raises(InvalidRequest, match="from https to http"):
        fetching._redirected(target, to)


def test_too_much_is_refused(site) -> None:
    url, pages, _ = site
    pages["/exact"] = _page(b"x" * 1000)
    pages["/more"] = _page(b"x" * 1001)
    pages["/endless"] = _endless
    assert len(_fetch(f"{url}/exact")) == 1000
    for path in ("more", "endless"):
        with pytest.raises(InvalidRequest, match="sends more than 1000 bytes"):
            _fetch(f"{url}/{path}")


def _endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 10000)


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_server_that_dribbles_is_cut_off(where: str, site) -> None:
    url, pages, _ = site
    stop = threading.Event()

    def dribble(handler: BaseHTTPRequestHandler) -> None:
        if where == "body":
            handler.send_response(200)
            handler.end_headers()
        for _ in range(1000):
            handler.wfile.write(b"x")
            if stop.wait(0.02):
                return

    pages["/"] = dribble
    before = time.monotonic()
    with pytest.raises(InfrastructureError, match="does not answer in time") as cut:
        _fetch(f"{url}/", timeout=0.3, limit=10000)
    stop.set()
    assert cut.value.retryable
    assert time.monotonic() - before < 3


@pytest.mark.parametrize(
    ("status", "kind", "retryable"),
    [
        (404, InvalidRequest, None),
        (401, InvalidRequest, None),
        (500, InfrastructureError, True),
        (429, InfrastructureError, True),
    ],
)
def test_other_answers_are_errors(
    status: int, kind: type[HeadraceError], retryable: bool | None, site
) -> None:
    url, pages, _ = site
    pages["/"] = _page(b"secret inside", status=status)
    with pytest.raises(kind, match=str(status)) as error:
        _fetch(f"{url}/")
    assert getattr(error.value, "retryable", None) is retryable
    assert "secret" not in str(error.value)


def test_a_body_is_posted_and_redirects_of_it_are_not_followed(site) -> None:
    url, pages, asked = site
    got: list[bytes] = []

    def take(handler: BaseHTTPRequestHandler) -> None:
        got.append(handler.rfile.read(int(handler.headers["Content-Length"])))
        got.append(handler.headers["X-Sign"].encode())
        _page(status=204)(handler)

    pages["/hook"] = take
    pages["/moved"] = _page(status=302, Location="/hook")
    sign = {"X-Sign": "abc"}
    assert post(f"{url}/hook", b"{}", sign, timeout_s=5, allow_private=True) == 204
    assert got == [b"{}", b"abc"]
    assert post(f"{url}/moved", b"{}", sign, timeout_s=5, allow_private=True) == 302
    assert len(asked) == 2


def test_a_header_cannot_bring_another_with_it(site) -> None:
    url, _, asked = site
    with pytest.raises(InvalidRequest, match="header"):
        post(f"{url}/", b"", {"X": "a\r\nY: b"}, timeout_s=5, allow_private=True)
    assert asked == []


def test_headers_of_an_answer_can_be_read_by_lower_case_name(site) -> None:
    url, pages, _ = site
    pages["/"] = _page(b"{}", X_Thing="1")
    answer = request("GET", f"{url}/", limit_bytes=10, timeout_s=5, allow_private=True)
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (200, b"{}", "1")


def test_nobody_there_is_worth_another_try() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(InfrastructureError, match="cannot be reached") as error:
        _fetch(f"http://127.0.0.1:{port}/")
    assert error.value.retryable


def test_a_server_without_tls_is_not_trusted(site) -> None:
    url, _, _ = site
    with pytest.raises(InfrastructureError, match=r"does not speak TLS|cannot be reached"):
        _fetch(url.replace("http://", "https://"))


def test_a_name_that_is_not_known(monkeypatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(InfrastructureError, match=r"nowhere\.example cannot be resolved"):
        _fetch("http://nowhere.example/", private=False)


def _info(address: str, port: int) -> tuple[int, int, int, str, tuple[str, int]]:
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


def _never(*_: object, **__: object) -> None:
    raise AssertionError
