"""What tasks and groups made: results become outputs, artifacts, metrics and cache entries.

Pure. Outputs that a component does not declare are dropped; KFP does the same (facts C.3).
"""

from __future__ import annotations

import hashlib
import math
from typing import Any

from headrace.engine.attempts import (
    Artifact,
    AttemptResult,
    Inputs,
    OutputArtifact,
    Outputs,
)
from headrace.engine.changes import (
    ArtifactAdded,
    ArtifactUsed,
    CacheEntryAdded,
    MetricAdded,
)
from headrace.engine.plan import Selected
from headrace.engine.state import NO_OUTPUTS, LoopRun, Scope, TaskRun
from headrace.engine.turn import Turn
from headrace.ir.model import ArtifactTypeSchema, OutputArtifactSpec

_METRICS = "system.Metrics"
_METADATA_ONLY = {_METRICS, "system.ClassificationMetrics", "system.SlicedClassificationMetrics"}


def record(turn: Turn, task: TaskRun, result: AttemptResult) -> None:
    """Take the outputs of an attempt that succeeded, and end its task."""
    declared = task.plan.component.output_definitions
    parameters = {
        name: _whole(result.parameters[name], spec.parameter_type)
        for name, spec in declared.parameters.items()
        if name in result.parameters
    }
    artifacts: dict[str, tuple[Artifact, ...]] = {}
    for name, spec in declared.artifacts.items():
        if name in result.artifacts:
            artifacts[name] = _record_artifacts(turn, task, name, spec, result.artifacts[name])
    task.outputs = (
        Outputs(parameters=parameters, artifacts=artifacts)
        if (parameters or artifacts)
        else NO_OUTPUTS
    )
    task.error = None  # that of an earlier attempt
    if task.cache_key is not None and _kept_for_reuse(turn, task):
        turn.changes.append(
            CacheEntryAdded(
                key=task.cache_key,
                path=task.path,
                fields=task.cache_fields,
                outputs=task.outputs,
            )
        )
    turn.end(task, "succeeded")


def _kept_for_reuse(turn: Turn, task: TaskRun) -> bool:
    """Whether later tasks may take the outputs over: as the task says, or the run for all tasks.

    A run that reuses nothing still leaves entries for others.
    """
    submitted, importer = turn.state.submitted, task.plan.kind == "importer"
    assert submitted is not None
    return task.plan.cacheable or (submitted.cache is True and not importer)


def take_over(turn: Turn, task: TaskRun, outputs: Outputs, source: str | None, reason: str) -> bool:
    """End a task with outputs that were made before; say whether they fit its declaration."""
    declared = task.plan.component.output_definitions
    if not outputs.artifacts.keys() >= declared.artifacts.keys():
        return False
    task.outputs = outputs
    task.cached = True
    task.cache_source = source
    task.started_at = turn.now
    for name, several in outputs.artifacts.items():
        for artifact in several:
            turn.changes.append(
                ArtifactUsed(artifact_id=artifact.id, path=task.path, role="output", name=name)
            )
            _record_metrics(turn, task, name, artifact)
    turn.end(task, "succeeded", reason)
    return True


def record_inputs(turn: Turn, task: TaskRun, inputs: Inputs) -> None:
    """Note in the lineage which artifacts a task reads."""
    for name, several in inputs.artifacts.items():
        turn.changes.extend(
            ArtifactUsed(artifact_id=artifact.id, path=task.path, role="input", name=name)
            for artifact in several
        )


def scope_outputs(scope: Scope) -> Outputs:
    """Return the outputs of a DAG whose tasks have ended; what has no value is left out."""
    plan = scope.plan
    if not plan.parameter_outputs and not plan.artifact_outputs:
        return NO_OUTPUTS
    parameters: dict[str, Any] = {}
    for selected in plan.parameter_outputs:
        value = _parameter(scope, selected)
        if value is not None:
            parameters[selected.name] = value
    artifacts: dict[str, tuple[Artifact, ...]] = {}
    for selected in plan.artifact_outputs:
        found = _artifacts(scope, selected)
        if found is not None:
            artifacts[selected.name] = found
    return Outputs(parameters=parameters, artifacts=artifacts)


def keep_result(loop: LoopRun, index: int, outputs: Outputs) -> None:
    """Keep what an iteration made, column by column, which takes less room than its outputs."""
    for name, column in loop.parameters.items():
        column[index] = outputs.parameters.get(name)
    for name, column in loop.artifacts.items():
        column[index] = outputs.artifacts.get(name)


def collected(loop: LoopRun) -> Outputs:
    """Return the outputs of a loop: of each output a list over the iterations, in their order.

    Loops inside loops give lists of lists, as the documents have it (KFP's back end flattens).
    Artifacts are one flat list, since an input is no deeper. An iteration in which the output was
    not made, for a condition say, adds nothing.
    """
    return Outputs(
        parameters={
            name: [value for value in column if value is not None]
            for name, column in loop.parameters.items()
        },
        artifacts={
            name: tuple(artifact for several in column for artifact in several or ())
            for name, column in loop.artifacts.items()
        },
    )


def _parameter(scope: Scope, selected: Selected) -> Any:
    for index, key in selected.choices:
        outputs = scope.tasks[index].outputs
        if outputs is not None and outputs.parameters.get(key) is not None:
            return outputs.parameters[key]
    return None


def _artifacts(scope: Scope, selected: Selected) -> tuple[Artifact, ...] | None:
    for index, key in selected.choices:
        outputs = scope.tasks[index].outputs
        if outputs is not None and key in outputs.artifacts:
            return outputs.artifacts[key]
    return None


def _record_artifacts(
    turn: Turn,
    task: TaskRun,
    name: str,
    spec: OutputArtifactSpec,
    made: tuple[OutputArtifact, ...],
) -> tuple[Artifact, ...]:
    importer = task.spec.importer if task.spec is not None else None
    declared = {**spec.metadata, **importer.metadata} if importer is not None else spec.metadata
    artifacts: list[Artifact] = []
    for index, output in enumerate(made):
        artifact = Artifact(
            id=_artifact_id(task, name, index),
            name=name,
            schema_title=output.schema_title or _title(spec.artifact_type),
            schema_version=spec.artifact_type.schema_version or "0.0.1",
            uri=output.uri,
            metadata={**declared, **output.metadata} if declared else output.metadata,
            digest=output.digest,
            size=0 if output.missing else output.size,
            custom_path=output.custom_path,
        )
        artifacts.append(artifact)
        turn.changes.append(ArtifactAdded(artifact=artifact, path=task.path, attempt=task.attempts))
        turn.changes.append(
            ArtifactUsed(artifact_id=artifact.id, path=task.path, role="output", name=name)
        )
        if output.missing and artifact.schema_title not in _METADATA_ONLY:
            message = f"{task.path} wrote nothing for its output {name}"
            turn.log("output_missing", task.path, message)
        _record_metrics(turn, task, name, artifact)
    return tuple(artifacts)


def _record_metrics(turn: Turn, task: TaskRun, output: str, artifact: Artifact) -> None:
    if artifact.schema_title != _METRICS:
        return
    for name, value in artifact.metadata.items():
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            turn.changes.append(
                MetricAdded(path=task.path, artifact=output, name=name, value=float(value))
            )


def _artifact_id(task: TaskRun, name: str, index: int) -> str:
    assert task.spec is not None
    return hashlib.sha256(f"{task.spec.id}/{name}/{index}".encode()).hexdigest()[:20]


def _title(schema: ArtifactTypeSchema) -> str:
    return schema.schema_title or "system.Artifact"


def _whole(value: Any, kind: str) -> Any:
    """Return an integer that JSON wrote as a float as the integer that it is."""
    if kind == "NUMBER_INTEGER" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value
