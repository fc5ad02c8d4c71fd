"""Checks of what a traced pipeline configures for platforms.

Reads the graph and returns what is wrong with it, all at once. Knows no platform.
"""

from __future__ import annotations

from headrace.dsl.graph import ContainerImplementation
from headrace.dsl.scopes import Scopes
from headrace.errors import HeadraceError, InvalidPipeline


def platform_problems(scopes: Scopes) -> list[HeadraceError]:
    """Return the tasks that are configured for a platform and run nothing there themselves."""
    return [
        InvalidPipeline(
            f"{task.name!r} runs no container, so its configuration for "
            f"{', '.join(sorted(task.platform_config))} has no effect",
            where=[task.where, task.component.where],
            hint="configure the tasks inside the pipeline that it uses",
        )
        for task in (*scopes.tasks(), *scopes.exit_tasks.values())
        if task.platform_config
        and not isinstance(task.component.implementation, ContainerImplementation)
    ]
