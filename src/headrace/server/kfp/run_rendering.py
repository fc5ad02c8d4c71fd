"""Runs as messages of KFP's API: their states, and their tasks as the tree that they are."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache

from headrace.engine.attempts import Artifact, Failure
from headrace.server.documents import Source, spec_value
from headrace.server.kfp import messages
from headrace.server.kfp.messages import RuntimeState
from headrace.server.kfp.wire import NEVER, text_or_none, time_text
from headrace.store.records import ENDED, Run, TaskRun

STATES: Mapping[str, RuntimeState] = {
    "pending": "PENDING",
    "running": "RUNNING",
    "succeeded": "SUCCEEDED",
    "skipped": "SKIPPED",
    "failed": "FAILED",
    "canceling": "CANCELING",
    "canceled": "CANCELED",
}
_UNKNOWN = 2  # of gRPC's codes: the fault is in the user's code, which has no codes
_DEADLINE = 4
_EXHAUSTED = 8
_UNAVAILABLE = 14
_CODES = {"deadline": _DEADLINE, "oom": _EXHAUSTED, "infrastructure": _UNAVAILABLE}
_ROOT = "root"


def run_message(
    run: Run,
    *,
    source: Source | None,
    asked: frozenset[str] = frozenset(),
    tasks: Iterable[TaskRun] | None = None,
    plugins_input: dict[str, dict[str, object]] | None = None,
) -> messages.Run:
    """Return a run.

    Args:
        source: Its documents, which are shown when it has no version.
        asked: What was asked of it and is not yet carried out: ``cancel``, ``retry``.
        tasks: Its task runs, when they are to be shown.
    """
    state = shown_state(run, asked)
    has_version = run.version_id is not None
    return messages.Run(
        experiment_id=run.experiment,
        run_id=run.run_id,
        display_name=run.display_name,
        storage_state="ARCHIVED" if run.archived else "AVAILABLE",
        description=text_or_none(run.description),
        pipeline_spec=None if has_version or source is None else spec_value(source),
        pipeline_version_reference=messages.VersionReference(
            pipeline_id=run.pipeline_id, pipeline_version_id=run.version_id
        )
        if has_version
        else None,
        runtime_config=messages.RuntimeConfig(
            parameters=run.parameters or None, pipeline_root=text_or_none(run.pipeline_root)
        ),
        service_account=text_or_none(run.service_account),
        created_at=time_text(run.created_at),
        scheduled_at=time_text(run.scheduled_at or run.created_at),
        finished_at=time_text(run.finished_at if state in _ENDS else None) or NEVER,
        state=state,
        error=_run_fault(run),
        run_details=None if tasks is None else _details(run, list(tasks), state),
        recurring_run_id=text_or_none(run.recurring_run_id),
        state_history=_history(run, state),
        plugins_input=plugins_input or None,
    )


def shown_state(run: Run, asked: frozenset[str]) -> RuntimeState:
    """Return the state as it will be in a moment: who retries a run does not see it failed."""
    if run.state in ENDED:
        return "PENDING" if "retry" in asked else STATES[run.state]
    return "CANCELING" if "cancel" in asked else STATES[run.state]


_ENDS: frozenset[RuntimeState] = frozenset({"SUCCEEDED", "FAILED", "CANCELED"})


@cache
def node_id(run_id: str, path: str, name: str) -> str:
    """Return the id of a task in KFP's API: its name, and what makes it unique.

    The same id stands for the pod, of which there may be none: logs are asked for by it.
    """
    mark = hashlib.sha256(f"{run_id}\0{path}".encode()).hexdigest()[:16]
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "task"
    return f"{word}-{mark}"


def root_id(run_id: str) -> str:
    """Return the id of the task that stands for the whole pipeline."""
    return node_id(run_id, "", _ROOT)


def _details(run: Run, tasks: list[TaskRun], state: RuntimeState) -> messages.RunDetails:
    ids = {task.path: node_id(run.run_id, task.path, task.name) for task in tasks}
    children: dict[str, list[messages.ChildTask]] = {}
    for task in tasks:
        child = messages.ChildTask(pod_name=ids[task.path])
        children.setdefault(task.parent, []).append(child)
    root = messages.TaskDetail(
        run_id=run.run_id,
        task_id=root_id(run.run_id),
        display_name=_ROOT,
        create_time=time_text(run.created_at),
        start_time=time_text(run.started_at),
        end_time=time_text(run.finished_at if state in _ENDS else None),
        state=state,
        child_tasks=children.get(""),
    )
    return messages.RunDetails(
        task_details=[root, *(_task(run, task, ids, children) for task in tasks)]
    )


def _task(
    run: Run,
    task: TaskRun,
    ids: Mapping[str, str],
    children: Mapping[str, list[messages.ChildTask]],
) -> messages.TaskDetail:
    own = ids[task.path]
    return messages.TaskDetail(
        run_id=run.run_id,
        task_id=own,
        display_name=task.display_name or task.name,
        create_time=time_text(task.created_at),
        start_time=time_text(task.started_at),
        end_time=time_text(task.finished_at),
        executor_detail=messages.ExecutorDetail(main_job=own) if task.attempts else None,
        state=STATES[task.state],
        error=_task_fault(task.error),
        inputs=_artifacts(task.inputs.artifacts if task.inputs else {}),
        outputs=_artifacts(task.outputs.artifacts if task.outputs else {}),
        parent_task_id=ids.get(task.parent) or root_id(run.run_id),
        state_history=_task_history(task),
        pod_name=own if task.attempts else None,
        child_tasks=children.get(task.path),
    )


def _artifacts(
    named: Mapping[str, tuple[Artifact, ...]],
) -> dict[str, messages.ArtifactList] | None:
    found = {
        name: messages.ArtifactList(artifact_ids=[artifact.id for artifact in several])
        for name, several in named.items()
    }
    return found or None


def _history(run: Run, state: RuntimeState) -> list[messages.RuntimeStatus]:
    """Return the states that the run is known to have been in, with the times that are known."""
    passed: list[tuple[float | None, RuntimeState]] = [(run.created_at, "PENDING")]
    if run.started_at is not None:
        passed.append((run.started_at, "RUNNING"))
    if state in _ENDS:
        passed.append((run.finished_at, state))
    elif state != passed[-1][1]:
        passed.append((run.started_at or run.created_at, state))
    return [
        messages.RuntimeStatus(
            update_time=time_text(at),
            state=name,
            error=_run_fault(run) if name in _ENDS else None,
        )
        for at, name in passed
    ]


def _task_history(task: TaskRun) -> list[messages.RuntimeStatus] | None:
    passed: list[tuple[float | None, RuntimeState]] = [(task.created_at, "PENDING")]
    if task.started_at is not None:
        passed.append((task.started_at, "RUNNING"))
    if STATES[task.state] not in ("PENDING", "RUNNING"):
        passed.append((task.finished_at, STATES[task.state]))
    return [
        messages.RuntimeStatus(update_time=time_text(at), state=name)
        for at, name in passed
        if at is not None
    ] or None


def _run_fault(run: Run) -> messages.Fault | None:
    return messages.Fault(code=_UNKNOWN, message=run.error) if run.error else None


def _task_fault(error: Failure | None) -> messages.Fault | None:
    if error is None:
        return None
    return messages.Fault(code=_CODES.get(error.kind, _UNKNOWN), message=error.message)
