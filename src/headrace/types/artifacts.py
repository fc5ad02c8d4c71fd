"""Artifact classes: what a component's function receives, fills and returns.

Standard library only, Python 3.8 on: the same classes serve authoring and the inside of a task.
This module knows how a URI becomes a local path; it does not read or write any file.
"""

from __future__ import annotations

import posixpath
from typing import Any, Dict, List, Optional, Sequence, Type

WORKSPACE_MOUNT_PATH = "/kfp-workspace"

#: Schemes of remote URIs, and the local prefix under which KFP shows what lies there.
_MOUNTS = (("gs://", "/gcs/"), ("minio://", "/minio/"), ("s3://", "/s3/"))
_OCI, _OCI_MOUNT = "oci://", "/oci/"


class _Task:
    """The task that runs in this process; ``root`` is None when there is none."""

    root: Optional[str] = None


def local_path_of(uri: str) -> str:
    """Return where code finds the bytes of a URI: KFP's mount for remote ones, else the path.

    Example:
        >>> local_path_of("gs://bucket/x"), local_path_of("file:///data/x")
        ('/gcs/bucket/x', '/data/x')
    """
    if uri.startswith("file://"):
        path = uri[len("file://") :]
        if "%" not in path:
            return path
        from urllib.parse import unquote  # it brings much with it, and few paths need it

        return unquote(path)
    if uri.startswith(_OCI):
        return _OCI_MOUNT + uri[len(_OCI) :].replace("/", "_")
    for scheme, mount in _MOUNTS:
        if uri.startswith(scheme):
            return mount + uri[len(scheme) :]
    return uri


def uri_of_path(path: str) -> str:
    """Return the URI of a local path: the remote one below KFP's mounts, else the path itself."""
    if path.startswith(_OCI_MOUNT):
        image = path[len(_OCI_MOUNT) :].replace("_", "/")
        return _OCI + (image[: -len("/models")] if image.endswith("/models") else image)
    for scheme, mount in _MOUNTS:
        if path.startswith(mount):
            return scheme + path[len(mount) :]
    return path


class Artifact:
    """A typed reference to stored bytes, with metadata.

    Args:
        name: Name of the artifact.
        uri: Where the bytes are.
        metadata: What is known about it; JSON values.

    Example:
        >>> Artifact(uri="s3://bucket/table").path
        '/s3/bucket/table'
    """

    schema_title = "system.Artifact"
    schema_version = "0.0.1"

    def __init__(
        self,
        name: Optional[str] = None,
        uri: Optional[str] = None,
        metadata: Optional[Dict[str, Any]] = None,
    ) -> None:
        self.uri = uri or ""
        self.name = name or ""
        self.metadata: Dict[str, Any] = metadata or {}
        self.custom_path = ""

    def __repr__(self) -> str:
        return "%s(name=%r, uri=%r, metadata=%r)" % (
            type(self).__name__,
            self.name,
            self.uri,
            self.metadata,
        )

    @property
    def path(self) -> str:
        """Local path of the bytes; setting it changes the URI."""
        return self._local_path()

    @path.setter
    def path(self, path: str) -> None:
        self.uri = uri_of_path(path)

    def set_path(self, path: str) -> None:
        """Say that the bytes are written to another path than the one that was given."""
        self.custom_path = path

    def _local_path(self) -> str:
        path = self.custom_path or local_path_of(self.uri)
        if self.metadata.get("_kfp_workspace") is True:
            return posixpath.join(WORKSPACE_MOUNT_PATH, ".artifacts", path.lstrip("/"))
        return path


class Model(Artifact):
    """A trained model; ``framework`` is kept in its metadata."""

    schema_title = "system.Model"

    @property
    def path(self) -> str:
        """Local path of the model; in an image that is the directory ``models``."""
        if self.uri.startswith(_OCI):
            return self._local_path() + "/models"
        return self._local_path()

    @path.setter
    def path(self, path: str) -> None:
        self.uri = uri_of_path(path)

    @property
    def framework(self) -> str:
        """Name of the framework that made the model, or the empty string."""
        return self.metadata.get("framework", "")

    @framework.setter
    def framework(self, framework: str) -> None:
        self.metadata["framework"] = framework


class Dataset(Artifact):
    """A data set."""

    schema_title = "system.Dataset"


class Metrics(Artifact):
    """Scalar metrics, kept in the metadata under their own names."""

    schema_title = "system.Metrics"

    def log_metric(self, metric: str, value: float) -> None:
        """Record one metric; a later value of the same name replaces the earlier one."""
        self.metadata[metric] = value


class ClassificationMetrics(Artifact):
    """A ROC curve and a confusion matrix, in the form that KFP's page draws."""

    schema_title = "system.ClassificationMetrics"

    def log_roc_data_point(self, fpr: float, tpr: float, threshold: float) -> None:
        """Add one point of the ROC curve.

        Args:
            fpr: False positive rate.
            tpr: True positive rate, also known as recall.
            threshold: Confidence threshold of the point.
        """
        points = self.metadata.setdefault("confidenceMetrics", [])
        points.append({"confidenceThreshold": threshold, "recall": tpr, "falsePositiveRate": fpr})

    def log_roc_curve(
        self, fpr: Sequence[float], tpr: Sequence[float], threshold: Sequence[float]
    ) -> None:
        """Add the points of a ROC curve.

        Raises:
            ValueError: The three lists differ in length.
        """
        if not len(fpr) == len(tpr) == len(threshold):
            raise ValueError(
                "fpr, tpr and threshold must have the same length; they have %d, %d and %d"
                % (len(fpr), len(tpr), len(threshold))
            )
        for rates in zip(fpr, tpr, threshold):
            self.log_roc_data_point(*rates)

    def set_confusion_matrix_categories(self, categories: Sequence[str]) -> None:
        """Start a confusion matrix of zeros for these categories."""
        self.metadata["confusionMatrix"] = {
            "annotationSpecs": [{"displayName": category} for category in categories],
            "rows": [{"row": [0] * len(categories)} for _ in categories],
        }

    def log_confusion_matrix_row(self, row_category: str, row: Sequence[float]) -> None:
        """Fill one row of the confusion matrix.

        Raises:
            ValueError: The category is unknown, or the row has another length than the matrix.
        """
        index = self._category(row_category)
        rows = self.metadata["confusionMatrix"]["rows"]
        if len(row) != len(rows):
            raise ValueError(
                "a row of this matrix has %d values, but %s was given %d"
                % (len(rows), row_category, len(row))
            )
        rows[index] = {"row": list(row)}

    def log_confusion_matrix_cell(self, row_category: str, col_category: str, value: float) -> None:
        """Fill one cell of the confusion matrix.

        Raises:
            ValueError: A category is unknown.
        """
        row, column = self._category(row_category), self._category(col_category)
        self.metadata["confusionMatrix"]["rows"][row]["row"][column] = value

    def log_confusion_matrix(
        self, categories: Sequence[str], matrix: Sequence[Sequence[float]]
    ) -> None:
        """Record a whole confusion matrix.

        Raises:
            ValueError: The matrix is not square with one row for each category.
        """
        if len(matrix) != len(categories):
            raise ValueError(
                "a matrix of %d categories has as many rows, but this one has %d"
                % (len(categories), len(matrix))
            )
        self.set_confusion_matrix_categories(categories)
        for category, row in zip(categories, matrix):
            self.log_confusion_matrix_row(category, row)

    def _category(self, category: str) -> int:
        specs: List[Dict[str, Any]] = self.metadata.get("confusionMatrix", {}).get(
            "annotationSpecs", []
        )
        names = [spec["displayName"] for spec in specs]
        if category not in names:
            raise ValueError(
                "%r is not a category of the confusion matrix: %s"
                % (category, ", ".join(map(repr, names)) or "set the categories first")
            )
        return names.index(category)


class SlicedClassificationMetrics(Artifact):
    """Classification metrics of each slice of the data.

    The names of the methods are KFP's, where those that concern the ROC curve cannot be called.
    """

    schema_title = "system.SlicedClassificationMetrics"

    def log_roc_reading(self, slice: str, threshold: float, tpr: float, fpr: float) -> None:  # noqa: A002 - KFP's name
        """Add one point to the ROC curve of a slice."""
        self._of(slice).log_roc_data_point(fpr=fpr, tpr=tpr, threshold=threshold)

    def load_roc_readings(self, slice: str, readings: Sequence[Sequence[float]]) -> None:  # noqa: A002 - KFP's name
        """Add points ``[threshold, true positive rate, false positive rate]`` to a curve."""
        for threshold, tpr, fpr in readings:
            self.log_roc_reading(slice, threshold, tpr, fpr)

    def log_roc_curve(
        self,
        slice: str,  # noqa: A002 - KFP's name
        fpr: Sequence[float],
        tpr: Sequence[float],
        threshold: Sequence[float],
    ) -> None:
        """Add the points of a ROC curve to a slice."""
        self._of(slice).log_roc_curve(fpr, tpr, threshold)

    def set_confusion_matrix_categories(self, slice: str, categories: Sequence[str]) -> None:  # noqa: A002 - KFP's name
        """Start the confusion matrix of a slice."""
        self._of(slice).set_confusion_matrix_categories(categories)

    def log_confusion_matrix_row(
        self,
        slice: str,  # noqa: A002 - KFP's name
        row_category: str,
        row: Sequence[float],
    ) -> None:
        """Fill one row of the confusion matrix of a slice."""
        self._of(slice).log_confusion_matrix_row(row_category, row)

    def log_confusion_matrix_cell(
        self,
        slice: str,  # noqa: A002 - KFP's name
        row_category: str,
        col_category: str,
        value: float,
    ) -> None:
        """Fill one cell of the confusion matrix of a slice."""
        self._of(slice).log_confusion_matrix_cell(row_category, col_category, value)

    def load_confusion_matrix(
        self,
        slice: str,  # noqa: A002 - KFP's name
        categories: Sequence[str],
        matrix: Sequence[Sequence[float]],
    ) -> None:
        """Record the whole confusion matrix of a slice."""
        self._of(slice).log_confusion_matrix(categories, matrix)

    def _of(self, name: str) -> ClassificationMetrics:
        """Return metrics whose metadata is the slice's part of ours."""
        slices: List[Dict[str, Any]] = self.metadata.setdefault("evaluationSlices", [])
        metrics = ClassificationMetrics()
        for known in slices:
            if known["slice"] == name:
                metrics.metadata = known["sliceClassificationMetrics"]
                return metrics
        slices.append({"slice": name, "sliceClassificationMetrics": metrics.metadata})
        return metrics


class HTML(Artifact):
    """An HTML file."""

    schema_title = "system.HTML"


class Markdown(Artifact):
    """A Markdown file."""

    schema_title = "system.Markdown"


#: The class of each schema title that KFP defines.
ARTIFACT_CLASSES: Dict[str, Type[Artifact]] = {
    known.schema_title: known
    for known in (
        Artifact,
        Model,
        Dataset,
        Metrics,
        ClassificationMetrics,
        SlicedClassificationMetrics,
        HTML,
        Markdown,
    )
}


def get_uri(suffix: str = "Output") -> str:
    """Return a URI below the root of the task that runs, for artifacts that code makes itself.

    Args:
        suffix: Last part of the URI; several outputs need different ones.

    Raises:
        RuntimeError: No task runs in this process.
    """
    if _Task.root is None:
        raise RuntimeError("dsl.get_uri can be called only inside a task that runs")
    return posixpath.join(_Task.root, suffix)


def set_task_root(uri: Optional[str]) -> None:
    """Say below which URI ``get_uri`` answers; the executor calls this before the user's code."""
    _Task.root = uri
