"""Builds KFP's ExecutorInput for an attempt, and renders the command of a container from it. Pure.

Source of the format: KFP's pipeline_spec.proto and its launcher. This module knows neither
processes nor containers; the paths are told to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from headrace.engine.attempts import Artifact, AttemptSpec
from headrace.errors import SpecError
from headrace.ir.model import ArtifactTypeSchema
from headrace.ir.placeholders import Context, local_path, render_command, render_text

OUTPUT_FILE = "output_metadata.json"
_MAX_NAME = 200


def executor_input(spec: AttemptSpec, directory: str) -> dict[str, Any]:
    """Return the ExecutorInput of an attempt.

    Args:
        spec: The attempt.
        directory: Its directory as the code sees it; files of output parameters go below it.

    Raises:
        SpecError: The name of an output cannot be the name of a file.
    """
    return {
        "inputs": {
            "parameterValues": parameter_values(spec),
            "artifacts": {
                name: {"artifacts": [_runtime_artifact(artifact) for artifact in several]}
                for name, several in spec.inputs.artifacts.items()
            },
        },
        "outputs": _outputs(spec, directory),
    }


def parameter_values(spec: AttemptSpec) -> dict[str, Any]:
    """Return the input parameters as the code sees them: with defaults, whole numbers as integers.

    An optional input without a value is left out.
    """
    declared = spec.interface.input_definitions.parameters
    values = dict(spec.inputs.parameters)
    for name, parameter in declared.items():
        if values.get(name) is None and parameter.default_value is not msgspec.UNSET:
            values[name] = parameter.default_value
        if parameter.parameter_type == "NUMBER_INTEGER":
            values[name] = _whole(values.get(name))
    return {name: value for name, value in values.items() if value is not None}


def output_types(spec: AttemptSpec) -> dict[str, str]:
    """Return the declared type of each output parameter."""
    declared = spec.interface.output_definitions.parameters
    return {name: parameter.parameter_type for name, parameter in declared.items()}


def rendered_command(
    spec: AttemptSpec,
    values: Mapping[str, Any],
    artifact_path: Callable[[Mapping[str, Any]], str] = local_path,
) -> tuple[list[str], list[str]]:
    """Return command and arguments of the attempt's container, each placeholder replaced once.

    Args:
        spec: The attempt.
        values: Its ExecutorInput.
        artifact_path: Tells where the code finds an artifact.

    Raises:
        SpecError: A placeholder names what does not exist.
    """
    assert spec.container is not None
    context = _context(spec, values, artifact_path)
    container = spec.container
    return render_command(container.command, context), render_command(container.args, context)


def rendered_environment(spec: AttemptSpec, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the environment variables that the attempt's container declares."""
    if spec.container is None:
        return {}
    context = _context(spec, values, local_path)
    return {entry.name: render_text(entry.value, context) for entry in spec.container.env}


def _context(
    spec: AttemptSpec,
    values: Mapping[str, Any],
    artifact_path: Callable[[Mapping[str, Any]], str],
) -> Context:
    job = spec.job
    scheduled = job.scheduled_at
    return Context(
        executor_input=values,
        job_name=job.run_name,
        job_resource_name=job.run_id,
        job_id=job.run_id,
        task_name=job.task_name,
        task_id=job.task_id,
        pipeline_root=job.pipeline_root,
        create_time=_rfc3339(job.created_at),
        schedule_time=None if scheduled is None else _rfc3339(scheduled),
        workspace_path=None if spec.workspace is None else local_path({"uri": spec.workspace}),
        artifact_path=artifact_path,
    )


def _outputs(spec: AttemptSpec, directory: str) -> dict[str, Any]:
    declared = spec.interface.output_definitions
    for name in (*declared.parameters, *declared.artifacts):
        _check_name(name, spec)
    root = spec.output_root.rstrip("/")
    return {
        "parameters": {
            name: {"outputFile": f"{directory}/outputs/{name}"} for name in declared.parameters
        },
        "artifacts": {
            name: {
                "artifacts": [
                    {
                        "name": name,
                        "type": _type(artifact.artifact_type),
                        "uri": f"{root}/{name}",
                        "metadata": artifact.metadata,
                    }
                ]
            }
            for name, artifact in declared.artifacts.items()
        },
        "outputFile": f"{directory}/{OUTPUT_FILE}",
    }


def _check_name(name: str, spec: AttemptSpec) -> None:
    wrong = not name or len(name) > _MAX_NAME or name in (".", "..")
    if wrong or any(character in "/\\\0" or ord(character) < ord(" ") for character in name):
        message = f"task {spec.id.task} has an output named {name[:_MAX_NAME]!r}"
        hint = "outputs are stored under their names: use letters, digits, - and _"
        raise SpecError(message, path=spec.executor_label, hint=hint)


def _runtime_artifact(artifact: Artifact) -> dict[str, Any]:
    value: dict[str, Any] = {
        "name": artifact.name,
        "type": {
            "schemaTitle": artifact.schema_title,
            "schemaVersion": artifact.schema_version,
        },
        "uri": artifact.uri,
        "metadata": artifact.metadata,
    }
    if artifact.custom_path:
        value["customPath"] = artifact.custom_path
    return value


def _type(schema: ArtifactTypeSchema) -> dict[str, str]:
    return msgspec.to_builtins(schema)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _rfc3339(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
