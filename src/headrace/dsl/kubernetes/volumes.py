"""Volumes of a task: claims that exist, empty directories, and claims that live as long as it."""

from __future__ import annotations

from typing import Any

from headrace.dsl.channels import PipelineChannel
from headrace.dsl.kubernetes.configuration import (
    append,
    configures,
    name_source,
    present,
    static_mapping,
    static_text,
    static_texts,
)
from headrace.dsl.tasks import PipelineTask


@configures
def mount_pvc(
    task: PipelineTask,
    pvc_name: str | PipelineChannel,
    mount_path: str,
    sub_path: str = "",
) -> PipelineTask:
    """Mount a persistent volume claim.

    Args:
        task: The task.
        pvc_name: Name of the claim, or a channel that brings it, such as an output of CreatePVC.
        mount_path: Directory at which it appears.
        sub_path: Directory inside of it that is mounted; by default all of it.
    """
    named = name_source(task, pvc_name, "pvc_name")
    # The name stands twice: once as back ends before 2.14 read it, once as later ones do.
    old: dict[str, Any] = {"constant": pvc_name} if isinstance(pvc_name, str) else named
    entry = {
        **old,
        "pvcNameParameter": named,
        "mountPath": static_text(mount_path, "mount_path"),
        "subPath": static_text(sub_path, "sub_path"),
    }
    append(task, "pvcMount", entry)
    return task


@configures
def empty_dir_mount(
    task: PipelineTask,
    volume_name: str,
    mount_path: str,
    medium: str | None = None,
    size_limit: str | None = None,
) -> PipelineTask:
    """Mount a directory that is empty at first and goes with the task.

    Args:
        task: The task.
        volume_name: Name of the volume.
        mount_path: Directory at which it appears.
        medium: ``"Memory"`` for a directory in memory; by default on the node's disk.
        size_limit: How large it may grow, such as ``"1Gi"``; by default no limit.
    """
    entry = {
        "volumeName": static_text(volume_name, "volume_name"),
        "mountPath": static_text(mount_path, "mount_path"),
        "medium": static_text(medium, "medium") if medium else None,
        "sizeLimit": static_text(size_limit, "size_limit") if size_limit else None,
    }
    append(task, "emptyDirMounts", entry)
    return task


@configures
def add_ephemeral_volume(
    task: PipelineTask,
    volume_name: str,
    mount_path: str,
    access_modes: list[str],
    size: str,
    storage_class_name: str | None = None,
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
) -> PipelineTask:
    """Mount a volume whose claim is made for the task and removed after it.

    Args:
        task: The task.
        volume_name: Name of the volume.
        mount_path: Directory at which it appears.
        access_modes: Access modes of the claim, such as ``["ReadWriteOnce"]``.
        size: Size of the claim, such as ``"5Gi"``.
        storage_class_name: Storage class; None is the cluster's default, empty is none.
        labels: Labels of the claim.
        annotations: Annotations of the claim.
    """
    metadata = {
        "labels": static_mapping(labels or {}, "labels"),
        "annotations": static_mapping(annotations or {}, "annotations"),
    }
    storage_class = storage_class_name or ""
    entry = {
        "volumeName": static_text(volume_name, "volume_name"),
        "mountPath": static_text(mount_path, "mount_path"),
        "accessModes": static_texts(access_modes, "access_modes"),
        "size": static_text(size, "size"),
        "defaultStorageClass": True if storage_class_name is None else None,
        "storageClassName": static_text(storage_class, "storage_class_name"),
        "metadata": present(metadata),
    }
    append(task, "genericEphemeralVolume", entry)
    return task
