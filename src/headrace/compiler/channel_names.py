"""Names of the inputs and outputs that the compiler adds where values cross groups.

Pure functions on references and texts; the one place that knows the ``pipelinechannel--`` scheme.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from headrace.dsl.refs import PATTERN, Ref, RefKey

_PREFIX = "pipelinechannel--"


def channel_name(ref: Ref) -> str:
    """Return the name of the input through which a reference enters a group."""
    return _PREFIX + ref.full_name


def surfaced_name(ref: Ref) -> str:
    """Return the name of the output through which a reference leaves a group."""
    return _PREFIX + ref.full_name


def placeholder(ref: Ref) -> str:
    """Return the text that stands for an added input in a constant."""
    return f"{{{{$.inputs.parameters['{channel_name(ref)}']}}}}"


def with_placeholders(value: Any, refs: Mapping[RefKey, Ref]) -> Any:
    """Return a constant in which each pattern of a reference has become a placeholder.

    Args:
        value: A text, list, dict or other constant.
        refs: The references by their key.
    """
    if isinstance(value, str):
        if "{{channel:" not in value:
            return value
        return PATTERN.sub(lambda match: _replacement(match, refs), value)
    if isinstance(value, list):
        return [with_placeholders(item, refs) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {
            with_placeholders(key, refs): with_placeholders(item, refs)
            for key, item in fields.items()
        }
    return value


def _replacement(match: Any, refs: Mapping[RefKey, Ref]) -> str:
    ref = refs.get((match[1] or None, match[2]))
    return placeholder(ref) if ref is not None else match[0]
