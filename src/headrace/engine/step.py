"""The one door to a run's state: an event in, changes and commands out.

Pure and deterministic: the same events at the same times give the same state, changes and commands,
which recovery relies on. Rules are in the modules that the two tables name.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from headrace.engine.attempting import (
    TIMER_PREFIX,
    attempt_finished,
    attempt_started,
    backoff_ended,
    timer_of,
)
from headrace.engine.attempts import AttemptId, Inputs
from headrace.engine.changes import Change, Logged
from headrace.engine.commands import Command, SetTimer, StartAttempt, StopAttempt
from headrace.engine.events import (
    AttemptFinished,
    AttemptStarted,
    CacheAnswered,
    CancelRequested,
    EnvironmentPrepared,
    Event,
    PackagesLocked,
    RetryRequested,
    RunSubmitted,
    TimerFired,
)
from headrace.engine.launching import cache_answered, look_up_of
from headrace.engine.loops import refill
from headrace.engine.plan import Plan
from headrace.engine.restarting import restart_inside, resume, retry_requested
from headrace.engine.scopes import close, open_scope
from headrace.engine.state import RunState
from headrace.engine.stopping import (
    cancel_requested,
    deadline_passed,
    deadline_timer,
    first_failure,
    set_deadline,
)
from headrace.engine.triggers import begin, ended
from headrace.engine.turn import Turn
from headrace.engine.values import BadValue, defaulted


class Step(NamedTuple):
    """What one event did.

    Attributes:
        changes: Rows to commit together with the event.
        commands: Wishes to perform once that is done; each may be performed again.
    """

    changes: list[Change]
    commands: list[Command]


def step(plan: Plan, state: RunState, event: Event, now: float) -> Step:
    """Take one event through the engine; the state is changed in place.

    The cost depends on the tasks that the event touches, not on the size of the run.

    Args:
        plan: The plan of the run.
        state: Its state, as ``new_run`` and earlier steps left it.
        event: What happened. Repeated and late reports are safe.
        now: The event's time, seconds since the epoch; journaled with the event.

    Raises:
        InvariantViolation: A bug of the engine; the message holds the story of the run.
    """
    turn = Turn(plan, state, now)
    _EVENTS[type(event)](turn, event)
    agenda = turn.agenda
    while agenda:
        work, subject = agenda.popleft()
        _AGENDA[work](turn, subject)
    return Step(turn.answer(), turn.commands)


def outstanding(plan: Plan, state: RunState) -> list[Command]:
    """Return the commands of a replayed run that may not have been performed yet.

    All of them are safe to perform again. Attempts come in the order in which they were asked for;
    ``was_started`` says which are known to run.
    """
    del plan
    commands: list[Command] = []
    if state.deadline_at is not None and state.stop is None and not state.ended:
        timer = deadline_timer(state.generation)
        commands.append(SetTimer(timer=timer, at=state.deadline_at))
    for task in state.active.values():
        if task.phase == "lookup":
            commands.append(look_up_of(task))
        elif task.phase == "backoff":
            commands.append(timer_of(task))
        elif task.spec is not None:
            commands.append(StartAttempt(spec=task.spec))
            if task.stopping and state.stop is not None:
                commands.append(StopAttempt(attempt=task.spec.id, reason=state.stop.reason))
    return commands


def was_started(state: RunState, attempt: AttemptId) -> bool:
    """Whether a launcher has reported that this unfinished attempt runs."""
    task = state.active.get(attempt.task)
    return task is not None and task.phase == "running" and task.attempts == attempt.number


# ---------------------------------------------------------------------------- events


def _run_submitted(turn: Turn, event: RunSubmitted) -> None:
    state = turn.state
    if state.submitted is not None:
        return
    state.submitted = event
    state.created_at = state.started_at = turn.now
    root = event.pipeline_root.partition("?")[0].rstrip("/")
    state.output_root = f"{root}/{turn.plan.pipeline}/{event.run_id}"
    state.name = "running"
    turn.run_touched = True
    set_deadline(turn)
    state.root = open_scope(turn, None, turn.plan.root, _root_inputs(turn.plan, event))


def _root_inputs(plan: Plan, event: RunSubmitted) -> Inputs:
    """Return the run's parameters, with the declared defaults of those that were not given."""
    parameters: dict[str, Any] = {}
    for name, spec in plan.root.component.input_definitions.parameters.items():
        value = event.parameters.get(name)
        if value is None and spec.default_value is not msgspec.UNSET:
            with suppress(BadValue):
                value = defaulted(spec)
        parameters[name] = value
    return Inputs(parameters=parameters)


def _packages_locked(turn: Turn, event: PackagesLocked) -> None:
    """Keep the lock in the history, where people and later attempts find it."""
    path = event.attempt.task
    message = f"{path}: its packages were resolved when its image was known"
    turn.changes.append(
        Logged(kind="packages_locked", path=path, message=message, data={"lock": event.lock})
    )


def _environment_prepared(turn: Turn, event: EnvironmentPrepared) -> None:
    """Keep in the history where the time before the start went."""
    path = event.attempt.task
    message = f"{path}: its environment was prepared in {event.seconds:.1f} s"
    turn.changes.append(
        Logged(
            kind="environment_prepared",
            path=path,
            message=message,
            data={"attempt": event.attempt.number, "seconds": event.seconds},
        )
    )


def _timer_fired(turn: Turn, event: TimerFired) -> None:
    if event.timer.startswith(TIMER_PREFIX):
        backoff_ended(turn, event)
    else:
        deadline_passed(turn, event)


_Rule = Callable[[Turn, Any], None]

#: What each event does.
_EVENTS: dict[type[Event], _Rule] = {
    RunSubmitted: _run_submitted,
    CacheAnswered: cache_answered,
    PackagesLocked: _packages_locked,
    EnvironmentPrepared: _environment_prepared,
    AttemptStarted: attempt_started,
    AttemptFinished: attempt_finished,
    TimerFired: _timer_fired,
    CancelRequested: cancel_requested,
    RetryRequested: retry_requested,
}

#: What follows from it, within the same step.
_AGENDA: dict[str, _Rule] = {
    "begin": begin,
    "ended": ended,
    "close": close,
    "fill": refill,
    "resume": resume,
    "restart": restart_inside,
    "fail_fast": first_failure,
}
