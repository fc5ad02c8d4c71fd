"""Runs are created at 50 per second while controllers are killed: none is lost, none runs twice."""

from __future__ import annotations

import collections
import json
import signal
import sys
import time
from pathlib import Path

import httpx2
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from server_process import IMAGE, ServerProcess, until

PER_SECOND, SECONDS = 50, 3
NOTING = f"""
from kfp import dsl


@dsl.component(base_image="{IMAGE}")
def note(witness: str, n: int):
    with open(witness, "a") as file:
        file.write(f"{{n}}\\n")


@dsl.pipeline(name="noting")
def noting(witness: str, n: int):
    note(witness=witness, n=n).set_caching_options(False)
"""


@pytest.fixture
def server(tmp_path):
    server = ServerProcess(tmp_path)
    yield server
    server.close()


@pytest.mark.slow
def test_nothing_is_lost_while_controllers_are_killed(server):
    source, compiled = server.place / "noting.py", server.place / "noting.json"
    source.write_text(NOTING)
    server.command("compile", str(source), "-o", str(compiled))
    spec = json.loads(compiled.read_text())
    server.start("--role", "api")
    controller = server.twin()
    controller.start("--role", "controller")
    made = []
    try:
        with httpx2.Client(base_url=f"{server.url}/apis/v2beta1", timeout=30) as client:

            def create(n):
                values = {"witness": str(server.witness), "n": n}
                body = {
                    "display_name": f"run {n}",
                    "pipeline_spec": spec,
                    "runtime_config": {"parameters": values},
                }
                answer = client.post("/runs", json=body)
                assert answer.status_code == 200, answer.text
                made.append(answer.json()["run_id"])

            create(0)  # resolves what the steps need, which later ones find
            begun = time.monotonic()
            for n in range(1, PER_SECOND * SECONDS):
                time.sleep(max(0.0, begun + n / PER_SECOND - time.monotonic()))
                create(n)
                if n % PER_SECOND == PER_SECOND // 2:
                    controller.stop(signal.SIGKILL)
                    controller.start("--role", "controller")

            def left():
                page = client.get("/runs", params={"page_size": 200}).json()
                assert page["total_size"] == len(made)
                return [run for run in page["runs"] if run["state"] != "SUCCEEDED"]

            until(lambda: not left())
    finally:
        controller.close()
    counts = collections.Counter(int(line) for line in server.witnessed())
    assert counts == dict.fromkeys(range(len(made)), 1)
