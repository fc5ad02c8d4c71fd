"""Documents as Kubernetes manifests: a PipelineVersion, and the Pipeline that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_API = "pipelines.kubeflow.org/v2beta1"


@dataclass
class KubernetesManifestOptions:
    """Names in a Kubernetes manifest; each falls back to the one before it.

    Attributes:
        pipeline_name: Name of the Pipeline object; default is the pipeline's name.
        pipeline_display_name: What it is called on screen; default is its name.
        pipeline_version_name: Name of the PipelineVersion object; default is the pipeline's name.
        pipeline_version_display_name: What it is called on screen; default is its name.
        namespace: Namespace of both objects.
        include_pipeline_manifest: Whether the Pipeline object is written too.
    """

    pipeline_name: str | None = None
    pipeline_display_name: str | None = None
    pipeline_version_name: str | None = None
    pipeline_version_display_name: str | None = None
    namespace: str | None = None
    include_pipeline_manifest: bool = False


def manifests(
    spec: dict[str, Any],
    platform: dict[str, Any] | None,
    options: KubernetesManifestOptions,
    description: str | None,
) -> list[dict[str, Any]]:
    """Return the manifests of a document, in the order in which they are applied."""
    name = options.pipeline_name or spec["pipelineInfo"]["name"]
    version = options.pipeline_version_name or name
    content: dict[str, Any] = {
        "displayName": options.pipeline_version_display_name or version,
        "pipelineName": name,
        "pipelineSpec": spec,
    }
    if platform:
        content["platformSpec"] = platform
    objects: list[dict[str, Any]] = []
    if options.include_pipeline_manifest:
        shown: dict[str, Any] = {"displayName": options.pipeline_display_name or name}
        objects.append(_object("Pipeline", name, options, shown, description))
    objects.append(_object("PipelineVersion", version, options, content, description))
    return objects


def _object(
    kind: str,
    name: str,
    options: KubernetesManifestOptions,
    content: dict[str, Any],
    description: str | None,
) -> dict[str, Any]:
    metadata = {"name": name}
    if options.namespace:
        metadata["namespace"] = options.namespace
    if description:
        content["description"] = description
    return {"apiVersion": _API, "kind": kind, "metadata": metadata, "spec": content}
