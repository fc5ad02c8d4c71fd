"""Goes on with an ended run: what did not succeed runs again, what did stays.

Pure. A group that failed inside goes on inside. A task whose dependency runs again starts anew,
also when it had succeeded: that is how an exit task hears of the new end. Attempt numbers
go on, so that no attempt has the id of an earlier one.
"""

from __future__ import annotations

from headrace.engine.events import RetryRequested
from headrace.engine.scopes import waits_for
from headrace.engine.state import LoopRun, Scope, TaskRun
from headrace.engine.stopping import set_deadline
from headrace.engine.turn import Turn


def retry_requested(turn: Turn, event: RetryRequested) -> None:
    """Set a run going again that failed or was canceled."""
    state = turn.state
    root = state.root
    if root is None or not state.ended or state.name == "succeeded":
        turn.log("retry_ignored", "", f"the run is {state.name}; only a failed one can go on")
        return
    state.generation += 1
    state.name = "running"
    state.stop = state.error = state.finished_at = state.deadline_at = None
    state.started_at = turn.now
    turn.run_touched = True
    turn.log("retry_requested", "", event.reason or "the run goes on")
    set_deadline(turn)
    _restart_from(turn, root)


def resume(turn: Turn, iteration: TaskRun) -> None:
    """Go on inside of an iteration that did not succeed, now that its loop has room for it."""
    assert isinstance(iteration.body, Scope)
    _open_again(turn, iteration)
    _restart_from(turn, iteration.body)


def restart_inside(turn: Turn, task: TaskRun) -> None:
    """Go on inside of a group whose own retries allow it."""
    for scope in _reopen(turn, task):
        _restart_from(turn, scope)


def _restart_from(turn: Turn, scope: Scope) -> None:
    scopes = [scope]
    while scopes:
        scopes.extend(_restart(turn, scopes.pop()))


def _restart(turn: Turn, scope: Scope) -> list[Scope]:
    """Reset the tasks of a scope that did not succeed; return the scopes inside that go on."""
    anew = _anew(scope)
    inside: list[Scope] = []
    scope.failed, scope.canceled = None, False
    scope.open = 0
    for task in scope.tasks:
        if task.plan.index in anew:
            scope.open += 1
            _reset(turn, task)
            waiting = sum(1 for index in task.plan.dependencies if _unended(scope, index, anew))
            scope.waiting[task.plan.index] = waiting
            if waiting == 0:
                turn.agenda.append(("begin", task))
        elif task.state != "succeeded":
            scope.open += 1
            task.failures, task.waited_s = 0, 0.0
            inside.extend(_reopen(turn, task))
    if scope.open == 0:
        turn.agenda.append(("close", scope))
    return inside


def _anew(scope: Scope) -> set[int]:
    """Return the indexes of the tasks that run again from the start.

    Those are what ended badly without anything inside that could go on, and all that follows a
    task that runs again.
    """
    queue = [task.plan.index for task in scope.tasks if task.state != "succeeded"]
    reset = {index for index in queue if scope.tasks[index].body is None}
    seen = set(queue)
    for index in queue:
        for follower in scope.tasks[index].plan.followers:
            reset.add(follower)
            if follower not in seen:
                seen.add(follower)
                queue.append(follower)
    return reset


def _unended(scope: Scope, index: int, anew: set[int]) -> bool:
    return index in anew or scope.tasks[index].state != "succeeded"


def _reset(turn: Turn, task: TaskRun) -> None:
    _remember(turn, task)
    if task.started_at is None and task.plan.dag is not None:
        turn.remove_inside(task)
    turn.move(task, "waiting")
    task.reset()
    task.created_at = turn.now
    if task.plan.dependencies:
        task.reason = waits_for(task.scope.plan, task.plan)


def _remember(turn: Turn, task: TaskRun) -> None:
    """Keep the attempt numbers of what is inside of a group that starts from nothing."""
    stack = _scopes_of(task)
    while stack:
        for inner in stack.pop().tasks:
            if inner.attempts:
                turn.state.reached[inner.path] = inner.attempts
            stack.extend(_scopes_of(inner))


def _scopes_of(task: TaskRun) -> list[Scope]:
    body = task.body
    if isinstance(body, Scope):
        return [body]
    if not isinstance(body, LoopRun):
        return []
    return [it.body for it in body.iterations.values() if isinstance(it.body, Scope)]


def _reopen(turn: Turn, task: TaskRun) -> list[Scope]:
    """Go on inside of a group that did not succeed; return the scopes that are inside."""
    body = task.body
    _open_again(turn, task)
    if isinstance(body, Scope):
        return [body]
    assert isinstance(body, LoopRun)
    body.failed, body.canceled = None, False
    body.again.extend(
        index for index, iteration in body.iterations.items() if iteration.state != "succeeded"
    )
    turn.agenda.append(("fill", task))
    return []


def _open_again(turn: Turn, task: TaskRun) -> None:
    turn.move(task, "open")
    task.error, task.finished_at, task.outputs = None, None, None
