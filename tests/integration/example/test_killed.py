"""``kill -9`` of the controller at any moment of the example: ``resume`` ends it the same way.

No finished step runs again. The moments are spread over the time that the run takes, each drawn
from its part of it by a seed that a failure prints.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .conftest import TRAINING, environment, parameters, run_command

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(900)]
MOMENTS = 20
SEED = int(os.environ.get("HEADRACE_SEED", "20"))


@pytest.fixture(scope="module")
def undisturbed(ready_home, tmp_path_factory):
    """How the example ends when nobody kills it, and how long it takes."""
    folder = tmp_path_factory.mktemp("undisturbed")
    began = time.monotonic()
    done = start(ready_home, data_for(folder, -1), folder / "registry")
    output, errors = done.communicate()
    assert done.returncode == 0, errors
    return json.loads(output), time.monotonic() - began


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_resume_after_kill(moment, ready_home, undisturbed, tmp_path):
    expected, takes_s = undisturbed
    part = (moment + random.Random(f"{SEED}/{moment}").random()) / MOMENTS
    delay_s = 0.05 + part * takes_s
    before = known_runs(ready_home)
    process = start(ready_home, data_for(tmp_path, moment), tmp_path / "registry")
    try:
        process.communicate(timeout=delay_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    started = [run for run in known_runs(ready_home) if run not in before]
    if not started:
        return  # killed before the run existed: nothing was promised yet
    (run,) = started
    finished = finished_attempts(ready_home, run)
    ended = run_command(ready_home, "resume", run, "--json")
    assert ended.status == 0, f"seed {SEED}, after {delay_s:.3f} s\n{ended.stderr}"
    assert ended.json["state"] == "SUCCEEDED"
    assert ended.json["outputs"] == expected["outputs"]
    assert states(ended.json) == states(expected)
    again = {t["path"]: t for t in ended.json["tasks"]}
    for path, attempts, ended_at in finished:
        assert (again[path]["attempts"], again[path]["finished_at"]) == (attempts, ended_at)


def start(home: Path, data: Path, registry: Path) -> subprocess.Popen:
    values = parameters(data_path=str(data), threshold=0.8, registry=str(registry))
    script = Path(sys.executable).with_name("headrace")
    return subprocess.Popen(
        [script, "run", TRAINING / "pipeline.py", "--json", *values],
        env=environment(home),
        cwd=home.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def data_for(folder: Path, moment: int) -> Path:
    """Data of its own for each moment, of which the cleaned part differs: nothing is cached.

    One column that the model does not read is changed, so that every run gives the same outputs.
    """
    lines = (TRAINING / "flights.csv").read_text("utf-8").splitlines()
    lines = [lines[0] + ",moment", *(f"{line},m{moment}" for line in lines[1:])]
    target = folder / "flights.csv"
    target.write_text("\n".join(lines) + "\n", "utf-8")
    return target


def known_runs(home: Path) -> list[str]:
    return [run["run_id"] for run in run_command(home, "runs", "--json").json]


def finished_attempts(home: Path, run: str) -> list[tuple[str, int, str]]:
    shown = run_command(home, "show", run, "--json").json
    return [
        (task["path"], task["attempts"], task["finished_at"])
        for task in shown["tasks"]
        if task["state"] == "SUCCEEDED"
    ]


def states(document: dict) -> dict[str, str]:
    return {task["path"]: task["state"] for task in document["tasks"]}
