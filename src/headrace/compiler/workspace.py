"""Check: what uses the workspace of a run needs one that is configured.

Reads the graph and the finished document of one pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from headrace.dsl.graph import Component, Pipeline, Task
from headrace.dsl.placeholders import WORKSPACE_MOUNT_PATH, WORKSPACE_PATH_PLACEHOLDER
from headrace.dsl.scopes import scopes_of
from headrace.errors import InvalidPipeline


def check_workspace(component: Component, spec: dict[str, Any]) -> None:
    """Refuse a pipeline that uses a workspace without configuring its size.

    Raises:
        InvalidPipeline: It does.
    """
    pipeline = cast("Pipeline", component.implementation)
    if pipeline.config is not None and pipeline.config.workspace is not None:
        return
    user = next(_users(pipeline), None)
    if user is not None or _imports_into_workspace(spec):
        raise InvalidPipeline(
            "a task uses the run's workspace, and the pipeline does not say how large it is",
            where=[user.where if user is not None else None, component.where],
            hint='pass pipeline_config=dsl.PipelineConfig(workspace=dsl.WorkspaceConfig("10Gi"))',
        )


def _users(pipeline: Pipeline) -> Iterator[Task]:
    scopes = scopes_of(pipeline)
    for task in (*scopes.tasks(), *scopes.exit_tasks.values()):
        if any(_mentions(argument) for argument in task.arguments.values()):
            yield task


def _mentions(value: object) -> bool:
    if isinstance(value, str):
        return WORKSPACE_PATH_PLACEHOLDER in value or value.startswith(WORKSPACE_MOUNT_PATH)
    if isinstance(value, list):
        return any(_mentions(item) for item in cast("list[object]", value))
    if isinstance(value, dict):
        return any(_mentions(item) for item in cast("dict[str, object]", value).values())
    return False


def _imports_into_workspace(spec: dict[str, Any]) -> bool:
    executors = spec.get("deploymentSpec", {}).get("executors", {})
    return any(e.get("importer", {}).get("downloadToWorkspace") for e in executors.values())
