"""The packages of the training pipeline, from the index that this machine uses."""

from __future__ import annotations

import subprocess

import pytest

from headrace.environments import EnvironmentRequest, build, resolve

pytestmark = [pytest.mark.network, pytest.mark.slow]


@pytest.mark.parametrize("python", ["3.9", None], ids=["Python 3.9 or near", "own Python"])
def test_old_pins_meet_dependencies_of_their_time(tmp_path, python):
    packages = ("pandas==1.5.3", "scikit-learn==1.2.2")
    lock = resolve(EnvironmentRequest(packages, python), tmp_path / "locks")
    versions = {package.name: package.version for package in lock.packages}
    assert versions["numpy"].startswith("1.")
    environment = build(lock, tmp_path / "environments")
    code = "import pandas, sklearn; print(pandas.__version__, sklearn.__version__)"
    ended = subprocess.run(
        [environment.python, "-c", code], check=True, capture_output=True, text=True
    )
    assert ended.stdout.split() == ["1.5.3", "1.2.2"]
