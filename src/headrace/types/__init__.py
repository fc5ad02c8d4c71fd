"""Artifact classes, parameter types and type rules; standard library only, Python 3.8 on."""

from __future__ import annotations

from headrace.types.annotations import EmbeddedInput, Input, InputPath, Output, OutputPath
from headrace.types.artifacts import (
    ARTIFACT_CLASSES,
    HTML,
    WORKSPACE_MOUNT_PATH,
    Artifact,
    ClassificationMetrics,
    Dataset,
    Markdown,
    Metrics,
    Model,
    SlicedClassificationMetrics,
    get_uri,
)
from headrace.types.parameters import PipelineTaskFinalStatus, TaskConfig

__all__ = [
    "ARTIFACT_CLASSES",
    "HTML",
    "WORKSPACE_MOUNT_PATH",
    "Artifact",
    "ClassificationMetrics",
    "Dataset",
    "EmbeddedInput",
    "Input",
    "InputPath",
    "Markdown",
    "Metrics",
    "Model",
    "Output",
    "OutputPath",
    "PipelineTaskFinalStatus",
    "SlicedClassificationMetrics",
    "TaskConfig",
    "get_uri",
]
