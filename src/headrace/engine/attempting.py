"""What the reports of attempts do: started, succeeded, failed, and tried again after a while.

Pure. Budgets are separate: what the code did (``user``, ``oom``, ``deadline``) uses the author's
retry policy; a lost place (``infrastructure``) its own three; ``configuration`` is never retried.

Back-off before the n-th retry is ``backoffDuration * backoffFactor^(n-1)``, and all waiting is at
most ``backoffMaxDuration``: the time in which attempts run is not counted, so that the default of
the SDK, one hour, does not take the retries away from long steps (Argo counts it).
"""

from __future__ import annotations

from headrace.engine.attempts import Failure
from headrace.engine.changes import AttemptChanged, TaskStateName
from headrace.engine.commands import SetTimer
from headrace.engine.events import AttemptFinished, AttemptStarted, TimerFired
from headrace.engine.launching import start_attempt
from headrace.engine.outputs import record
from headrace.engine.plan import RetryPlan
from headrace.engine.state import TaskRun
from headrace.engine.turn import Turn, headline

INFRASTRUCTURE_RETRIES = 3
INFRASTRUCTURE_BACKOFF_S = 2.0
TIMER_PREFIX = "retry:"


def attempt_started(turn: Turn, event: AttemptStarted) -> None:
    """Note that an attempt runs; a repeated or late report changes nothing."""
    task = _task_of(turn, event)
    if task is None or task.phase != "starting":
        return
    task.where = event.where
    task.began_at = turn.now
    if task.started_at is None:
        task.started_at = turn.now
    turn.move(task, "running", task.reason if task.stopping else "")
    turn.changes.append(_attempt_row(turn, task, "running"))


def attempt_finished(turn: Turn, event: AttemptFinished) -> None:
    """Take the result of an attempt; a report about any but the current one is only noted."""
    task = _task_of(turn, event)
    if task is None or task.phase not in ("starting", "running"):
        turn.log("late_report", event.attempt.task, f"late report of {event.attempt} discarded")
        return
    error = event.result.error
    if task.began_at is None:
        task.began_at = turn.now
    if task.started_at is None:
        task.started_at = turn.now
    if error is None:
        turn.changes.append(_attempt_row(turn, task, "succeeded", event))
        record(turn, task, event.result)
    elif task.stopping:
        turn.changes.append(_attempt_row(turn, task, "canceled", event))
        turn.end(task, "canceled", turn.state.stop.reason if turn.state.stop is not None else "")
    else:
        turn.changes.append(_attempt_row(turn, task, "failed", event))
        _attempt_failed(turn, task, error)


def backoff_ended(turn: Turn, event: TimerFired) -> None:
    """Start the next attempt of the task that the timer is about."""
    task = turn.state.active.get(event.timer.removeprefix(TIMER_PREFIX))
    if task is None or task.phase != "backoff":
        return
    if turn.now >= task.due_at:
        if task.body is None:
            start_attempt(turn, task)
        else:
            turn.agenda.append(("restart", task))
    else:  # the clock went back, or a timer that was moved fired all the same
        turn.commands.append(timer_of(task))


def group_failed(turn: Turn, task: TaskRun, failure: Failure, reason: str) -> None:
    """End a group as failed, or go on inside of it after a while when its own retries allow.

    KFP's back end ignores retries of pipelines inside of pipelines (facts C.2); here what failed in
    them runs again, and what succeeded stays.
    """
    policy = task.plan.retry
    delay = backoff_s(policy, task.failures + 1)
    task.error = failure
    if (
        task.failures >= policy.limit
        or failure.kind == "configuration"
        or task.waited_s + delay > policy.backoff_max_s
        or not turn.may_start(task)
    ):
        turn.end(task, "failed", reason)
        return
    task.failures += 1
    task.waited_s += delay
    task.due_at = turn.now + delay
    turn.log("group_failed", task.path, f"{task.path}: {reason}; goes on in {delay:g} s")
    turn.move(task, "backoff", f"{reason}; goes on in {delay:g} s")
    if delay > 0:
        turn.commands.append(timer_of(task))
    else:
        turn.agenda.append(("restart", task))


def can_go_on(task: TaskRun) -> bool:
    """Whether a group that the task is in has retries left, which may undo its failure."""
    owner = task.scope.owner
    while owner is not None:
        if owner.iteration is None and owner.failures < owner.plan.retry.limit:
            return True
        owner = owner.loop if owner.loop is not None else owner.scope.owner
    return False


def timer_of(task: TaskRun) -> SetTimer:
    """Return the timer that ends a task's back-off."""
    return SetTimer(timer=f"{TIMER_PREFIX}{task.path}", at=task.due_at)


def retry_delay_s(task: TaskRun, failure: Failure) -> float | None:
    """Count a failure against its budget; return the wait before the next attempt, or None."""
    if failure.kind == "configuration":
        return None
    if failure.kind in ("infrastructure", "canceled"):  # nobody asked for that end: it was lost
        task.losses += 1
        if task.losses > INFRASTRUCTURE_RETRIES:
            return None
        return INFRASTRUCTURE_BACKOFF_S * 2.0 ** (task.losses - 1)
    task.failures += 1
    policy = task.plan.retry
    if task.failures > policy.limit:
        return None
    delay = backoff_s(policy, task.failures)
    return delay if task.waited_s + delay <= policy.backoff_max_s else None


def backoff_s(policy: RetryPlan, failures: int) -> float:
    """Return the wait after this many failures, in seconds."""
    try:
        delay = policy.backoff_s * policy.factor ** (failures - 1)
    except OverflowError:
        return policy.backoff_max_s
    return min(delay, policy.backoff_max_s)


def _attempt_failed(turn: Turn, task: TaskRun, error: Failure) -> None:
    delay = retry_delay_s(task, error)
    if delay is None or not turn.may_start(task):
        turn.fail(task, error)
        return
    what = f"attempt {task.attempts} failed: {headline(error)}"
    task.error = error
    task.due_at = turn.now + delay
    if error.kind not in ("infrastructure", "canceled"):
        task.waited_s += delay
    turn.log("attempt_failed", task.path, f"{task.path}: {what}; tried again in {delay:g} s")
    turn.move(task, "backoff", f"{what}; tries again in {delay:g} s")
    if delay > 0:
        turn.commands.append(timer_of(task))
    else:
        start_attempt(turn, task, what)


def _task_of(turn: Turn, event: AttemptStarted | AttemptFinished) -> TaskRun | None:
    task = turn.state.active.get(event.attempt.task)
    if task is None or task.spec is None or task.spec.id != event.attempt:
        return None
    return task


def _attempt_row(
    turn: Turn, task: TaskRun, state: TaskStateName, event: AttemptFinished | None = None
) -> AttemptChanged:
    return AttemptChanged(
        path=task.path,
        number=task.attempts,
        state=state,
        created_at=task.asked_at,
        started_at=task.began_at,
        finished_at=None if event is None else turn.now,
        where=task.where,
        error=None if event is None else event.result.error,
        usage=None if event is None else event.result.usage,
    )
