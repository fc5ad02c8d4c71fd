"""Running a run again as a new one, and saying beforehand what of it would run."""

from __future__ import annotations

from typing import Any, Literal

from headrace.errors import NotFound
from headrace.server.catalog import checked_name
from headrace.server.documents import kept
from headrace.server.named import run_named
from headrace.server.native.operations import Answer, Asked, Body, Query, operation
from headrace.server.native.runs import public
from headrace.server.replies import json_reply
from headrace.server.services import Submission
from headrace.store.records import Run


class RerunBody(Body, frozen=True):
    """How to run a run again.

    Attributes:
        from_task: Path of a step that runs again in any case.
        parameters: Those that differ from the run's.
        plan: Say what would be done, and start nothing.
    """

    from_task: str | None = None
    parameters: dict[str, Any] | None = None
    name: str | None = None
    plan: bool = False


class PlannedStep(Answer, frozen=True):
    """What a rerun would do with a step; ``depends`` on those before it."""

    path: str
    action: Literal["run", "reuse", "skip", "depends"]
    reason: str


class RerunPlan(Answer, frozen=True):
    """What a rerun would do, in the order in which the steps come up."""

    steps: list[PlannedStep]


def rerun(asked: Asked[Query, RerunBody]) -> Any:
    """Run again as a new run, reusing what is still valid; or say what that would do."""
    verb = "read" if asked.body.plan else "write"
    run = run_named(asked.request, asked.named("run_id"), verb)
    submission = _submission(asked, run)
    runs = asked.services.runs
    if asked.body.plan:
        steps = [
            PlannedStep(path=one.path, action=_action(one.action), reason=one.reason)
            for one in runs.plan(submission)
        ]
        return json_reply(RerunPlan(steps=steps))
    return public(runs.submit(submission))


def _submission(asked: Asked[Query, RerunBody], run: Run) -> Submission:
    body = asked.body
    source = kept(asked.store, run.document)
    start = body.from_task
    if start is not None and start not in {task.path for task in asked.store.tasks(run.run_id)}:
        raise NotFound(f"run {run.run_id} has no task {start[:200]}")
    return Submission(
        document=source.spec,
        platform=source.platform,
        parameters={**run.parameters, **(body.parameters or {})},
        name=checked_name(body.name, "run") if body.name is not None else None,
        namespace=run.namespace,
        experiment=run.experiment,
        description=run.description,
        service_account=run.service_account,
        pipeline_id=run.pipeline_id,
        version_id=run.version_id,
        tags=run.tags,
        submitted_by=asked.principal.user,
        reuse_of=run.run_id,
        rerun=() if start is None else (start,),
    )


def _action(fate: str) -> Literal["run", "reuse", "skip", "depends"]:
    match fate:
        case "run" | "reuse" | "skip":
            return fate
        case _:
            return "depends"


OPERATIONS = (
    operation(
        "POST",
        "/runs/{run_id}/rerun",
        rerun,
        kind="run",
        body=RerunBody,
        answer=Run,
        status=201,
        also={200: RerunPlan},
    ),
)
