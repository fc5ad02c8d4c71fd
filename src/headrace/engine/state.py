"""The state of a run: scopes of tasks, loops, and what has been asked of the launcher.

Pure. Changed in place by ``step`` alone; all else reads. What succeeded inside a finished group is
let go of, so that a run of a million iterations keeps only what may still matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from headrace.engine.attempts import Artifact, AttemptSpec, Failure, Inputs, Outputs
from headrace.engine.changes import RunStateName, TaskStateName
from headrace.engine.events import RunSubmitted
from headrace.engine.plan import DagPlan, Plan, TaskPlan

Phase = Literal["waiting", "lookup", "starting", "running", "backoff", "open", "ended"]

#: All moves of a task run. ``waiting`` for others, ``lookup`` of the cache, ``starting`` asked
#: of the launcher, ``running``, ``backoff`` before the next attempt, ``open`` a group at work.
MOVES: dict[Phase, frozenset[Phase]] = {
    "waiting": frozenset({"lookup", "starting", "open", "ended"}),
    "lookup": frozenset({"starting", "ended"}),
    "starting": frozenset({"running", "backoff", "ended"}),
    "running": frozenset({"backoff", "ended"}),
    "backoff": frozenset({"starting", "open", "ended"}),
    "open": frozenset({"backoff", "ended"}),
    "ended": frozenset({"waiting", "open"}),  # by a retry of the run, and only so
}
ACTIVE: frozenset[Phase] = frozenset({"lookup", "starting", "running", "backoff"})
NO_INPUTS = Inputs()
NO_OUTPUTS = Outputs()
STORY_LENGTH = 2000


class TaskRun:
    """The execution of a task, of a group, or of one iteration of a loop.

    Attributes:
        loop: The loop that this is an iteration of, with its place in it; else None.
        phase: Where it is; ``state`` says how it ended when that is ``ended``.
        attempts: Number of the last attempt.
        failures: Failed attempts that count against the author's retries.
        losses: Attempts lost to the infrastructure.
        waited_s: Time spent in back-off so far.
        spec: What the last attempt was asked to do; None before the first and after the end.
        asked_at: When the last attempt was asked for, and in ``began_at`` when it began.
        stopping: A stop was asked for.
        body: What is inside of it, while it is open or may be retried.
    """

    __slots__ = (
        "asked_at",
        "attempts",
        "began_at",
        "body",
        "cache_fields",
        "cache_key",
        "cache_source",
        "cached",
        "created_at",
        "display_name",
        "due_at",
        "error",
        "failures",
        "finished_at",
        "inputs",
        "iteration",
        "loop",
        "losses",
        "outputs",
        "path",
        "phase",
        "plan",
        "reason",
        "scope",
        "spec",
        "started_at",
        "state",
        "stopping",
        "waited_s",
        "where",
    )

    def __init__(
        self, plan: TaskPlan, scope: Scope, path: str, now: float, iteration: int | None = None
    ) -> None:
        self.plan = plan
        self.scope = scope
        self.path = path
        self.created_at = now
        self.iteration = iteration
        self.loop: TaskRun | None = None
        self.display_name = plan.display_name
        self.phase: Phase = "waiting"
        self.state: TaskStateName = "pending"
        self.attempts = 0
        self.reset()

    def reset(self) -> None:
        """Forget how it went; only the count of attempts goes on."""
        self.reason = ""
        self.failures = 0
        self.losses = 0
        self.waited_s = 0.0
        self.due_at = 0.0
        self.asked_at = 0.0
        self.began_at: float | None = None
        self.started_at: float | None = None
        self.finished_at: float | None = None
        self.inputs: Inputs | None = None
        self.outputs: Outputs | None = None
        self.error: Failure | None = None
        self.spec: AttemptSpec | None = None
        self.where = ""
        self.stopping = False
        self.cached = False
        self.cache_key: str | None = None
        self.cache_fields: dict[str, str] = {}
        self.cache_source: str | None = None
        self.body: Scope | LoopRun | None = None

    @property
    def parent(self) -> str:
        """Path of what it is in: a group, or for an iteration its loop."""
        return self.loop.path if self.loop is not None else self.scope.path

    def __repr__(self) -> str:
        return f"<{self.path} {self.phase} {self.state}>"


class Scope:
    """A DAG while it runs: the root, a group, or the body of one iteration.

    Attributes:
        owner: The task run whose body this is; None for the root.
        tasks: Task runs by index of the plan.
        waiting: Number of dependencies that have not ended, by index.
        open: Number of tasks that have not ended.
        parameters: Values of the DAG's inputs, shared with other iterations.
        item_name: Name of the input that differs between iterations; empty outside of loops.
        exempt: Inside an exit task: a cancelled run still runs it.
        exits: Inside the exit task of an exit handler.
        kept: What is inside may start again, so its task runs are not let go of.
        failed: The first of its tasks that failed.
        canceled: One of its tasks was canceled.
    """

    __slots__ = (
        "artifacts",
        "canceled",
        "exempt",
        "exits",
        "failed",
        "item",
        "item_name",
        "kept",
        "open",
        "owner",
        "parameters",
        "path",
        "plan",
        "tasks",
        "waiting",
    )

    def __init__(
        self, plan: DagPlan, owner: TaskRun | None, path: str, inputs: Inputs, *, exempt: bool
    ) -> None:
        self.plan = plan
        self.owner = owner
        self.path = path
        self.parameters: dict[str, Any] = inputs.parameters
        self.artifacts: dict[str, tuple[Artifact, ...]] = inputs.artifacts
        self.item_name = ""
        self.item: Any = None
        self.exempt = exempt
        self.exits = owner is not None and (owner.plan.exits or owner.scope.exits)
        self.kept = owner is not None and (owner.scope.kept or owner.plan.restartable)
        self.tasks: list[TaskRun] = []
        self.waiting: list[int] = list(plan.waiting)
        self.open = len(plan.tasks)
        self.failed: TaskRun | None = None
        self.canceled = False


class LoopRun:
    """A loop while it runs.

    Attributes:
        items: What it goes over.
        next: Index of the first item that has not been begun.
        open: Number of iterations that have not ended.
        parameters: Each output parameter's values by index; None where there is none.
        artifacts: Each output artifact by index, likewise.
        iterations: Those that are open or did not succeed, by index.
        again: Indexes of those that did not succeed and go on when there is room.
    """

    __slots__ = (
        "again",
        "artifacts",
        "canceled",
        "failed",
        "items",
        "iterations",
        "next",
        "open",
        "parameters",
    )

    def __init__(self, items: list[Any], plan: DagPlan) -> None:
        self.items = items
        self.next = 0
        self.open = 0
        self.parameters: dict[str, list[Any]] = {
            output.name: [None] * len(items) for output in plan.parameter_outputs
        }
        self.artifacts: dict[str, list[tuple[Artifact, ...] | None]] = {
            output.name: [None] * len(items) for output in plan.artifact_outputs
        }
        self.iterations: dict[int, TaskRun] = {}
        self.again: deque[int] = deque()
        self.failed: TaskRun | None = None
        self.canceled = False


class Stop(msgspec.Struct, frozen=True):
    """Why no new tasks start.

    Attributes:
        forced: Exit tasks are stopped, too.
    """

    kind: Literal["canceled", "deadline", "fail_fast"]
    reason: str
    forced: bool = False


class Move(msgspec.Struct, frozen=True):
    """An entry of the story: at this time, this task made this move for this reason."""

    at: float
    path: str
    before: str
    after: str
    reason: str


class RunState:
    """Everything that the engine knows of one run.

    Attributes:
        submitted: The event that began it; None before.
        active: Task runs about which something is under way outside, by path.
        reached: Last attempt numbers of task runs that were let go of and may start again.
        identities: Parts of cache keys by executor label, as far as the run decides them.
        output_root: URI below which the run's own outputs go: root, pipeline, run (facts C.4).
        generation: Number of retries of the run.
        deadline_at: When the run's time is up; None without a deadline.
    """

    __slots__ = (
        "active",
        "created_at",
        "deadline_at",
        "error",
        "finished_at",
        "generation",
        "identities",
        "name",
        "output_root",
        "outputs",
        "reached",
        "root",
        "started_at",
        "stop",
        "story",
        "submitted",
    )

    def __init__(self) -> None:
        self.submitted: RunSubmitted | None = None
        self.name: RunStateName = "pending"
        self.created_at = 0.0
        self.started_at: float | None = None
        self.finished_at: float | None = None
        self.output_root = ""
        self.root: Scope | None = None
        self.outputs: Outputs | None = None
        self.error: str | None = None
        self.stop: Stop | None = None
        self.active: dict[str, TaskRun] = {}
        self.reached: dict[str, int] = {}
        self.identities: dict[str, dict[str, str]] = {}
        self.generation = 0
        self.deadline_at: float | None = None
        self.story: deque[Move] = deque(maxlen=STORY_LENGTH)

    @property
    def ended(self) -> bool:
        """Whether the run has come to its end."""
        return self.name in {"succeeded", "failed", "canceled"}


def new_run(plan: Plan) -> RunState:
    """Return the state of a run of the plan before its first event."""
    del plan  # the state of a run that has not begun is the same for all plans
    return RunState()


def task_runs(state: RunState) -> Iterator[TaskRun]:
    """Yield the task runs that the state holds, groups before what is inside of them."""
    stack = [state.root] if state.root is not None else []
    while stack:
        scope = stack.pop()
        for task in scope.tasks:
            yield task
            body = task.body
            if isinstance(body, Scope):
                stack.append(body)
            elif body is not None:
                for iteration in body.iterations.values():
                    yield iteration
                    if isinstance(iteration.body, Scope):
                        stack.append(iteration.body)


def story(state: RunState, path: str = "") -> str:
    """Return the last moves of a run, one a line, for reports of bugs.

    Args:
        state: The run.
        path: Only this task and what is inside of it; empty is everything.
    """
    lines: list[str] = []
    for move in state.story:
        if path in ("", move.path) or move.path.startswith((f"{path}/", f"{path}[")):
            reason = f"  ({move.reason})" if move.reason else ""
            lines.append(
                f"{move.at:.3f}  {move.path or 'run'}  {move.before} -> {move.after}{reason}"
            )
    return "\n".join(lines)
