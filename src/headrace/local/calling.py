"""Runs one component or pipeline at once and turns what it made into Python values."""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headrace import dsl, ir
from headrace.app.authored import places_of
from headrace.app.execution import Outcome, execute, prepare_here
from headrace.app.home import Home
from headrace.app.submission import Wishes, submit
from headrace.compiler import compile_document
from headrace.errors import TaskFailed, caller_location
from headrace.local.task import LocalTask, outputs_of
from headrace.store import Run


class LocalRunFailed(TaskFailed, RuntimeError):
    """A component or pipeline that was called did not succeed."""

    default_code = "HR4001"


@dataclass(frozen=True, slots=True)
class Calls:
    """How calls are carried out; see ``init`` for the fields."""

    pipeline_root: Path
    workspace_root: Path
    raise_on_error: bool
    enable_caching: bool

    def run(self, component: dsl.BaseComponent, arguments: Mapping[str, Any]) -> LocalTask:
        """Run the component to its end and return its task.

        Raises:
            LocalRunFailed: It failed, and errors are to be raised.
        """
        home = Home.find()
        document = ir.read_dict(*compile_document(component))
        prepared = prepare_here(
            home,
            document,
            arguments,
            source=_calling_file(),
            places=places_of(component.component),
        )
        wishes = Wishes(
            cache=None if self.enable_caching else False,
            pipeline_root=self.pipeline_root,
            workspace_root=self.workspace_root,
        )
        for notice in prepared.notices:
            _say(f"notice: {notice}")
        submitted = submit(home, prepared, wishes)
        _carry_out(home, submitted.run_id)
        ended = home.store.run(submitted.run_id)
        if ended.state != "succeeded" and self.raise_on_error:
            raise _failure(home, ended)
        return LocalTask(component.name, ended.state, outputs_of(ended.outputs, document))


def _carry_out(home: Home, run_id: str) -> Outcome:
    """Execute the run in a thread: the caller may be inside an event loop, as in a notebook."""
    outcomes: list[Outcome | BaseException] = []
    interrupt = threading.Event()

    def work() -> None:
        try:
            outcomes.append(execute(home, run_id, observe=None, notice=_say, interrupt=interrupt))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            outcomes.append(error)

    thread = threading.Thread(target=work, name=f"headrace-{run_id}")
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        interrupt.set()
        thread.join()
        raise
    outcome = outcomes[0]
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def _failure(home: Home, run: Run) -> LocalRunFailed:
    failed = next(
        (task for task in home.store.tasks(run.run_id) if task.state == "failed" and task.error),
        None,
    )
    if failed is None or failed.error is None:
        return LocalRunFailed(f"run {run.run_id} {run.state}: {run.error or 'no step failed'}")
    error = failed.error
    headline = f"{failed.path} failed: {error.message}"
    details = f"\n{error.traceback}" if error.traceback else ""
    hint = f"see headrace logs {run.run_id} {failed.path}"
    return LocalRunFailed(headline + details, where=caller_location(), hint=hint)


def _calling_file() -> Path:
    place = caller_location()
    return Path(place.file) if place else Path(inspect.getfile(inspect))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - it is what people see in a notebook
