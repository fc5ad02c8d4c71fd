"""How a function writes into a task's configuration: its place, its checks, its values.

Values that are known only in the run become references to inputs or outputs, and the task then
waits for their producer. Numbers inside constants are doubles, as in KFP's documents.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from headrace.dsl.channels import PipelineChannel, PipelineParameterChannel, ref_of
from headrace.dsl.exceptions import refused
from headrace.dsl.tasks import PipelineTask
from headrace.dsl.trace import report
from headrace.errors import AuthoringError, HeadraceError, InvalidPipeline, TypeMismatch

P = ParamSpec("P")
Config = dict[str, Any]
Configure = Callable[Concatenate[PipelineTask, P], PipelineTask]


def configures(write: Configure[P]) -> Configure[P]:
    """Guard a function that writes into the Kubernetes configuration of a task.

    A wrong argument is reported with the author's line, together with other problems of the
    pipeline. On the result of a task that has run already there is nothing to configure, and on a
    pipeline there may not be.
    """

    @wraps(write)
    def configure(task: PipelineTask, *args: P.args, **kwargs: P.kwargs) -> PipelineTask:
        name = write.__name__
        if not isinstance(task, PipelineTask):  # pyright: ignore[reportUnnecessaryIsInstance]
            _warn_or_refuse(task, name)
            return task
        if task.is_pipeline:
            message = f"kubernetes.{name} cannot be used on a pipeline: {task.name}"
            hint = "call it on the steps inside of that pipeline"
            report(refused(InvalidPipeline, message, hint=hint))
            return task
        try:
            return write(task, *args, **kwargs)
        except HeadraceError as error:
            report(error)
            return task

    return configure


def config_of(task: PipelineTask) -> Config:
    """Return the Kubernetes configuration of a task, to write into."""
    return task.platform_config.setdefault("kubernetes", {})


def _warn_or_refuse(task: Any, function: str) -> None:
    if not hasattr(task, "outputs"):
        message = f"kubernetes.{function} takes a task first, not {_kind(task)}"
        raise refused(TypeMismatch, message, hint="pass what calling a component returned")
    warnings.warn(
        f"kubernetes.{function} has no effect on a task that has run already",
        stacklevel=3,
    )


def append(task: PipelineTask, field: str, entry: Mapping[str, Any]) -> None:
    """Add an entry to a list of the configuration; fields without a value are left out."""
    config_of(task).setdefault(field, []).append(present(entry))


def present(entry: Mapping[str, Any]) -> Config:
    """Return an entry without the fields that have no value, as protobuf writes it."""
    return {key: value for key, value in entry.items() if value not in (None, "", [], {})}


def name_source(task: PipelineTask, value: Any, argument: str) -> Config:
    """Return where a name comes from: a constant, an input of the pipeline or a task's output.

    Raises:
        AuthoringError: The value is neither text nor a parameter channel.
    """
    if isinstance(value, str | PipelineChannel):
        return source(task, value, argument)
    message = (
        f"{argument} takes a text, a pipeline parameter or an output of a task, "
        f"but got {type(value).__name__}"
    )
    raise refused(AuthoringError, message, hint="pass a name, a pipeline parameter or an output")


def source(task: PipelineTask, value: Any, argument: str) -> Config:
    """Return where a value comes from, as an input parameter of the IR; notes the dependency.

    Raises:
        AuthoringError: The value is no text, dict or parameter channel.
    """
    if isinstance(value, PipelineParameterChannel):
        task.register_pipeline_channels([value])
        ref = ref_of(value)
        if ref.task_name is None:
            return {"componentInputParameter": ref.name}
        output = {"producerTask": ref.task_name, "outputParameterKey": ref.name}
        return {"taskOutputParameter": output}
    if isinstance(value, str):
        return {"runtimeValue": {"constant": static_text(value, argument)}}
    if isinstance(value, dict):
        return {"runtimeValue": {"constant": as_doubles(cast("dict[str, Any]", value))}}
    message = (
        f"{argument} takes a text, a dict, a pipeline parameter or an output of a task, "
        f"but got {type(value).__name__}"
    )
    raise refused(AuthoringError, message, hint="pass a value, a pipeline parameter or an output")


def static_text(value: Any, argument: str) -> str:
    """Return a text that is known when the pipeline is compiled.

    Raises:
        TypeMismatch: It is no text, or holds a channel.
    """
    if isinstance(value, PipelineChannel) or not isinstance(value, str):
        message = f"{argument!r} must be text, not {_kind(value)}"
        raise refused(TypeMismatch, message, hint="pass a string that is known at compile time")
    if "{{channel:" in value:
        message = f"{argument!r} cannot have a channel inside a text"
        hint = "let a component put the text together and pass its output"
        raise refused(TypeMismatch, message, hint=hint)
    return value


def static_texts(values: Any, argument: str) -> list[str]:
    """Return a list of texts that are known when the pipeline is compiled.

    Raises:
        TypeMismatch: It is no list, or an element is no text.
    """
    if not isinstance(values, list | tuple):
        message = f"{argument!r} must be a list of texts, not {_kind(values)}"
        raise refused(TypeMismatch, message, hint="write [...]")
    return [static_text(value, argument) for value in cast("list[Any]", values)]


def static_mapping(values: Any, argument: str) -> dict[str, str]:
    """Return texts by name that are known when the pipeline is compiled.

    Raises:
        TypeMismatch: It is no dict, or a key or value is no text.
    """
    if not isinstance(values, dict):
        message = f"{argument!r} must be a dict of texts, not {_kind(values)}"
        raise refused(TypeMismatch, message, hint="write {...}")
    return {
        static_text(key, argument): static_text(value, argument)
        for key, value in cast("dict[Any, Any]", values).items()
    }


def as_doubles(value: Any) -> Any:
    """Return a JSON value with its integers as doubles, which is what a protobuf Value holds."""
    match value:
        case bool():
            return value
        case int():
            return float(value)
        case dict():
            members = cast("dict[str, Any]", value)
            return {key: as_doubles(item) for key, item in members.items()}
        case list() | tuple():
            return [as_doubles(item) for item in cast("list[Any]", value)]
        case _:
            return value


def whole_number(value: Any, argument: str) -> str:
    """Return an integer as the text that protobuf's JSON writes for 64 bits.

    Raises:
        TypeMismatch: It is no integer.
        AuthoringError: It does not fit.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        kind = type(value).__name__
        message = f'Argument for "{argument}" must be an int, not {kind}. Got: {value!r}.'
        raise refused(TypeMismatch, message, hint="write a whole number")
    if not -(2**63) <= value < 2**63:
        message = f'Argument for "{argument}" does not fit into 64 bits: {value}'
        raise refused(AuthoringError, message, hint="write a smaller number")
    return str(value)


def _kind(value: Any) -> str:
    return (
        "a channel" if isinstance(value, PipelineChannel) else f"{type(value).__name__} {value!r}"
    )
