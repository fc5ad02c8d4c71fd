"""A component as a whole document: PipelineSpec and platform document.

A pipeline is lowered; any other component becomes the one task of a pipeline of its name; what was
loaded from a document is used as it stands. Then names and defaults are overridden.
"""

from __future__ import annotations

import copy
import difflib
from collections.abc import Mapping
from typing import Any, cast

from headrace import __version__
from headrace.compiler.lowering import lowered
from headrace.compiler.values import ir_value
from headrace.compiler.workspace import check_workspace
from headrace.dsl.component import BaseComponent, YamlComponent
from headrace.dsl.exceptions import refused
from headrace.dsl.graph import Component, LoadedImplementation, Pipeline, Task
from headrace.dsl.refs import Ref
from headrace.dsl.settings import TaskSettings
from headrace.errors import InvalidPipeline, UnknownInput

SCHEMA_VERSION = "2.1.0"

Document = tuple[dict[str, Any], dict[str, Any] | None]


class NotCompilableError(InvalidPipeline, TypeError):
    """What is to be compiled is no component."""


class _ArtifactOverrideError(InvalidPipeline, NotImplementedError):
    """A default is given for an artifact, which has none."""


def compile_document(
    component: BaseComponent,
    *,
    name: str | None = None,
    display_name: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    as_kfp: bool = False,
) -> Document:
    """Return the IR of a component.

    Args:
        component: A pipeline, or any other component, which becomes a pipeline of one task.
        name: Replaces the pipeline's name.
        display_name: Replaces what it is called on screen.
        parameters: Replace the defaults of its inputs.
        as_kfp: Whether it must be equal to what KFP's compiler gives, as files are; see
            :mod:`headrace.compiler.routing`. Otherwise every input in it has a source.

    Returns:
        The PipelineSpec and the platform document, or None when no platform is configured.

    Raises:
        NotCompilableError: It is no component.
        InvalidPipeline: A parameter does not exist, or something cannot be lowered.
    """
    if not isinstance(component, BaseComponent):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise refused(
            NotCompilableError,
            f"Unsupported pipeline_func type. Got: {type(component)}",
            hint="pass a function with @dsl.pipeline, or a component",
        )
    loaded = component.loaded if isinstance(component, YamlComponent) else None
    spec, platform = copy.deepcopy(loaded) if loaded else _document(component.component, as_kfp)
    _override(spec, name, display_name, parameters or {})
    return spec, platform


def _document(component: Component, as_kfp: bool) -> Document:
    implementation = component.implementation
    if isinstance(implementation, LoadedImplementation):
        platform = implementation.platform
        return (
            copy.deepcopy(dict(implementation.spec)),
            copy.deepcopy(dict(platform)) if platform else None,
        )
    is_pipeline = isinstance(implementation, Pipeline)
    pipeline = component if is_pipeline else _pipeline_of(component)
    parts, platform = lowered(pipeline, as_kfp=as_kfp)
    info: dict[str, Any] = {"name": component.interface.name}
    spec: dict[str, Any] = {
        "pipelineInfo": info,
        "schemaVersion": SCHEMA_VERSION,
        "sdkVersion": f"headrace-{__version__}",
        **parts,
    }
    if isinstance(implementation, Pipeline):
        if component.interface.description:
            info["description"] = component.interface.description
        if implementation.display_name:
            info["displayName"] = implementation.display_name
        if implementation.root:
            spec["defaultPipelineRoot"] = implementation.root
        check_workspace(component, spec)
    return spec, platform


def _pipeline_of(component: Component) -> Component:
    """Return a pipeline whose only task is the component, with the same inputs and outputs."""
    interface = component.interface
    task = Task(
        name=interface.name,
        component=component,
        arguments={name: Ref(name, spec.type) for name, spec in interface.inputs.items()},
        inner_refs=(),
        alone=frozenset(),
        platform_refs=(),
        image_refs=(),
        setting_refs=(),
        settings=TaskSettings(),
        where=component.where,
    )
    outputs = {name: Ref(name, spec.type, task.name) for name, spec in interface.outputs.items()}
    pipeline = Pipeline((task,), outputs)
    return Component(interface, pipeline, component.passthroughs, component.where)


def _override(
    spec: dict[str, Any],
    name: str | None,
    display_name: str | None,
    parameters: Mapping[str, Any],
) -> None:
    info = spec.setdefault("pipelineInfo", {})
    if name:
        info["name"] = name
    if display_name:
        info["displayName"] = display_name
    inputs = spec["root"].get("inputDefinitions", {})
    declared = cast("dict[str, Any]", inputs.get("parameters", {}))
    for parameter, value in parameters.items():
        if parameter in inputs.get("artifacts", {}):
            raise refused(
                _ArtifactOverrideError,
                f"{parameter!r} is an artifact, of which no default can be compiled in",
                hint="override parameters only",
            )
        if parameter not in declared:
            close = difflib.get_close_matches(parameter, declared, n=1)
            raise refused(
                UnknownInput,
                f"the pipeline has no input {parameter!r} to override",
                hint=f"did you mean {close[0]!r}?" if close else f"it has {', '.join(declared)}",
            )
        declared[parameter]["defaultValue"] = ir_value(value)
