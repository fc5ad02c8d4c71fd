"""Task configuration that a component receives as a parameter instead of the platform applying it.

Knows nothing of tasks; the numbers of the fields are those of the IR.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class TaskConfigField(IntEnum):
    """Kinds of task configuration that a component can take over."""

    RESOURCES = 1
    ENV = 2
    KUBERNETES_AFFINITY = 3
    KUBERNETES_TOLERATIONS = 4
    KUBERNETES_NODE_SELECTOR = 5
    KUBERNETES_VOLUMES = 6


@dataclass
class TaskConfigPassthrough:
    """A kind of task configuration that a component takes over.

    Attributes:
        field: The kind.
        apply_to_task: Whether the platform applies it to the task as well.
    """

    field: TaskConfigField
    apply_to_task: bool = False
