"""The set-up script says how it is used, and what it lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["sh", folder / "try", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_word_it_says_how_it_is_used():
    done = run(ROOT)
    assert done.returncode == 2
    assert "./try example" in done.stdout
    assert "#" not in done.stdout


def test_without_a_python_it_says_what_to_do(tmp_path):
    shutil.copy(ROOT / "try", tmp_path)
    (tmp_path / "pyproject.toml").touch()
    done = run(tmp_path, "tests", PYTHON="/no/such/python")
    assert done.returncode == 2
    assert "Python 3.11" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name == ".venv"] == []


@pytest.mark.parametrize("script", ["try", ".ci/run"])
def test_scripts_are_executable_and_parse(script):
    path = ROOT / script
    assert os.access(path, os.X_OK)
    shell = path.read_text("utf-8").splitlines()[0].rpartition("/")[2].removeprefix("env ")
    assert subprocess.run([shell, "-n", path], check=False).returncode == 0
