"""Artifact classes: paths, URIs and the metadata that KFP's page draws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.types import (
    ARTIFACT_CLASSES,
    Artifact,
    ClassificationMetrics,
    Dataset,
    Metrics,
    Model,
    SlicedClassificationMetrics,
    get_uri,
)
from headrace.types.artifacts import local_path_of, set_task_root, uri_of_path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("gs://bucket/a/b", "/gcs/bucket/a/b"),
        ("s3://bucket/a", "/s3/bucket/a"),
        ("minio://bucket/a", "/minio/bucket/a"),
        ("oci://host/image", "/oci/host_image"),
        ("file:///data/a%20b", "/data/a b"),
        ("/data/a", "/data/a"),
        ("https://host/a", "https://host/a"),
        ("", ""),
    ],
)
def test_each_scheme_has_its_local_path(uri, path):
    assert Artifact(uri=uri).path == path


def test_a_model_in_an_image_lies_in_its_models_directory():
    assert Model(uri="oci://host/image:1").path == "/oci/host_image:1/models"
    assert Artifact(uri="oci://host/image:1").path == "/oci/host_image:1"


def test_setting_the_path_sets_the_uri():
    model = Model()
    model.path = "/gcs/bucket/model"
    assert model.uri == "gs://bucket/model"
    model.path = "/oci/host_image/models"
    assert model.uri == "oci://host/image"


@given(st.sampled_from(["gs://", "s3://", "minio://"]), st.text("abc/_-.", min_size=1))
def test_a_mounted_path_leads_back_to_its_uri(scheme, rest):
    assert uri_of_path(local_path_of(scheme + rest)) == scheme + rest


def test_a_custom_path_counts_before_the_uri():
    artifact = Dataset(uri="gs://bucket/a")
    artifact.set_path("/tmp/elsewhere")
    assert (artifact.path, artifact.custom_path) == ("/tmp/elsewhere", "/tmp/elsewhere")
    assert artifact.uri == "gs://bucket/a"


def test_an_artifact_in_the_workspace_lies_below_its_mount():
    artifact = Dataset(uri="s3://bucket/a", metadata={"_kfp_workspace": True})
    assert artifact.path == "/kfp-workspace/.artifacts/s3/bucket/a"


def test_metrics_are_metadata():
    metrics = Metrics()
    metrics.log_metric("accuracy", 0.5)
    metrics.log_metric("accuracy", 0.9)
    assert metrics.metadata == {"accuracy": 0.9}


def test_framework_is_metadata():
    model = Model(metadata={"framework": "xgboost"})
    assert model.framework == "xgboost"
    model.framework = "sklearn"
    assert model.metadata == {"framework": "sklearn"}
    assert Model().framework == ""


def test_a_roc_curve_is_a_list_of_points():
    metrics = ClassificationMetrics()
    metrics.log_roc_curve([0.0, 1.0], [0.5, 1.0], [0.9, 0.1])
    assert metrics.metadata["confidenceMetrics"] == [
        {"confidenceThreshold": 0.9, "recall": 0.5, "falsePositiveRate": 0.0},
        {"confidenceThreshold": 0.1, "recall": 1.0, "falsePositiveRate": 1.0},
    ]


def test_lists_of_different_length_make_no_curve():
    with pytest.raises(ValueError, match="they have 1, 2 and 1"):
        ClassificationMetrics().log_roc_curve([0.0], [0.0, 1.0], [0.5])


MATRIX = {
    "annotationSpecs": [{"displayName": "cat"}, {"displayName": "dog"}],
    "rows": [{"row": [1, 2]}, {"row": [3, 4]}],
}


def test_a_confusion_matrix_is_filled_whole_by_row_or_by_cell():
    whole, rows, cells = (ClassificationMetrics() for _ in range(3))
    whole.log_confusion_matrix(["cat", "dog"], [[1, 2], [3, 4]])
    rows.set_confusion_matrix_categories(["cat", "dog"])
    rows.log_confusion_matrix_row("dog", [3, 4])
    rows.log_confusion_matrix_row("cat", [1, 2])
    cells.set_confusion_matrix_categories(["cat", "dog"])
    for row, column, value in [
        ("cat", "cat", 1),
        ("cat", "dog", 2),
        ("dog", "cat", 3),
        ("dog", "dog", 4),
    ]:
        cells.log_confusion_matrix_cell(row, column, value)
    assert whole.metadata == rows.metadata == cells.metadata == {"confusionMatrix": MATRIX}


def test_the_callers_lists_stay_their_own():
    matrix = [[1, 2], [3, 4]]
    metrics = ClassificationMetrics()
    metrics.log_confusion_matrix(["cat", "dog"], matrix)
    metrics.log_confusion_matrix_cell("cat", "cat", 9)
    assert matrix == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda m: m.log_confusion_matrix_row("bird", [1, 2]), "'bird' is not a category"),
        (lambda m: m.log_confusion_matrix_row("cat", [1]), "has 2 values, but cat was given 1"),
        (lambda m: m.log_confusion_matrix_cell("cat", "bird", 1), "'bird' is not a category"),
        (lambda m: m.log_confusion_matrix(["a"], [[1], [2]]), "this one has 2"),
    ],
    ids=["unknown row", "short row", "unknown column", "not square"],
)
def test_a_wrong_matrix_is_refused_in_words(act, message):
    metrics = ClassificationMetrics()
    metrics.set_confusion_matrix_categories(["cat", "dog"])
    with pytest.raises(ValueError, match=message):
        act(metrics)


def test_categories_come_before_rows():
    with pytest.raises(ValueError, match="set the categories first"):
        ClassificationMetrics().log_confusion_matrix_row("cat", [1])


def test_slices_have_metrics_of_their_own():
    metrics = SlicedClassificationMetrics()
    metrics.load_confusion_matrix("north", ["cat", "dog"], [[1, 2], [3, 4]])
    metrics.log_roc_reading("south", threshold=0.5, tpr=0.8, fpr=0.1)
    metrics.load_roc_readings("south", [[0.6, 0.7, 0.05]])
    points = [
        {"confidenceThreshold": 0.5, "recall": 0.8, "falsePositiveRate": 0.1},
        {"confidenceThreshold": 0.6, "recall": 0.7, "falsePositiveRate": 0.05},
    ]
    assert metrics.metadata == {
        "evaluationSlices": [
            {"slice": "north", "sliceClassificationMetrics": {"confusionMatrix": MATRIX}},
            {"slice": "south", "sliceClassificationMetrics": {"confidenceMetrics": points}},
        ]
    }


def test_a_slice_is_filled_in_steps():
    metrics = SlicedClassificationMetrics()
    metrics.set_confusion_matrix_categories("all", ["cat", "dog"])
    metrics.log_confusion_matrix_row("all", "cat", [1, 2])
    metrics.log_confusion_matrix_row("all", "dog", [3, 0])
    metrics.log_confusion_matrix_cell("all", "dog", "dog", 4)
    metrics.log_roc_curve("all", [0.0], [1.0], [0.5])
    part = metrics.metadata["evaluationSlices"][0]["sliceClassificationMetrics"]
    assert part["confusionMatrix"] == MATRIX
    assert len(part["confidenceMetrics"]) == 1


def test_titles_are_those_of_kfp():
    assert {title: cls.__name__ for title, cls in ARTIFACT_CLASSES.items()} == {
        "system." + cls.__name__: cls.__name__ for cls in ARTIFACT_CLASSES.values()
    }
    assert {cls.schema_version for cls in ARTIFACT_CLASSES.values()} == {"0.0.1"}


def test_a_uri_of_the_task_exists_only_inside_one():
    with pytest.raises(RuntimeError, match="only inside a task"):
        get_uri()
    set_task_root("file:///runs/x")
    try:
        assert get_uri() == "file:///runs/x/Output"
        assert get_uri("model") == "file:///runs/x/model"
    finally:
        set_task_root(None)
