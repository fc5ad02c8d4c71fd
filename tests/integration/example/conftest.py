"""Runs the command line on the examples, each test or module in a Headrace home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[3] / "examples"
TRAINING = EXAMPLES / "training"


def pytest_addoption(parser):
    parser.addoption(
        "--regenerate-golden",
        action="store_true",
        help="write the IR beside each example instead of comparing with it",
    )


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
    def tasks(self) -> dict[str, dict]:
        return {task["path"].rpartition("/")[2]: task for task in self.json["tasks"]}


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "COLUMNS")}
    return {**kept, "HEADRACE_HOME": str(home), "NO_COLOR": "1"}


def run_command(home: Path, *arguments: object, cwd: Path | None = None) -> Ended:
    command = [Path(sys.executable).with_name("headrace"), *arguments]
    done = subprocess.run(
        [str(part) for part in command],
        env=environment(home),
        cwd=cwd or home.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def parameters(**values: object) -> list[str]:
    """Return the values as ``-p name=value`` arguments, text as it is and all else as JSON."""
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in values.items()}
    return [part for name, text in texts.items() for part in ("-p", f"{name}={text}")]


@pytest.fixture
def headrace(tmp_path) -> Callable[..., Ended]:
    """Run ``headrace`` in a home of this test."""
    home = tmp_path / "home"
    return lambda *arguments, **options: run_command(home, *arguments, **options)


@pytest.fixture(scope="session")
def ready_home(tmp_path_factory) -> Path:
    """A home in which the training environment is built, and one run of the course is recorded."""
    home = tmp_path_factory.mktemp("ready") / "home"
    data = parameters(data_path=str(TRAINING / "flights.csv"))
    ended = run_command(home, "run", TRAINING / "course.py", "--json", *data)
    assert ended.status == 0, ended.stderr
    return home


@pytest.fixture(scope="session")
def oracle_python() -> Path:
    """The interpreter that has the official SDK; the test is skipped where none can be made."""
    script = EXAMPLES.parent / "tools" / "oracle.py"
    found = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    if found.returncode != 0:
        pytest.skip("the official SDK cannot be installed here")
    return Path(found.stdout.strip())
