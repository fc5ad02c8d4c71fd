"""The printed code runs from an installed wheel in a clean environment, with and without ``kfp``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import EXAMPLES, TRAINING, environment, parameters

pytestmark = [pytest.mark.network, pytest.mark.slow, pytest.mark.timeout(600)]
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [UV, "build", "--quiet", "--wheel", "--out-dir", folder, EXAMPLES.parent]
    subprocess.run(build, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.parametrize("beside", [(), ("kfp==2.17.0",)], ids=["without kfp", "beside kfp"])
def test_the_printed_pipeline_runs_from_a_wheel(beside, wheel, tmp_path):
    venv = tmp_path / "venv"
    subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, venv], check=True)
    install = [UV, "pip", "install", "--quiet", "--python", venv, wheel, *beside]
    subprocess.run(install, check=True)
    source = tmp_path / "course.py"
    source.write_text((TRAINING / "course.py").read_text("utf-8"), "utf-8")
    values = parameters(data_path=str(TRAINING / "flights.csv"))
    done = subprocess.run(
        [venv / "bin" / "headrace", "run", "course.py", "--json", *values],
        env=environment(tmp_path / "home"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    states = {task["path"]: task["state"] for task in json.loads(done.stdout)["tasks"]}
    assert set(states.values()) == {"SUCCEEDED"}
    assert len(states) == 3
