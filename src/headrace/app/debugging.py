"""Rebuilds an attempt beside its run, so that it can be run again under a debugger."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headrace.app.executors import interpreter_of
from headrace.app.home import Home
from headrace.engine.attempts import AttemptId
from headrace.errors import Conflict, InvalidRequest, NotFound
from headrace.launchers.process.directory import AttemptDirectory
from headrace.store import Run

TASK_FILE = "spec.json"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A copy of an attempt: its directory, its environment variables and its interpreter."""

    directory: Path
    environment: dict[str, str]
    python: Path
    command: tuple[str, ...] | None

    def run(self, arguments: list[str]) -> int:
        """Run a program as the attempt would have been, with this terminal."""
        environment = self.environment | _terminal()
        work = self.directory / "work"
        return subprocess.run(arguments, env=environment, cwd=work, check=False).returncode

    def remove(self) -> None:
        """Remove the copy."""
        shutil.rmtree(self.directory, ignore_errors=True)


def rebuild(home: Home, run: Run, path: str, attempt: int | None = None) -> Rebuilt:
    """Copy an attempt's task file, with outputs of its own; the last attempt by default.

    Raises:
        NotFound: The run has no such step or attempt.
        Conflict: The step never ran, or its directory was removed.
    """
    attempts = home.store.attempts(run.run_id, path)
    if not attempts:
        if path not in {task.path for task in home.store.tasks(run.run_id)}:
            message = f"run {run.run_id} has no step {path}"
            raise NotFound(message, hint=f"list them with: headrace show {run.run_id}")
        message = f"{path} never ran in run {run.run_id}: it was reused, skipped or not reached"
        raise Conflict(message, hint="debug it in the run that made its outputs")
    number = attempts[-1].number if attempt is None else attempt
    if number not in {one.number for one in attempts}:
        message = f"{path} has {len(attempts)} attempts, none of them number {number}"
        raise NotFound(message)
    original = AttemptDirectory(home.runs, AttemptId(run.run_id, path, number)).path
    try:
        text = (original / TASK_FILE).read_text("utf-8")
    except FileNotFoundError as error:
        message = f"attempt {number} of {path} left nothing to rebuild it from"
        raise Conflict(message, hint="it did not start") from error
    return _copied(home, json.loads(text), original)


def _copied(home: Home, task: dict[str, Any], original: Path) -> Rebuilt:
    place = home.path / "debug"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory = Path(tempfile.mkdtemp(prefix="attempt-", dir=place))
    (directory / "work").mkdir()
    outputs = directory / "outputs"
    root = str(task["output_root"])
    text = json.dumps(task)
    moved = text.replace(_quoted(root), _quoted(outputs.as_uri()))
    moved = moved.replace(_quoted(str(original)), _quoted(str(directory)))
    (directory / TASK_FILE).write_text(moved, "utf-8")
    copy = json.loads(moved)
    command = copy.get("command")
    return Rebuilt(
        directory,
        copy["env"],
        interpreter_of(copy["env"]),
        tuple(command) if command else None,
    )


def notebook_program(rebuilt: Rebuilt) -> str:
    """Return the Jupyter program of the step's environment, or of this machine.

    Raises:
        InvalidRequest: There is none.
    """
    beside = rebuilt.python.parent / "jupyter"
    program = str(beside) if beside.exists() else shutil.which("jupyter")
    if program is None:
        message = "there is no Jupyter in the step's environment, nor on this machine"
        hint = "add 'notebook' and 'ipykernel' to packages_to_install, or use --shell"
        raise InvalidRequest(message, hint=hint)
    return program


def _quoted(text: str) -> str:
    return json.dumps(text)[1:-1]


def _terminal() -> dict[str, str]:
    names = ("TERM", "COLORTERM", "LINES", "COLUMNS", "DISPLAY")
    return {name: os.environ[name] for name in names if name in os.environ}
