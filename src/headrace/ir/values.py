"""Parameter values as text: what a placeholder or a string input makes of a JSON value.

Pure; knows nothing of documents or runs. KFP's rule: a null is empty, a number is the shortest
decimal without an exponent, a boolean is ``true`` or ``false``, a list or struct is compact JSON.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any


def text_of(value: Any) -> str:
    """Return a JSON value as the text that a command line or a STRING input receives.

    Args:
        value: A JSON value; integers and floats are told apart as Python does.

    Example:
        >>> [text_of(value) for value in (None, True, 5.0, 1e-7, [1, "é"])]
        ['', 'true', '5', '0.0000001', '[1,"é"]']
    """
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _decimal(value)
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _decimal(number: float) -> str:
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "+Inf" if number > 0 else "-Inf"
    text = format(Decimal(repr(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
