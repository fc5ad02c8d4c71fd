"""What must hold between events, as one function; tests and the simulator call it after each.

Pure; looks at the whole state, so it is no part of a step. The numbers in messages are those of the
durability promises: I1 every run can go on or has ended, I2 an end is final, I3 outputs come from
one attempt, I4 nothing begins before its inputs exist, I6 limits hold, I9 exit tasks come last.
"""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engine.plan import Plan
from headrace.engine.state import ACTIVE, LoopRun, RunState, Scope, TaskRun, story, task_runs
from headrace.errors import InvariantViolation

_TERMINAL = frozenset({"succeeded", "failed", "skipped", "canceled"})


def check_invariants(plan: Plan, state: RunState) -> None:
    """Check a run between two events.

    Raises:
        InvariantViolation: Something does not hold; the message has all of it and the story.
    """
    if state.root is None:
        return
    problems = [*_run_problems(plan, state)]
    active: set[str] = set()
    for task in task_runs(state):
        problems.extend(_task_problems(state, task))
        if task.phase in ACTIVE:
            active.add(task.path)
        if isinstance(task.body, Scope):
            problems.extend(_scope_problems(task.body))
        elif isinstance(task.body, LoopRun):
            problems.extend(_loop_problems(task, task.body))
    if active != set(state.active):
        problems.append(f"I1 active is {sorted(state.active)}, yet {sorted(active)} are")
    problems.extend(_scope_problems(state.root))
    if problems:
        text = "\n".join([*problems, "story:", story(state)])
        raise InvariantViolation(text, hint="please report this")


def _run_problems(plan: Plan, state: RunState) -> Iterator[str]:
    root = state.root
    assert root is not None
    if root.plan is not plan.root:
        yield "the run belongs to another plan"
    if state.ended:
        if state.active:
            yield f"I1 the run has ended, yet {sorted(state.active)} are active"
        if root.open:
            yield f"I1 the run has ended, yet {root.open} tasks of the root have not"
        if state.finished_at is None:
            yield "I2 the run has ended at no time"
    elif not state.active:
        yield "I1 the run can never end: nothing is under way"


def _task_problems(state: RunState, task: TaskRun) -> Iterator[str]:
    ended = task.phase == "ended"
    if ended != (task.state in _TERMINAL) or ended != (task.finished_at is not None):
        yield f"I2 {task!r} finished at {task.finished_at}"
    if task.state == "succeeded" and task.outputs is None:
        yield f"I3 {task!r} has no outputs"
    leaf = task.plan.executor is not None
    if leaf and task.state == "succeeded" and not task.cached and task.attempts == 0:
        yield f"I3 {task!r} has outputs and no attempt"
    at_work = task.phase in {"starting", "running"}
    asked = None if task.spec is None else task.spec.id
    if at_work and (asked is None or asked.number != task.attempts):
        yield f"I3 {task!r} is at attempt {task.attempts}, asked for {asked}"
    if task.phase == "waiting" and state.stop is not None and not _exempt(state, task):
        yield f"I1 {task!r} waits although the run is being stopped"
    if task.phase in ACTIVE or task.phase == "open":
        yield from _began_early(task)


def _began_early(task: TaskRun) -> Iterator[str]:
    for index in task.plan.dependencies:
        dependency = task.scope.tasks[index]
        if dependency.phase != "ended":
            rule = "I9" if task.plan.after_all else "I4"
            yield f"{rule} {task!r} began before {dependency!r} ended"
        elif dependency.state != "succeeded" and not task.plan.after_all:
            yield f"I4 {task!r} began although {dependency!r}"


def _scope_problems(scope: Scope) -> Iterator[str]:
    where = scope.path or "the root"
    unended = sum(1 for task in scope.tasks if task.phase != "ended")
    if scope.open != unended:
        yield f"I1 {where} counts {scope.open} open tasks, there are {unended}"
    closed = scope.owner is not None and scope.owner.phase in {"ended", "backoff"}
    if scope.owner is not None and closed != (unended == 0):
        yield f"I1 {scope.owner!r} with {unended} open tasks inside"
    for task in scope.tasks:
        if task.phase == "waiting":
            yield from _waiting_problems(scope, task)


def _waiting_problems(scope: Scope, task: TaskRun) -> Iterator[str]:
    counted = scope.waiting[task.plan.index]
    unended = sum(1 for index in task.plan.dependencies if scope.tasks[index].phase != "ended")
    if counted != unended:
        yield f"I1 {task!r} counts {counted} dependencies, {unended} have not ended"
    if unended == 0:
        yield f"I1 {task!r} waits for nothing"


def _loop_problems(task: TaskRun, loop: LoopRun) -> Iterator[str]:
    opened = sum(1 for iteration in loop.iterations.values() if iteration.phase == "open")
    limit = task.plan.loop.limit if task.plan.loop is not None else 0
    if loop.open != opened:
        yield f"I1 {task!r} counts {loop.open} open iterations, there are {opened}"
    if limit and opened > limit:
        yield f"I6 {task!r} has {opened} open iterations, allowed are {limit}"


def _exempt(state: RunState, task: TaskRun) -> bool:
    assert state.stop is not None
    return not state.stop.forced and (task.plan.after_all or task.scope.exempt)
