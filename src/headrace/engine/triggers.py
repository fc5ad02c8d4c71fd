"""When a task begins, is skipped, or what its end means for those that wait for it.

Pure. Facts C.2: a task begins when all that it depends on has succeeded; an exit task
(ALL_UPSTREAM_TASKS_COMPLETED) when all has ended, once. What follows a failed or skipped task is
skipped; branches that do not depend on it go on. A task that failed fails its graph and the run,
also when an exit task or one that ignores the failure has run after it.
"""

from __future__ import annotations

import re

from headrace.engine.attempting import can_go_on
from headrace.engine.attempts import Failure, Inputs
from headrace.engine.inputs import Resolved, Unresolved, resolve
from headrace.engine.launching import launch
from headrace.engine.loops import iteration_ended, open_loop
from headrace.engine.outputs import record_inputs
from headrace.engine.scopes import open_scope
from headrace.engine.state import TaskRun
from headrace.engine.turn import Turn
from headrace.errors import SpecError
from headrace.ir.placeholders import render_text
from headrace.ir.values import text_of

_SHOWN = 40
_NAME = r"inputs\.parameter_values\[(?:'([^']*)'|\"([^\"]*)\")\]"
_OPERAND = re.compile(rf"(?:int|double)\({_NAME}\)|{_NAME}")


def begin(turn: Turn, task: TaskRun) -> None:
    """Begin a task whose dependencies have ended as its trigger wants."""
    if task.phase != "waiting":
        return
    if not turn.may_start(task):
        stop = turn.state.stop
        turn.end(task, "canceled", stop.reason if stop is not None else "")
        return
    try:
        resolved = resolve(turn, task)
    except Unresolved as found:
        if found.absent:
            skip(turn, task, f"skipped because {found.reason}")
        else:
            turn.fail(task, Failure(kind="configuration", message=found.reason))
        return
    if _holds(turn, task, resolved.inputs):
        _enter(turn, task, resolved)


def ended(turn: Turn, task: TaskRun) -> None:
    """Tell the scope of a task, and those that wait for it, that it has ended."""
    if task.loop is not None:
        iteration_ended(turn, task)
        return
    scope, state = task.scope, task.state
    if state == "failed" and scope.failed is None:
        scope.failed = task
        _fail_fast(turn, task)
    elif state == "canceled":
        scope.canceled = True
    for index in task.plan.followers:
        follower = scope.tasks[index]
        if follower.phase != "waiting":
            continue
        if state == "succeeded" or follower.plan.after_all:
            scope.waiting[index] -= 1
            if scope.waiting[index] == 0:
                turn.agenda.append(("begin", follower))
        elif state == "canceled":
            turn.end(follower, "canceled", task.reason)
        else:
            skip(turn, follower, f"skipped because {task.plan.name} {_how(task)}")
    scope.open -= 1
    if scope.open == 0:
        turn.agenda.append(("close", scope))


def skip(turn: Turn, task: TaskRun, reason: str) -> None:
    """End a task that will not run, and say why."""
    turn.log("task_skipped", task.path, f"{task.path}: {reason}")
    turn.end(task, "skipped", reason)


def _enter(turn: Turn, task: TaskRun, resolved: Resolved) -> None:
    plan = task.plan
    task.inputs = resolved.inputs
    if resolved.context is not None and "{{$" in plan.display_name:
        task.display_name = render_text(plan.display_name, resolved.context)
    if plan.loop is not None:
        open_loop(turn, task)
    elif plan.dag is not None:
        turn.move(task, "open")
        task.started_at = turn.now
        open_scope(turn, task, plan.dag, resolved.inputs)
    else:
        if resolved.inputs.artifacts:
            record_inputs(turn, task, resolved.inputs)
        launch(turn, task, resolved)


def _holds(turn: Turn, task: TaskRun, inputs: Inputs) -> bool:
    """Decide the condition of a task; end the task when it is false or cannot be decided."""
    condition = task.plan.condition
    if condition is None:
        return True
    artifacts = (
        {
            name: {
                "artifacts": [
                    {"uri": artifact.uri, "metadata": artifact.metadata} for artifact in several
                ]
            }
            for name, several in inputs.artifacts.items()
        }
        if condition.artifacts
        else None
    )
    try:
        holds = condition.evaluate(inputs.parameters, artifacts)
    except SpecError as error:
        turn.fail(task, Failure(kind="configuration", message=error.message))
        return False
    if not holds:
        text = readable(condition.text, inputs)
        skip(turn, task, f"skipped because its condition is false: {text}")
    return holds


def readable(condition: str, inputs: Inputs) -> str:
    """Return a condition with the inputs that it names by their short names and values."""

    def operand(match: re.Match[str]) -> str:
        name = next(group for group in match.groups() if group is not None)
        value = inputs.parameters.get(name)
        short = name.removeprefix("pipelinechannel--")
        text = "nothing" if value is None else text_of(value)
        return f"{short} ({text if len(text) <= _SHOWN else text[:_SHOWN] + '…'})"

    return _OPERAND.sub(operand, condition)[:500]


def _how(task: TaskRun) -> str:
    """Complete "because train …"."""
    return "was skipped" if task.state == "skipped" else "failed"


def _fail_fast(turn: Turn, task: TaskRun) -> None:
    """Put the stop on the agenda when the run is to end at its first failure."""
    submitted = turn.state.submitted
    assert submitted is not None
    if submitted.fail_fast and turn.state.stop is None and not can_go_on(task):
        turn.agenda.append(("fail_fast", task))
