"""Loops: items, iterations begun as the limit allows, outputs collected in the order of the items.

Pure. Iterations share their loop's inputs and differ in the item alone; one that has succeeded
leaves only its outputs behind.
"""

from __future__ import annotations

import json
from typing import Any, cast

from headrace.engine.attempting import group_failed
from headrace.engine.attempts import Failure, Inputs
from headrace.engine.outputs import collected, keep_result
from headrace.engine.plan import LoopPlan
from headrace.engine.scopes import open_scope
from headrace.engine.state import LoopRun, TaskRun
from headrace.engine.turn import Turn
from headrace.engine.values import shown

#: The most iterations of one loop that are open at once, whatever its own limit: bounds the work of
#: one event and the memory of a run.
WINDOW = 10_000


def open_loop(turn: Turn, task: TaskRun) -> None:
    """Begin a loop; one over nothing succeeds at once with empty lists."""
    plan, inputs, dag = task.plan.loop, task.inputs, task.plan.dag
    assert plan is not None
    assert inputs is not None
    assert dag is not None
    items = _items(plan, inputs)
    if items is None:
        value = inputs.parameters.get(plan.parameter or "")
        message = (
            f"{task.plan.name} loops over {plan.parameter}, which is {shown(value)}, not a list"
        )
        turn.fail(task, Failure(kind="configuration", message=message))
        return
    loop = LoopRun(items, dag)
    task.body = loop
    task.started_at = turn.now
    turn.move(task, "open", f"{len(items)} iterations")
    if items:
        fill(turn, task)
    else:
        _close(turn, task, loop)


def fill(turn: Turn, task: TaskRun) -> None:
    """Begin iterations until the loop's limit is reached, those first that were begun before."""
    plan, loop = task.plan.loop, task.body
    assert plan is not None
    assert isinstance(loop, LoopRun)
    limit = min(plan.limit or WINDOW, WINDOW)
    while loop.open < limit and loop.again and turn.may_start(task):
        loop.open += 1
        turn.agenda.append(("resume", loop.iterations[loop.again.popleft()]))
    while loop.open < limit and loop.next < len(loop.items) and turn.may_start(task):
        _begin_iteration(turn, task, loop, loop.next)
        loop.next += 1


def iteration_ended(turn: Turn, iteration: TaskRun) -> None:
    """Take the outputs of an iteration, begin the next ones, and close the loop after the last."""
    task = iteration.loop
    assert task is not None
    assert iteration.iteration is not None
    loop = task.body
    assert isinstance(loop, LoopRun)
    loop.open -= 1
    if iteration.state == "succeeded":
        assert iteration.outputs is not None
        keep_result(loop, iteration.iteration, iteration.outputs)
        if not iteration.scope.kept and not task.plan.restartable:
            del loop.iterations[iteration.iteration]
    elif iteration.state == "failed":
        loop.failed = loop.failed or iteration
    else:
        loop.canceled = True
    refill(turn, task)


def refill(turn: Turn, task: TaskRun) -> None:
    """Begin what the limit allows; close the loop when nothing is open any more."""
    loop = task.body
    assert isinstance(loop, LoopRun)
    fill(turn, task)
    if loop.open == 0:
        _close(turn, task, loop)


def _begin_iteration(turn: Turn, task: TaskRun, loop: LoopRun, index: int) -> None:
    plan, inputs, dag = task.plan.loop, task.inputs, task.plan.dag
    assert plan is not None
    assert inputs is not None
    assert dag is not None
    iteration = TaskRun(task.plan, task.scope, f"{task.path}[{index}]", turn.now, index)
    iteration.loop = task
    iteration.display_name = task.display_name
    item = loop.items[index]
    if plan.artifact is not None:
        iteration.inputs = Inputs(artifacts={plan.item: item})
    else:
        iteration.inputs = Inputs(parameters={plan.item: item})
    loop.iterations[index] = iteration
    loop.open += 1
    turn.move(iteration, "open")
    iteration.started_at = turn.now
    scope = open_scope(turn, iteration, dag, inputs)
    scope.item_name, scope.item = plan.item, item


def _close(turn: Turn, task: TaskRun, loop: LoopRun) -> None:
    if loop.again:  # stopped before they could go on
        loop.canceled = True
        loop.again.clear()
    if loop.failed is not None:
        failure = loop.failed.error
        assert failure is not None
        failed = sum(1 for it in loop.iterations.values() if it.state == "failed")
        group_failed(turn, task, failure, f"{failed} of {len(loop.items)} iterations failed")
    elif loop.canceled or loop.next < len(loop.items):
        turn.end(task, "canceled", turn.state.stop.reason if turn.state.stop is not None else "")
    else:
        task.outputs = collected(loop)
        if not task.scope.kept and not task.plan.restartable:
            task.body = None
        turn.end(task, "succeeded", task.reason)


def _items(plan: LoopPlan, inputs: Inputs) -> list[Any] | None:
    """Return what a loop goes over: also a list that is given as JSON text (facts C.2)."""
    if plan.literal is not None:
        return plan.literal
    if plan.artifact is not None:
        return [(artifact,) for artifact in inputs.artifacts.get(plan.artifact, ())]
    value = inputs.parameters.get(plan.parameter or "")
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    return cast("list[Any]", value) if isinstance(value, list) else None
