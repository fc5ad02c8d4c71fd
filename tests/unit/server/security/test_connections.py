"""Connections that hold a place without asking anything are cut, at a real server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from headrace.server.security.connections import BoundedProtocol


class Quick(BoundedProtocol):
    head_s = 0.25


async def _app(scope: dict, receive: object, send: object) -> None:
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        _app, http=Quick, ws="none", lifespan="off", log_config=None, timeout_keep_alive=1
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()
    listening.close()


def _lasted(connection: socket.socket, dribble: bytes = b"") -> float:
    """Return how long the connection lasts while a byte is sent now and then."""
    began = time.monotonic()
    connection.settimeout(0.02)
    while time.monotonic() - began < 5:
        try:
            if dribble:
                connection.sendall(dribble)
            if not connection.recv(1000):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("first", "dribble"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b""),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /", b""),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n", b"x"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["nothing", "half a head", "a head without end", "half a second head", "a body that nobody reads", "chunks"],
)  # fmt: skip
def test_it_is_cut(port: int, first: bytes, dribble: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(first)
        assert 0.1 < _lasted(connection, dribble) < 2.5


def test_requests_that_come_whole_are_answered_one_after_the_other(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for _ in range(4):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.settimeout(2)
            answer = b""
            while not answer.endswith(b"ok"):
                answer += connection.recv(1000)
            time.sleep(0.1)  # longer together than a head may take
