"""The server as users start it: a process over a home, which can be stopped, killed, started anew."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2

HEADRACE = Path(sys.executable).with_name("headrace")
IMAGE = f"python:{sys.version_info.major}.{sys.version_info.minor}"
BOUND_S = 60
ENDED = ("SUCCEEDED", "FAILED", "CANCELED")

#: Two steps; the second waits until the file ``gate`` is there. Each notes that it ran.
GATED = f"""
from kfp import dsl


@dsl.component(base_image="{IMAGE}")
def quick(witness: str) -> str:
    with open(witness, "a") as file:
        file.write("quick\\n")
    return witness


@dsl.component(base_image="{IMAGE}")
def waits(witness: str, gate: str):
    import os
    import time

    with open(witness, "a") as file:
        file.write("waits\\n")
    for _ in range(6000):
        if os.path.exists(gate):
            return
        time.sleep(0.01)
    raise RuntimeError("nobody opened the gate")


@dsl.pipeline(name="gated")
def gated(witness: str, gate: str):
    first = quick(witness=witness).set_caching_options(False)
    waits(witness=first.output, gate=gate).set_caching_options(False)
"""


class ServerProcess:
    """A server over the home in a directory."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.home = place / "home"
        self.environment = {**os.environ, "HEADRACE_HOME": str(self.home)}
        self.witness, self.gate = place / "witness", place / "gate"
        self.source, compiled = place / "gated.py", place / "gated.json"
        self.source.write_text(GATED)
        self.command("compile", str(self.source), "-o", str(compiled))
        self.spec = json.loads(compiled.read_text())
        self.process: subprocess.Popen[str] | None = None
        self.url = ""

    def twin(self) -> ServerProcess:
        """Return another server over the same home, not started."""
        other = ServerProcess.__new__(ServerProcess)
        other.__dict__.update(self.__dict__, process=None)
        return other

    def start(self, *options: str) -> str:
        """Start the server and return its address."""
        with (self.place / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                [HEADRACE, "server", "--port", "0", *options],
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r"http://[\d.:]+", line)
        self.url = found[0] if found else ""
        return line

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End the server and return its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        status = self.process.wait(BOUND_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return status

    def close(self) -> None:
        """End the server if it still runs, and let waiting steps end."""
        self.gate.touch()
        if self.process is not None and self.process.stdout is not None:
            self.process.kill()
            self.process.wait(BOUND_S)
            self.process.stdout.close()

    def command(self, *arguments: str) -> str:
        """Run a command of ``headrace`` on the same home and return what it printed."""
        return subprocess.run(
            [HEADRACE, *arguments],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=BOUND_S,
        ).stdout

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command of ``headrace`` on the same home."""
        return subprocess.Popen(
            [HEADRACE, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        """Ask KFP's API."""
        return httpx2.request(method, f"{self.url}/apis/v2beta1{path}", json=body, timeout=30)

    def submit(self, name: str = "by rest") -> str:
        """Create a run of the gated pipeline and return its id."""
        values = {"witness": str(self.witness), "gate": str(self.gate)}
        body = {
            "display_name": name,
            "pipeline_spec": self.spec,
            "runtime_config": {"parameters": values},
        }
        answer = self.ask("POST", "/runs", body)
        assert answer.status_code == 200, answer.text
        return answer.json()["run_id"]

    def state(self, run_id: str) -> str:
        """Return the state of a run."""
        return self.ask("GET", f"/runs/{run_id}").json()["state"]

    def ended(self, run_id: str) -> str:
        """Return the state of a run once it has ended."""
        until(lambda: self.state(run_id) in ENDED)
        return self.state(run_id)

    def witnessed(self) -> list[str]:
        """Return what the steps noted so far."""
        return self.witness.read_text().split() if self.witness.exists() else []


def until(condition, bound_s: float = BOUND_S) -> None:
    """Wait for something that another process brings about."""
    end = time.monotonic() + bound_s
    while not condition():
        assert time.monotonic() < end, "it did not come to pass in time"
        time.sleep(0.02)
