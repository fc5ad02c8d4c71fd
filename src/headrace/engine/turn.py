"""One turn of the engine: the state that it changes and what it will answer.

Pure. Rules call ``move`` and ``end``; work that follows is put on the agenda instead of being
called, so that depth of nesting and length of chains cost no stack. Rows are made once per turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Literal

from headrace.engine.attempts import Failure
from headrace.engine.changes import (
    Change,
    Logged,
    RunChanged,
    TaskChanged,
    TaskRemoved,
    TaskStateName,
)
from headrace.engine.commands import Command
from headrace.engine.plan import Plan, TaskPlan
from headrace.engine.state import ACTIVE, MOVES, Move, Phase, RunState, Scope, TaskRun, story
from headrace.errors import InvariantViolation

Work = Literal["begin", "ended", "close", "fill", "resume", "restart", "fail_fast"]
_STATE_OF: dict[Phase, TaskStateName] = {
    "waiting": "pending",
    "lookup": "pending",
    "starting": "pending",
    "running": "running",
    "backoff": "pending",
    "open": "running",
}


class Turn:
    """What one event does.

    Attributes:
        agenda: Work that remains: tasks to begin, ends to tell others of, scopes to close.
        touched: Task runs whose rows have to be written again.
        changes: Other changes, in order.
        removed: Rows that make way.
        commands: Wishes, in order.
    """

    __slots__ = (
        "agenda",
        "changes",
        "commands",
        "now",
        "plan",
        "removed",
        "run_touched",
        "state",
        "touched",
    )

    def __init__(self, plan: Plan, state: RunState, now: float) -> None:
        self.plan = plan
        self.state = state
        self.now = now
        self.agenda: deque[tuple[Work, TaskRun | Scope]] = deque()
        self.touched: dict[int, TaskRun] = {}
        self.changes: list[Change] = []
        self.removed: list[TaskRemoved] = []
        self.commands: list[Command] = []
        self.run_touched = False

    def move(self, task: TaskRun, phase: Phase, reason: str = "") -> None:
        """Take a task run to another phase.

        Raises:
            InvariantViolation: There is no such move.
        """
        before = task.phase
        if phase not in MOVES[before]:
            message = f"task {task.path} cannot go from {before} to {phase}"
            moves = story(self.state, task.path)
            raise InvariantViolation(f"{message}\n{moves}", hint="please report this")
        self.state.story.append(Move(self.now, task.path, before, phase, reason))
        task.phase = phase
        task.reason = reason
        if phase != "ended":
            task.state = _STATE_OF[phase]
        if phase in ACTIVE:
            self.state.active[task.path] = task
        elif before in ACTIVE:
            del self.state.active[task.path]
        self.touched[id(task)] = task

    def end(self, task: TaskRun, state: TaskStateName, reason: str = "") -> None:
        """End a task run; those that wait for it hear of it through the agenda."""
        never_begun = task.phase == "waiting"
        self.move(task, "ended", reason)
        task.state = state
        task.finished_at = self.now
        if never_begun and state in {"skipped", "canceled"} and task.plan.dag is not None:
            self._rows_inside(task, state)
        self.agenda.append(("ended", task))

    def fail(self, task: TaskRun, failure: Failure) -> None:
        """End a task run as failed."""
        task.error = failure
        self.log("task_failed", task.path, f"{task.path} failed: {headline(failure)}")
        self.end(task, "failed", headline(failure))

    def log(self, kind: str, path: str, message: str) -> None:
        """Add an entry to the run's history."""
        self.changes.append(Logged(kind=kind, path=path, message=message))

    def may_start(self, task: TaskRun) -> bool:
        """Whether new work of this task may begin: always, unless the run is being stopped.

        Exit tasks and what is inside of them run also then, unless the stop is forced.
        """
        stop = self.state.stop
        return stop is None or (not stop.forced and (task.plan.after_all or task.scope.exempt))

    def answer(self) -> list[Change]:
        """Return all changes: rows that go, the run, the rows of the tasks, the rest."""
        changes: list[Change] = list(self.removed)
        if self.run_touched:
            changes.append(self._run_row())
        changes.extend(row_of(task) for task in self.touched.values())
        changes.extend(self.changes)
        return changes

    def _run_row(self) -> RunChanged:
        state = self.state
        return RunChanged(
            state=state.name,
            started_at=state.started_at,
            finished_at=state.finished_at,
            outputs=state.outputs,
            error=state.error,
        )

    def remove_inside(self, task: TaskRun) -> None:
        """Take back the rows of what is inside of a group that begins after all."""
        self.removed.extend(TaskRemoved(path=path) for path, _, _ in _inside(task))

    def _rows_inside(self, task: TaskRun, state: TaskStateName) -> None:
        """Add rows for what is inside of a group that never begins, each loop's body once."""
        why = task.reason.removeprefix(f"{state} because its ")
        reason = f"{state} because the {why}" if why != task.reason else f"{state} with {task.path}"
        self.changes.extend(
            TaskChanged(
                path=path,
                parent=parent,
                name=child.name,
                display_name=child.display_name,
                component=child.component_name,
                kind=child.kind,
                state=state,
                reason=reason,
                created_at=self.now,
                finished_at=self.now,
            )
            for path, parent, child in _inside(task)
        )


MAX_ROWS_INSIDE = 10_000


def _inside(task: TaskRun) -> Iterator[tuple[str, str, TaskPlan]]:
    """Yield path, parent and plan of what is inside of a group, each loop's body once."""
    stack = [(task.plan.dag, task.path)] if task.plan.dag is not None else []
    budget = MAX_ROWS_INSIDE
    while stack:
        dag, parent = stack.pop()
        for child in dag.tasks[:budget]:
            path = f"{parent}/{child.name}"
            yield path, parent, child
            budget -= 1
            if child.dag is not None:
                stack.append((child.dag, path))


def row_of(task: TaskRun) -> TaskChanged:
    """Return the row of a task run as it is now."""
    plan = task.plan
    iteration = task.iteration
    return TaskChanged(
        path=task.path,
        parent=task.parent,
        name=plan.name if iteration is None else f"{plan.name}[{iteration}]",
        display_name=task.display_name
        if iteration is None
        else f"{task.display_name}[{iteration}]",
        component=plan.component_name,
        kind=plan.kind if iteration is None else "iteration",
        state=task.state,
        reason=task.reason,
        cached=task.cached,
        cache_key=task.cache_key,
        cache_fields=task.cache_fields,
        cache_source=task.cache_source,
        attempts=task.attempts,
        iteration=iteration,
        created_at=task.created_at,
        started_at=task.started_at,
        finished_at=task.finished_at,
        inputs=task.inputs,
        outputs=task.outputs,
        error=task.error,
    )


def headline(failure: Failure) -> str:
    """Return the first line of what went wrong, with the exception's class when there was one."""
    first = failure.message.strip().split("\n", 1)[0][:300]
    if failure.type and not first.startswith(failure.type):
        return f"{failure.type}: {first}" if first else failure.type
    return first or failure.kind
