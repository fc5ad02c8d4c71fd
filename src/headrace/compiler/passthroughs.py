"""Pass: task configuration that components receive as a parameter, in the form of the IR."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headrace.dsl.task_config import TaskConfigPassthrough


def passthrough_specs(passthroughs: Iterable[TaskConfigPassthrough]) -> list[dict[str, Any]]:
    """Return the entries of a component's ``taskConfigPassthroughs``."""
    specs: list[dict[str, Any]] = []
    for passthrough in passthroughs:
        spec: dict[str, Any] = {"field": passthrough.field.name}
        if passthrough.apply_to_task:
            spec["applyToTask"] = True
        specs.append(spec)
    return specs
