"""Components from IR: a compiled component is a step again, a compiled pipeline a pipeline.

What the compiler wrote around a single component is recognised by its names, as KFP does, and
taken off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from headrace.dsl.graph import (
    Component,
    ContainerImplementation,
    ImporterImplementation,
    LoadedImplementation,
)
from headrace.dsl.interface import (
    ANY_ARTIFACT,
    NO_DEFAULT,
    ArtifactType,
    InputSpec,
    Interface,
    OutputSpec,
)
from headrace.dsl.task_config import TaskConfigField, TaskConfigPassthrough
from headrace.errors import caller_location
from headrace.ir import Document, model
from headrace.types.parameters import ParameterType

_OWN_FIELDS = frozenset({"image", "command", "args", "env"})
_DESCRIPTION = "# Description: "
_CONTINUED = "#              "


def component_of_document(document: Document, text: str) -> Component:
    """Return the component in a document.

    Args:
        document: The document.
        text: The text that it was read from; its header describes the component.
    """
    spec = document.spec
    name = spec.pipeline_info.name
    description = header_description(text) or spec.pipeline_info.description or None
    step = spec.components.get(f"comp-{name}")
    executor = spec.deployment_spec.executors.get(f"exec-{name}")
    if step is None or executor is None or step.dag is not None:
        interface = _interface(name, description, spec.root)
        whole = LoadedImplementation(written(document), document.raw_platform)
        return Component(interface, whole, (), caller_location())
    interface = _interface(name, description, step)
    passthroughs = tuple(_passthrough(item) for item in step.task_config_passthroughs)
    raw: Mapping[str, Any] = written(document)["deploymentSpec"]["executors"][f"exec-{name}"]
    implementation = _implementation(executor, raw)
    return Component(interface, implementation, passthroughs, caller_location())


def written(document: Document) -> dict[str, Any]:
    """Return the PipelineSpec with the names of fields that compilers write.

    A document may also use those of protobuf (``deployment_spec``), which the compiler need not
    know.
    """
    try:
        msgspec.convert(document.raw, model.PipelineSpec)
    except msgspec.ValidationError:
        return msgspec.to_builtins(document.spec)
    return document.raw


def header_description(text: str) -> str | None:
    """Return the description in the comments at the top of a compiled file, or None."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if line.startswith(_DESCRIPTION):
            lines.append(line.removeprefix(_DESCRIPTION))
        elif lines and line.startswith(_CONTINUED):
            lines.append(line.removeprefix(_CONTINUED))
        elif lines:
            break
    return "\n".join(lines) or None


def _interface(name: str, description: str | None, component: model.Component) -> Interface:
    inputs, outputs = component.input_definitions, component.output_definitions
    return Interface(
        name,
        description,
        {**dict(_input_parameters(inputs)), **dict(_input_artifacts(inputs))},
        {**dict(_output_parameters(outputs)), **dict(_output_artifacts(outputs))},
    )


def _input_parameters(inputs: model.InputDefinitions) -> Iterator[tuple[str, InputSpec]]:
    for name, parameter in inputs.parameters.items():
        kind = ParameterType(parameter.parameter_type, literals=parameter.literals)
        has_default = parameter.default_value is not msgspec.UNSET
        optional = parameter.is_optional or has_default
        default = parameter.default_value if has_default else None if optional else NO_DEFAULT
        yield name, InputSpec(kind, default, optional)


def _input_artifacts(inputs: model.InputDefinitions) -> Iterator[tuple[str, InputSpec]]:
    for name, artifact in inputs.artifacts.items():
        kind = _artifact_type(artifact.artifact_type, is_list=artifact.is_artifact_list)
        default = None if artifact.is_optional else NO_DEFAULT
        yield name, InputSpec(kind, default, artifact.is_optional)


def _output_parameters(outputs: model.OutputDefinitions) -> Iterator[tuple[str, OutputSpec]]:
    for name, parameter in outputs.parameters.items():
        yield name, OutputSpec(ParameterType(parameter.parameter_type))


def _output_artifacts(outputs: model.OutputDefinitions) -> Iterator[tuple[str, OutputSpec]]:
    for name, artifact in outputs.artifacts.items():
        kind = _artifact_type(artifact.artifact_type, is_list=artifact.is_artifact_list)
        yield name, OutputSpec(kind)


def _artifact_type(schema: model.ArtifactTypeSchema, *, is_list: bool) -> ArtifactType:
    return ArtifactType(
        schema.schema_title or ANY_ARTIFACT.schema_title,
        schema.schema_version or ANY_ARTIFACT.schema_version,
        is_list,
    )


def _implementation(
    executor: model.Executor, raw: Mapping[str, Any]
) -> ContainerImplementation | ImporterImplementation:
    container, importer = executor.container, executor.importer
    if container is not None:
        extra = {key: value for key, value in raw["container"].items() if key not in _OWN_FIELDS}
        env = {variable.name: variable.value for variable in container.env}
        return ContainerImplementation(
            container.image, container.command, container.args, env, extra
        )
    assert importer is not None
    uri = importer.artifact_uri.constant
    return ImporterImplementation(
        uri=uri if isinstance(uri, str) else None,
        schema_title=importer.type_schema.schema_title or ANY_ARTIFACT.schema_title,
        schema_version=importer.type_schema.schema_version or ANY_ARTIFACT.schema_version,
        reimport=importer.reimport,
        metadata=importer.metadata or None,
        download_to_workspace=importer.download_to_workspace,
    )


def _passthrough(item: model.TaskConfigPassthrough) -> TaskConfigPassthrough:
    by_name = isinstance(item.field, str) and not item.field.isdigit()
    field = TaskConfigField[str(item.field)] if by_name else TaskConfigField(int(item.field))
    return TaskConfigPassthrough(field, item.apply_to_task)
