"""The command ``ui`` opens the page of a server that is there, and tells others from ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from click.testing import CliRunner

from headrace.cli import ui


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(ui.webbrowser, "open", lambda at: found.append(at) or True)
    return found


@pytest.fixture
def answering(request: pytest.FixtureRequest) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(request.param).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("answering", [{"pipeline_store": "database"}], indirect=True, ids=["ours"])
def test_the_page_of_a_server_that_is_there_is_opened(answering: int, opened: list[str]):
    result = CliRunner().invoke(ui.ui, ["--port", str(answering)])
    assert result.exit_code == 0, result.output
    assert opened == [f"http://127.0.0.1:{answering}"]


@pytest.mark.parametrize("answering", [{"pipeline_store": "database"}], indirect=True, ids=["ours"])
def test_without_a_browser_the_address_is_printed(answering: int, opened: list[str]):
    result = CliRunner().invoke(ui.ui, ["--port", str(answering), "--no-browser"])
    assert (opened, result.output) == ([], f"the page is at http://127.0.0.1:{answering}\n")


@pytest.mark.parametrize("answering", [{"hello": 1}, [1]], indirect=True, ids=["other", "list"])
def test_another_program_is_not_taken_for_a_server(answering: int):
    assert not ui._answers(f"http://127.0.0.1:{answering}")


def test_nobody_answers_on_a_closed_port():
    assert not ui._answers("http://127.0.0.1:1")
