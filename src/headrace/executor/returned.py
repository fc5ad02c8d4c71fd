"""Takes apart what the user's function returned: parameter values and artifacts by output name.

This module checks the value against the annotation; it does not look at files that were written.
"""

from __future__ import annotations

import json
import math
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple, cast

from headrace.executor.arguments import Call
from headrace.types.annotations import is_artifact_class, strip_optional
from headrace.types.artifacts import Artifact
from headrace.types.parameters import parameter_type, plain_value

#: Name of the output of a function that returns one value.
SINGLE_OUTPUT = "Output"

_MAX_SHOWN = 80

_CLASSES: Dict[str, Tuple[type, ...]] = {
    "NUMBER_DOUBLE": (int, float),
    "NUMBER_INTEGER": (int,),
    "STRING": (str,),
    "BOOLEAN": (bool,),
    "LIST": (list,),
    "STRUCT": (dict,),
}


class InvalidOutputError(ValueError):
    """What the function returned or wrote does not fit its declared outputs.

    Attributes:
        function: The function, once it is known.
    """

    function: Any = None


class Returned(NamedTuple):
    """Values that the function returned.

    Attributes:
        parameters: Values by output name, as JSON.
        absent: Outputs declared optional that were returned as None.
    """

    parameters: Dict[str, Any]
    absent: Set[str]


def take_returned(value: Any, call: Call) -> Returned:
    """Return the output parameters in a returned value; artifacts go into ``call.outputs``.

    Raises:
        InvalidOutputError: A value is missing, has the wrong type or cannot be written as JSON.
    """
    returned = Returned({}, set())
    annotation = call.hints.get("return")
    if annotation is None or annotation is type(None):
        return returned
    for name, declared, item in _outputs(value, annotation, call):
        inner, optional = strip_optional(declared)
        if is_artifact_class(inner):
            _take_artifact(name, item, call)
        elif item is None:
            _take_none(name, declared, optional, returned)
        else:
            returned.parameters[name] = _checked(name, inner, item)
    return returned


def _outputs(value: Any, annotation: Any, call: Call) -> Iterator[Tuple[str, Any, Any]]:
    fields: Tuple[str, ...] = getattr(annotation, "_fields", ())
    if not fields:
        yield SINGLE_OUTPUT, annotation, value
        return
    hints: Dict[str, Any] = annotation.__annotations__
    values = _by_field(value, fields)
    if values is None:
        raise InvalidOutputError(
            "%s returned %s, but its outputs are %s"
            % (_name(call), _described(value), ", ".join(fields))
        )
    for field, item in zip(fields, values):
        yield field, hints[field], item


def _by_field(value: Any, fields: Tuple[str, ...]) -> Optional[List[Any]]:
    """Return the value of each field; None when the value does not have them."""
    if value is None:
        return [None] * len(fields)
    if isinstance(value, dict):
        return [cast("Dict[str, Any]", value).get(field) for field in fields]
    if type(value) is not tuple and all(hasattr(value, field) for field in fields):
        return [getattr(value, field) for field in fields]
    if isinstance(value, (tuple, list)):
        items = list(cast("List[Any]", value))
        return items if len(items) == len(fields) else None
    return None


def _take_artifact(name: str, item: Any, call: Call) -> None:
    if item is None:
        return
    given = call.outputs.get(name)
    if isinstance(item, Artifact) or is_artifact_class(type(item)):
        item.name = item.name or (given.name if given is not None else name)
        item.uri = item.uri or (given.uri if given is not None else "")
        call.outputs[name] = item
        return
    if given is None:
        raise InvalidOutputError("%s returned %s, which is not an output" % (_name(call), name))
    # KFP's rule: data that is returned for an artifact becomes its content.
    data = item if isinstance(item, bytes) else str(item).encode("utf-8")
    with open(given.path, "wb") as file:
        file.write(data)


def _take_none(name: str, declared: Any, optional: bool, returned: Returned) -> None:
    if optional:
        returned.absent.add(name)
        return
    raise InvalidOutputError(
        "output %s is declared %s, but the function returned None for it"
        % (name, getattr(declared, "__name__", declared))
    )


def _checked(name: str, annotation: Any, item: Any) -> Any:
    kind = parameter_type(annotation)
    value = plain_value(_unboxed(item))
    if kind is None:
        raise InvalidOutputError(
            "output %s has the type %s, which is no output" % (name, annotation)
        )
    wanted = _CLASSES.get(kind.kind, (object,))
    if not isinstance(value, wanted) or (
        kind.kind.startswith("NUMBER") and isinstance(value, bool)
    ):
        raise InvalidOutputError(
            "output %s is declared %s, but the function returned %s"
            % (name, getattr(annotation, "__name__", annotation), _described(item))
        )
    if kind.literals and value not in kind.literals:
        raise InvalidOutputError(
            "output %s must be one of %s, but the function returned %r"
            % (name, ", ".join(map(repr, kind.literals)), value)
        )
    return json_value(name, value)


def json_value(name: str, value: Any) -> Any:
    """Return the value if JSON can hold it.

    Raises:
        InvalidOutputError: It cannot; not-a-number and infinity are among what it cannot hold.
    """
    if type(value) in (int, str, bool):
        return value
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidOutputError(
            "output %s cannot be written as JSON: %s" % (name, error)
        ) from error
    return value


def json_metadata(value: Any) -> Any:
    """Return metadata with what JSON cannot hold turned into what it can."""
    if isinstance(value, dict):
        entries = cast("Dict[Any, Any]", value)
        return {str(key): json_metadata(item) for key, item in entries.items()}
    if isinstance(value, (list, tuple, set)):
        return [json_metadata(item) for item in cast("List[Any]", value)]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    for method in ("item", "tolist"):
        plain = _call(value, method)
        if plain is not None:
            return json_metadata(plain)
    plain = plain_value(value)
    return str(plain) if plain is value else json_metadata(plain)


def _unboxed(item: Any) -> Any:
    """Return the Python number inside a scalar of NumPy and its like."""
    if type(item).__module__.split(".")[0] != "numpy":
        return item
    plain = _call(item, "item")
    return item if plain is None else plain


def _call(value: Any, method: str) -> Any:
    try:
        return getattr(value, method)()
    except Exception:
        return None


def clipped(text: str) -> str:
    """Return a text that fits into a message."""
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"


def _described(value: Any) -> str:
    return "%s of type %s" % (clipped(repr(value)), type(value).__name__)


def _name(call: Call) -> str:
    return getattr(call.function, "__name__", "the function")
