"""Constants as the IR holds them: what protobuf's JSON form makes of Python values.

Pure functions. Knows nothing of tasks or components.
"""

from __future__ import annotations

import math
from typing import Any, cast

from headrace.errors import AuthoringError


def ir_value(value: object) -> Any:
    """Return a constant in the form that the IR holds: every number is a double.

    Raises:
        AuthoringError: A number is infinite or not a number, or no double can hold it.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return _double(value)
    if isinstance(value, list):
        return [ir_value(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {key: ir_value(item) for key, item in fields.items()}
    raise TypeError(value)


def _double(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise AuthoringError(
            f"The number {value!r} cannot be passed in a pipeline",
            hint="pass it as text, and convert it in the component",
        )
    return number
