"""The annotations under the name of KFP's module."""

from __future__ import annotations

from headrace.types.annotations import (
    EmbeddedAnnotation,
    InputAnnotation,
    InputPath,
    OutputAnnotation,
    OutputPath,
    is_artifact_class,
)

__all__ = [
    "EmbeddedAnnotation",
    "InputAnnotation",
    "InputPath",
    "OutputAnnotation",
    "OutputPath",
    "is_artifact_class",
]
