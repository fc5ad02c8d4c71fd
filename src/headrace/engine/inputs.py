"""Resolves the inputs of a task that is about to begin.

Pure. Facts C.6: a null from outside counts as not given; then the declared default counts, then the
declaration as optional. Placeholders in constants see the task's other inputs.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from headrace.engine.attempts import Artifact, Inputs
from headrace.engine.bindings import (
    ArtifactBinding,
    Constant,
    FinalStatus,
    ParameterBinding,
    ScopeInput,
    Source,
    TaskOutput,
)
from headrace.engine.state import NO_OUTPUTS, RunState, Scope, TaskRun
from headrace.engine.statuses import final_status
from headrace.engine.turn import Turn
from headrace.engine.values import BadValue, coerced, whole
from headrace.errors import SpecError
from headrace.ir.placeholders import Context, render_constant

MISSING: Any = msgspec.UNSET
WORKSPACE_MOUNT = "/kfp-workspace"


class Unresolved(Exception):
    """An input that has no usable value.

    Attributes:
        absent: Its producer succeeded without making it, so that the task is skipped; else the
            task has failed.
    """

    def __init__(self, reason: str, *, absent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.absent = absent


class Resolved(NamedTuple):
    """The inputs of a task.

    Attributes:
        inputs: Those that its component declares.
        context: For rendering placeholders in what else it has; None when nothing needs that.
    """

    inputs: Inputs
    context: Context | None


def resolve(turn: Turn, task: TaskRun) -> Resolved:
    """Return the inputs of a task whose dependencies have ended.

    Raises:
        Unresolved: A required input has no value, or one that its declaration does not allow.
    """
    plan, scope = task.plan, task.scope
    parameters: dict[str, Any] = {}
    extras: dict[str, Any] = {}
    rendered: list[ParameterBinding] = []
    for binding in plan.parameters:
        source = binding.source
        if type(source) is Constant and source.rendered:
            rendered.append(binding)
            continue
        value = read(turn.state, scope, source)
        if binding.declared is None:
            extras[binding.name] = None if value is MISSING else _selected(binding, value)
        else:
            _add(parameters, binding, value, task)
    artifacts = {
        binding.name: found
        for binding in plan.artifacts
        if (found := _artifacts(scope, binding, task))
    }
    for name, declared in plan.defaults:
        parameters[name] = _coerced(whole(declared.default_value), name, declared, task)
    context = None
    if rendered or plan.renders:
        context = _context(turn, task, parameters | extras, artifacts)
        for binding in rendered:
            _add_rendered(parameters, extras, binding, context, task)
    for name in plan.required:
        message = f"input {name} of {plan.name} has no value"
        raise Unresolved(message)
    return Resolved(Inputs(parameters=parameters, artifacts=artifacts), context)


def read(state: RunState, scope: Scope, source: Source) -> Any:
    """Return the value of a source, or MISSING; a null counts as missing."""
    value: Any
    if type(source) is ScopeInput:
        name = source.name
        value = scope.item if name == scope.item_name else scope.parameters.get(name)
    elif type(source) is TaskOutput:
        outputs = scope.tasks[source.producer].outputs or NO_OUTPUTS
        value = outputs.parameters.get(source.key)
    elif type(source) is FinalStatus:
        assert state.submitted is not None
        value = final_status(scope.tasks[source.producer], state.submitted.run_id)
    else:
        assert type(source) is Constant
        value = source.value
    return MISSING if value is None else value


def workspace_path(state: RunState) -> str:
    """Return where the run's workspace is for those who name it in a constant."""
    assert state.submitted is not None
    workspace = state.submitted.workspace
    return WORKSPACE_MOUNT if workspace is None else workspace.removeprefix("file://")


def timestamp(seconds: float) -> str:
    """Return a time as placeholders show it: UTC, RFC 3339, whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _add(parameters: dict[str, Any], binding: ParameterBinding, value: Any, task: TaskRun) -> None:
    """Put a declared parameter in, or its default, or nothing when it is optional."""
    declared = binding.declared
    assert declared is not None
    if value is not MISSING and binding.selector is not None:
        value = _selected(binding, value)
        value = MISSING if value is None else value
    if value is MISSING:
        value = whole(declared.default_value)
        if value is MISSING:
            if not declared.is_optional and not _is_passed_on(binding):
                raise _missing(binding.name, binding.source, task)
            return
    parameters[binding.name] = (
        value if binding.passes else _coerced(value, binding.name, declared, task)
    )


def _is_passed_on(binding: ParameterBinding) -> bool:
    """Whether nothing may pass through a group: KFP declares no channel of a group as optional."""
    return binding.passes and type(binding.source) is ScopeInput


def _add_rendered(
    parameters: dict[str, Any],
    extras: dict[str, Any],
    binding: ParameterBinding,
    context: Context,
    task: TaskRun,
) -> None:
    assert type(binding.source) is Constant
    try:
        value = render_constant(binding.source.value, context)
    except SpecError as error:
        message = f"input {binding.name} of {task.plan.name}: {error.message}"
        raise Unresolved(message) from error
    if binding.declared is None:
        extras[binding.name] = value
        context.executor_input["inputs"]["parameterValues"][binding.name] = value
    else:
        _add(parameters, binding, value, task)


def _selected(binding: ParameterBinding, value: Any) -> Any:
    if binding.selector is None:
        return value
    try:
        return binding.selector.apply(value)
    except SpecError as error:
        message = f"input {binding.name}: {error.message}"
        raise Unresolved(message) from error


def _coerced(value: Any, name: str, declared: Any, task: TaskRun) -> Any:
    try:
        return coerced(value, declared)
    except BadValue as error:
        message = f"input {name} of {task.plan.name} {error}"
        raise Unresolved(message) from error


def _artifacts(scope: Scope, binding: ArtifactBinding, task: TaskRun) -> tuple[Artifact, ...]:
    source = binding.source
    if type(source) is TaskOutput:
        outputs = scope.tasks[source.producer].outputs or NO_OUTPUTS
        found = outputs.artifacts.get(source.key)
    else:
        assert type(source) is ScopeInput
        found = scope.item if source.name == scope.item_name else scope.artifacts.get(source.name)
    if found or (found is not None and binding.many):
        return found
    if not binding.optional:
        raise _missing(binding.name, source, task)
    return ()


def _missing(name: str, source: Source, task: TaskRun) -> Unresolved:
    """Say why an input has no value: its producer did not succeed, or succeeded without it."""
    if isinstance(source, TaskOutput):
        producer = task.scope.tasks[source.producer]
        if producer.state == "succeeded":
            made_no = f"{producer.plan.name} made no {source.key}"
            return Unresolved(f"{made_no}, which input {name} needs", absent=True)
        what = f"{producer.plan.name} {producer.state}"
        return Unresolved(f"input {name} has no value, since {what}, and no default")
    return Unresolved(f"input {name} of {task.plan.name} was given no value")


def _context(
    turn: Turn,
    task: TaskRun,
    parameters: dict[str, Any],
    artifacts: dict[str, tuple[Artifact, ...]],
) -> Context:
    submitted = turn.state.submitted
    assert submitted is not None
    values = {
        name: {"artifacts": [_runtime_artifact(artifact) for artifact in several]}
        for name, several in artifacts.items()
    }
    scheduled = submitted.scheduled_at
    return Context(
        executor_input={"inputs": {"parameterValues": parameters, "artifacts": values}},
        job_name=submitted.run_name,
        job_resource_name=submitted.run_id,
        job_id=submitted.run_id,
        task_name=task.plan.name,
        task_id=task_id(submitted.run_id, task.path),
        pipeline_root=turn.state.output_root,
        create_time=timestamp(turn.state.created_at),
        schedule_time=None if scheduled is None else timestamp(scheduled),
        workspace_path=workspace_path(turn.state),
    )


def _runtime_artifact(artifact: Artifact) -> dict[str, Any]:
    return {"name": artifact.name, "uri": artifact.uri, "metadata": artifact.metadata}


def task_id(run_id: str, path: str) -> str:
    """Return the id of a task run: the same in every replay, another in every run."""
    return hashlib.sha256(f"{run_id}/{path}".encode()).hexdigest()[:20]
