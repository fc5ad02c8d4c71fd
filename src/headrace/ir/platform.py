"""Checks of the platform document: its shape and the names of its fields.

Pure. Values are checked where they are used; here a misspelled field must not be lost in silence.
Field names are those of KFP's KubernetesExecutorConfig and PipelineConfig messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from headrace.ir.problems import Problems, join, offer
from headrace.ir.schema import shown

EXECUTOR_FIELDS = frozenset(
    {
        "secretAsVolume",
        "secretAsEnv",
        "pvcMount",
        "nodeSelector",
        "podMetadata",
        "imagePullSecret",
        "imagePullPolicy",
        "configMapAsVolume",
        "configMapAsEnv",
        "activeDeadlineSeconds",
        "fieldPathAsEnv",
        "tolerations",
        "genericEphemeralVolume",
        "nodeAffinity",
        "podAffinity",
        "enabledSharedMemory",
        "emptyDirMounts",
        "securityContext",
        "initContainers",
    }
)
PIPELINE_FIELDS = frozenset(
    {
        "workspace",
        "resourceTtlOnCompletion",
        "resourceTtlOnSuccess",
        "resourceTtlOnFailure",
        "activeDeadlineSeconds",
        "semaphoreKey",
        "mutexName",
    }
)
_UNDERSCORED = re.compile(r"_([a-z0-9])")


def check_platform(platform: Mapping[str, Any]) -> None:
    """Check a platform document.

    Raises:
        SpecError: It has a field that does not exist, or a value where a mapping belongs.
    """
    problems = Problems()
    _known(platform, {"platforms"}, "", problems)
    platforms = _mapping(platform.get("platforms"), "platforms", problems)
    for name, value in platforms.items():
        path = join("platforms", name)
        body = _mapping(value, path, problems)
        if name != "kubernetes":
            continue
        known = {"deploymentSpec", "pipelineConfig", "platform", "version", "config"}
        _known(body, known, path, problems)
        _check_kubernetes(body, path, problems)
    problems.raise_if_any()


def _check_kubernetes(body: Mapping[str, Any], path: str, problems: Problems) -> None:
    config_path = join(path, "pipelineConfig")
    config = _mapping(body.get("pipelineConfig"), config_path, problems)
    _known(config, PIPELINE_FIELDS, config_path, problems)
    place = join(path, "deploymentSpec")
    deployment = _mapping(body.get("deploymentSpec"), place, problems)
    _known(deployment, {"executors"}, place, problems)
    place = join(place, "executors")
    for label, value in _mapping(deployment.get("executors"), place, problems).items():
        spot = join(place, label)
        _known(_mapping(value, spot, problems), EXECUTOR_FIELDS, spot, problems)


def _known(value: Mapping[str, Any], fields: Iterable[str], path: str, problems: Problems) -> None:
    known = frozenset(fields)
    for key in value:
        name = _UNDERSCORED.sub(lambda match: match.group(1).upper(), key)
        if name not in known:
            message = f"there is no field {key[:80]!a} here"
            problems.add(join(path, key), message, hint=offer(name, known), code="HR2004")


def _mapping(value: Any, path: str, problems: Problems) -> Mapping[str, Any]:
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value)
    problems.add(path, f"a mapping is needed, not {shown(value)}", code="HR2005")
    return {}
