"""The containers of a task's pod: whom they run as, and what runs before the task."""

from __future__ import annotations

from typing import Any, Literal, NoReturn, cast

from headrace.dsl.exceptions import refused
from headrace.dsl.kubernetes.configuration import (
    Config,
    append,
    config_of,
    configures,
    present,
    static_mapping,
    static_text,
    static_texts,
    whole_number,
)
from headrace.dsl.tasks import PipelineTask
from headrace.errors import AuthoringError, NameConflict, TypeMismatch

_RESERVED = "kfp-launcher"


@configures
def set_security_context(
    task: PipelineTask,
    run_as_user: int | None = None,
    run_as_group: int | None = None,
    run_as_non_root: bool | None = None,
) -> PipelineTask:
    """Say as whom the container runs; a later call adds to an earlier one.

    Args:
        task: The task.
        run_as_user: Number of the user.
        run_as_group: Number of the group.
        run_as_non_root: Whether the container must not run as root.
    """
    if run_as_user is None and run_as_group is None and run_as_non_root is None:
        hint = "set run_as_user, run_as_group or run_as_non_root"
        _refuse("set_security_context is called without a field to set", hint)
    context: Config = {}
    for field, argument, value in (
        ("runAsUser", "run_as_user", run_as_user),
        ("runAsGroup", "run_as_group", run_as_group),
    ):
        if value is not None:
            context[field] = _identity(value, argument)
    if run_as_non_root is not None:
        if not isinstance(run_as_non_root, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            kind = type(run_as_non_root).__name__
            message = f"run_as_non_root is of type {kind}, but takes a bool"
            raise refused(TypeMismatch, message, hint="write True or False")
        context["runAsNonRoot"] = run_as_non_root
    config_of(task).setdefault("securityContext", {}).update(context)
    return task


def _identity(value: Any, argument: str) -> str:
    text = whole_number(value, argument)
    if value < 0:
        _refuse(
            f"{argument} is {value}, but the number of a user or group is 0 or more",
            "0 is root",
        )
    return text


@configures
def add_init_container(
    task: PipelineTask,
    name: str,
    image: str,
    command: list[str] | None = None,
    args: list[str] | None = None,
    env: dict[str, str] | None = None,
    volume_mounts: dict[str, str] | list[dict[str, str]] | None = None,
    restart_policy: Literal["Always"] | None = None,
    resource_requests: dict[str, str] | None = None,
    resource_limits: dict[str, str] | None = None,
) -> PipelineTask:
    """Run a container in the task's pod before the task.

    Args:
        task: The task.
        name: Name of the container, unique in the pod.
        image: Its image.
        command: Its command.
        args: Its arguments.
        env: Its environment variables.
        volume_mounts: Directories by name of a volume of the task, or dicts of ``volume_name`` and
            ``mount_path``.
        restart_policy: ``"Always"`` lets it go on beside the task.
        resource_requests: Resources that it reserves, such as ``{"cpu": "100m"}``.
        resource_limits: Resources that it may use.
    """
    entries: list[Config] = config_of(task).get("initContainers", [])
    if name == _RESERVED:
        _refuse(f"An init container cannot be called {name!r}", "the launcher of KFP is")
    if any(entry["name"] == name for entry in entries):
        message = f"The task has an init container {name!r} already"
        raise refused(NameConflict, message, hint="give it another name")
    if restart_policy not in (None, "Always"):
        _refuse(f"{restart_policy!r} is no restart policy", 'use "Always" or None')
    requests = static_mapping(resource_requests or {}, "resource_requests")
    limits = static_mapping(resource_limits or {}, "resource_limits")
    variables = static_mapping(env or {}, "env")
    entry = {
        "name": static_text(name, "name"),
        "image": static_text(image, "image"),
        "command": static_texts(command or [], "command"),
        "args": static_texts(args or [], "args"),
        "env": [{"name": key, "value": value} for key, value in variables.items()],
        "volumeMounts": _mounts(volume_mounts or {}),
        "restartPolicy": restart_policy,
        "resources": present({"requests": requests, "limits": limits}),
    }
    append(task, "initContainers", entry)
    return task


def _mounts(mounts: Any) -> list[Config]:
    if isinstance(mounts, dict):
        pairs = static_mapping(mounts, "volume_mounts").items()
    else:
        entries = [static_mapping(mount, "volume_mounts") for mount in cast("list[Any]", mounts)]
        pairs = [(entry.get("volume_name", ""), entry.get("mount_path", "")) for entry in entries]
    for _, path in pairs:
        if not path.startswith("/"):
            _refuse(f"{path!r} is no absolute path", "begin the mount path with '/'")
    return [{"volumeName": volume, "mountPath": path} for volume, path in pairs]


def _refuse(message: str, hint: str) -> NoReturn:
    raise refused(AuthoringError, message, hint=hint)
