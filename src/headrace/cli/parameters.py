"""``-p name=value`` on the command line, read as the pipeline's inputs declare."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from headrace.errors import InvalidRequest
from headrace.ir.model import InputParameterSpec, PipelineSpec

_WORDS = {
    "NUMBER_INTEGER": "a whole number",
    "NUMBER_DOUBLE": "a number",
    "BOOLEAN": "true or false",
    "LIST": "a JSON list",
    "STRUCT": "a JSON object",
}


def parse_parameters(pairs: Iterable[str], spec: PipelineSpec) -> dict[str, Any]:
    """Return the values of ``name=value`` texts.

    Texts stay texts; numbers, booleans, lists and objects are JSON. Names that the pipeline does
    not have, and values of other types, are kept for the check of the whole to report.

    Raises:
        InvalidRequest: A text without ``=``, a name given twice or a value that is no JSON.
    """
    declared = spec.root.input_definitions.parameters
    values: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            message = f"parameter {pair!r} is not of the form name=value"
            raise InvalidRequest(message)
        if name in values:
            message = f"parameter {name} is given twice"
            raise InvalidRequest(message)
        values[name] = _value(name, text, declared.get(name))
    return values


def _value(name: str, text: str, declared: InputParameterSpec | None) -> Any:
    if declared is None or declared.parameter_type == "STRING":
        return text
    if declared.parameter_type == "BOOLEAN" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        wanted = _WORDS.get(declared.parameter_type, "JSON")
        message = f"parameter {name} takes {wanted}; {text[:80]!r} is none"
        raise InvalidRequest(message) from error
