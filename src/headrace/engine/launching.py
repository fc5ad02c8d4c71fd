"""Starts what runs outside: the cache look-up, then an attempt with everything a launcher needs.

Pure. The specification of a task is made once; a further attempt differs in number and output root.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from headrace.engine.attempts import (
    AttemptId,
    AttemptSpec,
    Failure,
    Inputs,
    Job,
    ResourceRequest,
)
from headrace.engine.bindings import Constant
from headrace.engine.cache import cache_key, own_key_fields, task_fields, with_environment
from headrace.engine.changes import AttemptChanged
from headrace.engine.commands import LookUpCache, StartAttempt
from headrace.engine.events import CacheAnswered
from headrace.engine.inputs import (
    MISSING,
    WORKSPACE_MOUNT,
    Resolved,
    Unresolved,
    read,
    task_id,
    workspace_path,
)
from headrace.engine.outputs import take_over
from headrace.engine.plan import ExecutorPlan, TaskPlan
from headrace.engine.platform_inputs import Reference, filled
from headrace.engine.resources import NOTHING, resource_request
from headrace.engine.state import RunState, TaskRun
from headrace.engine.task_config import task_config
from headrace.engine.turn import Turn
from headrace.engine.values import whole
from headrace.errors import SpecError
from headrace.ir.model import Container, Importer, ImporterUri, Resources
from headrace.ir.placeholders import Context, render_constant


def launch(turn: Turn, task: TaskRun, resolved: Resolved) -> None:
    """Take a container or importer task on: reuse it, look it up, or start it.

    Exit tasks, and what is inside of them, are never reused: they run at each end of their group.
    """
    state, plan = turn.state, task.plan
    assert state.submitted is not None
    try:
        task.spec = _specification(turn, task, resolved)
    except (SpecError, ValueError, Unresolved) as error:
        text = getattr(error, "message", None) or str(error)
        turn.fail(task, Failure(kind="configuration", message=text))
        return
    task.inputs = task.spec.inputs
    if plan.exits or task.scope.exits:
        start_attempt(turn, task)  # what an exit handler does counts, not what it made
        return
    fields = _fields(state, plan, task.spec)
    task.cache_fields = fields
    task.cache_key = cache_key(fields)
    must_run = _matches(task.path, state.submitted.rerun)
    if not must_run and _reused(turn, task):
        return
    wanted = plan.cacheable if state.submitted.cache is None else state.submitted.cache
    if plan.kind == "importer" and not plan.cacheable:
        wanted = False
    if wanted and not must_run:
        turn.move(task, "lookup", "looks for an earlier run with the same code and inputs")
        turn.commands.append(look_up_of(task))
        return
    start_attempt(turn, task, "runs again, as asked" if must_run else "")


def cache_answered(turn: Turn, event: CacheAnswered) -> None:
    """Take over what an earlier task made, or start the task."""
    task = turn.state.active.get(event.task)
    if task is None or task.phase != "lookup":
        return
    if event.outputs is None:
        start_attempt(turn, task, event.reason)
    elif not take_over(turn, task, event.outputs, event.source, event.reason or "from the cache"):
        start_attempt(turn, task, "the cached outputs do not fit what the component declares")


def look_up_of(task: TaskRun) -> LookUpCache:
    """Return the wish to look a task's key up."""
    assert task.cache_key is not None
    return LookUpCache(
        task=task.path,
        component=task.plan.component_name,
        key=task.cache_key,
        fields=task.cache_fields,
    )


def start_attempt(turn: Turn, task: TaskRun, reason: str = "") -> None:
    """Ask for the next attempt of a task."""
    assert task.spec is not None
    number = _next_number(turn.state, task)
    if number != task.spec.id.number:
        task.spec = msgspec.structs.replace(
            task.spec,
            id=AttemptId(task.spec.id.run_id, task.path, number),
            output_root=_output_root(turn.state, task.path, number),
        )
    task.attempts = number
    task.asked_at, task.began_at = turn.now, None
    turn.move(task, "starting", reason or "waits for room to run")
    turn.changes.append(
        AttemptChanged(path=task.path, number=number, state="pending", created_at=turn.now)
    )
    turn.commands.append(StartAttempt(spec=task.spec))


# ---------------------------------------------------------------------------- specification


def _specification(turn: Turn, task: TaskRun, resolved: Resolved) -> AttemptSpec:
    state, plan = turn.state, task.plan
    executor, submitted = plan.executor, state.submitted
    assert executor is not None
    assert submitted is not None
    container, resources = _container(executor, resolved.context)
    kubernetes = _kubernetes(state, task, executor, resolved.context)
    inputs = resolved.inputs
    if plan.config_input is not None:
        config = task_config(plan.component, container, resources, kubernetes)
        inputs = Inputs(
            parameters={**inputs.parameters, plan.config_input: config.value},
            artifacts=inputs.artifacts,
        )
        container, resources, kubernetes = config.container, config.resources, config.kubernetes
    number = _next_number(state, task)
    return AttemptSpec(
        id=AttemptId(submitted.run_id, task.path, number),
        job=_job(turn, task),
        executor_label=executor.label,
        interface=plan.component,
        inputs=inputs,
        output_root=_output_root(state, task.path, number),
        container=container,
        importer=_importer(executor.importer, inputs, resolved.context),
        resources=resources,
        lock=submitted.locks.get(executor.label),
        deadline_s=executor.deadline_s,
        kubernetes=kubernetes,
        workspace=submitted.workspace if _uses_workspace(state, executor, inputs) else None,
    )


def _next_number(state: RunState, task: TaskRun) -> int:
    """Return the number of the next attempt: one more than of any that was ever asked for."""
    return max(task.attempts, state.reached.get(task.path, 0)) + 1


def _job(turn: Turn, task: TaskRun) -> Job:
    submitted = turn.state.submitted
    assert submitted is not None
    return Job(
        run_id=submitted.run_id,
        run_name=submitted.run_name,
        pipeline=turn.plan.pipeline,
        task_name=task.plan.name,
        task_id=task_id(submitted.run_id, task.path),
        pipeline_root=turn.state.output_root,
        created_at=turn.state.created_at,
        scheduled_at=submitted.scheduled_at,
    )


def _output_root(state: RunState, path: str, number: int) -> str:
    """Return the attempt's own URI; an iteration is a segment, since brackets are none of a URI."""
    if "[" in path:
        path = path.replace("[", "/").replace("]", "")
    return f"{state.output_root}/{path}/{number}"


def _container(
    executor: ExecutorPlan, context: Context | None
) -> tuple[Container | None, ResourceRequest]:
    """Return the container with image and resources rendered, and what it asks for."""
    container = executor.container
    if container is None or not executor.dynamic or context is None:
        return container, executor.resources or NOTHING
    values = msgspec.to_builtins(container)
    rendered = render_constant(
        {"image": values["image"], "resources": values.get("resources") or {}}, context
    )
    container = msgspec.structs.replace(
        container,
        image=rendered["image"],
        resources=msgspec.convert(rendered["resources"], Resources, strict=False),
    )
    return container, resource_request(container.resources)


def _importer(
    importer: Importer | None, inputs: Inputs, context: Context | None
) -> Importer | None:
    """Return the importer with its URI and metadata filled in."""
    if importer is None or context is None:
        return importer
    uri = importer.artifact_uri
    value = uri.constant if uri.runtime_parameter is None else None
    if value is None:
        value = inputs.parameters.get(uri.runtime_parameter or "uri")
    value = render_constant(value, context)
    if not isinstance(value, str) or not value:
        message = f"the importer has no URI: it got {value!r}"
        raise ValueError(message)
    return msgspec.structs.replace(
        importer,
        artifact_uri=ImporterUri(constant=value),
        metadata=render_constant(whole(importer.metadata), context),
    )


def _kubernetes(
    state: RunState, task: TaskRun, executor: ExecutorPlan, context: Context | None
) -> dict[str, Any]:
    if not task.plan.platform:
        return executor.kubernetes
    values: list[tuple[Reference, Any]] = []
    for reference, source in task.plan.platform:
        value = read(state, task.scope, source)
        if value is not MISSING and isinstance(source, Constant) and context is not None:
            value = render_constant(value, context)
        values.append((reference, None if value is MISSING else value))
    return filled(executor.kubernetes, values)


def _uses_workspace(state: RunState, executor: ExecutorPlan, inputs: Inputs) -> bool:
    """Whether the task needs the run's workspace: by its command, its values or its artifacts."""
    assert state.submitted is not None
    if state.submitted.workspace is None:
        return False
    importer = executor.importer
    if executor.mentions_workspace or (importer is not None and importer.download_to_workspace):
        return True
    places = (WORKSPACE_MOUNT, workspace_path(state))
    values = msgspec.json.encode(inputs.parameters).decode()
    if any(place in values for place in places):
        return True
    return any(
        artifact.metadata.get("_kfp_workspace") or artifact.uri.startswith(places)
        for several in inputs.artifacts.values()
        for artifact in several
    )


# ---------------------------------------------------------------------------- reuse


def _fields(state: RunState, plan: TaskPlan, spec: AttemptSpec) -> dict[str, str]:
    submitted, executor = state.submitted, plan.executor
    assert submitted is not None
    assert executor is not None
    identity = state.identities.get(executor.label)
    if identity is None:
        label = executor.label
        identity = with_environment(
            executor.identity, submitted.locks.get(label), submitted.fingerprints.get(label)
        )
        state.identities[label] = identity
    if plan.cache_key:
        return own_key_fields(spec.job.pipeline, plan.component_name, plan.cache_key)
    fields = task_fields(identity, spec)
    if executor.dynamic and spec.container is not None:
        fields["image"] = spec.container.image
    return fields


def _reused(turn: Turn, task: TaskRun) -> bool:
    """Take over what the task made in the run that this one repeats, if its key is the same."""
    submitted = turn.state.submitted
    assert submitted is not None
    earlier = submitted.reuse.get(task.path)
    if earlier is None or submitted.reuse_keys.get(task.path) != task.cache_key:
        return False
    source = f"{submitted.reuse_source}/{task.path}"
    return take_over(turn, task, earlier, source, "same code and inputs as before")


def _matches(path: str, wanted: tuple[str, ...]) -> bool:
    """Whether a path is among those, or inside of one; iterations count as their loop."""
    if not wanted:
        return False
    plain = without_iterations(path)
    return any(
        candidate == name or candidate.startswith(f"{name}/")
        for name in wanted
        for candidate in (path, plain)
    )


def without_iterations(path: str) -> str:
    """Return a path without the indexes of iterations.

    Example:
        >>> without_iterations("for-loop-2[3]/train")
        'for-loop-2/train'
    """
    return _ITERATION.sub("", path)


_ITERATION = re.compile(r"\[\d+\]")
