"""The controller's own suite, over the stores that last."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


pytestmark = pytest.mark.timeout(300)


def run_suite(place):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/unit/controller",
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "HEADRACE_TEST_STORES": place},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    assert "passed" in done.stdout


def test_controllers_work_over_sqlite(tmp_path):
    run_suite(str(tmp_path))


def test_controllers_work_over_postgresql(quick_server):
    run_suite(quick_server.url("postgres"))
