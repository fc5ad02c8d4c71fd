"""Runs the ``headrace`` command as users do, each test in a home of its own, with quick steps."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

HEADRACE = Path(sys.executable).with_name("headrace")
BOUND_S = 60
IMAGE = f"python:{sys.version_info.major}.{sys.version_info.minor}"

#: A chain of three; each step notes in the file ``witness`` that it ran.
CHAIN = f"""
from kfp import dsl
from kfp.dsl import Dataset, Input, Metrics, Output


@dsl.component(base_image="{IMAGE}")
def first(witness: str, n: int) -> int:
    with open(witness, "a") as file:
        file.write("first\\n")
    print("first says", n)
    return n + 1


@dsl.component(base_image="{IMAGE}")
def second(witness: str, n: int, rows: Output[Dataset]):
    with open(witness, "a") as file:
        file.write("second\\n")
    with open(rows.path, "w") as file:
        file.write("row\\n" * n)
    rows.metadata["rows"] = n


@dsl.component(base_image="{IMAGE}")
def third(witness: str, rows: Input[Dataset], report: Output[Metrics]) -> int:
    with open(witness, "a") as file:
        file.write("third\\n")
    count = len(open(rows.path).readlines())
    report.log_metric("rows", count)
    return count


@dsl.pipeline(name="chain")
def chain(witness: str, n: int = 2) -> int:
    made = second(witness=witness, n=first(witness=witness, n=n).output)
    return third(witness=witness, rows=made.outputs["rows"]).outputs["Output"]
"""

#: A quick step, one that waits until the file ``gate`` is there, and an exit task.
GATED = f"""
from kfp import dsl


@dsl.component(base_image="{IMAGE}")
def quick(witness: str) -> str:
    with open(witness, "a") as file:
        file.write("quick\\n")
    return witness


@dsl.component(base_image="{IMAGE}")
def waits(witness: str, gate: str) -> str:
    import os
    import time

    with open(witness, "a") as file:
        file.write("waits\\n")
    print("waiting", flush=True)
    for _ in range(3000):
        if os.path.exists(gate):
            print("opened", flush=True)
            return "opened"
        time.sleep(0.02)
    raise TimeoutError(gate)


@dsl.component(base_image="{IMAGE}")
def after(witness: str, word: str) -> str:
    with open(witness, "a") as file:
        file.write("after\\n")
    return word


@dsl.component(base_image="{IMAGE}")
def tidy(witness: str):
    with open(witness, "a") as file:
        file.write("tidy\\n")


@dsl.pipeline(name="gated")
def gated(witness: str, gate: str):
    with dsl.ExitHandler(tidy(witness=witness).set_caching_options(False)):
        waiting = waits(witness=quick(witness=witness).output, gate=gate)
        after(witness=witness, word=waiting.output)
"""


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self):
        return json.loads(self.stdout)

    @property
    def tasks(self):
        return {task["path"].rpartition("/")[2]: task for task in self.json["tasks"]}


class Desk:
    """A directory to work in, with a home, sources and a file that steps write to."""

    def __init__(self, path: Path, cache: Path):
        self.path = path
        self.home = path / "home"
        self.cache = cache
        self.witness = path / "witness"
        self.gate = path / "gate"
        self.started: list[subprocess.Popen] = []

    def write(self, name, text):
        place = self.path / name
        place.write_text(textwrap.dedent(text), "utf-8")
        return place

    @property
    def environment(self):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("HEADRACE", "COLUMNS"))}
        return {
            **kept,
            "HEADRACE_HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.cache),
            "NO_COLOR": "1",
        }

    def command(self, *arguments):
        return [str(HEADRACE), *map(str, arguments)]

    def run(self, *arguments, stdin="", **more):
        done = subprocess.run(
            self.command(*arguments),
            env=self.environment | more.pop("env", {}),
            cwd=self.path,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=BOUND_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments):
        process = subprocess.Popen(
            self.command(*arguments),
            env=self.environment,
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def end(self, process):
        stdout, stderr = process.communicate(timeout=BOUND_S)
        return Ended(process.returncode, stdout, stderr)

    def run_chain(self, *more, n=2):
        values = ("-p", f"witness={self.witness}", "-p", f"n={n}", "--json")
        return self.run("run", "chain.py", *values, *more)

    def start_gated(self, *more):
        """Start the gated pipeline; return when its second step waits."""
        self.write("gated.py", GATED)
        values = ("-p", f"witness={self.witness}", "-p", f"gate={self.gate}", "--json")
        process = self.start("run", "gated.py", *values, *more)
        self.until(lambda: "waits" in self.ran or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        return process

    @property
    def ran(self):
        """Names of the steps whose code ran, in order, since the file was removed last."""
        return self.witness.read_text().split() if self.witness.exists() else []

    @property
    def only_run(self):
        (run,) = self.run("runs", "--json").json
        return run["run_id"]

    def until(self, condition, bound_s=30):
        deadline = time.monotonic() + bound_s
        while not condition():
            assert time.monotonic() < deadline, "it did not come to that"
            time.sleep(0.02)

    def tree(self):
        return sorted(str(p.relative_to(self.path)) for p in self.path.rglob("*"))

    def processes(self):
        """Ids of the processes that have the home in their arguments or environment."""
        mark = str(self.home).encode()
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (place / "cmdline").read_bytes() + (place / "environ").read_bytes():
                    found.append(int(place.name))
        return found

    def clean_up(self):
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture(scope="session")
def cache(tmp_path_factory):
    """A user's cache directory, shared so that the interpreter is looked for once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def desk(tmp_path, cache):
    place = Desk(tmp_path, cache)
    yield place
    place.clean_up()


@pytest.fixture
def chain(desk):
    """A desk with the chain written down, and the outcome of its first run."""
    desk.write("chain.py", CHAIN)
    desk.first = desk.run_chain()
    assert desk.first.status == 0, desk.first.stderr
    return desk
