"""Check: a component that takes over task configuration takes over every kind that is set.

Otherwise the setting would be lost: the platform does not apply it and the component does not
receive it.
"""

from __future__ import annotations

from collections.abc import Iterator

from headrace.dsl.graph import Task
from headrace.dsl.scopes import Scopes
from headrace.dsl.task_config import TaskConfigField
from headrace.errors import HeadraceError, InvalidPipeline

#: Fields of the Kubernetes configuration, and the kind that each belongs to.
_KUBERNETES = {
    "tolerations": TaskConfigField.KUBERNETES_TOLERATIONS,
    "nodeSelector": TaskConfigField.KUBERNETES_NODE_SELECTOR,
    "nodeAffinity": TaskConfigField.KUBERNETES_AFFINITY,
    "podAffinity": TaskConfigField.KUBERNETES_AFFINITY,
    "pvcMount": TaskConfigField.KUBERNETES_VOLUMES,
    "secretAsVolume": TaskConfigField.KUBERNETES_VOLUMES,
    "configMapAsVolume": TaskConfigField.KUBERNETES_VOLUMES,
}


def passthrough_problems(scopes: Scopes) -> Iterator[HeadraceError]:
    """Yield an error for each kind of configuration that a task sets and nobody takes."""
    for task in (*scopes.tasks(), *scopes.exit_tasks.values()):
        taken = {passthrough.field for passthrough in task.component.passthroughs}
        if not taken:
            continue
        for kind in sorted(_set_on(task) - taken):
            yield InvalidPipeline(
                f"{task.name!r} sets {kind.name}, which its component does not pass through",
                where=[task.where, task.component.where],
                hint=f"add dsl.TaskConfigField.{kind.name} to task_config_passthroughs",
            )


def _set_on(task: Task) -> set[TaskConfigField]:
    kinds = {
        kind
        for field, kind in _KUBERNETES.items()
        if task.platform_config.get("kubernetes", {}).get(field)
    }
    if task.settings.resources():
        kinds.add(TaskConfigField.RESOURCES)
    if task.settings.env:
        kinds.add(TaskConfigField.ENV)
    return kinds
