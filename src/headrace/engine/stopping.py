"""Ends a run before its time: cancel, deadline, first failure.

Pure. What has not begun is canceled, what runs is asked to stop, exit tasks still run once all that
they wait for has ended. A second request stops those, too. Touches what has not ended, once.
"""

from __future__ import annotations

from headrace.engine.commands import SetTimer, StopAttempt
from headrace.engine.events import CancelRequested, TimerFired
from headrace.engine.state import LoopRun, Scope, Stop, TaskRun
from headrace.engine.turn import Turn

DEADLINE_TIMER = "deadline"


def cancel_requested(turn: Turn, event: CancelRequested) -> None:
    """Cancel the run; asked again, stop its exit tasks as well."""
    state = turn.state
    if state.ended:
        turn.log("cancel_ignored", "", "the run has ended already")
        return
    reason = event.reason or "canceled"
    turn.log("cancel_requested", "", reason)
    again = state.stop is not None and state.stop.kind == "canceled"
    state.name = "canceling"
    turn.run_touched = True
    stop(turn, Stop("canceled", reason, forced=again))


def deadline_passed(turn: Turn, event: TimerFired) -> None:
    """Stop a run whose time is up; it fails with that reason."""
    state = turn.state
    if event.timer != deadline_timer(state.generation) or state.ended or state.stop is not None:
        return
    if state.deadline_at is None:
        return
    if turn.now < state.deadline_at:  # the clock went back
        turn.commands.append(SetTimer(timer=event.timer, at=state.deadline_at))
        return
    allowed = state.deadline_at - (state.started_at or state.deadline_at)
    reason = f"the run took longer than the {allowed:g} s that it may take"
    turn.log("deadline", "", reason)
    stop(turn, Stop("deadline", reason))


def first_failure(turn: Turn, task: TaskRun) -> None:
    """Stop a run that is to end at its first failure."""
    if turn.state.stop is None and not turn.state.ended:
        stop(turn, Stop("fail_fast", f"stopped because {task.path} failed"))


def stop(turn: Turn, wanted: Stop) -> None:
    """Let nothing new begin and ask what runs to stop."""
    turn.state.stop = wanted
    root = turn.state.root
    scopes = [root] if root is not None else []
    while scopes:
        scope = scopes.pop()
        for task in scope.tasks:
            if task.phase == "open":
                scopes.extend(_bodies(task))
            elif task.phase != "ended" and not turn.may_start(task):
                _stop_task(turn, task, wanted)


def deadline_timer(generation: int) -> str:
    """Name of the timer of a run's deadline; a retry of the run has its own."""
    return f"{DEADLINE_TIMER}:{generation}"


def set_deadline(turn: Turn) -> None:
    """Start the run's time anew, if it has a limit."""
    state = turn.state
    assert state.submitted is not None
    limits = [turn.plan.deadline_s, state.submitted.deadline_s]
    limit = min((value for value in limits if value is not None), default=None)
    if limit is None:
        return
    state.deadline_at = turn.now + limit
    turn.commands.append(SetTimer(timer=deadline_timer(state.generation), at=state.deadline_at))


def _stop_task(turn: Turn, task: TaskRun, wanted: Stop) -> None:
    if task.phase not in ("starting", "running"):
        turn.end(task, "canceled", wanted.reason)
    elif not task.stopping:
        assert task.spec is not None
        task.stopping = True
        task.reason = f"stopping: {wanted.reason}"
        turn.touched[id(task)] = task
        turn.commands.append(StopAttempt(attempt=task.spec.id, reason=wanted.reason))


def _bodies(task: TaskRun) -> list[Scope]:
    body = task.body
    if isinstance(body, Scope):
        return [body]
    if not isinstance(body, LoopRun):
        return []
    return [
        iteration.body
        for iteration in body.iterations.values()
        if iteration.phase == "open" and isinstance(iteration.body, Scope)
    ]
