"""Settings of a whole pipeline: workspace, lifetimes and deadline.

Checks values when they are set. Knows nothing of tasks or the IR.
"""

from __future__ import annotations

import re
from typing import Any

from headrace.dsl.exceptions import refused
from headrace.errors import InvalidPipeline, TypeMismatch

_SIZE = re.compile(r"^(?:(?:0|[1-9]\d*)(?:\.\d+)?)(?:Ki|Mi|Gi|Ti|Pi|Ei|K|M|G|T|P|E)?$")
_MOST_SECONDS = 2**31 - 1


class KubernetesWorkspaceConfig:
    """How the workspace is made on Kubernetes.

    Args:
        pvcSpecPatch: Fields of the claim's specification to set, such as ``storageClassName``.
    """

    def __init__(self, pvcSpecPatch: dict[str, Any] | None = None) -> None:  # noqa: N803
        self.pvcSpecPatch = pvcSpecPatch or {}

    def set_pvcSpecPatch(self, patch: dict[str, Any]) -> None:  # noqa: N802
        """Replace the patch of the claim's specification."""
        self.pvcSpecPatch = patch


class WorkspaceConfig:
    """A directory that all tasks of a run share.

    Args:
        size: How much it must hold, such as ``10Gi``.
        kubernetes: How it is made on Kubernetes.
    """

    def __init__(self, size: str, kubernetes: KubernetesWorkspaceConfig | None = None) -> None:
        self.size = _checked_size(size)
        self.kubernetes = kubernetes or KubernetesWorkspaceConfig()

    def set_size(self, size: str) -> None:
        """Replace the size."""
        self.size = _checked_size(size)

    def set_kubernetes_config(self, kubernetes_config: KubernetesWorkspaceConfig) -> None:
        """Replace how it is made on Kubernetes."""
        self.kubernetes = kubernetes_config


class PipelineConfig:
    """Settings of a pipeline's runs.

    Args:
        workspace: A directory that all tasks of a run share.
        ttl_seconds_after_finished: When the workflow object is deleted after its end, in seconds.
        ttl_seconds_after_success: The same after success; goes before the general one.
        ttl_seconds_after_failure: The same after failure; goes before the general one.
        active_deadline_seconds: How long a run may take, in seconds.
    """

    def __init__(
        self,
        workspace: WorkspaceConfig | None = None,
        ttl_seconds_after_finished: int | None = None,
        ttl_seconds_after_success: int | None = None,
        ttl_seconds_after_failure: int | None = None,
        active_deadline_seconds: int | None = None,
    ) -> None:
        self.workspace = workspace
        self.ttl_seconds_after_finished = _checked_seconds(
            "ttl_seconds_after_finished", ttl_seconds_after_finished
        )
        self.ttl_seconds_after_success = _checked_seconds(
            "ttl_seconds_after_success", ttl_seconds_after_success
        )
        self.ttl_seconds_after_failure = _checked_seconds(
            "ttl_seconds_after_failure", ttl_seconds_after_failure
        )
        self.active_deadline_seconds = _checked_seconds(
            "active_deadline_seconds", active_deadline_seconds
        )


def _checked_size(size: str) -> str:
    if not size or not _SIZE.match(size):
        raise refused(
            InvalidPipeline,
            f"Workspace size {size!r} is not a Kubernetes quantity",
            hint="give a number with a unit, such as 10Gi",
        )
    return size


def _checked_seconds(name: str, seconds: Any) -> int | None:
    if seconds is None:
        return None
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise refused(
            TypeMismatch,
            f"{name} must be an integer number of seconds, not {seconds!r}",
            hint=f"pass a whole number, such as {name}=3600",
        )
    if not 0 <= seconds <= _MOST_SECONDS:
        raise refused(
            InvalidPipeline,
            f"{name} must be between 0 and {_MOST_SECONDS} seconds, not {seconds}",
            hint="0 or None sets no limit",
        )
    return seconds
