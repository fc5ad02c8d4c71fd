"""A seeded simulator of runs: the real engine, a fake clock, a launcher that follows a script.

Everything random comes from one seed, so that a failure is repeated by naming it. After each event
the invariants are checked, and the journal is replayed at each simulated crash and compared.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec

from headrace import engine, ir
from headrace.engine.attempts import AttemptId, AttemptResult, AttemptSpec, Failure, Outputs
from headrace.engine.changes import CacheEntryAdded, Change, Logged, TaskChanged, TaskRemoved
from headrace.engine.commands import Command, LookUpCache, StartAttempt, StopAttempt
from headrace.engine.events import (
    AttemptFinished,
    AttemptStarted,
    CacheAnswered,
    CancelRequested,
    Event,
    RetryRequested,
    RunSubmitted,
    TimerFired,
)
from headrace.errors import InvalidRequest, InvariantViolation
from headrace.testing.outcomes import Outcome, Script, outcome_of

_LIMIT = 1_000_000
_GRACE_S = 0.5
_REQUESTS = (RunSubmitted, CancelRequested, RetryRequested)


class _Compiled(Protocol):
    """A pipeline of ``headrace.dsl``: its compiled documents."""

    @property
    def pipeline_spec(self) -> Any: ...
    @property
    def platform_spec(self) -> Any: ...


Pipeline = ir.Document | str | Path | Mapping[str, Any] | _Compiled


@dataclass(frozen=True, slots=True)
class Faults:
    """How often things go wrong on the way, as probabilities.

    Attributes:
        repeated: A report is delivered twice, the second time later.
        unannounced: An attempt ends without having been reported as started.
        lost: An attempt is lost to the infrastructure.
        crash: The controller dies after an event and is replayed from its journal.
        jitter_s: The longest delay of any report.
    """

    repeated: float = 0.0
    unannounced: float = 0.0
    lost: float = 0.0
    crash: float = 0.0
    jitter_s: float = 0.0


@dataclass(slots=True)
class Simulated:
    """How a simulated run went.

    Attributes:
        state: ``succeeded``, ``failed`` or ``canceled``.
        tasks: The last row of each task run, by path.
        attempts: What was asked of the launcher, in order.
        journal: All events with their times.
        messages: The run's history for people.
    """

    state: str = "pending"
    error: str | None = None
    outputs: Outputs | None = None
    tasks: dict[str, TaskChanged] = field(default_factory=dict[str, TaskChanged])
    attempts: list[AttemptSpec] = field(default_factory=list[AttemptSpec])
    journal: list[tuple[float, Event]] = field(default_factory=list[tuple[float, Event]])
    changes: list[Change] = field(default_factory=list[Change])
    messages: list[str] = field(default_factory=list[str])

    def __getitem__(self, path: str) -> TaskChanged:
        return self.tasks[path]

    @property
    def states(self) -> dict[str, str]:
        """State of each task run by path."""
        return {path: row.state for path, row in self.tasks.items()}

    def add(self, changes: list[Change]) -> None:
        """Take in what a step changed."""
        self.changes.extend(changes)
        for change in changes:
            if isinstance(change, TaskChanged):
                self.tasks[change.path] = change
            elif isinstance(change, TaskRemoved):
                self.tasks.pop(change.path, None)
            elif isinstance(change, Logged):
                self.messages.append(change.message)

    def started(self, task: str) -> int:
        """Return how many attempts were made of the tasks of this name or path."""
        return sum(1 for spec in self.attempts if task in (spec.id.task, spec.job.task_name))


class Simulation:
    """One run under simulation; ``finish`` takes it to its end."""

    def __init__(
        self,
        pipeline: Pipeline,
        outcomes: Mapping[str, Script] | None = None,
        *,
        parameters: Mapping[str, Any] | None = None,
        seed: int = 0,
        faults: Faults | None = None,
        cache: dict[str, Outputs] | None = None,
        check: bool = True,
        **submitted: Any,
    ) -> None:
        """Prepare a run.

        Args:
            pipeline: A pipeline, its IR, or a file or text that holds that.
            outcomes: How tasks end, by path, path without iterations, or name.
            parameters: Of the run; the others take their defaults.
            seed: Decides everything random.
            faults: What goes wrong on the way.
            cache: Outputs by cache key; kept by the caller, it makes later runs reuse.
            check: Check the invariants after each event, which takes time in large runs.
            **submitted: Further fields of ``RunSubmitted``.
        """
        self.document = document_of(pipeline)
        self.plan = engine.plan(self.document)
        self.state = engine.new_run(self.plan)
        self.result = Simulated()
        self.now = 1_000_000.0
        self._outcomes = dict(outcomes or {})
        self._random = random.Random(seed)  # noqa: S311 - a simulation, not a secret
        self._faults = faults or Faults()
        self._cache = cache if cache is not None else {}
        self._check = check
        self._queue: list[tuple[float, int, Event]] = []
        self._count = 0
        self._ends: dict[AttemptId, tuple[float, AttemptResult]] = {}
        self._steps: list[engine.Step] = []
        self.at(0.0, submission(self.plan, parameters or {}, **submitted))

    def at(self, delay_s: float, event: Event) -> None:
        """Let an event happen in so many seconds."""
        self._count += 1
        heapq.heappush(self._queue, (self.now + delay_s, self._count, event))

    def cancel(self, after_s: float, reason: str = "canceled by the test") -> None:
        """Ask for the run's end in so many seconds."""
        self.at(after_s, CancelRequested(reason=reason))

    def retry(self, outcomes: Mapping[str, Script] | None = None) -> Simulated:
        """Go on with an ended run, with other outcomes maybe, and return how it ends then."""
        self._outcomes |= dict(outcomes or {})
        self.at(1.0, RetryRequested())
        return self.finish()

    def finish(self) -> Simulated:
        """Run until nothing is left to happen, and return how the run went.

        Raises:
            InvariantViolation: A promise of the engine is broken.
        """
        for _ in range(_LIMIT):
            if not self._queue:
                break
            self.next()
        if not self.state.ended:
            message = f"the run never ends\n{engine.story(self.state)}"
            raise InvariantViolation(message)
        result = self.result
        result.state, result.error = self.state.name, self.state.error
        result.outputs = self.state.outputs
        return result

    def next(self) -> Event:
        """Let the next event happen and return it."""
        at, _, event = heapq.heappop(self._queue)
        self.now = max(self.now, at)
        step = engine.step(self.plan, self.state, event, self.now)
        self.result.journal.append((self.now, event))
        self._steps.append(step)
        if self._check:
            engine.check_invariants(self.plan, self.state)
        self._commit(step.changes)
        if self._chance(self._faults.crash):
            self._crash()
        else:
            self._perform(step.commands)
        return event

    # ------------------------------------------------------------------ controller

    def _commit(self, changes: list[Change]) -> None:
        self.result.add(changes)
        for change in changes:
            if isinstance(change, CacheEntryAdded):
                self._cache[change.key] = change.outputs

    def _perform(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, StartAttempt):
                self._start(command.spec)
            elif isinstance(command, StopAttempt):
                self._stop(command.attempt)
            elif isinstance(command, LookUpCache):
                outputs = self._cache.get(command.key)
                source = None if outputs is None else "earlier/run"
                answer = CacheAnswered(task=command.task, outputs=outputs, source=source)
                self.at(self._delay(), answer)
            else:
                self.at(max(0.0, command.at - self.now), TimerFired(timer=command.timer))

    def _crash(self) -> None:
        """Build the state again from the journal, as the next controller does, and go on.

        What was on its way to the controller that died is lost; attempts go on without it.
        """
        state = engine.new_run(self.plan)
        for (at, event), before in zip(self.result.journal, self._steps, strict=True):
            again = engine.step(self.plan, state, event, at)
            if again != before:
                message = f"a replay differs at {event}\n{again}\n{before}"
                raise InvariantViolation(message)
        self.state = state
        self._queue = [entry for entry in self._queue if isinstance(entry[2], _REQUESTS)]
        heapq.heapify(self._queue)
        self._perform(engine.outstanding(self.plan, state))

    # ------------------------------------------------------------------ launcher

    def _start(self, spec: AttemptSpec) -> None:
        """Start an attempt; one that was started before is adopted and reported once more."""
        end = self._ends.get(spec.id)
        if end is None:
            self.result.attempts.append(spec)
            outcome = outcome_for(self._outcomes, spec)
            result = outcome.result(spec)
            if self._chance(self._faults.lost):
                lost = Failure(kind="infrastructure", message="the place it ran on was lost")
                result = AttemptResult(error=lost)
            end = self._ends[spec.id] = (self.now + outcome.duration_s, result)
        at, result = end
        if not self._chance(self._faults.unannounced):
            self._report(0.0, AttemptStarted(attempt=spec.id, where="simulator"))
        self._report(max(0.0, at - self.now), AttemptFinished(attempt=spec.id, result=result))

    def _stop(self, attempt: AttemptId) -> None:
        """End an attempt, unless its end is on the way already."""
        at, result = self._ends[attempt]
        if at > self.now + _GRACE_S:
            result = AttemptResult(error=Failure(kind="canceled", message="stopped"))
            self._ends[attempt] = (self.now + _GRACE_S, result)
            self._report(_GRACE_S, AttemptFinished(attempt=attempt, result=result))

    def _report(self, after_s: float, event: Event) -> None:
        self.at(after_s + self._delay(), event)
        if self._chance(self._faults.repeated):
            self.at(after_s + self._delay() + self._random.random() * 20, event)

    def _chance(self, probability: float) -> bool:
        return probability > 0 and self._random.random() < probability

    def _delay(self) -> float:
        return self._random.random() * self._faults.jitter_s


def simulate(
    pipeline: Pipeline, outcomes: Mapping[str, Script] | None = None, **options: Any
) -> Simulated:
    """Run a pipeline in the simulator and return how it went.

    Args:
        pipeline: A pipeline, its IR, or a file or text that holds that.
        outcomes: How tasks end, by path, path without iterations, or name; the rest succeeds.
        **options: As ``Simulation`` takes them.

    Raises:
        InvalidRequest: The pipeline cannot be read, or the parameters do not fit it.
    """
    return Simulation(pipeline, outcomes, **options).finish()


def submission(plan: engine.Plan, parameters: Mapping[str, Any], **fields: Any) -> RunSubmitted:
    """Return the event that begins a simulated run.

    Raises:
        InvalidRequest: The parameters do not fit the pipeline.
    """
    values: dict[str, Any] = {"run_id": "run", "run_name": "run", "pipeline_root": "file:///root"}
    values |= fields | {"parameters": engine.run_parameters(plan, parameters)}
    return msgspec.convert(values, RunSubmitted)


def outcome_for(outcomes: Mapping[str, Script], spec: AttemptSpec) -> Outcome:
    """Return how an attempt ends: by its path, its path without iterations, or its name."""
    path = spec.id.task
    for name in (path, engine.without_iterations(path), spec.job.task_name):
        if name in outcomes:
            return outcome_of(outcomes[name], spec)
    return outcome_of(None, spec)


def document_of(pipeline: Pipeline) -> ir.Document:
    """Return the IR of a pipeline in any of its forms.

    Raises:
        InvalidRequest: It is none of them.
        SpecError: The IR is malformed.
    """
    if isinstance(pipeline, ir.Document):
        return pipeline
    if isinstance(pipeline, Path):
        return ir.read(pipeline.read_bytes(), source=str(pipeline))
    if isinstance(pipeline, str):
        is_text = "\n" in pipeline or pipeline.lstrip().startswith("{")
        return ir.read(pipeline) if is_text else document_of(Path(pipeline))
    if isinstance(pipeline, Mapping):
        return ir.read_dict(dict(pipeline))
    if not hasattr(pipeline, "pipeline_spec"):
        message = f"{pipeline!r} is not a pipeline"
        raise InvalidRequest(message, hint="give a @dsl.pipeline, a compiled file or its text")
    return ir.read_dict(pipeline.pipeline_spec, pipeline.platform_spec)
