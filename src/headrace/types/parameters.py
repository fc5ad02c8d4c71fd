"""Parameter types: from annotations and names to the types of the IR.

Standard library only, Python 3.8 on. This module knows nothing of artifacts, channels or
components.
"""

from __future__ import annotations

import contextlib
import enum
import re
import sys
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Dict, List, Optional, Tuple, cast, get_type_hints

#: Types of the IR that a value can have (``ParameterTypeEnum`` of PipelineSpec).
PARAMETER_KINDS = (
    "NUMBER_DOUBLE",
    "NUMBER_INTEGER",
    "STRING",
    "BOOLEAN",
    "LIST",
    "STRUCT",
    "TASK_FINAL_STATUS",
    "TASK_CONFIG",
)


@dataclass(frozen=True)
class ParameterType:
    """Type of a parameter.

    Attributes:
        kind: Name of the type in the IR.
        item: Type of the elements of a list, when it is known.
        value: Type of the values of a struct, when it is known.
        literals: The only values allowed; empty means any.
        loose: The type was guessed (element of a plain ``list``), so anything may be passed on.
    """

    kind: str
    item: Optional["ParameterType"] = None
    value: Optional["ParameterType"] = None
    literals: Tuple[Any, ...] = ()
    loose: bool = False

    def __str__(self) -> str:
        return self.kind


@dataclass
class PipelineTaskFinalStatus:
    """How the tasks of an exit handler, or an upstream task, ended.

    Annotate a parameter with this class in a component that is used as an exit task.

    Attributes:
        state: ``SUCCEEDED``, ``FAILED`` or ``CANCELLED``.
        pipeline_job_resource_name: Resource name of the run.
        pipeline_task_name: Name of the task or group that ended.
        error_code: Code of the error, if there was one.
        error_message: Text of the error, if there was one.
    """

    state: str
    pipeline_job_resource_name: str
    pipeline_task_name: str
    error_code: Optional[int]
    error_message: Optional[str]


@dataclass
class TaskConfig:
    """Configuration of a task that its component receives instead of the platform applying it.

    Attributes:
        affinity: Kubernetes affinity.
        tolerations: Kubernetes tolerations.
        node_selector: Kubernetes node selector.
        env: Environment variables, as Kubernetes writes them.
        volumes: Kubernetes volumes.
        volume_mounts: Mounts of these volumes.
        resources: Requests and limits.
    """

    affinity: Optional[Dict[str, Any]] = None
    tolerations: Optional[List[Dict[str, Any]]] = None
    node_selector: Optional[Dict[str, str]] = None
    env: Optional[List[Dict[str, Any]]] = None
    volumes: Optional[List[Dict[str, Any]]] = None
    volume_mounts: Optional[List[Dict[str, Any]]] = None
    resources: Optional[Dict[str, Any]] = None


# bool stands before int, for it is one.
_BY_CLASS = (
    (bool, "BOOLEAN"),
    (str, "STRING"),
    (int, "NUMBER_INTEGER"),
    (float, "NUMBER_DOUBLE"),
    (list, "LIST"),
    (dict, "STRUCT"),
    (PipelineTaskFinalStatus, "TASK_FINAL_STATUS"),
    (TaskConfig, "TASK_CONFIG"),
)

_BY_NAME = {
    "str": "STRING",
    "string": "STRING",
    "text": "STRING",
    "int": "NUMBER_INTEGER",
    "integer": "NUMBER_INTEGER",
    "float": "NUMBER_DOUBLE",
    "double": "NUMBER_DOUBLE",
    "bool": "BOOLEAN",
    "boolean": "BOOLEAN",
    "list": "LIST",
    "jsonarray": "LIST",
    "dict": "STRUCT",
    "jsonobject": "STRUCT",
    "pipelinetaskfinalstatus": "TASK_FINAL_STATUS",
    "taskconfig": "TASK_CONFIG",
}

_GENERIC_NAME = re.compile(r"^(?:typing\.)?(list|dict)\[(.*)\]$", re.IGNORECASE | re.DOTALL)


def time_classes() -> Tuple[type, ...]:
    """Return the classes of dates and times, which travel as their ``isoformat()``."""
    return _classes_of("datetime", "datetime", "date", "time")


def path_classes() -> Tuple[type, ...]:
    """Return the classes of paths, which travel as their ``str()``."""
    return _classes_of("pathlib", "PurePath")


def _classes_of(module: str, *names: str) -> Tuple[type, ...]:
    """Return classes of a module that is imported already; without it, nothing is of its classes.

    A process that tasks are forked from is the quicker, the less it has imported.
    """
    found = sys.modules.get(module)
    return tuple(getattr(found, name) for name in names if hasattr(found, name))


def parameter_type(annotation: Any) -> Optional[ParameterType]:
    """Return the type that an annotation names, or None when it names no parameter type.

    Args:
        annotation: A class, a generic such as ``List[int]``, or a type name of KFP v1.
    """
    if isinstance(annotation, str):
        return _from_name(annotation)
    literals = _literals(annotation)
    if literals is not None:
        return literals
    origin = getattr(annotation, "__origin__", None)
    if origin in (list, dict) or annotation in (List, Dict):
        return _from_generic(annotation, origin)
    if not isinstance(annotation, type):
        return None
    return _from_class(annotation)


def type_of_value(value: Any) -> Optional[ParameterType]:
    """Return the type of a constant, or None when the IR cannot hold it."""
    for python_class, kind in _BY_CLASS[:6]:
        if isinstance(value, python_class):
            return ParameterType(kind)
    return None


def is_pydantic_model(annotation: Any) -> bool:
    """Tell whether an annotation is a model class of pydantic; does not import pydantic."""
    pydantic = sys.modules.get("pydantic")
    return (
        pydantic is not None
        and isinstance(annotation, type)
        and issubclass(annotation, pydantic.BaseModel)
    )


def plain_value(value: Any) -> Any:
    """Return a constant in its JSON form; enum members, dates, paths and models become plain.

    Containers are copied when something inside changes form; other values come back as they are.
    """
    if isinstance(value, enum.Enum):
        return plain_value(value.value)
    if isinstance(value, time_classes()):
        return value.isoformat()
    if isinstance(value, path_classes()):
        return str(value)
    if isinstance(value, list):
        return [plain_value(item) for item in cast(List[Any], value)]
    if isinstance(value, dict):
        fields = cast(Dict[Any, Any], value)
        return {key: plain_value(item) for key, item in fields.items()}
    if is_pydantic_model(type(value)):
        return value.model_dump(mode="json", by_alias=True)
    return value


def _from_name(name: str) -> Optional[ParameterType]:
    kind = _BY_NAME.get(name.strip().lower())
    if kind is not None:
        return ParameterType(kind)
    generic = _GENERIC_NAME.match(name.strip())
    if generic is None:
        return None
    if generic.group(1).lower() == "list":
        return ParameterType("LIST", item=_from_name(generic.group(2)))
    _, _, value = generic.group(2).partition(",")
    return ParameterType("STRUCT", value=_from_name(value))


def _from_generic(annotation: Any, origin: Any) -> ParameterType:
    arguments = [
        argument
        for argument in getattr(annotation, "__args__", ())
        if not _is_type_variable(argument)
    ]
    # KFP takes the elements of list[str], unlike those of List[str], for untyped.
    loose = not str(annotation).startswith("typing.")
    if origin is list or annotation is List:
        return ParameterType("LIST", item=_argument(arguments[0], loose) if arguments else None)
    return ParameterType(
        "STRUCT", value=_argument(arguments[1], loose) if len(arguments) > 1 else None
    )


def _argument(annotation: Any, loose: bool) -> Optional[ParameterType]:
    found = parameter_type(annotation)
    if found is not None and loose and annotation is str:
        return ParameterType("STRING", loose=True)
    return found


def _is_type_variable(argument: Any) -> bool:
    return type(argument).__name__ == "TypeVar"


def _from_class(annotation: type) -> Optional[ParameterType]:
    for python_class, kind in _BY_CLASS:
        if annotation is python_class:
            return ParameterType(kind)
    if issubclass(annotation, time_classes() + path_classes()):
        return ParameterType("STRING")
    if is_pydantic_model(annotation):
        return _from_model(annotation)
    return None


def _from_model(model: Any) -> Optional[ParameterType]:
    root = getattr(sys.modules["pydantic"], "RootModel", None)
    if root is not None and issubclass(model, root):
        return parameter_type(model.model_fields["root"].annotation)
    return ParameterType("STRUCT")


def _literals(annotation: Any) -> Optional[ParameterType]:
    if str(getattr(annotation, "__origin__", "")) == "typing.Literal":
        values = tuple(annotation.__args__)
    elif isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        values = tuple(member.value for member in annotation)
    else:
        return None
    kinds = {found.kind for found in map(type_of_value, values) if found is not None}
    if len(kinds) != 1 or not kinds <= {"STRING", "NUMBER_INTEGER", "NUMBER_DOUBLE", "BOOLEAN"}:
        return None
    return ParameterType(kinds.pop(), literals=values)


def resolved_hints(function: Any) -> Dict[str, Any]:
    """Return a function's annotations with names in quotes resolved where that is possible.

    Args:
        function: A function, also one of a module with ``from __future__ import annotations``.
    """
    annotations: Dict[str, Any] = dict(getattr(function, "__annotations__", {}))
    if not any(isinstance(annotation, str) for annotation in annotations.values()):
        return annotations
    scope = _closure(function)
    return {
        name: _resolved(annotation, function, scope) if isinstance(annotation, str) else annotation
        for name, annotation in annotations.items()
    }


def _closure(function: Any) -> Dict[str, Any]:
    scope: Dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        with contextlib.suppress(ValueError):  # the name is not bound yet
            scope[name] = cell.cell_contents
    return scope


def _resolved(annotation: str, function: Any, scope: Dict[str, Any]) -> Any:
    holder = SimpleNamespace(__annotations__={"it": annotation}, __module__=function.__module__)
    try:
        return get_type_hints(holder, function.__globals__, scope, include_extras=True)["it"]
    except Exception:  # noqa: BLE001 - evaluates the user's code, which may raise anything
        return annotation
