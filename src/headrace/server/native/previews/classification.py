"""Metrics as artifacts carry them in their metadata: scalars, ROC curves, confusion matrices.

Pure. The shapes are those of KFP's SDK (facts C.5); values that came through ML Metadata may be
wrapped as ``{"list": …}`` or ``{"struct": …}``. What does not fit is left out, never an error.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, cast

from headrace.server.native.previews.kinds import (
    Confusion,
    Matrix,
    Metrics,
    MetricValue,
    Nothing,
    Roc,
    RocPoint,
    Slice,
    Sliced,
)

_MAX_METRICS = 1000
_MAX_POINTS = 5000
_MAX_LABELS = 200
_MAX_SLICES = 200


def metrics_of(metadata: Mapping[str, Any]) -> Metrics:
    """Return the scalar metrics."""
    found = [
        MetricValue(name=name, value=_finite(value))
        for name, value in metadata.items()
        if _is_number(value)
    ]
    return Metrics(metrics=found[:_MAX_METRICS])


def classification_of(metadata: Mapping[str, Any]) -> Roc | Confusion | Nothing:
    """Return the ROC curve, the confusion matrix, or both."""
    points, matrix = _points(metadata), _matrix(metadata)
    if points:
        return Roc(points=points, auc=area(points), confusion=matrix)
    if matrix is not None:
        return Confusion(labels=matrix.labels, matrix=matrix.matrix)
    return Nothing(reason="its metadata holds neither a ROC curve nor a confusion matrix")


def slices_of(metadata: Mapping[str, Any]) -> Sliced | Nothing:
    """Return the classification metrics of each slice."""
    slices: list[Slice] = []
    for entry in _list(metadata.get("evaluationSlices"))[:_MAX_SLICES]:
        one = _mapping(entry)
        own = _mapping(one.get("sliceClassificationMetrics"))
        points = _points(own)
        slices.append(
            Slice(
                slice=str(one.get("slice", ""))[:500],
                points=points,
                auc=area(points),
                confusion=_matrix(own),
            )
        )
    return Sliced(slices=slices) if slices else Nothing(reason="its metadata holds no slices")


def area(points: Iterable[RocPoint]) -> float | None:
    """Return the area below a ROC curve by trapezoids; None with fewer than two points."""
    ordered = sorted((point.fpr, point.tpr) for point in points)
    if len(ordered) < 2:  # noqa: PLR2004 - an area needs two
        return None
    total = sum(
        (right[0] - left[0]) * (left[1] + right[1]) / 2 for left, right in pairwise(ordered)
    )
    return round(total, 6)


def _points(metadata: Mapping[str, Any]) -> list[RocPoint]:
    """Return the points of the curve, evenly thinned out when there are very many."""
    found: list[RocPoint] = []
    for entry in _list(metadata.get("confidenceMetrics")):
        point = _mapping(entry)
        recall, rate = _finite(point.get("recall")), _finite(point.get("falsePositiveRate"))
        if recall is not None and rate is not None:
            threshold = _finite(point.get("confidenceThreshold"))
            found.append(RocPoint(threshold=threshold, tpr=recall, fpr=rate))
    step = math.ceil(len(found) / _MAX_POINTS) or 1
    thinned = found[::step]
    if found and thinned[-1] is not found[-1]:
        thinned.append(found[-1])
    return thinned


def _matrix(metadata: Mapping[str, Any]) -> Matrix | None:
    described = _mapping(metadata.get("confusionMatrix"))
    labels = [
        str(_mapping(spec).get("displayName", ""))[:200]
        for spec in _list(described.get("annotationSpecs"))
    ]
    rows = [_list(_mapping(row).get("row")) for row in _list(described.get("rows"))]
    fits = len(rows) == len(labels) and all(len(row) == len(labels) for row in rows)
    if not labels or not fits or len(labels) > _MAX_LABELS:
        return None
    values = [[_finite(value) or 0.0 for value in row] for row in rows]
    return Matrix(labels=labels, matrix=values)


def _list(value: object) -> list[Any]:
    if isinstance(value, dict):
        value = cast("dict[str, Any]", value).get("list")
    return cast("list[Any]", value) if isinstance(value, list) else []


def _mapping(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {}
    found = cast("dict[str, Any]", value)
    inner = found.get("struct")
    return cast("dict[str, Any]", inner) if isinstance(inner, dict) else found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finite(value: object) -> float | None:
    if not _is_number(value):
        return None
    try:
        number = float(cast("float", value))
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
