"""Opens and closes DAGs: the root, groups, and bodies of iterations.

Pure. A scope closes when all of its tasks have ended; it failed when one of them did (facts C.13).
"""

from __future__ import annotations

from headrace.engine.attempting import group_failed
from headrace.engine.attempts import Failure, Inputs
from headrace.engine.outputs import scope_outputs
from headrace.engine.plan import DagPlan, TaskPlan
from headrace.engine.state import Scope, TaskRun
from headrace.engine.turn import Turn, headline

_NAMED = 3


def open_scope(
    turn: Turn, owner: TaskRun | None, plan: DagPlan, inputs: Inputs, *, begin: bool = True
) -> Scope:
    """Make the task runs of a DAG and begin those that wait for nothing."""
    path = owner.path if owner is not None else ""
    exempt = owner is not None and (owner.plan.after_all or owner.scope.exempt)
    scope = Scope(plan, owner, path, inputs, exempt=exempt)
    prefix = f"{path}/" if path else ""
    touched = turn.touched
    for task_plan in plan.tasks:
        task = TaskRun(task_plan, scope, prefix + task_plan.name, turn.now)
        if task_plan.dependencies:
            task.reason = waits_for(plan, task_plan)
        scope.tasks.append(task)
        touched[id(task)] = task
    if owner is not None:
        owner.body = scope
    if begin:
        begin_ready(turn, scope)
    return scope


def begin_ready(turn: Turn, scope: Scope) -> None:
    """Put the tasks that wait for nothing on the agenda; a scope without tasks closes."""
    for index in scope.plan.ready:
        turn.agenda.append(("begin", scope.tasks[index]))
    if scope.open == 0:
        turn.agenda.append(("close", scope))


def waits_for(plan: DagPlan, task: TaskPlan) -> str:
    """Say what a task waits for, by name."""
    names = [plan.tasks[index].name for index in task.dependencies]
    if len(names) > _NAMED:
        return f"waits for {', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return f"waits for {' and '.join(names)}"


def close(turn: Turn, scope: Scope) -> None:
    """End the owner of a scope whose tasks have all ended; for the root, end the run."""
    owner = scope.owner
    if owner is None:
        _end_run(turn, scope)
    elif scope.failed is not None:
        failure, reason = failure_of(scope), f"{scope.failed.plan.name} failed"
        assert failure is not None
        if owner.iteration is None:
            group_failed(turn, owner, failure, reason)
        else:
            owner.error = failure
            turn.end(owner, "failed", reason)
    elif scope.canceled:
        turn.end(owner, "canceled", _stop_reason(turn))
    else:
        owner.outputs = scope_outputs(scope)
        if not scope.kept:
            owner.body = None
            scope.tasks.clear()  # task runs and scope refer to each other: spare the collector
        turn.end(owner, "succeeded")


def failure_of(scope: Scope) -> Failure | None:
    """Return why a scope failed: its first failed task, and that task's reason."""
    task = scope.failed
    if task is None:
        return None
    error = task.error or Failure(kind="user", message="it failed")
    own = task.plan.executor is not None
    return Failure(
        kind=error.kind,
        message=f"{task.path} failed: {headline(error)}" if own else error.message,
        type=None,
        file=error.file,
        line=error.line,
        exit_code=error.exit_code,
    )


def _end_run(turn: Turn, scope: Scope) -> None:
    state = turn.state
    stop, failure = state.stop, failure_of(scope)
    if stop is not None and stop.kind == "canceled":
        state.name, state.error = "canceled", stop.reason
    elif stop is not None and stop.kind == "deadline":
        state.name, state.error = "failed", stop.reason
    elif failure is not None:
        state.name, state.error = "failed", failure.message
    else:
        state.name, state.outputs = "succeeded", scope_outputs(scope)
    state.finished_at = turn.now
    turn.run_touched = True
    turn.log("run_ended", "", f"the run {state.name}" + (f": {state.error}" if state.error else ""))


def _stop_reason(turn: Turn) -> str:
    return turn.state.stop.reason if turn.state.stop is not None else ""
