"""A real server process over a home of its own, and a pipeline that does a bit of everything."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

HEADRACE = Path(sys.executable).with_name("headrace")
IMAGE = f"python:{sys.version_info.major}.{sys.version_info.minor}"
BOUND_S = 60

PIPELINE = f"""
from kfp import dsl
from kfp.dsl import Dataset, Input, Metrics, Model, Output


@dsl.component(base_image="{IMAGE}")
def load(rows: int, table: Output[Dataset]):
    print("loading", rows)
    with open(table.path, "w") as file:
        file.write("a,b\\n" + "".join(f"{{i}},{{i * i}}\\n" for i in range(rows)))


@dsl.component(base_image="{IMAGE}")
def fit(
    rate: float, table: Input[Dataset], report: Output[Metrics], model: Output[Model]
) -> float:
    report.log_metric("loss", 1 - rate)
    model.framework = "none"
    with open(model.path, "w") as file:
        file.write("weights")
    return 1 - rate


@dsl.component(base_image="{IMAGE}")
def check(losses: list, rows: int, fail: bool) -> str:
    if fail:
        raise ValueError("losses are too high")
    return "fine"


@dsl.component(base_image="{IMAGE}")
def chatty(gate: str):
    import os
    import time

    print("begins", flush=True)
    for _ in range(3000):
        if not gate or os.path.exists(gate):
            break
        time.sleep(0.01)
    print("ends", flush=True)


@dsl.pipeline(name="native")
def native(rows: int = 10, fail: bool = False, gate: str = ""):
    chatty(gate=gate).set_caching_options(False)
    data = load(rows=rows)
    with dsl.ParallelFor([0.1, 0.2]) as rate:
        fitted = fit(rate=rate, table=data.outputs["table"])
    check(losses=dsl.Collected(fitted.outputs["Output"]), rows=rows, fail=fail)
"""


class Server:
    """The server's API, and the home that it serves."""

    def __init__(self, home: Path, url: str, spec: dict) -> None:
        self.home = home
        self.url = url
        self.spec = spec
        self.http = httpx2.Client(base_url=f"{url}/api/v1", timeout=30)

    def get(self, path: str, status: int = 200, **query):
        response = self.http.get(path, params=query)
        assert response.status_code == status, response.text
        return response.json()

    def post(self, path: str, body: dict | None = None, status: int = 200):
        response = self.http.post(path, json=body or {})
        assert response.status_code == status, response.text
        return response.json()

    def start(self, **more) -> str:
        """Start a run of the pipeline and return its id."""
        return self.post("/runs", {"spec": self.spec, **more}, 201)["run_id"]

    def ended(self, run_id: str) -> dict:
        """Return the details of a run once it has ended."""
        until = time.monotonic() + BOUND_S
        while time.monotonic() < until:
            detail = self.get(f"/runs/{run_id}")
            if detail["run"]["state"] in ("succeeded", "failed", "canceled"):
                return detail
            time.sleep(0.05)
        raise AssertionError(detail)

    def environment(self) -> dict[str, str]:
        return {**os.environ, "HEADRACE_HOME": str(self.home)}


@contextlib.contextmanager
def serving(place: Path) -> Iterator[Server]:
    """Run a server until the end of the block."""
    home, source, compiled = place / "home", place / "native.py", place / "native.json"
    source.write_text(textwrap.dedent(PIPELINE))
    environment = {**os.environ, "HEADRACE_HOME": str(home)}
    subprocess.run(
        [HEADRACE, "compile", source, "-o", compiled], check=True, capture_output=True, cwd=place
    )
    with (place / "server.log").open("w") as log:
        process = subprocess.Popen(
            [HEADRACE, "server", "--port", "0"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        line = process.stdout.readline()
        found = re.search(r"http://[\d.:]+", line)
        assert found, line + (place / "server.log").read_text()
        server = Server(home, found[0], json.loads(compiled.read_text()))
        with server.http:
            yield server
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
