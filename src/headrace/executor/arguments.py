"""Builds the arguments of the user's function from the executor input.

Artifacts in both styles, paths, parameters in the form that the annotation asks for, final status,
task configuration and embedded files. This module does not call the function and reads no outputs.
"""

from __future__ import annotations

import enum
import json
import os
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple, Type, Union, cast

from headrace.executor.executor_input import ExecutorInput, artifact_of
from headrace.types.annotations import (
    EmbeddedAnnotation,
    InputPath,
    OutputAnnotation,
    OutputPath,
    is_artifact_class,
    list_item,
    split_marker,
    strip_optional,
)
from headrace.types.artifacts import ARTIFACT_CLASSES, Artifact
from headrace.types.parameters import (
    PipelineTaskFinalStatus,
    TaskConfig,
    is_pydantic_model,
    path_classes,
    resolved_hints,
    time_classes,
)

_NO_DEFAULT = object()

InputArtifact = Union[Artifact, List[Artifact], None]


class Call:
    """A call of the user's function that is ready to be made.

    Attributes:
        function: The user's function.
        hints: Its annotations, names in quotes resolved.
        arguments: Keyword arguments.
        outputs: Output artifacts by name; the function fills them or returns others.
        input_paths: Local paths of the input artifacts.
    """

    def __init__(self, function: Any, given: ExecutorInput, scratch: str) -> None:
        self.function = function
        self.hints: Dict[str, Any] = resolved_hints(function)
        self._given = given
        self._scratch = scratch
        self.outputs: Dict[str, Artifact] = {}
        self.input_paths: List[str] = []
        self._make_outputs()
        self.arguments = self._make_arguments()

    def _make_outputs(self) -> None:
        for name, record in self._given.outputs.items():
            artifact = artifact_of(record, self._class_for(name))
            self.outputs[name] = artifact
            _make_parent(artifact.path)

    def _make_arguments(self) -> Dict[str, Any]:
        arguments: Dict[str, Any] = {}
        for name, default in _parameters(self.function):
            annotation, optional = strip_optional(self.hints.get(name))
            value = self._value(name, annotation)
            has_default = default is not _NO_DEFAULT and (not optional or default is not None)
            if value is None and has_default:
                continue
            arguments[name] = value
        return arguments

    def _value(self, name: str, annotation: Any) -> Any:
        inner, marker = split_marker(annotation)
        if isinstance(inner, OutputPath):
            return self._output_path(name, inner)
        if isinstance(inner, InputPath):
            return self._input_path(name)
        if marker is EmbeddedAnnotation:
            return self._embedded(inner)
        if marker is OutputAnnotation:
            return self.outputs.get(name)
        if marker is not None or name in self._given.artifacts:
            return self._input_artifact(name, inner)
        if is_artifact_class(inner) or is_artifact_class(list_item(inner)):
            return self._input_artifact(name, inner)
        return parameter_value(self._given.parameters.get(name), inner, name)

    def _input_artifact(self, name: str, annotation: Any) -> InputArtifact:
        item = list_item(annotation)
        records = self._given.artifacts.get(name)
        wanted = _class_or_none(item if is_artifact_class(item) else annotation)
        artifacts = [artifact_of(record, wanted) for record in records or ()]
        self.input_paths.extend(artifact.path for artifact in artifacts)
        if item is not None or annotation in (list, List):
            return None if records is None else artifacts
        return artifacts[0] if artifacts else None

    def _input_path(self, name: str) -> Optional[str]:
        artifact = self._input_artifact(name, None)
        if isinstance(artifact, Artifact):
            return artifact.path
        value = self._given.parameters.get(name)
        if value is None:
            return None
        path = os.path.join(self._scratch, "inputs", name)
        _make_parent(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write(value if isinstance(value, str) else json.dumps(value))
        return path

    def _output_path(self, name: str, annotation: OutputPath) -> str:
        file = self._given.output_files.get(name)
        if file is not None:
            _make_parent(file)
            return file
        if name not in self.outputs:
            raise ValueError(
                "parameter %s is OutputPath(%r), but the component declares no such output"
                % (name, annotation.type)
            )
        return self.outputs[name].path

    def _embedded(self, annotation: Any) -> Artifact:
        scope: Dict[str, Any] = self.function.__globals__
        path = scope.get("__KFP_EMBEDDED_ASSET_FILE") or scope.get("__KFP_EMBEDDED_ASSET_DIR")
        if not path:
            raise RuntimeError("the component's source carries no embedded files")
        artifact = (_class_or_none(annotation) or Artifact)()
        artifact.path = path
        return artifact

    def _class_for(self, name: str) -> Optional[Type[Artifact]]:
        inner, _ = split_marker(strip_optional(self.hints.get(name))[0])
        if isinstance(inner, (InputPath, OutputPath)):
            return _class_or_none(inner.type)
        return _class_or_none(inner)


def _parameters(function: Any) -> Iterator[Tuple[str, Any]]:
    """Yield names and defaults of a function's parameters; far cheaper than its signature."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    code = function.__code__
    positional = code.co_varnames[: code.co_argcount]
    defaults: Tuple[Any, ...] = function.__defaults__ or ()
    first = len(positional) - len(defaults)
    for index, name in enumerate(positional):
        yield name, defaults[index - first] if index >= first else _NO_DEFAULT
    keyword_defaults: Dict[str, Any] = function.__kwdefaults__ or {}
    for name in code.co_varnames[code.co_argcount :][: code.co_kwonlyargcount]:
        yield name, keyword_defaults.get(name, _NO_DEFAULT)


def parameter_value(value: Any, annotation: Any, name: str) -> Any:
    """Return a JSON value in the form that an annotation asks for.

    Raises:
        ValueError: An enumeration, date or model does not take the value.
    """
    if annotation is PipelineTaskFinalStatus:
        return _final_status(value or {})
    if annotation is TaskConfig:
        return _task_config(value or {})
    if value is None:
        return None
    if is_pydantic_model(annotation):
        return _validated(annotation, value)
    if is_pydantic_model(list_item(annotation)):
        items: List[Any] = value
        return [_validated(list_item(annotation), item) for item in items]
    if annotation is float and type(value) is int:
        return float(value)
    if annotation is int and type(value) is float and value.is_integer():
        return int(value)
    if isinstance(annotation, type):
        return _of_class(value, annotation, name)
    return value


def _validated(model: Any, value: Any) -> Any:
    return model.model_validate(value)


def _of_class(value: Any, annotation: type, name: str) -> Any:
    try:
        if issubclass(annotation, enum.Enum):
            return annotation(value)
        if issubclass(annotation, time_classes()) and isinstance(value, str):
            # Python before 3.11 does not read the Z of UTC.
            dated = cast("Any", annotation)
            return dated.fromisoformat(value[:-1] + "+00:00" if value[-1:] == "Z" else value)
        if issubclass(annotation, path_classes()):
            return annotation(value)
    except ValueError as error:
        raise ValueError("input %s: %s" % (name, error)) from error
    return value


def _final_status(value: Mapping[str, Any]) -> PipelineTaskFinalStatus:
    error: Mapping[str, Any] = value.get("error") or {}
    job = value.get("pipelineJobResourceName", value.get("pipeline_job_resource_name"))
    task = value.get("pipelineTaskName", value.get("pipeline_task_name"))
    return PipelineTaskFinalStatus(
        state=value.get("state", ""),
        pipeline_job_resource_name=job or "",
        pipeline_task_name=task or "",
        error_code=error.get("code"),
        error_message=error.get("message"),
    )


def _task_config(value: Mapping[str, Any]) -> TaskConfig:
    return TaskConfig(
        affinity=value.get("affinity"),
        tolerations=value.get("tolerations"),
        node_selector=value.get("nodeSelector"),
        env=value.get("env"),
        volumes=value.get("volumes"),
        volume_mounts=value.get("volumeMounts"),
        resources=value.get("resources"),
    )


def _class_or_none(annotation: Any) -> Optional[Type[Artifact]]:
    if is_artifact_class(annotation):
        return annotation
    if isinstance(annotation, str):
        for known in ARTIFACT_CLASSES.values():
            if annotation.lower() in (known.__name__.lower(), known.schema_title.lower()):
                return known
    return None


def _make_parent(path: str) -> None:
    directory = os.path.dirname(path)
    if directory:
        os.makedirs(directory, exist_ok=True)
