"""Recurring runs and webhooks with real processes: two servers on one home, one killed and back."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from headrace import dsl
from headrace.compiler import compile_document
from headrace.server.sending import is_signed

HEADRACE = Path(sys.executable).with_name("headrace")
BOUND_S = 60
IMAGE = f"python:{sys.version_info.major}.{sys.version_info.minor}"


@dsl.component(base_image=IMAGE)
def tell(when: str) -> str:
    return when


@dsl.pipeline
def told(when: str = "[[ScheduledTime]]"):
    tell(when=when).set_caching_options(False)


SPEC = compile_document(told)[0]


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(500 if len(self.server.got) == 1 else 204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.got = []
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def servers():
    """Start servers on a home; whatever still runs at the end is ended."""
    running, clients = [], []

    def start(home):
        with (home / f"log{len(running)}").open("w") as log:
            process = subprocess.Popen(
                [HEADRACE, "server", "--port", "0"],
                env={**os.environ, "HEADRACE_HOME": str(home)},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        running.append(process)
        url = re.search(r"http://\S+", process.stdout.readline())[0]
        clients.append(httpx2.Client(base_url=f"{url}/api/v1", timeout=30))
        return process, clients[-1]

    yield start
    for client in clients:
        client.close()
    for process in running:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
        process.stdout.close()


def runs_of(client):
    items = client.get("/runs", params={"limit": 200, "sort": "scheduled_at"}).json()["items"]
    return [one for one in items if one.get("scheduled_at")]


def until(found, wanted):
    end = time.monotonic() + BOUND_S
    while time.monotonic() < end:
        value = found()
        if wanted(value):
            return value
        time.sleep(0.1)
    raise AssertionError(value)


def test_each_tick_is_one_run_while_servers_die_and_what_ends_is_told(tmp_path, servers, receiver):
    (tmp_path / "config.toml").write_text("[notifications]\nprivate_urls = true\n")
    first, api = servers(tmp_path)
    _, other = servers(tmp_path)
    hook = {"name": "ops", "url": f"http://127.0.0.1:{receiver.server_port}/"}
    secret = api.post("/webhooks", json=hook).raise_for_status().json()["secret"]
    trigger = {"cron": "* * * * * *"}
    body = {"display_name": "often", "spec": SPEC, "trigger": trigger, "max_concurrency": 50}
    made = api.post("/recurring-runs", json=body).raise_for_status().json()
    until(lambda: runs_of(other), lambda found: len(found) >= 3)
    first.kill()
    first.wait()
    before = len(runs_of(other))
    _, api = servers(tmp_path)
    until(lambda: runs_of(other), lambda found: len(found) >= before + 3)
    other.post(f"/recurring-runs/{made['id']}/disable").raise_for_status()
    is_done = {"succeeded"}
    ended = until(
        lambda: runs_of(other),
        lambda found: found and {one["state"] for one in found} == is_done,
    )
    ticks = [one["scheduled_at"] for one in ended]
    assert ticks == [ticks[0] + count for count in range(len(ticks))]
    ids = until(
        lambda: {json.loads(body)["run"]["run_id"] for _, body in receiver.got},
        lambda found: found >= {one["run_id"] for one in ended},
    )
    assert len(ids) == len(ended)
    headers, body = receiver.got[-1]
    assert is_signed(secret.encode(), body, headers, time.time())
    told = {}
    for headers, body in receiver.got:
        told.setdefault(json.loads(body)["run"]["run_id"], set()).add(headers["Headrace-Delivery"])
    assert {len(names) for names in told.values()} == {1}
