"""A task that has run: its outputs are values, and nothing about it can be set any more."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from headrace.engine.attempts import Artifact as StoredArtifact
from headrace.engine.attempts import Outputs
from headrace.errors import Conflict, UnknownOutput, caller_location
from headrace.ir.model import Document
from headrace.types.artifacts import ARTIFACT_CLASSES, Artifact

#: Setters that say what a cluster should do: without effect once the task has run.
_WITHOUT_EFFECT = frozenset(
    {
        "add_node_selector_constraint",
        "set_accelerator_limit",
        "set_accelerator_type",
        "set_cpu_limit",
        "set_cpu_request",
        "set_display_name",
        "set_gpu_limit",
        "set_memory_limit",
        "set_memory_request",
    }
)
_TOO_LATE = frozenset(
    {
        "after",
        "ignore_upstream_failure",
        "set_caching_options",
        "set_container_image",
        "set_debug_pause",
        "set_env_variable",
        "set_retry",
    }
)


class LocalTask:
    """What calling a component or pipeline outside a pipeline returns.

    Attributes:
        name: Of the component.
        state: ``succeeded``, ``failed`` or ``canceled``.
        outputs: Values by name: parameters as Python values, artifacts as artifact objects.
    """

    def __init__(self, name: str, state: str, outputs: dict[str, Any]) -> None:
        self.name = name
        self.state = state
        self.outputs = outputs
        self.platform_config: dict[str, Any] = {}

    @property
    def output(self) -> Any:
        """The only output.

        Raises:
            UnknownOutput: There is none, or there are several.
        """
        if len(self.outputs) == 1:
            return next(iter(self.outputs.values()))
        raise self._no_single_output()

    def _no_single_output(self) -> UnknownOutput:
        if self.state != "succeeded":
            message = f"{self.name} {self.state}, so it has no output"
            return UnknownOutput(message, where=caller_location())
        names = ", ".join(self.outputs) or "none"
        message = f"{self.name} has {len(self.outputs)} outputs: {names}"
        hint = 'name one: task.outputs["name"]' if self.outputs else None
        return UnknownOutput(message, where=caller_location(), hint=hint)

    def __getattr__(self, name: str) -> Callable[..., LocalTask]:
        if name == "output":  # Python asks here once the property has raised an AttributeError
            raise self._no_single_output()
        if name in _WITHOUT_EFFECT:
            return self._without_effect(name)
        if name in _TOO_LATE:
            message = f"{self.name} has run: {name} comes too late"
            hint = "set it inside a function with @dsl.pipeline, and call that"
            raise Conflict(message, where=caller_location(), hint=hint)
        raise AttributeError(name)

    def _without_effect(self, name: str) -> Callable[..., LocalTask]:
        def setter(*_: object, **__: object) -> LocalTask:
            message = f"{self.name} has run: {name} has no effect"
            warnings.warn(message, RuntimeWarning, stacklevel=2)
            return self

        return setter

    def __repr__(self) -> str:
        return f"<{self.name}: {self.state}, outputs {list(self.outputs)}>"


def outputs_of(outputs: Outputs | None, document: Document) -> dict[str, Any]:
    """Return outputs as Python values; an artifact list is a list of artifacts."""
    if outputs is None:
        return {}
    declared = document.spec.root.output_definitions.artifacts
    values: dict[str, Any] = dict(outputs.parameters)
    for name, several in outputs.artifacts.items():
        made = [_artifact(one) for one in several]
        is_list = name in declared and declared[name].is_artifact_list
        values[name] = made if is_list or not made else made[0]
    return values


def _artifact(stored: StoredArtifact) -> Artifact:
    made = ARTIFACT_CLASSES.get(stored.schema_title, Artifact)(
        name=stored.name, uri=_plain(stored.uri), metadata=dict(stored.metadata)
    )
    if stored.custom_path:
        made.custom_path = stored.custom_path
    return made


def _plain(uri: str) -> str:
    """Return a local URI as the path that people write."""
    return uri.removeprefix("file://")
